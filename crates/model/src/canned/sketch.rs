//! A text in 24 bytes and eight keys: its first words as a byte each, in order, and what it is looked up by.

/// From this on two texts are called nearly the same: the Jaccard index over their words and word pairs.
pub const NEARLY: f32 = 0.5;
/// Texts of fewer words are only ever the same or not.
pub const WORDS_MIN: usize = 5;
/// Words that are kept and compared.
pub(super) const KEPT: usize = 23;
/// Words that count for the keys; what comes after says the same again.
const WORDS_MAX: usize = 200;
/// Keys of a text, each of so many least hashes: of two in short texts, of three in longer ones.
pub(super) const BANDS: usize = 8;
const ROWS: usize = 3;
const ROWS_SHORT: usize = 2;
/// From so many words on a text is a longer one. About there it is looked up as either, for an edit may have moved it across.
const LONG_FROM: usize = 10;
const ABOUT: std::ops::RangeInclusive<usize> = 8..=12;

/// Multipliers of the hash functions: odd numbers without pattern, from SplitMix64.
const MULTIPLIERS: [u64; BANDS * ROWS] = multipliers();

const fn multipliers() -> [u64; BANDS * ROWS] {
    let mut all = [0; BANDS * ROWS];
    let (mut at, mut state) = (0, 0x1234_5678_9abc_def0_u64);
    while at < all.len() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        all[at] = (z ^ (z >> 31)) | 1;
        at += 1;
    }
    all
}

/// All that is kept of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Up to 255.
    pub(super) words: u8,
    /// A byte of each word's hash, in the text's order.
    pub(super) bytes: [u8; KEPT],
}

/// A text, ready to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    pub(super) record: Record,
    /// It is put under these.
    pub(super) keys: [u64; BANDS],
    /// And looked for under these too, where its length leaves doubt.
    pub(super) other_keys: Option<[u64; BANDS]>,
}

impl Sketch {
    /// Case, punctuation and spaces do not count. Links are all one word, and so are names called: the same words with another link are canned
    /// all the same. Of scripts without spaces each character is a word.
    pub fn of(text: &str) -> Sketch {
        let mut record = Record { words: 0, bytes: [0; KEPT] };
        let mut least = [u64::MAX; BANDS * ROWS];
        let mut count = 0_usize;
        words(text, |hash| {
            if count < KEPT {
                record.bytes[count] = (hash >> 56) as u8;
            }
            count += 1;
            for (least, multiplier) in least.iter_mut().zip(&MULTIPLIERS) {
                *least = (*least).min(hash.wrapping_mul(*multiplier));
            }
            count < WORDS_MAX
        });
        record.words = u8::try_from(count).unwrap_or(u8::MAX);
        let keys = |rows| std::array::from_fn(|band| key(band, &least[band * ROWS..band * ROWS + rows]));
        let (own, other) = if count < LONG_FROM { (ROWS_SHORT, ROWS) } else { (ROWS, ROWS_SHORT) };
        Sketch { record, keys: keys(own), other_keys: ABOUT.contains(&count).then(|| keys(other)) }
    }
    /// Nothing is said in it: no words, at most signs.
    pub fn is_empty(&self) -> bool {
        self.record.words == 0
    }
    /// From 0, nothing in common, to 1, the same; as far as what is kept can tell.
    pub fn likeness(&self, other: &Sketch) -> f32 {
        self.record.likeness(&other.record)
    }
}

fn key(band: usize, least: &[u64]) -> u64 {
    let mut key = band as u64 + 1;
    for value in least {
        key = (key ^ (value >> 16)).wrapping_mul(0x9fb2_1c65_1e98_df25);
        key ^= key >> 32;
    }
    key
}

