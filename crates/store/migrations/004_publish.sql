-- What a voice wants to say, how it will stand in each place, and its way there.
create table drafts (
  desk bigint not null, id bigint not null, voice bigint, text text not null, title text, language text, warning text, visibility text not null,
  kind text not null, is_personal bigint not null, aim bigint, conversation bigint, parent_id text, parent_tag text, root_id text, root_tag text, person bigint,
  accounts text not null, wished_at text, zone text not null, short_links bigint not null, created_at bigint not null, updated_at bigint not null, planned_at bigint, thrown_at bigint,
  version bigint not null,
  primary key (desk, id)
);
create index drafts_updated on drafts (desk, updated_at);
create index drafts_conversation on drafts (desk, conversation);
create table pictures (
  desk bigint not null, id bigint not null, draft bigint not null, place bigint not null, mime text not null, width bigint not null, height bigint not null,
  alt text not null, bytes bytea not null, thumb bytea not null, created_at bigint not null,
  primary key (desk, id)
);
create index pictures_draft on pictures (desk, draft, place);
-- Words changed by hand for one account alone, and whether it is a thread, a text of its own, or left out.
create table renderings (
  desk bigint not null, draft bigint not null, account bigint not null, texts text not null, choice text not null, updated_at bigint not null,
  primary key (desk, draft, account)
);
-- One part to one account. `attempts` only grows and names the attempt that may settle it; `tries` and `looks` count since it was last put in line.
create table deliveries (
  desk bigint not null, id bigint not null, draft bigint not null, account bigint not null, part_index bigint not null, part text not null,
  delivery_key text not null, state text not null, hold text, due bigint not null, wished_at text, zone text not null,
  attempts bigint not null, tries bigint not null, looks bigint not null, attempted_at bigint, first_attempt_at bigint,
  landed_id text, landed_tag text, landed_url text, landed_at bigint,
  why text, post bigint, deleted_at bigint, created_at bigint not null,
  primary key (desk, id), unique (desk, draft, account, part_index)
);
create index deliveries_due on deliveries (desk, due);
create index deliveries_state on deliveries (desk, state, due);
create index deliveries_landed on deliveries (desk, account, landed_id);
create table attempts (
  desk bigint not null, delivery bigint not null, number bigint not null, begun_at bigint not null, ended_at bigint, outcome text,
  primary key (desk, delivery, number)
);
-- A change or a taking down that follows a delivery to where it stands. At most one a delivery: the last wish holds.
create table follows (
  desk bigint not null, delivery bigint not null, kind text not null, part text not null, state text not null, number bigint not null, tries bigint not null, why text,
  wished_at bigint not null, done_at bigint,
  primary key (desk, delivery)
);
