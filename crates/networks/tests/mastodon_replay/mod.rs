//! A server that gives what it was told to give, notes what it was asked, and misbehaves on demand.
#![allow(dead_code, reason = "each test file uses its part of this")]
#![allow(clippy::unwrap_used, reason = "a test says what it found by stopping")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, Picture, PictureId, PostRef, ReplyTo, Secret, Timestamp};
use networks::http::Reach;
use networks::mastodon::Mastodon;
use networks::*;

pub const NOW: &str = "2026-11-21T12:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

#[derive(Clone)]
pub struct Given {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub pause: Duration,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: String,
    pub headers: HeaderMap,
}

#[derive(Default)]
struct Inside {
    given: HashMap<(String, String), Vec<Given>>,
    asked: Vec<Asked>,
}

#[derive(Clone)]
pub struct Replay {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
}

impl Replay {
    pub async fn start() -> Replay {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inside = Arc::new(Mutex::new(Inside::default()));
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Replay { url, inside }
    }

    /// From now on this is the answer.
    pub fn give(&self, method: &str, path: &str, status: u16, body: Vec<u8>, is_packed: bool) {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(is_packed.then(|| ("content-encoding", "gzip".to_owned())));
        self.give_in_turn(method, path, vec![Given { status, headers, body, pause: Duration::ZERO }]);
    }
    pub fn give_json(&self, method: &str, path: &str, status: u16, body: serde_json::Value) {
        self.give(method, path, status, body.to_string().into_bytes(), false);
    }
    /// One after the other; the last stays.
    pub fn give_in_turn(&self, method: &str, path: &str, mut answers: Vec<Given>) {
        answers.reverse();
        self.inside.lock().unwrap().given.insert((method.to_owned(), path.to_owned()), answers);
    }
    pub fn forget(&self) {
        self.inside.lock().unwrap().given.clear();
    }
    pub fn asked(&self) -> Vec<Asked> {
        self.inside.lock().unwrap().asked.clone()
    }
    /// Who has an account there.
    pub fn someone(&self) -> Someone {
        let host = self.url.split_once("://").unwrap().1.to_owned();
        let account = Account {
            id: AccountId(1),
            network: NetworkKey::new("mastodon"),
            server: self.url.clone(),
            remote_id: format!("ada@{host}"),
            handle: format!("ada@{host}"),
            name: "Ada".into(),
            avatar_url: None,
            url: None,
            rules: (Mastodon.about().rules)(),
            state: AccountState::Working,
            created_at: now(),
        };
        let http = Http::new(Reach { private_hosts: vec![host] });
        Someone { http, account, secret: Secret::new(r#"{"token":"secret-token","account_id":"7"}"#) }
    }
}

async fn answer(State(inside): State<Arc<Mutex<Inside>>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let given = {
        let mut inside = inside.lock().unwrap();
        inside.asked.push(Asked {
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(&body).into_owned(),
            headers,
        });
        match inside.given.get_mut(&(method.to_string(), uri.path().to_owned())) {
            Some(answers) if answers.len() > 1 => answers.pop(),
            Some(answers) => answers.last().cloned(),
            None => None,
        }
    };
    let Some(given) = given else {
        return Response::builder().status(StatusCode::NOT_FOUND).body("<html>nothing here</html>".into()).unwrap();
    };
    tokio::time::sleep(given.pause).await;
    let mut response = Response::builder().status(given.status);
    for (name, value) in given.headers {
        response = response.header(name, value);
    }
    response.body(given.body.into()).unwrap()
}

pub struct Someone {
    pub http: Http,
    pub account: Account,
    pub secret: Secret,
}

impl Someone {
    pub fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    pub fn alias(&self, id: &str) -> String {
        model::local_alias(self.account.server.split_once("://").unwrap().1, id)
    }
}

pub fn status(id: &str) -> serde_json::Value {
    serde_json::json!({"id": id, "uri": format!("https://s.example/p/{id}"), "created_at": NOW, "content": "<p>words</p>",
        "account": {"id": "7", "acct": "ada"}, "media_attachments": [{"id": "31", "type": "image", "url": "x", "description": "old"}]})
}

/// Every call that the client can make, once, of a server that has them all.
pub async fn talk_about_everything(server: &Replay) {
    let ada = server.someone();
    let list = serde_json::json!([status("11")]);
    for path in ["timelines/home", "timelines/tag/bread", "accounts/77/statuses", "accounts/7/statuses"] {
        server.give_json("GET", &format!("/api/v1/{path}"), 200, list.clone());
    }
    server.give_json("GET", "/api/v2/search", 200, serde_json::json!({"statuses": [status("12")]}));
    server.give_json("GET", "/api/v1/accounts/lookup", 200, serde_json::json!({"id": "77", "acct": "ben"}));
    server.give_json("GET", "/api/v1/accounts/verify_credentials", 200, serde_json::json!({"id": "7", "acct": "ada"}));
    server.give_json("GET", "/api/v2/instance", 200, serde_json::json!({"version": "4.3.0", "domain": "s.example"}));
    server.give_json("GET", "/api/v1/notifications", 200, serde_json::json!([]));
    server.give_json("GET", "/api/v1/statuses/12/context", 200, serde_json::json!({}));
    for (method, end) in [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/favourite"),
        ("POST", "/unfavourite"),
        ("POST", "/reblog"),
        ("POST", "/unreblog"),
    ] {
        server.give_json(method, &format!("/api/v1/statuses/12{end}"), 200, status("12"));
    }
    server.give_json("POST", "/api/v1/statuses", 200, status("13"));
    server.give_json("POST", "/api/v2/media", 202, serde_json::json!({"id": "31", "url": null}));
    server.give_json("GET", "/api/v1/media/31", 200, serde_json::json!({"id": "31", "url": "x"}));
    server.give_json("POST", "/api/v1/apps", 200, serde_json::json!({"client_id": "c", "client_secret": "s"}));
    server.give_json("POST", "/oauth/token", 200, serde_json::json!({"access_token": "t", "refresh_token": ""}));

    let listen = Mastodon.listen().unwrap();
    for search in [Search::Home, Search::Tag("#bread".into()), Search::Words("bread".into()), Search::By("ben@far.example".into())] {
        let read = listen.search(&ada.call(), &search, &Cursor::default()).await.unwrap();
        listen.search(&ada.call(), &search, &read.next).await.unwrap();
    }
    let elsewhere = PostRef::new("https://s.example/p/12", "local:other.example:5");
    listen.thread(&ada.call(), &elsewhere).await.unwrap();
    Mastodon.inbox().unwrap().since(&ada.call(), &Cursor::default()).await.unwrap();
    Mastodon.people().unwrap().profile(&ada.call(), "@ben@far.example").await.unwrap();

    let publish = Mastodon.publish().unwrap();
    let mut part = Part::of_text("words");
    part.warning = Some("w".into());
    part.language = Some("en".into());
    part.reply_to = Some(ReplyTo { parent: elsewhere.clone(), root: elsewhere.clone() });
    part.pictures =
        vec![Picture { id: PictureId(1), mime: "image/png".into(), width: 1, height: 1, alt: "new".into(), ..Picture::default() }];
    let uploads = vec![Upload { id: PictureId(1), mime: "image/png".into(), bytes: vec![1], width: 1, height: 1, alt: "new".into() }];
    let baggage = Baggage { uploads, card: None, begun: None };
    publish.post(&ada.call(), &part, &baggage, &DeliveryKey("key-1".into())).await.unwrap();
    publish.find(&ada.call(), &Sought::new(&part, &DeliveryKey("key-1".into()), now())).await.unwrap();
    publish.edit(&ada.call(), &elsewhere, &part, &baggage).await.unwrap();
    for sign in [Sign::Like, Sign::Boost] {
        let receipt = publish.sign(&ada.call(), &elsewhere, sign).await.unwrap();
        publish.unsign(&ada.call(), &elsewhere, sign, &receipt).await.unwrap();
    }
    publish.delete(&ada.call(), &elsewhere).await.unwrap();

    let sign_in = Mastodon.sign_in().unwrap();
    let answers = [("server".to_owned(), server.url.clone())].into();
    let Step::Visit { state, .. } = sign_in.begin(&ada.http, &answers, None, now()).await.unwrap() else { panic!("a visit") };
    sign_in.finish(&ada.http, &Returned { state, code: "c".into() }, now()).await.unwrap();
    sign_in.look_again(&ada.call()).await.unwrap();
}
