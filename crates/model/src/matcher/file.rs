//! Files conditions: under which tokens, and takes them out again. What an entry looks like is in `entry`.

use super::compile::{Node, group};
use super::terms::{ALWAYS, Terms};
use super::{Matcher, entry};
use crate::matcher::lists::Lists;
use crate::matcher::program::Programs;

/// Where a query is filed: under a token; or, where it is filed often, where in the programs the tokens stand.
pub(super) const NOWHERE: u32 = u32::MAX;
const OFTEN: u32 = 1 << 31;

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

/// The tokens that a query is filed under, as often as it is.
fn anchors(filed: u32, programs: &Programs) -> Vec<u32> {
    match filed {
        NOWHERE => Vec::new(),
        many if many & OFTEN != 0 => programs.words(many & !OFTEN).to_vec(),
        anchor => vec![anchor],
    }
}

/// Where in a list the entries of a query stand, and how wide they are.
fn places(list: &[u32], handle: u32) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(head) = list.get(at) {
            let width = entry::width(*head);
            at += width;
            if entry::handle(*head) == handle {
                return Some((at - width, width));
            }
        }
        None
    })
}

/// The condition that several ways make together, out of what is filed.
fn node(mut ways: Vec<(u32, Vec<Node>)>) -> Option<Node> {
    // What all ways need is said once, so that it can be what they are filed under the next time.
    let (_, first) = ways.first()?;
    if ways.len() > 1 && ways.iter().all(|(_, rest)| rest == first) {
        let mut all = first.clone();
        all.push(group(ways.iter().map(|(anchor, _)| Node::Token(*anchor, true)).collect(), false));
        return Some(group(all, true));
    }
    let ways = ways.drain(..).map(|(anchor, mut rest)| {
        rest.push(Node::Token(anchor, true));
        group(rest, true)
    });
    Some(group(ways.collect(), false))
}

impl Matcher {
    /// Files a condition for a handle that is filed nowhere.
    pub(super) fn file(&mut self, handle: u32, node: &Node) {
        let ways = ways(node, &self.terms);
        self.lists.reach(self.terms.end());
        for way in &ways {
            let entry = entry::write(handle, ways.len() > 1, way.anchor, &way.rest, &self.terms, &mut self.programs);
            self.terms.use_more(way.anchor);
            each_id(&entry, &self.programs, |id| self.terms.use_more(id));
            self.lists.push(way.anchor, &entry);
        }
        self.met.resize((self.filed.len() / 64 + 1).max(self.met.len()), 0);
        self.filed[handle as usize] = match ways.as_slice() {
            [way] => way.anchor,
            _ => OFTEN | self.programs.keep(&ways.iter().map(|way| way.anchor).collect::<Vec<u32>>()),
        };
    }

    /// How many entries there are.
    pub(super) fn entries(&self) -> usize {
        let mut count = 0;
        each_entry(&self.lists, |_, _, _| count += 1);
        count
    }

    /// Takes a query out of every list.
    pub(super) fn take_out(&mut self, handle: u32) {
        let filed = std::mem::replace(&mut self.filed[handle as usize], NOWHERE);
        for anchor in anchors(filed, &self.programs) {
            let list = self.lists.of(anchor);
            let Some((at, width)) = places(list, handle).next() else { continue };
            let entry = &list[at..at + width];
            each_id(entry, &self.programs, |id| self.terms.use_less(id));
            entry::let_go(entry, &mut self.programs);
            self.terms.use_less(anchor);
            self.lists.cut_out(anchor, at, width);
        }
        if filed != NOWHERE && filed & OFTEN != 0 {
            self.programs.let_go(filed & !OFTEN);
        }
    }

    /// The condition of a handle, out of what is filed.
    pub(super) fn node_of(&self, handle: u32) -> Option<Node> {
        let mut anchors = anchors(*self.filed.get(handle as usize)?, &self.programs);
        anchors.sort_unstable();
        anchors.dedup();
        let mut ways = Vec::with_capacity(anchors.len());
        for anchor in anchors {
            let list = self.lists.of(anchor);
            ways.extend(places(list, handle).map(|(at, width)| (anchor, entry::read(&list[at..at + width], &self.programs))));
        }
        node(ways)
    }

    /// Files everything anew, one query after the other, in lists and programs of its own. No list is searched, however long it is.
    pub(super) fn file_all(&mut self) {
        let (old, programs) = (std::mem::take(&mut self.lists), std::mem::take(&mut self.programs));
        let mut all: Vec<(u32, u32, u32)> = Vec::new();
        each_entry(&old, |anchor, at, entry| all.push((entry::handle(entry[0]), anchor, at)));
        all.sort_unstable();
        for filed in &mut self.filed {
            // What can never hold is filed under nothing, and stays so.
            let is_never = *filed != NOWHERE && *filed & OFTEN != 0 && programs.words(*filed & !OFTEN).is_empty();
            *filed = if is_never { OFTEN | self.programs.keep(&[]) } else { NOWHERE };
        }
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let ways = same.iter().map(|(_, anchor, at)| {
                let rest = &old.of(*anchor)[*at as usize..];
                (*anchor, entry::read(&rest[..entry::width(rest[0])], &programs))
            });
            if let Some(node) = node(ways.collect()) {
                self.file(same[0].0, &node);
            }
        }
        let mut sorted = Vec::new();
        for anchor in 0..u32::try_from(self.lists.end()).unwrap_or(u32::MAX) {
            sort(self.lists.of_mut(anchor), &mut sorted);
        }
        each_entry(&old, |anchor, _, entry| {
            self.terms.use_less(anchor);
            each_id(entry, &programs, |id| self.terms.use_less(id));
        });
    }
}

/// Hands on every entry with the token it is filed under and its place in the list.
fn each_entry(lists: &Lists, mut take: impl FnMut(u32, u32, &[u32])) {
    for anchor in 0..u32::try_from(lists.end()).unwrap_or(u32::MAX) {
        let (list, mut at) = (lists.of(anchor), 0);
        while let Some(head) = list.get(at) {
            let width = entry::width(*head);
            take(anchor, at as u32, &list[at..at + width]);
            at += width;
        }
    }
}

/// Puts what is read in the same way together, so that a processor rightly foretells how.
fn sort(list: &mut [u32], sorted: &mut Vec<u32>) {
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some(head) = list.get(at) {
        places.push((entry::shape(*head), at));
        at += entry::width(*head);
    }
    if places.is_sorted() {
        return;
    }
    places.sort_unstable();
    sorted.clear();
    for (_, at) in places {
        sorted.extend_from_slice(&list[at..at + entry::width(list[at])]);
    }
    list.copy_from_slice(sorted);
}

/// Hands on every token an entry names besides its own.
fn each_id(entry: &[u32], programs: &Programs, mut take: impl FnMut(u32)) {
    entry::read(entry, programs).iter().for_each(|node| node.each_id(&mut take));
}
