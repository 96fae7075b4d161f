-- Ties told from talk by day, the talk of others among themselves, and more about each person.
-- How many words and signs either way on a day (days since 1970, UTC): every tie can be told again from it, whatever the order of arrival.
create table talk_days (
  desk bigint not null, profile bigint not null, day bigint not null, mine bigint not null, theirs bigint not null,
  signs_mine bigint not null, signs_theirs bigint not null,
  primary key (desk, profile, day)
);
insert into talk_days (desk, profile, day, mine, theirs, signs_mine, signs_theirs)
  select desk, profile, at / 86400000, sum(is_mine), sum(1 - is_mine), 0, 0 from between_us group by desk, profile, at / 86400000;
insert into talk_days (desk, profile, day, mine, theirs, signs_mine, signs_theirs)
  select desk, profile, at / 86400000, 0, 0, sum(is_mine), sum(1 - is_mine) from signs where profile is not null group by desk, profile, at / 86400000
  on conflict (desk, profile, day) do update set signs_mine = excluded.signs_mine, signs_theirs = excluded.signs_theirs;
-- Who answered whom in what was read, neither of them ourselves: one row a reply, so that nothing counts twice.
create table replies (
  desk bigint not null, post bigint not null, author bigint not null, answered bigint not null, at bigint not null,
  primary key (desk, post)
);
create index replies_author on replies (desk, author, answered, at);
insert into replies (desk, post, author, answered, at)
  select p.desk, p.id, p.author, q.author, p.created_at from posts p join posts q on q.desk = p.desk and q.network = p.network and q.remote_id = p.reply_to
  join profiles f on f.desk = p.desk and f.id = p.author and f.account is null join profiles g on g.desk = q.desk and g.id = q.author and g.account is null
  where p.author <> q.author;
-- Whom somebody follows in public, read when it was asked for.
create table public_follows (
  desk bigint not null, follower bigint not null, followed bigint not null, at bigint not null,
  primary key (desk, follower, followed)
);
create index public_follows_followed on public_follows (desk, followed, follower);
-- When somebody's public follows were read last, and how many there were.
create table follow_readings (
  desk bigint not null, profile bigint not null, at bigint not null, n bigint not null, is_whole bigint not null,
  primary key (desk, profile)
);
-- The tie of two profiles that are not ours, told from the two tables above; both ways, so that one look finds all ties of somebody.
create table pairs (
  desk bigint not null, one bigint not null, other bigint not null, strength double precision not null,
  said bigint not null, heard bigint not null, follows bigint not null, last_at bigint,
  primary key (desk, one, other)
);
create index pairs_strength on pairs (desk, one, strength, other);
-- An introduction that was asked for: to whom, through whom, in which draft.
create table introductions (
  desk bigint not null, id bigint not null, target bigint not null, via bigint not null, voice bigint, way text not null, draft bigint,
  asked_at bigint not null, met_at bigint,
  primary key (desk, id)
);
create index introductions_target on introductions (desk, target);
create index introductions_via on introductions (desk, via);
-- What they do, in their own words until edited; why they count as a person, a brand or a bot; whether they asked not to be a go-between;
-- after how many days of silence to remind of them.
alter table persons add column places bigint not null default 0;
alter table persons add column organisation text not null default '';
alter table persons add column role text not null default '';
alter table persons add column is_work_edited bigint not null default 0;
alter table persons add column nature_why text not null default '';
alter table persons add column is_nature_edited bigint not null default 0;
alter table persons add column is_no_go_between bigint not null default 0;
alter table persons add column remind_days bigint;
alter table persons add column mail text not null default '';
create index persons_organisation on persons (desk, organisation);
create index persons_remind on persons (desk, remind_days) where remind_days is not null;
create index persons_no_go_between on persons (desk, id) where is_no_go_between = 1 or nature <> 'person';
create index persons_joined on persons (desk, joined_into) where joined_into is not null;
create index joins_gone on joins (desk, gone);
create index joins_kept on joins (desk, kept)
