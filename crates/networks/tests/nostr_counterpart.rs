//! People talk on real relays, and what stands there is read back by a plain socket, past our own code. Runs where `HOBNOB_CP_NOSTR` and
//! its fellows name relays; skipped aloud where they do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use base64::Engine;
use futures_util::{SinkExt, StreamExt};
use k256::schnorr::SigningKey;
use model::{Account, AccountId, AccountState, DeliveryKey, Part, PictureId, PostRef, ReplyTo, Secret, Timestamp};
use networks::http::Reach;
use networks::nostr::Nostr;
use networks::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

const TRIES_MAX: usize = 60;
const PAUSE: Duration = Duration::from_millis(200);
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

// The relays live by the real clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: {name} is not set, so there is no relay to talk through");
    }
    value
}

fn http() -> Http {
    Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] })
}

fn unique(word: &str) -> String {
    format!("{word}{:x}", now().as_nanosecond())
}

struct Somebody {
    http: Http,
    account: Account,
    secret: Secret,
}

impl Somebody {
    async fn arrive(answers: &[(&str, &str)]) -> Answer<Somebody> {
        let answers = answers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let http = http();
        let Step::Done(arrival) = Nostr.sign_in().unwrap().begin(&http, &answers, None, now()).await? else { panic!("one step") };
        let account = Account {
            id: AccountId(1),
            network: arrival.network,
            server: arrival.server,
            remote_id: arrival.profile.remote_id,
            handle: arrival.profile.handle,
            name: arrival.profile.name,
            avatar_url: None,
            url: arrival.profile.url,
            rules: arrival.rules,
            state: AccountState::Working,
            created_at: now(),
        };
        Ok(Somebody { http, account, secret: arrival.secret })
    }
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    fn key(&self) -> &str {
        &self.account.remote_id
    }
    async fn say(&self, part: &Part, baggage: &Baggage) -> Answer<Landing> {
        Nostr.publish().unwrap().post(&self.call(), part, baggage, &DeliveryKey(unique("k"))).await
    }
    async fn find(&self, part: &Part, begun: Timestamp) -> Answer<Found> {
        Nostr.publish().unwrap().find(&self.call(), &Sought::new(part, &DeliveryKey("k".into()), begun)).await
    }
    async fn heard(&self, from: &Cursor) -> Batch<Heard> {
        Nostr.inbox().unwrap().since(&self.call(), from).await.unwrap()
    }
    async fn search(&self, search: Search) -> Answer<Batch<model::Post>> {
        Nostr.listen().unwrap().search(&self.call(), &search, &Cursor::default()).await
    }
    async fn thread(&self, of: &PostRef) -> Vec<model::Post> {
        Nostr.listen().unwrap().thread(&self.call(), of).await.unwrap()
    }
    /// Signs by hand, past our own client.
    fn sign(&self, kind: u32, tags: Value, content: &str) -> Value {
        let kept: Value = serde_json::from_str(self.secret.reveal()).unwrap();
        let hex = kept["key"].as_str().unwrap();
        let bytes: Vec<u8> = (0..64).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        let at = now().as_second();
        let id = Sha256::digest(json!([0, self.key(), at, kind, tags, content]).to_string().as_bytes());
        let sig = SigningKey::from_slice(&bytes).unwrap().sign_raw(&id, &[7; 32]).unwrap().to_bytes();
        let hex = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<String>();
        json!({"id": hex(&id), "pubkey": self.key(), "created_at": at, "kind": kind, "tags": tags, "content": content, "sig": hex(&sig)})
    }
}

/// Made here, on both relays.
async fn ada(one: &str, two: &str) -> Somebody {
    let blossom = given("HOBNOB_CP_NOSTR_BLOSSOM").unwrap();
    let relays = format!("{one} {two}");
    Somebody::arrive(&[("way", "make"), ("name", "Ada Lovelace"), ("relays", &relays), ("media", &blossom)]).await.unwrap()
}

