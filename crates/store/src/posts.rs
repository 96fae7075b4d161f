//! What was said: snapshots of posts, by whoever, as the networks gave them.

use model::{AccountId, ConversationId, DeliveryId, NetworkKey, Post, PostId, PostRef, ProfileId, Timestamp, Visibility};

use crate::{Kept, Row, StoreError, Tx, args, json};

pub struct Posts<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn posts(&self) -> Posts<'_, 'c> {
        Posts(self)
    }
}

/// A post as kept, with its row's own facts.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPost {
    pub id: PostId,
    pub author: ProfileId,
    pub conversation: Option<ConversationId>,
    /// We said it ourselves.
    pub is_mine: bool,
    /// It names or answers us.
    pub names_me: bool,
    pub delivery: Option<DeliveryId>,
    pub deleted_at: Option<Timestamp>,
    /// The account through which it came first.
    pub account: Option<AccountId>,
    pub local: Option<String>,
    /// As given; its author is filled in from the profiles, its tag is the one for the account asked for.
    pub post: Post,
}

/// How a post came to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    New(PostId),
    /// It was there and is the same.
    Known(PostId),
    /// It was there; its words or pictures are others now.
    Changed(PostId),
}

impl Put {
    pub fn id(self) -> PostId {
        match self {
            Put::New(id) | Put::Known(id) | Put::Changed(id) => id,
        }
    }
}

const COLUMNS: &str = "p.id, p.author, p.conversation, p.is_mine, p.names_me, p.delivery, p.deleted_at, p.account, p.local_id, p.network, p.remote_id, p.text, p.title, p.url,
  p.created_at, p.edited_at, p.language, p.reply_to, p.reply_to_author, p.root, p.mentions, p.tags, p.links, p.media, p.warning, p.visibility, p.replies, p.comments_url,
  f.remote_id, f.handle, f.name, f.url, f.avatar_url, f.about, f.links, f.is_bot, f.followers, t.tag, p.poll, p.quote";
const FROM: &str = "posts p join profiles f on f.desk = p.desk and f.id = p.author
  left join post_tags t on t.desk = p.desk and t.post = p.id and t.account = p.account";
/// The longest thread that is read whole.
pub const THREAD_MAX: u32 = 500;

fn read(row: &Row<'_>) -> Kept<KeptPost> {
    let network = NetworkKey(row.get(9)?);
    let author = model::Profile {
        network: network.clone(),
        remote_id: row.get(28)?,
        handle: row.get(29)?,
        name: row.get(30)?,
        url: row.get(31)?,
        avatar_url: row.get(32)?,
        about: row.get(33)?,
        links: json::strings_in(&row.get::<String>(34)?)?,
        is_bot: row.get(35)?,
        followers: row.get(36)?,
    };
    let mut post = Post::new(
        PostRef::new(row.get::<String>(10)?, row.get::<Option<String>>(37)?.unwrap_or_default()),
        author,
        row.get::<String>(11)?,
        row.get(14)?,
    );
    post.title = row.get(12)?;
    post.url = row.get(13)?;
    post.edited_at = row.get(15)?;
    post.language = row.get(16)?;
    post.reply_to = row.get(17)?;
    post.reply_to_author = row.get(18)?;
    post.root = row.get(19)?;
    post.mentions = json::mentions_in(&row.get::<String>(20)?)?;
    post.tags = json::strings_in(&row.get::<String>(21)?)?;
    post.links = json::strings_in(&row.get::<String>(22)?)?;
    post.media = json::media_in(&row.get::<String>(23)?)?;
    post.warning = row.get(24)?;
    post.visibility = Visibility::from_word(&row.get::<String>(25)?).unwrap_or_default();
    post.replies = row.get(26)?;
    post.comments_url = row.get(27)?;
    post.poll = json::poll_in(row.get::<Option<String>>(38)?.as_deref())?;
    post.quote = json::quote_in(row.get::<Option<String>>(39)?.as_deref())?;
    Ok(KeptPost {
        id: row.get(0)?,
        author: row.get(1)?,
        conversation: row.get(2)?,
        is_mine: row.get(3)?,
        names_me: row.get(4)?,
        delivery: row.get(5)?,
        deleted_at: row.get(6)?,
        account: row.get(7)?,
        local: row.get(8)?,
        post,
    })
}

