-- What is said in private is not counted: what was counted of it before is taken out, and the ties are told again from what is left.
update talk_days set mine = 0, theirs = 0 where exists (select 1 from between_us b join posts p on p.desk = b.desk and p.id = b.post and p.visibility = 'direct'
  where b.desk = talk_days.desk and b.profile = talk_days.profile);
delete from between_us where exists (select 1 from posts p where p.desk = between_us.desk and p.id = between_us.post and p.visibility = 'direct');
delete from pairs where exists (select 1 from replies r join posts p on p.desk = r.desk and p.id = r.post and p.visibility = 'direct'
  where r.desk = pairs.desk and (r.author = pairs.one and r.answered = pairs.other or r.author = pairs.other and r.answered = pairs.one));
delete from replies where exists (select 1 from posts p where p.desk = replies.desk and p.id = replies.post and p.visibility = 'direct');
