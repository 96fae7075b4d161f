//! All topics of a desk at once: what comes in is held against their index, not against one after another.

use model::matcher::{Handle, Matcher};
use model::{Post, Topic};

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
