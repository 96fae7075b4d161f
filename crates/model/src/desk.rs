//! The desk, who may sit at it, and the proof that they may.

use crate::{DeskId, Timestamp, VoiceId};

/// A closed room of data: one person's, a team's or a client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    pub id: DeskId,
    pub name: String,
    /// IANA time zone name in which the desk's hours are shown and wished for.
    pub zone: String,
    pub created_at: Timestamp,
}

/// A human with a login, who speaks under their own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub id: VoiceId,
    pub name: String,
}

/// What a voice may do at a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May read and speak.
    Member,
    /// May also connect accounts, invite and delete.
    Owner,
}

impl Role {
    pub fn word(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Owner => "owner",
        }
    }
    pub fn from_word(word: &str) -> Option<Role> {
        match word {
            "member" => Some(Role::Member),
            "owner" => Some(Role::Owner),
            _ => None,
        }
    }
}

/// Proof that a voice may act at a desk, and in which role; the first thing every verb asks for.
/// A job acts in the desk's own seat, with no voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub desk: DeskId,
    pub voice: Option<VoiceId>,
    pub role: Role,
}

impl Seat {
    /// The seat in which the clock acts for a desk.
    pub fn of_clock(desk: DeskId) -> Seat {
        Seat { desk, voice: None, role: Role::Owner }
    }
    pub fn of_voice(desk: DeskId, voice: VoiceId, role: Role) -> Seat {
        Seat { desk, voice: Some(voice), role }
    }
}
