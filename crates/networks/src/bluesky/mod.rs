//! Bluesky.

use crate::{About, Network};

pub struct Bluesky;

static ABOUT: About = About { key: "bluesky", name: "Bluesky", mark: "Bs", blurb: "", rules: model::Rules::default };

impl Network for Bluesky {
    fn about(&self) -> &'static About {
        &ABOUT
    }
}
