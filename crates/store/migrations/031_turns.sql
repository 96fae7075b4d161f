-- Whose conversation it is among colleagues, what is muted, and what was promised.
alter table conversations add column assigned bigint;
alter table conversations add column muted_at bigint;
-- A promise in our own words, once somebody said what to make of it: `kept`, `no`, or `done`.
create table promises (
  desk bigint not null, post bigint not null, conversation bigint not null, voice bigint, words text not null, due_at bigint not null, state text not null,
  said_at bigint not null, decided_at bigint not null, done_at bigint,
  primary key (desk, post)
);
create index promises_conversation on promises (desk, conversation);
create index notes_conversation on notes (desk, conversation, at)
