//! The client against relays that misbehave: what is told to the caller decides whether a post may be sent again, and nothing that
//! nobody signed is ever shown.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use k256::schnorr::SigningKey;
use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, PostRef, Rules, Secret, Timestamp};
use networks::http::Reach;
use networks::nostr::Nostr;
use networks::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

const AT: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(AT).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

struct Key(SigningKey);

impl Key {
    fn of(n: u8) -> Key {
        Key(SigningKey::from_slice(&[n; 32]).unwrap())
    }
    fn public(&self) -> String {
        hex(&self.0.verifying_key().to_bytes())
    }
    fn sign(&self, kind: u32, at: i64, tags: Value, content: &str) -> Value {
        let id = Sha256::digest(json!([0, self.public(), at, kind, tags, content]).to_string().as_bytes());
        let sig = hex(&self.0.sign_raw(&id, &[3; 32]).unwrap().to_bytes());
        json!({"id": hex(&id), "pubkey": self.public(), "created_at": at, "kind": kind, "tags": tags, "content": content, "sig": sig})
    }
}

/// What a relay does on hearing a message; an empty text hangs up.
type Manner = dyn Fn(&Value) -> Vec<String> + Send + Sync;

struct Relay {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

/// A relay of this manner, which says `first` to whoever comes.
async fn relay(first: &'static str, manner: impl Fn(&Value) -> Vec<String> + Send + Sync + 'static) -> Relay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let (manner, heard): (Arc<Manner>, Arc<Mutex<Vec<Value>>>) = (Arc::new(manner), Arc::default());
    let list = heard.clone();
    tokio::spawn(async move {
        while let Ok((wire, _)) = listener.accept().await {
            let (manner, heard) = (manner.clone(), list.clone());
            tokio::spawn(async move {
                let Ok(mut socket) = tokio_tungstenite::accept_async(wire).await else { return };
                if !first.is_empty() {
                    let _ = socket.send(Message::text(first)).await;
                }
                while let Some(Ok(Message::Text(text))) = socket.next().await {
                    let said: Value = serde_json::from_str(&text).unwrap();
                    heard.lock().unwrap().push(said.clone());
                    for answer in manner(&said) {
                        if answer.is_empty() || socket.send(Message::text(answer)).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    Relay { url, heard }
}

/// An answer to every event handed over, and nothing stored.
async fn says(is_taken: bool, why: &'static str) -> Relay {
    relay("", move |said| match said[0].as_str() {
        Some("EVENT") => vec![json!(["OK", said[1]["id"], is_taken, why]).to_string()],
        Some("REQ") => vec![json!(["EOSE", said[1]]).to_string()],
        _ => vec![],
    })
    .await
}

struct Ada {
    http: Http,
    account: Account,
    secret: Secret,
}

impl Ada {
    fn at(relays: &[&Relay]) -> Ada {
        let public = Key::of(1).public();
        let relays: Vec<&String> = relays.iter().map(|r| &r.url).collect();
        let secret = Secret::new(json!({"key": "01".repeat(32), "public": public, "relays": relays}).to_string());
        let account = Account {
            id: AccountId(1),
            network: NetworkKey::new("nostr"),
            server: "nostr:".into(),
            remote_id: public.clone(),
            handle: public,
            name: "Ada".into(),
            avatar_url: None,
            url: None,
            rules: Rules::default(),
            state: AccountState::Working,
            created_at: now(),
        };
        Ada { http: Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] }), account, secret }
    }
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn post(&self, text: &str) -> Answer<Landing> {
        let baggage = Baggage { begun: Some(now()), ..Baggage::default() };
        Nostr.publish().unwrap().post(&self.call(), &Part::of_text(text), &baggage, &DeliveryKey("k".into())).await
    }
    async fn find(&self, text: &str) -> Answer<Found> {
        Nostr.publish().unwrap().find(&self.call(), &Sought::new(&Part::of_text(text), &DeliveryKey("k".into()), now())).await
    }
    async fn tagged(&self) -> Answer<Batch<model::Post>> {
        Nostr.listen().unwrap().search(&self.call(), &Search::Tag("bread".into()), &Cursor::default()).await
    }
}

#[tokio::test]
async fn a_relays_word_is_understood() {
    for (is_taken, why) in [(true, ""), (true, "duplicate: already have this event"), (false, "duplicate: exists")] {
        let relay = says(is_taken, why).await;
        let landed = Ada::at(&[&relay]).post("A loaf").await;
        assert!(landed.is_ok(), "{is_taken} {why}: {landed:?}");
        let sent = relay.heard.lock().unwrap().iter().filter(|m| m[0] == "EVENT").count();
        assert_eq!(sent, 1);
    }
    for (why, is_refused) in
        [("blocked: go away", true), ("invalid: too old", true), ("pow: 25 bits wanted", true), ("", true), ("error: disk", false)]
    {
        let trouble = Ada::at(&[&says(false, why).await]).post("A loaf").await.unwrap_err();
        assert_eq!(matches!(trouble, NetworkError::Refused(_)), is_refused, "{why}: {trouble:?}");
        assert_eq!(trouble.happened() == Happened::Maybe, !is_refused);
    }
    let wait = Ada::at(&[&says(false, "rate-limited: slow down").await]).post("A loaf").await.unwrap_err();
    assert_eq!(wait, NetworkError::SlowDown { until: now() + jiff::SignedDuration::from_secs(60) });
    let echo = Ada::at(&[&says(false, "blocked: My starter sulks in the cold").await]).post("My starter sulks in the cold").await;
    assert_eq!(echo, Err(NetworkError::Refused("A relay does not take it.".into())));
}

#[tokio::test]
async fn one_relay_that_takes_it_is_enough() {
    let (good, bad) = (says(true, "").await, says(false, "blocked: no").await);
    let landed = Ada::at(&[&bad, &good]).post("A loaf").await.unwrap();
    assert!(landed.at.tag.contains(&good.url) && !landed.at.tag.contains(&bad.url));
    let deaf = relay("", |_| vec![String::new()]).await;
    assert!(Ada::at(&[&deaf, &good]).post("A loaf").await.is_ok());
    let doubt = Ada::at(&[&deaf, &bad]).post("A loaf").await.unwrap_err();
    assert_eq!(doubt.happened(), Happened::Maybe, "a refusal of one does not settle the doubt about the other");
    let sent: Vec<Value> = deaf.heard.lock().unwrap().iter().filter(|m| m[0] == "EVENT").map(|m| m[1]["id"].clone()).collect();
    assert!(sent.len() == 4 && sent.iter().all(|id| *id == landed.at.id), "every try is the same event, and tries end: {sent:?}");
}

#[tokio::test]
async fn a_hang_up_leaves_doubt_until_somebody_answers() {
    let deaf = relay("", |_| vec![String::new()]).await;
    let ada = Ada::at(&[&deaf]);
    assert_eq!(ada.post("A loaf").await.unwrap_err().happened(), Happened::Maybe);
    let trouble = ada.find("A loaf").await.unwrap_err();
    assert!(trouble.may_pass(), "{trouble:?}");
    assert_eq!(Ada::at(&[&says(true, "").await]).find("A loaf").await, Ok(Found::NotThere));
}

#[tokio::test]
async fn a_relay_that_wants_a_login_gets_one() {
    let gate: Mutex<bool> = Mutex::default();
    let relay = relay(r#"["AUTH","prove it"]"#, move |said| {
        let mut is_in = gate.lock().unwrap();
        match said[0].as_str() {
            Some("AUTH") => {
                let tags = said[1]["tags"].as_array().unwrap();
                let value = |name: &str| tags.iter().find(|t| t[0] == name).map(|t| t[1].as_str().unwrap().to_owned());
                *is_in = said[1]["kind"] == 22242
                    && value("challenge").as_deref() == Some("prove it")
                    && value("relay").unwrap().starts_with("ws://127");
                vec![json!(["OK", said[1]["id"], *is_in, ""]).to_string()]
            }
            Some("EVENT") => {
                let why = if *is_in { "" } else { "auth-required: who are you?" };
                vec![json!(["OK", said[1]["id"], *is_in, why]).to_string()]
            }
            Some("REQ") if !*is_in => vec![json!(["CLOSED", said[1], "auth-required: who are you?"]).to_string()],
            Some("REQ") => vec![json!(["EOSE", said[1]]).to_string()],
            _ => vec![],
        }
    })
    .await;
    let ada = Ada::at(&[&relay]);
    assert!(ada.post("A loaf").await.is_ok());
    assert_eq!(ada.tagged().await.map(|b| b.items.len()), Ok(0));
}

#[tokio::test]
async fn what_nobody_signed_was_never_said() {
    let ben = Key::of(2);
    let good = ben.sign(1, AT - 60, json!([["t", "bread"]]), "Rye");
    let mut forged = ben.sign(1, AT - 50, json!([["t", "bread"]]), "Rye");
    forged["content"] = "White".into();
    let mut stolen = Key::of(3).sign(1, AT - 40, json!([["t", "bread"]]), "Mine");
    stolen["pubkey"] = ben.public().into();
    let later = ben.sign(1, AT + 86_400, json!([["t", "bread"]]), "From tomorrow");
    let face = ben.sign(0, AT - 90, json!([]), r#"{"name":"Ben","nip05":"ben@127.0.0.1:1"}"#);
    // The newer profile is forged, and so is a stranger's word that the note is gone.
    let mut false_face = ben.sign(0, AT - 10, json!([]), r#"{"name":"Ben"}"#);
    false_face["content"] = r#"{"name":"Buy now"}"#.into();
    let not_his = Key::of(3).sign(5, AT, json!([["e", good["id"]]]), "");
    let id = good["id"].as_str().unwrap().to_owned();
    let relay = relay("", move |said| {
        if said[0] != "REQ" {
            return vec![];
        }
        let events = match said[2]["kinds"][0].as_u64() {
            None => vec![&forged, &good],
            Some(1) => vec![&forged, &stolen, &later, &good, &good],
            Some(0) => vec![&false_face, &face],
            _ => vec![&not_his],
        };
        let mut answers: Vec<String> = events.into_iter().map(|e| json!(["EVENT", said[1], e]).to_string()).collect();
        answers.insert(1, "[\"EVENT\",\"q\",{\"id\":1}]".into());
        answers.insert(0, "<html>what is this</html>".into());
        answers.push(json!(["EOSE", said[1]]).to_string());
        answers
    })
    .await;
    let batch = Ada::at(&[&relay]).tagged().await.unwrap();
    let told: Vec<(&str, &str, &str)> = batch.items.iter().map(|p| (p.at.id.as_str(), p.text.as_str(), p.author.name.as_str())).collect();
    assert_eq!(told, [(id.as_str(), "Rye", "Ben")]);
    assert!(batch.items[0].author.handle.starts_with("npub1"), "what only he claims is no handle");
    let thread = Nostr.listen().unwrap().thread(&Ada::at(&[&relay]).call(), &PostRef::new(id, "")).await.unwrap();
    assert_eq!(thread.len(), 1);
}

#[tokio::test]
async fn a_relay_without_end_is_left() {
    let ben = Key::of(2);
    let notes: Vec<Value> = (0..40).map(|n| ben.sign(1, AT - n, json!([["t", "bread"]]), &format!("Note {n}"))).collect();
    let flood = relay("", move |said| match said[0].as_str() {
        Some("REQ") => (0..3000).map(|n| json!(["EVENT", said[1], notes[n % 40]]).to_string()).collect(),
        _ => vec![],
    })
    .await;
    assert_eq!(Ada::at(&[&flood]).tagged().await.unwrap().items.len(), 40);
    let chatter = relay("", |_| (0..200).map(|_| "la la la".to_owned()).collect()).await;
    assert!(matches!(Ada::at(&[&chatter]).tagged().await, Err(NetworkError::Garbled(_))));
    let silent = relay("", |_| vec![]).await;
    let good = says(true, "").await;
    let began = tokio::time::Instant::now();
    assert!(Ada::at(&[&silent, &good]).tagged().await.is_ok(), "one that says nothing does not hold up the others for ever");
    assert!(began.elapsed() < std::time::Duration::from_secs(25), "{:?}", began.elapsed());
}
