//! Holds a post against very many queries at once. Each is filed under its rarest required token (or under each of a set of alternatives),
//! and most of what else it needs stands right there, in a few words of 32 bits. Queries come and go while
//! it runs. Pure: no I/O, no clock. The answers are those of `topic/matching.rs`, the reference, which tests hold against it.
//! Not here: what a query means (`topic`), how words are cut (`words`). Begin with [`Matcher::matches`].
//!
//! `terms` names tokens by numbers and `find` finds them, `compile` makes conditions of a query, `file` files them as an `entry` in `lists`,
//! `program` holds what does not fit an entry, `post` says which tokens a post holds.

mod compile;
mod entry;
mod file;
mod find;
mod lists;
mod post;
mod program;
mod table;
mod terms;
#[cfg(test)]
mod tests;

use crate::{Query, Said};
use file::NOWHERE;
use lists::Lists;
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
    lists: Lists,
    /// By handle: where it is filed.
    filed: Vec<u32>,
    free: Vec<u32>,
    /// Which was filed anew last.
    next: usize,
    programs: Programs,
    present: Present,
    /// Queries filed in several places that were met in this post already, a bit each, and which those are.
    met: Vec<u64>,
    met_now: Vec<u32>,
    posts: u64,
    candidates: u64,
}

impl Matcher {
    /// An empty one. The seed keeps others from making words whose numbers collide on purpose; it changes no answer.
    pub fn new(seed: u64) -> Matcher {
        Matcher {
            terms: Terms::new(seed),
            lists: Lists::default(),
            filed: Vec::new(),
            free: Vec::new(),
            next: 0,
            programs: Programs::default(),
            present: Present::default(),
            met: Vec::new(),
            met_now: Vec::new(),
            posts: 0,
            candidates: 0,
        }
    }

    /// Listens for one more query from the next post on.
    pub fn add(&mut self, query: &Query) -> Handle {
        let node = compile::compile(query.term(), &mut self.terms);
        let handle = self.free.pop().unwrap_or_else(|| {
            self.filed.push(NOWHERE);
            u32::try_from(self.filed.len() - 1).unwrap_or(u32::MAX)
        });
        assert!(handle < entry::HANDLES, "more queries than a matcher can hold");
        self.file(handle, &node);
        self.terms.drop_unused();
        Handle(handle)
    }

    /// Listens for it no longer. Unknown handles change nothing.
    pub fn remove(&mut self, handle: Handle) {
        if self.filed.get(handle.0 as usize).is_none_or(|filed| *filed == NOWHERE) {
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
        self.file_all();
        self.terms.drop_unused();
        self.terms.shrink();
        self.lists.pack();
        self.programs.shrink();
        self.filed.shrink_to_fit();
        self.free.shrink_to_fit();
        self.met.shrink_to_fit();
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
        self.present.find_anchors(&self.lists);
        self.find(said, found);
    }

    /// Reads what is filed under the post's tokens.
    fn find(&mut self, said: Said<'_>, found: &mut Vec<Handle>) {
        let present = &self.present;
        let mut end = 0;
        for id in present.anchors() {
            let list = self.lists.of(*id);
            found.resize(found.len().max(end + list.len()), Handle(0));
            let mut at = 0;
            while let Some(head) = list.get(at) {
                self.candidates += 1;
                if entry::is_mere_token(*head) {
                    // Written whether it is wanted or not, which is quicker than to foretell it.
                    found[end] = Handle(entry::handle(*head));
                    end += usize::from(list.get(at + 1).is_some_and(|word| entry::meets(*word, present)));
                    at += 2;
                    continue;
                }
                let width = entry::width(*head);
                let own = &list[at + 1..at + width];
                at += width;
                if !entry::holds(*head, own, present, &self.programs, said) {
                    continue;
                }
                let handle = entry::handle(*head);
                if entry::is_one_of_many(*head) {
                    let (word, bit) = (handle as usize / 64, 1 << (handle % 64));
                    if self.met[word] & bit != 0 {
                        continue;
                    }
                    self.met[word] |= bit;
                    self.met_now.push(handle);
                }
                found[end] = Handle(handle);
                end += 1;
            }
        }
        found.truncate(end);
        for handle in self.met_now.drain(..) {
            self.met[handle as usize / 64] = 0;
        }
    }

    pub fn sizes(&self) -> Sizes {
        let bytes = self.lists.bytes()
            + (self.filed.capacity() + self.free.capacity() + self.met_now.capacity()) * 4
            + self.met.capacity() * 8
            + self.terms.bytes()
            + self.programs.bytes()
            + self.present.bytes();
        Sizes {
            queries: self.filed.len() - self.free.len(),
            terms: self.terms.len(),
            entries: self.entries(),
            bytes,
            posts: self.posts,
            candidates: self.candidates,
        }
    }
}
