-- Who hangs on an aim, as talks, posts, topics and venues do. A table of its own, so that one person may hang on several, and so that what
-- two who are joined hung on can be told apart again.
create table aim_people (
  desk bigint not null, id bigint not null, aim bigint not null, person bigint not null, at bigint not null,
  primary key (desk, id)
);
create index aim_people_aim on aim_people (desk, aim, at);
create index aim_people_person on aim_people (desk, person);
-- Only people like these count for it: those who hang on it, and those whose words about themselves fit this query.
alter table aims add column like_these text;
-- The aim that a talk touches: its own, or that of somebody in it.
alter table conversations add column touches bigint;
update conversations set touches = aim where aim is not null;
