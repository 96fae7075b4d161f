//! Feeds: RSS, Atom and JSON Feed, and the comments that a feed names. An account here is a feed that is followed; nothing is ever
//! written. Reading is tolerant (`xml.rs`, `read.rs`, `json.rs`), what is made of it is not (`translate.rs`). Begin with [`posts_of_feed`].

mod dates;
mod discover;
mod encoding;
mod fetch;
mod json;
mod listen;
pub mod opml;
mod push;
mod read;
mod sign_in;
mod translate;
mod xml;

#[cfg(test)]
mod tests;

pub use translate::{FeedHead, posts_of_feed};

use crate::{About, Listen, Network, Push, SignIn};

/// The key of this kind of network.
pub const KEY: &str = "feed";

pub struct Feed;

static ABOUT: About = About {
    key: KEY,
    name: "Feed",
    mark: "Fd",
    blurb: "Follow a blog, a podcast or a channel by its feed. It needs no account, and comments come along where the feed names them.",
    rules,
};

/// Nothing goes out to a feed, so nothing limits it.
fn rules() -> model::Rules {
    model::Rules::default()
}

impl Network for Feed {
    fn about(&self) -> &'static About {
        &ABOUT
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
    fn listen(&self) -> Option<&dyn Listen> {
        Some(self)
    }
    fn push(&self) -> Option<&dyn Push> {
        Some(self)
    }
}
