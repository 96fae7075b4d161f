//! Posts that a topic caught, with what each is worth and what a person did with it.

use model::{ConversationId, NetworkKey, PostId, ProfileId, SightingId, Timestamp, TopicId};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Sightings<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn sightings(&self) -> Sightings<'_, 'c> {
        Sightings(self)
    }
}

/// A sighting as kept. `state` is `open`, `joined`, `later` or `no`.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptSighting {
    pub id: SightingId,
    pub topic: TopicId,
    pub post: PostId,
    pub author: ProfileId,
    /// Where the post stands today.
    pub conversation: Option<ConversationId>,
    pub network: NetworkKey,
    pub score: u32,
    /// The reasons, in the verbs' own form.
    pub reasons: String,
    pub state: String,
    pub state_at: Option<Timestamp>,
    pub later_until: Option<Timestamp>,
    pub said_at: Timestamp,
    pub judged_at: Timestamp,
}

/// What a new sighting is made of.
#[derive(Clone, Debug)]
pub struct FreshSighting<'a> {
    pub topic: TopicId,
    pub post: PostId,
    pub author: ProfileId,
    pub said_at: Timestamp,
    pub score: u32,
    pub reasons: &'a str,
}

/// A post of a talk that a topic saw, for comparing places.
#[derive(Clone, Debug, PartialEq)]
pub struct TalkPost {
    pub conversation: ConversationId,
    pub author: ProfileId,
    pub at: Timestamp,
    pub is_mine: bool,
    pub text: String,
    pub has_links: bool,
    pub language: Option<String>,
    pub replies: u32,
    pub handle: String,
    pub followers: Option<u64>,
    /// When the author was first heard on this network, as far as we know.
    pub first_heard: Timestamp,
}

/// Of one place on one network: what the topics saw there.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenPost {
    pub topic: TopicId,
    pub post: PostId,
    pub network: NetworkKey,
    pub account: Option<model::AccountId>,
    pub author: ProfileId,
    pub handle: String,
    pub conversation: Option<ConversationId>,
    pub tags: Vec<String>,
    pub is_reply: bool,
    /// Answers that the network counts.
    pub replies: u32,
    /// Voices in its conversation, as far as we have it.
    pub voices: u32,
    pub said_at: Timestamp,
}

const COLUMNS: &str = "s.id, s.topic, s.post, s.author, p.conversation, p.network, s.score, s.reasons, s.state, s.state_at, s.later_until, s.said_at, s.judged_at";
const FROM: &str = "sightings s join posts p on p.desk = s.desk and p.id = s.post and p.deleted_at is null
  join topics t on t.desk = s.desk and t.id = s.topic and t.closed_at is null
  left join conversations c on c.desk = p.desk and c.id = p.conversation";
/// Open, or put off until a time that has come or a word that was said.
const IS_OPEN: &str =
    "(s.state = 'open' or (s.state = 'later' and (s.later_until <= $2 or (s.later_until is null and c.last_at > s.state_at))))";
/// Sightings weighed for one page.
pub const WEIGHED_MAX: u32 = 400;
/// Sightings counted for charts and venues.
pub const COUNTED_MAX: u32 = 5_000;
/// Posts of their talks.
const TALK_POSTS_MAX: u32 = 20_000;

fn read(row: &Row<'_>) -> Kept<KeptSighting> {
    Ok(KeptSighting {
        id: row.get(0)?,
        topic: row.get(1)?,
        post: row.get(2)?,
        author: row.get(3)?,
        conversation: row.get(4)?,
        network: NetworkKey(row.get(5)?),
        score: row.get(6)?,
        reasons: row.get(7)?,
        state: row.get(8)?,
        state_at: row.get(9)?,
        later_until: row.get(10)?,
        said_at: row.get(11)?,
        judged_at: row.get(12)?,
    })
}

