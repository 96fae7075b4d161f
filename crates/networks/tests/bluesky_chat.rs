//! Private talk on Bluesky, against a server that speaks its published lexicon: what is read from the log, how it is answered, and what a
//! password that was not made for it is told.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, PostRef, ReplyTo, Rules, Secret, Timestamp, Visibility};
use networks::bluesky::Bluesky;
use networks::http::Reach;
use networks::*;
use serde_json::{Value, json};

const DID: &str = "did:plc:ada4bluesky";

/// The service: one conversation with Ben, and its log.
#[derive(Default)]
struct Service {
    messages: Vec<Value>,
    /// What is answered instead, where something is.
    refuses: Option<(u16, Value)>,
    /// Every call with its way.
    calls: Vec<(String, String)>,
}

impl Service {
    fn say(&mut self, did: &str, text: &str) -> Value {
        let n = self.messages.len() + 1;
        let message = json!({
            "$type": "chat.bsky.convo.defs#messageView", "id": format!("m{n}"), "rev": format!("r{n:03}"), "text": text,
            "sender": {"did": did}, "sentAt": format!("2027-01-15T08:00:{n:02}.000Z"),
        });
        self.messages.push(message.clone());
        message
    }
    fn convo(&self) -> Value {
        let rev = format!("r{:03}", self.messages.len());
        json!({"id": "c1", "rev": rev, "muted": false, "unreadCount": 0, "members": [
            {"did": DID, "handle": "ada.example", "displayName": "Ada"}, {"did": "did:plc:ben", "handle": "ben.example", "displayName": "Ben Calder"}]})
    }
    fn answer(&mut self, method: &str, query: &str, body: &Value) -> (u16, Value) {
        if let Some(refusal) = &self.refuses {
            return refusal.clone();
        }
        match method {
            "chat.bsky.convo.listConvos" => (200, json!({"convos": [self.convo()]})),
            "chat.bsky.convo.getConvo" => (200, json!({"convo": self.convo()})),
            "chat.bsky.convo.getMessages" => {
                let mut all: Vec<Value> = self.messages.iter().rev().cloned().collect();
                all.push(json!({"$type": "chat.bsky.convo.defs#deletedMessageView", "id": "gone", "rev": "r0", "sender": {"did": DID}, "sentAt": "2027-01-15T08:00:00Z"}));
                (200, json!({"messages": all}))
            }
            "chat.bsky.convo.getLog" => {
                let from = query.split("cursor=").nth(1).unwrap_or_default();
                let lines = self.messages.iter().filter(|m| m["rev"].as_str().unwrap() > from);
                let logs: Vec<Value> = lines
                    .map(|m| json!({"$type": "chat.bsky.convo.defs#logCreateMessage", "rev": m["rev"], "convoId": "c1", "message": m}))
                    .chain([json!({"$type": "chat.bsky.convo.defs#logReadMessage", "rev": "r0", "convoId": "c1"})])
                    .collect();
                (200, json!({"logs": logs, "cursor": format!("r{:03}", self.messages.len())}))
            }
            "chat.bsky.convo.sendMessage" => {
                assert_eq!(body["convoId"], "c1");
                (200, self.say(DID, body["message"]["text"].as_str().unwrap()))
            }
            _ => (501, json!({"error": "MethodNotImplemented"})),
        }
    }
}

async fn serve() -> (String, Arc<Mutex<Service>>) {
    let service = Arc::new(Mutex::new(Service::default()));
    let shared = service.clone();
    let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let shared = shared.clone();
        async move {
            let method = uri.path().trim_start_matches("/xrpc/").to_owned();
            let way = headers.get("atproto-proxy").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
            let mut service = shared.lock().unwrap();
            service.calls.push((method.clone(), way));
            let (status, said) =
                service.answer(&method, uri.query().unwrap_or_default(), &serde_json::from_slice(&body).unwrap_or_default());
            (StatusCode::from_u16(status).unwrap(), said.to_string()).into_response()
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (url, service)
}

struct Ada(Http, Account, Secret);

fn ada(server: &str) -> Ada {
    let account = Account {
        id: AccountId(1),
        network: NetworkKey::new("bluesky"),
        server: server.into(),
        remote_id: DID.into(),
        handle: "ada.example".into(),
        name: "Ada".into(),
        avatar_url: None,
        url: None,
        rules: Rules::default(),
        state: AccountState::Working,
        created_at: now(),
    };
    let secret = Secret::new(json!({"did": DID, "access": "a", "refresh": "r"}).to_string());
    Ada(Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] }), account, secret)
}

