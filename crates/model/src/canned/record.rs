//! What is kept of a text, in 24 bytes, and how like two texts are by it.

use std::cmp::Ordering;

/// From this on two texts are called nearly the same: the Jaccard index over their words and word pairs.
pub const NEARLY: f32 = 0.5;
/// Texts of fewer words are only ever the same or not.
const WORDS_MIN: u8 = 5;
/// Words that are kept and compared: of a longer text its first and its last.
pub(super) const KEPT: usize = 23;
const FIRST: usize = 12;
const LAST: usize = KEPT - FIRST;
const NONE: u8 = u8::MAX;

/// All that is kept of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Up to 255.
    pub(super) words: u8,
    /// A byte of each word's hash, in the text's order.
    bytes: [u8; KEPT],
}

impl Record {
    pub(super) const EMPTY: Record = Record { words: 0, bytes: [0; KEPT] };

    /// A text's next word, by its hash. When all are in, [`Record::close`].
    pub(super) fn push(&mut self, hash: u64) {
        let count = usize::from(self.words);
        let at = if count < KEPT { count } else { FIRST + (count - FIRST) % LAST };
        self.bytes[at] = (hash >> 56) as u8;
        self.words = self.words.saturating_add(1);
    }
    /// Puts the last words of a long text in their order.
    pub(super) fn close(&mut self) {
        if usize::from(self.words) > KEPT {
            self.bytes[FIRST..].rotate_left((usize::from(self.words) - FIRST) % LAST);
        }
    }
    pub(super) fn kept(&self) -> &[u8] {
        &self.bytes[..usize::from(self.words).min(KEPT)]
    }
}

/// A text's record, made ready to be held beside many others.
pub(super) struct Held<'a> {
    record: &'a Record,
    /// Where each byte stands first, and where the byte that stands here stands again.
    first: [u8; 256],
    again: [u8; 256],
}

impl Held<'_> {
    pub(super) fn of(record: &Record) -> Held<'_> {
        let mut held = Held { record, first: [NONE; 256], again: [NONE; 256] };
        for (at, byte) in record.kept().iter().enumerate().rev() {
            held.again[at] = std::mem::replace(&mut held.first[usize::from(*byte)], at as u8);
        }
        held
    }

    /// From 0 to 1, the Jaccard index over words and word pairs, each as often as it is said, by their bytes; 0 where it can't be [`NEARLY`].
    /// Two words share a byte once in 256 times, two pairs theirs once in 65,536.
    pub(super) fn likeness(&self, other: &Record) -> f32 {
        if self.record == other {
            return 1.0;
        }
        let (less, more) = (self.record.words.min(other.words), self.record.words.max(other.words));
        if less < WORDS_MIN || u16::from(less) * 2 <= u16::from(more) {
            return 0.0;
        }
        let (ours, theirs) = (self.record.kept(), other.kept());
        let (our_words, their_words) = self.words(theirs);
        let (less, sum) = (f32::from(less), f32::from(self.record.words) + f32::from(other.words));
        let unseen = f32::from(more.saturating_sub(KEPT as u8))
            * match self.record.words.cmp(&other.words) {
                Ordering::Greater => about_middle(our_words),
                Ordering::Less => about_middle(their_words),
                Ordering::Equal => (about_middle(our_words) + about_middle(their_words)) / 2.0,
            };
        let both = (our_words.count_ones() as f32 + unseen).min(less);
        // No more pairs can be shared than words.
        if both * 3.0 + 1.0 < sum {
            return 0.0;
        }
        let shared = (self.pairs(ours, theirs) as f32 + unseen).min(less - 1.0);
        (both + shared) / (2.0 * sum - 2.0 - both - shared)
    }
    /// Which words both have: a bit for each of ours, and for each of theirs.
    fn words(&self, theirs: &[u8]) -> (u32, u32) {
        let mut free = self.first;
        let (mut ours_taken, mut theirs_taken) = (0_u32, 0);
        // Without a branch, for which of them are shared can't be guessed by the processor.
        for (their, byte) in theirs.iter().enumerate() {
            let place = &mut free[usize::from(*byte)];
            let at = std::mem::replace(place, self.again[usize::from(*place)]);
            let is_shared = u32::from(at != NONE);
            ours_taken |= is_shared << (at & 31);
            theirs_taken |= is_shared << their;
        }
        (ours_taken, theirs_taken)
    }
    fn pairs(&self, ours: &[u8], theirs: &[u8]) -> u32 {
        let mut taken = 0_u32;
        for two in theirs.windows(2) {
            let mut at = self.first[usize::from(two[0])];
            while at != NONE && (taken >> at & 1 == 1 || ours.get(usize::from(at) + 1) != Some(&two[1])) {
                at = self.again[usize::from(at)];
            }
            if at != NONE {
                taken |= 1 << at;
            }
        }
        taken.count_ones()
    }
}

/// What share of a longer text's middle, which is not kept, the other text may be taken to have: by the words on both sides of it.
fn about_middle(shared: u32) -> f32 {
    (shared >> (FIRST - 1) & 0b11).count_ones() as f32 / 2.0
}
