//! A feed's hub, from the wire to the page: a small hub of our own, over HTTP, that names itself, is asked, asks in turn, and sends what is signed or
//! is not; and the desk beside it, with its real pages and store. The time is handed in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod pushed;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use model::{AccountId, Desk as Row, DeskId, Role, Seat, Voice, VoiceId};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use testkit::scene::at;
use tokio::net::TcpListener;
use verbs::StoreError;
use verbs::desk::accounts;
use verbs::jobs::Job;

use pushed::{DAY, Desk, HOUR, clock, wait};

type Fields = BTreeMap<String, String>;

/// A hub with the feed that it is of.
#[derive(Default)]
struct Hub {
    url: Mutex<String>,
    entries: Mutex<Vec<(u32, String)>>,
    /// What the feed says of its hub: `header`, `inside`, or an address that is said to be one.
    names: Mutex<String>,
    /// What asking is answered; `None`: as it should be.
    answers: Mutex<Option<(u16, String)>>,
    asked: Mutex<Vec<Fields>>,
}

impl Hub {
    async fn open() -> Arc<Hub> {
        async fn feed(State(hub): State<Arc<Hub>>) -> Response {
            let names = hub.names.lock().unwrap().clone();
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, "application/atom+xml".parse().unwrap());
            if names == "header" {
                let url = hub.url.lock().unwrap().clone();
                headers.append(header::LINK, format!("<{url}/hub>; rel=hub, <{url}/feed>; rel=\"self\"").parse().unwrap());
            }
            (headers, hub.atom()).into_response()
        }
        async fn ask(State(hub): State<Arc<Hub>>, Form(fields): Form<Fields>) -> Response {
            hub.asked.lock().unwrap().push(fields);
            match hub.answers.lock().unwrap().clone() {
                None => StatusCode::ACCEPTED.into_response(),
                Some((307, to)) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
                Some((status, why)) => (StatusCode::from_u16(status).unwrap(), why).into_response(),
            }
        }
        async fn moved(State(hub): State<Arc<Hub>>, Form(fields): Form<Fields>) -> StatusCode {
            hub.asked.lock().unwrap().push(fields);
            StatusCode::ACCEPTED
        }
        let hub = Arc::new(Hub::default());
        *hub.names.lock().unwrap() = "header".into();
        let router = Router::new().route("/feed", get(feed)).route("/hub", post(ask)).route("/moved", post(moved)).with_state(hub.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        *hub.url.lock().unwrap() = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        hub.says(1, "one");
        hub
    }
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.lock().unwrap())
    }
    fn host(&self) -> String {
        self.at("").replace("http://", "")
    }
    fn says(&self, n: u32, words: &str) {
        self.entries.lock().unwrap().push((n, words.to_owned()));
    }
    fn answers(&self, status: u16, with: &str) {
        *self.answers.lock().unwrap() = Some((status, with.to_owned()));
    }
    fn atom(&self) -> String {
        let inside = match self.names.lock().unwrap().as_str() {
            "header" => String::new(),
            "inside" => format!("<link rel='hub' href='{}'/><link rel='self' href='{}'/>", self.at("/hub"), self.at("/feed")),
            other => format!("<link rel='hub' href='{other}'/>"),
        };
        let entries: String = self.entries.lock().unwrap().iter().map(|(n, words)| entry(*n, words)).collect();
        format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>Cold Kitchen</title>{inside}{entries}</feed>")
    }
    fn take_asked(&self) -> Vec<Fields> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
    /// Asked once, and no more than once.
    fn asked_once(&self) -> Fields {
        let mut all = self.take_asked();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

fn entry(n: u32, words: &str) -> String {
    format!("<entry><id>urn:x:{n}</id><title>Nr {n}</title><updated>2026-09-0{n}T08:00:00Z</updated><content>{words}</content></entry>")
}

fn one_entry(n: u32, words: &str) -> String {
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>Cold Kitchen</title>{}</feed>", entry(n, words))
}

fn signed(method: &str, secret: &str, body: &str) -> String {
    fn sum<M: Mac + KeyInit>(secret: &str, body: &str) -> String {
        let mut mac = <M as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
    }
    let sum = match method {
        "sha1" => sum::<Hmac<Sha1>>(secret, body),
        "sha256" => sum::<Hmac<Sha256>>(secret, body),
        "sha384" => sum::<Hmac<Sha384>>(secret, body),
        _ => sum::<Hmac<Sha512>>(secret, body),
    };
    format!("{method}={sum}")
}

impl Desk {
    async fn follow(&self, hub: &Hub) -> AccountId {
        self.follow_at(&self.scene.seat, hub.at("/feed")).await
    }
    /// The hub asks whether we meant it.
    async fn asks(&self, callback: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let mut url: url::Url = callback.parse().unwrap();
        url.query_pairs_mut().extend_pairs(fields);
        self.get(url.as_str()).await
    }
    async fn verify(&self, asked: &Fields, lease_s: &str) -> (u16, String) {
        let (mode, topic) = (asked["hub.mode"].as_str(), asked["hub.topic"].as_str());
        let fields = [("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", "c4 <b>&"), ("hub.lease_seconds", lease_s)];
        self.asks(&asked["hub.callback"], &fields).await
    }
    async fn send(&self, callback: &str, signature: Option<&str>, body: impl Into<Vec<u8>>) -> u16 {
        let mut request = self.http.post(callback).unwrap().header("content-type", "application/atom+xml").body(body.into());
        if let Some(signature) = signature {
            request = request.header("x-hub-signature", signature);
        }
        self.http.send(request).await.unwrap().status
    }
    /// The hub sends an entry, signed as we asked.
    async fn told(&self, asked: &Fields, n: u32, words: &str) -> u16 {
        let body = one_entry(n, words);
        self.send(&asked["hub.callback"], Some(&signed("sha256", &asked["hub.secret"], &body)), body).await
    }
    /// Follows a feed whose hub tells us for ten days; and what it was asked.
    async fn told_by(&self, hub: &Hub) -> (AccountId, Fields) {
        let id = self.follow(hub).await;
        self.work().await;
        let asked = hub.asked_once();
        assert_eq!(self.verify(&asked, "864000").await, (200, "c4 <b>&".to_owned()));
        self.work().await;
        (id, asked)
    }
    /// The words of each post of the feed, in the order of their numbers.
    async fn words(&self) -> Vec<String> {
        self.words_as(&self.scene.seat).await
    }
    async fn words_as(&self, seat: &Seat) -> Vec<String> {
        self.words_of(seat, "urn:x:").await
    }
}

/// Minutes until a feed is read again by its own pace, which is quicker after a reading that brought something.
const OWN_PACE: std::ops::RangeInclusive<i64> = 14..=36;

#[tokio::test]
async fn what_a_hub_tells_comes_at_once_and_stands_once() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let id = desk.follow(&hub).await;
    desk.work().await;
    assert_eq!(desk.words().await, ["one"]);
    let asked = hub.asked_once();
    let said = |name: &str| asked[name].as_str();
    assert_eq!((said("hub.mode"), said("hub.topic")), ("subscribe", hub.at("/feed").as_str()));
    assert_eq!(said("hub.lease_seconds"), "864000");
    let key = said("hub.callback").strip_prefix(&format!("{}/pushed/", desk.url)).expect("our own address").to_owned();
    assert!(key.len() == 64 && (32..200).contains(&said("hub.secret").len()) && said("hub.secret") != key);
    desk.reads(&format!("Read every 15 minutes. {} was asked to tell us at once, and has not answered yet.", hub.host())).await;
    assert!(OWN_PACE.contains(&desk.pace(id).await));
    assert_eq!(desk.told(&asked, 2, "too soon").await, 410, "nobody has said that we meant it");

    assert_eq!(desk.verify(&asked, "864000").await, (200, "c4 <b>&".to_owned()));
    desk.work().await;
    desk.reads(&format!("What is new comes at once: {} tells us until 18 September at 09:00", hub.host())).await;
    assert_eq!(desk.pace(id).await, 6 * 60, "what tells us by itself is looked at seldom");

    // Each way to sign; the feed itself is not asked.
    for (n, method) in [(2, "sha1"), (3, "sha256"), (4, "sha384"), (5, "sha512")] {
        let body = one_entry(n, method);
        assert_eq!(desk.send(said("hub.callback"), Some(&signed(method, said("hub.secret"), &body)), body).await, 204);
        hub.says(n, method);
    }
    let all = ["one", "sha1", "sha256", "sha384", "sha512"];
    assert_eq!(desk.words().await, all);
    // The same again, and the whole feed, and read by ourselves: it stands once.
    assert_eq!(desk.told(&asked, 3, "sha256").await, 204);
    let body = hub.atom();
    assert_eq!(desk.send(said("hub.callback"), Some(&signed("sha1", said("hub.secret"), &body)), body).await, 204);
    assert_eq!(desk.posts().await, 5);
    wait(HOUR * 6);
    desk.work().await;
    assert_eq!((desk.words().await, desk.posts().await), (all.map(str::to_owned).to_vec(), 5));
    assert_eq!(desk.pace(id).await, 6 * 60, "all of it was told");
    // Words that changed are told as well.
    assert_eq!(desk.told(&asked, 2, "better words").await, 204);
    assert_eq!((desk.words().await[1].as_str(), desk.posts().await), ("better words", 5));
}

