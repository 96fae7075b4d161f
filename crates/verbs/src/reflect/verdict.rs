//! What three weeks say: a ratio of two rates with its interval, and what is proposed on it. Pure: counts in, a proposal out; the
//! person decides. Counts are few, so nothing here leans on the normal curve.
//!
//! The interval: with Jeffreys' prior on both rates (Gamma(1/2, 0)), the share of the later count among both follows
//! Beta(after + 1/2, before + 1/2), and the ratio of the rates is that share's odds, weighed by the days. See Price and Bonett,
//! "Estimating the ratio of two Poisson rates", Computational Statistics and Data Analysis 34 (2000) 345; and Brown, Cai and
//! DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001) 101, for how often it is right.

use std::f64::consts::PI;

/// How sure an interval is of one venue, looked at alone.
pub const LEVEL: f64 = 0.95;
/// If the ratio can hardly be more than this, the hours are better spent elsewhere.
const WORTHLESS_BELOW: f64 = 1.25;
/// Halvings of the share when a quantile is sought: past what a double holds.
const HALVINGS: u32 = 80;
/// Terms of the continued fraction; it settles after some dozens for counts of any size.
const TERMS_MAX: u32 = 500;

/// What was counted over a stretch of days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stretch {
    pub count: u64,
    /// More than none.
    pub days: f64,
    /// Day by day, where it is known: shows whether outcomes come in clumps.
    pub daily: Vec<u64>,
}

impl Stretch {
    pub fn new(count: u64, days: f64) -> Stretch {
        Stretch { count, days, daily: Vec::new() }
    }
    pub fn of_days(daily: Vec<u64>) -> Stretch {
        Stretch { count: daily.iter().sum(), days: daily.len() as f64, daily }
    }
    pub fn a_day(&self) -> f64 {
        self.count as f64 / self.days
    }
}

/// What is asked.
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
    pub fn word(self) -> &'static str {
        match self {
            Proposal::Stay => "stay",
            Proposal::Leave => "leave",
            Proposal::ThreeMoreWeeks => "three more weeks",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub proposal: Proposal,
    /// Later rate by earlier rate, the middle of what is likely.
    pub ratio: f64,
    /// Between these it lies, as surely as `level` says.
    pub low: f64,
    pub high: f64,
    pub level: f64,
    /// Outcomes a day: later less earlier.
    pub change_a_day: f64,
    /// Further outcomes for an hour spent.
    pub an_hour: Option<f64>,
    /// Variance over mean of the daily counts; 1 where they come singly or nothing is known of it.
    pub clumping: f64,
    pub sentence: String,
}

/// Weighs two stretches. The proposal is never surer than its interval.
pub fn judge(question: &Question) -> Verdict {
    let (before, after) = (&question.before, &question.after);
    // Each venue tried is one more chance to be lucky (Bonferroni).
    let level = 1.0 - (1.0 - LEVEL) / f64::from(question.tried.max(1));
    let clumping = clumping(before, after);
    let (low, ratio, high) = ratio_of_rates(before, after, level, clumping);
    let change_a_day = after.a_day() - before.a_day();
    let an_hour = question.hours.filter(|h| *h > 0.0).map(|h| change_a_day * after.days / h);
    let is_dearer = matches!((an_hour, question.elsewhere), (Some(here), Some(there)) if here < there);
    let proposal = if low > 1.0 && !is_dearer {
        Proposal::Stay
    } else if high < WORTHLESS_BELOW || low > 1.0 || question.is_second {
        Proposal::Leave
    } else {
        Proposal::ThreeMoreWeeks
    };
    let mut verdict = Verdict { proposal, ratio, low, high, level, change_a_day, an_hour, clumping, sentence: String::new() };
    verdict.sentence = sentence(question, &verdict, is_dearer);
    verdict
}

/// Low end, middle and high end of later rate by earlier rate.
fn ratio_of_rates(before: &Stretch, after: &Stretch, level: f64, clumping: f64) -> (f64, f64, f64) {
    // Outcomes that come in clumps of so many say as much as so many fewer that come singly.
    let (n0, n1) = (before.count as f64 / clumping + 0.5, after.count as f64 / clumping + 0.5);
    let odds = |p: f64| {
        let share = beta_quantile(p, n1, n0);
        if share >= 1.0 { f64::INFINITY } else { share / (1.0 - share) * before.days / after.days }
    };
    let tail = (1.0 - level) / 2.0;
    // With nothing counted on a side, that side's end is open.
    let low = if after.count == 0 { 0.0 } else { odds(tail) };
    let high = if before.count == 0 { f64::INFINITY } else { odds(1.0 - tail) };
    (low, odds(0.5), high)
}

