//! Mastodon.

use crate::{About, Network};

pub struct Mastodon;

static ABOUT: About = About { key: "mastodon", name: "Mastodon", mark: "Ma", blurb: "", rules: model::Rules::default };

impl Network for Mastodon {
    fn about(&self) -> &'static About {
        &ABOUT
    }
}
