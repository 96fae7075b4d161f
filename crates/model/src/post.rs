//! Something said by anyone: a snapshot, never edited by us.

use crate::{NetworkKey, Poll, Profile, Quote, Timestamp};

/// How a network names one post. Opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PostRef {
    /// The id by which the same post is known through every account of its network: a global address or URI where there is one.
    pub id: String,
    /// What else the network wants to be told when answering, liking or deleting it: a local id, a content hash. May be empty.
    pub tag: String,
}

impl PostRef {
    pub fn new(id: impl Into<String>, tag: impl Into<String>) -> Self {
        Self { id: id.into(), tag: tag.into() }
    }
    /// A post of another network than the one that is written to: it is answered in words, with its address, and not by its name.
    pub fn elsewhere(network: &NetworkKey, id: &str) -> Self {
        Self::new(format!("{ELSEWHERE}{network}:{id}"), "")
    }
    /// The network and the id of such a post.
    pub fn as_elsewhere(&self) -> Option<(&str, &str)> {
        self.id.strip_prefix(ELSEWHERE)?.split_once(':')
    }
    /// Its [`Post::local`], where the tag is such a name.
    pub fn local(&self) -> Option<String> {
        self.tag.starts_with("local:").then(|| self.tag.clone())
    }
}

/// Before the network's key and the id, in the name of a post that is answered from another network.
const ELSEWHERE: &str = "elsewhere:";

/// The name a post goes by on one server only: for networks that name a parent by a number of that server, and not by its global id.
pub fn local_alias(server: &str, id: &str) -> String {
    format!("local:{server}:{id}")
}

/// Who may read a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Visibility {
    #[default]
    Public,
    /// Public, but kept out of public lists.
    Unlisted,
    /// Followers only.
    Followers,
    /// Only those named in it.
    Direct,
}

impl Visibility {
    pub const ALL: [Visibility; 4] = [Self::Public, Self::Unlisted, Self::Followers, Self::Direct];
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
            Self::Direct => "direct",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.word() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    Picture,
    Video,
    Sound,
    Other,
}

impl MediaKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Sound => "sound",
            Self::Other => "other",
        }
    }
    pub fn from_word(word: &str) -> Self {
        match word {
            "picture" => Self::Picture,
            "video" => Self::Video,
            "sound" => Self::Sound,
            _ => Self::Other,
        }
    }
}

/// A picture, film or sound that stands with a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    pub kind: MediaKind,
    pub url: String,
    pub preview_url: Option<String>,
    /// The words for someone who can't see or hear it; empty where none were given.
    pub alt: String,
}

/// Someone named in a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub remote_id: String,
    pub handle: String,
}

/// That somebody passed a post on, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boost {
    pub by: Profile,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    pub at: PostRef,
    /// `local:{server}:{id}`, as [`local_alias`] makes it: what a post of the same server may call it by in its `reply_to`, where the network has such names.
    pub local: Option<String>,
    pub network: NetworkKey,
    pub author: Profile,
    /// The words as plain text: line breaks kept, links whole, mentions as `@handle`.
    pub text: String,
    /// A headline, where the network has them.
    pub title: Option<String>,
    /// Its page for people.
    pub url: Option<String>,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// BCP 47, as the network says; `None` where it does not.
    pub language: Option<String>,
    /// The `PostRef::id` of the post it answers; where the network gives only a number of the server, that post's [`Post::local`].
    pub reply_to: Option<String>,
    /// The `Profile::remote_id` of whom it answers.
    pub reply_to_author: Option<String>,
    /// The `PostRef::id` of the thread's first post, where the network says.
    pub root: Option<String>,
    pub mentions: Vec<Mention>,
    /// Without `#`, as written.
    pub tags: Vec<String>,
    /// Addresses that the text links to, whole.
    pub links: Vec<String>,
    pub media: Vec<Media>,
    pub poll: Option<Poll>,
    pub quote: Option<Quote>,
    /// The content warning to fold it behind.
    pub warning: Option<String>,
    pub visibility: Visibility,
    /// How many answers the network counts.
    pub replies: Option<u32>,
    /// Who brought it to us, where it was passed on.
    pub boost: Option<Boost>,
    /// The address of the place's discussion feed (a blog post's comments), where named.
    pub comments_url: Option<String>,
}

impl Post {
    /// A post with the words and nothing else; the rest is set by whoever knows.
    pub fn new(at: PostRef, author: Profile, text: impl Into<String>, created_at: Timestamp) -> Post {
        Post {
            at,
            local: None,
            network: author.network.clone(),
            author,
            text: text.into(),
            title: None,
            url: None,
            created_at,
            edited_at: None,
            language: None,
            reply_to: None,
            reply_to_author: None,
            root: None,
            mentions: Vec::new(),
            tags: Vec::new(),
            links: Vec::new(),
            media: Vec::new(),
            poll: None,
            quote: None,
            warning: None,
            visibility: Visibility::Public,
            replies: None,
            boost: None,
            comments_url: None,
        }
    }
}
