//! Jetstream's second form, `network.bsky.jetstream.subscribeEvents`: a JSON object a message that wraps one event or says why the stream
//! ends (the `xrpc.v1.json` framing). A place in it is named by when the server saw an event, in microseconds, as in the first form: that
//! means the same to every server.

use std::borrow::Cow;

use model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Change, Told, instant};
use crate::{Answer, NetworkError};

#[derive(Deserialize)]
struct Frame<'t> {
    #[serde(borrow, rename = "$type")]
    kind: Cow<'t, str>,
    #[serde(borrow)]
    payload: Option<&'t RawValue>,
    #[serde(borrow, default)]
    error: Cow<'t, str>,
}

#[derive(Deserialize)]
struct Event<'t> {
    #[serde(borrow, rename = "$type")]
    kind: Cow<'t, str>,
    #[serde(borrow, default)]
    did: Cow<'t, str>,
    #[serde(borrow, default)]
    time: Cow<'t, str>,
    /// When the server saw it; left out by older ones.
    #[serde(borrow, rename = "witnessedAt")]
    seen: Option<Cow<'t, str>>,
    /// Of a notice.
    #[serde(borrow, default)]
    name: Cow<'t, str>,
    /// Of a commit.
    #[serde(borrow, default)]
    operation: Cow<'t, str>,
    #[serde(borrow, default)]
    collection: Cow<'t, str>,
    #[serde(borrow, default)]
    rkey: Cow<'t, str>,
    #[serde(borrow, default)]
    cid: Cow<'t, str>,
    #[serde(borrow)]
    record: Option<&'t RawValue>,
}

/// `None` for a message of another kind. One that says why the stream ends is `Away`.
pub fn read(text: &str) -> Answer<Option<Told>> {
    let Ok(frame) = serde_json::from_str::<Frame>(text) else { return Ok(None) };
    if frame.kind == "error" {
        return Err(NetworkError::Away(format!("the firehose ended it: {}", frame.error)));
    }
    Ok(frame.payload.and_then(|payload| event(payload.get())))
}

fn event(text: &str) -> Option<Told> {
    let event: Event = serde_json::from_str(text).ok()?;
    let kind = event.kind.rsplit('#').next().unwrap_or_default();
    if kind == "info" && event.name == "OutdatedCursor" {
        tracing::warn!("the firehose no longer has all that was said since we last read it");
    }
    let at: Timestamp = instant(event.seen.as_deref().unwrap_or(&event.time))?;
    let Event { operation, collection, rkey, cid, record, .. } = event;
    let flow = Change { operation, collection, rkey, cid, record }.flow(&event.did, at);
    Some(Told { number: at.as_microsecond(), at, flow: flow.into_iter().collect() })
}
