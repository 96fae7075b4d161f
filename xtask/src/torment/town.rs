//! A simulated server of the Mastodon API, with one account, in four tempers. It is not Mastodon; it is as much of it as sending and
//! looking needs, and as unhelpful as servers of that kind are allowed to be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::clock::{Clock, written};
use super::weather::Mishap;
use super::wire::{Reply, Request, Site};
use super::{Standing, World};

/// What the server does about a second try, and about somebody who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// A second try with the same key answers the first post.
    HonoursKey,
    /// Keys are ignored; posts can be looked up.
    LooksUp,
    /// The same, and what is new shows only some minutes later.
    Hides,
    /// Keys are ignored, and the account's own posts are not given out.
    CannotTell,
}

/// A new post stays hidden for so long, by the networks' clock: shorter than Hobnob's patience.
const HIDDEN_MS: i64 = 7 * 60 * 1000;
/// What a post may be long.
const LETTERS_MAX: u32 = 200;
const PAGE_MAX: usize = 40;
pub const TOKEN: &str = "ada-token";

struct Post {
    id: u64,
    text: String,
    parent: Option<String>,
    at_ms: i64,
}

#[derive(Default)]
struct Kept {
    posts: Vec<Post>,
    keys: HashMap<String, u64>,
    wrong_parents: u64,
}

pub struct Town {
    temper: Temper,
    clock: Arc<Clock>,
    kept: Mutex<Kept>,
}

impl Town {
    pub fn new(temper: Temper, clock: Arc<Clock>) -> Town {
        Town { temper, clock, kept: Mutex::default() }
    }
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn post(&self, request: &Request) -> Reply {
        let mut kept = self.kept();
        let key = request.header("idempotency-key").unwrap_or_default().to_owned();
        if let (Temper::HonoursKey, Some(id)) = (self.temper, kept.keys.get(&key)) {
            let post = kept.posts.iter().find(|p| p.id == *id).expect("a key names a post");
            return Reply::json(200, &self.status(post, request));
        }
        let parent = request.form("in_reply_to_id");
        if let Some(parent) = &parent
            && !kept.posts.iter().any(|p| p.id.to_string() == *parent)
        {
            kept.wrong_parents += 1;
            return said(404, "Record not found");
        }
        let id = 1000 + kept.posts.len() as u64;
        kept.keys.insert(key, id);
        kept.posts.push(Post { id, text: request.form("status").unwrap_or_default(), parent, at_ms: self.clock.now_ms() });
        Reply::json(200, &self.status(kept.posts.last().expect("just put"), request))
    }

    fn own_posts(&self, request: &Request) -> Reply {
        if self.temper == Temper::CannotTell {
            return said(404, "This server does not list posts");
        }
        let until = if self.temper == Temper::Hides { self.clock.now_ms() - HIDDEN_MS } else { i64::MAX };
        let before = request.asked("max_id").and_then(|id| id.parse::<u64>().ok()).unwrap_or(u64::MAX);
        let kept = self.kept();
        let page = kept.posts.iter().rev().filter(|p| p.id < before && p.at_ms <= until).take(PAGE_MAX);
        Reply::json(200, &Value::Array(page.map(|p| self.status(p, request)).collect()))
    }

    fn one(&self, id: &str, request: &Request) -> Reply {
        match self.kept().posts.iter().find(|p| p.id.to_string() == id) {
            Some(post) => Reply::json(200, &self.status(post, request)),
            None => said(404, "Record not found"),
        }
    }

    fn status(&self, post: &Post, request: &Request) -> Value {
        let home = format!("http://{}", request.header("host").unwrap_or_default());
        let escaped =
            post.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("\n\n", "</p><p>").replace('\n', "<br>");
        json!({
            "id": post.id.to_string(), "uri": format!("{home}/users/ada/statuses/{}", post.id), "url": format!("{home}/@ada/{}", post.id),
            "created_at": written(post.at_ms), "in_reply_to_id": post.parent, "account": self.account(request),
            "content": format!("<p>{escaped}</p>"), "spoiler_text": "", "visibility": "public", "language": "en", "media_attachments": [],
            "mentions": [], "tags": [], "emojis": [], "favourited": false, "reblogged": false, "replies_count": 0,
        })
    }

    fn account(&self, request: &Request) -> Value {
        let home = format!("http://{}", request.header("host").unwrap_or_default());
        json!({"id": "1", "username": "ada", "acct": "ada", "display_name": "Ada", "url": format!("{home}/@ada"), "note": "", "bot": false, "fields": []})
    }
}

fn said(status: u16, words: &str) -> Reply {
    Reply::json(status, &json!({ "error": words }))
}

impl Site for Town {
    fn writes(&self, request: &Request) -> bool {
        request.method == "POST" && request.path == "/api/v1/statuses"
    }

    fn serve(&self, request: &Request) -> Reply {
        let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let is_open = request.method == "GET" && path.get(2) == Some(&"instance");
        if !is_open && request.token() != TOKEN {
            return said(401, "The access token is invalid");
        }
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["api", "v1", "statuses"]) => self.post(request),
            ("GET", ["api", "v1", "statuses", id]) => self.one(id, request),
            ("GET", ["api", "v1", "accounts", "verify_credentials"]) => Reply::json(200, &self.account(request)),
            ("GET", ["api", "v1", "accounts", "1", "statuses"]) => self.own_posts(request),
            ("GET", ["api", "v2", "instance"]) => Reply::json(
                200,
                &json!({"domain": request.header("host").unwrap_or_default(), "version": "4.3.0", "configuration": {"statuses": {"max_characters": LETTERS_MAX}}}),
            ),
            ("GET", ["api", "v1", "notifications"] | ["api", "v1", "timelines", ..]) => Reply::json(200, &json!([])),
            _ => said(404, "Record not found"),
        }
    }

    fn trouble(&self, mishap: Mishap) -> Reply {
        match mishap {
            Mishap::SlowDown => Reply { headers: vec![("retry-after", "90".into())], ..said(429, "Too many requests") },
            Mishap::Unavailable => said(503, "Service unavailable"),
            Mishap::GatewayAfter => Reply { status: 502, headers: Vec::new(), body: b"<html>Bad gateway</html>".to_vec() },
            Mishap::Refuses => said(422, "Validation failed: not today"),
            // Tokens without a date can't run out here; it is one more moment in which nothing is done.
            Mishap::TokenOld => said(503, "Service unavailable"),
            _ => said(500, "Something went wrong"),
        }
    }
}

impl World for Town {
    fn standing(&self) -> Vec<Standing> {
        let kept = self.kept();
        kept.posts.iter().map(|p| Standing { text: p.text.clone(), at: p.id.to_string(), parent: p.parent.clone() }).collect()
    }
    fn complaints(&self) -> Vec<String> {
        let wrong = self.kept().wrong_parents;
        if wrong > 0 { vec![format!("{wrong} posts answered one that never was")] } else { Vec::new() }
    }
}
