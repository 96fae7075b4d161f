//! Names the tokens that queries look for by small numbers, and finds them for the words of a post.

use super::compile::Node;
use super::table::{Memory, Table};
use crate::words::{self, Marks, Tongue, case_folded, hash, hash_more, unmarked};

/// Numbers stay below this: the upper eight bits of a table's value say under which marks it holds.
const TERMS_MAX: u32 = 1 << 24;
/// The token that every post holds.
pub(super) const ALWAYS: u32 = 0;
/// Posts that what is thought of a token beforehand weighs as much as.
const THOUGHT: f64 = 500.0;
/// Letters of a beginning that are looked up at once.
const BEGINNING: usize = 3;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
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

struct Term {
    kind: Kind,
    text: Box<str>,
    /// Of a pair.
    of: (u32, u32),
    uses: u32,
}

/// What a row of words may need of an exact word.
pub(super) const BEGINS: u8 = 1;
pub(super) const ENDS: u8 = 2;
pub(super) const IN_ROW: u8 = 4;

pub(super) struct Terms {
    seed: u64,
    terms: Vec<Term>,
    free: Vec<u32>,
    /// Made or let go since the last look; those without a use go.
    maybe_unused: Vec<u32>,
    /// Posts that held it, and all posts.
    seen: Vec<u32>,
    posts: u32,
    /// By term: [`BEGINS`], [`ENDS`], [`IN_ROW`].
    pub(super) in_rows: Vec<u8>,
    /// How many terms there are of each kind.
    counts: [u32; KINDS],
    words: Table,
    facts: Table,
    pairs: Table,
    /// By tongue; made when the first post in it comes.
    stems: Vec<Option<(Table, Memory)>>,
    /// By marks: words that are not ASCII.
    folds: Vec<Option<Memory>>,
}

