//! The individual behind one or more profiles, and what is between us.

use crate::{PersonId, Timestamp};

/// What kind of somebody this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Nature {
    #[default]
    Person,
    Brand,
    Bot,
}

impl Nature {
    pub fn word(self) -> &'static str {
        match self {
            Nature::Person => "person",
            Nature::Brand => "brand",
            Nature::Bot => "bot",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [Nature::Person, Nature::Brand, Nature::Bot].into_iter().find(|n| n.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// What they do, in a few words; from their own profile until edited.
    pub about: String,
    pub avatar_url: Option<String>,
    pub nature: Nature,
    pub tie: Tie,
    pub first_at: Option<Timestamp>,
    /// When the two of us last talked, anywhere, either way.
    pub last_at: Option<Timestamp>,
}

/// How strongly two people are connected, from two-way talk.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Tie {
    /// 0 (nothing) to 1.
    pub strength: f64,
    pub from_me: u32,
    pub from_them: u32,
}

/// The talk with somebody, either way, each word of it weighing less with time.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Talk {
    /// Weight of what we said to them, as of `weighed_at`.
    pub weight_me: f64,
    /// Weight of what they said to us, as of `weighed_at`.
    pub weight_them: f64,
    /// `None` where there was no talk at all.
    pub weighed_at: Option<Timestamp>,
    pub from_me: u32,
    pub from_them: u32,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    /// In how many places both spoke.
    pub places: u32,
}

/// A tie in a word, as the page draws it in strands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieWord {
    Close,
    Warm,
    New,
    Drifting,
}

impl TieWord {
    pub fn word(self) -> &'static str {
        match self {
            TieWord::Close => "close",
            TieWord::Warm => "warm",
            TieWord::New => "new",
            TieWord::Drifting => "drifting",
        }
    }
}
