//! A topic followed in one place through one account, with how far it has been read.

use model::{AccountId, Timestamp, TopicId, WatchId};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Watches<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn watches(&self) -> Watches<'_, 'c> {
        Watches(self)
    }
}

/// A watch as kept. `kind` is `tag`, `words` or `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptWatch {
    pub id: WatchId,
    pub topic: TopicId,
    pub account: AccountId,
    pub kind: String,
    pub words: String,
    pub cursor: String,
    /// `listening`, `waiting` or `not-offered`.
    pub state: String,
    /// Why it does not listen just now.
    pub why: Option<String>,
    pub heard_at: Option<Timestamp>,
    pub tries: u32,
}

const COLUMNS: &str = "id, topic, account, search_kind, search_words, cursor, state, why, heard_at, tries";
/// No desk has more watches than this.
pub const WATCHES_MAX: u32 = 2_000;

fn read(row: &Row<'_>) -> Kept<KeptWatch> {
    Ok(KeptWatch {
        id: row.get(0)?,
        topic: row.get(1)?,
        account: row.get(2)?,
        kind: row.get(3)?,
        words: row.get(4)?,
        cursor: row.get(5)?,
        state: row.get(6)?,
        why: row.get(7)?,
        heard_at: row.get(8)?,
        tries: row.get(9)?,
    })
}

impl Watches<'_, '_> {
    /// Puts a watch; one that is there keeps its place. Answers the id that holds.
    pub fn put(&self, topic: TopicId, account: AccountId, kind: &str, words: &str, now: Timestamp) -> Kept<WatchId> {
        self.0.get(
            "a watch",
            "insert into watches (desk, id, topic, account, search_kind, search_words, cursor, state, tries, created_at) values ($1, $2, $3, $4, $5, $6, '', 'listening', 0, $7)
             on conflict (desk, topic, account, search_kind, search_words) do update set tries = 0 returning id",
            &args![self.0.desk(), self.0.fresh::<WatchId>(now), topic, account, kind, words, now],
            |row| row.get(0),
        )
    }
    pub fn find(&self, id: WatchId) -> Kept<Option<KeptWatch>> {
        self.0.find(&format!("select {COLUMNS} from watches where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// The account it listens through.
    pub fn account_of(&self, id: WatchId) -> Kept<Option<AccountId>> {
        self.0.find("select account from watches where desk = $1 and id = $2", &args![self.0.desk(), id], |row| row.get(0))
    }
    pub fn get(&self, id: WatchId) -> Kept<KeptWatch> {
        self.find(id)?.ok_or(StoreError::Missing("a watch"))
    }
    pub fn of_topic(&self, topic: TopicId) -> Kept<Vec<KeptWatch>> {
        self.0.all(
            &format!("select {COLUMNS} from watches where desk = $1 and topic = $2 order by id limit {WATCHES_MAX}"),
            &args![self.0.desk(), topic],
            read,
        )
    }
    pub fn list(&self) -> Kept<Vec<KeptWatch>> {
        self.0.all(&format!("select {COLUMNS} from watches where desk = $1 order by id limit {WATCHES_MAX}"), &args![self.0.desk()], read)
    }
    /// It was read up to `cursor`, and all is well.
    pub fn set_heard(&self, id: WatchId, cursor: &str, at: Timestamp) -> Kept<()> {
        self.0.run(
            "update watches set cursor = $3, heard_at = $4, state = 'listening', why = null, tries = 0 where desk = $1 and id = $2",
            &args![self.0.desk(), id, cursor, at],
        )?;
        Ok(())
    }
    /// It does not listen just now: `state` and why, in words for a person.
    pub fn set_state(&self, id: WatchId, state: &str, why: &str, tries: u32) -> Kept<()> {
        self.0.run(
            "update watches set state = $3, why = $4, tries = $5 where desk = $1 and id = $2",
            &args![self.0.desk(), id, state, why, tries],
        )?;
        Ok(())
    }
    pub fn delete(&self, id: WatchId) -> Kept<()> {
        self.0.run("delete from watches where desk = $1 and id = $2", &args![self.0.desk(), id])?;
        Ok(())
    }
}
