-- Desks, who sits at them, and the work that is due. Every later table leads its key with the desk.
create table desks (
  id bigint primary key, name text not null, zone text not null, created_at bigint not null
);
create table voices (
  id bigint primary key, name text not null, name_key text not null unique, password text not null, created_at bigint not null
);
create table seats (
  desk bigint not null references desks(id), voice bigint not null references voices(id), role text not null, created_at bigint not null,
  primary key (desk, voice)
);
create index seats_voice on seats (voice);
create table sessions (
  token_hash bytea primary key, voice bigint not null references voices(id), desk bigint not null references desks(id),
  created_at bigint not null, seen_at bigint not null, until bigint not null
);
create index sessions_voice on sessions (voice);
-- Attempts to sign in, by a hash of who tried; pruned with time.
create table sign_in_tries (
  who text not null, at bigint not null
);
create index sign_in_tries_who on sign_in_tries (who, at);
-- A desk's own choices: key and value.
create table settings (
  desk bigint not null references desks(id), name text not null, value text not null,
  primary key (desk, name)
);
-- Signs of life of workers, for the doctor.
create table workers (
  name text primary key, seen_at bigint not null
);
create table jobs (
  desk bigint not null references desks(id), id bigint not null, kind text not null, subject bigint not null,
  due bigint not null, lease_until bigint, lease bigint, tries bigint not null, touched bigint not null, last_error text, created_at bigint not null,
  primary key (desk, id), unique (desk, kind, subject)
);
create index jobs_due on jobs (due);