impl Terms {
    pub(super) fn new(seed: u64) -> Terms {
        let mut terms = Terms {
            seed,
            terms: Vec::new(),
            free: Vec::new(),
            maybe_unused: Vec::new(),
            seen: Vec::new(),
            posts: 0,
            in_rows: Vec::new(),
            counts: [0; KINDS],
            words: Table::default(),
            facts: Table::default(),
            pairs: Table::default(),
            stems: Tongue::all().map(|_| None).collect(),
            folds: Marks::ALL.iter().map(|_| None).collect(),
        };
        terms.make(Kind::Always, "", (0, 0));
        terms.maybe_unused.clear();
        terms
    }
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }
    pub(super) fn len(&self) -> usize {
        self.terms.len() - self.free.len()
    }
    /// Numbers are below this.
    pub(super) fn end(&self) -> usize {
        self.terms.len()
    }
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.counts[kind as usize] > 0
    }
    pub(super) fn bytes(&self) -> usize {
        let memories: usize = self.folds.iter().flatten().map(Memory::bytes).sum();
        let stems: usize = self.stems.iter().flatten().map(|(t, m)| t.bytes() + m.bytes()).sum();
        let texts: usize = self.terms.iter().map(|t| t.text.len()).sum();
        self.terms.capacity() * size_of::<Term>()
            + self.seen.capacity() * 5
            + texts
            + memories
            + stems
            + self.words.bytes()
            + self.facts.bytes()
            + self.pairs.bytes()
    }

    // Making and letting go.

    /// The number of a token; its text is case-folded, facts are plain.
    pub(super) fn intern(&mut self, kind: Kind, text: &str) -> u32 {
        let mut known = None;
        let table = if matches!(kind, Kind::Exact | Kind::Bare | Kind::Beginning) { &self.words } else { &self.facts };
        table.each(self.key(kind, text, Marks::None), |value| {
            let id = value % TERMS_MAX;
            let term = &self.terms[id as usize];
            if term.kind == kind && *term.text == *text {
                known = Some(id);
            }
        });
        known.unwrap_or_else(|| self.make(kind, text, (0, 0)))
    }

    pub(super) fn pair(&mut self, first: u32, second: u32) -> u32 {
        if let Some(id) = self.find_pair(first, second) {
            return id;
        }
        let id = self.make(Kind::Pair, "", (first, second));
        self.use_more(first);
        self.use_more(second);
        self.in_rows[first as usize] |= BEGINS;
        self.in_rows[second as usize] |= ENDS;
        id
    }

    fn find_pair(&self, first: u32, second: u32) -> Option<u32> {
        let mut known = None;
        self.each_pair(pair_key(first, second), |id| known = Some(id));
        known
    }

    fn make(&mut self, kind: Kind, text: &str, of: (u32, u32)) -> u32 {
        let term = Term { kind, text: text.into(), of, uses: 0 };
        let id = match self.free.pop() {
            Some(id) => {
                self.terms[id as usize] = term;
                self.seen[id as usize] = 0;
                self.in_rows[id as usize] = 0;
                id
            }
            None => {
                self.terms.push(term);
                self.seen.push(0);
                self.in_rows.push(0);
                let id = u32::try_from(self.terms.len() - 1).unwrap_or(u32::MAX);
                assert!(id < TERMS_MAX, "more different tokens than a matcher can name");
                id
            }
        };
        self.counts[kind as usize] += 1;
        self.maybe_unused.push(id);
        self.keys(id, Table::put);
        id
    }

    /// Does the same to every place where a term stands.
    fn keys(&mut self, id: u32, act: fn(&mut Table, u64, u32)) {
        let (kind, text, of) = {
            let term = &self.terms[id as usize];
            (term.kind, term.text.clone(), term.of)
        };
        match kind {
            Kind::Always => {}
            Kind::Pair => act(&mut self.pairs, pair_key(of.0, of.1), id),
            Kind::Exact | Kind::Bare | Kind::Beginning => {
                let mut keys: Vec<(u64, u32)> = Vec::with_capacity(2);
                for marks in Marks::ALL {
                    let (key, bit) = (self.key(kind, &text, marks), TERMS_MAX << marks as u32);
                    match keys.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, mask)) => *mask |= bit,
                        None => keys.push((key, bit)),
                    }
                }
                keys.into_iter().for_each(|(key, mask)| act(&mut self.words, key, mask | id));
            }
            _ => {
                let key = self.key(kind, &text, Marks::None);
                act(&mut self.facts, key, id);
            }
        }
        if kind == Kind::Bare {
            for tongue in Tongue::all() {
                if let Some((table, _)) = &mut self.stems[tongue.number()]
                    && let Some(stem) = tongue.stem(&text)
                {
                    act(table, hash(self.seed, stem.as_bytes()), id);
                }
            }
        }
    }

    /// The number under which a token is found.
    fn key(&self, kind: Kind, text: &str, marks: Marks) -> u64 {
        match kind {
            Kind::Exact | Kind::Bare if text.is_ascii() => hash(self.seed, text.as_bytes()),
            Kind::Exact | Kind::Bare => hash(self.seed, unmarked(text, marks).as_bytes()),
            Kind::Beginning => {
                let bare = unmarked(text, marks);
                beginning_key(hash(self.seed, first_letters(&bare).as_bytes()))
            }
            _ => hash_more(kind as u64, hash(self.seed, text.as_bytes())),
        }
    }

    pub(super) fn use_more(&mut self, id: u32) {
        self.terms[id as usize].uses += 1;
    }
    pub(super) fn use_less(&mut self, id: u32) {
        let uses = &mut self.terms[id as usize].uses;
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
            let term = &self.terms[id as usize];
            if id == ALWAYS || term.uses > 0 || term.kind == Kind::Always {
                continue;
            }
            let (kind, of) = (term.kind, term.of);
            self.keys(id, Table::delete);
            self.counts[kind as usize] -= 1;
            self.terms[id as usize] = Term { kind: Kind::Always, text: "".into(), of: (0, 0), uses: 0 };
            self.free.push(id);
            if kind == Kind::Pair {
                self.use_less(of.0);
                self.use_less(of.1);
            }
        }
    }

    // Counting.

    pub(super) fn count(&mut self, ids: &[u32]) {
        self.posts = self.posts.saturating_add(1);
        for id in ids {
            let seen = &mut self.seen[*id as usize];
            *seen = seen.saturating_add(1);
        }
    }

    /// In which share of posts a token stands: as counted, and as thought before much was counted.
    pub(super) fn share(&self, id: u32) -> f64 {
        let term = &self.terms[id as usize];
        let thought = match term.kind {
            Kind::Always => 1.0,
            Kind::On | Kind::Lang => 0.5,
            Kind::HasLink | Kind::HasPicture | Kind::Question | Kind::Reply => 0.3,
            Kind::Exact | Kind::Bare | Kind::Sign | Kind::Beginning => match term.text.chars().count() {
                0..=2 => 2e-2,
                3 => 8e-3,
                4..=5 => 2e-3,
                _ => 3e-4,
            },
            Kind::Tag | Kind::To | Kind::Link => 1e-4,
            Kind::In => 1e-3,
            Kind::From => 2e-5,
            Kind::Pair => 0.02 * self.share(term.of.0).min(self.share(term.of.1)),
        };
        (f64::from(self.seen[id as usize]) + thought * THOUGHT) / (f64::from(self.posts) + THOUGHT)
    }

    // Finding, for posts.

    /// The number of a word's letters under some marks.
    #[inline]
    pub(super) fn folded(&mut self, span: words::Span, text: &str, marks: Marks) -> u64 {
        if span.is_ascii {
            return span.hash;
        }
        let seed = self.seed;
        let memory = self.folds[marks as usize].get_or_insert_with(Memory::new);
        memory.get(span.hash, || hash(seed, unmarked(&case_folded(span.of(text)), marks).as_bytes()))
    }

    /// The number of a fact's text, made plain.
    pub(super) fn plain(&mut self, text: &str) -> u64 {
        let is_ascii = text.is_ascii();
        if is_ascii {
            return words::hash_lower(self.seed, text.as_bytes());
        }
        let span = words::Span { from: 0, to: text.len() as u32, is_ascii, hash: hash(self.seed, text.as_bytes()) };
        self.folded(span, text, Marks::None)
    }

    /// Hands on the tokens of a word's letters: exact and bare ones.
    #[inline]
    pub(super) fn each_word(&self, folded: u64, marks: Marks, mut take: impl FnMut(u32)) {
        let bit = TERMS_MAX << marks as u32;
        self.words.each(folded, |value| {
            if value & bit != 0 {
                take(value % TERMS_MAX);
            }
        });
    }

    pub(super) fn each_fact(&self, kind: Kind, plain: u64, take: impl FnMut(u32)) {
        self.facts.each(hash_more(kind as u64, plain), take);
    }

    /// Hands on the token of two words in a row. No two pairs have one key.
    #[inline]
    pub(super) fn each_pair(&self, key: u64, take: impl FnMut(u32)) {
        self.pairs.each(key, take);
    }

    /// See [`Table::touch`].
    #[inline]
    pub(super) fn touch_word(&self, folded: u64) -> u32 {
        self.words.touch(folded)
    }
    #[inline]
    pub(super) fn touch_pair(&self, key: u64) -> u32 {
        self.pairs.touch(key)
    }

    /// Hands on the bare words that share the stem of a word.
    #[inline]
    pub(super) fn each_of_stem(&mut self, span: words::Span, text: &str, tongue: Tongue, mut take: impl FnMut(u32)) {
        if self.stems[tongue.number()].is_none() {
            self.learn_stems(tongue);
        }
        let seed = self.seed;
        let Some((table, memory)) = &mut self.stems[tongue.number()] else { return };
        if table.is_empty() {
            return;
        }
        let stem = memory.get(span.hash, || {
            let stem = tongue.stem(&case_folded(span.of(text))).unwrap_or_default();
            hash(seed, stem.as_bytes())
        });
        table.each(stem, &mut take);
    }

    #[cold]
    fn learn_stems(&mut self, tongue: Tongue) {
        let mut table = Table::default();
        for (id, term) in (0..).zip(&self.terms).filter(|(_, t)| t.kind == Kind::Bare) {
            if let Some(stem) = tongue.stem(&term.text) {
                table.put(hash(self.seed, stem.as_bytes()), id);
            }
        }
        self.stems[tongue.number()] = Some((table, Memory::new()));
    }

    /// Hands on the beginnings of a word.
    pub(super) fn each_beginning(&self, word: &str, marks: Marks, mut take: impl FnMut(u32)) {
        let word = unmarked(&case_folded(word), marks);
        let bit = TERMS_MAX << marks as u32;
        self.words.each(beginning_key(hash(self.seed, first_letters(&word).as_bytes())), |value| {
            let term = &self.terms[(value % TERMS_MAX) as usize];
            if value & bit != 0 && term.kind == Kind::Beginning && word.starts_with(&unmarked(&term.text, marks)) {
                take(value % TERMS_MAX);
            }
        });
    }
}

/// The key of a pair: each step can be undone, so that no two pairs share one.
#[inline]
pub(super) fn pair_key(first: u32, second: u32) -> u64 {
    let pair = u64::from(first) << 32 | u64::from(second);
    let mixed = (pair ^ pair >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 32
}

fn beginning_key(letters: u64) -> u64 {
    hash_more(Kind::Beginning as u64, letters)
}

fn first_letters(word: &str) -> &str {
    word.char_indices().nth(BEGINNING).map_or(word, |(at, _)| &word[..at])
}
