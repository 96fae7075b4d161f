//! What a post mostly does, and which side of a person it shows: a linear model over words and marks, learnt from posts whose writers said
//! it themselves, and from a person's own corrections. Not: whether a post is worth reading, or who wrote it.
//! Begin with [`judge`]; `docs/kinds.md` says what it learnt from and how often it is right.

pub mod features;
pub mod learn;
pub mod own;
pub mod tokens;
pub mod weights;
mod why;

pub use own::{Correction, Own};

use features::{Feature, features};
use learn::{Taught, score};
use tokens::Tokens;
use weights::Shipped;

/// What a post mostly does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Does {
    /// Offers something for nothing: a thing, time, help.
    Gives,
    /// Wants something of the reader: an answer, help, a thing, somebody to do a job.
    Asks,
    /// Is said to people: about the writer's day, with somebody, thanks.
    Talks,
    /// Makes something known: news, a release, a tip.
    Tells,
    /// Wants the reader's money, or a click that leads there.
    Sells,
}

impl Does {
    /// In the order of the weights.
    pub const ALL: [Does; 5] = [Does::Gives, Does::Asks, Does::Talks, Does::Tells, Does::Sells];
    pub fn word(self) -> &'static str {
        match self {
            Does::Gives => "gives",
            Does::Asks => "asks",
            Does::Talks => "talks",
            Does::Tells => "tells",
            Does::Sells => "sells",
        }
    }
    pub fn from_word(word: &str) -> Option<Does> {
        Self::ALL.into_iter().find(|d| d.word() == word)
    }
}

/// Which side of a person it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    Personal,
    Work,
}

impl Side {
    /// In the order of the weights.
    pub const ALL: [Side; 2] = [Side::Personal, Side::Work];
    pub fn word(self) -> &'static str {
        match self {
            Side::Personal => "personal",
            Side::Work => "work",
        }
    }
    pub fn from_word(word: &str) -> Option<Side> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// A judgement, with how likely it is right and what of the text decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub does: Does,
    /// From 0 to 1.
    pub p: f64,
    pub side: Side,
    pub p_side: f64,
    /// Words as they stand in the text, and marks in words, weightiest first; first for what it does, then for the side.
    pub because: Vec<String>,
}

/// What was decided, without why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decided {
    pub does: Does,
    /// From 0 to 1.
    pub p: f64,
    pub side: Side,
    pub p_side: f64,
}

/// Words that are named for each of the two judgements, at most.
const WHY_DOES_MAX: usize = 5;
const WHY_SIDE_MAX: usize = 2;

/// Judges a text by what ships.
pub fn judge(text: &str) -> Judged {
    judge_by(text, &Own::default())
}

/// Decides by what ships and what a person put right, for many texts whose reasons nobody will read: naming those is most of the work.
pub fn decide_by(text: &str, own: &Own) -> Decided {
    let found = features(&Tokens::of(text));
    let (does, side) = decide(&found, own);
    Decided { does: Does::ALL[does.label], p: f64::from(does.p), side: Side::ALL[side.label], p_side: f64::from(side.p) }
}

fn decide(found: &[Feature], own: &Own) -> (One, One) {
    let (shipped, own_row) = (Shipped::get(), own.row(found));
    (one(&shipped.does, found, own.shifts(&own_row, 0)), one(&shipped.side, found, own.shifts(&own_row, Does::ALL.len())))
}

/// Judges a text by what ships and what a person put right.
pub fn judge_by(text: &str, own: &Own) -> Judged {
    let tokens = Tokens::of(text);
    let found = features(&tokens);
    let shipped = Shipped::get();
    let (does, side) = decide(&found, own);
    let mut because = why::words(&tokens, &found, &shipped.does, (does.label, does.second), (own, 0), WHY_DOES_MAX);
    for reason in why::words(&tokens, &found, &shipped.side, (side.label, side.second), (own, Does::ALL.len()), WHY_SIDE_MAX) {
        if !because.contains(&reason) {
            because.push(reason);
        }
    }
    Judged { does: Does::ALL[does.label], p: f64::from(does.p), side: Side::ALL[side.label], p_side: f64::from(side.p), because }
}

struct One {
    label: usize,
    second: usize,
    p: f32,
}

fn one(taught: &Taught, found: &[Feature], shifts: &[f32]) -> One {
    let mut scores = score(&taught.lexicon.vector(found), &taught.weights, taught.labels);
    for (score, shift) in scores.iter_mut().zip(shifts) {
        *score += shift;
    }
    let chances = taught.chances.of(&scores);
    let label = taught.chances.choose(&chances);
    let second = (0..taught.labels)
        .filter(|k| *k != label)
        .fold(usize::from(label == 0), |best, k| if chances[k] > chances[best] { k } else { best });
    One { label, second, p: chances[label] }
}

#[cfg(test)]
mod tests;
