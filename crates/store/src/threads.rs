//! A conversation's posts as far as its turn needs them, and the posts that are known to be missing.

use model::{AccountId, AimId, ConversationId, NetworkKey, PersonId, Poll, PostId, PostRef, ProfileId, Quote, Timestamp, Visibility};

use crate::{Kept, Row, Tx, args, json};

pub struct Threads<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn threads(&self) -> Threads<'_, 'c> {
        Threads(self)
    }
}

/// One post of a thread, without its pictures and links.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub id: PostId,
    pub network: NetworkKey,
    pub remote_id: String,
    pub local: Option<String>,
    pub reply_to: Option<String>,
    pub reply_to_author: Option<String>,
    pub account: Option<AccountId>,
    pub author: ProfileId,
    pub author_remote: String,
    pub person: PersonId,
    pub who: String,
    pub handle: String,
    pub has_face: bool,
    pub is_mine: bool,
    pub names_me: bool,
    pub created_at: Timestamp,
    /// When it came as news; `None`: as history.
    pub heard_at: Option<Timestamp>,
    pub is_deleted: bool,
    pub text: String,
    pub title: Option<String>,
    pub warning: Option<String>,
    pub language: Option<String>,
    pub visibility: Visibility,
    pub is_edited: bool,
    pub poll: Option<Poll>,
    pub quote: Option<Quote>,
}

/// A post that somebody answered and that we do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    pub network: NetworkKey,
    pub wanted: String,
    /// A post that we have, from which the thread can be asked for.
    pub post: PostId,
    pub at: PostRef,
    pub tries: u32,
}

/// Of a very long thread, so many of the newest posts decide whose turn it is.
pub const DECIDING_MAX: u32 = 500;

fn read(row: &Row<'_>) -> Kept<Said> {
    Ok(Said {
        id: row.get(0)?,
        network: NetworkKey(row.get(1)?),
        remote_id: row.get(2)?,
        local: row.get(3)?,
        reply_to: row.get(4)?,
        reply_to_author: row.get(5)?,
        account: row.get(6)?,
        author: row.get(7)?,
        author_remote: row.get(8)?,
        person: row.get(9)?,
        who: row.get(10)?,
        is_mine: row.get(11)?,
        names_me: row.get(12)?,
        created_at: row.get(13)?,
        heard_at: row.get(14)?,
        is_deleted: row.get::<Option<Timestamp>>(15)?.is_some(),
        text: row.get(16)?,
        title: row.get(17)?,
        warning: row.get(18)?,
        language: row.get(19)?,
        visibility: Visibility::from_word(&row.get::<String>(20)?).unwrap_or_default(),
        has_face: row.get::<Option<String>>(21)?.is_some(),
        handle: row.get(22)?,
        is_edited: row.get::<Option<Timestamp>>(23)?.is_some(),
        poll: json::poll_in(row.get::<Option<String>>(24)?.as_deref())?,
        quote: json::quote_in(row.get::<Option<String>>(25)?.as_deref())?,
    })
}