#[tokio::test]
async fn a_hub_is_answered_only_what_we_asked_it_for() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    desk.follow(&hub).await;
    desk.work().await;
    let asked = hub.asked_once();
    let (callback, topic) = (asked["hub.callback"].clone(), asked["hub.topic"].clone());
    let question = |mode: &'static str, topic: &str, challenge: &str| {
        [("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", challenge), ("hub.lease_seconds", "60")]
            .map(|(a, b)| (a, b.to_owned()))
    };
    let ask = async |callback: &str, fields: [(&str, String); 4]| {
        let fields = fields.each_ref().map(|(a, b)| (*a, b.as_str()));
        desk.asks(callback, &fields).await.0
    };
    let other = format!("{}/pushed/{}", desk.url, "0".repeat(64));
    for (at, fields) in [
        (&other, question("subscribe", &topic, "x")),
        (&callback, question("subscribe", &format!("{topic}/"), "x")),
        (&callback, question("subscribe", "", "x")),
        (&callback, question("subscribe", &topic, "")),
        (&callback, question("subscribe", &topic, &"x".repeat(3000))),
        (&callback, question("unsubscribe", &topic, "x")),
        (&callback, question("publish", &topic, "x")),
        (&other, question("denied", &topic, "x")),
        (&callback, question("denied", "https://else.example/", "x")),
    ] {
        assert_eq!(ask(at, fields.clone()).await, 404, "{fields:?}");
    }
    assert_eq!(desk.get(&callback).await.0, 404, "nothing is asked");
    assert_eq!(desk.send(&other, Some("sha1=00"), "x").await, 410);
    desk.reads("has not answered yet").await;

    // Once it was answered, it may ask again for a moment, in case the answer was lost; and then no more.
    assert_eq!(ask(&callback, question("subscribe", &topic, "x")).await, 200);
    wait(SignedDuration::from_mins(9));
    assert_eq!(ask(&callback, question("subscribe", &topic, "x")).await, 200);
    wait(SignedDuration::from_mins(11));
    assert_eq!(ask(&callback, question("subscribe", &topic, "x")).await, 404);
}

