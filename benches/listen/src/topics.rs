//! Topics made from how often words stand in posts: those of half of the posts, so that they are matched against the other half.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::texts::{self, Lots};

/// Topics beyond the largest number, for adding and removing.
pub const SPARE: usize = 20_000;

pub struct Maker {
    posts: Vec<Vec<String>>,
    /// In how many posts a word stands.
    seen: HashMap<String, u32>,
    tags: Vec<String>,
}

impl Maker {
    pub fn of(texts: &[String]) -> Maker {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut tags = Vec::new();
        let mut posts = Vec::with_capacity(texts.len());
        for text in texts {
            let words: Vec<String> = texts::tokens(text).into_iter().filter(|w| w.chars().all(char::is_alphanumeric)).collect();
            for word in words.iter().collect::<HashSet<_>>() {
                *seen.entry(word.clone()).or_default() += 1;
            }
            let tag = |word: &str| {
                word.strip_prefix('#').filter(|t| t.len() > 2 && t.chars().all(|c| c.is_ascii_alphanumeric())).map(str::to_owned)
            };
            tags.extend(text.split(' ').filter_map(tag));
            posts.push(words);
        }
        Maker { posts, seen, tags }
    }

    fn share(&self, word: &str) -> f64 {
        f64::from(self.seen.get(word).copied().unwrap_or(0)) / self.posts.len() as f64
    }

    fn post(&self, lots: &mut Lots) -> &[String] {
        &self.posts[lots.below(self.posts.len())]
    }

    /// A word that stands in no more than a share of posts, and in no less than another.
    fn word(&self, lots: &mut Lots, least: f64, most: f64) -> String {
        loop {
            let post = self.post(lots);
            if let Some(word) = post.get(lots.below(post.len())).filter(|w| (least..most).contains(&self.share(w))) {
                return word.clone();
            }
        }
    }

    /// Two words of one post; beside each other where wanted.
    fn two(&self, lots: &mut Lots, is_row: bool, is_fit: impl Fn(f64, f64) -> bool) -> (String, String) {
        loop {
            let post = self.post(lots);
            if post.len() < 2 {
                continue;
            }
            let at = lots.below(post.len() - 1);
            let (a, b) = (&post[at], &post[if is_row { at + 1 } else { lots.below(post.len()) }]);
            if a != b && is_fit(self.share(a), self.share(b)) {
                return (a.clone(), b.clone());
            }
        }
    }

    pub fn make(&self, lots: &mut Lots) -> String {
        match lots.below(100) {
            0..30 => {
                let (a, b) = self.two(lots, false, |a, b| a < 0.02 && b < 0.02);
                format!("{a} {b}")
            }
            30..48 => {
                let words: Vec<String> = (0..2 + lots.below(3)).map(|_| self.word(lots, 0.0, 2e-4)).collect();
                words.join(" OR ")
            }
            48..60 => {
                let (a, b) = self.two(lots, true, |a, b| a.min(b) < 0.01);
                format!("\"{a} {b}\"")
            }
            60..65 if !self.tags.is_empty() => format!("#{}", self.tags[lots.below(self.tags.len())]),
            60..80 => {
                let subject = self.word(lots, 0.0, 3e-3);
                let context: Vec<String> = (0..2 + lots.below(3)).map(|_| self.word(lots, 1e-3, 0.05)).collect();
                format!("{subject} ({})", context.join(" OR "))
            }
            80..84 => {
                let (a, b) = self.two(lots, true, |a, b| a.min(b) >= 0.01 && a.max(b) < 0.1);
                format!("\"{a} {b}\"")
            }
            84..89 => format!("from:u{} {}", lots.below(20_000), self.word(lots, 1e-3, 0.3)),
            89..94 => format!("{} lang:{}", self.word(lots, 0.0, 1e-3), ["pl", "cs", "uk", "id"][lots.below(4)]),
            _ => {
                let (a, b) = self.two(lots, false, |a, b| a < 0.02 && b < 0.02);
                format!("{a} {b} -{}", self.word(lots, 1e-3, 0.1))
            }
        }
    }

    /// A topic that needs a word which stands nearly everywhere.
    pub fn common(&self, lots: &mut Lots) -> String {
        match lots.below(4) {
            0 => format!("the ({} OR {})", self.word(lots, 0.0, 0.02), self.word(lots, 0.0, 0.02)),
            1 => format!("\"the {}\"", self.word(lots, 0.0, 0.02)),
            _ => format!("the {}", self.word(lots, 0.0, 0.02)),
        }
    }

    /// A topic that only a word can be filed under which stands nearly everywhere.
    pub fn commonest(&self, lots: &mut Lots) -> String {
        format!("the -{} (at OR in OR of OR to OR -{})", self.word(lots, 1e-4, 0.1), self.word(lots, 1e-4, 0.1))
    }

    /// Words of a script without spaces.
    pub fn unspaced(&self, lots: &mut Lots) -> String {
        let han = |word: String| texts::han(&word);
        match lots.below(4) {
            0 => {
                let (a, b) = self.two(lots, true, |a, b| a.min(b) < 0.01);
                format!("{}{}", han(a), han(b))
            }
            1 => format!("{} OR {}", han(self.word(lots, 0.0, 2e-4)), han(self.word(lots, 0.0, 2e-4))),
            2 => han(self.word(lots, 0.0, 1e-3)),
            _ => {
                let (a, b) = self.two(lots, false, |a, b| a < 0.02 && b < 0.02);
                format!("{} {}", han(a), han(b))
            }
        }
    }
}

pub fn write(file: &Path, count: usize, mut make: impl FnMut() -> String) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for _ in 0..count {
        writeln!(out, "{}", make())?;
    }
    Ok(out.flush()?)
}
