-- A draft may carry a video; how long it lasts is known when it is taken in.
alter table pictures add column length_ms bigint not null default 0;
-- What waits for a person's hand is counted on every page.
create index deliveries_hand on deliveries (desk, due) where hold = 'hand';
