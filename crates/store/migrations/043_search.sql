-- Where a post stands in the order of search: by when it was said, newest last. The bits of `place`, from the top: ten of the desk, 43 of the
-- instant in ms, ten that keep posts of one instant apart. What is looked for in it stands in the database's own index, from which the
-- query's tokens narrow; all of it can be made anew from the posts.
create table search_rows (
  desk bigint not null, post bigint not null, place bigint not null,
  primary key (desk, post), unique (place),
  foreign key (desk, post) references posts (desk, id) on delete cascade
);
-- sqlite:
create virtual table search_words using fts5 (
  words, facts, content = '', contentless_delete = 1, prefix = '3', tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);
create trigger search_rows_gone after delete on search_rows begin delete from search_words where rowid = old.place; end;
-- postgres:
alter table search_rows add column words tsvector not null;
create index search_rows_words on search_rows using gin (words) with (fastupdate = off);
-- both:
