//! What we said lately: what it did, to whom, and in whose voice. Read whole for the balance, and counted by the verbs.

use model::{AccountId, DraftId, Kind, Nature, NetworkKey, PersonId, PostId, Timestamp, VoiceId};

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
    /// `None` for a gesture noted by hand.
    pub draft: Option<DraftId>,
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
                 where d.desk = $1 and d.state = 'landed' and d.due >= $3 and d.part_index = 0 and d.landed_at >= $2
                 group by dr.id, dr.kind, dr.is_personal, dr.voice, ac.network order by min(d.landed_at) desc limit {ROWS_MAX}"
            ),
            &args![self.0.desk(), since, since.as_millisecond() - LATE_MS_MAX],
            |row| {
                Ok(Deed {
                    draft: row.get(0)?,
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
                Ok(Deed { draft: None, at: row.get(0)?, kind: kind(&row.get::<String>(1)?)?, is_personal: false, voice: None, network: None })
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
                 join posts p on p.desk = f.desk and p.author = f.id and p.is_mine = 1 and p.deleted_at is null and p.created_at >= $2
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
}