const PUT_COLUMNS: &str = "desk, id, network, remote_id, local_id, author, account, text, title, url, created_at, edited_at, language, reply_to, reply_to_author, root,
  mentions, tags, links, media, warning, visibility, replies, comments_url, is_mine, names_me, kept_at, poll, quote";
const PUT_VALUES: &str = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29";
const PUT_TAG: &str = "insert into post_tags (desk, post, account, tag) values ($1, $2, $3, $4) on conflict (desk, post, account) do update set tag = excluded.tag";

/// A post of ours that has landed, with all that its row holds.
#[derive(Clone, Copy, Debug)]
pub struct OwnPost<'a> {
    pub id: PostId,
    pub post: &'a Post,
    pub sight: Sight,
    pub conversation: ConversationId,
    pub delivery: DeliveryId,
    pub heard_at: Option<Timestamp>,
}

/// What `put` wants to know beside the post itself.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    pub author: ProfileId,
    /// The account through which it came.
    pub account: Option<AccountId>,
    pub is_mine: bool,
    pub names_me: bool,
}

impl Posts<'_, '_> {
    /// Keeps a post. One that is known is compared: an edit replaces its words, a thinner second sight wipes nothing out.
    pub fn put(&self, post: &Post, sight: &Sight, now: Timestamp) -> Kept<Put> {
        let known = self.0.find(
            "select id, text, media, edited_at, warning, deleted_at, reply_to, url from posts where desk = $1 and network = $2 and remote_id = $3",
            &args![self.0.desk(), post.network.as_str(), &post.at.id],
            |row| {
                Ok((
                    row.get::<PostId>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<Option<Timestamp>>(3)?,
                    row.get::<Option<String>>(4)?,
                    row.get::<Option<Timestamp>>(5)?,
                    // What search knows of it beside its words, which may come later.
                    row.get::<Option<String>>(6)?.is_none() && post.reply_to.is_some() || row.get::<Option<String>>(7)?.is_none() && post.url.is_some(),
                ))
            },
        )?;
        let media = json::media_out(&post.media);
        let put = match known {
            None => Put::New(self.insert(post, sight, &media, now)?),
            // What its author took down stays down, however late another sight of it comes.
            Some((id, .., Some(_deleted), _)) => Put::Known(id),
            Some((id, text, old_media, edited_at, warning, None, is_told_more)) => {
                // An older snapshot that arrives late must not undo an edit.
                let is_older = edited_at.is_some_and(|known| post.edited_at.is_none_or(|seen| seen < known));
                let has_changed = !is_older && (text != post.text || old_media != media || warning != post.warning);
                self.renew(id, post, sight, has_changed.then_some(&media))?;
                if has_changed || is_told_more {
                    let search = self.0.search();
                    search.drop(id)?;
                    search.keep(id, &self.get(id)?.post)?;
                }
                if has_changed { Put::Changed(id) } else { Put::Known(id) }
            }
        };
        if let Some(account) = sight.account
            && !post.at.tag.is_empty()
        {
            self.0.run(PUT_TAG, &args![self.0.desk(), put.id(), account, &post.at.tag])?;
        }
        Ok(put)
    }