#[tokio::test]
async fn what_is_not_signed_is_left_out_and_the_feed_is_read() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let (id, asked) = desk.told_by(&hub).await;
    let (callback, secret) = (asked["hub.callback"].as_str(), asked["hub.secret"].as_str());
    let body = one_entry(2, "forged");
    let good = signed("sha256", secret, &body);
    let wrong = signed("sha256", "another secret", &body);
    for signature in [None, Some(wrong.as_str()), Some("sha256="), Some("md5=00"), Some(&good[..good.len() - 2])] {
        assert_eq!(desk.send(callback, signature, body.clone()).await, 204, "{signature:?}: it learns nothing");
    }
    assert_eq!(desk.send(callback, Some(&good), body.replace("forged", "forger")).await, 204);
    assert_eq!(desk.words().await, ["one"]);
    assert_eq!(desk.pace(id).await, 0, "it is looked at by ourselves");
    desk.reads("should tell us at once. What it sends is not signed as we asked for, and is left out.").await;
    desk.work().await;
    assert!(OWN_PACE.contains(&desk.pace(id).await));

    // It mends its ways.
    assert_eq!(desk.told(&asked, 2, "true words").await, 204);
    assert_eq!(desk.words().await, ["one", "true words"]);
    wait(HOUR);
    hub.says(2, "true words");
    desk.work().await;
    assert_eq!(desk.pace(id).await, 6 * 60);

    // What is signed and no feed is left out the same.
    let odd = "no feed";
    assert_eq!(desk.send(callback, Some(&signed("sha1", secret, odd)), odd).await, 204);
    desk.reads("should tell us at once. What it sends cannot be read.").await;
}

