//! What we said lately: what it did, to whom, and in whose voice. Read whole for the balance, and counted by the verbs.

use model::{AccountId, ConversationId, DraftId, Kind, Nature, NetworkKey, PersonId, PostId, Timestamp, VoiceId};

use crate::{Kept, StoreError, Tx, args};

pub struct Balance<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn balance(&self) -> Balance<'_, 'c> {
        Balance(self)
    }
}

/// Rows that are read for one balance; a louder desk is weighed by its newest.
pub const ROWS_MAX: u32 = 50_000;
/// A post may land so much later than it was due, and is still found by the index of what was due.
const LATE_MS_MAX: i64 = 31 * 24 * 3_600_000;

/// A draft of ours that stands on a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// `None` for a gesture noted by hand, and for what was not written here.
    pub draft: Option<DraftId>,
    /// What was not written here: what it does is told from its words.
    pub post: Option<PostId>,
    pub at: Timestamp,
    pub kind: Kind,
    pub is_personal: bool,
    pub voice: Option<VoiceId>,
    pub network: Option<NetworkKey>,
}

/// A post of ours, and one person it was said to; a post to several comes several times.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub post: PostId,
    pub at: Timestamp,
    pub is_reply: bool,
    /// It goes on with words of our own.
    pub goes_on: bool,
    pub draft: Option<DraftId>,
    pub voice: Option<VoiceId>,
    pub account: AccountId,
    pub handle: String,
    pub person: Option<PersonId>,
    pub nature: Nature,
    /// When the two of us first talked.
    pub first_at: Option<Timestamp>,
}

/// A post of ours as it can be read again, and corrected where it was written here.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// Only what was written here has one, and only that can be corrected.
    pub draft: Option<DraftId>,
    pub words: String,
    pub language: Option<String>,
    pub at: Timestamp,
    pub kind: Kind,
    pub is_personal: bool,
    pub is_reply: bool,
    pub network: NetworkKey,
    pub conversation: Option<ConversationId>,
}

/// Posts that are read again at once.
pub const SPOKEN_MAX: u32 = 500;

fn kind(word: &str) -> Kept<Kind> {
    Kind::from_word(word).ok_or_else(|| StoreError::Broken("what a draft does".into()))
}