impl Threads<'_, '_> {
    /// What was said in a conversation: the newest posts, oldest of them first.
    pub fn said(&self, conversation: ConversationId) -> Kept<Vec<Said>> {
        Ok(self.said_each(&[conversation])?.into_iter().next().unwrap_or_default())
    }
    /// The same of several, in the order asked for.
    pub fn said_each(&self, conversations: &[ConversationId]) -> Kept<Vec<Vec<Said>>> {
        let mut all = self.0.all_each(
            &format!(
                "select p.id, p.network, p.remote_id, p.local_id, p.reply_to, p.reply_to_author, p.account, p.author, f.remote_id, f.person, f.name, p.is_mine, p.names_me,
                   p.created_at, p.heard_at, p.deleted_at, p.text, p.title, p.warning, p.language, p.visibility, f.avatar_url, f.handle,
                   p.edited_at, p.poll, p.quote
                 from posts p join profiles f on f.desk = p.desk and f.id = p.author
                 where p.desk = $1 and p.conversation = $2 order by p.created_at desc, p.remote_id desc limit {DECIDING_MAX}"
            ),
            conversations.iter().map(|id| args![self.0.desk(), *id].into()).collect(),
            read,
        )?;
        for said in &mut all {
            said.sort_by(|a, b| (a.created_at, &a.remote_id).cmp(&(b.created_at, &b.remote_id)));
        }
        Ok(all)
    }
    /// Who waits in a box, in order: conversation and name.
    pub fn walk(&self, inbox: &str, max: u32) -> Kept<Vec<(ConversationId, String)>> {
        self.0.all(
            &format!("select id, who from conversations where desk = $1 and box = $2 order by rank, since, id limit {max}"),
            &args![self.0.desk(), inbox],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// The conversation that a post stands in.
    pub fn of_post(&self, post: PostId) -> Kept<Option<ConversationId>> {
        let found = self.0.find("select conversation from posts where desk = $1 and id = $2", &args![self.0.desk(), post], |row| {
            row.get::<Option<ConversationId>>(0)
        })?;
        Ok(found.flatten())
    }
    /// Whether we met a person in another conversation than this.
    pub fn met_elsewhere(&self, person: PersonId, but: ConversationId) -> Kept<bool> {
        let found = self.0.find(
            "select id from conversations where desk = $1 and person = $2 and id <> $3 and box <> '' limit 1",
            &args![self.0.desk(), person, but],
            |row| row.get::<i64>(0),
        )?;
        Ok(found.is_some())
    }
    /// The key of the tie to a person, to be held against `verbs::relate::tie::key_of`.
    pub fn tie(&self, person: PersonId) -> Kept<f64> {
        let tie = self.0.find("select tie from persons where desk = $1 and id = $2", &args![self.0.desk(), person], |row| row.get(0))?;
        Ok(tie.unwrap_or(0.0))
    }
    /// The aim that the draft of one of our posts in this conversation serves.
    pub fn aim_of_draft(&self, draft: model::DraftId) -> Kept<Option<AimId>> {
        let aim = self
            .0
            .find("select aim from drafts where desk = $1 and id = $2", &args![self.0.desk(), draft], |row| row.get::<Option<AimId>>(0))?;
        Ok(aim.flatten())
    }

    /// How many conversations have an answer of ours that was said since.
    pub fn answered_since(&self, since: Timestamp) -> Kept<u32> {
        self.0.get(
            "a count",
            "select count(distinct conversation) from posts where desk = $1 and created_at >= $2 and is_mine = 1 and reply_to is not null and heard_at is not null and visibility <> 'direct'",
            &args![self.0.desk(), since],
            |row| row.get(0),
        )
    }

    /// Tags that are followed through an account, to be heard by its stream.
    pub fn watched_tags(&self, account: AccountId, max: usize) -> Kept<Vec<String>> {
        self.0.all(
            &format!("select distinct search_words from watches where desk = $1 and account = $2 and search_kind = 'tag' order by search_words limit {max}"),
            &args![self.0.desk(), account],
            |row| row.get(0),
        )
    }

    /// Notes that a post is missing, to be asked for through `account` at `at`; one that is noted stays as it is.
    pub fn put_hole(&self, network: &NetworkKey, wanted: &str, account: AccountId, post: PostId, at: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into holes (desk, network, wanted, account, post, ask_at, tries) values ($1, $2, $3, $4, $5, $6, 0) on conflict (desk, network, wanted) do nothing",
            &args![self.0.desk(), network.as_str(), wanted, account, post, at],
        )?;
        Ok(())
    }
    /// Holes of an account that may be asked for now.
    pub fn holes(&self, account: AccountId, now: Timestamp, tries_max: u32, max: u32) -> Kept<Vec<Hole>> {
        self.0.all(
            &format!(
                "select h.network, h.wanted, h.post, p.remote_id, t.tag, h.tries from holes h
                 join posts p on p.desk = h.desk and p.id = h.post
                 left join post_tags t on t.desk = h.desk and t.post = h.post and t.account = h.account
                 where h.desk = $1 and h.account = $2 and h.ask_at <= $3 and h.tries < $4 order by h.ask_at limit {max}"
            ),
            &args![self.0.desk(), account, now, tries_max],
            |row| {
                Ok(Hole {
                    network: NetworkKey(row.get(0)?),
                    wanted: row.get(1)?,
                    post: row.get(2)?,
                    at: PostRef::new(row.get::<String>(3)?, row.get::<Option<String>>(4)?.unwrap_or_default()),
                    tries: row.get(5)?,
                })
            },
        )
    }
    /// It was asked for and did not come.
    pub fn hole_tried(&self, network: &NetworkKey, wanted: &str, tries: u32, again: Timestamp) -> Kept<()> {
        self.0.run(
            "update holes set tries = $4, ask_at = $5 where desk = $1 and network = $2 and wanted = $3",
            &args![self.0.desk(), network.as_str(), wanted, tries, again],
        )?;
        Ok(())
    }
    /// Whether anything is missing anywhere.
    pub fn has_holes(&self) -> Kept<bool> {
        Ok(self.0.find("select tries from holes where desk = $1 limit 1", &args![self.0.desk()], |row| row.get::<i64>(0))?.is_some())
    }
    /// It is here now.
    pub fn hole_filled(&self, network: &NetworkKey, name: &str) -> Kept<()> {
        self.0.run("delete from holes where desk = $1 and network = $2 and wanted = $3", &args![self.0.desk(), network.as_str(), name])?;
        Ok(())
    }
}