fn now() -> Timestamp {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

impl Ada {
    fn call(&self) -> Call<'_> {
        Call { http: &self.0, account: &self.1, secret: &self.2, now: now() }
    }
    async fn read(&self, from: &str) -> Answer<Batch<Heard>> {
        Bluesky.private().unwrap().since(&self.call(), &Cursor(from.into())).await
    }
}

fn told(batch: &Batch<Heard>) -> Vec<String> {
    let post = |h: &Heard| {
        let p = h.post.clone().unwrap();
        let to: Vec<String> = p.mentions.iter().map(|m| m.handle.clone()).collect();
        format!("{} {} to {}: {} ({}, in {})", h.id, h.by.name, to.join(" "), p.text, p.visibility.word(), p.root.unwrap())
    };
    batch.items.iter().map(post).collect()
}

#[tokio::test]
async fn the_log_is_read_once_and_answered_in_its_conversation() {
    let (url, service) = serve().await;
    let ada = ada(&url);
    service.lock().unwrap().say("did:plc:ben", "A word in private?");
    let first = ada.read("").await.unwrap();
    assert_eq!(told(&first), ["chat:c1:m1 Ben Calder to ada.example: A word in private? (direct, in chat:c1)"]);
    assert!(ada.read(&first.next.0).await.unwrap().items.is_empty());

    let mut part = Part::of_text("Go on.");
    part.visibility = Visibility::Direct;
    let publish = Bluesky.publish().unwrap();
    let key = DeliveryKey("k".into());
    // A post cannot be answered so, and nothing goes out by mistake.
    let refused = publish.post(&ada.call(), &part, &Baggage::default(), &DeliveryKey("k".into())).await;
    assert!(matches!(refused, Err(NetworkError::Refused(_))), "{refused:?}");
    let parent = PostRef::new("chat:c1:m1", "");
    part.reply_to = Some(ReplyTo { root: PostRef::new("chat:c1", ""), parent });
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, now())).await, Ok(Found::CannotTell));
    let landing = publish.post(&ada.call(), &part, &Baggage::default(), &DeliveryKey("k".into())).await.unwrap();
    assert_eq!(landing.at.id, "chat:c1:m2");
    let found = publish.find(&ada.call(), &Sought::new(&part, &key, now())).await.unwrap();
    assert_eq!(found, Found::Here(landing));

    service.lock().unwrap().say("did:plc:ben", "Thank you");
    let next = ada.read(&first.next.0).await.unwrap();
    assert_eq!(
        told(&next),
        [
            "chat:c1:m2 Ada to ben.example: Go on. (direct, in chat:c1)",
            "chat:c1:m3 Ben Calder to ada.example: Thank you (direct, in chat:c1)"
        ]
    );
    let calls = service.lock().unwrap().calls.clone();
    assert!(calls.iter().all(|(_, way)| way == "did:web:api.bsky.chat#bsky_chat"), "{calls:?}");
    assert!(calls.iter().all(|(method, _)| method.starts_with("chat.bsky.convo.")), "no record is made of it: {calls:?}");
}

#[tokio::test]
async fn a_password_not_made_for_it_is_told_from_one_that_is_old() {
    let (url, service) = serve().await;
    let ada = ada(&url);
    for (status, name, message, is_refused) in [
        (400, "InvalidToken", "Bad token method", true),
        (403, "Forbidden", "", true),
        (401, "AuthMissing", "", true),
        (400, "ExpiredToken", "Token has expired", false),
        (401, "InvalidToken", "Token could not be verified", false),
    ] {
        service.lock().unwrap().refuses = Some((status, json!({"error": name, "message": message})));
        let answer = ada.read("").await;
        match is_refused {
            true => assert!(matches!(answer, Err(NetworkError::Refused(_))), "{name}: {answer:?}"),
            false => assert_eq!(answer, Err(NetworkError::TokenOld), "{name}"),
        }
    }
    service.lock().unwrap().refuses = Some((501, json!({"error": "MethodNotImplemented"})));
    assert_eq!(ada.read("").await, Err(NetworkError::NotOffered));
}