/// With a key of his own.
async fn ben(one: &str) -> Somebody {
    let key: String = Sha256::digest(unique("ben").as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    Somebody::arrive(&[("way", "have"), ("key", &key), ("relays", one)]).await.unwrap()
}

/// What a relay itself says, by a plain socket.
async fn raw(relay: &str, filter: Value) -> Vec<Value> {
    let (mut socket, _) = tokio_tungstenite::connect_async(relay).await.unwrap();
    socket.send(Message::text(json!(["REQ", "raw", filter]).to_string())).await.unwrap();
    let mut events = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let said: Value = serde_json::from_str(&text).unwrap();
        match said[0].as_str().unwrap() {
            "EVENT" => events.push(said[2].clone()),
            "EOSE" => break,
            _ => {}
        }
    }
    events
}

async fn raw_send(relay: &str, event: &Value) {
    let (mut socket, _) = tokio_tungstenite::connect_async(relay).await.unwrap();
    socket.send(Message::text(json!(["EVENT", event]).to_string())).await.unwrap();
    while let Some(Ok(message)) = socket.next().await {
        if message.to_text().is_ok_and(|t| t.starts_with("[\"OK\"") || t.starts_with("[\"OK\",")) {
            assert!(message.to_text().unwrap().contains("true"), "{message}");
            break;
        }
    }
}

async fn stands(relay: &str, id: &str) -> Option<Value> {
    raw(relay, json!({"ids": [id]})).await.pop()
}

async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    for _ in 0..TRIES_MAX {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited in vain for {what}");
}

fn tags<'a>(event: &'a Value, name: &str) -> Vec<&'a Value> {
    event["tags"].as_array().unwrap().iter().filter(|t| t[0] == name).collect()
}

fn answer(text: &str, parent: &PostRef, root: &PostRef) -> Part {
    Part { reply_to: Some(ReplyTo { parent: parent.clone(), root: root.clone() }), ..Part::of_text(text) }
}

fn picture() -> Upload {
    let bytes = base64::engine::general_purpose::STANDARD.decode(DOT).unwrap();
    Upload { id: PictureId(1), mime: "image/png".into(), bytes, width: 1, height: 1, alt: "A very small loaf".into() }
}

/// A way to a relay that can be shut, or that loses the relay's word on what it took.
struct Gate {
    port: u16,
    manner: Arc<AtomicU8>,
}

const OPEN: u8 = 0;
const SHUT: u8 = 1;
const LOSES_ANSWERS: u8 = 2;

