//! Good hours, from one's own evidence alone: of our posts in an hour or on a weekday, how many did people answer? Shares come with an
//! interval, and few posts are called few. Counted are posts answered, not answers, so that one post of which everybody spoke decides
//! nothing.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{AccountId, Timestamp};

use crate::{Cx, Done};

/// How far back is looked.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 365);
/// An answer that comes later than this is not owed to the hour; younger posts are not counted yet.
const WITHIN: SignedDuration = SignedDuration::from_hours(48);
const POSTS_MAX: u32 = 5000;
/// Fewer posts in all say nothing about hours.
pub const POSTS_MIN: u32 = 40;
/// Fewer posts in one hour say nothing about it.
pub const HOUR_MIN: u32 = 5;
/// Hours stand together in spans of so many.
pub const SPAN: u8 = 2;
/// The normal quantile of an interval of 95 per cent.
const Z: f64 = 1.959_964;

/// Posts of one span of hours or one weekday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub posts: u32,
    /// Of these, how many people answered.
    pub answered: u32,
    /// Answers in all; one person counts once a post.
    pub answers: u32,
}

impl Tally {
    fn add(&mut self, answers: u32) {
        self.posts += 1;
        self.answered += u32::from(answers > 0);
        self.answers += answers;
    }
    /// Posts answered of all, from 0 to 1; 0 without posts.
    pub fn share(&self) -> f64 {
        if self.posts == 0 { 0.0 } else { f64::from(self.answered) / f64::from(self.posts) }
    }
    /// Between which shares chance alone leaves it, at 95 per cent: the score interval of Wilson ("Probable inference, the law of
    /// succession, and statistical inference", 1927).
    pub fn interval(&self) -> (f64, f64) {
        self.between(Z)
    }
}

/// What one's own posts say about hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    pub all: Tally,
    /// By the hour at which a span begins.
    pub spans: Vec<(u8, Tally)>,
    /// From Monday.
    pub weekdays: [Tally; 7],
}

/// What can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Fewer posts than [`POSTS_MIN`].
    TooFew,
    /// Enough posts, and no span surely better than the rest.
    NoneStandsOut,
    /// Spans (by the hour at which they begin) that are surely better than all together, best first.
    Best(Vec<u8>),
}

impl Hours {
    /// From posts, each with when it stood and how many people answered, by the clock of a zone.
    pub fn of(posts: &[(Timestamp, u32)], zone: &TimeZone) -> Hours {
        let mut hours = Hours {
            all: Tally::default(),
            spans: (0..24).step_by(usize::from(SPAN)).map(|h| (h, Tally::default())).collect(),
            weekdays: Default::default(),
        };
        for (at, answers) in posts {
            let here = at.to_zoned(zone.clone());
            let hour = usize::try_from(here.hour()).unwrap_or(0);
            let day = usize::try_from(here.weekday().to_monday_zero_offset()).unwrap_or(0);
            hours.all.add(*answers);
            hours.spans[hour / usize::from(SPAN)].1.add(*answers);
            hours.weekdays[day % 7].add(*answers);
        }
        hours
    }
    /// A span counts as better only where even the low end of its interval, widened for how many spans are compared (each a chance to be
    /// fooled), is above the share of all posts.
    pub fn finding(&self) -> Finding {
        if self.all.posts < POSTS_MIN {
            return Finding::TooFew;
        }
        let judged: Vec<_> = self.spans.iter().filter(|(_, t)| t.posts >= HOUR_MIN).collect();
        let mut best: Vec<_> = judged.iter().filter(|(_, t)| t.low_of_many(judged.len()) > self.all.share()).collect();
        if best.is_empty() {
            return Finding::NoneStandsOut;
        }
        best.sort_by(|a, b| b.1.interval().0.total_cmp(&a.1.interval().0).then(a.0.cmp(&b.0)));
        Finding::Best(best.into_iter().map(|(hour, _)| *hour).collect())
    }
}

