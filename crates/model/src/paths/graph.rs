//! Millions of ties in memory: compressed sparse rows. Each person's ties lie side by side, strongest rung first, so that a search that
//! wants the strong ones reads no others. A strength can change in place; a new tie waits in a small book beside it until the next build.

use std::collections::HashMap;

use super::{Node, Ties, foot, rung};

/// A tie between two, to build a [`Graph`] from. The order of the two says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bond {
    pub a: Node,
    pub b: Node,
    pub strength: f32,
}

/// Who is tied to whom, and how strongly: 8 bytes an end of a tie, 4 a person.
#[derive(Debug, Default)]
pub struct Graph {
    /// Where each person's ties begin; one more at the end.
    starts: Vec<u32>,
    others: Vec<Node>,
    strengths: Vec<f32>,
    /// Ties that came after the graph was built.
    added: HashMap<Node, Vec<(Node, f32)>>,
}

impl Graph {
    /// From ties among `people`. Ties of somebody with themselves, of strangers beyond `people`, and without a number are left out; where
    /// two are tied twice, the stronger counts. At most 2³¹ ties.
    pub fn build(people: usize, bonds: &[Bond]) -> Self {
        let is_good = |t: &&Bond| t.a != t.b && (t.a as usize) < people && (t.b as usize) < people && t.strength.is_finite();
        let mut starts = vec![0_u32; people + 1];
        for t in bonds.iter().filter(is_good) {
            starts[t.a as usize + 1] += 1;
            starts[t.b as usize + 1] += 1;
        }
        for i in 0..people {
            starts[i + 1] += starts[i];
        }
        let ends = starts[people] as usize;
        let (mut others, mut strengths) = (vec![0; ends], vec![0.0; ends]);
        let mut next = starts.clone();
        for t in bonds.iter().filter(is_good) {
            for (one, other) in [(t.a, t.b), (t.b, t.a)] {
                let place = next[one as usize] as usize;
                next[one as usize] += 1;
                others[place] = other;
                strengths[place] = t.strength;
            }
        }
        let mut graph = Self { starts, others, strengths, added: HashMap::new() };
        graph.put_in_order();
        graph
    }

    /// Sorts each person's ties, strongest first, and drops doubles.
    fn put_in_order(&mut self) {
        let (mut row, mut kept): (Vec<(Node, f32)>, usize) = (Vec::new(), 0);
        for person in 0..self.people() {
            let range = self.starts[person] as usize..self.starts[person + 1] as usize;
            row.clear();
            row.extend(range.map(|i| (self.others[i], self.strengths[i])));
            row.sort_unstable_by(|x, y| x.0.cmp(&y.0).then(y.1.total_cmp(&x.1)));
            row.dedup_by_key(|x| x.0);
            row.sort_unstable_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
            // What is kept never overtakes what is still to be read.
            self.starts[person] = kept as u32;
            for &(other, strength) in &row {
                self.others[kept] = other;
                self.strengths[kept] = strength;
                kept += 1;
            }
        }
        if let Some(end) = self.starts.last_mut() {
            *end = kept as u32;
        }
        self.others.truncate(kept);
        self.strengths.truncate(kept);
    }

