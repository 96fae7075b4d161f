//! The fewest steps between two, searched from both ends at once: a level at a time on the side that has less to look at, until one side
//! meets somebody whom the other has seen. That first meeting is a shortest way, since a whole level is done before the next begins.

use super::{Chain, Node, Ties};

/// What a search needs beside the graph; kept by the caller so that a million people are not wiped for every question.
#[derive(Debug, Default)]
pub struct ShortRoom {
    /// For each person: which search and side saw them (upper half), and from whom (lower half).
    seen: Vec<u64>,
    search: u32,
    sides: [Vec<Node>; 2],
    next: Vec<Node>,
}

impl ShortRoom {
    pub fn new() -> Self {
        Self::default()
    }
    fn begin(&mut self) {
        // Two marks a search; when they run out, everything is wiped once.
        if self.search >= u32::MAX / 2 - 1 {
            self.seen.fill(0);
            self.search = 0;
        }
        self.search += 1;
        self.sides.iter_mut().for_each(Vec::clear);
    }
    fn mark(&self, side: usize) -> u32 {
        self.search * 2 + side as u32
    }
    fn at(&mut self, who: Node) -> &mut u64 {
        let place = who as usize;
        if place >= self.seen.len() {
            self.seen.resize((place + 1).next_power_of_two(), 0);
        }
        &mut self.seen[place]
    }
    fn put(&mut self, who: Node, side: usize, from: Node) {
        let mark = self.mark(side);
        *self.at(who) = u64::from(mark) << 32 | u64::from(from);
    }
    fn from(&mut self, who: Node) -> Node {
        (*self.at(who) & 0xFFFF_FFFF) as Node
    }
}

/// A way of the fewest ties from one to another, whatever their strength; `None` where there is none.
pub fn shortest<T: Ties>(ties: &mut T, from: Node, to: Node, room: &mut ShortRoom) -> Option<Chain> {
    if from == to {
        return Some(Chain { people: vec![from], weakest: f32::INFINITY });
    }
    room.begin();
    for (side, end) in [from, to].into_iter().enumerate() {
        room.put(end, side, end);
        room.sides[side].push(end);
    }
    let mut work = [ties.about_how_many(from), ties.about_how_many(to)];
    while !room.sides[0].is_empty() && !room.sides[1].is_empty() {
        let side = usize::from(work[1] < work[0]);
        if let Some((near, far)) = step(ties, side, &mut work, room) {
            return Some(chain(ties, room, if side == 0 { (near, far) } else { (far, near) }, (from, to)));
        }
    }
    None
}

/// One level of one side. Answers the tie over which the sides met: who looked, and whom the other side had seen.
fn step<T: Ties>(ties: &mut T, side: usize, work: &mut [usize; 2], room: &mut ShortRoom) -> Option<(Node, Node)> {
    let (mine, theirs) = (room.mark(side), room.mark(1 - side));
    let level = std::mem::take(&mut room.sides[side]);
    let mut next = std::mem::take(&mut room.next);
    next.clear();
    let mut met = None;
    for &who in &level {
        ties.each(who, f32::NEG_INFINITY, &mut |other, _| {
            if met.is_some() {
                return;
            }
            let seen = room.at(other);
            let mark = (*seen >> 32) as u32;
            if mark == theirs {
                met = Some((who, other));
            } else if mark != mine {
                *seen = u64::from(mine) << 32 | u64::from(who);
                next.push(other);
            }
        });
        if met.is_some() {
            break;
        }
    }
    work[side] = next.iter().map(|&who| ties.about_how_many(who)).sum();
    room.next = level;
    room.sides[side] = next;
    met
}

/// Both halves, walked back from where they met.
fn chain<T: Ties>(ties: &mut T, room: &mut ShortRoom, met: (Node, Node), ends: (Node, Node)) -> Chain {
    let mut walk = |mut who: Node, end: Node| {
        let mut half = vec![who];
        while who != end {
            who = room.from(who);
            half.push(who);
        }
        half
    };
    let mut people = walk(met.0, ends.0);
    people.reverse();
    people.extend(walk(met.1, ends.1));
    let weakest = people.windows(2).map(|pair| between(ties, pair[0], pair[1])).fold(f32::INFINITY, f32::min);
    Chain { people, weakest }
}

fn between<T: Ties>(ties: &mut T, a: Node, b: Node) -> f32 {
    let (few, other) = if ties.about_how_many(a) <= ties.about_how_many(b) { (a, b) } else { (b, a) };
    let mut found = f32::NEG_INFINITY;
    ties.each(few, f32::NEG_INFINITY, &mut |who, strength| {
        if who == other {
            found = found.max(strength);
        }
    });
    found
}
