//! Files conditions: under which token, what stands beside it in the entry, and what becomes a program. And takes them out again.

use super::compile::{Node, group};
use super::program::Programs;
use super::terms::{ALWAYS, Terms};
use super::{Matcher, compile};

/// One place where a query is filed, under a token that the list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The handle, and in the upper three bits how to read the rest.
    handle: u32,
    /// Where in the programs what else is needed stands; 0 where nothing is.
    program: u32,
    /// Two conditions: a token, with [`ABSENT`] one that must not be there; or what the bits above say.
    pub(super) first: u32,
    pub(super) second: u32,
}

const MANY: u32 = 1 << 31;
const SKETCH: u32 = 1 << 30;
const EITHER: u32 = 1 << 29;
const HANDLE: u32 = EITHER - 1;
/// On a token: it must not be there.
pub(super) const ABSENT: u32 = 1 << 31;
/// Alternatives that a sketch holds.
const SKETCHED_MAX: usize = 3;

/// How an entry's two conditions are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Both,
    /// One of the two is enough.
    Either,
    /// The second is a sketch of up to three tokens of which one has to be there.
    Sketch,
}

impl Entry {
    #[inline]
    pub(super) fn handle(&self) -> u32 {
        self.handle & HANDLE
    }
    #[inline]
    pub(super) fn has_more(&self) -> bool {
        self.program != 0
    }
    #[inline]
    pub(super) fn program(&self) -> u32 {
        self.program
    }
    #[inline]
    pub(super) fn is_one_of_many(&self) -> bool {
        self.handle & MANY != 0
    }
    #[inline]
    pub(super) fn shape(&self) -> Shape {
        match self.handle & (SKETCH | EITHER) {
            0 => Shape::Both,
            EITHER => Shape::Either,
            _ => Shape::Sketch,
        }
    }
    /// The tokens it names by itself.
    fn ids(&self) -> impl Iterator<Item = u32> {
        let second = (self.shape() != Shape::Sketch).then_some(self.second & !ABSENT);
        [Some(self.first & !ABSENT), second].into_iter().flatten()
    }
}

/// Where a query is filed: under a token, at a place in its list; or, where it is filed often, where in the programs that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filed {
    anchor: u32,
    at: u32,
}

const NOWHERE: u32 = u32::MAX;
const OFTEN: u32 = u32::MAX - 1;

impl Filed {
    pub(super) const NOWHERE: Filed = Filed { anchor: NOWHERE, at: 0 };

    pub(super) fn is_nowhere(self) -> bool {
        self.anchor == NOWHERE
    }
    /// Tokens and places, by turns.
    fn places(self, programs: &Programs) -> Vec<u32> {
        match self.anchor {
            NOWHERE => Vec::new(),
            OFTEN => programs.words(self.at).to_vec(),
            anchor => vec![anchor, self.at],
        }
    }
}

/// One way to match: the token it is filed under, and all else that is needed.
struct Way {
    anchor: u32,
    rest: Vec<Node>,
}

/// In which share of posts the tokens stand under which a condition would be filed; nothing where it can't be.
fn cost(node: &Node, terms: &Terms) -> Option<f64> {
    match node {
        Node::Token(id, true) => Some(terms.share(*id)),
        Node::Token(_, false) | Node::Test(..) => None,
        Node::All(list) => list.iter().filter_map(|node| cost(node, terms)).min_by(f64::total_cmp),
        Node::Any(list) => list.iter().map(|node| cost(node, terms)).sum(),
    }
}

fn ways(node: &Node, terms: &Terms) -> Vec<Way> {
    match node {
        Node::Token(id, true) => vec![Way { anchor: *id, rest: Vec::new() }],
        Node::Any(list) => list.iter().flat_map(|node| ways(node, terms)).collect(),
        Node::All(list) => {
            let costs = list.iter().enumerate().filter_map(|(at, node)| Some((at, cost(node, terms)?)));
            let Some((cheapest, _)) = costs.min_by(|a, b| a.1.total_cmp(&b.1)) else { return anywhere(node) };
            let mut ways = ways(&list[cheapest], terms);
            for way in &mut ways {
                way.rest.extend(list.iter().enumerate().filter(|(at, _)| *at != cheapest).map(|(_, node)| node.clone()));
            }
            ways
        }
        Node::Token(_, false) | Node::Test(..) => anywhere(node),
    }
}

