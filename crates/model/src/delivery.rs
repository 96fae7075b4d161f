//! One part on its way to one account, once.

use crate::{AccountId, DeliveryId, DraftId, Part, PostId, PostRef, Timestamp};

/// The key by which a network may recognise a second try. It is made once and never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryKey(pub String);

/// Where a delivery stands. See ARCHITECTURE.md, walk B.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// In line until it is due.
    Planned,
    /// An attempt was begun; until it is settled nobody knows whether it landed.
    Sending,
    /// It stands on the network.
    Landed,
    /// The network would not take it.
    Refused,
    /// Nobody but a person can tell whether it landed.
    AskHuman,
    /// Taken back before it went out.
    Cancelled,
}

impl DeliveryState {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::Landed => "landed",
            Self::Refused => "refused",
            Self::AskHuman => "ask-human",
            Self::Cancelled => "cancelled",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Planned, Self::Sending, Self::Landed, Self::Refused, Self::AskHuman, Self::Cancelled].into_iter().find(|s| s.word() == word)
    }
    /// Nothing more will happen by itself.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Planned | Self::Sending)
    }
}

/// Why a planned delivery does not go out although it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Its time passed while nobody was here to send it; a person says whether it still goes.
    Late,
    /// The account cannot speak just now.
    SignIn,
    /// The part of the thread before it was not taken.
    Before,
    /// It carries the address that the own site has not given yet.
    Site,
    /// Nothing can be sent there by a program: a person carries it over, and brings the post's address back.
    Hand,
}

impl Hold {
    pub fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::SignIn => "sign-in",
            Self::Before => "before",
            Self::Site => "site",
            Self::Hand => "hand",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Late, Self::SignIn, Self::Before, Self::Site, Self::Hand].into_iter().find(|h| h.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub draft: DraftId,
    pub account: AccountId,
    /// Place in the thread, from 0.
    pub part_index: u32,
    pub part: Part,
    pub key: DeliveryKey,
    pub state: DeliveryState,
    pub hold: Option<Hold>,
    pub due: Timestamp,
    /// The wish as wall-clock time in `zone` (`2026-09-09 12:30`); `None`: at once.
    pub wished_at: Option<String>,
    /// The zone in which the wish was made, by its IANA name.
    pub zone: String,
    /// How many attempts were begun, ever; the number of the current one.
    pub attempts: u32,
    /// How many attempts since it was last put in line.
    pub tries: u32,
    /// How often we looked whether it landed, since the current attempt.
    pub looks: u32,
    /// How long the doubt about the current attempt has been waited out so far, in milliseconds, by a clock that nobody can set.
    pub waited_ms: i64,
    pub attempted_at: Option<Timestamp>,
    pub first_attempt_at: Option<Timestamp>,
    /// Where it stands on the network, once landed.
    pub landed: Option<PostRef>,
    pub landed_url: Option<String>,
    pub landed_at: Option<Timestamp>,
    /// Why it was refused or put off, in words for a person.
    pub why: Option<String>,
    /// Our own post, once kept.
    pub post: Option<PostId>,
    /// Taken down again, by us.
    pub deleted_at: Option<Timestamp>,
}
