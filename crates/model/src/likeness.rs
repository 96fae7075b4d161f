//! How like two texts are, by the share of short runs of words that both hold (shingles and their Jaccard index, after Broder, "On the
//! resemblance and containment of documents", 1997). Case, punctuation and spaces do not count; addresses do.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use unicode_segmentation::UnicodeSegmentation;

/// From this on two texts are called nearly the same. A word changed in a text of eleven reaches it; two texts that only share a turn of
/// phrase do not.
pub const NEARLY: f64 = 0.5;
/// Texts of fewer words are only ever the same or not.
const WORDS_MIN: usize = 6;
/// From so many words on, runs are of three words; below, of two.
const LONG_FROM: usize = 12;
/// Words of a text that are looked at.
const WORDS_MAX: usize = 20_000;

/// A text, ready to be held beside others.
#[derive(Clone, Debug)]
pub struct Gist {
    words: Vec<String>,
    pairs: BTreeSet<u64>,
    threes: BTreeSet<u64>,
}

impl Gist {
    pub fn of(text: &str) -> Gist {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if word.contains("://") {
                words.push(word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '/').to_owned());
            } else {
                words.extend(word.unicode_words().map(str::to_lowercase));
            }
            if words.len() >= WORDS_MAX {
                break;
            }
        }
        Gist { pairs: runs(&words, 2), threes: runs(&words, 3), words }
    }
    /// Nothing is said in it: no words, at most signs.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
    /// How many words it has.
    pub fn len(&self) -> usize {
        self.words.len()
    }
    /// Its runs of three words, each as a number.
    pub fn threes(&self) -> &BTreeSet<u64> {
        &self.threes
    }
    /// Word for word the same.
    pub fn is_same(&self, other: &Gist) -> bool {
        self.words == other.words
    }
    /// From 0, nothing in common, to 1, the same.
    pub fn likeness(&self, other: &Gist) -> f64 {
        if self.is_same(other) {
            return 1.0;
        }
        let fewest = self.words.len().min(other.words.len());
        match fewest {
            n if n < WORDS_MIN => 0.0,
            n if n < LONG_FROM => jaccard(&self.pairs, &other.pairs),
            _ => jaccard(&self.threes, &other.threes),
        }
    }
}

fn runs(words: &[String], of: usize) -> BTreeSet<u64> {
    words
        .windows(of)
        .map(|run| {
            let mut hasher = DefaultHasher::new();
            run.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

fn jaccard(a: &BTreeSet<u64>, b: &BTreeSet<u64>) -> f64 {
    let both = a.intersection(b).count();
    let all = a.len() + b.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(a: &str, b: &str, expected: std::ops::RangeInclusive<f64>) {
        let found = Gist::of(a).likeness(&Gist::of(b));
        assert!(expected.contains(&found), "{found} for {a:?} and {b:?}");
    }

    #[test]
    fn same_nearly_and_other() {
        let long = "A cold kitchen slows a starter down; give it a day more, and a warm corner by the stove.";
        check(long, &long.to_uppercase().replace(';', " -"), 1.0..=1.0);
        check(long, &long.replace("a day more", "two days more"), NEARLY..=0.99);
        check(
            "Workshop on Tuesday: two seats are still free. https://a.example/x",
            "Workshop on Friday: two seats are still free. https://a.example/x",
            NEARLY..=0.99,
        );
        check(long, "A cold kitchen is what I grew up in, and it never did any harm to anybody there.", 0.0..=0.3);
        // Too short to be nearly anything; the same is the same.
        check("Good morning from Leeds", "Good morning from York", 0.0..=0.0);
        check("Good morning!", "good  morning", 1.0..=1.0);
        // The address is what it is about.
        check("New: https://a.example/1", "New: https://a.example/2", 0.0..=0.0);
        check(
            "寒い台所ではスターターが眠ります。もう一日待ってください。",
            "寒い台所ではスターターが眠ります。もう二日待ってください。",
            NEARLY..=0.99,
        );
        assert!(Gist::of(" … 🙂").is_empty());
    }

    proptest! {
        #[test]
        fn it_holds_both_ways_and_a_text_is_like_itself(a in "\\PC{0,200}", b in "\\PC{0,200}") {
            let (a, b) = (Gist::of(&a), Gist::of(&b));
            prop_assert_eq!(a.likeness(&b), b.likeness(&a));
            prop_assert_eq!(a.likeness(&a), 1.0);
            prop_assert!((0.0..=1.0).contains(&a.likeness(&b)));
        }
    }
}
