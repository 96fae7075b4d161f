//! What three weeks say: a ratio of two rates with its interval, and what is proposed on it. Pure: counts in, a proposal out; the person
//! decides. Counts are few, so nothing here leans on the normal curve. Begin with [`judge`]; `cargo x eval verdicts` says how often it is right.
//!
//! The interval: with Jeffreys' prior on both rates (Gamma(1/2, 0)), the share of the later count among both follows
//! Beta(after + 1/2, before + 1/2), and the ratio of the rates is that share's odds, weighed by the days. See Price and Bonett,
//! "Estimating the ratio of two Poisson rates", Computational Statistics and Data Analysis 34 (2000) 345; and Brown, Cai and
//! DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001) 101, for how often it is right. The difference of
//! the rates is between the ends that Zou and Donner's way ("MOVER", Statistics in Medicine 27 (2008) 1693) makes of Jeffreys' intervals of each.

mod curves;
mod days;
mod words;

use curves::{beta_quantile, gamma_quantile};
pub use days::{LEAST_CLUMPING, Rhythm};

/// How sure an interval is of one venue, looked at alone.
pub const LEVEL: f64 = 0.95;
/// If the ratio can hardly be more than this, the hours are better spent elsewhere.
pub const WORTHLESS_BELOW: f64 = 1.25;

/// What was counted over a stretch of days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stretch {
    pub count: u64,
    /// More than none.
    pub days: f64,
    /// Day by day, where it is known: shows whether outcomes come in clumps, and what the week does to them.
    pub daily: Vec<u64>,
}

impl Stretch {
    pub fn new(count: u64, days: f64) -> Stretch {
        Stretch { count, days, daily: Vec::new() }
    }
    /// One number a day. None at all is one day of nothing, so that a rate can be had.
    pub fn of_days(daily: Vec<u64>) -> Stretch {
        Stretch { count: daily.iter().sum(), days: daily.len().max(1) as f64, daily }
    }
    pub fn a_day(&self) -> f64 {
        self.count as f64 / self.days
    }
}

/// What is asked. The later stretch begins where the earlier ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub before: Stretch,
    pub after: Stretch,
    /// Hours that the venue took.
    pub hours: Option<f64>,
    /// Outcomes an hour that the same hours bring elsewhere, where it is known.
    pub elsewhere: Option<f64>,
    /// How many venues were tried for this aim, this one included: the more, the likelier that one looks good by luck alone.
    pub tried: u32,
    /// It has had three more weeks already.
    pub is_second: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    Stay,
    Leave,
    ThreeMoreWeeks,
}

impl Proposal {
    pub const ALL: [Proposal; 3] = [Proposal::Stay, Proposal::Leave, Proposal::ThreeMoreWeeks];
    pub fn word(self) -> &'static str {
        match self {
            Proposal::Stay => "stay",
            Proposal::Leave => "leave",
            Proposal::ThreeMoreWeeks => "three more weeks",
        }
    }
    pub fn from_word(word: &str) -> Option<Proposal> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// Why it is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The whole interval lies above "no change".
    Clear,
    /// It helps, and the same hours bring more elsewhere.
    Dearer,
    /// The whole interval lies under what would be worth the hours.
    Worthless,
    /// Six weeks have not shown that it helps.
    Unshown,
    /// It may be chance.
    Chance,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub proposal: Proposal,
    pub ground: Ground,
    /// Later rate by earlier rate, the middle of what is likely.
    pub ratio: f64,
    /// Between these it lies, as surely as `level` says.
    pub low: f64,
    pub high: f64,
    pub level: f64,
    /// Outcomes a day: later less earlier, and between which ends it lies.
    pub change_a_day: f64,
    pub change_low: f64,
    pub change_high: f64,
    /// Further outcomes for an hour spent.
    pub an_hour: Option<f64>,
    /// Variance over mean of a day's count that was reckoned with.
    pub clumping: f64,
    pub sentence: String,
}

