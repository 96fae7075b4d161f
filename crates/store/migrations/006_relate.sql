-- The individuals, what is between us, and what we noted.
create table persons (
  desk bigint not null, id bigint not null, name text not null, about text not null, avatar_url text, nature text not null, is_edited bigint not null,
  tie double precision not null, tie_at bigint, talk_me double precision not null default 0, talk_them double precision not null default 0,
  from_me bigint not null, from_them bigint not null, first_at bigint, last_at bigint, is_me bigint not null, created_at bigint not null,
  joined_into bigint,
  primary key (desk, id)
);
-- The talk with one profile, either way, weighed down with time as of `weighed_at`. A person's is the sum over their profiles, so that
-- joining and undoing are sums too.
create table talks (
  desk bigint not null, profile bigint not null, weight_me double precision not null, weight_them double precision not null, weighed_at bigint not null,
  from_me bigint not null, from_them bigint not null, first_at bigint, last_at bigint,
  primary key (desk, profile)
);
-- Each word between a profile and us: theirs that names or answers us, ours that answers or names them.
create table between_us (
  desk bigint not null, profile bigint not null, post bigint not null, is_mine bigint not null, at bigint not null,
  primary key (desk, profile, post)
);
create index between_us_at on between_us (desk, profile, at);
create index between_us_post on between_us (desk, post);
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
