//! The way that holds best: the one whose weakest tie is strongest, and of those the shortest, within a few steps.
//!
//! Asked from the strong end. First only ties of the strongest rung that could matter are looked at, then those of the next rungs too,
//! until there is a way. Every tie of the best way is as strong as its weakest, so a way that is found among the ties down to a rung is
//! the best of all, and nothing weaker is ever read. On one rung the two halves are found by layers: for everyone at one and two steps
//! from the one end, the best weakest tie of a walk there; then the same from the other end, meeting in the middle. A walk that visits
//! somebody twice is never better than the way without the detour, so the best walk is a way. (The widest path of Pollack, "The maximum
//! capacity through a network", Operations Research 8, 1960, with a bound on its length, searched from both ends.)

use super::{Chain, HOPS_MAX, Node, Ties, foot, rung};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The longest way, in ties; at most [`HOPS_MAX`].
    pub hops_max: usize,
    /// A tie of the two themselves is no answer.
    pub is_through_others: bool,
}

/// Somebody on a layer: the best weakest tie of a walk there, and over whom.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    width: f32,
    over: Node,
}

/// Who was reached, and how. Most who are asked for were not: a bit each, few enough to stay close to the processor, answers that, and what
/// stands beside it is only ever read of those who were.
#[derive(Debug, Default)]
struct Layer {
    seen: Vec<u64>,
    reached: Vec<Reached>,
    people: Vec<Node>,
}

/// Where somebody's bit stands.
fn bit(who: Node) -> (usize, u64) {
    (who as usize / 64, 1 << (who % 64))
}

impl Layer {
    fn get(&self, who: Node) -> Option<Reached> {
        let (word, mask) = bit(who);
        if self.seen.get(word)? & mask == 0 { None } else { self.reached.get(who as usize).copied() }
    }
    fn put(&mut self, who: Node, width: f32, over: Node) {
        let (word, mask) = bit(who);
        if word >= self.seen.len() {
            self.seen.resize((word + 1).next_power_of_two(), 0);
            self.reached.resize(self.seen.len() * 64, Reached::default());
        }
        if self.seen[word] & mask == 0 {
            self.seen[word] |= mask;
            self.reached[who as usize] = Reached { width, over };
            self.people.push(who);
        } else if self.reached[who as usize].width < width {
            self.reached[who as usize] = Reached { width, over };
        }
    }
    fn clear(&mut self) {
        if self.people.len() > self.seen.len() {
            self.seen.fill(0);
        } else {
            self.people.iter().for_each(|who| self.seen[bit(*who).0] = 0);
        }
        self.people.clear();
    }
}

/// What a search needs beside the graph: one and two steps from the one end, one step from the other.
#[derive(Debug, Default)]
pub struct Room {
    near: Layer,
    far: Layer,
    back: Layer,
}

impl Room {
    pub fn new() -> Self {
        Self::default()
    }
    fn begin(&mut self) {
        [&mut self.near, &mut self.far, &mut self.back].into_iter().for_each(Layer::clear);
    }
}

/// The best so far: its weakest tie, its length, and those between the ends.
#[derive(Clone, Copy)]
struct Best {
    width: f32,
    hops: usize,
    between: [Node; HOPS_MAX - 1],
}

impl Best {
    fn take(&mut self, width: f32, between: &[Node]) {
        let hops = between.len() + 1;
        if width > self.width || (width == self.width && hops < self.hops) {
            (self.width, self.hops) = (width, hops);
            self.between[..between.len()].copy_from_slice(between);
        }
    }
    /// Whether a way of so many ties over this tie could still be better.
    fn may_take(&self, width: f32, hops: usize) -> bool {
        width > self.width || (width == self.width && hops < self.hops)
    }
}

/// How often one rung is taken at a time before two, four, eight are.
const RUNGS_ONE_BY_ONE: u32 = 8;
/// No ladder of strengths is longer: they are logarithms of weights.
const RUNGS_MAX: i32 = 1 << 20;

