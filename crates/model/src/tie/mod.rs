//! How strongly two people are tied, told from the talk between them: a pure sum over days. It knows no store, no network and no clock.
//! The formula, its sources and its constants are explained in `docs/ties.md`. Begin with [`talk_of`], the computation from scratch, and
//! [`with_day`], which comes to the same a day at a time.
//!
//! For each day and direction, `n` words weigh `log2(1 + n)`: a long exchange is worth more than a short one, and a hundred words in one
//! day are not worth a hundred days ([`words_weigh`]). A like or a passing-on weighs [`SIGN_WEIGHT`] of that. A day weighs half as much
//! after every [`HALF_LIFE_DAYS`], as in the Interactions Rank of Roth and others ("Suggesting friends using the implicit social graph",
//! KDD 2010). There the two directions are added up; here the weaker of the two counts ([`exchange`]), so that talk that is never answered
//! ties nobody, however much there is of it, and more of it never strengthens a tie. Talk in a second and third place counts for
//! [`PLACE_BONUS`] more each.
//!
//! Both directions fade at the same pace, so the order of two ties never changes by waiting. [`key`] is that order: it is kept and stays
//! right without being renewed.

use crate::{Talk, Tie, TieWord, Timestamp};

#[cfg(test)]
mod tests;

/// After so many days a word weighs half. An exchange a week then comes to about 13, one a fortnight to about 7, one a month to 3.4.
pub const HALF_LIFE_DAYS: f64 = 60.0;
/// From here on a tie is close: an exchange a fortnight, kept up.
pub const CLOSE: f64 = 6.0;
/// From here on a tie is warm: two exchanges lately.
pub const WARM: f64 = 1.5;
/// What a like, a passing-on or a follow weighs beside a word.
pub const SIGN_WEIGHT: f64 = 0.02;
/// What two people's following each other, both ways and in public, weighs beside a word each way.
pub const FOLLOW_WEIGHT: f64 = 0.25;
/// By how much talk in one more place strengthens a tie, as a share of it.
pub const PLACE_BONUS: f64 = 0.25;
/// Places past so many say nothing new.
pub const PLACES_MAX: u32 = 3;
/// After so many days of silence a tie that is not close is drifting.
pub const DRIFTING_DAYS: i64 = 30;
/// Somebody is new for so many days after the first word.
pub const NEW_DAYS: i64 = 90;
/// Who never answered, or was never answered, is not counted as new for longer than this.
pub const ONE_WAY_DAYS: i64 = 30;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
const HALF_LIFE_MS: f64 = HALF_LIFE_DAYS * DAY_MS as f64;

/// What was said and signed between two on one day (UTC), either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970.
    pub day: i64,
    pub mine: u32,
    pub theirs: u32,
    pub signs_mine: u32,
    pub signs_theirs: u32,
}

