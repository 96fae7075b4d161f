-- Whom our accounts follow, as the network said when it was asked last; and what we did about it here.
create table following (
  desk bigint not null, id bigint not null, account bigint not null, profile bigint not null, state text not null, seen_at bigint not null,
  primary key (desk, id), unique (desk, account, profile)
);