#[tokio::test]
async fn too_large_and_too_much() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let (_, asked) = desk.told_by(&hub).await;
    let (callback, secret) = (asked["hub.callback"].as_str(), asked["hub.secret"].as_str());
    let large = one_entry(2, &"x".repeat(verbs::listen::push::BODY_MAX));
    assert_eq!(desk.send(callback, Some(&signed("sha1", secret, &large)), large).await, 413);
    assert_eq!(desk.words().await, ["one"]);
    let mut answers = Vec::new();
    for _ in 0..60 {
        answers.push(desk.told(&asked, 2, "two").await);
    }
    assert_eq!(answers.iter().filter(|a| **a == 204).count(), 58, "it has asked us once, and sent what was too large: {answers:?}");
    assert_eq!(answers.last(), Some(&429));
    wait(SignedDuration::from_secs(60));
    assert_eq!(desk.told(&asked, 2, "two").await, 204);
}

#[tokio::test]
async fn a_hub_that_will_not_is_believed_for_a_week() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let (id, asked) = desk.told_by(&hub).await;
    let fields = [("hub.mode", "denied"), ("hub.topic", &asked["hub.topic"]), ("hub.reason", "no  room\nfor <b>you</b>")];
    assert_eq!(desk.asks(&asked["hub.callback"], &fields).await.0, 200);
    desk.reads("Read every ").await;
    desk.reads("will not tell us at once: “no room for &#60;b&#62;you&#60;/b&#62;”").await;
    assert_eq!(desk.pace(id).await, 0);
    desk.work().await;
    assert!(OWN_PACE.contains(&desk.pace(id).await));
    assert_eq!(desk.told(&asked, 2, "two").await, 410, "it said that it sends nothing");
    assert_eq!(desk.verify(&asked, "60").await.0, 404);

    wait(DAY * 7);
    desk.work().await;
    assert_eq!(hub.asked_once()["hub.mode"], "subscribe");
    // A refusal in the answer itself is told in the hub's words.
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    hub.answers(403, "not  here");
    let id = desk.follow(&hub).await;
    desk.work().await;
    hub.asked_once();
    desk.reads("does not tell us at once: the hub answered 403: not here.").await;
    assert_eq!(desk.due(Job::Subscribe(id)).await, Some(DAY), "and is not pestered");
}

