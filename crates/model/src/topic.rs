//! What we listen for, and the one query language for following and for searching. `docs/queries.md` says it for people, with the
//! grammar; `topic/parse.rs` reads it, `topic/said.rs` says what of a post is looked at, `topic/matching.rs` holds one query against
//! one post and is the reference for `matcher`, which holds very many at once; `topic/reader.rs` makes many posts ready for one query.

mod asks;
mod dates;
mod keys;
mod matching;
mod parse;
mod print;
mod reader;
mod said;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::OnceLock;

use crate::words::{self, Tongue};
use crate::{AimId, Timestamp, TopicId};

pub use asks::{ASKS_MAX, Ask};
pub use dates::When;
pub use matching::{Hits, Reading};
pub use parse::{DEPTH_MAX, QUERY_MAX, TERMS_MAX};
pub use reader::Reader;
pub(crate) use said::{Field, each_field, each_first_part, each_host, each_tag, each_to, each_venue, has_picture, is_question};
pub use said::{Said, venue_of};

#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    pub id: TopicId,
    pub name: String,
    pub query: Query,
    pub aim: Option<AimId>,
    pub created_at: Timestamp,
}

/// A query as written, with its meaning. Two are equal that mean the same in the same order, however they were spaced.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    term: Term,
    /// Of its leaves, in order.
    places: Vec<Place>,
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}
impl Eq for Query {}

/// Where a piece of a query stands in its text: from one character up to another, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub at: usize,
    pub until: usize,
}

/// A piece of a query's meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A bare word: itself and, where the post's language is known, what shares its stem.
    Word(Wanted),
    /// These words exactly, in a row.
    Phrase(Wanted),
    /// These words in any order, with at most so many others among them.
    Near(Wanted, u8),
    /// Words that begin so: case-folded.
    Prefix(String),
    /// Without `#`.
    Tag(String),
    /// A handle without `@`, or its first part.
    From(String),
    /// Whom a post names or answers: a handle without `@`, or its first part.
    To(String),
    /// A network's key.
    On(String),
    /// A community, a server, or a tag with its `#`.
    In(String),
    /// A language, or a language and region.
    Lang(String),
    Is(Is),
    Has(Has),
    /// A host that a post links to, or a part of it from a dot on.
    Link(String),
    /// Said before this begins.
    Before(When),
    /// Said after this ends.
    After(When),
    Not(Box<Term>),
    All(Vec<Term>),
    Any(Vec<Term>),
}

/// What a post can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Is {
    Question,
    Reply,
}

/// What a post can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Has {
    Link,
    Picture,
}

impl Is {
    pub const ALL: [Is; 2] = [Self::Question, Self::Reply];
    pub fn word(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Reply => "reply",
        }
    }
}

impl Has {
    pub const ALL: [Has; 2] = [Self::Link, Self::Picture];
    pub fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Picture => "picture",
        }
    }
}

/// Words looked for: as written, and case-folded as they are compared. No words means signs alone, each of which has to be there.
#[derive(Clone, Debug)]
pub struct Wanted {
    written: String,
    words: Vec<String>,
    signs: Vec<String>,
    /// Of a single word, by [`Tongue::number`]; made when first asked for.
    stems: OnceLock<Vec<Option<String>>>,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}
impl Eq for Wanted {}

impl Wanted {
    fn new(written: String) -> Wanted {
        // Most are one plain word, and nothing has to be cut then.
        let is_plain = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let words = if is_plain { vec![written.to_ascii_lowercase()] } else { words::words(&written).map(words::case_folded).collect() };
        let signs = if words.is_empty() { words::signs(&written).map(str::to_owned).collect() } else { Vec::new() };
        Wanted { written, words, signs, stems: OnceLock::new() }
    }
    /// As it was written, without quotation marks.
    pub fn written(&self) -> &str {
        &self.written
    }
    /// Case-folded, marks kept.
    pub fn words(&self) -> &[String] {
        &self.words
    }
    /// What is looked for where there are no words.
    pub fn signs(&self) -> &[String] {
        &self.signs
    }
    pub(crate) fn stem(&self, tongue: Tongue) -> Option<&str> {
        let [word] = self.words.as_slice() else { return None };
        let stems = self.stems.get_or_init(|| Tongue::all().map(|tongue| tongue.stem(word)).collect());
        stems.get(tongue.number())?.as_deref()
    }
}

/// What is wrong with a query, and at which character (counted from 0, in characters).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    pub at: usize,
    /// What is wrong and what would work, as sentences.
    pub why: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.why, self.at + 1)
    }
}
impl std::error::Error for QueryError {}

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        let (term, places) = parse::parse(text)?;
        Ok(Query { term, places, text: text.trim().to_owned() })
    }
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn term(&self) -> &Term {
        &self.term
    }
    /// Its leaves in order: all but groups, OR and minus, each with its place in the text it was read from.
    pub fn leaves(&self) -> impl Iterator<Item = (&Term, Place)> {
        let mut leaves = Vec::with_capacity(self.places.len());
        gather(&self.term, &mut leaves);
        leaves.into_iter().zip(self.places.iter().copied())
    }
    /// The networks that it names by `on:`.
    pub fn networks(&self) -> Vec<&str> {
        self.leaves().filter_map(|(term, _)| if let Term::On(key) = term { Some(key.as_str()) } else { None }).collect()
    }
}

fn gather<'t>(term: &'t Term, leaves: &mut Vec<&'t Term>) {
    match term {
        Term::Not(inner) => gather(inner, leaves),
        Term::All(list) | Term::Any(list) => list.iter().for_each(|t| gather(t, leaves)),
        leaf => leaves.push(leaf),
    }
}
