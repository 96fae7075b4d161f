-- What a person put right about a post: what it does, which side it shows. The lesson holds hashes of its words, from which the desk's own
-- judgement is learnt again whenever it is wanted; taking the row away forgets it.
create table kind_corrections (
  desk bigint not null, post bigint not null, does text not null, side text not null, lesson bytea not null, at bigint not null,
  primary key (desk, post)
);
create index kind_corrections_at on kind_corrections (desk, at)
