//! The table in which sketches are looked up: buckets of one cache line, sixteen places each, the oldest making way. A place names a post by
//! 24 bits and has 8 bits of its key beside, so that few wrong ones are looked at.

use super::sketch::{BANDS, NEARLY, Record, Sketch};

/// What a post costs in memory, all told.
pub const BYTES_A_POST: usize = 64;
/// Posts that one table can hold at most: their places are numbers of 24 bits, and 0 is none.
const POSTS_MAX: usize = (1 << 24) - 1;
const PLACES: usize = 16;
/// Places of one bucket that may have the same bits beside them: a text said ten thousand times leaves room for others, and is known from
/// the last so many times.
const ALIKE_MAX: usize = 12;
const NUMBER: u32 = 0x00ff_ffff;

type Bucket = [u32; PLACES];

/// Many posts' sketches, the newest so many; never more memory than at the beginning.
#[derive(Clone, Debug)]
pub struct Canned {
    records: Vec<Record>,
    buckets: Vec<Bucket>,
    posts_max: usize,
    /// Posts put so far, those forgotten too.
    count: u64,
}

/// A post that is nearly the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its number among the posts put, from 0.
    pub number: u64,
    /// From [`NEARLY`] to 1.
    pub likeness: f32,
}

impl Canned {
    /// A table for the newest `posts_max` posts, in [`BYTES_A_POST`] bytes for each.
    pub fn new(posts_max: usize) -> Canned {
        let posts_max = posts_max.clamp(1, POSTS_MAX);
        let left = BYTES_A_POST - size_of::<Record>();
        let buckets = (posts_max * left / size_of::<Bucket>()).max(1);
        Canned { records: Vec::with_capacity(posts_max), buckets: vec![[0; PLACES]; buckets], posts_max, count: 0 }
    }
    /// Posts that are known, at most as many as there is room for.
    pub fn len(&self) -> usize {
        self.records.len()
    }
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
    /// Bytes that it holds, filled or not.
    pub fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<Record>() + self.buckets.capacity() * size_of::<Bucket>()
    }

    /// Puts a post, whose number is answered. The oldest is forgotten where there is no room.
    pub fn put(&mut self, sketch: &Sketch) -> u64 {
        let number = self.count;
        self.count += 1;
        let at = (number % self.posts_max as u64) as usize;
        if at < self.records.len() {
            self.records[at] = sketch.record
        } else {
            self.records.push(sketch.record)
        }
        let place = at as u32 + 1;
        for key in sketch.keys {
            let (bucket, tag) = self.where_is(key);
            put_in(&mut self.buckets[bucket], tag | place, at as u32);
        }
        number
    }

    /// The most like of the posts put, if any is nearly the same; of two that are, the later.
    pub fn find(&self, sketch: &Sketch) -> Option<Found> {
        let mut best: Option<Found> = None;
        self.each(sketch, |found| {
            if best.is_none_or(|b| (found.likeness, found.number) > (b.likeness, b.number)) {
                best = Some(found);
            }
        });
        best
    }
    /// All that are nearly the same and still in the table, the latest first; a few of very many.
    pub fn find_all(&self, sketch: &Sketch) -> Vec<Found> {
        let mut all = Vec::new();
        self.each(sketch, |found| all.push(found));
        all.sort_by_key(|found| std::cmp::Reverse(found.number));
        all.dedup_by_key(|f| f.number);
        all
    }

    fn each(&self, sketch: &Sketch, mut take: impl FnMut(Found)) {
        let Some(buckets) = u32::try_from(self.buckets.len()).ok().filter(|_| !sketch.is_empty() && !self.is_empty()) else { return };
        debug_assert!(buckets > 0);
        for keys in std::iter::once(&sketch.keys).chain(sketch.other_keys.as_ref()) {
            // All lines are asked for before any is looked at, so that they are fetched at the same time.
            let places: [(usize, u32); BANDS] = std::array::from_fn(|band| self.where_is(keys[band]));
            let touched = places.iter().fold(0_u32, |sum, (bucket, _)| sum ^ self.buckets[*bucket][0]);
            std::hint::black_box(touched);
            let mut last = 0;
            for (bucket, tag) in places {
                for place in self.buckets[bucket] {
                    if place != 0 && place & !NUMBER == tag && place & NUMBER != last {
                        last = place & NUMBER;
                        let at = last as usize - 1;
                        let likeness = self.records.get(at).map_or(0.0, |r| r.likeness(&sketch.record));
                        if likeness >= NEARLY {
                            take(Found { number: self.number_at(at), likeness });
                        }
                    }
                }
            }
        }
    }

    /// The number of the post that stands there now.
    fn number_at(&self, at: usize) -> u64 {
        let most = self.posts_max as u64;
        let newest = self.count.saturating_sub(1);
        let round = newest - newest % most;
        if round + at as u64 <= newest { round + at as u64 } else { round + at as u64 - most }
    }

    /// Its bucket, and the bits that stand beside a place there.
    fn where_is(&self, key: u64) -> (usize, u32) {
        let bucket = ((key >> 32) * self.buckets.len() as u64) >> 32;
        (bucket as usize, (key as u32) & !NUMBER)
    }
}

/// Into an empty place; else in the stead of the oldest of its kind where these are many, or of the oldest of all.
fn put_in(bucket: &mut Bucket, entry: u32, newest: u32) {
    // How long ago a place was taken, going round.
    let age = |place: u32| newest.wrapping_sub((place & NUMBER).wrapping_sub(1)) & NUMBER;
    let (mut oldest, mut oldest_alike, mut alike) = (0, 0, 0);
    for (at, place) in bucket.iter().enumerate() {
        if *place == 0 {
            bucket[at] = entry;
            return;
        }
        if age(*place) > age(bucket[oldest]) {
            oldest = at;
        }
        if place & !NUMBER == entry & !NUMBER {
            if alike == 0 || age(*place) > age(bucket[oldest_alike]) {
                oldest_alike = at;
            }
            alike += 1;
        }
    }
    bucket[if alike >= ALIKE_MAX { oldest_alike } else { oldest }] = entry;
}