    /// The numbers under which posts of these names are kept, by network and global name; `false` and a fresh number where one is not.
    pub fn numbers(&self, names: &[(&NetworkKey, &str)], now: Timestamp) -> Kept<Vec<(PostId, bool)>> {
        let known = self.0.find_each(
            "select id from posts where desk = $1 and network = $2 and remote_id = $3",
            names.iter().map(|(network, name)| args![self.0.desk(), network.as_str(), *name].into()).collect(),
            |row| row.get::<PostId>(0),
        )?;
        Ok(known.into_iter().map(|known| known.map_or_else(|| (self.0.fresh(now), false), |id| (id, true))).collect())
    }
    /// Keeps posts of ours that are not kept yet, whole: each with its place in a conversation, and the delivery that became it.
    pub fn put_own(&self, all: &[OwnPost<'_>], now: Timestamp) -> Kept<()> {
        let row = |own: &OwnPost<'_>| {
            let mut row = self.row(own.id, own.post, &own.sight, &json::media_out(&own.post.media), now);
            row.extend(args![own.conversation, own.delivery, own.heard_at]);
            row
        };
        let sql = format!("insert into posts ({PUT_COLUMNS}, conversation, delivery, heard_at) values ({PUT_VALUES}, $30, $31, $32)");
        self.0.run_each(&sql, all.iter().map(row).collect())?;
        self.0.search().keep_each(&all.iter().map(|own| (own.id, own.post)).collect::<Vec<_>>())?;
        let tags = all.iter().filter(|own| !own.post.at.tag.is_empty());
        let row = |own: &OwnPost<'_>| args![self.0.desk(), own.id, own.sight.account, &own.post.at.tag].into();
        self.0.run_each(PUT_TAG, tags.filter(|own| own.sight.account.is_some()).map(row).collect()).map(drop)
    }

    fn insert(&self, post: &Post, sight: &Sight, media: &str, now: Timestamp) -> Kept<PostId> {
        let id: PostId = self.0.fresh(now);
        self.0.run(&format!("insert into posts ({PUT_COLUMNS}) values ({PUT_VALUES})"), &self.row(id, post, sight, media, now))?;
        self.0.search().keep(id, post)?;
        Ok(id)
    }

    /// The arguments of [`PUT_VALUES`].
    fn row(&self, id: PostId, post: &Post, sight: &Sight, media: &str, now: Timestamp) -> Vec<crate::Value> {
        args![
            self.0.desk(),
            id,
            post.network.as_str(),
            &post.at.id,
            post.local.as_deref(),
            sight.author,
            sight.account,
            &post.text,
            post.title.as_deref(),
            post.url.as_deref(),
            post.created_at,
            post.edited_at,
            post.language.as_deref(),
            post.reply_to.as_deref(),
            post.reply_to_author.as_deref(),
            post.root.as_deref(),
            json::mentions_out(&post.mentions),
            json::strings_out(&post.tags),
            json::strings_out(&post.links),
            media,
            post.warning.as_deref(),
            post.visibility.word(),
            post.replies,
            post.comments_url.as_deref(),
            sight.is_mine,
            sight.names_me,
            now,
            post.poll.as_ref().map(json::poll_out),
            post.quote.as_ref().map(json::quote_out)
        ]
        .into()
    }

    fn renew(&self, id: PostId, post: &Post, sight: &Sight, changed_media: Option<&String>) -> Kept<()> {
        if let Some(media) = changed_media {
            // Without a time of its own it is a fuller sight of the same words, and no edit.
            if let Some(edited) = post.edited_at {
                self.0.earlier().put(id, edited)?;
            }
            self.0.run(
                "update posts set text = $3, media = $4, warning = $5, edited_at = coalesce($6, edited_at), mentions = $7, tags = $8, links = $9, title = $10 where desk = $1 and id = $2",
                &args![
                    self.0.desk(),
                    id,
                    &post.text,
                    media,
                    post.warning.as_deref(),
                    post.edited_at,
                    json::mentions_out(&post.mentions),
                    json::strings_out(&post.tags),
                    json::strings_out(&post.links),
                    post.title.as_deref()
                ],
            )?;
        }
        self.0.run(
            "update posts set replies = coalesce($3, replies), reply_to = case when reply_to is null or reply_to like 'local:%' then coalesce($4, reply_to) else reply_to end,
               root = coalesce(root, $5), local_id = coalesce(local_id, $6), names_me = case when $7 = 1 then 1 else names_me end, url = coalesce(url, $8),
               poll = coalesce($9, poll), quote = coalesce($10, quote)
             where desk = $1 and id = $2",
            &args![
                self.0.desk(),
                id,
                post.replies,
                post.reply_to.as_deref(),
                post.root.as_deref(),
                post.local.as_deref(),
                sight.names_me,
                post.url.as_deref(),
                post.poll.as_ref().map(json::poll_out),
                post.quote.as_ref().map(json::quote_out)
            ],
        )?;
        Ok(())
    }