/// Variance over mean of daily counts, each weekday by itself so that a weekly rhythm is not taken for clumping; never under 1.
/// The upper half of what is likely is taken where days are few, since too narrow an interval is the worse mistake.
fn clumping(before: &Stretch, after: &Stretch) -> f64 {
    let mut squares = 0.0;
    let mut free = 0.0;
    for daily in [&before.daily, &after.daily] {
        if daily.len() < 14 {
            continue;
        }
        let whole = daily.iter().sum::<u64>() as f64 / daily.len() as f64;
        if whole == 0.0 {
            continue;
        }
        let mean_of = |weekday: usize| {
            let on: Vec<f64> = daily.iter().skip(weekday).step_by(7).map(|n| *n as f64).collect();
            on.iter().sum::<f64>() / on.len() as f64
        };
        for (day, n) in daily.iter().enumerate() {
            let mean = mean_of(day % 7).max(whole / 7.0);
            squares += (*n as f64 - mean).powi(2) / mean;
        }
        free += daily.len() as f64 - 7.0;
    }
    if free < 1.0 { 1.0 } else { (squares / free).max(1.0) }
}

fn sentence(question: &Question, v: &Verdict, is_dearer: bool) -> String {
    let (n0, n1) = (question.before.count, question.after.count);
    let counted = format!("{n1} in {} days, and {n0} in the {} days before", days(question.after.days), days(question.before.days));
    let range = match (v.low, v.high) {
        (_, high) if high.is_infinite() && n1 == 0 => "so nothing can be said of the change".to_owned(),
        (low, high) if high.is_infinite() => format!("at least {} times as many a day", times(low)),
        (low, high) => format!("between {} and {} times as many a day", times(low), times(high)),
    };
    let luck = if question.tried > 1 {
        format!(" This is one of {} places tried, and is judged the more strictly for it.", question.tried)
    } else {
        String::new()
    };
    let end = match v.proposal {
        Proposal::Stay => "That is more than chance: stay.",
        Proposal::Leave if is_dearer => "The same hours bring more elsewhere: leave.",
        Proposal::Leave if v.high < WORTHLESS_BELOW => "It can hardly be worth the hours: leave.",
        Proposal::Leave => "Six weeks have not shown that it helps: leave.",
        Proposal::ThreeMoreWeeks => "That may be chance: give it three more weeks.",
    };
    format!("{counted}: {range}. {end}{luck}")
}

fn days(days: f64) -> String {
    if days.fract() == 0.0 { format!("{days:.0}") } else { format!("{days:.1}") }
}

fn times(x: f64) -> String {
    match x {
        _ if x >= 9.95 => format!("{x:.0}"),
        _ if x >= 0.095 => format!("{x:.1}"),
        _ => format!("{x:.2}"),
    }
}

/// The share below which a Beta(a, b) falls with probability `p`, by halving.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if beta_share(middle, a, b) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST Digital Library of Mathematical Functions,
/// 8.17.22), evaluated from the side on which it settles quickly.
fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() / a;
    front * continued_fraction(x, a, b)
}

/// Lentz's way, which never divides by nothing.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let kept = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / kept(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..=TERMS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept(1.0 + even * d);
        c = kept(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept(1.0 + odd * d);
        c = kept(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-14 {
            break;
        }
    }
    value
}

