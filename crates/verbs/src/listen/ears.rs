//! All topics of a desk, or of all desks, at once: what comes in is held against their index, not against one after another.

use std::collections::HashMap;

use model::matcher::{Handle, Matcher};
use model::{DeskId, Post, Query, Topic};

/// Which of some topics a post matches.
pub(super) struct Ears<'t> {
    topics: &'t [Topic],
    matcher: Matcher,
    found: Vec<Handle>,
}

impl<'t> Ears<'t> {
    pub(super) fn of(topics: &'t [Topic]) -> Ears<'t> {
        let mut matcher = Matcher::new(rand::random());
        // A new matcher counts its handles from nothing, in order.
        topics.iter().for_each(|topic| _ = matcher.add(&topic.query));
        Ears { topics, matcher, found: Vec::new() }
    }

    /// The topics that a post matches, in their order.
    pub(super) fn caught(&mut self, post: &Post) -> impl Iterator<Item = &'t Topic> {
        self.matcher.matches(post, &mut self.found);
        self.found.sort_unstable();
        let topics = self.topics;
        self.found.iter().filter_map(move |handle| topics.get(handle.0 as usize))
    }
}

/// One of so many posts files a topic anew, so that the index learns how common words are on this stream.
const POSTS_A_REFILING: u32 = 16;

/// The topics of all desks that a stream is held against. They come and go while it runs.
pub(super) struct AllEars {
    matcher: Matcher,
    /// By its text: a query that several desks have is held against a post once.
    handles: HashMap<String, Handle>,
    /// By handle: whose it is.
    owners: Vec<Vec<DeskId>>,
    found: Vec<Handle>,
    desks: Vec<DeskId>,
    posts: u32,
}

impl AllEars {
    pub(super) fn new() -> AllEars {
        AllEars {
            matcher: Matcher::new(rand::random()),
            handles: HashMap::new(),
            owners: Vec::new(),
            found: Vec::new(),
            desks: Vec::new(),
            posts: 0,
        }
    }

    /// Listens for these from now on, and for nothing else. What stays is not touched.
    pub(super) fn set<'q>(&mut self, wanted: impl Iterator<Item = (DeskId, &'q Query)>) {
        self.owners.iter_mut().for_each(Vec::clear);
        for (desk, query) in wanted {
            let handle = match self.handles.get(query.text()) {
                Some(handle) => *handle,
                None => {
                    let handle = self.matcher.add(query);
                    self.handles.insert(query.text().to_owned(), handle);
                    handle
                }
            };
            let place = handle.0 as usize;
            self.owners.resize_with(self.owners.len().max(place + 1), Vec::new);
            self.owners[place].push(desk);
        }
        let (matcher, owners) = (&mut self.matcher, &self.owners);
        self.handles.retain(|_, handle| {
            let is_wanted = owners.get(handle.0 as usize).is_some_and(|desks| !desks.is_empty());
            if !is_wanted {
                matcher.remove(*handle);
            }
            is_wanted
        });
    }

    /// The desks that listen for a post, each once, in order.
    pub(super) fn of(&mut self, post: &Post) -> &[DeskId] {
        self.posts = self.posts.wrapping_add(1);
        if self.posts.is_multiple_of(POSTS_A_REFILING) {
            self.matcher.refile_next();
        }
        self.matcher.matches(post, &mut self.found);
        self.desks.clear();
        self.desks.extend(self.found.iter().filter_map(|handle| self.owners.get(handle.0 as usize)).flatten());
        self.desks.sort_unstable();
        self.desks.dedup();
        &self.desks
    }
}

#[cfg(test)]
mod tests {
    use model::{PostRef, Profile, Timestamp};

    use super::*;

    #[test]
    fn topics_of_all_desks_come_and_go() {
        let query = |text: &str| Query::parse(text).unwrap();
        let [bread, rye, oven] = ["bread", "rye OR spelt", "oven -gas"].map(query);
        let post = |text: &str| Post::new(PostRef::new("1", ""), Profile::default(), text, Timestamp::UNIX_EPOCH);
        let (one, two) = (DeskId(1), DeskId(2));
        let mut ears = AllEars::new();
        ears.set([(one, &bread), (two, &bread), (two, &rye)].into_iter());
        assert_eq!(ears.of(&post("Rye bread")), [one, two]);
        assert_eq!(ears.of(&post("spelt")), [two]);
        ears.set([(one, &bread), (one, &oven)].into_iter());
        for _ in 0..3 * POSTS_A_REFILING {
            assert_eq!(ears.of(&post("Rye bread")), [one]);
            assert!(ears.of(&post("spelt")).is_empty());
        }
        assert_eq!(ears.of(&post("an oven of clay")), [one]);
        ears.set(std::iter::empty());
        assert!(ears.of(&post("Rye bread in an oven")).is_empty());
        assert_eq!(ears.matcher.sizes().queries, 0);
    }
}
