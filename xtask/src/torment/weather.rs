//! What goes wrong with a call, and how often. The same seed brings the same weather, call by call.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::dice::Dice;

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mishap {
    None,
    /// Read, not done, and the line goes dead.
    DropRequest,
    /// Done, and the line goes dead.
    DropAnswer,
    /// Done, and half of the answer comes.
    HalfAnswer,
    /// The line is torn before anything was read.
    ResetBefore,
    /// Done, and the line is torn.
    ResetAfter,
    SlowDown,
    /// 500, and nothing was done.
    BrokenBefore,
    /// 500, and it was done all the same.
    BrokenAfter,
    /// 502 from something in between, and it was done.
    GatewayAfter,
    /// 503, and nothing was done.
    Unavailable,
    /// It takes its time.
    Slow,
    /// The line goes dead at once; it is done some time later, when nobody listens.
    DoneLater,
    /// The server never answers, and nothing was done.
    Hangs,
    /// A clear no.
    Refuses,
    /// The token has run out.
    TokenOld,
}

/// In a thousand, for a call that writes; a call that reads meets half of it, and only what can happen to one.
const RATES: &[(Mishap, u64)] = &[
    (Mishap::DropRequest, 30),
    (Mishap::DropAnswer, 40),
    (Mishap::HalfAnswer, 20),
    (Mishap::ResetBefore, 15),
    (Mishap::ResetAfter, 15),
    (Mishap::SlowDown, 20),
    (Mishap::BrokenBefore, 15),
    (Mishap::BrokenAfter, 15),
    (Mishap::GatewayAfter, 10),
    (Mishap::Unavailable, 15),
    (Mishap::Slow, 60),
    (Mishap::DoneLater, 10),
    (Mishap::Hangs, 4),
    (Mishap::Refuses, 8),
    (Mishap::TokenOld, 10),
];
/// A server that is down stays so for at most this long, really.
const DOWN_MAX_MS: u64 = 6000;

pub struct Weather {
    dice: Dice,
    is_calm: AtomicBool,
    began: Instant,
    /// Down until then, in milliseconds since `began`.
    down_until: AtomicI64,
    /// Whether it hangs while it is down, or shuts the door.
    hangs: AtomicBool,
    met: Mutex<BTreeMap<Mishap, u64>>,
}

impl Weather {
    /// Calm until [`Weather::turn`].
    pub fn new(seed: u64, who: u64) -> Weather {
        Weather {
            dice: Dice::new(seed, who),
            is_calm: AtomicBool::new(true),
            began: Instant::now(),
            down_until: AtomicI64::new(0),
            hangs: AtomicBool::new(false),
            met: Mutex::default(),
        }
    }
    /// Calm or not.
    pub fn turn(&self, is_calm: bool) {
        self.is_calm.store(is_calm, Ordering::Relaxed);
        if is_calm {
            self.down_until.store(0, Ordering::Relaxed);
        }
    }
    /// The server goes down for a while.
    pub fn go_down(&self) {
        let ms = self.dice.between(500, DOWN_MAX_MS);
        self.hangs.store(self.dice.is(500), Ordering::Relaxed);
        self.down_until.store(self.elapsed() + i64::try_from(ms).unwrap_or(0), Ordering::Relaxed);
    }
    fn elapsed(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
    /// What becomes of the next call.
    pub fn next(&self, writes: bool) -> Mishap {
        if self.is_calm.load(Ordering::Relaxed) {
            return Mishap::None;
        }
        if self.elapsed() < self.down_until.load(Ordering::Relaxed) {
            return self.note(if self.hangs.load(Ordering::Relaxed) { Mishap::Hangs } else { Mishap::ResetBefore });
        }
        let mut throw = self.dice.roll(if writes { 1000 } else { 2000 });
        for (mishap, rate) in RATES {
            if throw < *rate {
                let is_of_writes = matches!(mishap, Mishap::Refuses | Mishap::DoneLater | Mishap::TokenOld);
                return self.note(if is_of_writes && !writes { Mishap::None } else { *mishap });
            }
            throw -= rate;
        }
        Mishap::None
    }
    fn note(&self, mishap: Mishap) -> Mishap {
        *self.met.lock().unwrap_or_else(PoisonError::into_inner).entry(mishap).or_default() += 1;
        mishap
    }
    /// A pause of a slow call: long, but shorter than a call may take.
    pub fn pause(&self) -> Duration {
        Duration::from_millis(self.dice.between(50, 900))
    }
    /// How long until something is done of which nobody hears: by the clock of the networks less than a call may be on the wire.
    pub fn later(&self) -> Duration {
        Duration::from_millis(self.dice.between(100, 2500))
    }
    pub fn met(&self) -> BTreeMap<Mishap, u64> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
