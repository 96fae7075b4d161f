//! Two voices of one desk on two networks that others run: a thread that others began on Mastodon is joined by Ada's voice, answered by
//! Cleo's through her account on Bluesky, and stays one talk with the right turn; what stands is read back from the servers. Runs where
//! `HOBNOB_CP_MASTODON` and `HOBNOB_CP_BLUESKY` with its people name servers; skipped aloud where not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;
use std::time::Duration;

use model::*;
use networks::http::Reach;
use networks::{Http, Networks};
use serde_json::{Value, json};
use store::StoreError;
use testkit::Scene;
use verbs::converse::answering::Words;
use verbs::converse::reply::{Then, reply_held};
use verbs::converse::sync;
use verbs::converse::talk::{Talk, talk};
use verbs::desk::accounts::{self, Connecting};
use verbs::publish::{self, placed::placed};
use verbs::{App, Config, Cx};

/// How often something that takes a moment on the other side is looked for, and how long between.
const LOOKS: usize = 120;
const PAUSE: Duration = Duration::from_millis(500);

#[allow(clippy::disallowed_methods, reason = "the servers across live by the real clock")]
fn clock() -> Timestamp {
    Timestamp::now()
}

/// The servers are spoken to as anybody would, without the desk.
fn http() -> Http {
    Http::new(Reach { private_hosts: vec!["127.0.0.1".into(), "localhost".into()] })
}

