//! A text cut into words, each as a number: eight letters at a step where they are ASCII, a letter at a step where not.

const LINK: u64 = 0x51ed_270b_9f3a_6c8d;
const NAME: u64 = 0x2545_f491_4f6c_dd1d;
/// From here on lie the scripts that are written without spaces, and the signs of the far end.
const SPACELESS_FROM: u32 = 0x2e80;

/// Odd numbers without pattern: the first digits of the golden ratio and of the square root of two.
const SEED: u64 = 0x6a09_e667_f3bc_c909;
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
const END: u64 = 0xd6e8_feb8_6659_fd93;

/// A bit in each of eight bytes.
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * LOW;
/// What makes a small letter of a capital; a figure has it already.
const SMALL: u64 = 0x20 * LOW;

/// One word of a text.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) hash: u64,
    /// How long it is. A link and a name count as one letter, for they are the same in all texts.
    pub(super) letters: u32,
}

/// Hands on each word, in order, until `take` has had enough. Case, punctuation and spaces do not count. Links are all one word, and so are
/// names called: the same words with another link are canned all the same. Of scripts without spaces each character is a word.
pub(super) fn words(text: &str, mut take: impl FnMut(Word) -> bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let found = if byte.is_ascii_alphanumeric() || byte >= 0x80 {
            let (word, end) = word(text, at);
            let is_link = word.is_some() && bytes[end..].starts_with(b"://");
            at = if is_link { next_space(bytes, end) } else { end };
            if is_link { Some(Word { hash: LINK, letters: 1 }) } else { word }
        } else if byte == b'@' && is_name(bytes, at) {
            at = next_space(bytes, at);
            Some(Word { hash: NAME, letters: 1 })
        } else {
            at += 1;
            None
        };
        if found.is_some_and(|word| !take(word)) {
            return;
        }
    }
}

fn is_name(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
}

fn next_space(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |n| from + n)
}

/// The word that begins here, and where it ends. `None` where it is a sign after all.
fn word(text: &str, from: usize) -> (Option<Word>, usize) {
    let bytes = text.as_bytes();
    let (mut hash, mut at) = (SEED, from);
    loop {
        let eight = eight(bytes, at);
        let end = (!alphanumeric(eight) & HIGH).trailing_zeros() / 8;
        if end > 0 {
            // Letters after the end are shifted out, and not in again.
            let kept = (eight | SMALL) & (u64::MAX >> (64 - 8 * end));
            hash = step(hash, kept);
            at += end as usize;
        }
        if end < 8 {
            break;
        }
    }
    if bytes.get(at).is_none_or(u8::is_ascii) {
        return (Some(ended(hash, at - from)), at);
    }
    other_word(text, from, at, hash)
}

/// The same from the first letter on that is not ASCII.
fn other_word(text: &str, from: usize, mut at: usize, mut hash: u64) -> (Option<Word>, usize) {
    let mut letters = at - from;
    for c in text[at..].chars() {
        let is_alone = u32::from(c) >= SPACELESS_FROM;
        if !c.is_alphanumeric() || (is_alone && letters > 0) {
            if letters == 0 {
                return (None, at + c.len_utf8());
            }
            break;
        }
        at += c.len_utf8();
        letters += 1;
        for small in c.to_lowercase() {
            hash = step(hash, u64::from(u32::from(small)));
        }
        if is_alone {
            break;
        }
    }
    (Some(ended(hash, letters)), at)
}

fn step(hash: u64, with: u64) -> u64 {
    let hash = (hash ^ with).wrapping_mul(STEP);
    hash ^ (hash >> 32)
}

fn ended(hash: u64, letters: usize) -> Word {
    let hash = hash.wrapping_mul(END);
    Word { hash: hash ^ (hash >> 32), letters: letters as u32 }
}

/// Eight bytes from here on, the first lowest; nothing where the text is at its end.
fn eight(bytes: &[u8], at: usize) -> u64 {
    if let Some(all) = bytes.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
        return u64::from_le_bytes(all);
    }
    bytes[at..].iter().rev().fold(0, |eight, byte| (eight << 8) | u64::from(*byte))
}

/// Of eight bytes, the highest bit of those that are letters or figures. A byte of seven bits plus (0x80 - n) has it from n on.
fn alphanumeric(eight: u64) -> u64 {
    let seven = eight & !HIGH;
    let from = |bytes: u64, least: u8| bytes + u64::from(0x80 - least) * LOW;
    let small = seven | SMALL;
    let letter = from(small, b'a') & !from(small, b'z' + 1);
    let figure = from(seven, b'0') & !from(seven, b'9' + 1);
    (letter | figure) & HIGH & !eight
}
