//! How much a post is about what is looked for. A sum over the different things found in it: the rarer a thing is among those that match, the
//! more it says; how often it is said counts less each time, and less in a long post (BM25, Robertson and Zaragoza 2009, with k = 1.2
//! and b = 0.75, lengths in bytes). A headline or tag that says it counts half as much again; the newer of two equals stands first.

use std::collections::HashMap;

use model::{Hits, Query, Reader};
use store::search::Candidate;

const K: f64 = 1.2;
const B: f64 = 0.75;
const ABOUT_IT: f64 = 1.5;

/// Places in the list of matches with what each scores, best first.
pub fn ranked(query: &Query, matched: &[Candidate]) -> Vec<(usize, f64)> {
    let mut reader = Reader::of(query);
    let hits: Vec<Hits> = matched.iter().map(|c| query.hits(&reader.read(&c.post))).collect();
    let mut seen: HashMap<&str, f64> = HashMap::new();
    hits.iter().flat_map(|h| &h.found).for_each(|thing| *seen.entry(thing).or_default() += 1.0);
    let all = matched.len() as f64;
    let mean = matched.iter().map(|c| c.post.text.len() as f64).sum::<f64>() / all.max(1.0);
    let score = |candidate: &Candidate, hits: &Hits| {
        let length = 1.0 - B + B * candidate.post.text.len() as f64 / mean.max(1.0);
        let times = f64::from(hits.times) / (hits.found.len() as f64).max(1.0);
        let often = times * (K + 1.0) / (times + K * length);
        let rare: f64 = hits.found.iter().map(|thing| rarity(all, seen[thing.as_str()])).sum();
        rare * often * if hits.is_about_it { ABOUT_IT } else { 1.0 }
    };
    let mut ranked: Vec<(usize, f64)> = matched.iter().zip(&hits).map(|(c, h)| score(c, h)).enumerate().collect();
    // A stable sort: matches come newest first.
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

/// What a thing says that stands in `seen` of `all`: never nothing, for all of them are wanted.
fn rarity(all: f64, seen: f64) -> f64 {
    (1.0 + (all - seen + 0.5) / (seen + 0.5)).ln().max(0.05)
}
