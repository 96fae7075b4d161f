-- How long a doubt has been waited out, by a clock that nobody can set; and until when one server alone renews a token.
alter table deliveries add column waited_ms bigint not null default 0;
alter table secrets add column renewing_until bigint;
