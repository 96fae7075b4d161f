//! A text in what is kept of it and ten keys: each is of three of the five words that are chosen for it.

use super::cut::{Word, words};
use super::record::{Held, Record};

/// Words that count; what comes after says the same again.
const WORDS_MAX: usize = 200;
/// Words that a text is looked up by.
const CHOSEN: usize = 5;
/// All ways to take three of those, the first one of the first three, the first four of the first four.
const THREES: [[usize; 3]; KEYS_MAX] =
    [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3], [0, 1, 4], [0, 2, 4], [0, 3, 4], [1, 2, 4], [1, 3, 4], [2, 3, 4]];
/// Keys of a text.
pub(super) const KEYS_MAX: usize = 10;
/// Each letter up to this makes a word twice as likely to be chosen.
const LETTERS_MAX: u32 = 8;
/// Odd numbers without pattern.
const RANK: u64 = 0x9fb2_1c65_1e98_df25;
const KEY: u64 = 0xbf58_476d_1ce4_e5b9;

/// A text, ready to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    pub(super) record: Record,
    keys: [u64; KEYS_MAX],
    count: u8,
}

impl Sketch {
    /// Case, punctuation and spaces do not count. Links are all one word, and so are names called: the same words with another link are canned
    /// all the same. Of scripts without spaces each character is a word.
    pub fn of(text: &str) -> Sketch {
        let mut record = Record::EMPTY;
        let mut chosen = Chosen([u64::MAX; CHOSEN]);
        let mut count = 0;
        words(text, |word| {
            record.push(word.hash);
            chosen.offer(word);
            count += 1;
            count < WORDS_MAX
        });
        record.close();
        let (keys, count) = chosen.keys();
        Sketch { record, keys, count }
    }
    /// Nothing is said in it: no words, at most signs.
    pub fn is_empty(&self) -> bool {
        self.record.words == 0
    }
    /// From 0, nothing in common, to 1, the same; as far as what is kept can tell.
    pub fn likeness(&self, other: &Sketch) -> f32 {
        Held::of(&self.record).likeness(&other.record)
    }
    /// What it is put under and looked up by.
    pub(super) fn keys(&self) -> &[u64] {
        &self.keys[..usize::from(self.count)]
    }
}

/// The ranks of the five words of least rank, each once, the least first. Of two texts that differ in one word, or in one more or less, these
/// differ in at most one: so four keys of ten are the same at least, whatever the rank. It leans to long words, which are the rare ones.
struct Chosen([u64; CHOSEN]);

impl Chosen {
    /// Nothing here hangs on a branch: which words are chosen can't be guessed by the processor.
    fn offer(&mut self, word: Word) {
        let rank = word.hash.wrapping_mul(RANK) >> word.letters.min(LETTERS_MAX);
        let is_known = self.0.iter().fold(false, |is_known, known| is_known | (*known == rank));
        let mut rank = if is_known { u64::MAX } else { rank };
        for place in &mut self.0 {
            (*place, rank) = ((*place).min(rank), (*place).max(rank));
        }
    }
    /// The keys of a text, and how many these are. Of fewer than three words they make one together.
    fn keys(&self) -> ([u64; KEYS_MAX], u8) {
        let keys = THREES.map(|three| three.iter().fold(0_u64, |sum, at| sum.wrapping_add(self.0[*at])).wrapping_mul(KEY));
        let count = match self.0.iter().filter(|rank| **rank != u64::MAX).count() {
            0 => 0,
            1..=3 => 1,
            4 => 4,
            _ => KEYS_MAX as u8,
        };
        (keys, count)
    }
}
