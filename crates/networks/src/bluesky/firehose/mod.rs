//! The whole network as it is said, by either of two ways: Jetstream (JSON, light; the usual one) and a server's own
//! `com.atproto.sync.subscribeRepos` (signed commits as CBOR), for a server of one's own. The address says which.
//! What is not here: which posts are wanted, and what becomes of them. Begin with [`pump`].

mod jetstream;
mod repos;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use jiff::SignedDuration;
use model::{Post, Timestamp};
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
        "wss://jetstream2.us-east.bsky.network/subscribe"
    }

    async fn read(&self, http: &Http, address: &str, from: &Cursor, out: Sender<Stretch>) -> Answer<()> {
        let way = Way::of(address);
        let socket = http.websocket(&way.address(address, from)?, None).await?;
        pump(socket, way, address, out).await
    }

    async fn fill(&self, call: &Call<'_>, ids: &[String]) -> Answer<Vec<Post>> {
        let (xrpc, _) = Xrpc::of(call)?;
        let found = posts_at(&xrpc, ids).await?;
        Ok(found.values().filter_map(post_from_view).collect())
    }
}

/// How a firehose is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Jetstream,
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
        if address.contains(REPOS) { Way::Repos } else { Way::Jetstream }
    }

    /// A cursor says by which way it was read and, where numbers are a server's own, of which server.
    fn cursor(self, address: &str, number: i64) -> Cursor {
        match self {
            Way::Jetstream => Cursor(format!("us:{number}")),
            Way::Repos => Cursor(format!("seq:{number}:{address}")),
        }
    }

    fn number(self, address: &str, cursor: &Cursor) -> Option<i64> {
        match self {
            Way::Jetstream => cursor.0.strip_prefix("us:")?.parse().ok(),
            Way::Repos => {
                let (number, of) = cursor.0.strip_prefix("seq:")?.split_once(':')?;
                (of == address).then(|| number.parse().ok())?
            }
        }
    }

    fn address(self, address: &str, from: &Cursor) -> Answer<String> {
        let mut url = url::Url::parse(address).map_err(|_| NetworkError::Refused("the firehose's address is none".into()))?;
        if self == Way::Jetstream {
            url.query_pairs_mut().append_pair("wantedCollections", super::POST);
        }
        if let Some(number) = self.number(address, from) {
            // Jetstream counts in microseconds, and its servers' clocks differ a little.
            let number = if self == Way::Jetstream { number - AGAIN.as_micros() as i64 } else { number };
            url.query_pairs_mut().append_pair("cursor", &number.max(0).to_string());
        }
        Ok(url.into())
    }

    /// `None` for a message of another kind.
    fn read(self, message: &Message) -> Answer<Option<Told>> {
        match (self, message) {
            (Way::Jetstream, Message::Text(text)) => Ok(jetstream::read(text)),
            (Way::Repos, Message::Binary(frame)) => repos::read(frame),
            _ => Ok(None),
        }
    }
}

/// Hands on what one connection brings, until it breaks or nobody reads any more. A message that can't be read spoils no other.
async fn pump(mut socket: Socket, way: Way, address: &str, out: Sender<Stretch>) -> Answer<()> {
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
            Ok(None | Some(Err(_)) | Some(Ok(Message::Close(_)))) => {
                if let Some((stretch, _)) = open.take() {
                    let _ = out.send(stretch).await;
                }
                return Err(broke_off());
            }
            Ok(Some(Ok(message))) => {
                is_asked = false;
                let Some(told) = way.read(&message)? else { continue };
                let (stretch, _) = open.get_or_insert_with(|| {
                    let empty = Stretch { flow: Vec::new(), next: Cursor::default(), at: told.at };
                    (empty, tokio::time::Instant::now() + STRETCH_FOR)
                });
                stretch.flow.extend(told.flow);
                (stretch.next, stretch.at) = (way.cursor(address, told.number), told.at);
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
