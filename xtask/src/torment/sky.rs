//! A simulated server of the AT Protocol, with one account. It names records by the key it is given, and like the reference server it
//! falls over a second record of the same name. Access tokens run out, and a refresh token used twice at once is remembered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::clock::Clock;
use super::stream::Stream;
use super::weather::Mishap;
use super::wire::{Reply, Request, Site};
use super::{Standing, World};

pub const PASSWORD: &str = "abcd-efgh-ijkl-mnop";
const POST: &str = "app.bsky.feed.post";
/// A renewal takes a moment, in which a second one would show.
const RENEWAL: Duration = Duration::from_millis(60);

#[derive(Default)]
struct Kept {
    /// By record key, in order of arrival by number.
    records: BTreeMap<String, (u64, Value)>,
    next: u64,
    /// The access token that holds.
    access: u64,
}

pub struct Sky {
    did: String,
    pub handle: String,
    clock: Arc<Clock>,
    kept: Mutex<Kept>,
    renewing: AtomicU64,
    renewed_at_once: AtomicU64,
    /// What others say there.
    others: Option<Arc<Stream>>,
}

impl Sky {
    pub fn new(number: usize, clock: Arc<Clock>) -> Sky {
        Sky {
            did: format!("did:plc:simulated{number}"),
            handle: format!("ada{number}.test"),
            clock,
            kept: Mutex::default(),
            renewing: AtomicU64::new(0),
            renewed_at_once: AtomicU64::new(0),
            others: None,
        }
    }
    /// With others who talk there.
    pub fn with_stream(self, stream: Arc<Stream>) -> Sky {
        Sky { others: Some(stream), ..self }
    }
    /// What others said, as far as it is there.
    fn posts(&self, request: &Request) -> Reply {
        let Some(stream) = &self.others else { return Reply::json(200, &json!({"posts": []})) };
        let asked = url::form_urlencoded::parse(request.query.as_bytes()).filter(|(name, _)| name == "uris");
        let posts: Vec<Value> = asked.filter_map(|(_, uri)| stream.view(&uri)).collect();
        Reply::json(200, &json!({ "posts": posts }))
    }
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn did_doc(&self, request: &Request) -> Value {
        json!({
            "id": self.did, "alsoKnownAs": [format!("at://{}", self.handle)],
            "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": format!("http://{}", request.header("host").unwrap_or_default())}],
        })
    }
    fn session(&self, request: &Request) -> Value {
        let access = self.kept().access;
        json!({"did": self.did, "handle": self.handle, "accessJwt": format!("access-{access}"), "refreshJwt": "refresh", "didDoc": self.did_doc(request)})
    }
    fn renew(&self, request: &Request) -> Reply {
        if request.token() != "refresh" {
            return fault(400, "InvalidToken", "Token could not be verified");
        }
        if self.renewing.fetch_add(1, Ordering::SeqCst) > 0 {
            self.renewed_at_once.fetch_add(1, Ordering::SeqCst);
        }
        std::thread::sleep(RENEWAL);
        self.kept().access += 1;
        self.renewing.fetch_sub(1, Ordering::SeqCst);
        Reply::json(200, &self.session(request))
    }
    fn create(&self, request: &Request) -> Reply {
        let body = request.json();
        let (Some(rkey), Some(record)) = (body["rkey"].as_str(), body.get("record")) else {
            return fault(400, "InvalidRequest", "no record");
        };
        let mut kept = self.kept();
        if kept.records.contains_key(rkey) {
            return fault(500, "InternalServerError", "Internal Server Error");
        }
        kept.next += 1;
        let number = kept.next;
        kept.records.insert(rkey.to_owned(), (number, record.clone()));
        Reply::json(200, &self.strong(rkey, number))
    }
    fn strong(&self, rkey: &str, number: u64) -> Value {
        json!({"uri": format!("at://{}/{POST}/{rkey}", self.did), "cid": format!("bafy{number}")})
    }
    fn get(&self, request: &Request) -> Reply {
        let rkey = request.asked("rkey").unwrap_or_default();
        match self.kept().records.get(&rkey) {
            Some((number, record)) => {
                let mut found = self.strong(&rkey, *number);
                found["value"] = record.clone();
                Reply::json(200, &found)
            }
            None => fault(400, "RecordNotFound", "Could not locate record"),
        }
    }
}

fn fault(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"error": name, "message": message}))
}

impl Site for Sky {
    fn writes(&self, request: &Request) -> bool {
        request.path == "/xrpc/com.atproto.repo.createRecord"
    }

    fn serve(&self, request: &Request) -> Reply {
        let method = request.path.trim_start_matches("/xrpc/");
        match method {
            "com.atproto.server.createSession" => return Reply::json(200, &self.session(request)),
            "com.atproto.server.refreshSession" => return self.renew(request),
            "com.atproto.identity.resolveHandle" => return Reply::json(200, &json!({ "did": self.did })),
            "com.atproto.repo.describeRepo" => {
                return Reply::json(
                    200,
                    &json!({"did": self.did, "handle": self.handle, "didDoc": self.did_doc(request), "collections": [POST], "handleIsCorrect": true}),
                );
            }
            _ => {}
        }
        if request.token() != format!("access-{}", self.kept().access) {
            return fault(400, "ExpiredToken", "Token has expired");
        }
        match method {
            "com.atproto.repo.createRecord" => self.create(request),
            "com.atproto.repo.getRecord" => self.get(request),
            "app.bsky.feed.getPosts" => self.posts(request),
            "app.bsky.notification.listNotifications" => Reply::json(200, &json!({"notifications": []})),
            "app.bsky.feed.getTimeline" => Reply::json(200, &json!({"feed": []})),
            _ => fault(501, "MethodNotImplemented", "Method Not Implemented"),
        }
    }

    fn trouble(&self, mishap: Mishap) -> Reply {
        match mishap {
            Mishap::SlowDown => {
                let reset = self.clock.now_ms() / 1000 + 90;
                Reply { headers: vec![("ratelimit-reset", reset.to_string())], ..fault(429, "RateLimitExceeded", "Rate Limit Exceeded") }
            }
            Mishap::TokenOld => {
                self.kept().access += 1;
                fault(400, "ExpiredToken", "Token has expired")
            }
            Mishap::Unavailable => fault(503, "NotEnoughResources", "Service unavailable"),
            Mishap::GatewayAfter => Reply { status: 502, headers: Vec::new(), body: b"<html>Bad gateway</html>".to_vec() },
            Mishap::Refuses => fault(400, "InvalidRequest", "not today"),
            _ => fault(500, "InternalServerError", "Internal Server Error"),
        }
    }
}

impl World for Sky {
    fn standing(&self) -> Vec<Standing> {
        let of = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let kept = self.kept();
        kept.records
            .iter()
            .map(|(rkey, (number, record))| Standing {
                text: of(record, "/text").unwrap_or_default(),
                at: of(&self.strong(rkey, *number), "/uri").unwrap_or_default(),
                parent: of(record, "/reply/parent/uri"),
            })
            .collect()
    }
    fn complaints(&self) -> Vec<String> {
        let n = self.renewed_at_once.load(Ordering::SeqCst);
        if n > 0 { vec![format!("{n} times a token was renewed while another renewal ran")] } else { Vec::new() }
    }
}
