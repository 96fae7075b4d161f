-- Our own sites that may send visits and outcomes: a key that stands in their pages, and a secret that signs what a server sends.
create table sites (
  desk bigint not null, id bigint not null, host text not null, key text not null unique, secret bytea not null, aim bigint, created_at bigint not null,
  primary key (desk, id)
);
-- What an aim counts: a booking, a sign-up, an introduction, a meeting. As far as it is known, by which visit, link, talk and person.
create table outcomes (
  desk bigint not null, id bigint not null, aim bigint, name text not null, at bigint not null, source text not null, site bigint,
  visit bigint, link bigint, conversation bigint, person bigint, said_by text, note text, value double precision, n bigint not null,
  -- What the sender calls it, so that the same one sent or brought in twice counts once.
  remote_id text,
  created_at bigint not null, deleted_at bigint,
  primary key (desk, id), unique (desk, source, remote_id)
);
create index outcomes_aim on outcomes (desk, aim, at);
create index outcomes_conversation on outcomes (desk, conversation);
create index outcomes_person on outcomes (desk, person);
create index outcomes_link on outcomes (desk, link);
-- Arrivals at our own site that came by none of our links, day by day: from where and how many.
create table site_days (
  desk bigint not null, site bigint not null, day text not null, from_host text not null, path text not null, visitor text not null, source text not null, n bigint not null,
  primary key (desk, site, day, from_host, path, visitor, source)
);
