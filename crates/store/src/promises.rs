//! Promises in our own words, once somebody said what to make of them.

use model::{ConversationId, PostId, Timestamp, VoiceId};

use crate::{Kept, Row, Tx, args};

pub struct Promises<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn promises(&self) -> Promises<'_, 'c> {
        Promises(self)
    }
}

/// One promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPromise {
    /// In which it was said.
    pub post: PostId,
    pub conversation: ConversationId,
    pub voice: Option<VoiceId>,
    pub words: String,
    pub due_at: Timestamp,
    /// `kept`: it is ours to do; `no`: it was none; `done`.
    pub state: String,
    pub said_at: Timestamp,
    pub decided_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// Promises of one conversation.
const PROMISES_MAX: u32 = 50;
const COLUMNS: &str = "post, conversation, voice, words, due_at, state, said_at, decided_at, done_at";

fn read(row: &Row<'_>) -> Kept<KeptPromise> {
    Ok(KeptPromise {
        post: row.get(0)?,
        conversation: row.get(1)?,
        voice: row.get(2)?,
        words: row.get(3)?,
        due_at: row.get(4)?,
        state: row.get(5)?,
        said_at: row.get(6)?,
        decided_at: row.get(7)?,
        done_at: row.get(8)?,
    })
}

impl Promises<'_, '_> {
    /// Keeps what was decided; deciding anew takes the place of what was decided before.
    pub fn put(&self, p: &KeptPromise) -> Kept<()> {
        self.0.run(
            "insert into promises (desk, post, conversation, voice, words, due_at, state, said_at, decided_at, done_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (desk, post) do update set voice = excluded.voice, words = excluded.words, due_at = excluded.due_at, state = excluded.state,
               decided_at = excluded.decided_at, done_at = excluded.done_at",
            &args![self.0.desk(), p.post, p.conversation, p.voice, &p.words, p.due_at, &p.state, p.said_at, p.decided_at, p.done_at],
        )?;
        Ok(())
    }
    /// All of a conversation, open or not, the soonest due first.
    pub fn of_conversation(&self, conversation: ConversationId) -> Kept<Vec<KeptPromise>> {
        self.0.all(
            &format!("select {COLUMNS} from promises where desk = $1 and conversation = $2 order by due_at, post limit {PROMISES_MAX}"),
            &args![self.0.desk(), conversation],
            read,
        )
    }
    /// Takes a decision back: it may be proposed again.
    pub fn forget(&self, post: PostId) -> Kept<()> {
        self.0.run("delete from promises where desk = $1 and post = $2", &args![self.0.desk(), post])?;
        Ok(())
    }
}
