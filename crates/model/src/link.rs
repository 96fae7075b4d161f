//! Our own short links and those who come by them.

use crate::{AimId, ConversationId, DraftId, LinkId, PersonId, Timestamp, VisitId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: LinkId,
    /// What stands behind `/go/`.
    pub code: String,
    pub target: String,
    pub aim: Option<AimId>,
    pub draft: Option<DraftId>,
    pub conversation: Option<ConversationId>,
    pub person: Option<PersonId>,
    pub created_at: Timestamp,
}

/// Who came by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    Person,
    Machine,
    Ourselves,
}

impl Visitor {
    pub fn word(self) -> &'static str {
        match self {
            Visitor::Person => "person",
            Visitor::Machine => "machine",
            Visitor::Ourselves => "ourselves",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [Visitor::Person, Visitor::Machine, Visitor::Ourselves].into_iter().find(|v| v.word() == word)
    }
}

/// One arrival. No address and nothing that could tell one visitor from another is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub id: VisitId,
    pub link: LinkId,
    pub at: Timestamp,
    pub visitor: Visitor,
    /// The host they came from, where the browser said.
    pub from: Option<String>,
}
