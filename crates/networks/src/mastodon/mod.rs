//! The Mastodon client API, spoken by Mastodon, GoToSocial, Pleroma, Akkoma, Pixelfed, Friendica and more, each a little differently.
//! Nothing here knows which program it talks to where an answer can tell. Begin with `translate.rs` (their words into ours), then
//! `client.rs` (what their refusals mean); README.md beside this file lists the quirks.

mod client;
mod find;
mod inbox;
mod lenient;
mod listen;
mod media;
mod people;
mod place;
mod publish;
mod rules;
mod sign_in;
mod stream;
mod translate;
mod wire;

use crate::{About, Inbox, Listen, Network, People, Publish, SignIn, Stream};

const KEY: &str = "mastodon";

/// The network itself; it holds nothing.
pub struct Mastodon;

static ABOUT: About = About {
    key: KEY,
    name: "Mastodon",
    mark: "Ma",
    blurb: "An account on any Mastodon server, or on one that speaks its language: GoToSocial, Pleroma, Akkoma, Pixelfed, Friendica.",
    rules: rules::usual,
};

impl Network for Mastodon {
    fn about(&self) -> &'static About {
        &ABOUT
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
    fn listen(&self) -> Option<&dyn Listen> {
        Some(self)
    }
    fn inbox(&self) -> Option<&dyn Inbox> {
        Some(self)
    }
    fn publish(&self) -> Option<&dyn Publish> {
        Some(self)
    }
    fn people(&self) -> Option<&dyn People> {
        Some(self)
    }
    fn stream(&self) -> Option<&dyn Stream> {
        Some(self)
    }
}
