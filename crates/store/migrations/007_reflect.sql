-- Why we are here, our own short links, and who came by them.
create table aims (
  desk bigint not null, id bigint not null, name text not null, why text not null, measure text not null, target bigint not null, by_date text, hours double precision,
  url text, created_at bigint not null, closed_at bigint,
  primary key (desk, id)
);
create table links (
  desk bigint not null, id bigint not null, code text not null unique, target text not null, aim bigint, draft bigint, conversation bigint, person bigint, account bigint,
  created_at bigint not null,
  primary key (desk, id)
);
create index links_aim on links (desk, aim);
create index links_draft on links (desk, draft);
create table visits (
  desk bigint not null, id bigint not null, link bigint not null, at bigint not null, visitor text not null, from_host text,
  primary key (desk, id)
);
create index visits_link on visits (desk, link, at);
-- What was said for an aim.
create index drafts_aim on drafts (desk, aim);
