//! Jetstream's JSON: one event a message, as its makers document it (`kind`, `time_us`, `commit`).

use model::Timestamp;
use serde::Deserialize;

use super::{Told, gone, said};
use crate::bluesky::POST;
use crate::bluesky::wire::PostRecord;

#[derive(Deserialize)]
struct Event {
    did: String,
    time_us: i64,
    commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    operation: String,
    collection: String,
    rkey: String,
    #[serde(default)]
    cid: String,
    /// Read only where it is a post.
    record: Option<serde_json::Value>,
}

/// `None` where it is no event at all. One that is not about a post moves the cursor and no more.
pub fn read(text: &str) -> Option<Told> {
    let event: Event = serde_json::from_str(text).ok()?;
    let at = Timestamp::from_microsecond(event.time_us).ok()?;
    let flow = event.commit.filter(|commit| commit.collection == POST).and_then(|commit| match commit.operation.as_str() {
        "create" | "update" => {
            let record = PostRecord::deserialize(commit.record?).ok()?;
            said(&event.did, &commit.rkey, &commit.cid, record, at)
        }
        "delete" => Some(gone(&event.did, &commit.rkey)),
        _ => None,
    });
    Some(Told { number: event.time_us, at, flow: flow.into_iter().collect() })
}
