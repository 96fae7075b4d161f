//! Introductions that were asked for: to whom, through whom, in which draft, and whether they came about.

use model::{DraftId, PersonId, Timestamp, VoiceId};

use crate::{Kept, Row, Tx, args};

pub struct Introductions<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn introductions(&self) -> Introductions<'_, 'c> {
        Introductions(self)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Introduction {
    pub id: i64,
    pub target: PersonId,
    pub via: PersonId,
    /// The people of the way at that time, by name, from us to them.
    pub way: String,
    pub draft: Option<DraftId>,
    pub asked_at: Timestamp,
    pub met_at: Option<Timestamp>,
}

/// Introductions of one person that are read.
const LISTED_MAX: u32 = 50;
const COLUMNS: &str = "id, target, via, way, draft, asked_at, met_at";

fn read(row: &Row<'_>) -> Kept<Introduction> {
    Ok(Introduction {
        id: row.get(0)?,
        target: row.get(1)?,
        via: row.get(2)?,
        way: row.get(3)?,
        draft: row.get(4)?,
        asked_at: row.get(5)?,
        met_at: row.get(6)?,
    })
}

impl Introductions<'_, '_> {
    pub fn put(&self, (target, via): (PersonId, PersonId), voice: Option<VoiceId>, way: &str, draft: DraftId, now: Timestamp) -> Kept<i64> {
        let id: DraftId = self.0.fresh(now);
        self.0.run(
            "insert into introductions (desk, id, target, via, voice, way, draft, asked_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &args![self.0.desk(), id.0, target, via, voice, way, draft, now],
        )?;
        Ok(id.0)
    }
    /// What was asked for, to whom or through whom, newest first.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<Introduction>> {
        self.0.all(
            &format!("select {COLUMNS} from introductions where desk = $1 and (target = $2 or via = $2) order by asked_at desc limit {LISTED_MAX}"),
            &args![self.0.desk(), person],
            read,
        )
    }
}
