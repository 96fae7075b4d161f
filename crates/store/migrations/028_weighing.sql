-- How a desk weighs talk: what it has turned down, and what was chosen, by what marks it bore.
create table weighing (
  desk bigint not null, feature text not null, level text not null,
  primary key (desk, feature)
);
create table choices (
  desk bigint not null, sighting bigint not null, joined bigint not null, marks text not null, at bigint not null,
  primary key (desk, sighting)
);
create index choices_at on choices (desk, at);
