-- Pages elsewhere that say they link to ours (`in`), and pages of ours that link elsewhere (`out`). One row a pair; told again, it is looked at again.
create table webmentions (
  desk bigint not null, id bigint not null, way text not null, source text not null, target text not null, host text not null,
  -- The account whose page it is about; the delivery that stands there (`out`).
  account bigint not null, delivery bigint,
  state text not null, why text, tries bigint not null,
  -- What became of it here (`in`): a post, or the name of a sign.
  post bigint, sign text,
  told_at bigint not null, checked_at bigint,
  primary key (desk, id), unique (desk, way, source, target)
);
create index webmentions_host on webmentions (desk, host, told_at);
create index webmentions_delivery on webmentions (desk, delivery);
