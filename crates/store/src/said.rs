//! What was said through an account lately or will be soon, to hold new words beside it.

use model::{AccountId, DraftId, NetworkKey, Timestamp, VoiceId};

use crate::{Kept, Row, Tx, args};

/// Words that went out through an account, or will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// As written, before short links; and as it stands there.
    pub texts: Vec<String>,
    pub at: Timestamp,
    /// Ours, where it was written here.
    pub draft: Option<DraftId>,
    pub url: Option<String>,
    /// In line still.
    pub is_ahead: bool,
}

/// Words of another voice, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidByOther {
    pub said: Said,
    /// Their name.
    pub voice: String,
    pub account: AccountId,
    pub network: NetworkKey,
    pub handle: String,
}

fn read_planned(row: &Row<'_>) -> Kept<Said> {
    let part = crate::json::part_in(&row.get::<String>(1)?)?;
    let state: String = row.get(4)?;
    Ok(Said { texts: vec![row.get(0)?, part.text], at: row.get(2)?, draft: row.get(3)?, url: row.get(5)?, is_ahead: state == "planned" })
}

impl Tx<'_> {
    /// Posts through an account in `from..until`, those that go out then as well as those that did; answers, what was taken down and
    /// one draft left out. Newest first, `max` of each.
    pub fn said_through(&self, account: AccountId, but: DraftId, from: Timestamp, until: Timestamp, max: u32) -> Kept<Vec<Said>> {
        let mut all = self.all(
            "select dr.text, d.part, coalesce(d.landed_at, d.due), dr.id, d.state, d.landed_url from deliveries d join drafts dr on dr.desk = d.desk and dr.id = d.draft
             where d.desk = $1 and d.account = $2 and d.draft <> $3 and d.due >= $4 and d.due < $5 and d.part_index = 0
               and d.state in ('planned', 'sending', 'landed', 'ask-human') and d.deleted_at is null and dr.conversation is null and dr.visibility <> 'direct'
             order by d.due desc, d.id desc limit $6",
            &args![self.desk(), account, but, from, until, max],
            read_planned,
        )?;
        all.extend(self.all(
            "select text, created_at, url from posts where desk = $1 and account = $2 and is_mine = 1 and delivery is null and reply_to is null
               and visibility <> 'direct' and deleted_at is null and created_at >= $3 and created_at < $4 order by created_at desc, id desc limit $5",
            &args![self.desk(), account, from, until, max],
            |row| Ok(Said { texts: vec![row.get(0)?], at: row.get(1)?, draft: None, url: row.get(2)?, is_ahead: false }),
        )?);
        Ok(all)
    }
    /// Posts of the desk's other voices that went out in `from..until` or go out then; answers and what is private left out. Newest first.
    pub fn said_by_others(&self, voice: VoiceId, but: DraftId, from: Timestamp, until: Timestamp, max: u32) -> Kept<Vec<SaidByOther>> {
        self.all(
            "select dr.text, d.part, coalesce(d.landed_at, d.due), dr.id, d.state, d.landed_url, v.name, ac.id, ac.network, ac.handle
             from deliveries d join drafts dr on dr.desk = d.desk and dr.id = d.draft join accounts ac on ac.desk = d.desk and ac.id = d.account
             join voices v on v.id = dr.voice
             where d.desk = $1 and dr.voice <> $2 and d.draft <> $3 and d.due >= $4 and d.due < $5 and d.part_index = 0
               and d.state in ('planned', 'sending', 'landed', 'ask-human') and d.deleted_at is null and dr.conversation is null and dr.visibility <> 'direct'
             order by d.due desc, d.id desc limit $6",
            &args![self.desk(), voice, but, from, until, max],
            |row| {
                Ok(SaidByOther {
                    said: read_planned(row)?,
                    voice: row.get(6)?,
                    account: row.get(7)?,
                    network: NetworkKey(row.get(8)?),
                    handle: row.get(9)?,
                })
            },
        )
    }
}
