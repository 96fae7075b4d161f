-- The server that takes a desk's letters; its password is sealed.
create table mail_servers (
  desk bigint not null primary key, host text not null, port bigint not null, safety text not null, login text not null, password bytea,
  from_address text not null, from_name text not null, bounces text, hook_secret bytea not null, changed_at bigint not null
);
-- One letter to one address. The words of a week's letter and of a round stand once, with those; what only this letter says stands here.
create table mails (
  desk bigint not null, id bigint not null, kind text not null, about bigint, opt_in bigint, to_address text not null, to_fold text not null, to_name text not null,
  subject text not null, words text, message_id text not null, key text not null unique, state text not null, tries bigint not null, why text,
  created_at bigint not null, attempted_at bigint, sent_at bigint,
  -- Each address once for each letter.
  primary key (desk, id), unique (desk, kind, about, to_fold)
);
create index mails_opt_in on mails (desk, opt_in);
create index mails_tried on mails (desk, kind, attempted_at);
create index mails_made on mails (desk, kind, created_at);
-- A week's letter as it was sent, word for word.
create table week_letters (
  desk bigint not null, id bigint not null, monday text not null, subject text not null, plain text not null, html text not null, figures text not null,
  created_at bigint not null,
  primary key (desk, id), unique (desk, monday)
);
