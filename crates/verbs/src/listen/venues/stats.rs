//! How well people talk in a place, so reckoned that one loud account does not move it. Pure.
//!
//! Every share is a mean over people: whoever begins twenty talks counts once, by the mean of his own. And of whoever answers only a few
//! answers count, so that one who answers everything does not make a place lively. Intervals are Wilson's (Wilson, "Probable inference, the
//! law of succession, and statistical inference", 1927) at 95 per cent, with people for trials: for a mean of shares, which varies less
//! than noughts and ones do, they are wide rather than narrow.

use std::collections::{BTreeMap, BTreeSet};

/// Answers of one account that count in a place.
const ANSWERS_OF_ONE_MAX: u32 = 2;
/// Talks of one account that count towards how many voices a place has.
const TALKS_OF_ONE_MAX: u32 = 5;
/// 97.5 per cent of the normal distribution lie below.
const Z: f64 = 1.959_964;

/// One talk that began in a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Talk {
    /// Who began it.
    pub by: i64,
    /// Seconds since 1970.
    pub begun: i64,
    pub is_selling: bool,
    /// Answers by others, ourselves left out: who, and when.
    pub answers: Vec<(i64, i64)>,
    /// Whoever began it spoke again in it.
    pub is_back: bool,
    /// The network counts more answers than we have.
    pub has_unseen_answers: bool,
    /// Whoever began it had not been seen there before.
    pub is_newcomer: bool,
}

/// A share with its interval, over so many people.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// 0 to 1.
    pub mean: f64,
    pub people: u32,
    pub low: f64,
    pub high: f64,
}

impl Share {
    /// Of people's own means.
    fn of(means: &[f64]) -> Share {
        let people = u32::try_from(means.len()).unwrap_or(u32::MAX);
        if people == 0 {
            return Share { mean: 0.0, people, low: 0.0, high: 1.0 };
        }
        let n = f64::from(people);
        let mean = (means.iter().sum::<f64>() / n).clamp(0.0, 1.0);
        let (low, high) = wilson(mean, n);
        Share { mean, people, low, high }
    }
    /// In a hundred.
    pub fn percent(&self) -> u32 {
        (self.mean * 100.0).round() as u32
    }
    /// The interval in a hundred, widened to whole numbers.
    pub fn range(&self) -> (u32, u32) {
        ((self.low * 100.0).floor() as u32, (self.high * 100.0).ceil() as u32)
    }
}

/// Wilson's interval for a share `p` of `n`.
fn wilson(p: f64, n: f64) -> (f64, f64) {
    let z2 = Z * Z;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// What a place is like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    pub talks: u32,
    /// People who began a talk.
    pub starters: u32,
    /// People who spoke at all.
    pub people: u32,
    /// Talks that were answered at all.
    pub answered: Share,
    /// Talks with two voices or more that answered each other, or three voices.
    pub talked: Share,
    /// Of those who were new there, who were answered.
    pub newcomers: Share,
    /// Talks that began with something for sale.
    pub selling: Share,
    /// Seconds until the first answer: the middle over people, each by the middle of his own.
    pub answer_after: Option<i64>,
    /// As many voices as if all spoke alike (the inverse of Simpson's index).
    pub voices: f64,
}

/// Reckons a place from its talks.
pub fn stats(talks: &[Talk]) -> Stats {
    let mut talks: Vec<&Talk> = talks.iter().collect();
    talks.sort_by_key(|t| (t.begun, t.by));
    let mut credit: BTreeMap<i64, u32> = BTreeMap::new();
    let mut by: BTreeMap<i64, Vec<Judged>> = BTreeMap::new();
    let mut people = BTreeSet::new();
    for talk in &talks {
        people.insert(talk.by);
        people.extend(talk.answers.iter().map(|(who, _)| *who));
        by.entry(talk.by).or_default().push(judge(talk, &mut credit));
    }
    let mean = |of: &[Judged], is: fn(&Judged) -> bool| of.iter().filter(|j| is(j)).count() as f64 / of.len() as f64;
    let share = |is: fn(&Judged) -> bool| Share::of(&by.values().map(|of| mean(of, is)).collect::<Vec<_>>());
    let fresh: Vec<f64> =
        by.values().filter_map(|of| of.iter().find(|j| j.is_newcomer).map(|j| f64::from(u8::from(j.is_answered)))).collect();
    let waits: Vec<i64> = by.values().filter_map(|of| middle(of.iter().filter_map(|j| j.waited).collect())).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Stats {
        talks: count(talks.len()),
        starters: count(by.len()),
        people: count(people.len()),
        answered: share(|j| j.is_answered),
        talked: share(|j| j.is_talked),
        newcomers: Share::of(&fresh),
        selling: share(|j| j.is_selling),
        answer_after: middle(waits),
        voices: voices(&talks),
    }
}

struct Judged {
    is_answered: bool,
    is_talked: bool,
    is_selling: bool,
    is_newcomer: bool,
    waited: Option<i64>,
}

