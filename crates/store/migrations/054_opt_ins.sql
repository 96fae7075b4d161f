-- Public forms by which people say yes to a voice's letters.
create table opt_in_forms (
  desk bigint not null, id bigint not null, voice bigint not null, key text not null unique, title text not null, words text not null,
  created_at bigint not null, closed_at bigint,
  primary key (desk, id)
);
-- Leave to be written to: when, where, in which words; when it was confirmed, and taken back.
create table opt_ins (
  desk bigint not null, id bigint not null, leave_for text not null, voice bigint not null, form bigint, address text not null, fold text not null, name text not null,
  given_by text not null, place text not null, words text not null, asked_at bigint not null, token_hash text, token_until bigint, confirmed_at bigint,
  withdrawn_at bigint, withdrawn_by text, bounced_at bigint, bounced_why text, stop_key text not null unique, person bigint,
  primary key (desk, id)
);
-- One leave of an address at a time; those that were taken back stay as they were.
create unique index opt_ins_open on opt_ins (desk, leave_for, voice, fold) where withdrawn_at is null;
create index opt_ins_token on opt_ins (token_hash);
create index opt_ins_confirmed on opt_ins (desk, confirmed_at);
-- A letter to those who said yes; once sent it stands as it went.
create table rounds (
  desk bigint not null, id bigint not null, voice bigint not null, subject text not null, words text not null, created_at bigint not null, sent_at bigint,
  primary key (desk, id)
);