impl Sightings<'_, '_> {
    /// Keeps a sighting; one that is known is only weighed anew. Answers whether it is new.
    pub fn put(&self, s: &FreshSighting<'_>, now: Timestamp) -> Kept<bool> {
        let made = self.0.run(
            "insert into sightings (desk, id, topic, post, author, score, reasons, state, said_at, seen_at, judged_at) values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $9)
             on conflict (desk, topic, post) do nothing",
            &args![self.0.desk(), self.0.fresh::<SightingId>(now), s.topic, s.post, s.author, s.score, s.reasons, s.said_at, now],
        )?;
        if made == 0 {
            self.0.run(
                "update sightings set score = $4, reasons = $5, judged_at = $6 where desk = $1 and topic = $2 and post = $3",
                &args![self.0.desk(), s.topic, s.post, s.score, s.reasons, now],
            )?;
        }
        Ok(made > 0)
    }
    pub fn find(&self, id: SightingId) -> Kept<Option<KeptSighting>> {
        self.0.find(
            &format!("select {COLUMNS} from sightings s join posts p on p.desk = s.desk and p.id = s.post where s.desk = $1 and s.id = $2"),
            &args![self.0.desk(), id],
            read,
        )
    }
    pub fn get(&self, id: SightingId) -> Kept<KeptSighting> {
        self.find(id)?.ok_or(StoreError::Missing("a conversation"))
    }
    /// What is open at `now` and was said since `since`, best first as last weighed. `topic` and `network` empty: every one.
    pub fn open(&self, now: Timestamp, since: Timestamp, topic: Option<TopicId>, network: &str) -> Kept<Vec<KeptSighting>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from {FROM} where s.desk = $1 and s.state in ('open', 'later') and s.said_at >= $3 and {IS_OPEN}
                   and (cast($4 as bigint) = 0 or s.topic = $4) and (cast($5 as text) = '' or p.network = $5) order by s.score desc, s.said_at desc limit {WEIGHED_MAX}"
            ),
            &args![self.0.desk(), now, since, topic.map_or(0, |t| t.0), network],
            read,
        )
    }
    /// What was passed by: said no to, or never acted on and older than `before`. Newest first.
    pub fn passed(&self, before: Timestamp, max: u32) -> Kept<Vec<KeptSighting>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from {FROM} where s.desk = $1 and (s.state = 'no' or (s.state = 'open' and s.said_at < $2))
                 order by s.said_at desc limit {max}"
            ),
            &args![self.0.desk(), before],
            read,
        )
    }
    pub fn set_state(&self, id: SightingId, state: &str, at: Timestamp, later_until: Option<Timestamp>) -> Kept<()> {
        self.0.run(
            "update sightings set state = $3, state_at = $4, later_until = $5 where desk = $1 and id = $2",
            &args![self.0.desk(), id, state, at, later_until],
        )?;
        Ok(())
    }
    /// Every sighting of a post and of its conversation.
    pub fn of_talk(&self, post: PostId, conversation: Option<ConversationId>) -> Kept<Vec<KeptSighting>> {
        let sql = format!(
            "select {COLUMNS} from sightings s join posts p on p.desk = s.desk and p.id = s.post
             where s.desk = $1 and (s.post = $2 or p.conversation = $3) order by s.id limit {WEIGHED_MAX}"
        );
        self.0.all(&sql, &args![self.0.desk(), post, conversation], read)
    }
    /// Open sightings of a conversation, to be weighed anew when something was said in it.
    pub fn open_in(&self, conversation: ConversationId) -> Kept<Vec<KeptSighting>> {
        let sql = format!("select {COLUMNS} from {FROM} where s.desk = $1 and p.conversation = $2 and s.state = 'open' limit 50");
        self.0.all(&sql, &args![self.0.desk(), conversation], read)
    }
    /// Posts of an author that stand open as sightings.
    pub fn open_by(&self, author: ProfileId) -> Kept<Vec<PostId>> {
        self.0.all(
            "select distinct post from sightings where desk = $1 and author = $2 and state = 'open' order by post desc limit 50",
            &args![self.0.desk(), author],
            |row| row.get(0),
        )
    }
    /// How often we said no to this author: about this topic, and about any.
    pub fn noes(&self, author: ProfileId, topic: TopicId) -> Kept<(u32, u32)> {
        self.0.get(
            "a count",
            "select coalesce(cast(sum(case when topic = $3 then 1 else 0 end) as bigint), 0), count(*) from sightings
             where desk = $1 and author = $2 and state = 'no'",
            &args![self.0.desk(), author, topic],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// What the open topics saw since `since`, newest first.
    pub fn seen(&self, since: Timestamp) -> Kept<Vec<SeenPost>> {
        self.0.all(
            &format!(
                "select s.topic, p.network, p.account, s.author, p.conversation, p.tags, p.reply_to, coalesce(p.replies, 0), coalesce(c.voices, 1), s.said_at, s.post, f.handle
                 from {FROM} join profiles f on f.desk = s.desk and f.id = s.author where s.desk = $1 and s.said_at >= $2 order by s.said_at desc limit {COUNTED_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| {
                Ok(SeenPost {
                    topic: row.get(0)?,
                    network: NetworkKey(row.get(1)?),
                    account: row.get(2)?,
                    author: row.get(3)?,
                    conversation: row.get(4)?,
                    tags: crate::json::strings_in(&row.get::<String>(5)?)?,
                    is_reply: row.get::<Option<String>>(6)?.is_some(),
                    replies: row.get(7)?,
                    voices: row.get(8)?,
                    said_at: row.get(9)?,
                    post: row.get(10)?,
                    handle: row.get(11)?,
                })
            },
        )
    }
    /// All that was said in the talks that the open topics saw since `since`, oldest first.
    pub fn talk_posts(&self, since: Timestamp) -> Kept<Vec<TalkPost>> {
        self.0.all(
            &format!(
                "select p.conversation, p.author, p.created_at, p.is_mine, p.text, p.links, p.language, coalesce(p.replies, 0), f.handle, f.followers,
                   (select min(q.created_at) from posts q where q.desk = p.desk and q.author = p.author)
                 from posts p join profiles f on f.desk = p.desk and f.id = p.author
                 where p.desk = $1 and p.deleted_at is null and p.visibility <> 'direct' and p.conversation in
                   (select p.conversation from {FROM} where s.desk = $1 and s.said_at >= $2)
                 order by p.created_at desc, p.id desc limit {TALK_POSTS_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| {
                Ok(TalkPost {
                    conversation: row.get(0)?,
                    author: row.get(1)?,
                    at: row.get(2)?,
                    is_mine: row.get(3)?,
                    text: row.get(4)?,
                    has_links: row.get::<String>(5)?.len() > 2,
                    language: row.get(6)?,
                    replies: row.get(7)?,
                    handle: row.get(8)?,
                    followers: row.get::<Option<i64>>(9)?.and_then(|n| u64::try_from(n).ok()),
                    first_heard: row.get(10)?,
                })
            },
        )
    }
    /// What we said in conversations that this topic brought on this network: (kind by its draft, text, is an answer).
    pub fn ours_in(&self, topic: TopicId, network: &NetworkKey, since: Timestamp) -> Kept<Vec<(Option<String>, String, bool)>> {
        self.0.all(
            "select dr.kind, p.text, p.reply_to from posts p
             left join deliveries d on d.desk = p.desk and d.id = p.delivery left join drafts dr on dr.desk = d.desk and dr.id = d.draft
             where p.desk = $1 and p.is_mine = 1 and p.visibility <> 'direct' and p.network = $2 and p.created_at >= $3 and p.conversation in
               (select q.conversation from sightings s join posts q on q.desk = s.desk and q.id = s.post where s.desk = $1 and s.topic = $4)
             order by p.created_at desc limit 200",
            &args![self.0.desk(), network.as_str(), since, topic],
            |row| Ok((row.get(0)?, row.get(1)?, row.get::<Option<String>>(2)?.is_some())),
        )
    }
    /// How often this author said the very same words before.
    pub fn same_words(&self, author: ProfileId, text: &str) -> Kept<u64> {
        self.0.count(
            "select count(*) from posts where desk = $1 and author = $2 and text = $3 and visibility <> 'direct'",
            &args![self.0.desk(), author, text],
        )
    }
    /// Posts that came in since `since`, whether or not a topic caught them.
    pub fn posts_since(&self, since: Timestamp) -> Kept<u64> {
        self.0.count(
            "select count(*) from posts where desk = $1 and created_at >= $2 and is_mine = 0 and visibility <> 'direct'",
            &args![self.0.desk(), since],
        )
    }
    /// The newest kept posts of others, to be held against a new topic.
    pub fn lately(&self, since: Timestamp, max: u32) -> Kept<Vec<PostId>> {
        self.0.all(
            &format!(
                "select id from posts where desk = $1 and created_at >= $2 and is_mine = 0 and deleted_at is null and visibility <> 'direct' order by created_at desc limit {max}"
            ),
            &args![self.0.desk(), since],
            |row| row.get(0),
        )
    }
}
