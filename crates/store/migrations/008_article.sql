-- What an article has beside its words, and that it stands on the own site first.
alter table drafts add column article text not null default '';
alter table drafts add column site_first bigint not null default 0;