impl Balance<'_, '_> {
    /// What landed since, once a draft and network; newest first.
    pub fn deeds(&self, since: Timestamp) -> Kept<Vec<Deed>> {
        let mut deeds = self.0.all(
            &format!(
                "select dr.id, min(d.landed_at), dr.kind, dr.is_personal, dr.voice, ac.network from deliveries d
                 join drafts dr on dr.desk = d.desk and dr.id = d.draft join accounts ac on ac.desk = d.desk and ac.id = d.account
                 where d.desk = $1 and d.state = 'landed' and d.due >= $3 and d.part_index = 0 and d.landed_at >= $2 and dr.visibility <> 'direct'
                 group by dr.id, dr.kind, dr.is_personal, dr.voice, ac.network order by min(d.landed_at) desc limit {ROWS_MAX}"
            ),
            &args![self.0.desk(), since, since.as_millisecond() - LATE_MS_MAX],
            |row| {
                Ok(Deed {
                    draft: row.get(0)?,
                    post: None,
                    at: row.get(1)?,
                    kind: kind(&row.get::<String>(2)?)?,
                    is_personal: row.get(3)?,
                    voice: row.get(4)?,
                    network: Some(NetworkKey(row.get(5)?)),
                })
            },
        )?;
        let by_hand = self.0.all(
            &format!(
                "select at, kind from gestures where desk = $1 and is_mine = 1 and delivery is null and at >= $2 order by at desc limit {ROWS_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| {
                Ok(Deed { draft: None, post: None, at: row.get(0)?, kind: kind(&row.get::<String>(1)?)?, is_personal: false, voice: None, network: None })
            },
        )?;
        deeds.extend(by_hand);
        Ok(deeds)
    }
    /// Our own posts since, wherever they were written, each with whom they were said to; newest first.
    pub fn said(&self, since: Timestamp) -> Kept<Vec<Said>> {
        self.0.all(
            &format!(
                "select p.id, p.created_at, p.reply_to, case when p.reply_to_author = f.remote_id then 1 else 0 end, d.draft, dr.voice, ac.id, ac.handle,
                   pe.id, pe.nature, pe.first_at
                 from accounts ac join profiles f on f.desk = ac.desk and f.network = ac.network and f.remote_id = ac.remote_id
                 join posts p on p.desk = f.desk and p.author = f.id and p.is_mine = 1 and p.deleted_at is null and p.visibility <> 'direct' and p.created_at >= $2
                 left join deliveries d on d.desk = p.desk and d.id = p.delivery left join drafts dr on dr.desk = d.desk and dr.id = d.draft
                 left join between_us b on b.desk = p.desk and b.post = p.id and b.is_mine = 1
                 left join profiles g on g.desk = b.desk and g.id = b.profile
                 left join persons pe on pe.desk = g.desk and pe.id = g.person and pe.is_me = 0
                 where ac.desk = $1 order by p.created_at desc, p.id desc, pe.id limit {ROWS_MAX}"
            ),
            &args![self.0.desk(), since],
            |row| {
                Ok(Said {
                    post: row.get(0)?,
                    at: row.get(1)?,
                    is_reply: row.get::<Option<String>>(2)?.is_some(),
                    goes_on: row.get(3)?,
                    draft: row.get(4)?,
                    voice: row.get(5)?,
                    account: row.get(6)?,
                    handle: row.get(7)?,
                    person: row.get(8)?,
                    nature: row.get::<Option<String>>(9)?.as_deref().and_then(Nature::from_word).unwrap_or_default(),
                    first_at: row.get(10)?,
                })
            },
        )
    }
    /// What we said in a span, as it stands, once a draft and network; newest first. What was said elsewhere talks, for all we know.
    pub fn spoken(&self, since: Timestamp, until: Timestamp) -> Kept<Vec<Spoken>> {
        let here = self.0.all(
            &format!(
                "select dr.id, dr.text, dr.language, min(d.landed_at), dr.kind, dr.is_personal, case when dr.parent_id is null then 0 else 1 end, ac.network, min(p.conversation)
                 from deliveries d join drafts dr on dr.desk = d.desk and dr.id = d.draft join accounts ac on ac.desk = d.desk and ac.id = d.account
                 left join posts p on p.desk = d.desk and p.id = d.post
                 where d.desk = $1 and d.state = 'landed' and d.part_index = 0 and d.landed_at >= $2 and d.landed_at < $3 and dr.visibility <> 'direct'
                 group by dr.id, dr.text, dr.language, dr.kind, dr.is_personal, case when dr.parent_id is null then 0 else 1 end, ac.network
                 order by min(d.landed_at) desc, dr.id desc limit {SPOKEN_MAX}"
            ),
            &args![self.0.desk(), since, until],
            |row| {
                Ok(Spoken {
                    draft: row.get(0)?,
                    words: row.get(1)?,
                    language: row.get(2)?,
                    at: row.get(3)?,
                    kind: kind(&row.get::<String>(4)?)?,
                    is_personal: row.get(5)?,
                    is_reply: row.get(6)?,
                    network: NetworkKey(row.get(7)?),
                    conversation: row.get(8)?,
                })
            },
        )?;
        let elsewhere = self.0.all(
            &format!(
                "select p.text, p.language, p.created_at, case when p.reply_to is null then 0 else 1 end, p.network, p.conversation from posts p
                 where p.desk = $1 and p.is_mine = 1 and p.delivery is null and p.deleted_at is null and p.visibility <> 'direct' and p.created_at >= $2 and p.created_at < $3
                 order by p.created_at desc, p.id desc limit {SPOKEN_MAX}"
            ),
            &args![self.0.desk(), since, until],
            |row| {
                Ok(Spoken {
                    draft: None,
                    words: row.get(0)?,
                    language: row.get(1)?,
                    at: row.get(2)?,
                    kind: Kind::Talks,
                    is_personal: false,
                    is_reply: row.get(3)?,
                    network: NetworkKey(row.get(4)?),
                    conversation: row.get(5)?,
                })
            },
        )?;
        Ok(here.into_iter().chain(elsewhere).collect())
    }
    /// What a draft does, as it was corrected afterwards. Whether there is such a draft.
    pub fn correct(&self, draft: DraftId, kind: Kind, is_personal: bool) -> Kept<bool> {
        let sql = "update drafts set kind = $3, is_personal = $4 where desk = $1 and id = $2";
        Ok(self.0.run(sql, &args![self.0.desk(), draft, kind.word(), is_personal])? > 0)
    }
}
