//! People and ties as they are found: circles in which most know each other, a few hubs whom very many know a little, and chance.

use model::paths::Bond;

#[derive(Clone, Copy)]
pub struct Size {
    pub people: usize,
}

/// Ties that each person brings: in their circle, in a second one, to hubs, by chance. Twenty together.
const CIRCLE: usize = 10;
const SECOND: usize = 4;
const HUBS: usize = 4;
const CHANCE: usize = 2;
const CIRCLE_SIZE: usize = 100;
/// How uneven hubs are: the best known is tied to about one person in fifteen.
const UNEVEN: f64 = 3.5;
/// Strengths are keys of `model::tie`, half-lives since 1970; today is about this.
pub const TODAY: f32 = 345.0;

/// A stream of numbers that is the same for the same seed (splitmix64).
pub struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    fn strength(&mut self, least: f32, most: f32) -> f32 {
        TODAY + least + (most - least) * self.share() as f32
    }
}

/// A number below `n` for each number below `n`, in no order that anybody sees.
fn scrambled(x: usize, n: usize) -> usize {
    (x as u64 * 2_654_435_761 % n as u64) as usize
}

impl Size {
    pub fn bonds(self, seed: u64) -> Vec<Bond> {
        let n = self.people;
        let mut draw = Draw(seed);
        let mut bonds = Vec::with_capacity(n * (CIRCLE + SECOND + HUBS + CHANCE));
        for a in 0..n {
            let mut tie = |b: usize, strength: f32| {
                if a != b {
                    bonds.push(Bond { a: a as u32, b: b as u32, strength });
                }
            };
            let circle = a / CIRCLE_SIZE * CIRCLE_SIZE;
            for _ in 0..CIRCLE {
                tie((circle + draw.below(CIRCLE_SIZE)).min(n - 1), draw.strength(-6.0, 3.0));
            }
            // The second circle is of people whose numbers lie apart.
            let second = scrambled(a, n) / CIRCLE_SIZE;
            for _ in 0..SECOND {
                let other = second * CIRCLE_SIZE + draw.below(CIRCLE_SIZE);
                tie(unscrambled(other.min(n - 1), n), draw.strength(-7.0, 1.0));
            }
            for _ in 0..HUBS {
                let rank = (n as f64 * draw.share().powf(UNEVEN)) as usize;
                tie(scrambled(rank.min(n - 1), n), draw.strength(-10.0, -2.0));
            }
            for _ in 0..CHANCE {
                tie(draw.below(n), draw.strength(-8.0, 0.0));
            }
        }
        bonds
    }
    pub fn pairs(self, many: usize, seed: u64) -> Vec<(u32, u32)> {
        let mut draw = Draw(seed);
        (0..many).map(|_| (draw.below(self.people) as u32, draw.below(self.people) as u32)).filter(|p| p.0 != p.1).collect()
    }
}

/// The other way: the inverse of the factor, which is odd and no multiple of five, so that it has one for powers of ten.
fn unscrambled(x: usize, n: usize) -> usize {
    let (mut old, mut now, mut a, mut b) = (0_i128, 1_i128, n as i128, 2_654_435_761_i128 % n as i128);
    while b != 0 {
        let q = a / b;
        (a, b) = (b, a - q * b);
        (old, now) = (now, old - q * now);
    }
    (x as i128 * old.rem_euclid(n as i128) % n as i128) as usize
}