/// The best way from one to another that goes through nobody who is barred; `None` where there is none within `hops_max`.
pub fn strongest<T: Ties>(
    ties: &mut T,
    (from, to): (Node, Node),
    wish: Wish,
    is_barred: &impl Fn(Node) -> bool,
    room: &mut Room,
) -> Option<Chain> {
    if from == to || wish.hops_max == 0 {
        return None;
    }
    let wish = Wish { hops_max: wish.hops_max.min(HOPS_MAX), ..wish };
    let (mut top, mut bottom) = (f32::INFINITY, f32::INFINITY);
    for end in [from, to] {
        let (mut most, mut least) = (f32::NEG_INFINITY, f32::INFINITY);
        ties.each(end, f32::NEG_INFINITY, &mut |_, strength| {
            (most, least) = (most.max(strength), least.min(strength));
        });
        (top, bottom) = (top.min(most), bottom.min(least));
    }
    if top == f32::NEG_INFINITY {
        return None;
    }
    let (mut at, mut by, mut taken) = (rung(top), 1, 0_u32);
    let lowest = rung(bottom);
    loop {
        // Below the weakest tie of both ends only ties of others are left: all at once.
        let least = if at < lowest { f32::NEG_INFINITY } else { foot(at) };
        if let Some(best) = on_rung(ties, (from, to), least, wish, is_barred, room) {
            let mut people = vec![from];
            people.extend_from_slice(&best.between[..best.hops - 1]);
            people.push(to);
            return Some(Chain { people, weakest: best.width });
        }
        if least == f32::NEG_INFINITY {
            return None;
        }
        taken += 1;
        if taken > RUNGS_ONE_BY_ONE {
            by = (by * 2).min(RUNGS_MAX);
        }
        at = at.saturating_sub(by);
    }
}

/// The best way over ties of at least `least`, if there is one.
fn on_rung<T: Ties>(
    ties: &mut T,
    (from, to): (Node, Node),
    least: f32,
    wish: Wish,
    is_barred: &impl Fn(Node) -> bool,
    room: &mut Room,
) -> Option<Best> {
    room.begin();
    let Room { near, far, back } = room;
    let mut best = Best { width: f32::NEG_INFINITY, hops: usize::MAX, between: [0; HOPS_MAX - 1] };
    let is_open = |who: Node| who != from && who != to && !is_barred(who);
    ties.each(from, least, &mut |who, strength| {
        if strength >= least && who == to && !wish.is_through_others {
            best.take(strength, &[]);
        }
        if strength >= least && is_open(who) {
            near.put(who, strength, from);
        }
    });
    if wish.hops_max < 2 {
        return (best.hops != usize::MAX).then_some(best);
    }
    ties.each(to, least, &mut |who, strength| {
        if strength >= least && is_open(who) {
            back.put(who, strength, to);
            if let Some(met) = near.get(who) {
                best.take(met.width.min(strength), &[who]);
            }
        }
    });
    if wish.hops_max >= 3 {
        spread(ties, least, is_open, (near, far), &best);
        for &who in &back.people {
            if let (Some(there), Some(met)) = (back.get(who), far.get(who)) {
                best.take(met.width.min(there.width), &[met.over, who]);
            }
        }
    }
    if wish.hops_max >= 4 {
        meet(ties, least, is_open, (far, back), &mut best);
    }
    (best.hops != usize::MAX).then_some(best)
}

/// From everyone one step away to everyone two steps away.
fn spread<T: Ties>(ties: &mut T, least: f32, is_open: impl Fn(Node) -> bool, (near, far): (&Layer, &mut Layer), best: &Best) {
    for &over in &near.people {
        let Some(there) = near.get(over) else { continue };
        if !best.may_take(there.width, 3) {
            continue;
        }
        ties.each(over, least.max(best.width), &mut |who, strength| {
            let width = there.width.min(strength);
            if strength >= least && best.may_take(width, 3) && is_open(who) {
                far.put(who, width, over);
            }
        });
    }
}

/// The second step from the other end, met at once with what lies two steps from the first.
fn meet<T: Ties>(ties: &mut T, least: f32, is_open: impl Fn(Node) -> bool, (far, back): (&Layer, &Layer), best: &mut Best) {
    for &over in &back.people {
        let Some(there) = back.get(over) else { continue };
        if !best.may_take(there.width, 4) {
            continue;
        }
        ties.each(over, least.max(best.width), &mut |who, strength| {
            let width = there.width.min(strength);
            if strength < least || !best.may_take(width, 4) || !is_open(who) {
                return;
            }
            if let Some(met) = far.get(who) {
                // Who was the step on the way there and is the step on the way back was met by a shorter way already.
                if met.over != over {
                    best.take(width.min(met.width), &[met.over, who, over]);
                }
            }
        });
    }
}

/// Up to `max` ways that share nobody between the ends: the best, then the best of those that go through others, and so on.
pub fn apart<T: Ties>(
    ties: &mut T,
    ends: (Node, Node),
    wish: Wish,
    max: usize,
    is_barred: &impl Fn(Node) -> bool,
    room: &mut Room,
) -> Vec<Chain> {
    let mut found: Vec<Chain> = Vec::new();
    while found.len() < max {
        let is_taken = |who: Node| is_barred(who) || found.iter().any(|chain| chain.between().contains(&who));
        let is_direct_taken = wish.is_through_others || found.iter().any(|chain| chain.hops() == 1);
        let Some(next) = strongest(ties, ends, Wish { is_through_others: is_direct_taken, ..wish }, &is_taken, room) else { break };
        found.push(next);
    }
    found
}