impl Day {
    /// The day of an instant, with nothing said yet.
    pub fn of(at: Timestamp) -> Self {
        Self { day: at.as_millisecond().div_euclid(DAY_MS), ..Self::default() }
    }
    /// Its first instant: the whole day weighs as if said then, so that the order of arrival says nothing.
    pub fn start(self) -> Timestamp {
        Timestamp::from_millisecond(self.day.saturating_mul(DAY_MS)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
    fn weights(self) -> (f64, f64) {
        (words_weigh(self.mine, self.signs_mine), words_weigh(self.theirs, self.signs_theirs))
    }
}

/// What one side's words and signs of one day weigh: 1 for a word, 2 for three, 3 for seven.
pub fn words_weigh(words: u32, signs: u32) -> f64 {
    let logarithm = |n: u32| (1.0 + f64::from(n)).log2();
    logarithm(words) + SIGN_WEIGHT * logarithm(signs)
}

/// What is left at `until` of a weight of 1 at `from`.
pub fn fading(from: Timestamp, until: Timestamp) -> f64 {
    let ms = (until.as_millisecond() - from.as_millisecond()) as f64;
    (-ms / HALF_LIFE_MS).exp2()
}

/// The talk of all these days, each of which stands once, from scratch. `first_at` and `last_at` are of the days that hold words, and
/// are their first instants: who keeps the words knows better.
pub fn talk_of(days: &[Day]) -> Talk {
    days.iter().fold(Talk::default(), |talk, &day| {
        let spoke = (day.mine + day.theirs > 0).then(|| day.start());
        with_day(talk, Day { day: day.day, ..Day::default() }, day, spoke)
    })
}

/// The talk once one day is another: `before` is what was known of that day, `after` what is known now. `spoke_at`: when the new word
/// was said, if it is one.
pub fn with_day(talk: Talk, before: Day, after: Day, spoke_at: Option<Timestamp>) -> Talk {
    let at = after.start();
    let until = talk.weighed_at.map_or(at, |known| known.max(at));
    let mut talk = faded(talk, until);
    let left = fading(at, until);
    let ((mine_before, theirs_before), (mine, theirs)) = (before.weights(), after.weights());
    talk.weight_me = (talk.weight_me + (mine - mine_before) * left).max(0.0);
    talk.weight_them = (talk.weight_them + (theirs - theirs_before) * left).max(0.0);
    talk.from_me = changed(talk.from_me, before.mine, after.mine);
    talk.from_them = changed(talk.from_them, before.theirs, after.theirs);
    if let Some(at) = spoke_at {
        talk.first_at = Some(talk.first_at.map_or(at, |first| first.min(at)));
        talk.last_at = Some(talk.last_at.map_or(at, |last| last.max(at)));
    }
    talk.places = u32::from(talk.from_me > 0 && talk.from_them > 0);
    talk
}

/// The talk with something else added to either side, such as what following in public weighs, as of `at`.
pub fn with_weights(talk: Talk, weight_me: f64, weight_them: f64, at: Timestamp) -> Talk {
    let until = talk.weighed_at.map_or(at, |known| known.max(at));
    let (talk, left) = (faded(talk, until), fading(at, until));
    Talk { weight_me: talk.weight_me + weight_me * left, weight_them: talk.weight_them + weight_them * left, ..talk }
}

fn changed(sum: u32, before: u32, after: u32) -> u32 {
    sum.saturating_sub(before).saturating_add(after)
}

fn faded(talk: Talk, until: Timestamp) -> Talk {
    let left = talk.weighed_at.map_or(1.0, |at| fading(at, until));
    Talk { weight_me: talk.weight_me * left, weight_them: talk.weight_them * left, weighed_at: Some(until), ..talk }
}

/// The talk with somebody over all their profiles, each of which is a place of its own.
pub fn sum(talks: &[Talk]) -> Talk {
    let Some(until) = talks.iter().filter_map(|t| t.weighed_at).max() else { return Talk::default() };
    talks.iter().fold(Talk { weighed_at: Some(until), ..Talk::default() }, |sum, &one| {
        let one = faded(one, until);
        Talk {
            weight_me: sum.weight_me + one.weight_me,
            weight_them: sum.weight_them + one.weight_them,
            weighed_at: sum.weighed_at,
            from_me: sum.from_me.saturating_add(one.from_me),
            from_them: sum.from_them.saturating_add(one.from_them),
            first_at: [sum.first_at, one.first_at].into_iter().flatten().min(),
            last_at: [sum.last_at, one.last_at].into_iter().flatten().max(),
            places: sum.places + one.places,
        }
    })
}

/// By what talk in several places strengthens a tie.
fn places_weigh(places: u32) -> f64 {
    1.0 + PLACE_BONUS * f64::from(places.clamp(1, PLACES_MAX) - 1)
}

/// What the talk comes to at `now`: its weaker direction, a little more for each further place.
pub fn exchange(talk: &Talk, now: Timestamp) -> f64 {
    let Some(at) = talk.weighed_at else { return 0.0 };
    // A clock that is behind the other server's must not make a tie stronger than its words.
    talk.weight_me.min(talk.weight_them) * places_weigh(talk.places) * fading(at, now).min(1.0)
}

/// Orders ties at every moment: half-lives since 1970 at which the exchange would have weighed 1. 0 where there is none.
pub fn key(talk: &Talk) -> f64 {
    talk.weighed_at.map_or(0.0, |at| key_at(talk.weight_me.min(talk.weight_them) * places_weigh(talk.places), at))
}

/// The same order for a weight of whatever origin, as of `at`. 0 for none.
pub fn key_at(weight: f64, at: Timestamp) -> f64 {
    if weight > 0.0 { (weight.log2() + at.as_millisecond() as f64 / HALF_LIFE_MS).max(0.0) } else { 0.0 }
}

/// The least `key` of ties whose exchange weighs `least` or more at `now`.
pub fn key_of(least: f64, now: Timestamp) -> f64 {
    least.log2() + now.as_millisecond() as f64 / HALF_LIFE_MS
}

/// What a key weighs at `now`.
pub fn weight_of(key: f64, now: Timestamp) -> f64 {
    if key > 0.0 { (key - now.as_millisecond() as f64 / HALF_LIFE_MS).exp2() } else { 0.0 }
}

/// The tie at `now`: `exchange / (exchange + CLOSE)`, 0 for nothing, a half where "close" begins, and never quite 1.
pub fn tie(talk: &Talk, now: Timestamp) -> Tie {
    let exchange = exchange(talk, now);
    Tie { strength: exchange / (exchange + CLOSE), from_me: talk.from_me, from_them: talk.from_them }
}

/// The tie in a word; `None` where there never was talk, or only one way and long ago.
pub fn tie_word(talk: &Talk, now: Timestamp) -> Option<TieWord> {
    let (first, last) = (talk.first_at?, talk.last_at?);
    let days_since = |at: Timestamp| (now.as_millisecond() - at.as_millisecond()) / DAY_MS;
    let exchange = exchange(talk, now);
    if talk.from_me == 0 || talk.from_them == 0 {
        return (days_since(last) < ONE_WAY_DAYS && days_since(first) < NEW_DAYS).then_some(TieWord::New);
    }
    Some(if exchange >= CLOSE {
        TieWord::Close
    } else if days_since(last) >= DRIFTING_DAYS {
        TieWord::Drifting
    } else if exchange >= WARM || days_since(first) >= NEW_DAYS {
        TieWord::Warm
    } else {
        TieWord::New
    })
}
