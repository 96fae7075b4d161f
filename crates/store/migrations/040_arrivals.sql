-- One person counts once a day by one link. Who it was is a hash with a salt of that day, and the salt is thrown away on the next.
alter table visits add column day text;
alter table visits add column who bigint;
create unique index visits_once on visits (desk, link, day, who);
create index visits_who on visits (desk, day, who);
create table day_salts (day text not null primary key, salt bytea not null);
