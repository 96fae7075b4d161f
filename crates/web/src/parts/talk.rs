//! The parts of a conversation: a post with its pictures, and the reply box.

use askama::Template;
use model::DraftId;

use super::{Face, Net, Radios, When};
use crate::html::{Safe, part};

/// One post of a thread.
#[derive(Template)]
#[template(path = "parts/post.html")]
pub struct PostPart {
    /// For links to this very post: `post-17`.
    pub id: String,
    pub face: Face,
    pub name: String,
    pub person: Option<String>,
    /// Where it stands; several when it was posted in several places.
    pub nets: Vec<Net>,
    pub when: When,
    /// Its page on the network.
    pub url: Option<String>,
    /// The network's content warning; the words fold behind it.
    pub warning: Option<String>,
    /// Cleaned markup, from the model's own cleaner, never straight from a network; or text escaped by `PostPart::text`.
    pub words: Safe<String>,
    pub lang: Option<String>,
    pub pictures: Vec<Picture>,
    pub poll: Option<PollCard>,
    pub quote: Option<QuoteCard>,
    /// What it said before its author changed it: until when, and the words.
    pub earlier: Vec<(String, Safe<String>)>,
    /// Only those named in it read it.
    pub is_private: bool,
    pub is_mine: bool,
    /// Answers somebody inside the thread: set in.
    pub is_in: bool,
    /// The one that waits, with "waiting 2 hours".
    pub waits: Option<String>,
    pub is_end: bool,
    /// Small acts under it, drawn by the page: like, pass on, keep.
    pub acts: Vec<PostAct>,
    /// Where answering this very post leads, when it is not the one answered already.
    pub answer: Option<String>,
}

/// One small act under a post.
pub struct PostAct {
    pub action: String,
    pub token: String,
    pub icon: Safe<&'static str>,
    pub label: String,
    /// For the script: `like`, `boost`, `keep`.
    pub key: &'static str,
    pub is_on: bool,
}

/// A poll: its answers with what is known of the votes, and whether it is still open.
pub struct PollCard {
    pub answers: Vec<PollLine>,
    /// "Open until Friday 10:00. 9 people have voted. Votes are cast on its own page."
    pub how: String,
}

pub struct PollLine {
    pub words: String,
    /// "5 votes, 56 %"; empty where nothing is told.
    pub votes: String,
    /// 0 to 100.
    pub share: Option<u32>,
}

/// A post quoted within another; without `who` it is gone.
pub struct QuoteCard {
    pub who: String,
    pub handle: String,
    pub url: Option<String>,
    pub when: Option<When>,
    pub warning: Option<String>,
    pub words: Safe<String>,
}

/// A picture in a post, through the desk.
#[derive(Clone, Debug)]
pub struct Picture {
    pub src: String,
    pub href: Option<String>,
    /// What its author says it shows; empty when they said nothing.
    pub shows: String,
}

impl PostPart {
    /// Plain text as paragraphs.
    pub fn text(text: &str) -> Safe<String> {
        let mut out = String::with_capacity(text.len() + 16);
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                out.push_str("<br>");
            }
            crate::html::escape_into(&mut out, line).expect("a String takes every word");
        }
        Safe(out)
    }
}

/// The reply box: to whom, where, how public, how long.
#[derive(Template)]
#[template(path = "parts/reply.html")]
pub struct ReplyBox {
    pub action: String,
    pub token: String,
    pub face: Face,
    /// "Daniel".
    pub to: String,
    /// " on Mastodon, as public as the question".
    pub how: String,
    /// Accounts to choose from: number, name, chosen. Empty where there is only one.
    pub froms: Vec<(String, String, bool)>,
    pub words: String,
    /// "Draft kept 09:14", or empty.
    pub kept: String,
    /// "270 of 500".
    pub count: String,
    pub kind: Radios,
    /// Whether links are made short and visits counted; `None` where that may not be, since it is private.
    pub short_links: Option<bool>,
    /// The soft touch: one sentence where it asks and has not given, or empty. Never a lock.
    pub touch: String,
    /// What does not fit, as sentences; tied to the field.
    pub wrong: Vec<String>,
    /// Where the script asks for the count while typing.
    pub look: String,
    pub takes_pictures: bool,
    /// The pictures that go with it.
    pub shots: Vec<Shot>,
}

/// A picture of a draft: small, with the field for what it shows.
pub struct Shot {
    pub id: i64,
    pub src: String,
    pub alt: String,
    pub is_video: bool,
}

/// The pictures of a draft, in their order.
pub fn shots(draft: DraftId, pictures: &[model::Picture]) -> Vec<Shot> {
    let shot = |(n, p): (usize, &model::Picture)| Shot {
        id: p.id.0,
        src: format!("/drafts/{draft}/pictures/{n}?of={}", p.id),
        alt: p.alt.clone(),
        is_video: p.is_video(),
    };
    pictures.iter().enumerate().map(shot).collect()
}

part!(PostPart, ReplyBox);