#[tokio::test]
async fn a_lease_is_renewed_at_the_same_address_or_ends() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let (id, asked) = desk.told_by(&hub).await;
    wait(DAY * 8);
    desk.work().await;
    assert!(hub.take_asked().is_empty(), "not yet");
    wait(DAY);
    desk.work().await;
    let again = hub.asked_once();
    assert_eq!(again, asked, "the same address and secret: it is one subscription");
    assert_eq!(desk.told(&asked, 2, "two").await, 204, "it goes on meanwhile");
    assert_eq!(desk.verify(&again, "432000").await.0, 200);
    desk.reads("tells us until Tuesday at 09:00").await;
    assert_eq!(desk.due(Job::Subscribe(id)).await, Some(DAY * 4));
    desk.work().await;

    // Now it is out of order: it is asked a few times and its lease ends.
    hub.answers(500, "");
    let mut asked_at = Vec::new();
    for _ in 0..(6 * 24 * 2) {
        wait(HOUR / 2);
        desk.work().await;
        let n = hub.take_asked().len();
        asked_at.extend(std::iter::repeat_n(clock().duration_since(at("09:00")).as_hours(), n));
    }
    assert_eq!(asked_at, [312, 313, 315, 319, 327, 343], "{asked_at:?}");
    desk.reads("does not tell us at once: the server cannot be reached: the hub answered 500.").await;
    assert!((0..=240).contains(&desk.pace(id).await), "it is read at its own pace again, slow by now");
    hub.says(3, "three");
    wait(HOUR * 4 + HOUR / 60);
    desk.work().await;
    assert_eq!(desk.words().await.last().map(String::as_str), Some("three"));
}

#[tokio::test]
async fn a_silent_hub_loses_nothing() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    *hub.names.lock().unwrap() = "inside".into();
    let (id, asked) = desk.told_by(&hub).await;
    hub.says(2, "two");
    wait(HOUR * 6);
    desk.work().await;
    assert_eq!(desk.words().await, ["one", "two"]);
    desk.reads("should tell us at once. It did not tell us of what we found there ourselves.").await;
    assert!(OWN_PACE.contains(&desk.pace(id).await));
    hub.says(3, "three");
    assert_eq!(desk.told(&asked, 3, "three").await, 204);
    wait(HOUR);
    desk.work().await;
    assert_eq!(desk.pace(id).await, 6 * 60);
    desk.reads("What is new comes at once").await;
}

#[tokio::test]
async fn a_feed_that_is_let_go_is_told_to_its_hub() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let (id, asked) = desk.told_by(&hub).await;
    accounts::rest(desk.cx(), id, true).await.unwrap();
    assert_eq!(desk.told(&asked, 2, "two").await, 410);
    desk.work().await;
    let leaving = hub.asked_once();
    assert_eq!((leaving["hub.mode"].as_str(), &leaving["hub.callback"]), ("unsubscribe", &asked["hub.callback"]));
    assert_eq!(desk.verify(&asked, "60").await.0, 404, "that we want it");
    assert_eq!(desk.verify(&leaving, "60").await.0, 200, "that we do not");
    assert_eq!(desk.verify(&leaving, "60").await.0, 404, "once");

    // Followed again, it is asked anew, at another address.
    accounts::rest(desk.cx(), id, false).await.unwrap();
    desk.work().await;
    let anew = hub.asked_once();
    assert!(anew["hub.mode"] == "subscribe" && anew["hub.callback"] != asked["hub.callback"] && anew["hub.secret"] != asked["hub.secret"]);
    assert_eq!(desk.verify(&anew, "864000").await.0, 200);
    // A hub that does not hear is left alone in the end.
    accounts::disconnect(desk.cx(), id).await.unwrap();
    hub.answers(503, "");
    let mut asked = 0;
    for _ in 0..48 {
        desk.work().await;
        asked += hub.take_asked().len();
        wait(HOUR);
    }
    assert_eq!(asked, 4);
    assert_eq!(desk.verify(&anew, "60").await.0, 404);
}

