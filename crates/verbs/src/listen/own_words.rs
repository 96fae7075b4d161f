//! Whether a note or an earlier post of ours holds what somebody asks for, by the words that both have.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use store::{Kept, Tx};

use crate::converse::is_question;

/// Notes, and posts of ours, that a question is held against.
const OWN_MAX: u32 = 300;
/// Words that both must have, and of the question's own words the share that ours must hold.
const SHARED_MIN: usize = 3;
const SHARE_MIN: f64 = 0.3;
/// Shorter words say nothing of what a text is about.
const LETTERS_MIN: usize = 4;
/// Letters of ours that are shown.
const SHOWN_MAX: usize = 60;
/// Long words that say as little as short ones.
const PLAIN: [&str; 48] = [
    "about", "after", "again", "also", "always", "another", "anybody", "anyone", "because", "been", "before", "being", "could", "does",
    "doing", "done", "every", "everyone", "from", "have", "having", "here", "just", "know", "like", "many", "more", "most", "much", "only",
    "other", "really", "should", "some", "than", "that", "their", "them", "then", "there", "these", "they", "thing", "this", "very",
    "what", "when", "which",
];
const PLAIN_TOO: [&str; 12] = ["where", "while", "will", "with", "without", "would", "your", "people", "think", "want", "need", "make"];

/// What we wrote, read when the first question asks for it.
#[derive(Default)]
pub struct OwnWords {
    known: OnceCell<Vec<(String, BTreeSet<String>)>>,
}

impl OwnWords {
    /// The beginning of what of ours holds the most of what `question` asks, if anything holds enough.
    pub fn answers(&self, tx: &Tx<'_>, question: &str) -> Kept<Option<String>> {
        let asked = content(question);
        if asked.len() < SHARED_MIN {
            return Ok(None);
        }
        if self.known.get().is_none() {
            let all = tx.weighing().own_words(OWN_MAX)?;
            // What only asks answers nothing.
            let known = all.into_iter().filter(|t| !is_question(t)).map(|t| (first_words(&t), content(&t))).collect();
            let _ = self.known.set(known);
        }
        Ok(best(&asked, self.known.get().map_or(&[], Vec::as_slice)))
    }
}

/// Rare words weigh more: one that half of ours hold says little.
fn best(asked: &BTreeSet<String>, own: &[(String, BTreeSet<String>)]) -> Option<String> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (_, words) in own {
        words.intersection(asked).for_each(|w| *seen.entry(w).or_default() += 1);
    }
    let rarity = |word: &str| (own.len() as f64 / *seen.get(word).unwrap_or(&1) as f64).ln() + 1.0;
    own.iter()
        .filter_map(|(shown, words)| {
            let shared: Vec<&String> = words.intersection(asked).collect();
            let is_enough = shared.len() >= SHARED_MIN && shared.len() as f64 >= SHARE_MIN * asked.len() as f64;
            is_enough.then(|| (shared.iter().map(|w| rarity(w)).sum::<f64>(), shown))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, shown)| shown.clone())
}

fn content(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.chars().count() >= LETTERS_MIN)
        .map(str::to_lowercase)
        .filter(|w| !PLAIN.contains(&w.as_str()) && !PLAIN_TOO.contains(&w.as_str()))
        .collect()
}

fn first_words(text: &str) -> String {
    let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().trim();
    if line.chars().count() <= SHOWN_MAX {
        return line.to_owned();
    }
    let cut: String = line.chars().take(SHOWN_MAX).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, own: &[&str]) -> Option<String> {
        let own: Vec<_> = own.iter().map(|t| (first_words(t), content(t))).collect();
        best(&content(question), &own)
    }

    #[test]
    fn what_we_wrote_before_is_found_by_its_words() {
        let own = ["Paper grain decides whether a small notebook warps: cut along the grain.", "Lunch was good today, thank you all."];
        let found = check("Does grain direction matter in a small notebook? Every one warps.", &own);
        assert_eq!(found.as_deref(), Some("Paper grain decides whether a small notebook warps: cut…"));
        assert_eq!(check("Which oven bakes rye bread evenly without burning?", &own), None);
        assert_eq!(check("", &own), None);
    }
}