    pub fn find(&self, id: PostId) -> Kept<Option<KeptPost>> {
        self.0.find(&format!("select {COLUMNS} from {FROM} where p.desk = $1 and p.id = $2"), &args![self.0.desk(), id], read)
    }
    /// The same for several, in their order.
    pub fn find_all(&self, ids: &[PostId]) -> Kept<Vec<Option<KeptPost>>> {
        let rows = ids.iter().map(|id| args![self.0.desk(), *id].into()).collect();
        self.0.find_each(&format!("select {COLUMNS} from {FROM} where p.desk = $1 and p.id = $2"), rows, read)
    }
    pub fn get(&self, id: PostId) -> Kept<KeptPost> {
        self.find(id)?.ok_or(StoreError::Missing("a post"))
    }
    /// By the network's own name for it, global or local.
    pub fn find_remote(&self, network: &NetworkKey, id: &str) -> Kept<Option<KeptPost>> {
        let column = if id.starts_with("local:") { "local_id" } else { "remote_id" };
        self.0.find(
            &format!("select {COLUMNS} from {FROM} where p.desk = $1 and p.network = $2 and p.{column} = $3 limit 1"),
            &args![self.0.desk(), network.as_str(), id],
            read,
        )
    }
    /// A conversation's posts in order of time.
    pub fn of_conversation(&self, conversation: ConversationId) -> Kept<Vec<KeptPost>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from {FROM} where p.desk = $1 and p.conversation = $2 order by p.created_at, p.id limit {THREAD_MAX}"
            ),
            &args![self.0.desk(), conversation],
            read,
        )
    }
    /// What to say to an account's server to mean this post; empty where that account never saw it.
    pub fn tag_for(&self, id: PostId, account: AccountId) -> Kept<String> {
        let found = self.0.find(
            "select tag from post_tags where desk = $1 and post = $2 and account = $3",
            &args![self.0.desk(), id, account],
            |row| row.get(0),
        )?;
        Ok(found.unwrap_or_default())
    }
    pub fn set_conversation(&self, id: PostId, conversation: ConversationId) -> Kept<()> {
        self.0.run("update posts set conversation = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, conversation])?;
        Ok(())
    }
    /// It came as news, then; the first time holds.
    pub fn set_heard(&self, id: PostId, at: Timestamp) -> Kept<()> {
        self.0.run("update posts set heard_at = $3 where desk = $1 and id = $2 and heard_at is null", &args![self.0.desk(), id, at])?;
        Ok(())
    }
    /// It is what one of our deliveries became.
    pub fn set_delivery(&self, id: PostId, delivery: DeliveryId) -> Kept<()> {
        self.0.run("update posts set delivery = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, delivery])?;
        Ok(())
    }
    /// By what one account's server calls it.
    pub fn find_tag(&self, account: AccountId, tag: &str) -> Kept<Option<PostId>> {
        self.0.find(
            "select post from post_tags where desk = $1 and account = $2 and tag = $3 limit 1",
            &args![self.0.desk(), account, tag],
            |row| row.get(0),
        )
    }
    /// The network took it down; the snapshot's words go too.
    pub fn set_deleted(&self, id: PostId, at: Timestamp) -> Kept<()> {
        self.0.earlier().delete(id)?;
        self.0
            .run("update posts set deleted_at = $3, text = '', media = '[]', title = null, poll = null, quote = null where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        self.0.search().drop(id)
    }
}
