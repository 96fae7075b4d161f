//! Subjects that the voices of a desk share for a while.

use model::{SubjectId, Timestamp, VoiceId};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Subjects<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn subjects(&self) -> Subjects<'_, 'c> {
        Subjects(self)
    }
}

/// What is talked about in common: notes to take from, never a text that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub id: SubjectId,
    /// Who shared it.
    pub voice: Option<VoiceId>,
    pub title: String,
    pub notes: String,
    pub link: Option<String>,
    /// It is shared until then; `None`: until somebody closes it.
    pub until: Option<Timestamp>,
    pub at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// The most that are read at once.
const READ_MAX: u32 = 50;
const COLUMNS: &str = "id, voice, title, notes, link, until_at, at, closed_at";

fn read(row: &Row<'_>) -> Kept<Subject> {
    Ok(Subject {
        id: row.get(0)?,
        voice: row.get(1)?,
        title: row.get(2)?,
        notes: row.get(3)?,
        link: row.get(4)?,
        until: row.get(5)?,
        at: row.get(6)?,
        closed_at: row.get(7)?,
    })
}

impl Subjects<'_, '_> {
    pub fn put(&self, s: &Subject) -> Kept<()> {
        self.0.run(
            "insert into subjects (desk, id, voice, title, notes, link, until_at, at, closed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &args![self.0.desk(), s.id, s.voice, &s.title, &s.notes, s.link.as_deref(), s.until, s.at, s.closed_at],
        )?;
        Ok(())
    }
    /// Those that are shared now, newest first.
    pub fn open(&self, now: Timestamp) -> Kept<Vec<Subject>> {
        self.0.all(
            &format!(
                "select {COLUMNS} from subjects where desk = $1 and closed_at is null and (until_at is null or until_at > $2) order by at desc, id desc limit {READ_MAX}"
            ),
            &args![self.0.desk(), now],
            read,
        )
    }
    /// Closes it, or with `None` opens it again.
    pub fn set_closed(&self, id: SubjectId, at: Option<Timestamp>) -> Kept<()> {
        let changed = self.0.run("update subjects set closed_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        if changed == 0 { Err(StoreError::Missing("a subject")) } else { Ok(()) }
    }
}
