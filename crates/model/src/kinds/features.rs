//! What a judgement looks at: words, word pairs, what the first line says, how the text begins, parts of words, and marks in numbers. Each is
//! known by a hash of 32 bits; weights are learnt for hashes, and the words are told again from the text itself.

use super::tokens::{Counts, Token, Tokens};

/// Tokens whose parts are looked at, and those that count as an opening.
const PARTS_OF_MAX: usize = 120;
const LINE_MAX: usize = 40;
/// Lengths of parts of words, their edges counted.
const PARTS: std::ops::RangeInclusive<usize> = 3..=5;
/// The longest word whose parts are looked at, in characters.
const WORD_MAX: usize = 24;

/// Groups are brought to the same length each, so that a long text shouts no louder than a short one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Words,
    Parts,
    Marks,
}

pub const GROUPS: usize = 3;
/// How much each group may say.
pub const SHARES: [f32; GROUPS] = [1.0, 0.8, 0.8];

/// Where in the text a feature comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A token, by its place.
    One(u16),
    /// A token and the next.
    Two(u16),
    /// A fact about the whole, by its place in [`FACTS`].
    Fact(u8),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature {
    pub hash: u32,
    pub group: Group,
    pub source: Source,
}

/// Facts about a whole text, as a person would say them. Each is looked at in steps.
pub const FACTS: &[&str] = &[
    "its length",
    "its questions",
    "its exclamation marks",
    "its links",
    "names called",
    "its tags",
    "its prices",
    "its percentages",
    "its long numbers",
    "its numbers",
    "its emoji",
    "capitals",
    "“I” and “my”",
    "“you” and “your”",
    "“we” and “our”",
    "it answers somebody",
    "it ends with a link",
    "its first line asks",
    "a heading over a body",
    "the length of its first line",
];

/// All features of a text, one each time that it stands there.
pub fn features(tokens: &Tokens) -> Vec<Feature> {
    let mut found = Vec::with_capacity(tokens.list.len() * 16);
    each(tokens, |feature| found.push(feature));
    found
}

fn each(tokens: &Tokens, mut take: impl FnMut(Feature)) {
    let word = |t: &Token| tokens.word(*t).as_bytes();
    let list = &tokens.list;
    let line = (tokens.counts.first_line as usize).min(LINE_MAX);
    for (at, token) in list.iter().enumerate() {
        let place = u16::try_from(at).unwrap_or(u16::MAX);
        let one = Source::One(place);
        let mut words = |space: u8, pieces: &[&[u8]], source| take(Feature { hash: hash(space, pieces), group: Group::Words, source });
        words(b'w', &[word(token)], one);
        let next = list.get(at + 1);
        if let Some(next) = next {
            words(b'p', &[word(token), word(next)], Source::Two(place));
        }
        if at < line {
            words(b't', &[word(token)], one);
            if let Some(next) = next.filter(|_| at + 1 < line) {
                words(b'u', &[word(token), word(next)], Source::Two(place));
            }
        }
        if at == 0 {
            words(b'a', &[word(token)], one);
            if let Some(next) = next {
                words(b'b', &[word(token), word(next)], Source::Two(0));
                if let Some(third) = list.get(2) {
                    words(b'c', &[word(token), word(next), word(third)], Source::Two(0));
                }
            }
        }
        if at + 1 == list.len() {
            words(b'z', &[word(token)], one);
        }
    }
    for (at, token) in list.iter().take(PARTS_OF_MAX).enumerate() {
        if !token.is_mark {
            let source = Source::One(u16::try_from(at).unwrap_or(u16::MAX));
            parts(tokens.word(*token), |part| take(Feature { hash: hash(b'c', &[b"\0", part]), group: Group::Parts, source }));
        }
    }
    facts(&tokens.counts, |fact, step| {
        take(Feature { hash: hash(b'm', &[&[fact, step]]), group: Group::Marks, source: Source::Fact(fact) });
    });
}

/// Parts of a word, its edges marked by spaces.
fn parts(word: &str, mut take: impl FnMut(&[u8])) {
    let mut edged = [0_u8; 4 * WORD_MAX + 2];
    let mut starts = [0_usize; WORD_MAX + 3];
    let (mut length, mut count) = (0, 0);
    for c in std::iter::once(' ').chain(word.chars().take(WORD_MAX)).chain(std::iter::once(' ')) {
        starts[count] = length;
        count += 1;
        length += c.encode_utf8(&mut edged[length..]).len();
    }
    starts[count] = length;
    for size in PARTS {
        for from in 0..(count + 1).saturating_sub(size) {
            take(&edged[starts[from]..starts[from + size]]);
        }
    }
}