/// ln Γ(x) for x > 0: Stirling's series (NIST, 5.11.1) after stepping up to where it is exact to the last digits.
fn ln_gamma(x: f64) -> f64 {
    let mut x = x;
    let mut steps = 0.0;
    while x < 12.0 {
        steps += x.ln();
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - steps
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    fn asked(before: Stretch, after: Stretch) -> Question {
        Question { before, after, hours: None, elsewhere: None, tried: 1, is_second: false }
    }

    #[test]
    fn the_functions_are_the_ones_in_the_books() {
        let near = |found: f64, known: f64| assert!((found - known).abs() < 1e-9 * known.abs().max(1.0), "{found} {known}");
        near(ln_gamma(0.5), 0.5 * PI.ln());
        near(ln_gamma(10.0), 362_880f64.ln());
        near(beta_share(0.3, 1.0, 1.0), 0.3);
        near(beta_share(0.25, 2.0, 1.0), 0.0625);
        near(beta_share(0.5, 7.5, 7.5), 0.5);
        // The arcsine law.
        near(beta_share(0.75, 0.5, 0.5), 2.0 / 3.0);
        near(beta_quantile(2.0 / 3.0, 0.5, 0.5), 0.75);
        for p in [0.001, 0.2, 0.975] {
            near(beta_share(beta_quantile(p, 40.5, 3.5), 40.5, 3.5), p);
        }
    }

    #[test]
    fn a_plain_case_each() {
        let said = |before, after| judge(&asked(Stretch::new(before, 21.0), Stretch::new(after, 21.0)));
        assert_eq!(said(4, 21).proposal, Proposal::Stay);
        assert_eq!(said(40, 20).proposal, Proposal::Leave);
        assert_eq!(said(3, 5).proposal, Proposal::ThreeMoreWeeks);
        let nothing = said(0, 0);
        assert_eq!((nothing.proposal, nothing.low, nothing.high), (Proposal::ThreeMoreWeeks, 0.0, f64::INFINITY));
        assert!(nothing.sentence.contains("nothing can be said"), "{}", nothing.sentence);
        let first = said(0, 9);
        assert!(first.low > 1.0 && first.high.is_infinite(), "{first:?}");
        assert!(said(10, 20).sentence.starts_with("20 in 21 days, and 10 in the 21 days before: between "));
    }

    #[test]
    fn many_places_hours_and_second_tries_are_minded() {
        let mut question = asked(Stretch::new(8, 21.0), Stretch::new(20, 21.0));
        assert_eq!(judge(&question).proposal, Proposal::Stay);
        question.tried = 12;
        assert_eq!(judge(&question).proposal, Proposal::ThreeMoreWeeks, "the best of twelve may be the luckiest");
        (question.tried, question.hours, question.elsewhere) = (1, Some(12.0), Some(3.0));
        let dear = judge(&question);
        assert_eq!((dear.proposal, dear.an_hour), (Proposal::Leave, Some(1.0)));
        let again = Question { is_second: true, ..asked(Stretch::new(3, 21.0), Stretch::new(5, 21.0)) };
        assert_eq!(judge(&again).proposal, Proposal::Leave);
    }

    #[test]
    fn clumps_say_less_than_as_many_that_come_singly() {
        let single = asked(Stretch::of_days(vec![1; 21]), Stretch::of_days(vec![2; 21]));
        let clumps = |n: u64| (0..21).map(|d| if d == 4 || d == 17 { n } else { 0 }).collect();
        let clumped = asked(Stretch::of_days(clumps(10)), Stretch::of_days(clumps(21)));
        let (one, other) = (judge(&single), judge(&clumped));
        assert_eq!(one.clumping, 1.0);
        assert!(other.clumping > 3.0 && other.low < one.low && other.high > one.high, "{one:?} {other:?}");
        let rhythm: Vec<u64> = (0..21).map(|d| if d % 7 < 2 { 8 } else { 1 }).collect();
        assert_eq!(judge(&asked(Stretch::of_days(rhythm.clone()), Stretch::of_days(rhythm))).clumping, 1.0, "a week's rhythm is no clump");
    }

    /// So many of a Poisson law, by counting exponential gaps.
    fn drawn(dice: &mut StdRng, mean: f64) -> u64 {
        let (mut at, mut n) = (0.0, 0);
        loop {
            at -= (1.0 - dice.random::<f64>()).ln();
            if at > mean {
                return n;
            }
            n += 1;
        }
    }

    #[test]
    fn intervals_hold_as_often_as_they_say() {
        let mut dice = StdRng::seed_from_u64(2026);
        let (trials, mut held, mut stays) = (4000, 0, 0);
        for _ in 0..trials {
            let rate = (dice.random_range(0.1f64.ln()..4f64.ln())).exp();
            let truth = (dice.random_range(0.3f64.ln()..3.5f64.ln())).exp();
            let (before, after) = (drawn(&mut dice, 21.0 * rate), drawn(&mut dice, 21.0 * rate * truth));
            let v = judge(&asked(Stretch::new(before, 21.0), Stretch::new(after, 21.0)));
            held += u32::from(v.low <= truth && truth <= v.high);
            let idle = judge(&asked(Stretch::new(before, 21.0), Stretch::new(drawn(&mut dice, 21.0 * rate), 21.0)));
            stays += u32::from(idle.proposal == Proposal::Stay);
        }
        let share = |n: u32| f64::from(n) / f64::from(trials);
        assert!((0.94..0.97).contains(&share(held)), "{}", share(held));
        assert!(share(stays) < 0.05, "{}", share(stays));
    }
}
