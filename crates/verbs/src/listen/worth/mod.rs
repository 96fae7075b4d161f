//! Whether a conversation is worth joining: points for and against, every one of them in words, and their sum. Pure, and the same for the
//! pages and for a file of posts. It ranks nothing by reach and reads nothing from the store. Begin with [`worth_joining`], then `lines.rs`.

mod facts;
mod feature;
mod inside;
mod liking;
mod lines;
mod opening;
mod opening_weights;
mod tree;
mod wording;

use model::Timestamp;

pub use facts::{Facts, Known, Ours, not_a_person};
pub use feature::{ALL, Feature, Level, Levels};
pub use inside::{Inside, Turn};
pub use liking::{Likings, marks};
pub use lines::{AIM, FRESH_MAX, HAVE, OPENING_MAX, PACE_MAX, PEOPLE_MAX, QUESTION, STANDING_MAX, TOPIC_MAX};
pub use opening::{MARKS, Opening};
pub use tree::{Loose, Thread, threads};

/// How one desk weighs: what it has turned down, and what its own choices teach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weighing {
    pub levels: Levels,
    pub likings: Likings,
}

/// One line of the weighing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub feature: Feature,
    /// As the table says it: "An open question with no answer yet".
    pub words: String,
    /// As the row says it, where it is worth saying: "a question, and nobody has answered".
    pub short: Option<String>,
    /// Tenths of a point; below 0 where it speaks against. What is turned down has less, or none.
    pub tenths: i32,
    /// How far the person has turned it down.
    pub level: Level,
}

impl Reason {
    /// Whole points.
    pub fn points(&self) -> i32 {
        (f64::from(self.tenths) / 10.0).round() as i32
    }
    pub fn is_minus(&self) -> bool {
        self.tenths < 0
    }
}

/// What a conversation is worth, with why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// The sum of the reasons' whole points, held between 0 and 100.
    pub score: u32,
    pub reasons: Vec<Reason>,
}

impl Worth {
    fn of(reasons: Vec<Reason>) -> Worth {
        let sum: i32 = reasons.iter().map(Reason::points).sum();
        Worth { score: u32::try_from(sum.clamp(0, 100)).unwrap_or(0), reasons }
    }
    /// The sum of the reasons in tenths of a point, as it stands: for an order with fewer ties.
    pub fn tenths(&self) -> i32 {
        self.reasons.iter().map(|r| r.tenths).sum()
    }
    /// The reasons of a row, weightiest first, what speaks against it last.
    pub fn shorts(&self) -> impl Iterator<Item = (&str, bool)> {
        self.reasons.iter().filter(|r| r.tenths != 0).filter_map(|r| Some((r.short.as_deref()?, r.is_minus())))
    }
}

/// Weighs a conversation. The reasons stand weightiest first, freshness last of what speaks for it, then what speaks against it.
pub fn worth_joining(facts: &Facts, weighing: &Weighing, now: Timestamp) -> Worth {
    let mut all = lines::of_the_inside(facts, now.as_second());
    all.extend(facts.ours.iter().flat_map(lines::of_ours));
    all.extend(weighing.likings.weigh(facts).map(|(points, words)| {
        let short = Some(words.split(':').next().unwrap_or_default().replacen("You", "you", 1));
        lines::Line { feature: Feature::Liking, points, words, short }
    }));
    let mut reasons: Vec<Reason> = all.into_iter().map(|line| reason(line, &weighing.levels)).collect();
    reasons.sort_by_key(|r| (r.tenths < 0, r.feature == Feature::Fresh, -r.tenths.abs(), r.feature));
    Worth::of(reasons)
}

fn reason(line: lines::Line, levels: &Levels) -> Reason {
    let level = levels.of(line.feature);
    let words = match level {
        Level::Full => line.words,
        Level::Half => format!("{} (counts half, as you chose)", line.words),
        Level::Off => format!("{} (not counted, as you chose)", line.words),
    };
    Reason { feature: line.feature, words, short: line.short, tenths: (line.points * level.share() * 10.0).round() as i32, level }
}

#[cfg(test)]
mod tests;