impl Gate {
    async fn to(relay: &str, manner: u8) -> Gate {
        let target = relay.trim_start_matches("ws://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Gate { port: listener.local_addr().unwrap().port(), manner: Arc::new(AtomicU8::new(manner)) };
        let manner = gate.manner.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (target, manner) = (target.clone(), manner.clone());
                tokio::spawn(async move {
                    if manner.load(Ordering::SeqCst) == SHUT {
                        return;
                    }
                    let (mut near_in, mut near_out) = near.into_split();
                    let (mut far_in, mut far_out) = TcpStream::connect(&target).await.unwrap().into_split();
                    tokio::spawn(async move { tokio::io::copy(&mut near_in, &mut far_out).await });
                    let mut piece = vec![0; 65536];
                    while let Ok(n) = far_in.read(&mut piece).await {
                        let says_ok = String::from_utf8_lossy(&piece[..n]).contains("[\"OK\"");
                        if n == 0 || (says_ok && manner.load(Ordering::SeqCst) == LOSES_ANSWERS) {
                            return;
                        }
                        if near_out.write_all(&piece[..n]).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        gate
    }
    fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }
    fn set(&self, manner: u8) {
        self.manner.store(manner, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn two_people_talk() {
    let (Some(one), Some(two)) = (given("HOBNOB_CP_NOSTR"), given("HOBNOB_CP_NOSTR_OTHER")) else { return };
    let (ada, ben) = (ada(&one, &two).await, ben(&one).await);
    assert_eq!((ada.account.name.as_str(), ada.account.rules.pictures_max), ("Ada Lovelace", 8));
    assert_eq!(ben.account.rules.pictures_max, 0, "he names no server for pictures");
    for relay in [&one, &two] {
        assert_eq!(raw(relay, json!({"kinds": [0, 10002], "authors": [ada.key()]})).await.len(), 2, "she can be found");
    }
    assert!(raw(&one, json!({"authors": [ben.key()]})).await.is_empty(), "nothing is said for a key that was brought");
    let (ada_before, ben_before) = (ada.heard(&Cursor::default()).await.next, ben.heard(&Cursor::default()).await.next);

    // Ada asks, with all that a post can carry.
    let topic = unique("Bread");
    let mut part = Part::of_text(format!("Käse 🧀 or loaf, @{}? See https://bread.example/rye?x=1 #{topic}", ben.account.handle));
    part.mentions = vec![(ben.account.handle.clone(), ben.key().to_owned())];
    part.warning = Some("Food".into());
    part.language = Some("en-GB".into());
    part.pictures = vec![model::Picture {
        id: PictureId(1),
        mime: "image/png".into(),
        width: 1,
        height: 1,
        alt: "A very small loaf".into(),
        ..model::Picture::default()
    }];
    let begun = now();
    let baggage = Baggage { uploads: vec![picture()], begun: Some(begun), ..Baggage::default() };
    assert_eq!(ada.find(&part, begun).await, Ok(Found::NotThere));
    let asked = ada.say(&part, &baggage).await.unwrap();
    let Ok(Found::Here(found)) = ada.find(&part, begun).await else { panic!("it stands") };
    assert_eq!((&found.at.id, &found.url), (&asked.at.id, &asked.url));
    assert_eq!(ada.say(&part, &baggage).await.unwrap().at.id, asked.at.id, "a second try is the same post");
    assert!(asked.at.tag.contains(&format!("on={one},{two}")), "which relays took it is kept: {}", asked.at.tag);

    // What stands on each relay, word for word.
    for relay in [&one, &two] {
        assert_eq!(raw(relay, json!({"kinds": [1], "authors": [ada.key()]})).await.len(), 1, "once");
        let event = stands(relay, &asked.at.id).await.unwrap();
        let words = part.text.replace(&format!("@{}", ben.account.handle), &format!("nostr:{}", ben.account.handle));
        let content = event["content"].as_str().unwrap();
        let address = content.strip_prefix(&words).unwrap_or_else(|| panic!("{content}")).trim().to_owned();
        assert_eq!(tags(&event, "p"), [&json!(["p", ben.key()])]);
        assert_eq!(tags(&event, "t"), [&json!(["t", topic.to_lowercase()])]);
        assert_eq!(tags(&event, "content-warning"), [&json!(["content-warning", "Food"])]);
        assert_eq!(tags(&event, "l"), [&json!(["l", "en", "ISO-639-1"])]);
        let imeta: Vec<&str> = tags(&event, "imeta")[0].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
        assert_eq!(imeta[1..5], [&format!("url {address}"), "m image/png", "dim 1x1", "alt A very small loaf"]);
        assert_eq!(event["created_at"], begun.as_second());
        let picture = ada.http.send(ada.http.get(&address).unwrap()).await.unwrap();
        assert_eq!(picture.body, baggage.uploads[0].bytes, "the picture stands where the post says");
    }

    // Ben hears of it, as it was written.
    let heard = ben.heard(&ben_before).await.items.into_iter().find(|h| h.id == asked.at.id).unwrap();
    assert_eq!((heard.kind, heard.by.name.as_str()), (HeardKind::Spoke, "Ada Lovelace"));
    let post = heard.post.unwrap();
    assert_eq!((&post.text, &post.warning, post.language.as_deref()), (&part.text, &part.warning, Some("en")));
    assert_eq!((post.mentions[0].remote_id.as_str(), post.links.len(), post.media[0].alt.as_str()), (ben.key(), 1, "A very small loaf"));

    // He answers, and she says two more: a thread, with its marks.
    let answered = ben.say(&answer("A loaf, always.", &post.at, &post.at), &Baggage::default()).await.unwrap().at;
    let (heard, cursor) = until("the answer", || async {
        let batch = ada.heard(&ada_before).await;
        Some((batch.items.into_iter().find(|h| h.id == answered.id)?, batch.next))
    })
    .await;
    let reply = heard.post.unwrap();
    assert_eq!(
        (reply.reply_to.as_deref(), reply.root.as_deref(), reply.reply_to_author.as_deref()),
        (Some(&*asked.at.id), Some(&*asked.at.id), Some(ada.key()))
    );
    assert!(ada.heard(&cursor).await.items.iter().all(|h| h.id != answered.id), "heard twice");
    let second = ada.say(&answer("Then bake with me.", &reply.at, &asked.at), &Baggage::default()).await.unwrap().at;
    let third = ada.say(&answer("Here is how.", &second, &asked.at), &Baggage::default()).await.unwrap().at;
    let event = stands(&one, &second.id).await.unwrap();
    let marks: Vec<(&str, &str)> = tags(&event, "e").iter().map(|t| (t[1].as_str().unwrap(), t[3].as_str().unwrap())).collect();
    assert_eq!(marks, [(&*asked.at.id, "root"), (&*answered.id, "reply")]);
    assert!(tags(&event, "p").iter().any(|t| t[1] == ben.key()));
    let ids = [&asked.at.id, &answered.id, &second.id, &third.id];
    for of in [&asked.at, &answered, &third] {
        let thread = ben.thread(of).await;
        assert_eq!(thread.iter().map(|p| &p.at.id).collect::<Vec<_>>().len(), 4);
        assert!(ids.iter().all(|id| thread.iter().any(|p| p.at.id == **id)));
    }
    assert_eq!(ben.search(Search::Tag(topic)).await.unwrap().items[0].at.id, asked.at.id);
    assert_eq!(ben.search(Search::By(ada.key().to_owned())).await.unwrap().items.len(), 3);
    assert_eq!(ben.search(Search::Words("loaf".into())).await, Err(NetworkError::NotOffered));

    // Taking down: gone from both relays, and once more is no error.
    let publish = Nostr.publish().unwrap();
    for _ in 0..2 {
        publish.delete(&ada.call(), &third).await.unwrap();
    }
    for relay in [&one, &two] {
        until("the note to be gone", || async { stands(relay, &third.id).await.is_none().then_some(()) }).await;
    }
    assert!(matches!(publish.delete(&ada.call(), &answered).await, Err(NetworkError::Refused(_))), "somebody else's");
}

#[tokio::test]
async fn small_signs() {
    let (Some(one), Some(two)) = (given("HOBNOB_CP_NOSTR"), given("HOBNOB_CP_NOSTR_OTHER")) else { return };
    let (ada, ben) = (ada(&one, &two).await, ben(&one).await);
    let publish = Nostr.publish().unwrap();
    let before = ada.heard(&Cursor::default()).await.next;
    let post = ada.say(&Part::of_text(unique("A loaf ")), &Baggage::default()).await.unwrap().at;
    for (sign, kind, number) in [(Sign::Like, HeardKind::Liked, 7), (Sign::Boost, HeardKind::PassedOn, 6)] {
        let receipt = publish.sign(&ben.call(), &post, sign).await.unwrap();
        assert_eq!(publish.sign(&ben.call(), &post, sign).await.unwrap(), receipt, "twice is once");
        let event = stands(&one, &receipt).await.unwrap();
        assert_eq!(
            (&event["kind"], &tags(&event, "e")[0][1], &tags(&event, "p")[0][1]),
            (&json!(number), &json!(post.id), &json!(ada.key()))
        );
        let heard = ada.heard(&before).await.items.into_iter().find(|h| h.id == receipt).unwrap();
        assert_eq!((heard.kind, heard.post.map(|p| p.at.id)), (kind, Some(post.id.clone())));
        publish.unsign(&ben.call(), &post, sign, "").await.unwrap();
        until("the sign to be gone", || async { stands(&one, &receipt).await.is_none().then_some(()) }).await;
        let anew = publish.sign(&ben.call(), &post, sign).await;
        assert!(anew.is_ok(), "{anew:?}");
    }

    // Ben follows her: her words come home, and what she passes on.
    raw_send(&one, &ben.sign(3, json!([["p", ada.key()]]), "")).await;
    let home = ben.search(Search::Home).await.unwrap();
    assert!(home.items.iter().any(|p| p.at.id == post.id && p.boost.is_none()));
    let followed = ada.heard(&before).await.items.into_iter().find(|h| h.kind == HeardKind::Followed).unwrap();
    assert_eq!(followed.by.remote_id, ben.key());
    let bens = ben.say(&Part::of_text(unique("Rye ")), &Baggage::default()).await.unwrap().at;
    publish.sign(&ada.call(), &bens, Sign::Boost).await.unwrap();
    let passed_on = ben.search(Search::Home).await.unwrap().items.into_iter().find(|p| p.at.id == bens.id).unwrap();
    assert_eq!(passed_on.boost.unwrap().by.name, "Ada Lovelace");
}

#[tokio::test]
async fn whom_one_follows_is_written_and_what_others_wrote_in_the_list_stays() {
    let (Some(one), Some(two)) = (given("HOBNOB_CP_NOSTR"), given("HOBNOB_CP_NOSTR_OTHER")) else { return };
    let (ada, ben, cleo) = (ada(&one, &two).await, ben(&one).await, self::ben(&one).await);
    let people = Nostr.people().unwrap();
    assert!(people.can_follow());
    let named = |who: &Somebody| model::Profile { remote_id: who.key().to_owned(), ..model::Profile::default() };
    let list = |by: &Somebody| {
        let (one, key) = (one.clone(), by.key().to_owned());
        async move {
            let mut all = raw(&one, json!({"kinds": [3], "authors": [key]})).await;
            all.sort_by_key(|e| e["created_at"].as_i64());
            all.pop()
        }
    };
    let found = people.profile(&ada.call(), &ben.account.handle).await.unwrap();
    people.bind(&ada.call(), &found, Bond::Follow).await.unwrap();
    assert_eq!(list(&ada).await.unwrap()["tags"], json!([["p", ben.key()]]));
    // Another client of hers writes more into it; that stays.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let theirs = json!([["p", ben.key(), "wss://r.example", "Benny"], ["t", "rye"]]);
    for relay in [&one, &two] {
        raw_send(relay, &ada.sign(3, theirs.clone(), "{\"wss://r.example\":{}}")).await;
    }
    people.bind(&ada.call(), &named(&cleo), Bond::Follow).await.unwrap();
    let event = list(&ada).await.unwrap();
    assert_eq!(event["tags"], json!([["p", ben.key(), "wss://r.example", "Benny"], ["t", "rye"], ["p", cleo.key()]]));
    assert_eq!(event["content"], "{\"wss://r.example\":{}}");
    let all = people.following(&ada.call(), None, &Cursor::default()).await.unwrap();
    assert_eq!((all.items.len(), all.has_more), (2, false));
    // Whom she follows can be read by others too.
    let public = people.following(&ben.call(), Some(&named(&ada)), &Cursor::default()).await.unwrap();
    assert_eq!(public.items.len(), 2);
    // Twice is once; the list on the other relay is the same one.
    people.bind(&ada.call(), &named(&cleo), Bond::Follow).await.unwrap();
    assert_eq!(list(&ada).await.unwrap()["id"], event["id"]);
    assert_eq!(raw(&two, json!({"kinds": [3], "authors": [ada.key()]})).await[0]["id"], event["id"]);
    // Her words come home to whom she follows by this very list, and no more once she does not.
    let said = cleo.say(&Part::of_text(unique("Rye ")), &Baggage::default()).await.unwrap().at;
    assert!(ada.search(Search::Home).await.unwrap().items.iter().any(|p| p.at.id == said.id));
    people.unbind(&ada.call(), &named(&cleo), Bond::Follow).await.unwrap();
    assert_eq!(list(&ada).await.unwrap()["tags"], theirs);
    assert!(ada.search(Search::Home).await.unwrap().items.iter().all(|p| p.at.id != said.id));
    // A relay that may have the list and is silent: nothing is replaced.
    let gate = Gate::to(&two, OPEN).await;
    let dora = self::ada(&one, &gate.url()).await;
    gate.set(SHUT);
    let unsure = people.bind(&dora.call(), &named(&ben), Bond::Follow).await.unwrap_err();
    assert!(matches!(&unsure, NetworkError::Away(why) if why.contains("nothing was changed")), "{unsure:?}");
    assert!(list(&dora).await.is_none());
    gate.set(OPEN);
    people.bind(&dora.call(), &named(&ben), Bond::Follow).await.unwrap();
    gate.set(SHUT);
    people.bind(&dora.call(), &named(&cleo), Bond::Follow).await.unwrap();
    assert_eq!(
        list(&dora).await.unwrap()["tags"],
        json!([["p", ben.key()], ["p", cleo.key()]]),
        "the newest list is known, so a relay that is down is forgiven"
    );
    let own = people.bind(&dora.call(), &named(&dora), Bond::Follow).await.unwrap_err();
    assert!(matches!(own, NetworkError::Refused(_)));
}

#[tokio::test]
async fn a_lost_answer_and_a_repeat_are_one_post() {
    let Some(one) = given("HOBNOB_CP_NOSTR") else { return };
    let gate = Gate::to(&one, OPEN).await;
    let ben = ben(&gate.url()).await;
    let (part, begun) = (Part::of_text(unique("Once ")), now());
    let baggage = Baggage { begun: Some(begun), ..Baggage::default() };
    gate.set(LOSES_ANSWERS);
    let lost = ben.say(&part, &baggage).await.unwrap_err();
    assert_eq!(lost.happened(), Happened::Maybe, "{lost:?}");
    assert_eq!(raw(&one, json!({"kinds": [1], "authors": [ben.key()]})).await.len(), 1, "it had landed");
    gate.set(OPEN);
    let Ok(Found::Here(found)) = ben.find(&part, begun).await else { panic!("it is found") };
    // Even a blind repeat, much later, is the same post.
    let again = ben.say(&part, &baggage).await.unwrap();
    assert_eq!(again.at.id, found.at.id);
    assert_eq!(raw(&one, json!({"kinds": [1], "authors": [ben.key()]})).await.len(), 1);
    gate.set(SHUT);
    let away = ben.say(&part, &baggage).await.unwrap_err();
    assert!(away.happened() == Happened::No && away.may_pass(), "{away:?}");
    assert!(ben.find(&part, begun).await.is_err(), "nobody there can say that it is not there");
}

#[tokio::test]
async fn a_relay_that_is_down_is_forgiven_and_gets_what_it_missed() {
    let (Some(one), Some(two)) = (given("HOBNOB_CP_NOSTR"), given("HOBNOB_CP_NOSTR_OTHER")) else { return };
    let gate = Gate::to(&two, OPEN).await;
    let ada = ada(&one, &gate.url()).await;
    gate.set(SHUT);
    let kept = ada.say(&Part::of_text(unique("Kept ")), &Baggage::default()).await.unwrap().at;
    let gone = ada.say(&Part::of_text(unique("Gone ")), &Baggage::default()).await.unwrap().at;
    assert!(kept.tag.contains(&one) && !kept.tag.contains(&gate.url()), "{}", kept.tag);
    Nostr.publish().unwrap().delete(&ada.call(), &gone).await.unwrap();
    assert!(stands(&two, &kept.id).await.is_none());
    assert!(!ada.thread(&kept).await.is_empty(), "the other relay is read all the same");
    gate.set(OPEN);
    Nostr.sign_in().unwrap().look_again(&ada.call()).await.unwrap();
    assert!(stands(&two, &kept.id).await.is_some(), "handed on");
    assert!(stands(&two, &gone.id).await.is_none(), "what was taken back is not brought back");

    // All down: nothing happened, and it may be tried again.
    let gate = Gate::to(&one, SHUT).await;
    let nobody = Somebody::arrive(&[("way", "make"), ("name", "X"), ("relays", &gate.url())]).await;
    assert!(nobody.err().is_some_and(|e| e.may_pass() && e.happened() == Happened::No));
}

#[tokio::test]
async fn a_signer_elsewhere() {
    let (Some(two), Some(bunker)) = (given("HOBNOB_CP_NOSTR_OTHER"), given("HOBNOB_CP_NOSTR_BUNKER")) else { return };
    let nip96 = given("HOBNOB_CP_NOSTR_NIP96").unwrap();
    let cleo = Somebody::arrive(&[("way", "have"), ("key", &bunker), ("relays", &two), ("media", &nip96)]).await.unwrap();
    assert_eq!(Some(cleo.key().to_owned()), given("HOBNOB_CP_NOSTR_ACCOUNT"), "the account's key, not the signer's");
    assert!(Nostr.sign_in().unwrap().key_of(&cleo.secret).is_none(), "there is no key here to take out");
    let mut part = Part::of_text(unique("Signed elsewhere 🧀 "));
    part.pictures = vec![model::Picture {
        id: PictureId(1),
        mime: "image/png".into(),
        width: 1,
        height: 1,
        alt: "Dot".into(),
        ..model::Picture::default()
    }];
    let begun = now();
    let baggage = Baggage { uploads: vec![picture()], begun: Some(begun), ..Baggage::default() };
    let landed = cleo.say(&part, &baggage).await.unwrap();
    assert_eq!(cleo.say(&part, &baggage).await.unwrap().at.id, landed.at.id);
    let event = stands(&two, &landed.at.id).await.expect("the relay checked the signature");
    assert_eq!(event["pubkey"], cleo.key());
    assert!(event["content"].as_str().unwrap().contains(&nip96));
    let no = cleo.say(&Part::of_text("refuse this"), &Baggage::default()).await.unwrap_err();
    assert_eq!(no, NetworkError::Refused("The signer says no: my owner says no".into()));
    let wrong = bunker.replace("let-me-in", "let-me-out");
    let out = Somebody::arrive(&[("way", "have"), ("key", &wrong), ("relays", &two)]).await.err();
    assert!(matches!(out, Some(NetworkError::Refused(_))), "{out:?}");

    // Their domain vouches for the name.
    let domain = nip96.trim_start_matches("http://");
    let people = Nostr.people().unwrap();
    let found = people.profile(&cleo.call(), &format!("signer@{domain}")).await.unwrap();
    assert_eq!(found.remote_id, cleo.key());
    let npub = &cleo.account.handle;
    assert!(npub.starts_with("npub1"));
    assert_eq!(people.profile(&cleo.call(), &format!("nostr:{npub}")).await.unwrap().remote_id, cleo.key());
    assert_eq!(people.profile(&cleo.call(), &format!("nobody@{domain}")).await, Err(NetworkError::NotThere));
    // Only what the domain confirms is a handle.
    let dora = ben(&two).await;
    for (who, claim, handle) in [(&dora, "signer", dora.account.handle.clone())] {
        let told = json!({"name": "Dora", "nip05": format!("{claim}@{domain}")}).to_string();
        raw_send(&two, &who.sign(0, json!([]), &told)).await;
        let profile = people.profile(&cleo.call(), who.key()).await.unwrap();
        assert_eq!((profile.name.as_str(), &profile.handle), ("Dora", &handle), "somebody else's name");
    }
}

#[tokio::test]
async fn live() {
    let (Some(one), Some(two)) = (given("HOBNOB_CP_NOSTR"), given("HOBNOB_CP_NOSTR_OTHER")) else { return };
    let (ada, ben) = (Arc::new(ada(&one, &two).await), ben(&one).await);
    raw_send(&one, &ada.sign(3, json!([["p", ben.key()]]), "")).await;
    let mine = ada.say(&Part::of_text(unique("A loaf ")), &Baggage::default()).await.unwrap().at;
    let (out, mut events) = tokio::sync::mpsc::channel(50);
    let topic = unique("rye");
    let (listener, tags) = (ada.clone(), vec![topic.clone()]);
    let run = tokio::spawn(async move { Nostr.stream().unwrap().run(&listener.call(), &tags, out).await });
    async fn next(events: &mut tokio::sync::mpsc::Receiver<Event>) -> Event {
        tokio::time::timeout(Duration::from_secs(15), events.recv()).await.expect("in time").expect("the stream holds")
    }
    assert_eq!(next(&mut events).await, Event::Open);
    tokio::time::sleep(Duration::from_millis(800)).await;

    let reply = ben.say(&answer("Yes.", &mine, &mine), &Baggage::default()).await.unwrap().at;
    let (mut heard, mut came_home) = (false, false);
    for _ in 0..2 {
        match next(&mut events).await {
            Event::Heard(h) => heard = h.id == reply.id && h.kind == HeardKind::Spoke,
            Event::Post(p, Search::Home) => came_home = p.at.id == reply.id,
            other => panic!("{other:?}"),
        }
    }
    assert!(heard && came_home);
    Nostr.publish().unwrap().sign(&ben.call(), &mine, Sign::Like).await.unwrap();
    let Event::Heard(liked) = next(&mut events).await else { panic!("a like") };
    assert_eq!((liked.kind, liked.post.map(|p| p.at.id)), (HeardKind::Liked, Some(mine.id.clone())));
    let stranger = self::ben(&two).await;
    let tagged = stranger.say(&Part::of_text(format!("About #{topic}")), &Baggage::default()).await.unwrap().at;
    let Event::Post(post, Search::Tag(by)) = next(&mut events).await else { panic!("a tag") };
    assert_eq!((post.at.id, by), (tagged.id, topic));
    Nostr.publish().unwrap().delete(&ben.call(), &reply).await.unwrap();
    assert_eq!(next(&mut events).await, Event::Deleted(reply.id));
    drop(events);
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), run).await.expect("it ends").unwrap(), Ok(()));
}
