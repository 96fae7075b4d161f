-- A delivery whose server can't be reached: since when that has been so, and before when the network asked not to be called again.
alter table deliveries add column away_since bigint;
alter table deliveries add column not_before bigint;
