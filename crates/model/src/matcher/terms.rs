//! Names the tokens that queries look for by small numbers. A word is two tokens side by side, the exact one first, so that it is looked up
//! once. `find` finds them for the words of a post.

use std::collections::BTreeMap;

use super::compile::Node;
use super::table::{ID, Memory, Sieve, Table};
use crate::words::{Marks, Tongue, hash, hash_more, unmarked};

/// The token that every post holds.
pub(super) const ALWAYS: u32 = 0;
/// Posts that what is thought of a token beforehand weighs as much as.
const THOUGHT: f64 = 500.0;
/// Letters of a beginning that are looked up at once.
const BEGINNING: usize = 3;
/// Posts that are counted before all counts are halved: what is said changes, and sixteen bits are enough.
const COUNTED_MAX: u32 = 60_000;
/// Bytes of texts that may lie idle before all are moved together, however few there are.
const IDLE_MIN: usize = 1 << 16;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Also a number that is free.
    Always,
    /// A word exactly as it is (marks as the language wants).
    Exact,
    /// A word or what shares its stem.
    Bare,
    /// A word's beginning.
    Beginning,
    Sign,
    Tag,
    From,
    To,
    On,
    In,
    Lang,
    Link,
    HasLink,
    HasPicture,
    Question,
    Reply,
    /// Two exact words, the second right behind the first.
    Pair,
}

const KINDS: usize = Kind::Pair as usize + 1;

/// Said of a word in its table: under some marks it is found elsewhere.
pub(super) const MARKED: u32 = 1 << 24;
/// Others may be kept under the same number.
pub(super) const SHARED: u32 = 1 << 28;
/// What a row of words may need of an exact word; in its table, too.
pub(super) const BEGINS: u32 = 1 << 25;
pub(super) const ENDS: u32 = 1 << 26;
pub(super) const IN_ROW: u32 = 1 << 27;
/// Bits of words that are kept by token, and by how much they are moved for that.
const KEPT_SHIFT: u32 = 24;
/// The word is looked for as a bare one, too.
const BARE: u8 = 1 << 7;

pub(super) struct Terms {
    pub(super) seed: u64,
    kinds: Vec<Kind>,
    /// By token: where its text begins and how long it is, or the two words of a pair. That of a bare word stands at the exact one.
    of: Vec<(u32, u32)>,
    uses: Vec<u32>,
    /// Posts that held it, and all posts.
    seen: Vec<u16>,
    posts: u32,
    /// By word: [`BEGINS`], [`ENDS`], [`IN_ROW`], moved, and [`BARE`].
    flags: Vec<u8>,
    texts: String,
    idle: usize,
    free_words: Vec<u32>,
    free_others: Vec<u32>,
    /// Made or let go since the last look; those without a use go.
    maybe_unused: Vec<u32>,
    /// How many terms there are of each kind.
    counts: [u32; KINDS],
    pub(super) words: Table,
    pub(super) beginnings: Table,
    pub(super) facts: Table,
    pub(super) pairs: Table,
    pub(super) pairs_sieve: Sieve,
    /// Under which marks, a bit each, a word has a key, where that is not under all.
    pub(super) marked: BTreeMap<(u64, u32), u8>,
    /// By tongue; made when the first post in it comes.
    pub(super) stems: Vec<Option<(Table, Memory)>>,
    /// By marks: words that are not ASCII.
    pub(super) folds: Vec<Option<Memory>>,
}

