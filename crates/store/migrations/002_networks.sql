-- Our own presences, their secrets, how far we have read, and everybody's profiles.
create table accounts (
  desk bigint not null references desks(id), id bigint not null, network text not null, server text not null, remote_id text not null,
  handle text not null, name text not null, avatar_url text, url text, rules text not null, state text not null, why text,
  created_at bigint not null, synced_at bigint, closed_at bigint,
  primary key (desk, id), unique (desk, network, server, remote_id)
);
create table secrets (
  desk bigint not null, account bigint not null, sealed bytea not null, version bigint not null, updated_at bigint not null,
  primary key (desk, account)
);
-- A sign-in begun and not yet finished: what the network gave us to keep, sealed.
create table sign_ins (
  desk bigint not null, state text not null, network text not null, sealed bytea not null, voice bigint, created_at bigint not null,
  primary key (desk, state)
);
create table cursors (
  desk bigint not null, account bigint not null, what text not null, cursor text not null, updated_at bigint not null,
  primary key (desk, account, what)
);
create table profiles (
  desk bigint not null, id bigint not null, network text not null, remote_id text not null, handle text not null, name text not null,
  url text, avatar_url text, about text not null, links text not null, is_bot bigint not null, followers bigint,
  person bigint not null, account bigint, updated_at bigint not null,
  primary key (desk, id), unique (desk, network, remote_id)
);
create index profiles_person on profiles (desk, person);
create index profiles_handle on profiles (desk, network, handle);
