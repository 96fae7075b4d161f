//! What we listen for. The first query language: words, "phrases", OR, -not, (groups), #tag, from:, on:, lang:.
//! `docs/queries.md` says it for people; `topic/parse.rs` reads it, `topic/matching.rs` holds it against posts.

mod matching;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::{AimId, Timestamp, TopicId};

pub use matching::{Hits, Reading};
pub use parse::{DEPTH_MAX, QUERY_MAX, TERMS_MAX};

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
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}
impl Eq for Query {}

/// A piece of a query's meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    Word(Wanted),
    Phrase(Wanted),
    /// Without `#`.
    Tag(String),
    /// A handle without `@`, or its first part.
    From(String),
    /// A network's key.
    On(String),
    /// A language, or a language and region.
    Lang(String),
    Not(Box<Term>),
    All(Vec<Term>),
    Any(Vec<Term>),
}

/// Words looked for: as written, and folded as they are compared. No folded words means signs alone, looked for as they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    written: String,
    folded: Vec<String>,
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

/// What to ask a network for, so that every post of it that a query could match is among the answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// A hashtag, without `#`.
    Tag(String),
    /// Words and quoted phrases, all of them.
    Words(String),
    /// What one handle writes.
    From(String),
}

/// A topic asks for no more than this in one place.
pub const ASKS_MAX: usize = 8;

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        Ok(Query { term: parse::parse(text)?, text: text.trim().to_owned() })
    }
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn term(&self) -> &Term {
        &self.term
    }
    /// What networks should be asked for; what they answer is still held against the query itself.
    pub fn searches(&self) -> Vec<Ask> {
        let mut all = asks(&self.term);
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|ask| seen.insert(ask.clone()));
        all.truncate(ASKS_MAX);
        all
    }
    /// The networks that it names by `on:`.
    pub fn networks(&self) -> Vec<&str> {
        fn walk<'t>(term: &'t Term, found: &mut Vec<&'t str>) {
            match term {
                Term::On(key) => found.push(key),
                Term::Not(inner) => walk(inner, found),
                Term::All(list) | Term::Any(list) => list.iter().for_each(|t| walk(t, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        walk(&self.term, &mut found);
        found
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.term)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(w) => f.write_str(&w.written),
            Term::Phrase(w) => write!(f, "\"{}\"", w.written),
            Term::Tag(tag) => write!(f, "#{tag}"),
            Term::From(handle) => write!(f, "from:{handle}"),
            Term::On(key) => write!(f, "on:{key}"),
            Term::Lang(lang) => write!(f, "lang:{lang}"),
            Term::Not(inner) => match inner.as_ref() {
                Term::All(_) | Term::Any(_) | Term::Not(_) => write!(f, "-({inner})"),
                _ => write!(f, "-{inner}"),
            },
            Term::All(list) => joined(f, list, " ", |t| matches!(t, Term::All(_) | Term::Any(_))),
            Term::Any(list) => joined(f, list, " OR ", |t| matches!(t, Term::Any(_))),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, list: &[Term], between: &str, in_group: impl Fn(&Term) -> bool) -> fmt::Result {
    for (i, term) in list.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if in_group(term) { write!(f, "({term})")? } else { write!(f, "{term}")? }
    }
    Ok(())
}

fn asks(term: &Term) -> Vec<Ask> {
    match term {
        Term::Word(w) => [Some(Ask::Words(w.written.clone())), as_tag(w)].into_iter().flatten().collect(),
        Term::Phrase(w) => [Some(Ask::Words(format!("\"{}\"", w.written))), as_tag(w)].into_iter().flatten().collect(),
        Term::Tag(tag) => vec![Ask::Tag(tag.clone())],
        Term::From(handle) => vec![Ask::From(handle.clone())],
        Term::Any(list) => list.iter().flat_map(asks).collect(),
        Term::All(list) => asks_of_all(list),
        Term::On(_) | Term::Lang(_) | Term::Not(_) => Vec::new(),
    }
}

/// Of things that must all hold, asking for one brings every match: the narrowest is chosen.
fn asks_of_all(list: &[Term]) -> Vec<Ask> {
    if let Some(tag) = list.iter().find(|t| matches!(t, Term::Tag(_))) {
        return asks(tag);
    }
    let words: Vec<&Term> = list.iter().filter(|t| matches!(t, Term::Word(_) | Term::Phrase(_))).collect();
    if !words.is_empty() {
        let together = words.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(" ");
        let longest = words
            .iter()
            .filter_map(|t| match t {
                Term::Word(w) | Term::Phrase(w) => as_tag(w),
                _ => None,
            })
            .max_by_key(|ask| match ask {
                Ask::Tag(tag) => tag.chars().count(),
                _ => 0,
            });
        return [Some(Ask::Words(together)), longest].into_iter().flatten().collect();
    }
    list.iter().map(asks).filter(|asks| !asks.is_empty()).min_by_key(Vec::len).unwrap_or_default()
}

/// The tag that people would make of these words: run together.
fn as_tag(w: &Wanted) -> Option<Ask> {
    let tag: String = w.folded.concat().chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    (!tag.is_empty()).then_some(Ask::Tag(tag))
}
