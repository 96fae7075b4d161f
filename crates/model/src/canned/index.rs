//! The table in which sketches are looked up: buckets of one cache line each, the oldest making way. All lines that a question needs are asked
//! for at once, and then all records that these name, since waiting for memory is most of what a question costs.

use super::bucket::{Bucket, POSTS_MAX};
use super::record::{Held, NEARLY, Record};
use super::sketch::{KEYS_MAX, Sketch};

/// What a post costs in memory, all told.
pub const BYTES_A_POST: usize = 64;
/// Posts that one question looks at; of a text said very often, the later ones.
const LOOKED_AT_MAX: usize = 64;

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

/// Where a key is: its bucket, and the bits that stand beside a place there.
#[derive(Clone, Copy, Default)]
struct Spot {
    bucket: usize,
    tag: u8,
}

impl Canned {
    /// A table for the newest `posts_max` posts, in [`BYTES_A_POST`] bytes for each.
    pub fn new(posts_max: usize) -> Canned {
        let posts_max = posts_max.clamp(1, POSTS_MAX);
        let left = BYTES_A_POST - size_of::<Record>();
        let buckets = (posts_max * left / size_of::<Bucket>()).max(1);
        Canned { records: Vec::with_capacity(posts_max), buckets: vec![Bucket::EMPTY; buckets], posts_max, count: 0 }
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
        let (spots, count) = self.spots(sketch);
        for spot in &spots[..count] {
            self.buckets[spot.bucket].put(spot.tag, at as u32);
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
        all.sort_unstable_by_key(|found| std::cmp::Reverse(found.number));
        all
    }

    /// Each once.
    fn each(&self, sketch: &Sketch, mut take: impl FnMut(Found)) {
        let (spots, count) = self.spots(sketch);
        let (mut posts, mut many) = ([0_u32; LOOKED_AT_MAX], 0);
        for spot in &spots[..count] {
            self.buckets[spot.bucket].each(spot.tag, |post| {
                if many < LOOKED_AT_MAX && !posts[..many].contains(&post) {
                    posts[many] = post;
                    many += 1;
                    std::hint::black_box(self.records.get(post as usize).map_or(0, |record| record.words));
                }
            });
        }
        if many == 0 {
            return;
        }
        let held = Held::of(&sketch.record);
        for post in &posts[..many] {
            let likeness = self.records.get(*post as usize).map_or(0.0, |record| held.likeness(record));
            if likeness >= NEARLY {
                take(Found { number: self.number_at(*post as usize), likeness });
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

    /// Where its keys are, and how many; all asked for, so that they are fetched at the same time.
    fn spots(&self, sketch: &Sketch) -> ([Spot; KEYS_MAX], usize) {
        let mut spots = [Spot::default(); KEYS_MAX];
        let mut touched = 0;
        for (spot, key) in spots.iter_mut().zip(sketch.keys()) {
            let bucket = ((key >> 32) * self.buckets.len() as u64) >> 32;
            *spot = Spot { bucket: bucket as usize, tag: ((key >> 16) as u8).max(1) };
            touched ^= self.buckets[spot.bucket].touch();
        }
        std::hint::black_box(touched);
        (spots, sketch.keys().len())
    }
}
