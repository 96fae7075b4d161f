//! The first tie: how strongly two people are connected, from two-way talk that fades.
//!
//! Each word to or from somebody weighs 1 and half as much after every [`HALF_LIFE_DAYS`], as in the Interactions Rank of Roth and
//! others ("Suggesting friends using the implicit social graph", KDD 2010). There the two directions are added up; we take their
//! geometric mean, `g = √(mine · theirs)`, so that talk that is never answered ties nobody, however much there is of it. A like or a
//! passing-on weighs [`SIGN_WEIGHT`]: next to nothing. The strength shown is `g / (g + CLOSE)`, which is 0 for nothing, a half where
//! "close" begins, and never quite 1.
//!
//! Both directions fade at the same pace, so the order of two ties never changes by waiting. `key` is that order: it is kept with the
//! person and stays right without being renewed.

use model::{PersonId, Post, PostId, ProfileId, Talk, Tie, TieWord, Timestamp};
use store::{Kept, Tx, persons::KeptPerson, posts::Sight};

/// After so many days a word weighs half. An exchange a week then comes to about 13, one a fortnight to about 7, one a month to 3.4.
pub const HALF_LIFE_DAYS: f64 = 60.0;
/// From here on a tie is close: an exchange a fortnight, kept up.
pub const CLOSE: f64 = 6.0;
/// From here on a tie is warm: two exchanges lately.
pub const WARM: f64 = 1.5;
/// What a like, a passing-on or a follow weighs beside a word.
pub const SIGN_WEIGHT: f64 = 0.02;
/// After so many days of silence a tie that is not close is drifting.
pub const DRIFTING_DAYS: i64 = 30;
/// Somebody is new for so many days after the first word.
pub const NEW_DAYS: i64 = 90;
/// Who never answered, or was never answered, is not counted as new for longer than this.
pub const ONE_WAY_DAYS: i64 = 30;

const DAY_MS: f64 = 86_400_000.0;
const HALF_LIFE_MS: f64 = HALF_LIFE_DAYS * DAY_MS;

/// Notes a word between a profile and us, said at `at`, in any order of arrival; the same post is counted once.
pub fn talked(tx: &Tx<'_>, profile: ProfileId, post: PostId, is_mine: bool, at: Timestamp) -> Kept<()> {
    if !tx.between().put(profile, post, is_mine, at)? {
        return Ok(());
    }
    note(tx, profile, |talk| with_word(talk, is_mine, at))
}

/// People named in one post of ours to whom it counts as said.
const NAMED_MAX: usize = 5;

/// Notes a post that is kept: theirs where it names or answers us, ours to whom it answers, or else to whom it names.
pub fn said(tx: &Tx<'_>, id: PostId, post: &Post, sight: &Sight) -> Kept<()> {
    if !sight.is_mine {
        return if sight.names_me { talked(tx, sight.author, id, false, post.created_at) } else { Ok(()) };
    }
    let to: Vec<&str> = match post.reply_to_author.as_deref() {
        Some(answered) => vec![answered],
        None => post.mentions.iter().map(|m| m.remote_id.as_str()).take(NAMED_MAX).collect(),
    };
    for remote_id in to {
        if let Some(known) = tx.profiles().find_remote(&post.network, remote_id)?
            && known.account.is_none()
        {
            talked(tx, known.id, id, true, post.created_at)?;
        }
    }
    Ok(())
}

/// Notes a like, a passing-on or a follow.
pub fn signed(tx: &Tx<'_>, profile: ProfileId, is_mine: bool, at: Timestamp) -> Kept<()> {
    note(tx, profile, |talk| weighed(talk, is_mine, at, SIGN_WEIGHT))
}

fn note(tx: &Tx<'_>, profile: ProfileId, add: impl FnOnce(Talk) -> Talk) -> Kept<()> {
    let talk = add(tx.persons().talk(profile)?.unwrap_or_default());
    tx.persons().put_talk(profile, &talk)?;
    if let Some(person) = tx.persons().of_profile(profile)? {
        add_up(tx, person)?;
    }
    Ok(())
}

/// A person's talk anew from their profiles; after talk, a joining, or its undoing.
pub fn add_up(tx: &Tx<'_>, person: PersonId) -> Kept<()> {
    let sum = sum(&tx.persons().talks(person)?);
    tx.persons().set_talk(person, &sum, key(&sum))
}

