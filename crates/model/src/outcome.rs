//! What an aim counts beyond visits and answers: a booking, a sign-up, an introduction, a meeting, work.

use crate::{AimId, ConversationId, LinkId, OutcomeId, PersonId, SiteId, Timestamp, VisitId};

/// How we know of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Noted by hand, from the conversation or the aim.
    Hand,
    /// Sent by the script on one's own site.
    Script,
    /// Sent by a server, signed.
    Hook,
    /// Brought in from a web server's log.
    Log,
    /// Brought in from another counter's export.
    Import,
}

impl Source {
    pub const ALL: [Source; 5] = [Source::Hand, Source::Script, Source::Hook, Source::Log, Source::Import];
    pub fn word(self) -> &'static str {
        match self {
            Source::Hand => "hand",
            Source::Script => "script",
            Source::Hook => "hook",
            Source::Log => "log",
            Source::Import => "import",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub id: OutcomeId,
    pub aim: Option<AimId>,
    /// `booking`, `sign-up` and so on.
    pub name: String,
    pub at: Timestamp,
    pub source: Source,
    pub site: Option<SiteId>,
    pub visit: Option<VisitId>,
    pub link: Option<LinkId>,
    pub conversation: Option<ConversationId>,
    pub person: Option<PersonId>,
    /// How they said they heard of us.
    pub said_by: Option<String>,
    pub note: Option<String>,
    /// What it was worth, in whatever money the person counts.
    pub value: Option<f64>,
    /// How many at once; one but for imports.
    pub n: u32,
    /// What the sender calls it: the same twice counts once.
    pub remote_id: Option<String>,
}

/// One's own site, whose pages or server may send outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    /// `fold.example`
    pub host: String,
    /// Stands in its pages for everybody to read; says only whose site it is.
    pub key: String,
    /// What its outcomes count for.
    pub aim: Option<AimId>,
    pub created_at: Timestamp,
}