/// The facts in steps, those that hold.
fn facts(c: &Counts, mut take: impl FnMut(u8, u8)) {
    let doubling = |n: u32| u8::try_from(32 - n.leading_zeros()).unwrap_or(0);
    let few = |n: u32| u8::try_from(n.min(4)).unwrap_or(0);
    let share = |n: u32| u8::try_from((n * 24 / c.words.max(1)).min(6)).unwrap_or(0);
    let steps = [
        doubling(c.words) + 1,
        few(c.questions),
        few(c.exclaims),
        few(c.links),
        few(c.mentions),
        few(c.tags),
        few(c.prices),
        few(c.percents),
        few(c.long_numbers),
        few(c.numbers),
        few(c.emoji),
        share(c.shouts),
        share(c.first_person),
        share(c.second_person),
        share(c.first_persons),
        u8::from(c.begins_with_mention),
        u8::from(c.ends_with_link),
        u8::from(c.first_line_asks),
        u8::from(c.has_body),
        doubling(c.first_line) + 1,
    ];
    for (fact, step) in (0_u8..).zip(steps) {
        if step > 0 {
            take(fact, step);
        }
    }
}

/// FNV-1a with a closing mix, folded to 32 bits. Stored weights are known by it, so it never changes.
fn hash(space: u8, pieces: &[&[u8]]) -> u32 {
    let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(space);
    for piece in pieces {
        for byte in *piece {
            h = (h ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        h = (h ^ 0x1f).wrapping_mul(0x0000_0100_0000_01b3);
    }
    h ^= h >> 32;
    h = h.wrapping_mul(0xd6e8_feb8_6659_fd93);
    u32::try_from(h >> 32).unwrap_or(0)
}

/// Where weights are looked up: each hash's place, and how rare it is.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    hashes: Vec<u32>,
    /// The inverse document frequency, 1 + ln(texts / texts that hold it), in sixteenths, as it is kept.
    rarity: Vec<u8>,
    /// Open addressing: a place plus 1, or 0.
    slots: Vec<u32>,
}

impl Lexicon {
    pub fn new(hashes: Vec<u32>, rarity: Vec<u8>) -> Lexicon {
        let mut slots = vec![0_u32; (hashes.len() * 2).next_power_of_two().max(2)];
        let mask = slots.len() - 1;
        for (place, hash) in (1_u32..).zip(&hashes) {
            let mut at = *hash as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = place;
        }
        Lexicon { hashes, rarity, slots }
    }
    /// In so many sixteenths.
    pub fn rarity_of(texts: usize, holding: usize) -> u8 {
        let rarity = 1.0 + (texts.max(1) as f32 / holding.max(1) as f32).ln();
        (rarity * 16.0).round().clamp(1.0, 255.0) as u8
    }
    pub fn len(&self) -> usize {
        self.hashes.len()
    }
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
    pub fn hash(&self, place: u32) -> u32 {
        self.hashes[place as usize]
    }
    pub fn rarity(&self, place: u32) -> u8 {
        self.rarity[place as usize]
    }
    pub fn place(&self, hash: u32) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let place = self.slots[at].checked_sub(1)?;
            if self.hashes[place as usize] == hash {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
    }

    /// The places at which a text has something, in their order, each with its value.
    pub fn vector(&self, features: &[Feature]) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, u8)> = features.iter().filter_map(|f| Some((self.place(f.hash)?, f.group as u8))).collect();
        found.sort_unstable();
        let mut vector: Vec<(u32, f32)> = Vec::with_capacity(found.len());
        let mut groups: Vec<u8> = Vec::with_capacity(found.len());
        let mut lengths = [0.0_f32; GROUPS];
        for run in found.chunk_by(|a, b| a.0 == b.0) {
            let (place, group) = run[0];
            let times = if run.len() == 1 { 1.0 } else { 1.0 + (run.len() as f32).ln() };
            let value = times * f32::from(self.rarity(place)) / 16.0;
            lengths[group as usize] += value * value;
            vector.push((place, value));
            groups.push(group);
        }
        let scale: [f32; GROUPS] = std::array::from_fn(|g| if lengths[g] > 0.0 { SHARES[g] / lengths[g].sqrt() } else { 0.0 });
        for (entry, group) in vector.iter_mut().zip(groups) {
            entry.1 *= scale[group as usize];
        }
        vector
    }
}
