//! Letters that go by mail: the server that takes them, one letter to one address, and how it stands with it.

use crate::{MailId, OptInId, Timestamp};

/// How the way to a mail server is kept from others' eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Encrypted from the first byte; port 465 mostly.
    Tls,
    /// Begun in the clear and encrypted before anything is said; port 587 mostly. A server that does not offer it is not spoken to.
    StartTls,
    /// In the clear, for a server that the person who runs Hobnob has named.
    Plain,
}

impl Safety {
    pub const ALL: [Safety; 3] = [Safety::Tls, Safety::StartTls, Safety::Plain];
    pub fn word(self) -> &'static str {
        match self {
            Safety::Tls => "tls",
            Safety::StartTls => "starttls",
            Safety::Plain => "plain",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
    /// The port that is usual for it.
    pub fn port(self) -> u16 {
        match self {
            Safety::Tls => 465,
            Safety::StartTls => 587,
            Safety::Plain => 25,
        }
    }
}

/// The server that takes a desk's letters, and whose they are. Its password is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub safety: Safety,
    /// Empty where the server asks for none.
    pub login: String,
    /// Whose letters they are: an address, and the name before it.
    pub from: String,
    pub from_name: String,
    /// Where letters that can't be delivered come back to, `bounces@desk.example`; a letter's own key is put after a plus.
    pub bounces: Option<String>,
}

/// What a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// To oneself, to see that it works.
    Test,
    /// Asks whether it was really they who said yes.
    Confirm,
    /// What a week brought.
    Week,
    /// To those who said yes.
    Round,
}

impl MailKind {
    pub fn word(self) -> &'static str {
        match self {
            MailKind::Test => "test",
            MailKind::Confirm => "confirm",
            MailKind::Week => "week",
            MailKind::Round => "round",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [MailKind::Test, MailKind::Confirm, MailKind::Week, MailKind::Round].into_iter().find(|k| k.word() == word)
    }
}

/// Where a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    Waiting,
    /// Its words are being handed over; whoever finds it so later can't tell whether they were taken.
    Sending,
    Sent,
    /// It was not taken, and won't be tried again.
    Refused,
    /// It may have been taken. It is not sent again unasked.
    Doubtful,
    /// It was stopped before it went.
    Stopped,
}

impl MailState {
    pub const ALL: [MailState; 6] =
        [MailState::Waiting, MailState::Sending, MailState::Sent, MailState::Refused, MailState::Doubtful, MailState::Stopped];
    pub fn word(self) -> &'static str {
        match self {
            MailState::Waiting => "waiting",
            MailState::Sending => "sending",
            MailState::Sent => "sent",
            MailState::Refused => "refused",
            MailState::Doubtful => "doubtful",
            MailState::Stopped => "stopped",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// One letter to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub id: MailId,
    pub kind: MailKind,
    /// The week's letter or the round that it is one of.
    pub about: Option<i64>,
    /// By whose leave it goes.
    pub opt_in: Option<OptInId>,
    pub to: String,
    pub to_name: String,
    pub subject: String,
    /// Kept before the first try, so that every try is the same letter to whoever takes it twice.
    pub message_id: String,
    /// Stands in the address to which it comes back.
    pub key: String,
    pub state: MailState,
    pub tries: u32,
    /// What went wrong last.
    pub why: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}
