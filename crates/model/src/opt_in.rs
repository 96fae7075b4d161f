//! Somebody's leave to be written to: what for, when, where, in which words, and when it was taken back.

use crate::{OptInFormId, OptInId, PersonId, RoundId, Timestamp, VoiceId};

/// What somebody said yes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveFor {
    /// The letter of each week.
    Week,
    /// Letters from a voice to those who said yes.
    Rounds,
}

impl LeaveFor {
    pub fn word(self) -> &'static str {
        match self {
            LeaveFor::Week => "week",
            LeaveFor::Rounds => "rounds",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [LeaveFor::Week, LeaveFor::Rounds].into_iter().find(|w| w.word() == word)
    }
}

/// How leave was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBy {
    /// By the form, and once more by the link in a letter.
    Form,
    /// Brought in from a list, with its proof.
    List,
    /// Noted by a voice, who was told so.
    Hand,
}

impl GivenBy {
    pub fn word(self) -> &'static str {
        match self {
            GivenBy::Form => "form",
            GivenBy::List => "list",
            GivenBy::Hand => "hand",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [GivenBy::Form, GivenBy::List, GivenBy::Hand].into_iter().find(|w| w.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptIn {
    pub id: OptInId,
    pub leave_for: LeaveFor,
    /// Whose letters they are.
    pub voice: VoiceId,
    pub form: Option<OptInFormId>,
    pub address: String,
    pub name: String,
    pub given_by: GivenBy,
    /// Where: an address on the web, or a place in words.
    pub place: String,
    /// The very words that were said yes to.
    pub words: String,
    pub asked_at: Timestamp,
    /// When they said yes for sure; nobody is written to before.
    pub confirmed_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    /// Who took it back, and how.
    pub withdrawn_by: Option<String>,
    /// Letters to it come back.
    pub bounced_at: Option<Timestamp>,
    pub bounced_why: Option<String>,
    /// Stands in the link that takes the leave back.
    pub stop_key: String,
    pub person: Option<PersonId>,
}

impl OptIn {
    /// Whether letters may go to that address now.
    pub fn holds(&self) -> bool {
        self.confirmed_at.is_some() && self.withdrawn_at.is_none() && self.bounced_at.is_none()
    }
}

/// A public form by which people say yes to a voice's letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptInForm {
    pub id: OptInFormId,
    pub voice: VoiceId,
    /// Stands in its address.
    pub key: String,
    pub title: String,
    /// What is said yes to, word for word.
    pub words: String,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// A letter to those who said yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub id: RoundId,
    pub voice: VoiceId,
    pub subject: String,
    pub words: String,
    pub created_at: Timestamp,
    /// When it was sent off; nothing of it changes from then on.
    pub sent_at: Option<Timestamp>,
}
