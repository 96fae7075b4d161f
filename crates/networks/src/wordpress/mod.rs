//! WordPress: anybody's own site, by its REST interface and an application password. Articles go out, comments go both ways.
//! It is not for WordPress.com's own closed interface; a site there is met where it offers the same REST root.
//! Begin with `site.rs` (how a site is found), then `publish.rs`; README.md beside this file lists the quirks.

mod client;
mod comments;
mod drafts;
mod find;
mod inbox;
mod listen;
mod markup;
mod media;
mod place;
mod publish;
mod rules;
mod sign_in;
mod site;
mod terms;
mod translate;

use crate::{About, Drafts, Inbox, Listen, Network, Publish, SignIn};

const KEY: &str = "wordpress";

/// The network itself; it holds nothing.
pub struct WordPress;

static ABOUT: About = About {
    key: KEY,
    name: "WordPress",
    mark: "Wp",
    blurb: "Your own site or blog on WordPress. You need no more than its address and an application password.",
    rules: rules::usual,
};

impl Network for WordPress {
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
    fn drafts(&self) -> Option<&dyn Drafts> {
        Some(self)
    }
}