fn judge(talk: &Talk, credit: &mut BTreeMap<i64, u32>) -> Judged {
    let mut heard: Vec<(i64, i64)> = Vec::new();
    let mut answerers = BTreeSet::new();
    let mut answers = talk.answers.clone();
    answers.sort_by_key(|(_, at)| *at);
    for (who, at) in answers {
        if !answerers.insert(who) {
            continue;
        }
        let used = credit.entry(who).or_default();
        if *used < ANSWERS_OF_ONE_MAX {
            *used += 1;
            heard.push((who, at));
        }
    }
    Judged {
        is_answered: !heard.is_empty() || talk.has_unseen_answers,
        is_talked: heard.len() >= 2 || (!heard.is_empty() && talk.is_back),
        is_selling: talk.is_selling,
        is_newcomer: talk.is_newcomer,
        waited: heard.first().map(|(_, at)| (at - talk.begun).max(0)),
    }
}

fn middle(mut all: Vec<i64>) -> Option<i64> {
    all.sort_unstable();
    all.get(all.len().saturating_sub(1) / 2).copied()
}

fn voices(talks: &[&Talk]) -> f64 {
    let mut spoke: BTreeMap<i64, u32> = BTreeMap::new();
    for talk in talks {
        let here: BTreeSet<i64> = talk.answers.iter().map(|(who, _)| *who).chain([talk.by]).collect();
        here.into_iter().for_each(|who| *spoke.entry(who).or_default() += 1);
    }
    let counts: Vec<f64> = spoke.values().map(|n| f64::from((*n).min(TALKS_OF_ONE_MAX))).collect();
    let all: f64 = counts.iter().sum();
    if all == 0.0 { 0.0 } else { all * all / counts.iter().map(|n| n * n).sum::<f64>() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn talk(by: i64, begun: i64, answers: &[(i64, i64)]) -> Talk {
        Talk { by, begun, answers: answers.to_vec(), ..Talk::default() }
    }

    #[test]
    fn a_place_in_figures() {
        let talks = [
            Talk { is_back: true, is_newcomer: true, ..talk(1, 0, &[(2, 60), (2, 90)]) },
            talk(1, 100, &[]),
            Talk { is_newcomer: true, ..talk(3, 200, &[]) },
            Talk { is_selling: true, has_unseen_answers: true, ..talk(4, 300, &[]) },
        ];
        let s = stats(&talks);
        assert_eq!((s.talks, s.starters, s.people, s.answer_after), (4, 3, 4, Some(60)));
        // One answered half of the time, one never, one by the network's count.
        assert!((s.answered.mean - 0.5).abs() < 1e-9 && s.answered.people == 3);
        assert!((s.talked.mean - 0.5 / 3.0).abs() < 1e-9);
        assert!((s.newcomers.mean - 0.5).abs() < 1e-9 && s.newcomers.people == 2);
        assert!((s.selling.mean - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn wilson_s_own_figures() {
        // Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
        let (low, high) = wilson(81.0 / 263.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let (low, high) = wilson(0.0, 20.0);
        assert!(low.abs() < 1e-9 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
    }

    #[test]
    fn nothing_is_nothing() {
        let s = stats(&[]);
        assert_eq!((s.talks, s.people, s.answer_after, s.answered.range()), (0, 0, None, (0, 100)));
    }

    fn places() -> impl Strategy<Value = Vec<Talk>> {
        let answers = proptest::collection::vec((0..40_i64, 1..9_000_i64), 0..4);
        let one = (0..40_i64, 0..90_000_i64, any::<(bool, bool, bool)>(), answers);
        proptest::collection::vec(one, 10..80).prop_map(|all| {
            all.into_iter()
                .map(|(by, begun, (is_selling, is_back, is_newcomer), answers)| {
                    let answers = answers.into_iter().filter(|(who, _)| *who != by).map(|(who, after)| (who, begun + after)).collect();
                    Talk { by, begun, is_selling, answers, is_back, has_unseen_answers: begun % 7 == 0, is_newcomer }
                })
                .collect()
        })
    }

    proptest! {
        /// However much one account begins, sells and answers, no share moves by more than three people's worth of the place.
        #[test]
        fn one_loud_account_does_not_move_it(quiet in places(), begins in 0..200_usize, sells in any::<bool>(), answers in any::<bool>()) {
            const LOUD: i64 = 999;
            let before = stats(&quiet);
            let mut after = quiet.clone();
            if answers {
                for t in &mut after {
                    let soon = t.begun + 1;
                    t.answers.push((LOUD, soon));
                }
            }
            after.extend((0..begins).map(|i| Talk { is_selling: sells, is_newcomer: true, ..talk(LOUD, i64::try_from(i).unwrap() * 500, &[]) }));
            let after = stats(&after);
            let most = 3.0 / f64::from(before.starters);
            for (a, b) in [(before.answered, after.answered), (before.talked, after.talked), (before.selling, after.selling)] {
                prop_assert!((a.mean - b.mean).abs() <= most + 1e-9, "{a:?} {b:?}");
            }
            prop_assert!(after.people <= before.people + 1);
            // A voice more at the most, and never much fewer.
            prop_assert!(after.voices <= before.voices + 1.0 + 1e-9 && after.voices >= before.voices * 0.6, "{} {}", before.voices, after.voices);
        }
    }
}
