//! A try that certainly did nothing, and that may go better later: how long we keep at it, and when a person is told. A server that is
//! down for an evening costs nobody a post; the pauses grow to hours, and after a day the choice is a person's. What may be doubtful
//! never comes here: that is `reconcile.rs`.

use jiff::SignedDuration;
use model::{AccountId, Delivery, DeliveryId, Hold, Timestamp};
use networks::NetworkError;
use store::{Kept, Tx};

use super::landed;
use crate::jobs::{Job, Next};

/// So long, and at least so often, it is tried by itself; then a person is told.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
pub const TRIES_MIN: u32 = 8;
/// However the clock jumps, not more often than this.
pub const TRIES_MOST: u32 = 60;
/// The wait before the second try; it doubles up to the longest.
const WAIT_FIRST: SignedDuration = SignedDuration::from_secs(30);
const WAIT_LONGEST: SignedDuration = SignedDuration::from_hours(2);
/// A network may ask for at most so long a wait.
const ASKED_MAX: SignedDuration = SignedDuration::from_hours(6);
/// A pause is drawn between these thousandths of its length, so that not everybody is back at the same second.
const JITTER: (i64, i64) = (800, 1200);
/// From this try on the person is shown that it waits, beside what needs a hand: about half an hour.
pub const SHOWN_FROM: u32 = 7;

/// Puts it back in line for its next try; or, where we have been at it for long enough, leaves it to a person.
pub(super) fn wait(tx: &Tx<'_>, d: &Delivery, error: &NetworkError, now: Timestamp) -> Kept<Next> {
    let not_before = match error {
        NetworkError::SlowDown { until } => Some(*until),
        _ => None,
    };
    let since = tx.aways().put(d.id, not_before, now)?;
    if is_enough(d.tries, now.duration_since(since)) {
        let why = given_up(error, d.tries, now.duration_since(since));
        if tx.deliveries().set_planned(d.id, d.attempts, d.due, Some(Hold::Late), &why)? {
            landed::not_landed(tx, d.draft, now)?;
        }
        return Ok(Next::Over);
    }
    let again = again_at(error, d.id, d.tries, now);
    tx.deliveries().set_planned(d.id, d.attempts, again, None, &reason(error))?;
    Ok(Next::At(again))
}

/// The server of an account answers again, after it did not: what waits for it goes out now, and not when its pause is over.
pub fn is_back(tx: &Tx<'_>, account: AccountId, now: Timestamp) -> Kept<usize> {
    let waiting = tx.aways().of_account(account, now)?;
    for id in &waiting {
        tx.aways().hurry(*id, now)?;
        Job::Deliver(*id).put(tx, now, now)?;
    }
    Ok(waiting.len())
}

fn is_enough(tries: u32, gone_by: SignedDuration) -> bool {
    tries >= TRIES_MIN && (gone_by >= PATIENCE || tries >= TRIES_MOST)
}

/// When it is tried again after `tries` tries.
pub(super) fn again_at(error: &NetworkError, id: DeliveryId, tries: u32, now: Timestamp) -> Timestamp {
    match error {
        NetworkError::SlowDown { until } => (*until).clamp(now + WAIT_FIRST, now + ASKED_MAX),
        _ => {
            let whole = (WAIT_FIRST * 2_i32.pow(tries.saturating_sub(1).min(10))).min(WAIT_LONGEST);
            now + SignedDuration::from_millis(i64::try_from(whole.as_millis()).unwrap_or(i64::MAX / 2000) * thousandths(id, tries) / 1000)
        }
    }
}

/// The same for the same delivery and try, and spread evenly over all of them (the finaliser of splitmix64).
fn thousandths(id: DeliveryId, tries: u32) -> i64 {
    let mut x = (id.0 as u64).wrapping_add(u64::from(tries).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let drawn = (x ^ (x >> 31)) % ((JITTER.1 - JITTER.0 + 1) as u64);
    JITTER.0 + drawn as i64
}

/// Why it waits, as a short sentence.
fn reason(error: &NetworkError) -> String {
    match error {
        NetworkError::SlowDown { .. } => "The network asks us to wait.".into(),
        NetworkError::Away(why) => format!("The server can’t be reached: {why}."),
        other => format!("It did not go through: {other}."),
    }
}

fn given_up(error: &NetworkError, tries: u32, gone_by: SignedDuration) -> String {
    let what = match error {
        NetworkError::SlowDown { .. } => "The network asked us to wait",
        _ => "The server could not be reached",
    };
    let hours = gone_by.as_hours();
    let over = if hours >= 1 { format!(" over {hours} hour{}", if hours == 1 { "" } else { "s" }) } else { String::new() };
    format!("{what} at any of {tries} tries{over}. Nothing was sent: send it now, move it, or drop it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-09-08T09:00:00Z".parse().unwrap()
    }

    /// Hours and tries after which a person is told, where every try fails.
    fn told_after(id: i64) -> (i64, u32) {
        let (mut now, mut tries) = (at(), 1);
        while !is_enough(tries, now.duration_since(at())) {
            now = again_at(&NetworkError::Away("x".into()), DeliveryId(id), tries, now);
            tries += 1;
        }
        (now.duration_since(at()).as_hours(), tries)
    }

    #[test]
    fn pauses_grow_to_hours_and_end_after_a_day() {
        let away = NetworkError::Away("no connection".into());
        for id in [1, 2, 77, 1_234_567] {
            let (hours, tries) = told_after(id);
            assert!((24..27).contains(&hours) && (16..26).contains(&tries), "{hours} h, {tries} tries");
            for (tries, seconds) in [(1, 30), (2, 60), (8, 3840), (9, 7200), (40, 7200)] {
                let wait = again_at(&away, DeliveryId(id), tries, at()).duration_since(at()).as_secs();
                assert!((seconds * 8 / 10 - 1..=seconds * 12 / 10).contains(&wait), "try {tries}: {wait}");
            }
        }
        let spread: std::collections::BTreeSet<_> = (0..200).map(|id| again_at(&away, DeliveryId(id), 9, at())).collect();
        assert!(spread.len() > 150, "two hundred posts do not come back at once: {}", spread.len());
    }

    #[test]
    fn a_clock_that_jumps_ends_nothing_early_and_keeps_nothing_for_ever() {
        assert!(!is_enough(2, SignedDuration::from_hours(300)));
        assert!(is_enough(8, SignedDuration::from_hours(24)));
        assert!(!is_enough(59, SignedDuration::from_hours(-5)));
        assert!(is_enough(60, SignedDuration::from_hours(-5)));
    }

    #[test]
    fn a_network_that_asks_for_a_wait_gets_it_within_bounds() {
        let asks = |seconds| {
            let until = at() + SignedDuration::from_secs(seconds);
            again_at(&NetworkError::SlowDown { until }, DeliveryId(1), 3, at()).duration_since(at()).as_secs()
        };
        assert_eq!([asks(1), asks(600), asks(1_000_000)], [30, 600, 21_600]);
    }
}