    /// How many people there is room for.
    pub fn people(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
    /// Ties, those that were added included.
    pub fn ties(&self) -> usize {
        (self.others.len() + self.added.values().map(Vec::len).sum::<usize>()) / 2
    }
    /// How many ties somebody has.
    pub fn ties_of(&self, who: Node) -> usize {
        self.row(who).len() + self.added.get(&who).map_or(0, Vec::len)
    }
    /// Ties that came since the graph was built; past some share of the whole a new build is due.
    pub fn added(&self) -> usize {
        self.added.values().map(Vec::len).sum::<usize>() / 2
    }

    fn row(&self, who: Node) -> std::ops::Range<usize> {
        match (self.starts.get(who as usize), self.starts.get(who as usize + 1)) {
            (Some(&from), Some(&to)) => from as usize..to as usize,
            _ => 0..0,
        }
    }

    /// How strongly two are tied.
    pub fn strength(&self, a: Node, b: Node) -> Option<f32> {
        let (few, other) = if self.row(a).len() <= self.row(b).len() { (a, b) } else { (b, a) };
        let row = self.row(few);
        match self.others[row.clone()].iter().position(|&x| x == other) {
            Some(at) => Some(self.strengths[row.start + at]),
            None => self.added.get(&few)?.iter().find(|x| x.0 == other).map(|x| x.1),
        }
    }

    /// Gives the tie between two a new strength; it need not have been there. `false` where one of them is nobody here, or both are one.
    pub fn set(&mut self, a: Node, b: Node, strength: f32) -> bool {
        let people = self.people();
        if a == b || a as usize >= people || b as usize >= people || !strength.is_finite() {
            return false;
        }
        let (few, many) = if self.row(a).len() <= self.row(b).len() { (a, b) } else { (b, a) };
        let row = self.row(few);
        let Some(at) = self.others[row.clone()].iter().position(|&x| x == many) else {
            self.add(a, b, strength);
            return true;
        };
        let before = self.strengths[row.start + at];
        self.change(few, row.start + at, strength);
        if let Some(at) = self.place(many, few, before) {
            self.change(many, at, strength);
        }
        true
    }

    fn add(&mut self, a: Node, b: Node, strength: f32) {
        for (one, other) in [(a, b), (b, a)] {
            let row = self.added.entry(one).or_default();
            match row.iter_mut().find(|x| x.0 == other) {
                Some(known) => known.1 = strength,
                None => row.push((other, strength)),
            }
        }
    }

    /// Where a tie lies in a long row: its rung is known, and a row is in the order of rungs.
    fn place(&self, who: Node, other: Node, strength: f32) -> Option<usize> {
        let row = self.row(who);
        let (from, to) = self.rung_in(row.clone(), rung(strength));
        let at = self.others[from..to].iter().position(|&x| x == other)?;
        Some(from + at)
    }

    /// From where to where a rung lies in a row.
    fn rung_in(&self, row: std::ops::Range<usize>, wanted: i32) -> (usize, usize) {
        let strengths = &self.strengths[row.clone()];
        let from = strengths.partition_point(|&s| rung(s) > wanted);
        let to = strengths.partition_point(|&s| rung(s) >= wanted);
        (row.start + from, row.start + to)
    }

    /// Changes one end of a tie and moves it past the rungs between its old and its new one, one exchange of places a rung.
    fn change(&mut self, who: Node, mut at: usize, strength: f32) {
        let row = self.row(who);
        let (mut here, wanted) = (rung(self.strengths[at]), rung(strength));
        while here < wanted {
            let first = row.start + self.strengths[row.start..at].partition_point(|&s| rung(s) > here);
            self.exchange(at, first);
            at = first;
            if at == row.start {
                break;
            }
            here = rung(self.strengths[at - 1]);
        }
        while here > wanted {
            let last = at + self.strengths[at..row.end].partition_point(|&s| rung(s) >= here) - 1;
            self.exchange(at, last);
            at = last;
            if at + 1 == row.end {
                break;
            }
            here = rung(self.strengths[at + 1]);
        }
        self.strengths[at] = strength;
    }

    fn exchange(&mut self, one: usize, other: usize) {
        self.others.swap(one, other);
        self.strengths.swap(one, other);
    }
}

impl Ties for &Graph {
    fn each(&mut self, who: Node, least: f32, see: &mut impl FnMut(Node, f32)) {
        let row = self.row(who);
        let lowest = foot(rung(least));
        for at in row {
            let strength = self.strengths[at];
            if strength < lowest {
                break;
            }
            see(self.others[at], strength);
        }
        if let Some(added) = (!self.added.is_empty()).then(|| self.added.get(&who)).flatten() {
            added.iter().for_each(|&(other, strength)| see(other, strength));
        }
    }
    fn about_how_many(&mut self, who: Node) -> usize {
        self.row(who).len()
    }
}
