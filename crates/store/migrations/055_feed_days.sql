-- Readers of a feed of our own on one day, as far as its server's log shows them.
create table feed_days (
  desk bigint not null, site bigint not null, day text not null, path text not null, readers bigint not null,
  primary key (desk, site, day, path)
);
