//! The whole network as it is said, by either of two ways: Jetstream (JSON, light; the usual one), packed where its server packs, and a
//! server's own `com.atproto.sync.subscribeRepos` (signed commits as CBOR), for a server of one's own. The address says which.
//! What is not here: which posts are wanted, and what becomes of them. Begin with [`pump`].

mod events;
mod jetstream;
mod packed;
mod repos;

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use jiff::SignedDuration;
use model::{Post, Timestamp};
use packed::Unpack;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc::Sender;
use tokio_tungstenite::tungstenite::Message;

use super::Bluesky;
use super::listen::posts_at;
use super::translate::{instant, post_as_written, post_from_view};
use super::wire::{Actor, PostRecord};
use super::xrpc::Xrpc;
use crate::http::Socket;
use crate::{Answer, Call, Cursor, Firehose, Flow, Http, NetworkError, Stretch};

/// What subscribing to a server's repositories is called; an address with it in its path is read that way.
const REPOS: &str = "com.atproto.sync.subscribeRepos";
/// And to the second form of Jetstream, which alone is packed.
const EVENTS: &str = "network.bsky.jetstream.subscribeEvents";
/// A stream so long silent is asked for a sign of life; once more, and it is given up.
const QUIET_MAX: Duration = Duration::from_secs(60);
/// What comes is handed on after so long, or when there is so much of it.
const STRETCH_FOR: Duration = Duration::from_millis(250);
const STRETCH_MAX: usize = 256;
/// After a connection broke, so much is read again: what is named twice is kept once.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

#[async_trait]
impl Firehose for Bluesky {
    fn usual(&self) -> &'static str {
        "wss://jetstream.us-east.bsky.network/subscribe"
    }

    async fn read(&self, http: &Http, address: &str, from: &Cursor, out: Sender<Stretch>) -> Answer<()> {
        let way = Way::of(address);
        if way != Way::Repos
            && let Some(unpack) = Unpack::of_server(http, &parsed(address)?).await
        {
            match read_packed(http, address, from, &out, unpack).await {
                // It does not pack as it says: nothing was read, and the plain form is.
                Err(NetworkError::Garbled(_) | NetworkError::Refused(_) | NetworkError::NotOffered) => {}
                ended => return ended,
            }
        }
        let socket = http.websocket(way.address(address, from, None)?.as_str(), None).await?;
        pump(socket, Line { way, address, unpack: None, is_read: false }, &out).await
    }

    async fn fill(&self, call: &Call<'_>, ids: &[String]) -> Answer<Vec<Post>> {
        let (xrpc, _) = Xrpc::of(call)?;
        let found = posts_at(&xrpc, ids).await?;
        Ok(found.values().filter_map(post_from_view).collect())
    }
}

async fn read_packed(http: &Http, address: &str, from: &Cursor, out: &Sender<Stretch>, unpack: Unpack) -> Answer<()> {
    let url = Way::Events.address(address, from, Some(unpack.id))?;
    let socket = http.websocket(url.as_str(), None).await?;
    pump(socket, Line { way: Way::Events, address, unpack: Some(unpack), is_read: false }, out).await
}

fn parsed(address: &str) -> Answer<url::Url> {
    url::Url::parse(address).map_err(|_| NetworkError::Refused("the firehose's address is none".into()))
}

/// How a firehose is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Jetstream,
    Events,
    Repos,
}

/// What one message held, and the network's number for it.
struct Told {
    number: i64,
    at: Timestamp,
    flow: Vec<Flow>,
}

impl Way {
    fn of(address: &str) -> Way {
        match address {
            _ if address.contains(REPOS) => Way::Repos,
            _ if address.contains(EVENTS) => Way::Events,
            _ => Way::Jetstream,
        }
    }

    /// A cursor says by which way it was read and, where numbers are a server's own, of which server. Both forms of Jetstream count alike.
    fn cursor(self, address: &str, number: i64) -> Cursor {
        match self {
            Way::Jetstream | Way::Events => Cursor(format!("us:{number}")),
            Way::Repos => Cursor(format!("seq:{number}:{address}")),
        }
    }

    fn number(self, address: &str, cursor: &Cursor) -> Option<i64> {
        match self {
            // Jetstream counts in microseconds, and its servers' clocks differ a little.
            Way::Jetstream | Way::Events => Some(cursor.0.strip_prefix("us:")?.parse::<i64>().ok()? - AGAIN.as_micros() as i64),
            Way::Repos => {
                let (number, of) = cursor.0.strip_prefix("seq:")?.split_once(':')?;
                (of == address).then(|| number.parse().ok())?
            }
        }
    }

    /// What is called to read on from a place; `dictionary`: by which the messages are to be packed.
    fn address(self, address: &str, from: &Cursor, dictionary: Option<u32>) -> Answer<url::Url> {
        let mut url = parsed(address)?;
        match self {
            Way::Jetstream => {
                url.query_pairs_mut().append_pair("wantedCollections", super::POST);
            }
            Way::Events => {
                // The server of the first form has the second one, too, which refuses what only the first one knows.
                if Way::of(address) == Way::Jetstream {
                    url.set_path(&format!("/xrpc/{EVENTS}"));
                    url.set_query(None);
                }
                url.query_pairs_mut().append_pair("kinds", "commit").append_pair("collections", super::POST);
            }
            Way::Repos => {}
        }
        if let Some(id) = dictionary {
            url.query_pairs_mut().append_pair("zstdDictionary", &id.to_string());
        }
        if let Some(number) = self.number(address, from) {
            url.query_pairs_mut().append_pair("cursor", &number.max(0).to_string());
        }
        Ok(url)
    }
}

