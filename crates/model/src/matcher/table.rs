//! From the number of a word to what is kept for it: open addressing, twelve bytes a place, several values under one number. Also a memory
//! of answers that only ever forgets, and a sieve that says of most numbers that nothing is kept for them.

const PLACES_MIN: usize = 16;
/// Places that are looked at together, without asking of one what the last one said.
const AT_ONCE: usize = 4;
/// Of a hundred places, so many are taken before there are more of them.
const FULL: usize = 67;
/// Of a hundred places, so many are taken once there are more of them.
const ROOMY: usize = 50;
/// The part of a value that is a token's number.
pub(super) const ID: u32 = (1 << 24) - 1;

#[derive(Clone, Copy, Default)]
struct Place {
    low: u32,
    high: u32,
    /// 0 where nothing is.
    value: u32,
}

impl Place {
    #[inline]
    fn hash(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

/// See the module. Values are tokens, never 0, with what is said of them in the bits above [`ID`].
#[derive(Default)]
pub(super) struct Table {
    places: Vec<Place>,
    count: usize,
}

impl Table {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }

    /// Where a search for a number begins, of any number of places.
    #[inline]
    fn home(&self, hash: u64) -> usize {
        (((hash >> 32) * self.places.len() as u64) >> 32) as usize
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        if at + 1 < self.places.len() { at + 1 } else { 0 }
    }

    /// Hands on every value kept under a number.
    #[inline]
    pub(super) fn each(&self, hash: u64, mut take: impl FnMut(u32)) {
        let mut at = self.home(hash);
        while let Some(place) = self.places.get(at) {
            if place.value == 0 {
                return;
            }
            if place.hash() == hash {
                take(place.value);
            }
            at = self.after(at);
        }
    }

    /// The value kept under a number, 0 where there is none. Where there are several, some of them in one: only what is said of each of them can
    /// be relied upon then.
    #[inline]
    pub(super) fn get(&self, hash: u64) -> u32 {
        let home = self.home(hash);
        let Some(places) = self.places.get(home..home + AT_ONCE) else { return self.get_far(hash) };
        let (mut value, mut is_end) = (0, false);
        for place in places {
            value |= if place.hash() == hash { place.value } else { 0 };
            is_end |= place.value == 0;
        }
        if value == 0 && !is_end { self.get_far(hash) } else { value }
    }

    #[cold]
    fn get_far(&self, hash: u64) -> u32 {
        let mut value = 0;
        self.each(hash, |one| value |= one);
        value
    }

    /// What stands where a search for a number begins. Asked of many numbers before the first is looked up, so that the memory fetches their
    /// places at the same time instead of one after the other.
    #[inline]
    pub(super) fn touch(&self, hash: u64) -> u32 {
        self.places.get(self.home(hash)).map_or(0, |place| place.value)
    }

    pub(super) fn put(&mut self, hash: u64, value: u32) {
        if (self.count + 1) * 100 > self.places.len() * FULL {
            self.resize(((self.count + 1) * 100 / ROOMY).max(PLACES_MIN));
        }
        self.place(Place { low: hash as u32, high: (hash >> 32) as u32, value });
        self.count += 1;
    }

    /// Gives back places that are not needed.
    pub(super) fn shrink(&mut self) {
        let fit = (self.count + 1) * 100 / FULL + 1;
        if self.count == 0 {
            self.places = Vec::new();
        } else if fit < self.places.len() {
            self.resize(fit);
        }
    }

    fn resize(&mut self, length: usize) {
        let old = std::mem::replace(&mut self.places, vec![Place::default(); length]);
        old.into_iter().filter(|p| p.value != 0).for_each(|p| self.place(p));
    }

    fn place(&mut self, place: Place) {
        let mut at = self.home(place.hash());
        while self.places[at].value != 0 {
            at = self.after(at);
        }
        self.places[at] = place;
    }

    fn find(&self, hash: u64, id: u32) -> Option<usize> {
        let mut at = self.home(hash);
        loop {
            let place = self.places.get(at).filter(|place| place.value != 0)?;
            if place.hash() == hash && place.value & ID == id {
                return Some(at);
            }
            at = self.after(at);
        }
    }

    /// Says something more of a token.
    pub(super) fn mark(&mut self, hash: u64, id: u32, bits: u32) {
        if let Some(at) = self.find(hash, id) {
            self.places[at].value |= bits;
        }
    }

    /// The same of every token that is kept under a number.
    pub(super) fn mark_all(&mut self, hash: u64, bits: u32) {
        let mut ids = Vec::new();
        self.each(hash, |value| ids.push(value & ID));
        ids.into_iter().for_each(|id| self.mark(hash, id, bits));
    }

    pub(super) fn delete(&mut self, hash: u64, id: u32) {
        let Some(mut at) = self.find(hash, id) else { return };
        self.count -= 1;
        // What follows moves up, as far as its own place allows, so that no search ends early.
        let length = self.places.len();
        let behind = |at: usize, of: usize| if at >= of { at - of } else { at + length - of };
        let mut gap = at;
        loop {
            at = self.after(at);
            let place = self.places[at];
            if place.value == 0 {
                break;
            }
            if behind(at, self.home(place.hash())) >= behind(at, gap) {
                self.places[gap] = place;
                gap = at;
            }
        }
        self.places[gap] = Place::default();
    }

    /// A sieve of all that is in it.
    pub(super) fn sieve(&self) -> Sieve {
        let mut sieve = Sieve::of(self.count * 2);
        self.places.iter().filter(|p| p.value != 0).for_each(|p| sieve.put(p.hash()));
        sieve
    }
}

/// Bits of a sieve for each number that it is made for.
const SIEVED: usize = 8;

/// Says of a number that is not in a table mostly that it is not, without looking there. What left the table stays until it is made anew.
pub(super) struct Sieve {
    bits: Vec<u64>,
    left: usize,
}

impl Sieve {
    pub(super) fn of(count: usize) -> Sieve {
        let words = (count.max(64) * SIEVED / 64).next_power_of_two();
        Sieve { bits: vec![0; words], left: count.max(64) }
    }
    pub(super) fn bytes(&self) -> usize {
        self.bits.capacity() * 8
    }
    /// Whether it is to be made anew.
    pub(super) fn is_full(&self) -> bool {
        self.left == 0
    }
    pub(super) fn put(&mut self, hash: u64) {
        let mask = self.bits.len() - 1;
        self.bits[(hash >> 6) as usize & mask] |= 1 << (hash % 64);
        self.left = self.left.saturating_sub(1);
    }
    #[inline]
    pub(super) fn may_have(&self, hash: u64) -> bool {
        let mask = self.bits.len() - 1;
        self.bits.get((hash >> 6) as usize & mask).is_some_and(|bits| bits >> (hash % 64) & 1 != 0)
    }
}

/// Answers a memory holds; a power of two.
const MEMORY: usize = 1 << 14;

/// The last answers to what is dear to work out, by number.
pub(super) struct Memory(Vec<(u64, u64)>);

impl Memory {
    pub(super) fn new() -> Memory {
        Memory(vec![(0, 0); MEMORY])
    }
    #[inline]
    pub(super) fn get(&mut self, question: u64, answer: impl FnOnce() -> u64) -> u64 {
        let place = &mut self.0[question as usize & (MEMORY - 1)];
        if place.0 != question {
            *place = (question, answer());
        }
        place.1
    }
    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * 16
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_keeps_what_a_plain_set_keeps(steps in proptest::collection::vec((any::<bool>(), 0_u64..12, 1_u32..4), 0..60)) {
            let (mut table, mut plain) = (Table::default(), BTreeSet::new());
            for (is_put, hash, value) in steps {
                let hash = hash * 0x1_0000_0011;
                if is_put && plain.insert((hash, value)) {
                    table.put(hash, value);
                } else if !is_put {
                    plain.remove(&(hash, value));
                    table.delete(hash, value);
                    if value == 1 {
                        table.shrink();
                    }
                }
                let sieve = table.sieve();
                prop_assert!(plain.iter().all(|(hash, _)| sieve.may_have(*hash)));
                for hash in (0..12).map(|h| h * 0x1_0000_0011) {
                    let mut found = Vec::new();
                    table.each(hash, |v| found.push(v));
                    found.sort_unstable();
                    let expected: Vec<u32> = plain.iter().filter(|(h, _)| *h == hash).map(|(_, v)| *v).collect();
                    let all = expected.iter().fold(0, |all, value| all | value);
                    prop_assert_eq!(table.get(hash) == 0, expected.is_empty());
                    prop_assert!(expected.len() != 1 || table.get(hash) == all);
                    prop_assert_eq!(table.get(hash) & !all, 0);
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
