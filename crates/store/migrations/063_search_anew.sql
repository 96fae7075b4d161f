-- Stems are kept by language, and beginnings of four letters in an index of their own. What is looked for in a post is made anew from the
-- posts, the newest first; how far that has come stands in `search_behind`: posts under this number are still to be looked at.
create table search_behind (desk bigint primary key, under bigint not null);
insert into search_behind (desk, under) select desk, max(id) + 1 from posts group by desk;
-- sqlite:
drop trigger search_rows_gone;
drop table search_words;
delete from search_rows;
create virtual table search_words using fts5 (
  words, facts, content = '', contentless_delete = 1, prefix = '3 4', tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);
create trigger search_rows_gone after delete on search_rows begin delete from search_words where rowid = old.place; end;
-- postgres:
truncate search_rows;
-- both:
