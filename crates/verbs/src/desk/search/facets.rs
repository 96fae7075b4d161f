//! By what the matches can be narrowed: network, person, venue, year. Each is a piece of the query language, so that narrowing is only more of
//! the same question.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use store::search::Candidate;

use crate::Cx;

/// Lines of one kind.
const LINES_MAX: usize = 6;

/// One line to narrow by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// As a person reads it.
    pub label: String,
    /// What it adds to the query.
    pub adds: String,
    pub count: usize,
}

/// Of the newest matches that were gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    pub networks: Vec<Facet>,
    pub people: Vec<Facet>,
    pub venues: Vec<Facet>,
    pub years: Vec<Facet>,
}

pub(super) fn of(cx: Cx<'_>, matched: &[Candidate]) -> Facets {
    let posts = || matched.iter().map(|c| &c.post);
    let fit = |value: &str| !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')'));
    let name = |key: &str| cx.app.networks.get(&model::NetworkKey::new(key)).map_or_else(|| key.to_owned(), |n| n.about().name.to_owned());
    Facets {
        networks: lines(posts().map(|p| p.network.as_str().to_owned()), |key| (name(key), format!("on:{key}"))),
        people: lines(posts().map(|p| p.author.handle.clone()).filter(|h| fit(h)), |handle| (handle.to_owned(), format!("from:{handle}"))),
        venues: lines(posts().filter_map(model::topic::venue_of).filter(|v| fit(v)), |venue| (venue.to_owned(), format!("in:{venue}"))),
        // A year as the query language counts it.
        years: lines(posts().map(|p| p.created_at.to_zoned(TimeZone::UTC).year().to_string()), |year| {
            let number: i32 = year.parse().unwrap_or(0);
            (year.to_owned(), format!("after:{:04} before:{:04}", number - 1, number + 1))
        }),
    }
}

/// The most common first; nothing where all are the same.
fn lines(values: impl Iterator<Item = String>, line: impl Fn(&str) -> (String, String)) -> Vec<Facet> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut all: Vec<(String, usize)> = counts.into_iter().collect();
    if all.len() < 2 {
        return Vec::new();
    }
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(LINES_MAX);
    let facet = |(value, count): (String, usize)| {
        let (label, adds) = line(&value);
        Facet { label, adds, count }
    };
    all.into_iter().map(facet).collect()
}

/// A query with a piece added that has to hold as well.
pub fn narrowed(words: &str, adds: &str) -> String {
    let has_any = model::Query::parse(words).is_ok_and(|query| matches!(query.term(), model::topic::Term::Any(_)));
    if has_any { format!("({words}) {adds}") } else { format!("{} {adds}", words.trim()) }
}
