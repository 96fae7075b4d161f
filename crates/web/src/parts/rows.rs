//! The rows of lists: somebody who waits, an inbox row, a conversation worth joining, a post that goes out.

use askama::Template;

use super::{Done, Face, KindMark, LaterMenu, Net, Nets, When};
use crate::html::part;

/// Somebody who waits, on Today: face, name, network, words, one line of context, Reply / Later / Done.
#[derive(Template)]
#[template(path = "parts/turn.html")]
pub struct TurnRow {
    /// Where the conversation is.
    pub href: String,
    pub face: Face,
    pub name: String,
    /// The person's page, if they are known as one.
    pub person: Option<String>,
    pub net: Net,
    pub waits: When,
    /// Plain text.
    pub words: String,
    pub lang: Option<String>,
    /// One line: how you two stand, or what this touches.
    pub context: String,
    /// The first row has the page's filled button.
    pub is_first: bool,
    pub later: LaterMenu,
    pub done: Done,
}

impl TurnRow {
    fn first_name(&self) -> &str {
        crate::words::first_name(&self.name)
    }
}

/// A row of the inbox: one line of words; the whole row leads to the conversation.
#[derive(Template)]
#[template(path = "parts/mail.html")]
pub struct Mail {
    pub href: String,
    pub face: Face,
    pub name: String,
    pub person: Option<String>,
    pub nets: Vec<Net>,
    /// Only those named read it.
    pub is_private: bool,
    /// What it is beside its words: "Poll", "Quotes a post", "Edited".
    pub marks: Vec<&'static str>,
    /// Why it is here: "a question; first talk".
    pub because: String,
    pub words: String,
    pub lang: Option<String>,
    pub when: When,
    /// Is the time one that somebody waits since?
    pub is_waiting: bool,
    pub later: Option<LaterMenu>,
    pub done: Option<Done>,
    /// The box to tick for several at once: its value, and the form it belongs to.
    pub choose: Option<(String, String)>,
    /// Anything else to press at the row's end, already drawn: "Bring back" in Later and Done.
    pub undo: Option<(String, String, String)>,
}

/// A conversation worth joining. `place` 0 leaves the number out (as on Today).
#[derive(Template)]
#[template(path = "parts/talkrow.html")]
pub struct TalkRow {
    pub place: usize,
    pub href: String,
    pub face: Option<Face>,
    /// Who began it, with their page.
    pub name: Option<(String, Option<String>)>,
    pub net: Net,
    pub when: When,
    pub words: String,
    pub lang: Option<String>,
    /// What speaks for it: plain sentences without full stop.
    pub reasons: Vec<String>,
    /// What speaks against it.
    pub minuses: Vec<String>,
    /// Out of 100.
    pub points: Option<u32>,
    pub weigh: Option<Weigh>,
    /// Join, Later, Not for me; none on Today.
    pub acts: Option<TalkActs>,
}

pub struct TalkActs {
    /// Where "Join" is sent.
    pub join: String,
    /// Where it is only read, because nobody can answer there through the desk: a link instead of Join.
    pub open: Option<String>,
    pub later: Option<LaterMenu>,
    /// Where "Not for me" is sent.
    pub pass: String,
    pub token: String,
    pub is_first: bool,
}

/// What was weighed, with points; open for the first of a list.
#[derive(Template)]
#[template(path = "parts/weigh.html")]
pub struct Weigh {
    pub summary: String,
    /// What, and its points; taken off where negative.
    pub lines: Vec<(String, i32)>,
    pub together: i32,
    pub is_open: bool,
    /// Words and address of a page that says more.
    pub more: Option<(&'static str, String)>,
}

impl Weigh {
    /// Width of a bar in the drawing's units; thirty points fill it.
    fn bar(&self, points: &i32) -> i32 {
        (points.unsigned_abs().min(30) * 4) as i32
    }
}

/// A post that goes out or has gone out today.
#[derive(Template)]
#[template(path = "parts/going.html")]
pub struct Going {
    pub when: When,
    pub words: String,
    pub nets: Nets,
    pub kind: Option<KindMark>,
    /// "in twenty minutes.", "Gone out. Five people answered."
    pub state: String,
    pub is_bad: bool,
    /// What to press: words and address.
    pub press: Option<(String, String)>,
}

part!(TurnRow, Mail, TalkRow, Weigh, Going);
