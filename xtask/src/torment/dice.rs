//! Chance that can be played again: the same seed throws the same.

use std::sync::Mutex;
use std::sync::PoisonError;

pub struct Dice(Mutex<u64>);

impl Dice {
    /// A stream of its own for each `who`, so that one more throw of one does not change the throws of another.
    pub fn new(seed: u64, who: u64) -> Dice {
        Dice(Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(who.wrapping_mul(0xD1B5_4A32_D192_ED03)) | 1))
    }
    /// Below `n`.
    pub fn roll(&self, n: u64) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }
    /// True `times` in a thousand.
    pub fn is(&self, times: u64) -> bool {
        self.roll(1000) < times
    }
    pub fn between(&self, from: u64, until: u64) -> u64 {
        from + self.roll(until.saturating_sub(from))
    }
}

#[test]
fn the_same_seed_throws_the_same() {
    let throws = |seed, who| (0..50).map(|_| Dice::new(seed, who).roll(1000)).collect::<Vec<_>>();
    assert_eq!(throws(7, 1), throws(7, 1));
    let dice = Dice::new(7, 1);
    let many: Vec<u64> = (0..5000).map(|_| dice.roll(1000)).collect();
    let mean = many.iter().sum::<u64>() / 5000;
    assert!((450..550).contains(&mean), "{mean}");
    assert!(many.iter().all(|n| *n < 1000));
}
