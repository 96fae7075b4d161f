//! Nostr: signed events on relays that anybody may run. A thin client of our own over the relays' sockets.
//! What is not here: a relay, private messages, payments, and anything that is true of another network.
//! Begin with `event.rs` (what everything is made of), `relay.rs` (one relay), `circle.rs` (all of an account's), then one facet a file.

mod bunker;
mod circle;
mod compose;
mod event;
mod follow;
mod inbox;
mod info;
mod keys;
mod listen;
mod media;
mod mend;
mod nip05;
mod nip44;
mod people;
mod place;
mod publish;
mod reading;
mod relay;
mod sign_in;
mod signer;
mod stream;
mod translate;
mod us;

use crate::{About, Inbox, Listen, Network, People, Publish, SignIn, Stream};

pub struct Nostr;

static ABOUT: About = About {
    key: "nostr",
    name: "Nostr",
    mark: "No",
    blurb: "Your own key, on relays that anybody may run. No company keeps the account: whoever has the key has it.",
    rules: info::rules,
};

impl Network for Nostr {
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
