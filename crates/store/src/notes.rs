//! What was noted about a person, to oneself.

use model::{NoteId, PersonId, Timestamp, VoiceId};

use crate::{Kept, StoreError, Tx, args};

pub struct Notes<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn notes(&self) -> Notes<'_, 'c> {
        Notes(self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: NoteId,
    pub person: Option<PersonId>,
    pub text: String,
    pub at: Timestamp,
}

/// Notes about one person that are read at once.
const NOTES_MAX: u32 = 500;

impl Notes<'_, '_> {
    pub fn put(&self, person: PersonId, voice: Option<VoiceId>, text: &str, now: Timestamp) -> Kept<NoteId> {
        let id: NoteId = self.0.fresh(now);
        self.0.run(
            "insert into notes (desk, id, person, voice, text, at) values ($1, $2, $3, $4, $5, $6)",
            &args![self.0.desk(), id, person, voice, text, now],
        )?;
        Ok(id)
    }
    /// Newest first.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<Note>> {
        self.0.all(
            &format!("select id, person, text, at from notes where desk = $1 and person = $2 order by at desc, id desc limit {NOTES_MAX}"),
            &args![self.0.desk(), person],
            |row| Ok(Note { id: row.get(0)?, person: row.get(1)?, text: row.get(2)?, at: row.get(3)? }),
        )
    }
    /// Takes a note away and answers it, so that it can be put back.
    pub fn take(&self, id: NoteId) -> Kept<Note> {
        self.0
            .find("delete from notes where desk = $1 and id = $2 returning id, person, text, at", &args![self.0.desk(), id], |row| {
                Ok(Note { id: row.get(0)?, person: row.get(1)?, text: row.get(2)?, at: row.get(3)? })
            })?
            .ok_or(StoreError::Missing("a note"))
    }
    /// Puts a note back as it was.
    pub fn put_back(&self, note: &Note, voice: Option<VoiceId>) -> Kept<()> {
        self.0.run(
            "insert into notes (desk, id, person, voice, text, at) values ($1, $2, $3, $4, $5, $6) on conflict (desk, id) do nothing",
            &args![self.0.desk(), note.id, note.person, voice, &note.text, note.at],
        )?;
        Ok(())
    }
}
