//! What networks are asked for, so that what a query could match is among their answers; those are still held against the query.

use super::{Query, Term, Wanted};

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
    /// What networks should be asked for; what they answer is still held against the query itself. What no network can be asked for,
    /// such as `link:` alone or words by their beginning, is heard only in what comes by itself.
    pub fn searches(&self) -> Vec<Ask> {
        let mut all = asks(self.term());
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|ask| seen.insert(ask.clone()));
        all.truncate(ASKS_MAX);
        all
    }
}

fn asks(term: &Term) -> Vec<Ask> {
    match term {
        Term::Word(_) | Term::Phrase(_) => [in_words(term).map(Ask::Words), as_tag(term)].into_iter().flatten().collect(),
        Term::Near(..) | Term::To(_) => in_words(term).map(Ask::Words).into_iter().collect(),
        Term::Tag(tag) => vec![Ask::Tag(tag.clone())],
        Term::In(venue) => venue.strip_prefix('#').map(|tag| Ask::Tag(tag.to_owned())).into_iter().collect(),
        Term::From(handle) => vec![Ask::From(handle.clone())],
        Term::Any(list) => list.iter().flat_map(asks).collect(),
        Term::All(list) => asks_of_all(list),
        _ => Vec::new(),
    }
}

/// Of things that must all hold, asking for one brings every match: the narrowest is chosen.
fn asks_of_all(list: &[Term]) -> Vec<Ask> {
    if let Some(tag) = list.iter().find(|t| matches!(t, Term::Tag(_))) {
        return asks(tag);
    }
    let words: Vec<String> = list.iter().filter_map(in_words).collect();
    if !words.is_empty() {
        let longest = list.iter().filter_map(as_tag).max_by_key(|ask| match ask {
            Ask::Tag(tag) => tag.chars().count(),
            _ => 0,
        });
        return [Some(Ask::Words(words.join(" "))), longest].into_iter().flatten().collect();
    }
    list.iter().map(asks).filter(|asks| !asks.is_empty()).min_by_key(Vec::len).unwrap_or_default()
}

/// As networks want words written.
fn in_words(term: &Term) -> Option<String> {
    match term {
        Term::Word(_) | Term::Phrase(_) => Some(term.to_string()),
        Term::Near(wanted, _) => Some(wanted.words.join(" ")),
        Term::To(handle) => Some(format!("@{handle}")),
        _ => None,
    }
}

/// The tag that people would make of these words: run together.
fn as_tag(term: &Term) -> Option<Ask> {
    let (Term::Word(Wanted { words, .. }) | Term::Phrase(Wanted { words, .. })) = term else { return None };
    let tag: String = words.concat().chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    (!tag.is_empty()).then_some(Ask::Tag(tag))
}
