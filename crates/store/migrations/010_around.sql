-- Around publishing: hours set aside for posts, what a draft said before, files of drafts taken in, the calendar's secret address, the notebook.
-- A weekday (from Monday, 0) and a minute of the desk's own day at which an account has room for a post.
create table slots (
  desk bigint not null, account bigint not null, weekday bigint not null, minute bigint not null, created_at bigint not null,
  primary key (desk, account, weekday, minute)
);
-- The words of a draft as they were before a change.
create table draft_versions (
  desk bigint not null, draft bigint not null, version bigint not null, text text not null, title text, warning text, at bigint not null,
  primary key (desk, draft, version)
);
-- A file of drafts: kept as it came until somebody confirms or drops it, then only what it was.
create table imports (
  desk bigint not null, id bigint not null, name text not null, hash text not null, content text, rows_taken bigint not null, created_at bigint not null, taken_at bigint,
  primary key (desk, id)
);
create index imports_hash on imports (desk, hash);
-- The secret address at which a desk's calendar can be read; found by its hash, shown again from what is sealed.
create table calendar_feeds (
  desk bigint primary key, hash text not null unique, sealed bytea not null, created_at bigint not null
);
-- A note that became a draft.
alter table notes add column draft bigint;
create index notes_at on notes (desk, at);
create index drafts_thrown on drafts (desk, thrown_at)
