//! Finds the tokens that queries look for in what a post says: numbers of words, of pairs of them, of stems and of facts.

use super::table::{ID, Memory};
use super::terms::{Kind, MARKED, Terms, beginning_key};
use crate::words::{self, Marks, Span, Tongue, case_folded, hash, hash_more, unmarked};

impl Terms {
    /// The number of a word's letters under some marks.
    #[inline]
    pub(super) fn folded(&mut self, span: Span, text: &str, marks: Marks) -> u64 {
        if span.is_ascii { span.hash } else { self.folded_wide(span, text, marks) }
    }

    fn folded_wide(&mut self, span: Span, text: &str, marks: Marks) -> u64 {
        let seed = self.seed;
        let memory = self.folds[marks as usize].get_or_insert_with(Memory::new);
        memory.get(span.hash, || hash(seed, unmarked(&case_folded(span.of(text)), marks).as_bytes()))
    }

    /// The number of a fact's text, made plain.
    pub(super) fn plain(&mut self, text: &str) -> u64 {
        if text.is_ascii() {
            return words::hash_lower(self.seed, text.as_bytes());
        }
        let span = Span { from: 0, to: text.len() as u32, is_ascii: false, hash: hash(self.seed, text.as_bytes()) };
        self.folded_wide(span, text, Marks::None)
    }

    /// Hands on the words of some letters where there may be several, or one under some marks only.
    #[cold]
    pub(super) fn each_word(&self, folded: u64, marks: Marks, mut take: impl FnMut(u32)) {
        let is_under = |value: u32| self.marked.get(&(folded, value & ID)).is_some_and(|under| under >> marks as u32 & 1 != 0);
        self.words.each(folded, |value| {
            if value & MARKED == 0 || is_under(value) {
                take(value);
            }
        });
    }

    pub(super) fn each_fact(&self, kind: Kind, plain: u64, take: impl FnMut(u32)) {
        self.facts.each(hash_more(kind as u64, plain), take);
    }

    /// Hands on the bare words that share the stem of a word.
    #[inline]
    pub(super) fn each_of_stem(&mut self, span: Span, text: &str, tongue: Tongue, mut take: impl FnMut(u32)) {
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

    /// Hands on the beginnings of a word.
    pub(super) fn each_beginning(&self, word: &str, marks: Marks, mut take: impl FnMut(u32)) {
        let word = unmarked(&case_folded(word), marks);
        self.beginnings.each(beginning_key(self.seed, &word), |id| {
            if self.begins(id, &word, marks) {
                take(id);
            }
        });
    }
}
