use proptest::prelude::*;

use super::*;

const NOW_MS: i64 = 1_790_000_000_000;

fn days_ago(days: f64) -> Timestamp {
    Timestamp::from_millisecond(NOW_MS - (days * DAY_MS as f64) as i64).unwrap()
}

/// Days from words (is mine, days ago) in any order.
fn days(words: &[(bool, f64)]) -> Vec<Day> {
    let mut all: Vec<Day> = Vec::new();
    for &(is_mine, ago) in words {
        let day = Day::of(days_ago(ago));
        let at = all.iter().position(|d| d.day == day.day).unwrap_or_else(|| {
            all.push(day);
            all.len() - 1
        });
        let count = if is_mine { &mut all[at].mine } else { &mut all[at].theirs };
        *count += 1;
    }
    all
}

/// A word at a time, as they come in.
fn talk(words: &[(bool, f64)]) -> Talk {
    let (mut known, mut talk): (Vec<Day>, Talk) = (Vec::new(), Talk::default());
    for &(is_mine, ago) in words {
        let at = days_ago(ago);
        let before = known.iter().find(|d| d.day == Day::of(at).day).copied().unwrap_or(Day::of(at));
        let mut after = before;
        *(if is_mine { &mut after.mine } else { &mut after.theirs }) += 1;
        talk = with_day(talk, before, after, Some(at));
        known.retain(|d| d.day != after.day);
        known.push(after);
    }
    talk
}

