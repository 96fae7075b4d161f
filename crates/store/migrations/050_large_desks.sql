-- What a desk of a hundred thousand people and a million posts asks at every page, by indexes of just those rows. They are partial, so
-- that no other question is tempted by them.
create index between_us_mine on between_us (desk, at, profile, kind, post, is_mine) where is_mine = 1;
create index posts_mine on posts (desk, created_at) where is_mine = 1;
create index persons_listed_spoke on persons (desk, spoke_at, tie, from_me, from_them, is_listed) where is_listed = 1;
create index conversations_later on conversations (desk, later_until) where box = 'later';
