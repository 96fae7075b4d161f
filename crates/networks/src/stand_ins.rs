//! Networks of a sample desk: they stand in for real ones while somebody looks round with invented people. Nothing leaves the
//! machine. They can't be connected, so they have no sign-in; what is sent to them stands in memory. Begin with [`Sample`].

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use model::{DeliveryKey, Part, Post, PostRef, Rules, Unit, Visibility};

use crate::*;

/// What is remembered of what was sent; the oldest go first.
const REMEMBERED_MAX: usize = 500;

/// One stand-in.
pub struct Sample {
    about: &'static About,
    can_write: bool,
    /// Key and address of what was sent.
    sent: Mutex<VecDeque<(String, PostRef)>>,
}

/// Short letters, long threads.
pub static TOWN: Sample = sample(&TOWN_ABOUT, true);
/// Shorter letters, no warnings.
pub static SKY: Sample = sample(&SKY_ABOUT, true);
/// Only to be read.
pub static PRESS: Sample = sample(&PRESS_ABOUT, false);

/// The keys under which they stand in rows.
pub const TOWN_KEY: &str = "sample-town";
pub const SKY_KEY: &str = "sample-sky";
pub const PRESS_KEY: &str = "sample-press";

static TOWN_ABOUT: About = about(TOWN_KEY, "Mastodon", "Ma", town);
static SKY_ABOUT: About = about(SKY_KEY, "Bluesky", "Bs", sky);
static PRESS_ABOUT: About = about(PRESS_KEY, "Feed", "Fd", Rules::default);

const fn about(key: &'static str, name: &'static str, mark: &'static str, rules: fn() -> Rules) -> About {
    About { key, name, mark, blurb: "Sample people. Nothing leaves this machine.", rules }
}

const fn sample(about: &'static About, can_write: bool) -> Sample {
    Sample { about, can_write, sent: Mutex::new(VecDeque::new()) }
}

fn town() -> Rules {
    Rules {
        text_max: Some(500),
        link_weight: Some(23),
        mention_counts_name_only: true,
        warning_counts: true,
        has_warning: true,
        has_edit: true,
        visibilities: Visibility::ALL.to_vec(),
        alt_max: Some(1500),
        ..sky()
    }
}

fn sky() -> Rules {
    Rules {
        text_max: Some(300),
        unit: Unit::Graphemes,
        bytes_max: Some(3000),
        has_threads: true,
        has_language: true,
        pictures_max: 4,
        picture_bytes_max: 1_000_000,
        picture_side_max: Some(2000),
        picture_types: ["image/jpeg", "image/png", "image/webp"].map(str::to_owned).to_vec(),
        alt_max: Some(2000),
        ..Rules::default()
    }
}

impl Network for Sample {
    fn about(&self) -> &'static About {
        self.about
    }
    fn listen(&self) -> Option<&dyn Listen> {
        Some(self)
    }
    fn inbox(&self) -> Option<&dyn Inbox> {
        self.can_write.then_some(self as &dyn Inbox)
    }
    fn publish(&self) -> Option<&dyn Publish> {
        self.can_write.then_some(self as &dyn Publish)
    }
}

impl Sample {
    fn find_sent(&self, key: &str) -> Option<Landing> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().find(|(k, _)| k == key).map(|(_, at)| Landing { at: at.clone(), url: None })
    }
}

#[async_trait]
impl Listen for Sample {
    fn can(&self, search: &Search) -> bool {
        matches!(search, Search::Feed) != self.can_write
    }
    async fn search(&self, _call: &Call<'_>, _search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        Ok(Batch { items: Vec::new(), next: from.clone(), has_more: false })
    }
    async fn thread(&self, _call: &Call<'_>, _of: &PostRef) -> Answer<Vec<Post>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Inbox for Sample {
    async fn since(&self, _call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        Ok(Batch { items: Vec::new(), next: from.clone(), has_more: false })
    }
}

#[async_trait]
impl Publish for Sample {
    async fn post(&self, _call: &Call<'_>, _part: &Part, _baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        if let Some(known) = self.find_sent(&key.0) {
            return Ok(known);
        }
        let at = PostRef::new(format!("{}:{}", self.about.key, key.0), "sent");
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= REMEMBERED_MAX {
            sent.pop_front();
        }
        sent.push_back((key.0.clone(), at.clone()));
        Ok(Landing { at, url: None })
    }
    fn proof(&self, _call: &Call<'_>) -> Proof {
        Proof::ByName
    }
    async fn find(&self, _call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        Ok(self.find_sent(&sought.key.0).map_or(Found::NotThere, Found::Here))
    }
    async fn edit(&self, _call: &Call<'_>, at: &PostRef, _part: &Part, _baggage: &Baggage) -> Answer<Landing> {
        if self.about.key == TOWN.about.key { Ok(Landing { at: at.clone(), url: None }) } else { Err(NetworkError::NotOffered) }
    }
    async fn delete(&self, _call: &Call<'_>, _at: &PostRef) -> Answer<()> {
        Ok(())
    }
    async fn sign(&self, _call: &Call<'_>, at: &PostRef, _sign: Sign) -> Answer<String> {
        Ok(at.id.clone())
    }
    async fn unsign(&self, _call: &Call<'_>, _at: &PostRef, _sign: Sign, _receipt: &str) -> Answer<()> {
        Ok(())
    }
}
