-- A venue tried for an aim for three weeks, what was done on which day, and what was decided and why.
create table trials (
  desk bigint not null, id bigint not null, aim bigint not null, venue text not null, account bigint, starts_on text not null, days bigint not null,
  hours double precision, plan text not null, created_at bigint not null,
  primary key (desk, id)
);
create index trials_aim on trials (desk, aim);
-- Being there on a day, and minutes that were noted by hand.
create table trial_days (
  desk bigint not null, trial bigint not null, day text not null, minutes bigint not null,
  primary key (desk, trial, day)
);
-- Every verdict, with what was proposed and counted at the time: {"sentence", "ratio", "low", "high", …}.
create table trial_verdicts (
  desk bigint not null, id bigint not null, trial bigint not null, verdict text not null, reason text not null, proposed text not null, counted text not null,
  at bigint not null,
  primary key (desk, id)
);
create index trial_verdicts_trial on trial_verdicts (desk, trial, at);
-- What the hours could do otherwise, and how much of what is counted an hour of that brings.
alter table aims add column elsewhere text;
alter table aims add column elsewhere_an_hour double precision;
alter table aims add column worth text;
