//! How long a doubt has been waited out. The wall clock is not asked: it may be set while we wait, and a quarter of an hour that never
//! was would have us believe that a post is not there. Time in which no Hobnob ran does not count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use model::{Delivery, DeliveryId, DeskId};

use crate::Cx;

/// Doubts remembered at once. Beyond that the oldest memory goes, and its doubt is waited out a little longer.
const SEEN_MAX: usize = 20_000;

/// A doubt as this process left it.
#[derive(Clone, Copy)]
struct Seen {
    attempt: u32,
    /// By this process' own clock.
    at: Duration,
    /// How long it had been waited out by then.
    waited: SignedDuration,
}

/// When each doubt was last looked at by this process. Another server may look in between: what it has counted, nobody counts again.
#[derive(Default)]
pub struct Doubts(Mutex<HashMap<(DeskId, DeliveryId), Seen>>);

impl Doubts {
    /// How long the attempt has been waited out, where `kept` of it stands in the store: the time since this was last asked is added
    /// only if nobody has added any since. None of it is the first time.
    fn count(&self, of: (DeskId, DeliveryId), attempt: u32, kept: SignedDuration, now: Duration) -> SignedDuration {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        let more = match seen.get(&of) {
            Some(last) if last.attempt == attempt && last.waited == kept => now.saturating_sub(last.at),
            _ => Duration::ZERO,
        };
        // Whole milliseconds, as the store keeps them, so that the two can be held beside each other.
        let waited = kept + SignedDuration::from_millis(i64::try_from(more.as_millis()).unwrap_or(0));
        seen.insert(of, Seen { attempt, at: now, waited });
        waited
    }
    pub fn forget(&self, desk: DeskId, id: DeliveryId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(desk, id));
    }
}

/// How long the doubt about the current attempt has been waited out by now.
pub fn waited(cx: Cx<'_>, d: &Delivery) -> SignedDuration {
    match cx.app.config.steady {
        Some(steady) => cx.app.doubts.count((cx.seat.desk, d.id), d.attempts, SignedDuration::from_millis(d.waited_ms), steady()),
        None => cx.now.duration_since(d.attempted_at.unwrap_or(cx.now)).max(SignedDuration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: (DeskId, DeliveryId) = (DeskId(1), DeliveryId(2));

    fn counted(doubts: &Doubts, attempt: u32, kept: i64, at: u64) -> i64 {
        doubts.count(OF, attempt, SignedDuration::from_secs(kept), Duration::from_secs(at)).as_secs()
    }

    #[test]
    fn only_time_that_was_seen_to_pass_counts() {
        let doubts = Doubts::default();
        assert_eq!(counted(&doubts, 1, 0, 100), 0);
        assert_eq!(counted(&doubts, 1, 0, 130), 30);
        assert_eq!(counted(&doubts, 1, 30, 150), 50);
        assert_eq!(counted(&doubts, 2, 0, 400), 0, "another attempt is another doubt");
        doubts.forget(OF.0, OF.1);
        assert_eq!(counted(&doubts, 2, 0, 500), 0);
    }

    /// Two servers look at one doubt, now the one and now the other, or both at once: what they count is never more than went by.
    #[test]
    fn what_one_server_has_counted_another_does_not_count_again() {
        let servers = [Doubts::default(), Doubts::default()];
        let (mut kept, mut dice) = (0, 7_u64);
        for at in (0..4_000).step_by(10) {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            kept = match dice >> 62 {
                0 | 1 => counted(&servers[0], 1, kept, at),
                2 => counted(&servers[1], 1, kept, at),
                // Both read what was kept before either wrote; the first write stands.
                _ => {
                    let both = [0, 1].map(|n: usize| counted(&servers[n], 1, kept, at));
                    if kept == both[0] { both[1] } else { both[0] }
                }
            };
            assert!(kept <= at as i64, "{kept} s counted of {at}");
        }
        assert!(kept > 1_000, "and the wait has an end: {kept}");
    }
}
