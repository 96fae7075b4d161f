-- Whose network a piece of due work calls, so that one that hangs holds up nobody else's; and whether it sends, so that neither what
-- goes out nor what comes in can fill the hands of the other.
alter table jobs add column account bigint;
alter table jobs add column sends bigint not null default 0;
update jobs set account = subject where kind in ('sync', 'look-again');
update jobs set account = (select w.account from watches w where w.desk = jobs.desk and w.id = jobs.subject) where kind = 'hear';
update jobs set sends = 1, account = (select d.account from deliveries d where d.desk = jobs.desk and d.id = jobs.subject)
  where kind in ('deliver', 'follow');
drop index jobs_due;
create index jobs_due on jobs (sends, due);
