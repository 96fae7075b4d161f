-- The individuals, what is between us, and what we noted.
create table persons (
  desk bigint not null, id bigint not null, name text not null, about text not null, avatar_url text, nature text not null, is_edited bigint not null,
  tie double precision not null, tie_at bigint, from_me bigint not null, from_them bigint not null, first_at bigint, last_at bigint, is_me bigint not null, created_at bigint not null,
  primary key (desk, id)
);
create index persons_tie on persons (desk, tie);
create index persons_last on persons (desk, last_at);
-- A joining of profiles, with its proof, and what stood before, so that it can be undone exactly.
create table joins (
  desk bigint not null, id bigint not null, kept bigint not null, gone bigint not null, proof text not null, before_text text not null, at bigint not null, undone_at bigint,
  primary key (desk, id)
);
create table notes (
  desk bigint not null, id bigint not null, person bigint, conversation bigint, voice bigint, text text not null, at bigint not null,
  primary key (desk, id)
);
create index notes_person on notes (desk, person, at);
-- One line of give and ask: who, to whom, which, by which post.
create table gestures (
  desk bigint not null, id bigint not null, person bigint not null, is_mine bigint not null, kind text not null, what text not null, post bigint, delivery bigint, at bigint not null,
  primary key (desk, id)
);
create index gestures_person on gestures (desk, person, at);
