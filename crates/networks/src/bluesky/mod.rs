//! Bluesky, by the AT Protocol: a thin client of our own over its HTTP calls ("XRPC"), through the account's own server (its PDS).
//! What is not here: anything that is true of another network.
//! Begin with `xrpc.rs` (how a call is made and judged), then one facet a file; `translate.rs` is pure.

mod chat;
pub mod firehose;
pub mod identity;
mod inbox;
mod listen;
mod people;
mod publish;
mod reading;
mod record;
pub mod richtext;
pub mod sign_in;
pub mod syntax;
mod translate;
mod wire;
mod xrpc;

use model::extract::{Pointer, Points};
use model::{Cards, Rules, Unit, Visibility};

use crate::{About, Firehose, Inbox, Listen, Network, People, Publish, SignIn};

/// The kind of record that a post is.
const POST: &str = "app.bsky.feed.post";

/// A video's file, as the record format `app.bsky.embed.video` has it; an account's own server may take less, and says so then.
const VIDEO_BYTES_MAX: u64 = 100_000_000;
/// The network shows no longer one.
const VIDEO_MS_MAX: u32 = 180_000;

pub struct Bluesky;

static ABOUT: About = About {
    key: "bluesky",
    name: "Bluesky",
    mark: "Bs",
    blurb: "An account on Bluesky, or on any server that speaks the AT Protocol. You need your handle and an app password.",
    rules,
};

/// What the network lets a post be, by its published record formats; no server states limits of its own.
fn rules() -> Rules {
    Rules {
        text_max: Some(300),
        unit: Unit::Graphemes,
        bytes_max: Some(3000),
        has_threads: true,
        has_language: true,
        visibilities: vec![Visibility::Public],
        answers_privately: true,
        pictures_max: 4,
        picture_bytes_max: 1_000_000,
        picture_side_max: Some(2000),
        picture_types: ["image/jpeg", "image/png", "image/webp"].map(str::to_owned).to_vec(),
        alt_max: Some(2000),
        cards: Cards::Sent,
        video_bytes_max: VIDEO_BYTES_MAX,
        video_ms_max: Some(VIDEO_MS_MAX),
        video_types: vec!["video/mp4".into()],
        video_alt_max: Some(1000),
        ..Rules::default()
    }
}

impl Network for Bluesky {
    fn about(&self) -> &'static About {
        &ABOUT
    }
    fn pointers(&self, text: &str, _rules: &Rules) -> Vec<Pointer> {
        let kind = |feature: &richtext::Feature| match feature {
            richtext::Feature::Link(_) => Points::Link,
            richtext::Feature::Mention(_) => Points::Name,
            richtext::Feature::Tag(_) => Points::Tag,
        };
        richtext::detect(text).into_iter().map(|f| Pointer { start: f.start, end: f.end, kind: kind(&f.feature) }).collect()
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
    fn private(&self) -> Option<&dyn Inbox> {
        Some(&chat::Chat)
    }
    fn publish(&self) -> Option<&dyn Publish> {
        Some(self)
    }
    fn people(&self) -> Option<&dyn People> {
        Some(self)
    }
    fn firehose(&self) -> Option<&dyn Firehose> {
        Some(self)
    }
}
