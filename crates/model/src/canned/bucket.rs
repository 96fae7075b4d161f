//! One cache line of the table: sixteen places, the newest first. A place names a post by 24 bits and has 8 bits of its key beside, so that few
//! wrong ones are looked at.

const PLACES: usize = 16;
/// Places that may have the same bits beside them: a text said ten thousand times leaves room for others, and is known from the last so many.
pub(super) const ALIKE_MAX: u32 = 12;
/// Posts that a place can name.
pub(super) const POSTS_MAX: usize = 1 << 24;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * LOW;

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Bucket {
    /// 0 is an empty place.
    tags: [u8; PLACES],
    posts: [[u8; 3]; PLACES],
}

impl Bucket {
    pub(super) const EMPTY: Bucket = Bucket { tags: [0; PLACES], posts: [[0; 3]; PLACES] };

    /// A byte of it, so that it is fetched.
    pub(super) fn touch(&self) -> u8 {
        self.tags[0]
    }

    /// Before all others. Out goes the oldest of its kind where these are many, else the oldest of all.
    pub(super) fn put(&mut self, tag: u8, post: u32) {
        let [low, high] = self.alike(tag);
        if low.count_ones() + high.count_ones() < ALIKE_MAX {
            self.tags.copy_within(..PLACES - 1, 1);
            self.posts.copy_within(..PLACES - 1, 1);
        } else {
            let oldest = if high != 0 { 15 - high.leading_zeros() / 8 } else { 7 - low.leading_zeros() / 8 } as usize;
            self.tags.copy_within(..oldest, 1);
            self.posts.copy_within(..oldest, 1);
        }
        self.tags[0] = tag;
        let [a, b, c, _] = post.to_le_bytes();
        self.posts[0] = [a, b, c];
    }

    /// The posts that stand beside `tag`, the newest first.
    pub(super) fn each(&self, tag: u8, mut take: impl FnMut(u32)) {
        for (half, mut alike) in self.alike(tag).into_iter().enumerate() {
            while alike != 0 {
                let [a, b, c] = self.posts[8 * half + alike.trailing_zeros() as usize / 8];
                take(u32::from_le_bytes([a, b, c, 0]));
                alike &= alike - 1;
            }
        }
    }

    /// The highest bit of each place that has this tag, the first eight and the others.
    fn alike(&self, tag: u8) -> [u64; 2] {
        let (low, high) = self.tags.split_at(8);
        [low, high].map(|half| {
            let differs = half.iter().rev().fold(0, |all, byte| (all << 8) | u64::from(*byte)) ^ (u64::from(tag) * LOW);
            // A byte is 0 when neither its seven bits carry into the highest nor that is set.
            !(((differs & !HIGH) + !HIGH) | differs) & HIGH
        })
    }
}
