//! The posts of one thread, and whose turn it is.

use crate::{AccountId, ConversationId, PersonId, Timestamp};

/// Whose move a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// They asked or spoke to us after our last word.
    Mine,
    /// We spoke last and may hope for an answer.
    Theirs,
    Nobodys,
}

impl Turn {
    pub fn word(self) -> &'static str {
        match self {
            Turn::Mine => "mine",
            Turn::Theirs => "theirs",
            Turn::Nobodys => "nobodys",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [Turn::Mine, Turn::Theirs, Turn::Nobodys].into_iter().find(|t| t.word() == word)
    }
}

/// One thread as the inbox shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    pub id: ConversationId,
    /// The account through which we take part.
    pub account: AccountId,
    /// The person whose words are shown: who waits, or who spoke last.
    pub person: Option<PersonId>,
    pub turn: Turn,
    /// Why the turn is so, as a sentence.
    pub because: String,
    /// Since when the turn is so.
    pub since: Timestamp,
    pub last_at: Timestamp,
    /// Put off until then.
    pub later_until: Option<Timestamp>,
    /// Put off until they write again.
    pub later_until_reply: bool,
    /// Finished by hand at that time; comes back if they write after it.
    pub done_at: Option<Timestamp>,
}
