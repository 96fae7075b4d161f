-- What was said, in threads, and whose turn each thread is.
create table posts (
  desk bigint not null, id bigint not null, network text not null, remote_id text not null, local_id text,
  author bigint not null, account bigint, text text not null, title text, url text, created_at bigint not null, edited_at bigint, deleted_at bigint,
  language text, reply_to text, reply_to_author text, root text, mentions text not null, tags text not null, links text not null, media text not null,
  warning text, visibility text not null, replies bigint, comments_url text,
  conversation bigint, is_mine bigint not null, delivery bigint, names_me bigint not null, kept_at bigint not null,
  -- When it came as news; null: it was brought in as history and is nobody's work.
  heard_at bigint,
  primary key (desk, id), unique (desk, network, remote_id)
);
create index posts_conversation on posts (desk, conversation, created_at);
create index posts_author on posts (desk, author, created_at);
create index posts_reply_to on posts (desk, network, reply_to);
create index posts_local on posts (desk, network, local_id);
create index posts_created on posts (desk, created_at);
-- What each of our accounts must say to its own server to mean this post.
create table post_tags (
  desk bigint not null, post bigint not null, account bigint not null, tag text not null,
  primary key (desk, post, account)
);
create index post_tags_tag on post_tags (desk, account, tag);
-- A conversation with what one row of the inbox shows, so that the inbox is one read.
create table conversations (
  desk bigint not null, id bigint not null, account bigint, network text not null, networks text not null, title text,
  person bigint, profile bigint, has_face bigint not null, who text not null, words text not null, language text, post bigint, is_mine bigint not null,
  turn text not null, because text not null, since bigint not null, last_at bigint not null, posts bigint not null, voices bigint not null,
  box text not null, rank bigint not null, is_history bigint not null, has_warning bigint not null, visibility text not null,
  later_until bigint, later_until_reply bigint not null, later_firmly bigint not null, later_at bigint, done_at bigint, joined_at bigint,
  answering bigint, aim bigint,
  primary key (desk, id)
);
create index conversations_box on conversations (desk, box, rank, since, id);
create index conversations_since on conversations (desk, box, since, id);
create index conversations_person on conversations (desk, person, last_at);
-- How many stand in each box, history left out; kept in the same transaction as the rows.
create table box_counts (
  desk bigint not null, box text not null, n bigint not null,
  primary key (desk, box)
);
-- Every name by which a post of a conversation is known or points at another: what shares one belongs together.
create table thread_keys (
  desk bigint not null, network text not null, name text not null, conversation bigint not null,
  primary key (desk, network, name)
);
create index thread_keys_conversation on thread_keys (desk, conversation);
-- Two halves that turned out to be one: addresses of the one that is gone lead to the other.
create table conversation_moves (
  desk bigint not null, gone bigint not null, kept bigint not null,
  primary key (desk, gone)
);
create index conversation_moves_kept on conversation_moves (desk, kept);
-- Posts that are known to be missing: a parent that somebody answered.
create table holes (
  desk bigint not null, network text not null, wanted text not null, account bigint not null, post bigint not null, ask_at bigint not null, tries bigint not null,
  primary key (desk, network, wanted)
);
create index holes_account on holes (desk, account, ask_at);
-- Likes, passings on and follows, of us and by us.
create table signs (
  desk bigint not null, id bigint not null, account bigint not null, post bigint, profile bigint, kind text not null, is_mine bigint not null,
  remote_id text not null, receipt text, at bigint not null, undone_at bigint,
  primary key (desk, id), unique (desk, account, kind, remote_id)
);
create index signs_profile on signs (desk, profile, at);
create index signs_post on signs (desk, post);