fn with_word(talk: Talk, is_mine: bool, at: Timestamp) -> Talk {
    let mut talk = weighed(talk, is_mine, at, 1.0);
    let count = if is_mine { &mut talk.from_me } else { &mut talk.from_them };
    *count = count.saturating_add(1);
    talk.first_at = Some(talk.first_at.map_or(at, |first| first.min(at)));
    talk.last_at = Some(talk.last_at.map_or(at, |last| last.max(at)));
    talk
}

fn weighed(talk: Talk, is_mine: bool, at: Timestamp, weight: f64) -> Talk {
    let until = talk.weighed_at.map_or(at, |known| known.max(at));
    let mut talk = faded(talk, until);
    let weight = weight * fading(at, until);
    if is_mine {
        talk.weight_me += weight;
    } else {
        talk.weight_them += weight;
    }
    talk
}

/// What is left at `until` of a weight of 1 at `from`.
fn fading(from: Timestamp, until: Timestamp) -> f64 {
    let ms = (until.as_millisecond() - from.as_millisecond()) as f64;
    (-ms / HALF_LIFE_MS).exp2()
}

fn faded(talk: Talk, until: Timestamp) -> Talk {
    let left = talk.weighed_at.map_or(1.0, |at| fading(at, until));
    Talk { weight_me: talk.weight_me * left, weight_them: talk.weight_them * left, weighed_at: Some(until), ..talk }
}

fn sum(talks: &[Talk]) -> Talk {
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
        }
    })
}

/// The geometric mean of both directions at `now`.
pub fn exchange(talk: &Talk, now: Timestamp) -> f64 {
    let Some(at) = talk.weighed_at else { return 0.0 };
    // A clock that is behind the other server's must not make a tie stronger than its words.
    (talk.weight_me * talk.weight_them).sqrt() * fading(at, now).min(1.0)
}

/// Orders ties at every moment: half-lives since 1970 at which the exchange would have weighed 1. 0 where there is none.
fn key(talk: &Talk) -> f64 {
    let both = talk.weight_me * talk.weight_them;
    match talk.weighed_at {
        Some(at) if both > 0.0 => (both.log2() / 2.0 + at.as_millisecond() as f64 / HALF_LIFE_MS).max(0.0),
        _ => 0.0,
    }
}

/// The least `key` of ties whose exchange weighs `least` or more at `now`.
pub fn key_of(least: f64, now: Timestamp) -> f64 {
    least.log2() + now.as_millisecond() as f64 / HALF_LIFE_MS
}

/// The tie at `now`.
pub fn tie(talk: &Talk, now: Timestamp) -> Tie {
    let exchange = exchange(talk, now);
    Tie { strength: exchange / (exchange + CLOSE), from_me: talk.from_me, from_them: talk.from_them }
}

