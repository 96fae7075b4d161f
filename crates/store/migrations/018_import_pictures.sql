-- Pictures that came with a file of drafts, until the file is confirmed or dropped; or why one could not be had.
create table import_pictures (
  desk bigint not null, import bigint not null, name text not null, wrong text, mime text not null, width bigint not null, height bigint not null,
  length_ms bigint not null, bytes bytea not null, thumb bytea not null,
  primary key (desk, import, name)
);
