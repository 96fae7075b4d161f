-- What has landed and is not filed yet: its post is not kept with its conversation. What leaves at its minute goes before that (`publish/filing.rs`).
alter table deliveries add column unfiled bigint;
create index deliveries_unfiled on deliveries (landed_at) where unfiled = 1;
-- What is planned is not in the way of what has landed.
drop index deliveries_landed;
create index deliveries_landed on deliveries (desk, account, landed_id) where landed_id is not null;