impl Terms {
    pub(super) fn new(seed: u64) -> Terms {
        let mut terms = Terms {
            seed,
            kinds: Vec::new(),
            of: Vec::new(),
            uses: Vec::new(),
            seen: Vec::new(),
            posts: 0,
            flags: Vec::new(),
            texts: String::new(),
            idle: 0,
            free_words: Vec::new(),
            free_others: Vec::new(),
            maybe_unused: Vec::new(),
            counts: [0; KINDS],
            words: Table::default(),
            beginnings: Table::default(),
            facts: Table::default(),
            pairs: Table::default(),
            pairs_sieve: Sieve::of(0),
            marked: BTreeMap::new(),
            stems: Tongue::all().map(|_| None).collect(),
            folds: Marks::ALL.iter().map(|_| None).collect(),
        };
        terms.push(Kind::Always);
        terms.counts[Kind::Always as usize] = 1;
        terms
    }
    /// Different tokens; a word is one.
    pub(super) fn len(&self) -> usize {
        let bare = self.counts[Kind::Bare as usize];
        self.counts.iter().sum::<u32>().saturating_sub(bare) as usize
    }
    /// Numbers are below this.
    pub(super) fn end(&self) -> usize {
        self.kinds.len()
    }
    #[inline]
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.counts[kind as usize] > 0
    }
    pub(super) fn bytes(&self) -> usize {
        let memories: usize = self.folds.iter().flatten().map(Memory::bytes).sum();
        let stems: usize = self.stems.iter().flatten().map(|(t, m)| t.bytes() + m.bytes()).sum();
        let tables: usize = [&self.words, &self.beginnings, &self.facts, &self.pairs].iter().map(|table| table.bytes()).sum();
        let free = (self.free_words.capacity() + self.free_others.capacity() + self.maybe_unused.capacity()) * 4;
        let by_token = self.kinds.capacity() + self.of.capacity() * 8 + self.uses.capacity() * 4 + self.seen.capacity() * 2;
        let marked = self.marked.len() * size_of::<((u64, u32), u8)>();
        by_token + self.flags.capacity() + self.texts.capacity() + memories + stems + tables + free + marked + self.pairs_sieve.bytes()
    }

    // Making and letting go.

    fn text(&self, id: u32) -> &str {
        let (from, length) = self.of[id as usize];
        &self.texts[from as usize..][..length as usize]
    }
    fn kind(&self, id: u32) -> Kind {
        self.kinds[id as usize]
    }

    /// The number of a token; its text is case-folded, facts are plain.
    pub(super) fn intern(&mut self, kind: Kind, text: &str) -> u32 {
        let mut known = None;
        let table = match kind {
            Kind::Exact | Kind::Bare => &self.words,
            Kind::Beginning => &self.beginnings,
            _ => &self.facts,
        };
        let first = if kind == Kind::Bare { Kind::Exact } else { kind };
        table.each(self.key(first, text, Marks::None), |value| {
            let id = value & ID;
            if self.kind(id) == first && self.text(id) == text {
                known = Some(id);
            }
        });
        let id = known.unwrap_or_else(|| self.make(first, text));
        if kind != Kind::Bare {
            return id;
        }
        if self.flags[id as usize] & BARE == 0 {
            self.flags[id as usize] |= BARE;
            self.counts[Kind::Bare as usize] += 1;
            self.stems_of(id, Table::put);
        }
        id + 1
    }

    fn make(&mut self, kind: Kind, text: &str) -> u32 {
        let id = self.number(kind);
        let from = u32::try_from(self.texts.len()).expect("texts of tokens stay below four thousand million bytes");
        self.texts.push_str(text);
        self.of[id as usize] = (from, text.len() as u32);
        let keys = self.keys(id);
        for (key, marks) in keys {
            match kind {
                Kind::Exact => self.put_word(key, id, marks),
                Kind::Beginning => self.beginnings.put(key, id),
                _ => self.facts.put(key, id),
            }
        }
        id
    }

    fn put_word(&mut self, key: u64, id: u32, marks: u8) {
        let is_shared = self.words.get(key) != 0;
        self.words.put(key, id);
        if is_shared {
            self.words.mark_all(key, SHARED);
        }
        if marks != u8::MAX {
            self.words.mark(key, id, MARKED);
            self.marked.insert((key, id), marks);
        }
    }

    /// Two exact words, one right behind the other.
    pub(super) fn pair(&mut self, first: u32, second: u32) -> u32 {
        let key = pair_key(first, second);
        let mut known = None;
        self.pairs.each(key, |id| known = Some(id));
        if let Some(id) = known {
            return id;
        }
        let id = self.number(Kind::Pair);
        self.of[id as usize] = (first, second);
        self.pairs.put(key, id);
        self.pairs_sieve.put(key);
        if self.pairs_sieve.is_full() {
            self.pairs_sieve = self.pairs.sieve();
        }
        self.use_more(first);
        self.use_more(second);
        self.mark(first, BEGINS);
        self.mark(second, ENDS);
        id
    }

    /// Says of an exact word what rows need of it.
    pub(super) fn mark(&mut self, id: u32, bits: u32) {
        let kept = (bits >> KEPT_SHIFT) as u8;
        if self.flags[id as usize] & kept == 0 {
            self.flags[id as usize] |= kept;
            for (key, _) in self.keys(id) {
                self.words.mark(key, id, bits);
            }
        }
    }

    /// A free number, or two where it is for a word.
    fn number(&mut self, kind: Kind) -> u32 {
        let is_word = kind == Kind::Exact;
        let id = match if is_word { self.free_words.pop() } else { self.free_others.pop() } {
            Some(id) => {
                self.kinds[id as usize] = kind;
                self.seen[id as usize] = 0;
                id
            }
            None => {
                if is_word && self.end() % 2 == 1 {
                    let odd = self.push(Kind::Always);
                    self.free_others.push(odd);
                }
                let id = self.push(kind);
                if is_word {
                    self.push(Kind::Bare);
                }
                id
            }
        };
        if is_word {
            (self.kinds[id as usize + 1], self.seen[id as usize + 1]) = (Kind::Bare, 0);
        }
        self.counts[kind as usize] += 1;
        self.maybe_unused.push(id);
        id
    }

    fn push(&mut self, kind: Kind) -> u32 {
        let id = self.end() as u32;
        assert!(id < ID, "more different tokens than a matcher can name");
        self.kinds.push(kind);
        self.of.push((0, 0));
        self.uses.push(0);
        self.seen.push(0);
        self.flags.push(0);
        id
    }

    /// The numbers under which a word, a beginning or a fact is found, with the marks under which it is, a bit each.
    fn keys(&self, id: u32) -> Vec<(u64, u8)> {
        let (kind, text) = (self.kind(id), self.text(id));
        if !matches!(kind, Kind::Exact | Kind::Beginning) || text.is_ascii() {
            return vec![(self.key(kind, text, Marks::None), u8::MAX)];
        }
        let mut keys: Vec<(u64, u8)> = Vec::with_capacity(2);
        for marks in Marks::ALL {
            let (key, bit) = (self.key(kind, text, marks), 1 << marks as u32);
            match keys.iter_mut().find(|(known, _)| *known == key) {
                Some((_, marks)) => *marks |= bit,
                None => keys.push((key, bit)),
            }
        }
        keys
    }

    /// The number under which a token is found.
    fn key(&self, kind: Kind, text: &str, marks: Marks) -> u64 {
        match kind {
            Kind::Exact if text.is_ascii() => hash(self.seed, text.as_bytes()),
            Kind::Exact => hash(self.seed, unmarked(text, marks).as_bytes()),
            Kind::Beginning => beginning_key(self.seed, &unmarked(text, marks)),
            _ => hash_more(kind as u64, hash(self.seed, text.as_bytes())),
        }
    }

    /// Does the same to every place where the stems of a bare word stand.
    fn stems_of(&mut self, word: u32, act: fn(&mut Table, u64, u32)) {
        let (from, length) = self.of[word as usize];
        for tongue in Tongue::all() {
            if let Some((table, _)) = &mut self.stems[tongue.number()]
                && let Some(stem) = tongue.stem(&self.texts[from as usize..][..length as usize])
            {
                act(table, hash(self.seed, stem.as_bytes()), word + 1);
            }
        }
    }

    #[cold]
    pub(super) fn learn_stems(&mut self, tongue: Tongue) {
        let mut table = Table::default();
        for (id, _) in (0..).zip(&self.flags).filter(|(_, flags)| **flags & BARE != 0) {
            if let Some(stem) = tongue.stem(self.text(id)) {
                table.put(hash(self.seed, stem.as_bytes()), id + 1);
            }
        }
        self.stems[tongue.number()] = Some((table, Memory::new()));
    }

    #[inline]
    pub(super) fn use_more(&mut self, id: u32) {
        self.uses[id as usize] += 1;
    }
    pub(super) fn use_less(&mut self, id: u32) {
        let uses = &mut self.uses[id as usize];
        *uses = uses.saturating_sub(1);
        if *uses == 0 {
            self.maybe_unused.push(id);
        }
    }
    /// Keeps what a condition names from going while it is filed anew.
    pub(super) fn hold(&mut self, node: &Node) -> Vec<u32> {
        let mut held = Vec::new();
        node.each_id(&mut |id| held.push(id));
        held.iter().for_each(|id| self.use_more(*id));
        held
    }
    pub(super) fn let_go(&mut self, held: &[u32]) {
        held.iter().for_each(|id| self.use_less(*id));
    }

    pub(super) fn drop_unused(&mut self) {
        while let Some(id) = self.maybe_unused.pop() {
            let id = if self.kind(id) == Kind::Bare { id - 1 } else { id };
            let kind = self.kind(id);
            let uses = self.uses[id as usize] + if kind == Kind::Exact { self.uses[id as usize + 1] } else { 0 };
            if kind == Kind::Always || uses > 0 {
                continue;
            }
            self.unkey(id, kind);
            let of = std::mem::take(&mut self.of[id as usize]);
            self.counts[kind as usize] -= 1;
            self.kinds[id as usize] = Kind::Always;
            match kind {
                Kind::Exact => {
                    self.kinds[id as usize + 1] = Kind::Always;
                    self.counts[Kind::Bare as usize] -= u32::from(self.flags[id as usize] & BARE != 0);
                    self.flags[id as usize] = 0;
                    self.free_words.push(id);
                }
                _ => self.free_others.push(id),
            }
            if kind == Kind::Pair {
                self.use_less(of.0);
                self.use_less(of.1);
            } else {
                self.idle += of.1 as usize;
            }
        }
        if self.idle > IDLE_MIN && self.idle * 2 > self.texts.len() {
            self.pack_texts();
        }
    }

    /// Takes a token out of every table.
    fn unkey(&mut self, id: u32, kind: Kind) {
        if kind == Kind::Pair {
            let (first, second) = self.of[id as usize];
            return self.pairs.delete(pair_key(first, second), id);
        }
        for (key, _) in self.keys(id) {
            match kind {
                Kind::Exact => self.words.delete(key, id),
                Kind::Beginning => self.beginnings.delete(key, id),
                _ => self.facts.delete(key, id),
            }
            self.marked.remove(&(key, id));
        }
        if self.flags[id as usize] & BARE != 0 {
            self.stems_of(id, Table::delete);
        }
    }

    fn pack_texts(&mut self) {
        let mut texts = String::with_capacity(self.texts.len() - self.idle);
        for id in 0..self.end() {
            if !matches!(self.kinds[id], Kind::Always | Kind::Bare | Kind::Pair) {
                let from = texts.len() as u32;
                texts.push_str(self.text(id as u32));
                self.of[id].0 = from;
            }
        }
        (self.texts, self.idle) = (texts, 0);
    }

    /// Gives back room that is not needed.
    pub(super) fn shrink(&mut self) {
        self.pack_texts();
        [&mut self.words, &mut self.beginnings, &mut self.facts, &mut self.pairs].into_iter().for_each(Table::shrink);
        self.pairs_sieve = self.pairs.sieve();
        self.kinds.shrink_to_fit();
        self.of.shrink_to_fit();
        self.uses.shrink_to_fit();
        self.seen.shrink_to_fit();
        self.flags.shrink_to_fit();
        [&mut self.free_words, &mut self.free_others, &mut self.maybe_unused].into_iter().for_each(Vec::shrink_to_fit);
    }

    // Counting.

    pub(super) fn count(&mut self, ids: &[u32]) {
        self.posts += 1;
        for id in ids {
            self.seen[*id as usize] += 1;
        }
        if self.posts >= COUNTED_MAX {
            self.posts /= 2;
            self.seen.iter_mut().for_each(|seen| *seen /= 2);
        }
    }

    /// In which share of posts a token stands: as counted, and as thought before much was counted.
    pub(super) fn share(&self, id: u32) -> f64 {
        let kind = self.kind(id);
        let thought = match kind {
            Kind::Always => 1.0,
            Kind::On | Kind::Lang => 0.5,
            Kind::HasLink | Kind::HasPicture | Kind::Question | Kind::Reply => 0.3,
            Kind::Exact | Kind::Bare | Kind::Sign | Kind::Beginning => {
                match self.text(if kind == Kind::Bare { id - 1 } else { id }).chars().count() {
                    0..=2 => 2e-2,
                    3 => 8e-3,
                    4..=5 => 2e-3,
                    _ => 3e-4,
                }
            }
            Kind::Tag | Kind::To | Kind::Link => 1e-4,
            Kind::In => 1e-3,
            Kind::From => 2e-5,
            Kind::Pair => {
                let (first, second) = self.of[id as usize];
                0.02 * self.share(first).min(self.share(second))
            }
        };
        (f64::from(self.seen[id as usize]) + thought * THOUGHT) / (f64::from(self.posts) + THOUGHT)
    }

    /// Whether a beginning is one of a word.
    pub(super) fn begins(&self, id: u32, word: &str, marks: Marks) -> bool {
        word.starts_with(&unmarked(self.text(id), marks))
    }
}

/// The key of a pair: each step can be undone, so that no two pairs share one.
#[inline]
pub(super) fn pair_key(first: u32, second: u32) -> u64 {
    let pair = u64::from(first) << 32 | u64::from(second);
    let mixed = (pair ^ pair >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 32
}

/// The key of all beginnings that share their first letters with a word.
pub(super) fn beginning_key(seed: u64, word: &str) -> u64 {
    let letters = word.char_indices().nth(BEGINNING).map_or(word, |(at, _)| &word[..at]);
    hash_more(Kind::Beginning as u64, hash(seed, letters.as_bytes()))
}
