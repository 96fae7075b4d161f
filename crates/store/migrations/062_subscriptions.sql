-- Feeds whose hub was asked to tell us at once. A hub calls at an address that only it knows: the row is found by that key's hash, and the key and the
-- secret that the hub signs with are sealed. `base` is our own address as it was when we asked. A feed that names no hub has a row without any.
create table subscriptions (
  desk bigint not null, id bigint not null, account bigint not null, hub text not null, topic text not null, base text not null,
  key_hash text, key_sealed bytea, secret_sealed bytea,
  state text not null, why text, tries bigint not null,
  -- When we asked and were not answered yet; until when the hub may ask whether we meant it; since when and until when it tells us.
  asked_at bigint, answer_until bigint, verified_at bigint, lease_until bigint,
  -- When it told us last; since when it has been found not to.
  heard_at bigint, silent_since bigint, created_at bigint not null,
  primary key (desk, id)
);
create unique index subscriptions_key on subscriptions (key_hash);
create index subscriptions_account on subscriptions (desk, account);
