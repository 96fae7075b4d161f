//! What is filed under each token, all in one row of words of 32 bits, so that a token without anything costs eight bytes and a short list
//! no more than its words.

use std::collections::BTreeMap;

/// Lists up to this long have no room to spare.
const EXACT: u32 = 8;
/// Words that may lie idle before all is moved together, however few there are.
const IDLE_MIN: usize = 1 << 16;

/// Where a list is, and how many words it has.
#[derive(Clone, Copy, Default)]
struct Head {
    at: u32,
    length: u32,
}

#[derive(Default)]
pub(super) struct Lists {
    words: Vec<u32>,
    heads: Vec<Head>,
    /// A bit a token: something is filed under it.
    full: Vec<u64>,
    /// Stretches that went, by length.
    free: BTreeMap<u32, Vec<u32>>,
    idle: usize,
}

/// Words that a list of some length has room for: an eighth to spare at most.
fn room(length: u32) -> u32 {
    if length <= EXACT { length } else { length.next_multiple_of(1 << (length.ilog2() - 3)) }
}

impl Lists {
    pub(super) fn bytes(&self) -> usize {
        let free: usize = self.free.values().map(|places| places.capacity() * 4).sum();
        self.words.capacity() * 4 + self.heads.capacity() * size_of::<Head>() + self.full.capacity() * 8 + free
    }
    /// Makes room for tokens below a number.
    pub(super) fn reach(&mut self, end: usize) {
        if end > self.heads.len() {
            self.heads.resize(end, Head::default());
            self.full.resize(end / 64 + 1, 0);
        }
    }
    /// Numbers of tokens are below this.
    pub(super) fn end(&self) -> usize {
        self.heads.len()
    }
    #[inline]
    pub(super) fn is_full(&self, id: u32) -> bool {
        self.full.get(id as usize / 64).is_some_and(|bits| bits >> (id % 64) & 1 != 0)
    }
    #[inline]
    pub(super) fn of(&self, id: u32) -> &[u32] {
        let head = self.heads.get(id as usize).copied().unwrap_or_default();
        &self.words[head.at as usize..][..head.length as usize]
    }
    pub(super) fn of_mut(&mut self, id: u32) -> &mut [u32] {
        let head = self.heads.get(id as usize).copied().unwrap_or_default();
        &mut self.words[head.at as usize..][..head.length as usize]
    }
    /// Where a list begins; see `Table::touch`.
    #[inline]
    pub(super) fn begin(&self, id: u32) -> u32 {
        self.heads[id as usize].at
    }
    #[inline]
    pub(super) fn word(&self, at: u32) -> u32 {
        self.words.get(at as usize).copied().unwrap_or_default()
    }

    pub(super) fn push(&mut self, id: u32, entry: &[u32]) {
        let head = self.heads[id as usize];
        let length = head.length + u32::try_from(entry.len()).expect("an entry is short");
        let at = self.moved(head, length);
        self.words[(at + head.length) as usize..][..entry.len()].copy_from_slice(entry);
        self.heads[id as usize] = Head { at, length };
        self.full[id as usize / 64] |= 1 << (id % 64);
    }

    /// Takes some words out of a list.
    pub(super) fn cut_out(&mut self, id: u32, at: usize, width: usize) {
        let head = self.heads[id as usize];
        let list = &mut self.words[head.at as usize..][..head.length as usize];
        list.copy_within(at + width.., at);
        let length = head.length - width as u32;
        let at = self.moved(head, length);
        self.heads[id as usize] = Head { at, length };
        if length == 0 {
            self.full[id as usize / 64] &= !(1 << (id % 64));
        }
        if self.idle > IDLE_MIN && self.idle * 2 > self.words.len() {
            self.pack();
        }
    }

    /// Where a list is when it has another length: elsewhere, where it needs other room.
    fn moved(&mut self, head: Head, length: u32) -> u32 {
        let (old, new) = (room(head.length), room(length));
        if old == new {
            return head.at;
        }
        let at = self.take(new);
        let kept = head.length.min(length) as usize;
        self.words.copy_within(head.at as usize..head.at as usize + kept, at as usize);
        if old > 0 {
            self.free.entry(old).or_default().push(head.at);
            self.idle += old as usize;
        }
        at
    }

    fn take(&mut self, length: u32) -> u32 {
        if length == 0 {
            return 0;
        }
        if let Some(at) = self.free.get_mut(&length).and_then(Vec::pop) {
            self.idle -= length as usize;
            return at;
        }
        let at = u32::try_from(self.words.len()).expect("lists stay below four thousand million words");
        self.words.resize(self.words.len() + length as usize, 0);
        at
    }

    /// Moves all lists together, in the order of their tokens.
    pub(super) fn pack(&mut self) {
        let all: usize = self.heads.iter().map(|head| room(head.length) as usize).sum();
        let mut words = Vec::with_capacity(all);
        for head in &mut self.heads {
            let at = words.len();
            words.extend_from_slice(&self.words[head.at as usize..][..head.length as usize]);
            words.resize(at + room(head.length) as usize, 0);
            head.at = u32::try_from(at).expect("no more than before");
        }
        self.words = words;
        self.free = BTreeMap::new();
        self.idle = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_keep_what_plain_lists_keep(steps in proptest::collection::vec((0..4_u8, 0..4_u32, 1..6_usize, any::<u32>()), 0..200)) {
            let (mut lists, mut plain) = (Lists::default(), vec![Vec::new(); 4]);
            lists.reach(4);
            for (step, id, width, word) in steps {
                let list: &mut Vec<u32> = &mut plain[id as usize];
                match step {
                    0 | 1 => {
                        let entry = vec![word; width];
                        lists.push(id, &entry);
                        list.extend(entry);
                    }
                    2 if list.len() >= width => {
                        let at = word as usize % (list.len() - width + 1);
                        list.drain(at..at + width);
                        lists.cut_out(id, at, width);
                    }
                    2 => {}
                    _ => lists.pack(),
                }
                for (id, list) in (0..).zip(&plain) {
                    prop_assert_eq!(lists.of(id), list.as_slice());
                    prop_assert_eq!(lists.is_full(id), !list.is_empty());
                }
            }
        }
    }
}