fn weekly(weeks: i32, first_days_ago: f64) -> Talk {
    let words: Vec<_> = (0..weeks).flat_map(|w| [true, false].map(|mine| (mine, first_days_ago - f64::from(w) * 7.0))).collect();
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
fn a_flatterer_does_not_rise() {
    let now = days_ago(0.0);
    let polite = [(true, 20.0), (false, 20.0), (true, 5.0), (false, 5.0)];
    let praise: Vec<(bool, f64)> = (0..1_000).map(|n| (false, f64::from(n % 60))).collect();
    let flattered = talk(&[&polite[..], &praise].concat());
    assert!((exchange(&flattered, now) - exchange(&talk(&polite), now)).abs() < 1e-9, "a thousand words of praise add nothing");
    let signs = Day { signs_theirs: 100, ..Day::of(days_ago(1.0)) };
    let liked = with_day(talk(&[(true, 1.5)]), Day::of(days_ago(1.0)), signs, None);
    assert!(exchange(&liked, now) < WARM / 5.0, "nor do a hundred likes: {}", exchange(&liked, now));
    assert_eq!((liked.from_them, liked.places), (0, 0));
}

#[test]
fn depth_and_spread_count() {
    let now = days_ago(0.0);
    let often = |n: u32, every: f64| -> Vec<(bool, f64)> {
        (0..n).flat_map(|i| [true, false].map(|mine| (mine, 1.0 + f64::from(i) * every))).collect()
    };
    let (short, long, spread) = (talk(&often(1, 0.0)), talk(&often(7, 0.0)), talk(&often(7, 1.0)));
    assert!(exchange(&short, now) < exchange(&long, now), "a long exchange is worth more than a short one");
    assert!(exchange(&long, now) < exchange(&spread, now), "the same words over a week more than in one day");
    let half = talk(&often(3, 1.0));
    assert!(exchange(&sum(&[half, half]), now) > 2.0 * exchange(&half, now) * 1.2, "two places more than one");
}

#[test]
fn strength_is_a_half_where_close_begins() {
    let talk = Talk { weight_me: CLOSE, weight_them: CLOSE, weighed_at: Some(days_ago(0.0)), ..Talk::default() };
    assert!((tie(&talk, days_ago(0.0)).strength - 0.5).abs() < 1e-9);
    assert!(key(&talk) >= key_of(CLOSE, days_ago(0.0)) - 1e-9);
    assert!((weight_of(key(&talk), days_ago(60.0)) - 2.0 * CLOSE).abs() < 1e-6, "a half-life ago it would have been twice as much");
}

fn words() -> impl Strategy<Value = Vec<(bool, f64)>> {
    proptest::collection::vec((any::<bool>(), 0.0..900.0f64), 0..40)
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_tie_from_scratch(words in words(), later in 0.0..400.0f64, turn in 0..40usize) {
        let now = Timestamp::from_millisecond(NOW_MS + (later * DAY_MS as f64) as i64).unwrap();
        let mut other_order = words.clone();
        other_order.rotate_left(turn % words.len().max(1));
        let mut all = days(&words);
        all.sort_by_key(|d| d.day);
        // Each side, added up day by day as it stands at the end.
        let side = |weight: fn(&Day) -> u32| all.iter().map(|d| words_weigh(weight(d), 0) * fading(d.start(), now)).sum::<f64>();
        let expected = side(|d| d.mine).min(side(|d| d.theirs));
        for got in [talk(&words), talk(&other_order), talk_of(&all)] {
            prop_assert!((exchange(&got, now) - expected).abs() <= 1e-9 * expected.max(1.0), "{} is not {expected}", exchange(&got, now));
            prop_assert_eq!((got.from_me + got.from_them) as usize, words.len());
        }
    }

    #[test]
    fn more_of_the_stronger_side_never_strengthens(words in words(), more in proptest::collection::vec(0.0..900.0f64, 0..30)) {
        let now = days_ago(0.0);
        let before = talk(&words);
        let is_mine = before.weight_me >= before.weight_them;
        prop_assume!(before.from_me > 0 && before.from_them > 0);
        let louder = talk(&[words, more.into_iter().map(|ago| (is_mine, ago)).collect()].concat());
        prop_assert!(exchange(&louder, now) <= exchange(&before, now) + 1e-9);
    }

    #[test]
    fn silence_lowers(words in words(), days in 1.0..300.0f64) {
        let later = Timestamp::from_millisecond(NOW_MS + (days * DAY_MS as f64) as i64).unwrap();
        let talk = talk(&words);
        let (now, then) = (exchange(&talk, days_ago(0.0)), exchange(&talk, later));
        prop_assert!(then < now || now == 0.0);
    }

    #[test]
    fn the_key_orders_as_strength_does_now_and_later(a in words(), b in words(), later in 0.0..400.0f64) {
        let (a, b) = (talk(&a), talk(&b));
        let now = Timestamp::from_millisecond(NOW_MS + (later * DAY_MS as f64) as i64).unwrap();
        let (x, y) = (exchange(&a, now), exchange(&b, now));
        if (x - y).abs() > 1e-6 * x.max(y) {
            prop_assert_eq!(x > y, key(&a) > key(&b));
        }
    }

    #[test]
    fn the_parts_add_up_to_the_whole_but_for_the_places(words in proptest::collection::vec((any::<bool>(), any::<bool>(), 0..300u32), 0..30)) {
        // Each profile has days of its own, so that nothing is said twice on one.
        let part = |of: bool| talk(&words.iter().filter(|w| w.0 == of).map(|w| (w.1, f64::from(w.2 * 2 + u32::from(of)))).collect::<Vec<_>>());
        let whole = talk(&words.iter().map(|w| (w.1, f64::from(w.2 * 2 + u32::from(w.0)))).collect::<Vec<_>>());
        let parts: Vec<Talk> = [part(true), part(false)].into_iter().filter(|t| t.weighed_at.is_some()).collect();
        let added = sum(&parts);
        prop_assert_eq!((added.from_me, added.from_them, added.first_at, added.last_at), (whole.from_me, whole.from_them, whole.first_at, whole.last_at));
        let ratio = places_weigh(added.places);
        prop_assert!((exchange(&added, days_ago(0.0)) - ratio * exchange(&whole, days_ago(0.0))).abs() < 1e-9);
    }
}
