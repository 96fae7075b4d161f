-- What is listened for, where, and what it brought.
create table topics (
  desk bigint not null, id bigint not null, name text not null, query text not null, aim bigint, created_at bigint not null, closed_at bigint,
  primary key (desk, id)
);
create table watches (
  desk bigint not null, id bigint not null, topic bigint not null, account bigint not null, search_kind text not null, search_words text not null, cursor text not null,
  state text not null, why text, heard_at bigint, tries bigint not null, created_at bigint not null,
  primary key (desk, id), unique (desk, topic, account, search_kind, search_words)
);
create table sightings (
  desk bigint not null, id bigint not null, topic bigint not null, post bigint not null, author bigint not null, score bigint not null, reasons text not null,
  state text not null, state_at bigint, later_until bigint, said_at bigint not null, seen_at bigint not null, judged_at bigint not null,
  primary key (desk, id), unique (desk, topic, post)
);
create index sightings_state on sightings (desk, state, said_at);
create index sightings_post on sightings (desk, post);
create index sightings_author on sightings (desk, author, state);
