//! Feed.

use crate::{About, Network};

pub struct Feed;

static ABOUT: About = About { key: "feed", name: "Feed", mark: "Fd", blurb: "", rules: model::Rules::default };

impl Network for Feed {
    fn about(&self) -> &'static About {
        &ABOUT
    }
}
