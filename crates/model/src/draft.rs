//! What a voice wants to say, and what of it will be sent to one account.

use crate::{AimId, ConversationId, DraftId, PersonId, PictureId, PostRef, Timestamp, Visibility, VoiceId};

/// What a post mostly does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    Gives,
    Asks,
    #[default]
    Talks,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Gives, Kind::Asks, Kind::Talks];
    pub fn word(self) -> &'static str {
        match self {
            Kind::Gives => "gives",
            Kind::Asks => "asks",
            Kind::Talks => "talks",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// What an article has beside its title and words; for places that are sites.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Article {
    /// A few words that stand for the whole in lists.
    pub excerpt: Option<String>,
    /// Without `#`, as written.
    pub tags: Vec<String>,
    /// The site's own, by name.
    pub categories: Vec<String>,
}

/// What a voice wants to say, before any network's rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub id: DraftId,
    pub voice: Option<VoiceId>,
    pub text: String,
    pub title: Option<String>,
    pub article: Article,
    pub language: Option<String>,
    pub warning: Option<String>,
    pub visibility: Visibility,
    pub kind: Kind,
    /// `true`: personal, `false`: work.
    pub is_personal: bool,
    pub aim: Option<AimId>,
    /// Set where this answers a conversation: which, and what post of it.
    pub reply: Option<Reply>,
    pub pictures: Vec<Picture>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a reply answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub conversation: ConversationId,
    pub to: ReplyTo,
    pub person: Option<PersonId>,
}

/// The post that a part answers, and its thread's first post where the network wants both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    pub parent: PostRef,
    pub root: PostRef,
}

/// A picture or a video that goes with a draft. Its bytes are kept by the store under its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub id: PictureId,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    /// What it shows, for someone who can't see it.
    pub alt: String,
    /// How large its kept file is, in bytes; 0 where that was never noted.
    pub size: u64,
    /// How long a video lasts, in milliseconds; 0 for a picture.
    pub length_ms: u32,
}

impl Picture {
    pub fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }
}

/// A draft by one account's rules: one part, or a thread of several.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    pub parts: Vec<Part>,
    /// Each part's length by the account's rules, in their unit.
    pub lengths: Vec<u32>,
    /// What will differ from the draft, in words.
    pub tells: Vec<String>,
    /// Edited by hand for this account alone.
    pub is_by_hand: bool,
}

/// Exactly what will be sent, once, to one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub text: String,
    pub title: Option<String>,
    pub article: Article,
    pub language: Option<String>,
    pub warning: Option<String>,
    pub visibility: Visibility,
    pub pictures: Vec<Picture>,
    /// Known before the first try for a reply; for a later part of a thread, filled in when the one before has landed.
    pub reply_to: Option<ReplyTo>,
    /// Who is named in the text by a handle of this network: (handle without `@`, remote id). Where people are linked to
    /// ([`crate::SiteRules::links_people`]): (name as it stands in the text, their page).
    pub mentions: Vec<(String, String)>,
}

impl Part {
    pub fn of_text(text: impl Into<String>) -> Part {
        Part {
            text: text.into(),
            title: None,
            article: Article::default(),
            language: None,
            warning: None,
            visibility: Visibility::Public,
            pictures: Vec::new(),
            reply_to: None,
            mentions: Vec::new(),
        }
    }
}