/// What requires no token is held against every post.
fn anywhere(node: &Node) -> Vec<Way> {
    vec![Way { anchor: ALWAYS, rest: vec![node.clone()] }]
}

/// What goes into an entry beside its token, and what is left for a program.
struct Beside {
    shape: u32,
    first: u32,
    second: u32,
    program: Vec<Node>,
}

fn beside(way: &Way, terms: &Terms) -> Beside {
    let mut rest: Vec<Node> = match group(way.rest.clone(), true) {
        Node::All(list) => list,
        one => vec![one],
    };
    rest.retain(|node| *node != Node::Token(way.anchor, true));
    // The rarest first, for it turns most posts away.
    rest.sort_by(|a, b| passing(a, terms).total_cmp(&passing(b, terms)));
    let mut literals = Vec::new();
    rest.retain(|node| match node {
        Node::Token(id, is_wanted) if literals.len() < 2 => {
            literals.push(if *is_wanted { *id } else { *id | ABSENT });
            false
        }
        _ => true,
    });
    let at = rest.iter().position(|node| alternatives(node).is_some());
    match (literals.as_slice(), at) {
        ([], Some(at)) if alternatives(&rest[at]).is_some_and(|ids| ids.len() == 2) => {
            let ids = alternatives(&rest.remove(at)).unwrap_or_default();
            Beside { shape: EITHER, first: ids[0], second: ids[1], program: rest }
        }
        ([] | [_], Some(at)) => {
            let sketch = sketch(&alternatives(&rest[at]).unwrap_or_default());
            Beside { shape: SKETCH, first: literals.first().copied().unwrap_or(ALWAYS), second: sketch, program: rest }
        }
        _ => {
            let [first, second] = [0, 1].map(|at| literals.get(at).copied().unwrap_or(ALWAYS));
            Beside { shape: 0, first, second, program: rest }
        }
    }
}

/// In which share of posts a condition holds, roughly.
fn passing(node: &Node, terms: &Terms) -> f64 {
    match node {
        Node::Token(id, true) => terms.share(*id),
        Node::Token(id, false) => 1.0 - terms.share(*id),
        Node::Test(..) => 1.0,
        Node::All(list) => list.iter().map(|n| passing(n, terms)).fold(1.0, f64::min),
        Node::Any(list) => list.iter().map(|n| passing(n, terms)).sum::<f64>().min(1.0),
    }
}

/// Up to three tokens of which one has to be there.
fn alternatives(node: &Node) -> Option<Vec<u32>> {
    let Node::Any(list) = node else { return None };
    let ids = list.iter().map(|node| if let Node::Token(id, true) = node { Some(*id) } else { None });
    ids.collect::<Option<Vec<u32>>>().filter(|ids| (2..=SKETCHED_MAX).contains(&ids.len()))
}

/// Bits that stand for tokens in a sketch.
pub(super) const SKETCH_BITS: u32 = 10;

/// The bit that stands for a token.
#[inline]
pub(super) fn sketched(id: u32) -> u32 {
    id.wrapping_mul(0x9e37_79b1) >> (32 - SKETCH_BITS)
}

fn sketch(ids: &[u32]) -> u32 {
    (0..SKETCHED_MAX as u32).zip(ids.iter().cycle()).fold(0, |all, (at, id)| all | sketched(*id) << (at * SKETCH_BITS))
}

impl Matcher {
    /// Files a condition for a handle that is filed nowhere.
    pub(super) fn file(&mut self, handle: u32, node: &Node) {
        let ways = ways(node, &self.terms);
        let many = if ways.len() > 1 { MANY } else { 0 };
        let mut places: Vec<u32> = Vec::with_capacity(ways.len() * 2);
        self.lists.resize_with(self.terms.end().max(self.lists.len()), Vec::new);
        self.full.resize(self.lists.len() / 64 + 1, 0);
        for way in &ways {
            let beside = beside(way, &self.terms);
            let program = self.programs.put(&beside.program);
            let entry = Entry { handle: handle | many | beside.shape, program, first: beside.first, second: beside.second };
            self.terms.use_more(way.anchor);
            entry.ids().for_each(|id| self.terms.use_more(id));
            beside.program.iter().for_each(|node| node.each_id(&mut |id| self.terms.use_more(id)));
            let list = &mut self.lists[way.anchor as usize];
            list.push(entry);
            self.full[way.anchor as usize / 64] |= 1 << (way.anchor % 64);
            places.extend([way.anchor, u32::try_from(list.len() - 1).unwrap_or(u32::MAX)]);
        }
        self.met.resize((self.filed.len() / 64 + 1).max(self.met.len()), 0);
        self.filed[handle as usize] = match places.as_slice() {
            [anchor, at] => Filed { anchor: *anchor, at: *at },
            _ => Filed { anchor: OFTEN, at: self.programs.keep(&places) },
        };
    }

