-- Who stands in the list of people, and when they last spoke, kept with the row: so that a desk of a hundred thousand people is listed,
-- counted and ordered by an index alone.
alter table persons add column is_listed bigint not null default 0;
alter table persons add column spoke_at bigint not null default 0;
update persons set spoke_at = coalesce(last_at, 0), is_listed = case when is_me = 0 and joined_into is null and (first_at is not null or is_edited = 1
  or exists (select 1 from notes n where n.desk = persons.desk and n.person = persons.id)) then 1 else 0 end;
create index persons_listed on persons (desk, is_listed, spoke_at, id);
create index persons_listed_tie on persons (desk, is_listed, tie, from_them, from_me, last_at, first_at);
create index persons_listed_first on persons (desk, is_listed, first_at, last_at, tie);
create index persons_listed_name on persons (desk, is_listed, lower(name), id);
create index talks_last on talks (desk, last_at)
