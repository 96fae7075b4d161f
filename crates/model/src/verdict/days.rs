//! What single days tell beside their sum: a week's rhythm, which must be taken for neither change nor clumps; and clumps, since ten people who
//! came by one post that went round say less than ten who came singly.

use super::Stretch;

/// Days of a week.
const WEEK: usize = 7;
/// A stretch of fewer days tells nothing about clumps.
const DAYS_MIN: usize = 14;
/// What a weekday's own counts are held against: so many outcomes on each that fall evenly. Few counts so make no rhythm.
const EVEN: f64 = 20.0;
/// The clumping reckoned with is that much more than the one seen, since a few weeks show it only roughly, and too narrow an interval is the
/// worse mistake. Chosen by `cargo x eval verdicts`.
const UNSURE: f64 = 1.1;
/// Outcomes are taken to clump at least so much: it keeps the interval, which for some small counts is a little narrow, at 94 times in 100 or
/// above. Chosen by `cargo x eval verdicts`.
pub const LEAST_CLUMPING: f64 = 1.05;

/// The share of each weekday and how outcomes clump, as two stretches side by side show them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    /// By how much each day of seven is above an even one, the first day of the earlier stretch first; 7 in sum.
    weights: [f64; WEEK],
    /// Variance over mean of a day's count; at least [`LEAST_CLUMPING`].
    pub clumping: f64,
}

impl Rhythm {
    /// Even, unless both stretches are known day by day and long enough.
    pub fn of(before: &Stretch, after: &Stretch) -> Rhythm {
        let even = Rhythm { weights: [1.0; WEEK], clumping: LEAST_CLUMPING };
        if before.daily.len() < DAYS_MIN || after.daily.len() < DAYS_MIN {
            return even;
        }
        let days: Vec<(usize, f64, f64)> = [(before, 0), (after, before.daily.len())]
            .into_iter()
            .flat_map(|(s, first)| s.daily.iter().enumerate().map(move |(i, n)| ((first + i) % WEEK, *n as f64, s.a_day())))
            .collect();
        let sum = |day: usize, of: fn(&(usize, f64, f64)) -> f64| days.iter().filter(|d| d.0 == day).map(of).sum::<f64>();
        let mut weights = [1.0; WEEK];
        for (day, weight) in weights.iter_mut().enumerate() {
            *weight = (sum(day, |d| d.1) + EVEN) / (sum(day, |d| d.2) + EVEN);
        }
        let all: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w *= WEEK as f64 / all);
        let squares: f64 =
            days.iter().filter(|d| d.2 > 0.0).map(|(day, n, a_day)| (n - a_day * weights[*day]).powi(2) / (a_day * weights[*day])).sum();
        let told = days.iter().filter(|d| d.2 > 0.0).count() as f64;
        let stretches = [before, after].iter().filter(|s| s.count > 0).count() as f64;
        // A weekday's weight takes a degree of freedom only so far as it follows that day's own counts.
        let own = (before.count + after.count) as f64 / WEEK as f64;
        let own = own / (own + EVEN);
        let free = told - stretches - (WEEK - 1) as f64 * own * (2.0 - own);
        let clumping = if free < 1.0 { LEAST_CLUMPING } else { (UNSURE * squares / free).max(LEAST_CLUMPING) };
        Rhythm { weights, clumping }
    }

    /// How many even days a stretch is worth whose first day is the `first`th from the earlier one's beginning: whole weeks are what they are, and
    /// three days that hold a weekend may be worth two or four.
    pub fn exposure(&self, stretch: &Stretch, first: usize) -> f64 {
        if stretch.daily.is_empty() {
            return stretch.days;
        }
        (0..stretch.daily.len()).map(|i| self.weights[(first + i) % WEEK]).sum()
    }
}
