//! One's own site, by the standards of the IndieWeb: signed in to by its address (IndieAuth), written to by Micropub, read by its
//! microformats, and told of by Webmention. It is no place of other people's; what they say on theirs is read from their pages.
//! Begin with `sign_in.rs` and `publish.rs`; README.md beside this file lists the quirks.

mod client;
pub mod dom;
mod entry;
mod find;
pub mod links;
mod listen;
pub mod mf;
mod pages;
mod publish;
mod sign_in;
mod translate;

use model::{Rules, SiteRules, Visibility};

use crate::{About, Listen, Network, Pages, People, Publish, SignIn};

const KEY: &str = "indieweb";

/// The network itself; it holds nothing.
pub struct IndieWeb;

static ABOUT: About = About {
    key: KEY,
    name: "IndieWeb",
    mark: "Iw",
    blurb: "Your own site, where it takes posts by Micropub: you sign in with its address.",
    rules,
};

/// A site of one's own limits nothing but what a page can hold.
fn rules() -> Rules {
    Rules {
        has_threads: true,
        has_edit: true,
        has_title: true,
        site: SiteRules { is_own: true, has_excerpt: true, has_tags: true, links_people: true, ..SiteRules::default() },
        visibilities: vec![Visibility::Public],
        pictures_max: 20,
        picture_bytes_max: 8 * 1024 * 1024,
        picture_side_max: Some(2560),
        picture_types: ["image/jpeg", "image/png", "image/gif", "image/webp"].map(str::to_owned).to_vec(),
        alt_max: Some(2000),
        ..Rules::default()
    }
}

impl Network for IndieWeb {
    fn about(&self) -> &'static About {
        &ABOUT
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
    fn listen(&self) -> Option<&dyn Listen> {
        Some(self)
    }
    fn publish(&self) -> Option<&dyn Publish> {
        Some(self)
    }
    fn people(&self) -> Option<&dyn People> {
        Some(self)
    }
    fn pages(&self) -> Option<&dyn Pages> {
        Some(self)
    }
}
