-- What stands with a post beside its words: a poll, a quoted post. And what it said before its author changed it.
alter table posts add column poll text;
alter table posts add column quote text;
create table earlier_words (
  desk bigint not null, post bigint not null, until_at bigint not null, title text, text text not null, warning text,
  primary key (desk, post, until_at)
);
-- What the shown post of a conversation is beside its words: `poll`, `quote`, `edited`, with blanks between.
alter table conversations add column marks text not null default '';