/// Asks a server in JSON: with a token where there is one, and something said where it is told something.
async fn ask(url: String, token: &str, said: Option<Value>) -> Value {
    let http = http();
    let request = match said {
        Some(body) => http.post(&url).unwrap().json(&body),
        None => http.get(&url).unwrap(),
    };
    let request = if token.is_empty() { request } else { request.bearer_auth(token) };
    let reply = http.send(request).await.unwrap();
    assert!(reply.is_success(), "{url}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
    reply.json().unwrap()
}

/// Where the servers are and who we are there.
struct Given {
    town: String,
    sky: String,
    cleo: (String, String),
    dan: (String, String),
}

fn given() -> Option<Given> {
    let names = [
        "HOBNOB_CP_MASTODON",
        "HOBNOB_CP_BLUESKY",
        "HOBNOB_CP_ADA_HANDLE",
        "HOBNOB_CP_ADA_APP_PASSWORD",
        "HOBNOB_CP_BEN_HANDLE",
        "HOBNOB_CP_BEN_APP_PASSWORD",
    ];
    let all: Option<Vec<String>> = names.iter().map(|n| std::env::var(n).ok().filter(|v| !v.is_empty())).collect();
    let Some(all) = all else {
        eprintln!("skipped: two voices want the servers that `cargo x check` starts ({})", names.join(", "));
        return None;
    };
    let [town, sky, cleo, cleo_password, dan, dan_password] = <[String; 6]>::try_from(all).unwrap();
    Some(Given { town, sky, cleo: (cleo, cleo_password), dan: (dan, dan_password) })
}

struct Desk {
    scene: Scene,
    app: Arc<App>,
    /// Ada's seat is the scene's; this is the other voice's.
    cleo: Seat,
    town: AccountId,
    sky: AccountId,
}

impl Desk {
    async fn sit_down(given: &Given) -> Desk {
        let scene = Scene::set("voice Ada").await;
        let app = App::new(scene.kept.store.clone(), http(), Networks::default(), Config::default());
        let cleo = Seat::of_voice(DeskId(1), VoiceId(2), Role::Member);
        let (seat, now) = (cleo.clone(), clock());
        let put = move |tx: &mut store::Unscoped<'_>| {
            tx.put_voice(&Voice { id: VoiceId(2), name: "Cleo".into() }, "no-password", now)?;
            tx.put_seat(&seat, now)
        };
        scene.kept.store.write_unscoped::<_, StoreError>(put).await.unwrap();
        let connect = |key: &'static str, answers: Vec<(&str, &str)>| {
            let answers = answers.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            let cx = Cx { app: &app, seat: &scene.seat, now: clock() };
            async move {
                match accounts::connect(cx, key, answers, None).await.unwrap() {
                    Connecting::Connected(id) => id,
                    Connecting::Visit { .. } => panic!("{key} needs no visit"),
                }
            }
        };
        let town = connect("mastodon", vec![("server", &given.town), ("token", "ada-token")]).await;
        let sky = connect("bluesky", vec![("handle", &given.cleo.0), ("password", &given.cleo.1), ("server", &given.sky)]).await;
        let desk = Desk { town, sky, app, scene, cleo };
        desk.hear().await;
        desk
    }
    fn ada(&self) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now: clock() }
    }
    fn cleo(&self) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.cleo, now: clock() }
    }
    async fn hear(&self) {
        for account in [self.town, self.sky] {
            sync::bring(self.ada(), account).await.unwrap();
        }
    }
    /// Reads on until a talk looks as wished.
    async fn until(&self, what: &str, is_it: impl Fn(&Talk) -> bool) -> Talk {
        for _ in 0..LOOKS {
            self.hear().await;
            let all = |tx: &store::Tx<'_>| {
                let mut ids = Vec::new();
                for inbox in ["waiting", "you-wait", "spoke"] {
                    ids.extend(tx.threads().walk(inbox, 50)?.into_iter().map(|(id, _)| id));
                }
                Ok(ids)
            };
            for id in self.scene.kept.store.read::<_, StoreError>(&self.scene.seat, all).await.unwrap() {
                let shown = talk(self.ada(), id, None).await.unwrap();
                if is_it(&shown) {
                    return shown;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("waited in vain for {what}");
    }
    /// Answers and sends at once; answers where it stands.
    async fn answer(&self, cx: Cx<'_>, words: Words) -> String {
        let replied = reply_held(cx, words, Then::Stay, 0).await.unwrap();
        let place = placed(cx, replied.draft).await.unwrap().remove(0);
        publish::deliver(Cx { now: clock(), ..cx }, place.delivery).await.unwrap();
        let place = placed(cx, replied.draft).await.unwrap().remove(0);
        assert_eq!(place.state, DeliveryState::Landed, "{:?}", place.why);
        place.url.unwrap()
    }
    async fn turn(&self, id: ConversationId) -> (Turn, String) {
        let face = move |tx: &store::Tx<'_>| Ok(tx.conversations().get(tx.conversations().resolve(id)?)?.face);
        let face = self.scene.kept.store.read::<_, StoreError>(&self.scene.seat, face).await.unwrap();
        (face.turn, face.because)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_voices_on_two_networks_keep_one_talk() {
    let Some(given) = given() else { return };
    let desk = Desk::sit_down(&given).await;
    let run = clock().as_millisecond();
    let town = |path: &str| format!("{}/api/v1/statuses{path}", given.town);
    let sky = |path: &str| format!("{}/xrpc/{path}", given.sky);

    // Ben begins on Mastodon, and goes on with Ada's name.
    let began = format!("A paste that keeps, run {run}");
    let first = ask(town(""), "ben-token", Some(json!({"status": began}))).await;
    let asked = json!({"status": format!("@ada which would you take, run {run}?"), "in_reply_to_id": first["id"]});
    let second = ask(town(""), "ben-token", Some(asked)).await;
    let holds = |shown: &Talk, words: &str| shown.posts.iter().any(|p| p.text.contains(words));
    let asked = format!("which would you take, run {run}?");
    let shown = desk.until("Ben's question with its thread", |t| holds(t, &asked) && holds(t, &began)).await;
    assert_eq!(desk.turn(shown.id).await.0, Turn::Mine);

    // Ada's voice joins, where the thread is.
    let wheat = format!("Wheat, for a week, run {run}.");
    let question = shown.posts.iter().find(|p| p.text.contains(&asked)).unwrap().id;
    let words =
        Words { conversation: shown.id, to: Some(question), from: None, text: wheat.clone(), kind: Kind::Gives, ..Words::default() };
    desk.answer(desk.ada(), words).await;
    let under = ask(town(&format!("/{}/context", second["id"].as_str().unwrap())), "ben-token", None).await;
    let stands: Vec<&Value> =
        under["descendants"].as_array().unwrap().iter().filter(|s| s["content"].as_str().unwrap().contains(&wheat)).collect();
    assert_eq!(stands.len(), 1, "Ada's answer stands once under Ben's question: {under}");
    assert_eq!(stands[0]["account"]["username"], "ada");
    assert_eq!(desk.turn(shown.id).await.0, Turn::Theirs);

    // Cleo's voice answers the thread from her account on the other network.
    let cellulose = format!("Methyl cellulose keeps for months, run {run}.");
    let words = Words {
        conversation: shown.id,
        to: Some(question),
        from: Some(desk.sky),
        text: cellulose.clone(),
        kind: Kind::Gives,
        ..Words::default()
    };
    desk.answer(desk.cleo(), words).await;
    let sign_in =
        |who: &(String, String)| ask(sky("com.atproto.server.createSession"), "", Some(json!({"identifier": who.0, "password": who.1})));
    let (cleo, dan) = (sign_in(&given.cleo).await, sign_in(&given.dan).await);
    let records = format!("com.atproto.repo.listRecords?repo={}&collection=app.bsky.feed.post&limit=50", cleo["did"].as_str().unwrap());
    let records = ask(sky(&records), "", None).await;
    let stands: Vec<&Value> =
        records["records"].as_array().unwrap().iter().filter(|r| r["value"]["text"].as_str().unwrap().contains(&cellulose)).collect();
    assert_eq!(stands.len(), 1, "Cleo's answer stands once: {records}");
    let url = second["url"].as_str().unwrap();
    assert!(stands[0]["value"]["text"].as_str().unwrap().ends_with(url), "with the address of what it answers: {}", stands[0]);
    assert!(stands[0]["value"]["reply"].is_null());

    // Dan answers her there: one talk on both networks, and it is our turn.
    let tip = |uri: &Value, cid: &Value| json!({"uri": uri, "cid": cid});
    let parent = tip(&stands[0]["uri"], &stands[0]["cid"]);
    let litre = format!("How much to a litre, run {run}?");
    let record = json!({"$type": "app.bsky.feed.post", "text": litre, "createdAt": clock().to_string(), "reply": {"root": parent, "parent": parent}});
    let body = json!({"repo": dan["did"], "collection": "app.bsky.feed.post", "record": record});
    ask(sky("com.atproto.repo.createRecord"), dan["accessJwt"].as_str().unwrap(), Some(body)).await;
    let both = desk.until("Dan's question in the talk", |t| holds(t, &litre)).await;
    assert_eq!(both.id, shown.id);
    for words in [&began, &asked, &wheat, &cellulose, &litre] {
        assert!(holds(&both, words), "{words}");
    }
    let mut keys: Vec<&str> = both.networks.iter().map(|n| n.key).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["bluesky", "mastodon"]);
    let (turn, because) = desk.turn(both.id).await;
    assert_eq!(turn, Turn::Mine, "{because}");

    // Cleo answers Dan where he is; nothing is left open on either side.
    let answering = talk(desk.cleo(), both.id, None).await.unwrap().answering.unwrap();
    assert_eq!((answering.account, answering.is_elsewhere), (desk.sky, false), "it is answered where it was asked");
    let words = Words {
        conversation: both.id,
        to: None,
        from: None,
        text: format!("Twenty grams, run {run}."),
        kind: Kind::Gives,
        ..Words::default()
    };
    desk.answer(desk.cleo(), words).await;
    assert_eq!(desk.turn(both.id).await.0, Turn::Theirs);
    let thanks = json!({"status": "@ada thank you both!", "in_reply_to_id": under["descendants"][0]["id"]});
    ask(town(""), "ben-token", Some(thanks)).await;
    desk.until("Ben's thanks", |t| holds(t, "thank you both")).await;
    assert_ne!(desk.turn(both.id).await.0, Turn::Mine, "thanks wait for nobody");
}