impl Record {
    fn kept(&self) -> &[u8] {
        &self.bytes[..usize::from(self.words).min(KEPT)]
    }
    /// The Jaccard index over words and word pairs, by their bytes. Two words share a byte once in 256 times, two pairs theirs once in 65,536.
    pub(super) fn likeness(&self, other: &Record) -> f32 {
        if self == other {
            return 1.0;
        }
        let (a, b) = (self.kept(), other.kept());
        let (less, more) = (self.words.min(other.words), self.words.max(other.words));
        if usize::from(less) < WORDS_MIN || u16::from(less) * 2 < u16::from(more) {
            return 0.0;
        }
        let (ours, theirs) = (set(a), set(b));
        let size = |s: &[u64; 4]| s.iter().map(|w| w.count_ones()).sum::<u32>();
        let both: u32 = ours.iter().zip(&theirs).map(|(a, b)| (a & b).count_ones()).sum();
        let all = size(&ours) + size(&theirs);
        // Pairs are never more alike than their words.
        if (both * 3) < (all - both) {
            return 0.0;
        }
        let (first, second) = (Pairs::of(a), Pairs::of(b));
        let shared = first.kept().iter().filter(|p| second.kept().contains(p)).count() as u32;
        let union = (all - both) + (first.count + second.count) as u32 - shared;
        (both + shared) as f32 / union.max(1) as f32
    }
}

fn set(words: &[u8]) -> [u64; 4] {
    let mut set = [0; 4];
    for word in words {
        set[usize::from(*word >> 6)] |= 1 << (word & 63);
    }
    set
}

/// Pairs of words, each once.
struct Pairs {
    pairs: [u16; KEPT],
    count: usize,
}

impl Pairs {
    fn of(words: &[u8]) -> Pairs {
        let mut all = Pairs { pairs: [0; KEPT], count: 0 };
        for two in words.windows(2) {
            let pair = u16::from_le_bytes([two[0], two[1]]);
            if !all.kept().contains(&pair) {
                all.pairs[all.count] = pair;
                all.count += 1;
            }
        }
        all
    }
    fn kept(&self) -> &[u16] {
        &self.pairs[..self.count]
    }
}

const LINK: u64 = 0x51ed_270b_9f3a_6c8d;
const NAME: u64 = 0x2545_f491_4f6c_dd1d;
/// From here on lie the scripts that are written without spaces, and the signs of the far end.
const SPACELESS_FROM: u32 = 0x2e80;

/// For every byte, what it is in small letters; 0 for what stands between words. Bytes of other letters go the long way.
const SMALL: [u8; 256] = small();

const fn small() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        if byte.is_ascii_alphanumeric() {
            table[at] = byte.to_ascii_lowercase();
        }
        at += 1;
    }
    table
}

/// The hash of each word, in order, until `take` has had enough.
fn words(text: &str, mut take: impl FnMut(u64) -> bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if SMALL[usize::from(byte)] != 0 || byte >= 0x80 {
            let (hash, end) = word(text, at);
            let is_link = bytes[end..].starts_with(b"://");
            at = if is_link { next_space(bytes, end) } else { end };
            if let Some(hash) = if is_link { Some(LINK) } else { hash }
                && !take(hash)
            {
                return;
            }
        } else if byte == b'@'
            && bytes.get(at + 1).is_some_and(|b| SMALL[usize::from(*b)] != 0)
            && (at == 0 || SMALL[usize::from(bytes[at - 1])] == 0)
        {
            at = next_space(bytes, at);
            if !take(NAME) {
                return;
            }
        } else {
            at += 1;
        }
    }
}

fn next_space(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |n| from + n)
}

/// The word that begins here, and where it ends. `None` where it is a sign after all.
fn word(text: &str, from: usize) -> (Option<u64>, usize) {
    let bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = from;
    while at < bytes.len() {
        let small = SMALL[usize::from(bytes[at])];
        if small != 0 {
            hash = (hash ^ u64::from(small)).wrapping_mul(0x0000_0100_0000_01b3);
            at += 1;
        } else if bytes[at] >= 0x80 {
            let Some(c) = text[at..].chars().next() else { break };
            let is_alone = u32::from(c) >= SPACELESS_FROM;
            if (is_alone || !c.is_alphanumeric()) && at > from {
                break;
            }
            at += c.len_utf8();
            if !c.is_alphanumeric() {
                return (None, at);
            }
            for small in c.to_lowercase() {
                hash = (hash ^ u64::from(u32::from(small))).wrapping_mul(0x0000_0100_0000_01b3);
            }
            if is_alone {
                break;
            }
        } else {
            break;
        }
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    (Some(hash ^ (hash >> 32)), at)
}
