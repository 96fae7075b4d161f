//! Cuts ASCII into words sixty-four bytes at a time: a bit a byte says what it is, and a word begins and ends where the bits change.

use super::cut::Span;
use super::hash::hash_lower_at;

/// Bytes looked at together.
const BLOCK: usize = 64;

/// Of sixty-four bytes, a bit each: what they are.
#[derive(Clone, Copy, Default)]
struct Block {
    letters_and_digits: u64,
    /// `_`, which is in words but makes none.
    lines: u64,
    /// What may join letters or digits, or stands near it in ASCII.
    maybe_joins: u64,
}

impl Block {
    /// What the bytes from `at` on are, and nothing from `to` on.
    #[inline]
    fn of(bytes: &[u8], at: usize, to: usize) -> Block {
        match bytes.get(at..at + BLOCK).and_then(|block| block.try_into().ok()) {
            Some(block) if at + BLOCK <= to => Block::of_whole(block),
            _ => {
                let mut block = [0; BLOCK];
                let left = to.saturating_sub(at).min(BLOCK);
                block[..left].copy_from_slice(&bytes[at..at + left]);
                Block::of_whole(&block)
            }
        }
    }

    #[inline]
    fn of_whole(bytes: &[u8; BLOCK]) -> Block {
        let is_in = |byte: u8, first: u8, last: u8| u8::from(byte.wrapping_sub(first) <= last - first);
        Block {
            letters_and_digits: bits(bytes, |byte| is_in(byte | 0x20, b'a', b'z') | is_in(byte, b'0', b'9')),
            lines: bits(bytes, |byte| u8::from(byte == b'_')),
            maybe_joins: bits(bytes, |byte| is_in(byte, b'\'', b'.') | is_in(byte, b':', b';')),
        }
    }

    /// Those between which something may join.
    #[inline]
    fn words(&self) -> u64 {
        self.letters_and_digits | self.lines
    }
}

/// A bit for each byte: what is said of it, 0 or 1. The first loop is one that compilers make wide.
#[inline]
fn bits(bytes: &[u8; BLOCK], say: impl Fn(u8) -> u8) -> u64 {
    let mut said = [0; BLOCK];
    for (said, byte) in said.iter_mut().zip(bytes) {
        *said = say(*byte);
    }
    // Eight bytes of 0 or 1 become eight bits by one multiplication.
    let (eights, _) = said.as_chunks::<8>();
    (0..).zip(eights).fold(0, |all, (at, eight)| all | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (at * 8))
}

/// Whether the byte at a place joins the two beside it, both of which are of words.
fn does_join(bytes: &[u8], at: usize) -> bool {
    let [before, joint, after] = [bytes[at - 1], bytes[at], bytes[at + 1]];
    let letters = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    match joint {
        b'\'' | b'.' => letters || digits,
        b':' => letters,
        b',' | b';' => digits,
        _ => false,
    }
}

/// Puts the words between two places behind what is in `spans`. All of it is ASCII, and what stands on either side of it is no part of a
/// word.
pub(super) fn cut_plain(seed: u64, bytes: &[u8], from: usize, to: usize, spans: &mut Vec<Span>) {
    let (mut before, mut block) = (Block::default(), Block::of(bytes, from, to));
    let (mut at, mut start, mut is_open) = (from, from, false);
    while at < to {
        let after = if at + BLOCK < to { Block::of(bytes, at + BLOCK, to) } else { Block::default() };
        let mut words = block.words();
        let mut joints = block.maybe_joins & (words << 1 | before.words() >> (BLOCK - 1)) & (words >> 1 | after.words() << (BLOCK - 1));
        while joints != 0 {
            let joint = joints.trailing_zeros();
            joints &= joints - 1;
            words |= u64::from(does_join(bytes, at + joint as usize)) << joint;
        }
        let mut edges = words ^ (words << 1 | u64::from(is_open));
        while edges != 0 {
            let edge = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if is_open {
                put(seed, bytes, start, edge, block.lines | before.lines != 0, spans);
            }
            start = edge;
            is_open = !is_open;
        }
        (before, block) = (block, after);
        at += BLOCK;
    }
    if is_open {
        put(seed, bytes, start, to, true, spans);
    }
}

#[inline]
fn put(seed: u64, bytes: &[u8], from: usize, to: usize, may_be_lines: bool, spans: &mut Vec<Span>) {
    if may_be_lines && bytes[from..to].iter().all(|byte| *byte == b'_') {
        return;
    }
    spans.push(Span { from: from as u32, to: to as u32, is_ascii: true, hash: hash_lower_at(seed, bytes, from, to) });
}
