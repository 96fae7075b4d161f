//! The outside: every network in a folder of its own, behind small traits by direction of talk.
//! A network knows neither the store, nor another network, nor why it is called.
//! Begin with [`Network`], then one folder; every call out passes [`http::Http`].

pub mod agents;
pub mod assisted;
pub mod card;
pub mod clean;
pub mod error;
pub mod facets;
pub mod html;
pub mod http;
pub mod link_header;
pub mod mail;
pub mod push;
pub mod stand_ins;
mod tags;

pub mod bluesky;
pub mod feed;
pub mod indieweb;
pub mod mastodon;
pub mod nostr;
pub mod wordpress;

use std::sync::Arc;

pub use error::{Answer, Happened, NetworkError};
pub use facets::*;
pub use http::Http;
use model::NetworkKey;
pub use push::Push;

/// Every network this build speaks, in the order in which they are offered.
pub static ALL: &[&dyn Network] =
    &[&mastodon::Mastodon, &bluesky::Bluesky, &nostr::Nostr, &wordpress::WordPress, &feed::Feed, &indieweb::IndieWeb];

/// Networks to which a person carries what was prepared here, in the order in which they are offered.
pub fn by_hand() -> impl Iterator<Item = &'static dyn Network> {
    assisted::TABLE.iter().chain(std::iter::once(&assisted::ANOTHER)).map(|network| network as &dyn Network)
}

/// Stand-ins for a desk of invented people; never offered.
pub static STAND_INS: &[&dyn Network] = &[&stand_ins::TOWN, &stand_ins::SKY, &stand_ins::PRESS];

/// The networks at hand: all of [`ALL`] in the product, others in tests.
#[derive(Clone)]
pub struct Networks(Arc<Vec<Entry>>);

enum Entry {
    Listed(&'static dyn Network),
    Given(Arc<dyn Network>),
}

impl Entry {
    fn network(&self) -> &dyn Network {
        match self {
            Entry::Listed(network) => *network,
            Entry::Given(network) => network.as_ref(),
        }
    }
}

impl Networks {
    pub fn new(networks: Vec<Arc<dyn Network>>) -> Self {
        Self(Arc::new(networks.into_iter().map(Entry::Given).collect()))
    }
    pub fn get(&self, key: &NetworkKey) -> Option<&dyn Network> {
        self.all().find(|n| n.about().key == key.as_str())
    }
    pub fn all(&self) -> impl Iterator<Item = &dyn Network> {
        self.0.iter().map(Entry::network)
    }
}

impl Default for Networks {
    fn default() -> Self {
        Self(Arc::new(ALL.iter().copied().chain(by_hand()).chain(STAND_INS.iter().copied()).map(Entry::Listed).collect()))
    }
}
