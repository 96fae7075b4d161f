//! The wall clock; read nowhere but here.
//!
//! `HOBNOB_CLOCK` names a file with another clock for the torment, which has no ten minutes to wait for each doubt: three whole numbers,
//! `real base pace`. It then was `base` (milliseconds since 1970) when it really was `real`, and goes `pace` times as fast. The file is
//! read again all the time, so a clock can be made to jump. Nobody else has a use for it.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use model::Timestamp;

const FILE: &str = "HOBNOB_CLOCK";
/// How often the file is read.
const READ_EVERY: Duration = Duration::from_millis(20);
/// However fast the clock, an answer from the outside has so long.
const ANSWER_MIN: Duration = Duration::from_secs(2);

/// A clock that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Odd {
    real_ms: i64,
    base_ms: i64,
    pace: i64,
}

impl Odd {
    fn read(text: &str) -> Option<Odd> {
        let mut numbers = text.split_whitespace().map(|n| n.parse::<i64>().ok());
        let odd = Odd { real_ms: numbers.next()??, base_ms: numbers.next()??, pace: numbers.next()?? };
        (odd.pace >= 1).then_some(odd)
    }
    fn at(self, real: Timestamp) -> Timestamp {
        let gone = real.as_millisecond().saturating_sub(self.real_ms).saturating_mul(self.pace);
        Timestamp::from_millisecond(self.base_ms.saturating_add(gone)).unwrap_or(real)
    }
}

struct File {
    path: PathBuf,
    read: Mutex<(Option<Instant>, Option<Odd>)>,
}

impl File {
    fn odd(&self) -> Option<Odd> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.0.is_none_or(|at| at.elapsed() >= READ_EVERY) {
            // Between two writings it may be empty for a moment: then the clock goes on as it did.
            let odd = std::fs::read_to_string(&self.path).ok().and_then(|text| Odd::read(&text));
            *read = (Some(Instant::now()), odd.or(read.1));
        }
        read.1
    }
}

fn file() -> Option<&'static File> {
    static ASKED_FOR: OnceLock<Option<File>> = OnceLock::new();
    ASKED_FOR
        .get_or_init(|| std::env::var_os(FILE).filter(|v| !v.is_empty()).map(|path| File { path: path.into(), read: Mutex::default() }))
        .as_ref()
}

/// What time it is.
#[allow(clippy::disallowed_methods)]
pub fn now() -> Timestamp {
    let real = Timestamp::now();
    file().and_then(File::odd).map_or(real, |odd| odd.at(real))
}

fn pace() -> u32 {
    file().and_then(File::odd).map_or(1, |odd| u32::try_from(odd.pace).unwrap_or(1))
}

/// How long this process has been running, by a clock that nobody can set.
pub fn steady() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed().saturating_mul(pace())
}

/// How long an answer from the outside may take: what is usual, but on a fast clock.
pub fn answer_max(usual: Duration) -> Duration {
    match pace() {
        1 => usual,
        pace => (usual / pace).max(ANSWER_MIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_clock_starts_at_its_base_and_goes_at_its_pace() {
        let odd = Odd::read("1000 5000 40\n").unwrap();
        let at = |ms| odd.at(Timestamp::from_millisecond(ms).unwrap()).as_millisecond();
        assert_eq!((at(1000), at(1010), at(900)), (5000, 5400, 1000));
        for wrong in ["", "1 2", "a b c", "1 2 0", "1 2 -3"] {
            assert_eq!(Odd::read(wrong), None, "{wrong}");
        }
    }
}
