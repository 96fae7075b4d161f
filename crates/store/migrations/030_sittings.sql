-- The time somebody sat down to talk, from the first step to the end, and what each step was about: the hours that aims and trials cost.
create table sittings (
  desk bigint not null, id bigint not null, voice bigint, minutes bigint not null, begun_at bigint not null,
  -- The last sign of life; null end: it is going on, or was left.
  seen_at bigint not null, ended_at bigint,
  primary key (desk, id)
);
create index sittings_begun on sittings (desk, begun_at);
-- One step of it: a conversation that waits, one worth joining, or somebody to greet; at most one row a place.
create table sitting_steps (
  desk bigint not null, sitting bigint not null, place bigint not null, kind text not null, target bigint not null, who text not null, why text not null,
  aim bigint, account bigint, network text not null,
  -- When it was shown first, how long it was looked at, and what came of it: answered, later, done, joined, passed, skipped.
  begun_at bigint, seconds bigint not null, outcome text,
  primary key (desk, sitting, place)
);
create index sitting_steps_aim on sitting_steps (desk, aim, begun_at);
create index sitting_steps_network on sitting_steps (desk, network, begun_at)