#[tokio::test]
async fn a_hub_is_a_stranger() {
    // It may lead on to another address of its own.
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    hub.answers(307, "/moved");
    desk.follow(&hub).await;
    desk.work().await;
    let all = hub.take_asked();
    assert_eq!((all.len(), &all[0]), (2, &all[1]), "what it was asked goes along");
    assert_eq!(desk.verify(&all[1], "864000").await.0, 200);
    // But not into the house, and not for ever.
    for (to, why) in [("http://10.0.0.1/", "a private address is not called"), ("/hub", "leads on and on")] {
        let (desk, hub) = (Desk::open().await, Hub::open().await);
        hub.answers(307, to);
        desk.follow(&hub).await;
        desk.work().await;
        desk.reads(why).await;
    }
    // A hub in the house is not asked at all.
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    *hub.names.lock().unwrap() = "http://192.168.0.1/hub".into();
    let id = desk.follow(&hub).await;
    desk.work().await;
    desk.reads("It names no hub that could tell us at once.").await;
    assert_eq!(desk.due(Job::Subscribe(id)).await, Some(DAY * 3));
    // One that comes by later is found.
    *hub.names.lock().unwrap() = "inside".into();
    wait(DAY * 3);
    desk.work().await;
    hub.asked_once();
}

#[tokio::test]
async fn a_desk_that_nobody_can_call_asks_nobody() {
    let (desk, hub) = (Desk::at(Some("http://localhost:8080")).await, Hub::open().await);
    let id = desk.follow(&hub).await;
    desk.work().await;
    assert!(hub.take_asked().is_empty());
    assert_eq!(desk.words().await, ["one"]);
    assert!(OWN_PACE.contains(&desk.pace(id).await));
    desk.reads("Read every 15 minutes. It could come at once if others could reach this desk at an address of its own.").await;
    // It brings nothing, then something: it is read later, then sooner again.
    wait(HOUR / 2);
    desk.work().await;
    assert!((21..=23).contains(&desk.pace(id).await), "{}", desk.pace(id).await);
    hub.says(2, "two");
    wait(HOUR / 2);
    desk.work().await;
    assert!((14..=16).contains(&desk.pace(id).await), "{}", desk.pace(id).await);
    desk.reads("Read every 15 minutes.").await;
}

#[tokio::test]
async fn each_desk_is_told_by_itself() {
    let (desk, hub) = (Desk::open().await, Hub::open().await);
    let (_, asked) = desk.told_by(&hub).await;
    let other = Seat::of_voice(DeskId(2), VoiceId(2), Role::Owner);
    let (seat, now) = (other.clone(), clock());
    let made = desk.app.store.write_unscoped::<_, StoreError>(move |tx| {
        tx.put_desk(&Row { id: DeskId(2), name: "Another".into(), zone: "UTC".into(), created_at: now })?;
        tx.put_voice(&Voice { id: VoiceId(2), name: "Ben".into() }, "no-password", now)?;
        tx.put_seat(&seat, now)
    });
    made.await.unwrap();
    desk.follow_at(&other, hub.at("/feed")).await;
    desk.work().await;
    let theirs = hub.asked_once();
    assert!(theirs["hub.callback"] != asked["hub.callback"] && theirs["hub.secret"] != asked["hub.secret"]);
    assert_eq!(desk.verify(&theirs, "864000").await.0, 200);
    assert_eq!(desk.told(&asked, 2, "two").await, 204);
    assert_eq!((desk.words().await.len(), desk.words_as(&other).await.len()), (2, 1));
    // Nor does one desk's secret open another's door.
    let body = one_entry(3, "three");
    assert_eq!(desk.send(&theirs["hub.callback"], Some(&signed("sha1", &asked["hub.secret"], &body)), body).await, 204);
    assert_eq!((desk.words().await.len(), desk.words_as(&other).await.len()), (2, 1));
}
