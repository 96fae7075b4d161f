//! What was noted to oneself: about a person, or in the notebook, where it may grow into a draft.

use model::{ConversationId, DraftId, NoteId, PersonId, Timestamp, VoiceId};

use crate::{Kept, Row, StoreError, Tx, args};

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
    /// What it became.
    pub draft: Option<DraftId>,
}

const COLUMNS: &str = "id, person, text, at, draft";

fn read(row: &Row<'_>) -> Kept<Note> {
    Ok(Note { id: row.get(0)?, person: row.get(1)?, text: row.get(2)?, at: row.get(3)?, draft: row.get(4)? })
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
        self.0.persons().relist(person)?;
        Ok(id)
    }
    /// Newest first.
    pub fn of_person(&self, person: PersonId) -> Kept<Vec<Note>> {
        self.0.all(
            &format!("select {COLUMNS} from notes where desk = $1 and person = $2 order by at desc, id desc limit {NOTES_MAX}"),
            &args![self.0.desk(), person],
            read,
        )
    }
    /// Takes a note away and answers it, so that it can be put back.
    pub fn take(&self, id: NoteId) -> Kept<Note> {
        let note = self
            .0
            .find(&format!("delete from notes where desk = $1 and id = $2 returning {COLUMNS}"), &args![self.0.desk(), id], read)?
            .ok_or(StoreError::Missing("a note"))?;
        note.person.map_or(Ok(()), |person| self.0.persons().relist(person))?;
        Ok(note)
    }
    /// Puts a note back as it was.
    pub fn put_back(&self, note: &Note, voice: Option<VoiceId>) -> Kept<()> {
        self.0.run(
            "insert into notes (desk, id, person, voice, text, at, draft) values ($1, $2, $3, $4, $5, $6, $7) on conflict (desk, id) do nothing",
            &args![self.0.desk(), note.id, note.person, voice, &note.text, note.at, note.draft],
        )?;
        note.person.map_or(Ok(()), |person| self.0.persons().relist(person))
    }
    /// About a conversation, among colleagues.
    pub fn put_aside(&self, conversation: ConversationId, voice: Option<VoiceId>, text: &str, now: Timestamp) -> Kept<NoteId> {
        let id: NoteId = self.0.fresh(now);
        self.0.run(
            "insert into notes (desk, id, conversation, voice, text, at) values ($1, $2, $3, $4, $5, $6)",
            &args![self.0.desk(), id, conversation, voice, text, now],
        )?;
        Ok(id)
    }
    /// What colleagues noted about a conversation, oldest first: by whom, what and when.
    pub fn asides(&self, conversation: ConversationId) -> Kept<Vec<(Option<VoiceId>, String, Timestamp)>> {
        self.0.all(
            &format!("select voice, text, at from notes where desk = $1 and conversation = $2 order by at, id limit {NOTES_MAX}"),
            &args![self.0.desk(), conversation],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }
    /// Into the notebook: about nobody.
    pub fn jot(&self, voice: Option<VoiceId>, text: &str, now: Timestamp) -> Kept<NoteId> {
        let id: NoteId = self.0.fresh(now);
        self.0.run(
            "insert into notes (desk, id, person, voice, text, at) values ($1, $2, null, $3, $4, $5)",
            &args![self.0.desk(), id, voice, text, now],
        )?;
        Ok(id)
    }
    /// The notebook, newest first.
    pub fn notebook(&self, max: u32) -> Kept<Vec<Note>> {
        self.0.all(
            &format!("select {COLUMNS} from notes where desk = $1 and person is null and conversation is null order by at desc, id desc limit {}", max.min(NOTES_MAX)),
            &args![self.0.desk()],
            read,
        )
    }
    /// One of the notebook.
    pub fn jotted(&self, id: NoteId) -> Kept<Note> {
        self.0
            .find(
                &format!("select {COLUMNS} from notes where desk = $1 and id = $2 and person is null and conversation is null"),
                &args![self.0.desk(), id],
                read,
            )?
            .ok_or(StoreError::Missing("a note"))
    }
    /// It became a draft.
    pub fn set_draft(&self, id: NoteId, draft: DraftId) -> Kept<()> {
        self.0.run("update notes set draft = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, draft])?;
        Ok(())
    }
}
