-- One index holds whoever came once a day, and finds where somebody came from: there were two, and most of what a visit cost was theirs.
drop index visits_once;
drop index visits_who;
create unique index visits_once on visits (desk, day, who, link);
