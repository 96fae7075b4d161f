//! mokaccino, a percolator: it cuts no words itself, so it is fed words, pairs of them, tags, authors and languages.

use std::collections::HashSet;

use model::topic::Term;
use model::words::{Marks, case_folded, unmarked};
use mokaccino::prelude::*;
use serde_json::Value;

use crate::engine::{Pairs, Place, cpu, resident};
use crate::texts::tokens;

fn query(term: &Term) -> Query {
    match term {
        Term::Word(wanted) | Term::Phrase(wanted) => match wanted.words() {
            [one] => "w".has_value(one.as_str()),
            words => Query::from_and(words.windows(2).map(|w| "p".has_value(format!("{} {}", w[0], w[1]))).collect()),
        },
        Term::Tag(tag) => "t".has_value(case_folded(tag)),
        Term::From(handle) => "f".has_value(case_folded(handle)),
        Term::Lang(lang) => "l".has_value(lang.as_str()),
        Term::Not(inner) => !query(inner),
        Term::All(list) => Query::from_and(list.iter().map(query).collect()),
        Term::Any(list) => Query::from_or(list.iter().map(query).collect()),
        other => unreachable!("no such topics are made: {other}"),
    }
}

fn document(post: &model::Post) -> Document {
    let words = tokens(&post.text);
    let mut document =
        Document::new().with_value("f", post.author.handle.as_str()).with_value("l", post.language.as_deref().unwrap_or_default());
    for word in words.iter().collect::<HashSet<_>>() {
        document = document.with_value("w", word.as_str());
    }
    for pair in words.windows(2).collect::<HashSet<_>>() {
        document = document.with_value("p", format!("{} {}", pair[0], pair[1]));
    }
    for tag in tags(&post.text) {
        document = document.with_value("t", tag);
    }
    document
}

/// Tags as the topics mean them.
pub fn tags(text: &str) -> HashSet<String> {
    let mut tags = HashSet::new();
    for (at, _) in text.match_indices('#') {
        let is_free = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '&' | '#' | '@' | '_'));
        let tag: String = text[at + 1..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '·')).collect();
        if is_free && !tag.is_empty() {
            tags.insert(unmarked(&case_folded(&tag), Marks::None));
        }
    }
    tags
}

pub fn run(place: &Place) -> anyhow::Result<Value> {
    let posts = place.posts()?;
    let (before, began) = (resident()?, cpu());
    let mut percolator = Percolator::default();
    place.queries(0, place.topics)?.for_each(|q| _ = percolator.add_query(query(q.term())));
    let (build, bytes) = (cpu() - began, resident()?.saturating_sub(before));
    let mut pairs = Pairs::of(posts.len());
    let began = cpu();
    for (number, post) in posts.iter().enumerate() {
        percolator.percolate(&document(post)).for_each(|topic| pairs.put(number, topic));
    }
    Ok(pairs.told(&[cpu() - began], build, bytes))
}
