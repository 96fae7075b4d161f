//! From the number of a word to what is kept for it: open addressing, twelve bytes a place, several values under one number. Also a memory
//! of answers that only ever forgets.

const PLACES_MIN: usize = 16;

#[derive(Clone, Copy, Default)]
struct Place {
    low: u32,
    high: u32,
    /// 0 where nothing is.
    value: u32,
}

impl Place {
    fn hash(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

/// See the module. Values are never 0.
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

    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    /// Hands on every value kept under a number.
    #[inline]
    pub(super) fn each(&self, hash: u64, mut take: impl FnMut(u32)) {
        let mask = self.mask();
        let mut at = hash as usize & mask;
        while let Some(place) = self.places.get(at) {
            if place.value == 0 {
                return;
            }
            if place.hash() == hash {
                take(place.value);
            }
            at = (at + 1) & mask;
        }
    }

    /// What stands where a search for a number begins. Asked of many numbers before the first is looked up, so that the memory fetches their
    /// places at the same time instead of one after the other.
    #[inline]
    pub(super) fn touch(&self, hash: u64) -> u32 {
        self.places.get(hash as usize & self.mask()).map_or(0, |place| place.value)
    }

    pub(super) fn put(&mut self, hash: u64, value: u32) {
        if (self.count + 1) * 2 > self.places.len() {
            let old = std::mem::take(&mut self.places);
            self.places = vec![Place::default(); (old.len() * 2).max(PLACES_MIN)];
            old.into_iter().filter(|p| p.value != 0).for_each(|p| self.place(p));
        }
        self.place(Place { low: hash as u32, high: (hash >> 32) as u32, value });
        self.count += 1;
    }

    fn place(&mut self, place: Place) {
        let mask = self.mask();
        let mut at = place.hash() as usize & mask;
        while self.places[at].value != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = place;
    }

    pub(super) fn delete(&mut self, hash: u64, value: u32) {
        let mask = self.mask();
        let mut at = hash as usize & mask;
        loop {
            match self.places.get(at) {
                None | Some(Place { value: 0, .. }) => return,
                Some(place) if place.hash() == hash && place.value == value => break,
                Some(_) => at = (at + 1) & mask,
            }
        }
        self.count -= 1;
        // What follows moves up, as far as its own place allows, so that no search ends early.
        let mut gap = at;
        loop {
            at = (at + 1) & mask;
            let place = self.places[at];
            if place.value == 0 {
                break;
            }
            let home = place.hash() as usize & mask;
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(gap) & mask) {
                self.places[gap] = place;
                gap = at;
            }
        }
        self.places[gap] = Place::default();
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
                }
                for hash in (0..12).map(|h| h * 0x1_0000_0011) {
                    let mut found = Vec::new();
                    table.each(hash, |v| found.push(v));
                    found.sort_unstable();
                    let expected: Vec<u32> = plain.iter().filter(|(h, _)| *h == hash).map(|(_, v)| *v).collect();
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }
}