    /// Takes a query out of every list.
    pub(super) fn take_out(&mut self, handle: u32) {
        // From now on its own places need not be kept up when others move, but for those still to be taken out.
        let filed = std::mem::replace(&mut self.filed[handle as usize], Filed::NOWHERE);
        let mut places = filed.places(&self.programs);
        if filed.anchor == OFTEN {
            self.programs.let_go(filed.at);
        }
        while let (Some(at), Some(anchor)) = (places.pop(), places.pop()) {
            if let Some(old) = self.take_entry(handle, anchor, at) {
                put_at(&mut places, anchor, old, at);
            }
        }
    }

    /// Takes one entry out; where another of the same query moved from to its place.
    fn take_entry(&mut self, handle: u32, anchor: u32, at: u32) -> Option<u32> {
        let list = &mut self.lists[anchor as usize];
        let entry = list.swap_remove(at as usize);
        let old = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let moved = list.get(at as usize).map(Entry::handle);
        if list.is_empty() {
            *list = Vec::new();
            self.full[anchor as usize / 64] &= !(1 << (anchor % 64));
        }
        self.terms.use_less(anchor);
        entry.ids().for_each(|id| self.terms.use_less(id));
        for node in self.programs.take(entry.program) {
            node.each_id(&mut |id| self.terms.use_less(id));
        }
        let moved = moved?;
        if moved == handle {
            return Some(old);
        }
        match &mut self.filed[moved as usize] {
            Filed { anchor: OFTEN, at: places } => put_at(self.programs.words_mut(*places), anchor, old, at),
            filed => filed.at = at,
        }
        None
    }

    /// The condition of a handle, out of what is filed.
    pub(super) fn node_of(&self, handle: u32) -> Option<Node> {
        let places = self.filed.get(handle as usize)?.places(&self.programs);
        let way = |place: &[u32]| (place[0], rest_of(self.lists[place[0] as usize][place[1] as usize], &self.programs));
        let ways: Vec<(u32, Vec<Node>)> = places.chunks_exact(2).map(way).collect();
        // What all ways need is said once, so that it can be what they are filed under the next time.
        let (_, first) = ways.first()?;
        if ways.len() > 1 && ways.iter().all(|(_, rest)| rest == first) {
            let mut all = first.clone();
            all.push(compile::group(ways.iter().map(|(anchor, _)| Node::Token(*anchor, true)).collect(), false));
            return Some(group(all, true));
        }
        let ways = ways.into_iter().map(|(anchor, mut rest)| {
            rest.push(Node::Token(anchor, true));
            group(rest, true)
        });
        Some(group(ways.collect(), false))
    }
}

/// Among tokens and places by turns, an entry that moved has a new place.
fn put_at(places: &mut [u32], anchor: u32, old: u32, at: u32) {
    if let Some(place) = places.chunks_exact_mut(2).find(|place| **place == [anchor, old]) {
        place[1] = at;
    }
}

fn rest_of(entry: Entry, programs: &Programs) -> Vec<Node> {
    let literal = |word: u32| Node::Token(word & !ABSENT, word & ABSENT == 0);
    let mut rest = match entry.shape() {
        Shape::Both => vec![literal(entry.first), literal(entry.second)],
        Shape::Either => vec![Node::Any(vec![literal(entry.first), literal(entry.second)])],
        Shape::Sketch => vec![literal(entry.first)],
    };
    rest.retain(|node| *node != Node::Token(ALWAYS, true));
    rest.extend(programs.read(entry.program()));
    rest
}
