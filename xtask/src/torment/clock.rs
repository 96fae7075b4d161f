//! The clock of the torment: many times as fast as the real one, so that ten minutes of waiting for a doubt to settle are seconds. Hobnob
//! is given it in a file (`crates/hobnob/src/clock.rs`), with jumps; the simulated networks have it without.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

pub struct Clock {
    file: PathBuf,
    real_ms: i64,
    pub pace: i64,
    /// How far Hobnob's clock is from the networks'.
    off_ms: AtomicI64,
}

#[allow(clippy::disallowed_methods)]
fn real_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Clock {
    pub fn start(file: &Path, pace: i64) -> anyhow::Result<Clock> {
        let clock = Clock { file: file.to_owned(), real_ms: real_ms(), pace, off_ms: AtomicI64::new(0) };
        clock.jump_to(0)?;
        Ok(clock)
    }
    /// What time it is on the networks.
    pub fn now_ms(&self) -> i64 {
        self.real_ms + (real_ms() - self.real_ms) * self.pace
    }
    pub fn now_us(&self) -> i64 {
        self.now_ms() * 1000
    }
    /// What time Hobnob thinks it is.
    pub fn shown_ms(&self) -> i64 {
        self.now_ms() + self.off_ms.load(Ordering::Relaxed)
    }
    /// Sets Hobnob's clock so far from the networks', at once.
    pub fn jump_to(&self, off_ms: i64) -> anyhow::Result<()> {
        self.off_ms.store(off_ms, Ordering::Relaxed);
        let text = format!("{} {} {}\n", self.real_ms, self.real_ms + off_ms, self.pace);
        let half = self.file.with_extension("new");
        fs::write(&half, text).and_then(|()| fs::rename(&half, &self.file)).with_context(|| self.file.display().to_string())
    }
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// An instant as the networks write it.
pub fn written(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The same as HTTP's `Date`.
pub fn http_date(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
