//! Jetstream's JSON: one event a message, as its makers document it (`kind`, `time_us`, `commit`).

use std::borrow::Cow;

use model::Timestamp;
use serde::Deserialize;

use super::{Change, Told};

#[derive(Deserialize)]
struct Event<'t> {
    #[serde(borrow)]
    did: Cow<'t, str>,
    time_us: i64,
    #[serde(borrow)]
    commit: Option<Change<'t>>,
}

/// `None` where it is no event at all. One that is not about a post moves the cursor and no more.
pub fn read(text: &str) -> Option<Told> {
    let event: Event = serde_json::from_str(text).ok()?;
    let at = Timestamp::from_microsecond(event.time_us).ok()?;
    let flow = event.commit.and_then(|change| change.flow(&event.did, at));
    Some(Told { number: event.time_us, at, flow: flow.into_iter().collect() })
}
