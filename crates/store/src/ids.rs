//! Row numbers that grow with time, made here so that both databases and two processes can share one scheme.

use std::sync::atomic::{AtomicI64, Ordering};

use model::{Id, Timestamp};

/// Milliseconds of 2020-01-01T00:00:00Z, from which the numbers count.
const EPOCH_MS: i64 = 1_577_836_800_000;
/// Low bits: chance, so that two processes hardly meet; a key of the table catches the rest.
const CHANCE_BITS: u32 = 20;

static LAST: AtomicI64 = AtomicI64::new(0);

/// A new number: later ones are larger within this process, and nearly so across processes.
pub fn fresh_id<I: Id>(now: Timestamp) -> I {
    let ms = (now.as_millisecond() - EPOCH_MS).max(1);
    let wished = (ms << CHANCE_BITS) | i64::from(rand::random::<u32>() >> (32 - CHANCE_BITS));
    let mut given = wished;
    // Within one millisecond, and when a handed-in clock goes back in a test, count up from the last.
    let _ = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
        given = if wished > last || last - wished > (1 << 40) { wished } else { last + 1 };
        Some(given)
    });
    I::from_number(given)
}
