//! A server of others, passed on through the weather: every call goes to the real one, and what is lost is lost on the way there or back.

use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Context;
use serde_json::{Value, json};

use super::weather::Mishap;
use super::wire::{Reply, Request, Site};
use super::{Standing, World};
use crate::http;

/// What of a request and of an answer matters on the other side.
const ONWARD: [&str; 5] = ["authorization", "content-type", "idempotency-key", "accept", "atproto-proxy"];
const BACK: [&str; 4] = ["content-type", "date", "retry-after", "link"];
/// Pages of posts read at the end.
const PAGES_MAX: usize = 200;

/// Whose language the server speaks.
pub enum Speaks {
    /// The Mastodon API, with somebody's token.
    Mastodon { token: String },
    /// The AT Protocol, with somebody's DID.
    Atproto { did: Mutex<String> },
}

pub struct Relay {
    port: u16,
    speaks: Speaks,
    /// Where the server says it is, and where it is seen through us.
    faces: OnceLock<(String, String)>,
}

impl Relay {
    pub fn new(port: u16, speaks: Speaks) -> Relay {
        Relay { port, speaks, faces: OnceLock::new() }
    }
    /// The server names its own address in its answers; who follows it would go round the weather.
    pub fn put_face(&self, own: String, ours: String) {
        let _ = self.faces.set((own, ours));
    }
    fn onward(&self, request: &Request) -> anyhow::Result<Reply> {
        let mut head = String::new();
        for name in ONWARD {
            if let Some(value) = request.header(name) {
                head += &format!("{name}: {value}\r\n");
            }
        }
        let path = if request.query.is_empty() { request.path.clone() } else { format!("{}?{}", request.path, request.query) };
        let answer = http::ask(self.port, &request.method, &path, &head, &String::from_utf8_lossy(&request.body))?;
        let headers = BACK.iter().filter_map(|name| Some((*name, answer.header(name).next()?.to_owned()))).collect();
        let mut body = answer.body;
        if let Some((own, ours)) = self.faces.get() {
            body = String::from_utf8_lossy(&body).replace(own.as_str(), ours).into_bytes();
        }
        if let (Speaks::Atproto { did }, true) = (&self.speaks, request.path.ends_with("createSession")) {
            let told: Value = serde_json::from_slice(&body).unwrap_or_default();
            *did.lock().unwrap_or_else(PoisonError::into_inner) = told["did"].as_str().unwrap_or_default().to_owned();
        }
        Ok(Reply { status: answer.status, headers, body })
    }

    fn get(&self, path: &str, head: &str) -> anyhow::Result<Value> {
        let answer = http::ask(self.port, "GET", path, head, "")?;
        anyhow::ensure!(answer.status == 200, "{path} answers {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }

    fn mastodon(&self, token: &str) -> anyhow::Result<Vec<Standing>> {
        let head = format!("authorization: Bearer {token}\r\n");
        let me = self.get("/api/v1/accounts/verify_credentials", &head)?;
        let me = me["id"].as_str().context("an account has an id")?.to_owned();
        let (mut all, mut before) = (Vec::new(), String::new());
        for _ in 0..PAGES_MAX {
            let page = self.get(&format!("/api/v1/accounts/{me}/statuses?limit=40{before}"), &head)?;
            let Some(last) = page.as_array().and_then(|p| p.last()) else { break };
            before = format!("&max_id={}", last["id"].as_str().unwrap_or_default());
            for status in page.as_array().into_iter().flatten() {
                all.push(Standing {
                    text: plain(status["content"].as_str().unwrap_or_default()),
                    at: status["id"].as_str().unwrap_or_default().to_owned(),
                    parent: status["in_reply_to_id"].as_str().map(str::to_owned),
                });
            }
        }
        Ok(all)
    }

    fn atproto(&self, did: &str) -> anyhow::Result<Vec<Standing>> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        for _ in 0..PAGES_MAX {
            let page =
                self.get(&format!("/xrpc/com.atproto.repo.listRecords?repo={did}&collection=app.bsky.feed.post&limit=100{cursor}"), "")?;
            for record in page["records"].as_array().into_iter().flatten() {
                let of = |path: &str| record.pointer(path).and_then(Value::as_str).map(str::to_owned);
                all.push(Standing {
                    text: of("/value/text").unwrap_or_default(),
                    at: of("/uri").unwrap_or_default(),
                    parent: of("/value/reply/parent/uri"),
                });
            }
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        Ok(all)
    }
}

/// The words of a post's HTML, which here holds paragraphs and line breaks alone.
fn plain(html: &str) -> String {
    let spaced = html.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n").replace("</p><p>", "\n\n");
    let mut out = String::new();
    let mut is_tag = false;
    for c in spaced.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&")
}

impl Site for Relay {
    fn writes(&self, request: &Request) -> bool {
        request.method == "POST" && matches!(request.path.as_str(), "/api/v1/statuses" | "/xrpc/com.atproto.repo.createRecord")
    }
    fn serve(&self, request: &Request) -> Reply {
        // Streams are not what this is about, and each would hold one of the server's few hands.
        if request.header("upgrade").is_some() {
            return Reply { status: 404, headers: Vec::new(), body: Vec::new() };
        }
        self.onward(request).unwrap_or_else(|_| Reply { status: 502, headers: Vec::new(), body: b"the server does not answer".to_vec() })
    }
    fn trouble(&self, mishap: Mishap) -> Reply {
        let is_xrpc = matches!(self.speaks, Speaks::Atproto { .. });
        let (status, name) = match mishap {
            Mishap::SlowDown => (429, "RateLimitExceeded"),
            Mishap::Unavailable => (503, "NotEnoughResources"),
            Mishap::TokenOld if is_xrpc => (400, "ExpiredToken"),
            Mishap::TokenOld => (503, "NotEnoughResources"),
            Mishap::Refuses if is_xrpc => (400, "InvalidRequest"),
            Mishap::Refuses => (422, "InvalidRequest"),
            Mishap::GatewayAfter => (502, "BadGateway"),
            _ => (500, "InternalServerError"),
        };
        let mut reply = Reply::json(status, &json!({"error": name, "message": "not today"}));
        if status == 429 {
            reply.headers.push(("retry-after", "90".into()));
        }
        reply
    }
}

impl World for Relay {
    fn standing(&self) -> Vec<Standing> {
        let read = match &self.speaks {
            Speaks::Mastodon { token } => self.mastodon(token),
            Speaks::Atproto { did } => self.atproto(&did.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        };
        // A server that can't be read at the end leaves everything unproven, and the judge says so.
        read.unwrap_or_else(|error| {
            eprintln!("a server can't be read: {error:#}");
            Vec::new()
        })
    }
    fn complaints(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn the_words_of_a_post() {
    assert_eq!(plain("<p>One &amp; two.</p><p>Three<br/>four.</p>"), "One & two.\n\nThree\nfour.");
}
