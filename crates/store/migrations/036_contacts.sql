-- How somebody can be reached, from contacts that were brought in: a mail address, a page, or where neither is known the card itself. What
-- is known already is found again by it, so that a second reading of the same file changes nothing.
create table contact_points (
  desk bigint not null, id bigint not null, person bigint not null, kind text not null, value text not null, source text not null, at bigint not null,
  primary key (desk, id), unique (desk, kind, value)
);
create index contact_points_person on contact_points (desk, person);
-- A page is found whatever case its address was typed in.
create index profiles_url on profiles (desk, url) where url is not null
