-- What the voices of a desk talk about in common for a while: notes to take from, and no text that is ready to be sent.
create table subjects (
  desk bigint not null, id bigint not null, voice bigint, title text not null, notes text not null, link text, until_at bigint, at bigint not null, closed_at bigint,
  primary key (desk, id)
);