/// One connection, as it is read.
struct Line<'a> {
    way: Way,
    address: &'a str,
    unpack: Option<Unpack>,
    /// Whether any message could be unpacked.
    is_read: bool,
}

impl Line<'_> {
    /// `None` for a message of another kind. `Garbled` where not even the first can be unpacked.
    fn read(&mut self, message: &Message) -> Answer<Option<Told>> {
        match (self.way, message) {
            (Way::Jetstream, Message::Text(text)) => Ok(jetstream::read(text)),
            (Way::Events, Message::Text(text)) => events::read(text),
            (Way::Events, Message::Binary(frame)) => match self.unpack.as_mut().and_then(|unpack| unpack.text(frame)) {
                Some(text) => {
                    self.is_read = true;
                    events::read(text)
                }
                None if self.is_read => Ok(None),
                None => Err(NetworkError::Garbled("the firehose is not packed by its own dictionary".into())),
            },
            (Way::Repos, Message::Binary(frame)) => repos::read(frame),
            _ => Ok(None),
        }
    }
}

/// A record that was written, changed or deleted, as both forms of Jetstream tell of it.
#[derive(Deserialize)]
struct Change<'t> {
    #[serde(borrow)]
    operation: Cow<'t, str>,
    #[serde(borrow)]
    collection: Cow<'t, str>,
    #[serde(borrow)]
    rkey: Cow<'t, str>,
    #[serde(borrow, default)]
    cid: Cow<'t, str>,
    /// Read only where it is a post.
    #[serde(borrow)]
    record: Option<&'t RawValue>,
}

impl Change<'_> {
    /// `None` where it is not about a post, or about one that is none.
    fn flow(self, did: &str, at: Timestamp) -> Option<Flow> {
        if self.collection != super::POST {
            return None;
        }
        match &*self.operation {
            "create" | "update" => said(did, &self.rkey, &self.cid, serde_json::from_str(self.record?.get()).ok()?, at),
            "delete" => Some(gone(did, &self.rkey)),
            _ => None,
        }
    }
}

/// Hands on what one connection brings, until it breaks or nobody reads any more. A message that can't be read spoils no other.
async fn pump(mut socket: Socket, mut line: Line<'_>, out: &Sender<Stretch>) -> Answer<()> {
    let mut is_asked = false;
    let mut open: Option<(Stretch, tokio::time::Instant)> = None;
    loop {
        let wait = match &open {
            Some((_, until)) => until.saturating_duration_since(tokio::time::Instant::now()),
            None => QUIET_MAX,
        };
        let next = tokio::select! {
            () = out.closed() => return Ok(()),
            next = tokio::time::timeout(wait, socket.next()) => next,
        };
        match next {
            Err(_) => match open.take() {
                Some((stretch, _)) => {
                    if out.send(stretch).await.is_err() {
                        return Ok(());
                    }
                }
                None if is_asked => return Err(NetworkError::Away("the firehose went quiet".into())),
                None => {
                    is_asked = true;
                    socket.send(Message::Ping(Default::default())).await.map_err(|_| broke_off())?;
                }
            },
            Ok(None | Some(Err(_)) | Some(Ok(Message::Close(_)))) => return Err(ended(open, out, broke_off()).await),
            Ok(Some(Ok(message))) => {
                is_asked = false;
                let told = match line.read(&message) {
                    Ok(Some(told)) => told,
                    Ok(None) => continue,
                    Err(why) => return Err(ended(open, out, why).await),
                };
                let (stretch, _) = open.get_or_insert_with(|| {
                    let empty = Stretch { flow: Vec::new(), next: Cursor::default(), at: told.at };
                    (empty, tokio::time::Instant::now() + STRETCH_FOR)
                });
                stretch.flow.extend(told.flow);
                (stretch.next, stretch.at) = (line.way.cursor(line.address, told.number), told.at);
                if stretch.flow.len() >= STRETCH_MAX
                    && let Some((stretch, _)) = open.take()
                    && out.send(stretch).await.is_err()
                {
                    return Ok(());
                }
            }
        }
    }
}

/// Hands on what came before the end.
async fn ended(open: Option<(Stretch, tokio::time::Instant)>, out: &Sender<Stretch>, why: NetworkError) -> NetworkError {
    if let Some((stretch, _)) = open {
        let _ = out.send(stretch).await;
    }
    why
}

fn broke_off() -> NetworkError {
    NetworkError::Away("the firehose broke off".into())
}

/// A record of a post as it came by, before the network has added anything.
fn said(did: &str, rkey: &str, cid: &str, record: PostRecord, seen: Timestamp) -> Option<Flow> {
    let author = Actor { did: did.to_owned(), ..Actor::default() };
    post_as_written(&uri(did, rkey), cid, &author, record, Some(seen)).map(|post| Flow::Said(Box::new(post)))
}

fn gone(did: &str, rkey: &str) -> Flow {
    Flow::Gone(uri(did, rkey))
}

fn uri(did: &str, rkey: &str) -> String {
    format!("at://{did}/{}/{rkey}", super::POST)
}

#[cfg(test)]
mod tests;
