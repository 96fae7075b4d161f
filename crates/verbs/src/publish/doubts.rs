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

/// When each doubt was last looked at, by this process' own clock.
#[derive(Default)]
pub struct Doubts(Mutex<HashMap<(DeskId, DeliveryId), (u32, Duration)>>);

impl Doubts {
    /// The time gone by since this was last asked about the attempt; none the first time.
    fn since_last(&self, of: (DeskId, DeliveryId), attempt: u32, steady: Duration) -> Duration {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        match seen.insert(of, (attempt, steady)) {
            Some((same, at)) if same == attempt => steady.saturating_sub(at),
            _ => Duration::ZERO,
        }
    }
    pub fn forget(&self, desk: DeskId, id: DeliveryId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(desk, id));
    }
}

/// How long the doubt about the current attempt has been waited out by now.
pub fn waited(cx: Cx<'_>, d: &Delivery) -> SignedDuration {
    match cx.app.config.steady {
        Some(steady) => {
            let more = cx.app.doubts.since_last((cx.seat.desk, d.id), d.attempts, steady());
            SignedDuration::from_millis(d.waited_ms) + SignedDuration::try_from(more).unwrap_or(SignedDuration::ZERO)
        }
        None => cx.now.duration_since(d.attempted_at.unwrap_or(cx.now)).max(SignedDuration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_that_was_seen_to_pass_counts() {
        let doubts = Doubts::default();
        let of = (DeskId(1), DeliveryId(2));
        let at = |s| Duration::from_secs(s);
        assert_eq!(doubts.since_last(of, 1, at(100)), at(0));
        assert_eq!(doubts.since_last(of, 1, at(130)), at(30));
        assert_eq!(doubts.since_last(of, 1, at(150)), at(20));
        assert_eq!(doubts.since_last(of, 2, at(400)), at(0), "another attempt is another doubt");
        doubts.forget(of.0, of.1);
        assert_eq!(doubts.since_last(of, 2, at(500)), at(0));
    }
}