impl Tally {
    /// The low end of the interval where `many` are looked at together (Bonferroni): the quantile for 95 per cent shared among them.
    fn low_of_many(&self, many: usize) -> f64 {
        self.between(quantile(1.0 - 0.025 / many.max(1) as f64)).0
    }
    fn between(&self, z: f64) -> (f64, f64) {
        if self.posts == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (f64::from(self.posts), self.share());
        let (middle, half) = (p + z * z / (2.0 * n), z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt());
        let whole = 1.0 + z * z / n;
        (((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0))
    }
}

/// The normal distribution's quantile for `p` above a half (Abramowitz and Stegun, 26.2.23; wrong by less than 0.00045).
fn quantile(p: f64) -> f64 {
    let t = (-2.0 * (1.0 - p).ln()).sqrt();
    t - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t) / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t)
}

/// What the desk's own posts say, through one account or through all.
pub async fn hours(cx: Cx<'_>, account: Option<AccountId>) -> Done<Hours> {
    let (since, until) = (cx.now - BACK, cx.now - WITHIN);
    let within = i64::try_from(WITHIN.as_millis()).unwrap_or(i64::MAX);
    let (posts, zone) = cx
        .app
        .store
        .read(cx.seat, move |tx| {
            Ok::<_, crate::VerbError>((tx.own_posts_answered(account, since, until, within, POSTS_MAX)?, tx.this_desk()?.zone))
        })
        .await?;
    Ok(Hours::of(&posts, &super::when::zone(&zone)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` posts at an hour of one day a week, of which the first `answered` were.
    fn posts(hour: i64, n: i64, answered: i64) -> Vec<(Timestamp, u32)> {
        let first: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        (0..n).map(|i| (first + SignedDuration::from_hours(24 * 7 * i + hour), u32::from(i < answered))).collect()
    }

    #[test]
    fn few_posts_say_nothing() {
        let hours = Hours::of(&posts(9, 14, 14), &TimeZone::UTC);
        assert_eq!((hours.all.posts, hours.finding()), (14, Finding::TooFew));
    }

    #[test]
    fn chance_is_not_called_an_hour() {
        let mixed = [posts(9, 20, 7), posts(12, 20, 9), posts(19, 20, 6)].concat();
        assert_eq!(Hours::of(&mixed, &TimeZone::UTC).finding(), Finding::NoneStandsOut);
        // One lucky post in a thin hour is not one either.
        let lucky = [posts(9, 40, 4), posts(23, 3, 3)].concat();
        assert_eq!(Hours::of(&lucky, &TimeZone::UTC).finding(), Finding::NoneStandsOut);
    }

    #[test]
    fn what_is_sure_is_said_by_the_clock_of_the_zone() {
        let sure = [posts(8, 40, 4), posts(12, 40, 6), posts(17, 30, 24)].concat();
        let found = Hours::of(&sure, &TimeZone::get("Europe/London").unwrap());
        // Half of the year is an hour ahead: 17 UTC is 17 and 18 by the clock, 16 to 18 and 18 to 20.
        assert_eq!(found.all, Tally { posts: 110, answered: 34, answers: 34 });
        assert_eq!(found.weekdays[0].posts, 110);
        let Finding::Best(best) = found.finding() else { panic!("{found:?}") };
        assert!(best.contains(&16) && best.iter().all(|h| [16, 18].contains(h)), "{best:?}");
    }

    #[test]
    fn intervals_as_published() {
        let near = |a: f64, b: f64| (a - b).abs() < 0.0005;
        // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, method 3: 81 of 263, 15 of 148.
        let (low, high) = Tally { posts: 263, answered: 81, answers: 0 }.interval();
        assert!(near(low, 0.2553) && near(high, 0.3662), "{low} {high}");
        let (low, high) = Tally { posts: 148, answered: 15, answers: 0 }.interval();
        assert!(near(low, 0.0624) && near(high, 0.1605), "{low} {high}");
        assert!((quantile(0.975) - Z).abs() < 0.0005);
    }
}
