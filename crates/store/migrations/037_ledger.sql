-- What each word between a person and us mostly was: given, asked, talk. Told when it comes in and again whenever what it is told from
-- changes; null: not told yet. What somebody here corrected stays.
alter table between_us add column kind text;
alter table between_us add column is_kind_edited bigint not null default 0;
create index between_us_kind on between_us (desk, profile, is_mine, kind)