/// Weighs two stretches. The proposal is never surer than its interval.
pub fn judge(question: &Question) -> Verdict {
    let (before, after) = (&question.before, &question.after);
    // Each venue tried is one more chance to be lucky (Bonferroni).
    let level = 1.0 - (1.0 - LEVEL) / f64::from(question.tried.max(1));
    let rhythm = Rhythm::of(before, after);
    let weighed = Weighed {
        n: [before.count as f64, after.count as f64],
        days: [rhythm.exposure(before, 0), rhythm.exposure(after, before.daily.len())],
        clumping: rhythm.clumping,
        tail: (1.0 - level) / 2.0,
    };
    let (low, ratio, high) = weighed.ratio();
    let (change_low, change_a_day, change_high) = weighed.change(low > 1.0, high < 1.0);
    let an_hour = question.hours.filter(|h| *h > 0.0).map(|h| change_a_day * after.days / h);
    let is_dearer = matches!((an_hour, question.elsewhere), (Some(here), Some(there)) if here < there);
    let (proposal, ground) = match () {
        () if low > 1.0 && !is_dearer => (Proposal::Stay, Ground::Clear),
        () if low > 1.0 => (Proposal::Leave, Ground::Dearer),
        () if high < WORTHLESS_BELOW => (Proposal::Leave, Ground::Worthless),
        () if question.is_second => (Proposal::Leave, Ground::Unshown),
        () => (Proposal::ThreeMoreWeeks, Ground::Chance),
    };
    let clumping = rhythm.clumping;
    let mut verdict = Verdict {
        proposal,
        ground,
        ratio,
        low,
        high,
        level,
        change_a_day,
        change_low,
        change_high,
        an_hour,
        clumping,
        sentence: String::new(),
    };
    verdict.sentence = words::sentence(question, &verdict);
    verdict
}

/// Counts and days of both stretches, the earlier first, as they are weighed.
struct Weighed {
    n: [f64; 2],
    days: [f64; 2],
    clumping: f64,
    tail: f64,
}

impl Weighed {
    /// Outcomes that come in clumps of so many say as much as so many fewer that come singly.
    fn shape(&self, side: usize) -> f64 {
        self.n[side] / self.clumping + 0.5
    }
    /// Low end, middle and high end of later rate by earlier rate. With nothing counted on a side, that side's end is open.
    fn ratio(&self) -> (f64, f64, f64) {
        let odds = |p: f64| {
            let share = beta_quantile(p, self.shape(1), self.shape(0));
            if share >= 1.0 { f64::INFINITY } else { share / (1.0 - share) * self.days[0] / self.days[1] }
        };
        let low = if self.n[1] == 0.0 { 0.0 } else { odds(self.tail) };
        let high = if self.n[0] == 0.0 { f64::INFINITY } else { odds(1.0 - self.tail) };
        (low, odds(0.5), high)
    }
    /// The same of later rate less earlier rate. Which side of "no change" an end is on is the ratio's to say, since the proposal follows it.
    fn change(&self, is_more: bool, is_fewer: bool) -> (f64, f64, f64) {
        let rate = |side: usize| self.n[side] / self.days[side];
        let end = |side: usize, p: f64| match (self.n[side] == 0.0, p < 0.5) {
            (true, true) => 0.0,
            _ => gamma_quantile(p, self.shape(side)) * self.clumping / self.days[side],
        };
        let middle = rate(1) - rate(0);
        let under = (rate(1) - end(1, self.tail)).hypot(end(0, 1.0 - self.tail) - rate(0));
        let over = (end(1, 1.0 - self.tail) - rate(1)).hypot(rate(0) - end(0, self.tail));
        let (low, high) = (middle - under, middle + over);
        (if is_more { low.max(0.0) } else { low.min(0.0) }, middle, if is_fewer { high.min(0.0) } else { high.max(0.0) })
    }
}

#[cfg(test)]
mod tests;