/// The tie in a word; `None` where there never was talk, or only one way and long ago.
pub fn tie_word(talk: &Talk, now: Timestamp) -> Option<TieWord> {
    let (first, last) = (talk.first_at?, talk.last_at?);
    let days_since = |at: Timestamp| (now.as_millisecond() - at.as_millisecond()) / 86_400_000;
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

/// A kept person as the rest of the house knows them.
pub fn person_at(kept: &KeptPerson, now: Timestamp) -> model::Person {
    model::Person {
        id: kept.id,
        name: kept.name.clone(),
        about: kept.about.clone(),
        avatar_url: kept.avatar_url.clone(),
        nature: kept.nature,
        tie: tie(&kept.talk, now),
        first_at: kept.talk.first_at,
        last_at: kept.talk.last_at,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW_MS: i64 = 1_790_000_000_000;
    fn days_ago(days: f64) -> Timestamp {
        Timestamp::from_millisecond(NOW_MS - (days * DAY_MS) as i64).unwrap()
    }
    fn talk(words: &[(bool, f64)]) -> Talk {
        words.iter().fold(Talk::default(), |talk, &(is_mine, days)| with_word(talk, is_mine, days_ago(days)))
    }
    fn weekly(weeks: i32, first_days_ago: f64) -> Talk {
        let words: Vec<_> =
            (0..weeks).flat_map(|w| [(true, first_days_ago - f64::from(w) * 7.0), (false, first_days_ago - f64::from(w) * 7.0)]).collect();
        talk(&words)
    }

    #[test]
    fn a_tie_has_the_word_a_person_would_use() {
        let now = days_ago(0.0);
        for (words, expected, why) in [
            (talk(&[]), None, "no talk"),
            (talk(&[(false, 3.0)]), Some(TieWord::New), "they spoke, we have not answered yet"),
            (talk(&[(false, 200.0)]), None, "they spoke once, long ago"),
            (talk(&[(true, 1.0); 40]), Some(TieWord::New), "forty words of ours and no answer tie nobody"),
            (talk(&[(false, 3.0), (true, 2.0)]), Some(TieWord::New), "one exchange"),
            (talk(&[(false, 9.0), (true, 8.0), (false, 3.0), (true, 2.0)]), Some(TieWord::Warm), "two exchanges lately"),
            (talk(&[(false, 400.0), (true, 399.0), (false, 3.0), (true, 2.0)]), Some(TieWord::Warm), "known for long, and talking"),
            (weekly(30, 210.0), Some(TieWord::Close), "every week for half a year"),
            (talk(&[(false, 60.0), (true, 59.0), (false, 41.0), (true, 40.0)]), Some(TieWord::Drifting), "silent for six weeks"),
            (weekly(30, 300.0), Some(TieWord::Drifting), "was close, silent for three months"),
        ] {
            assert_eq!(tie_word(&words, now), expected, "{why}: {}", exchange(&words, now));
        }
    }

    #[test]
    fn likes_count_next_to_nothing() {
        let flattered = (0..100).fold(talk(&[(true, 1.0)]), |t, _| weighed(t, false, days_ago(1.0), SIGN_WEIGHT));
        assert!(exchange(&flattered, days_ago(0.0)) < WARM, "a hundred likes do not make a tie warm");
        assert_eq!(flattered.from_them, 0);
    }

    #[test]
    fn strength_is_a_half_where_close_begins() {
        let talk = Talk { weight_me: CLOSE, weight_them: CLOSE, weighed_at: Some(days_ago(0.0)), ..Talk::default() };
        assert!((tie(&talk, days_ago(0.0)).strength - 0.5).abs() < 1e-9);
        assert!(key(&talk) >= key_of(CLOSE, days_ago(0.0)) - 1e-9);
    }

    proptest! {
        #[test]
        fn any_order_of_arrival_gives_the_tie_from_scratch(words in proptest::collection::vec((any::<bool>(), 0.0..900.0f64), 0..40), later in 0.0..400.0f64) {
            let now = Timestamp::from_millisecond(NOW_MS + (later * DAY_MS) as i64).unwrap();
            let scratch = |mine: bool| words.iter().filter(|w| w.0 == mine).map(|w| fading(days_ago(w.1), now)).sum::<f64>();
            let expected = (scratch(true) * scratch(false)).sqrt();
            let got = exchange(&talk(&words), now);
            prop_assert!((got - expected).abs() <= 1e-9 * expected.max(1.0), "{got} is not {expected}");
        }

        #[test]
        fn the_key_orders_as_strength_does_now_and_later(
            a in proptest::collection::vec((any::<bool>(), 0.0..300.0f64), 2..20),
            b in proptest::collection::vec((any::<bool>(), 0.0..300.0f64), 2..20), later in 0.0..400.0f64,
        ) {
            let (a, b) = (talk(&a), talk(&b));
            let now = Timestamp::from_millisecond(NOW_MS + (later * DAY_MS) as i64).unwrap();
            let (x, y) = (exchange(&a, now), exchange(&b, now));
            if (x - y).abs() > 1e-6 * x.max(y) {
                prop_assert_eq!(x > y, key(&a) > key(&b));
            }
        }

        #[test]
        fn the_parts_add_up_to_the_whole(words in proptest::collection::vec((any::<bool>(), any::<bool>(), 0.0..300.0f64), 0..30)) {
            let part = |of: bool| talk(&words.iter().filter(|w| w.0 == of).map(|w| (w.1, w.2)).collect::<Vec<_>>());
            let whole = talk(&words.iter().map(|w| (w.1, w.2)).collect::<Vec<_>>());
            let parts: Vec<Talk> = [part(true), part(false)].into_iter().filter(|t| t.weighed_at.is_some()).collect();
            let added = sum(&parts);
            prop_assert_eq!((added.from_me, added.from_them, added.first_at, added.last_at), (whole.from_me, whole.from_them, whole.first_at, whole.last_at));
            prop_assert!((exchange(&added, days_ago(0.0)) - exchange(&whole, days_ago(0.0))).abs() < 1e-9);
        }
    }
}
