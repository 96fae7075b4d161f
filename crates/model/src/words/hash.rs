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

/// The number of the ASCII bytes between two places, in lower case: what [`hash_lower`] says of them, eight bytes at a time.
#[inline]
pub(super) fn hash_lower_at(seed: u64, bytes: &[u8], from: usize, to: usize) -> u64 {
    let (mut mixed, mut at) = (seed, from);
    let eight = |at: usize| bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map(u64::from_be_bytes);
    while at + 8 <= to {
        mixed = fold(mixed ^ lower(eight(at).unwrap_or_default()), MIX);
        at += 8;
    }
    let left = to - at;
    let gathered = match eight(at) {
        _ if left == 0 => 0,
        Some(eight) => eight >> (64 - 8 * left),
        None => bytes[at..to].iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    };
    fold(mixed ^ lower(gathered), END ^ (to - from) as u64)
}

/// Eight ASCII bytes in lower case.
#[inline]
fn lower(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let from_a = bytes + EACH * (0x80 - b'A' as u64);
    let after_z = bytes + EACH * (0x80 - b'Z' as u64 - 1);
    bytes | (from_a & !after_z & (EACH << 7)) >> 2
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
