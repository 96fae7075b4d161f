//! Names words by numbers. Not for secrets; a seed of one's own keeps others from making two words collide on purpose.

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
const END: u64 = 0xd6e8_feb8_6659_fd93;

/// The number of some bytes.
pub fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut run = Run::new(seed);
    for byte in bytes {
        run.push(*byte);
    }
    run.end()
}

/// The number of some ASCII bytes in lower case.
pub fn hash_lower(seed: u64, bytes: &[u8]) -> u64 {
    let mut run = Run::new(seed);
    for byte in bytes {
        run.push(byte.to_ascii_lowercase());
    }
    run.end()
}

/// The number of one thing behind another.
pub fn hash_more(first: u64, second: u64) -> u64 {
    fold(first ^ END, second ^ MIX)
}

fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// A number in the making, a byte at a time: eight bytes are gathered before anything is multiplied, so most words cost one step.
#[derive(Clone, Copy)]
pub(super) struct Run {
    mixed: u64,
    gathered: u64,
    count: u32,
}

impl Run {
    #[inline]
    pub(super) fn new(seed: u64) -> Run {
        Run { mixed: seed, gathered: 0, count: 0 }
    }
    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        self.gathered = self.gathered << 8 | u64::from(byte);
        self.count += 1;
        if self.count & 7 == 0 {
            self.mixed = fold(self.mixed ^ self.gathered, MIX);
            self.gathered = 0;
        }
    }
    #[inline]
    pub(super) fn end(self) -> u64 {
        fold(self.mixed ^ self.gathered, END ^ u64::from(self.count))
    }
}
