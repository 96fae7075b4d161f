//! Holds a post against very many queries at once. Each is filed under its rarest required token (or under each of a set of alternatives),
//! with up to two more conditions beside it in the same sixteen bytes; only what passes those looks further. Queries come and go while
//! it runs. Pure: no I/O, no clock. The answers are those of `topic/matching.rs`, the reference, which tests hold against it.
//! Not here: what a query means (`topic`), how words are cut (`words`). Begin with [`Matcher::matches`].
//!
//! `terms` names tokens by numbers, `compile` makes conditions of a query, `file` files them, `program` holds what does not fit an entry,
//! `post` says which tokens a post holds.

mod compile;
mod file;
mod post;
mod program;
mod table;
mod terms;
#[cfg(test)]
mod tests;

use crate::{Query, Said};
use file::{Entry, Filed};
use post::Present;
use program::Programs;
use terms::Terms;

/// Of the posts that are matched, one in so many is counted: enough to know what is common.
const COUNTED_OF: u64 = 4;

/// A query in the matcher; small numbers, used again after it was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(pub u32);

/// How much there is and how much was done, for figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    pub queries: usize,
    /// Different tokens that queries look for.
    pub terms: usize,
    pub entries: usize,
    /// Bytes set aside for all of it.
    pub bytes: usize,
    pub posts: u64,
    /// Entries looked at.
    pub candidates: u64,
}

/// See the module.
pub struct Matcher {
    terms: Terms,
    /// By term: what is filed under it.
    lists: Vec<Vec<Entry>>,
    /// By term, a bit each: something is filed under it.
    full: Vec<u64>,
    /// Those of a post's tokens under which something is filed.
    anchors: Vec<u32>,
    /// By handle: where it is filed.
    filed: Vec<Filed>,
    free: Vec<u32>,
    /// Which was filed anew last.
    next: usize,
    programs: Programs,
    present: Present,
    /// Queries filed in several places that were met in this post already, a bit each.
    met: Vec<u64>,
    posts: u64,
    candidates: u64,
}

impl Matcher {
    /// An empty one. The seed keeps others from making words whose numbers collide on purpose; it changes no answer.
    pub fn new(seed: u64) -> Matcher {
        Matcher {
            terms: Terms::new(seed),
            lists: Vec::new(),
            full: Vec::new(),
            anchors: Vec::new(),
            filed: Vec::new(),
            free: Vec::new(),
            next: 0,
            programs: Programs::default(),
            present: Present::default(),
            met: Vec::new(),
            posts: 0,
            candidates: 0,
        }
    }

    /// Listens for one more query from the next post on.
    pub fn add(&mut self, query: &Query) -> Handle {
        let node = compile::compile(query.term(), &mut self.terms);
        let handle = self.free.pop().unwrap_or_else(|| {
            self.filed.push(Filed::NOWHERE);
            u32::try_from(self.filed.len() - 1).unwrap_or(u32::MAX)
        });
        self.file(handle, &node);
        self.terms.drop_unused();
        Handle(handle)
    }

    /// Listens for it no longer. Unknown handles change nothing.
    pub fn remove(&mut self, handle: Handle) {
        if self.filed.get(handle.0 as usize).is_none_or(|filed| filed.is_nowhere()) {
            return;
        }
        self.take_out(handle.0);
        self.terms.drop_unused();
        self.free.push(handle.0);
    }

    /// Learns from a post how common tokens are, and nothing else.
    pub fn learn<'p>(&mut self, said: impl Into<Said<'p>>) {
        self.present.hear(said.into(), &mut self.terms);
        self.posts += 1;
        self.terms.count(self.present.ids());
    }

    /// Files every query anew by how common tokens have turned out to be, and gives back room that is not needed. Takes about a
    /// microsecond a query.
    pub fn refile(&mut self) {
        for handle in 0..u32::try_from(self.filed.len()).unwrap_or(u32::MAX) {
            self.refile_one(handle);
        }
        self.terms.drop_unused();
        self.lists.iter_mut().for_each(Vec::shrink_to_fit);
        self.programs.shrink();
    }

    /// Files the next of all queries anew: called now and then, it keeps up with what is said, without a pause.
    pub fn refile_next(&mut self) {
        self.next = if self.next + 1 < self.filed.len() { self.next + 1 } else { 0 };
        self.refile_one(u32::try_from(self.next).unwrap_or(u32::MAX));
        self.terms.drop_unused();
    }

    fn refile_one(&mut self, handle: u32) {
        if let Some(node) = self.node_of(handle) {
            // The tokens stay while nothing is filed under them.
            let held = self.terms.hold(&node);
            self.take_out(handle);
            self.file(handle, &node);
            self.terms.let_go(&held);
        }
    }

    /// Puts the queries that a post matches into `found`, each once, in no order.
    pub fn matches<'p>(&mut self, said: impl Into<Said<'p>>, found: &mut Vec<Handle>) {
        let said = said.into();
        found.clear();
        self.present.hear(said, &mut self.terms);
        self.posts += 1;
        if self.posts.is_multiple_of(COUNTED_OF) {
            self.terms.count(self.present.ids());
        }
        self.find_anchors();
        let first = found.len();
        for &id in &self.anchors {
            let list = &self.lists[id as usize];
            self.candidates += list.len() as u64;
            for entry in list {
                if !self.present.passes(entry) || entry.has_more() && !self.programs.holds(entry.program(), &self.present, said) {
                    continue;
                }
                let handle = entry.handle();
                if entry.is_one_of_many() {
                    let (word, bit) = (handle as usize / 64, 1 << (handle % 64));
                    if self.met[word] & bit != 0 {
                        continue;
                    }
                    self.met[word] |= bit;
                }
                found.push(Handle(handle));
            }
        }
        for handle in &found[first..] {
            self.met[handle.0 as usize / 64] = 0;
        }
    }

    /// Notes the tokens of the post under which something is filed, and touches the beginnings of their lists, so that they are fetched at
    /// the same time.
    fn find_anchors(&mut self) {
        self.anchors.clear();
        let is_full = |id: &u32| self.full.get(*id as usize / 64).is_some_and(|bits| bits >> (id % 64) & 1 != 0);
        self.anchors.extend(self.present.ids().iter().copied().filter(is_full));
        let touched = self.anchors.iter().fold(0, |all, id| all ^ self.lists[*id as usize].first().map_or(0, |entry| entry.first));
        std::hint::black_box(touched);
    }

    pub fn sizes(&self) -> Sizes {
        let lists: usize = self.lists.iter().map(|l| l.capacity() * size_of::<Entry>()).sum();
        let bytes = lists
            + self.lists.capacity() * size_of::<Vec<Entry>>()
            + self.filed.capacity() * size_of::<Filed>()
            + (self.met.capacity() + self.full.capacity()) * 8
            + self.anchors.capacity() * 4
            + self.terms.bytes()
            + self.programs.bytes()
            + self.present.bytes();
        Sizes {
            queries: self.filed.len() - self.free.len(),
            terms: self.terms.len(),
            entries: self.lists.iter().map(Vec::len).sum(),
            bytes,
            posts: self.posts,
            candidates: self.candidates,
        }
    }
}
