//! Two people talk on a real network of the AT Protocol, and what stands there is read back from its servers. Runs where
//! `HOBNOB_CP_BLUESKY` and its fellows name one; skipped aloud where they do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::future::Future;
use std::time::Duration;

use base64::Engine;
use model::{Account, AccountId, AccountState, DeliveryKey, Part, PictureId, Post, PostRef, ReplyTo, Secret, Timestamp};
use networks::bluesky::Bluesky;
use networks::bluesky::identity::Directories;
use networks::bluesky::sign_in::Asked;
use networks::http::Reach;
use networks::*;
use serde_json::{Value, json};

/// The network at large follows an account's server by about a second.
const TRIES_MAX: usize = 80;
const PAUSE: Duration = Duration::from_millis(250);
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

struct Somebody {
    http: Http,
    account: Account,
    secret: Secret,
}

// The servers outside live by the real clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn http() -> Http {
    Http::new(Reach { private_hosts: vec!["127.0.0.1".into(), "localhost".into()] })
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: {name} is not set, so there is no Bluesky network to talk on");
    }
    value
}

fn answers(handle: &str, password: &str, server: &str) -> Answers {
    [("handle", handle), ("password", password), ("server", server)].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

impl Somebody {
    async fn arrive(base: &str, handle: &str, password: &str) -> Answer<Somebody> {
        let http = http();
        let sign_in = Bluesky.sign_in().unwrap();
        let Step::Done(arrival) = sign_in.begin(&http, &answers(handle, password, base), None, now()).await? else { panic!("one step") };
        Ok(Somebody::of(http, *arrival))
    }

    fn of(http: Http, arrival: Arrival) -> Somebody {
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
        Somebody { http, account, secret: arrival.secret }
    }

    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }

    async fn say(&self, part: &Part, baggage: &Baggage, key: &str) -> Landing {
        Bluesky.publish().unwrap().post(&self.call(), part, baggage, &DeliveryKey(key.into())).await.unwrap()
    }

    /// The server's own word, past our own code.
    async fn raw(&self, method: &str, body: Option<Value>) -> Value {
        let token = serde_json::from_str::<Value>(self.secret.reveal()).unwrap()["access"].as_str().unwrap().to_owned();
        let url = format!("{}/xrpc/{method}", self.account.server);
        let request = match body {
            Some(body) => self.http.post(&url).unwrap().json(&body),
            None => self.http.get(&url).unwrap(),
        };
        let reply = self.http.send(request.bearer_auth(token)).await.unwrap();
        assert!(reply.is_success(), "{method}: {}", reply.text());
        reply.json().unwrap()
    }

    async fn record(&self, at: &PostRef) -> Value {
        let rkey = at.id.rsplit('/').next().unwrap();
        let did = &self.account.remote_id;
        self.raw(&format!("com.atproto.repo.getRecord?repo={did}&collection=app.bsky.feed.post&rkey={rkey}"), None).await["value"].clone()
    }

    async fn heard(&self, from: &Cursor) -> Batch<Heard> {
        Bluesky.inbox().unwrap().since(&self.call(), from).await.unwrap()
    }

    async fn search(&self, search: Search, from: &Cursor) -> Batch<Post> {
        Bluesky.listen().unwrap().search(&self.call(), &search, from).await.unwrap()
    }
}

/// Looks again until there is something to see.
async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    for _ in 0..TRIES_MAX {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited in vain for {what}");
}

fn unique(word: &str) -> String {
    format!("{word}{}", now().as_millisecond())
}

fn reply_to(parent: &PostRef, root: &PostRef) -> Option<ReplyTo> {
    Some(ReplyTo { parent: parent.clone(), root: root.clone() })
}

async fn ada_and_ben() -> Option<(Somebody, Somebody)> {
    let base = given("HOBNOB_CP_BLUESKY")?;
    let (ada, ada_word) = (given("HOBNOB_CP_ADA_HANDLE")?, given("HOBNOB_CP_ADA_APP_PASSWORD")?);
    let (ben, ben_word) = (given("HOBNOB_CP_BEN_HANDLE")?, given("HOBNOB_CP_BEN_APP_PASSWORD")?);
    Some((Somebody::arrive(&base, &ada, &ada_word).await.unwrap(), Somebody::arrive(&base, &ben, &ben_word).await.unwrap()))
}

#[tokio::test]
async fn signing_in_and_staying_in() {
    let Some((mut ada, _)) = ada_and_ben().await else { return };
    let (base, handle) = (given("HOBNOB_CP_BLUESKY").unwrap(), ada.account.handle.clone());
    assert!(ada.account.remote_id.starts_with("did:plc:"));
    assert_eq!(ada.account.rules, (Bluesky.about().rules)());

    let wrong = Somebody::arrive(&base, &handle, "not-the-word").await.err();
    assert!(matches!(wrong, Some(NetworkError::Refused(_))), "{wrong:?}");
    let nobody = Somebody::arrive(&base, "nobody.test", "x").await.err();
    assert_eq!(nobody, Some(NetworkError::Refused("There is no account by that handle.".into())));
    let pointless = Somebody::arrive(&base, "ada", "x").await.err();
    assert!(matches!(pointless, Some(NetworkError::Refused(_))), "{pointless:?}");

    let sign_in = Bluesky.sign_in().unwrap();
    let fresh = sign_in.refresh(&ada.call()).await.unwrap();
    assert_ne!(fresh.reveal(), ada.secret.reveal());
    ada.secret = fresh;
    let (profile, _) = sign_in.look_again(&ada.call()).await.unwrap();
    assert_eq!((profile.remote_id, profile.handle), (ada.account.remote_id.clone(), handle.clone()));

    let mut word: Value = serde_json::from_str(ada.secret.reveal()).unwrap();
    word["refresh"] = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2ln".into();
    let broken = Secret::new(word.to_string());
    let call = Call { secret: &broken, ..ada.call() };
    assert_eq!(sign_in.refresh(&call).await, Err(NetworkError::SignInAgain));

    // Without a server given: by the directories.
    let Some(plc) = given("HOBNOB_CP_PLC") else { return };
    let directories = Directories { own_site: format!("{base}/nothing/{{handle}}"), appview: base.clone(), plc };
    let asked = Asked::of(&answers(&format!(" @{} ", handle.to_uppercase()), &given("HOBNOB_CP_ADA_APP_PASSWORD").unwrap(), "")).unwrap();
    let arrival = asked.arrive(&http(), &directories, now()).await.unwrap();
    assert_eq!((arrival.profile.remote_id, arrival.profile.handle), (ada.account.remote_id, handle));
}

#[tokio::test]
async fn two_people_talk() {
    let Some((ada, ben)) = ada_and_ben().await else { return };
    let publish = Bluesky.publish().unwrap();
    let (ada_before, ben_before) = (ada.heard(&Cursor::default()).await.next, ben.heard(&Cursor::default()).await.next);

    // Ada asks, with all that a post can carry.
    let tag = unique("bread");
    let mut part = Part::of_text(format!("Käse 🧀 or loaf, @{}? See bread.org/rye #{tag}", ben.account.handle));
    part.language = Some("en-GB".into());
    let upload = Upload {
        id: PictureId(1),
        mime: "image/png".into(),
        bytes: base64::engine::general_purpose::STANDARD.decode(DOT).unwrap(),
        width: 1,
        height: 1,
        alt: "A very small loaf".into(),
    };
    let baggage = Baggage { uploads: vec![upload], card: None, begun: None };
    let key = DeliveryKey(unique("delivery"));
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, now())).await, Ok(Found::NotThere));
    let asked = publish.post(&ada.call(), &part, &baggage, &key).await.unwrap();
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, now())).await, Ok(Found::Here(asked.clone())));
    let again = publish.post(&ada.call(), &part, &baggage, &key).await;
    assert!(matches!(&again, Err(NetworkError::Unanswered(_))) || again.as_ref() == Ok(&asked), "{again:?}");
    assert_eq!(publish.edit(&ada.call(), &asked.at, &part, &baggage).await, Err(NetworkError::NotOffered));

    // What stands on the server.
    let record = ada.record(&asked.at).await;
    assert_eq!(record["text"], part.text.as_str());
    assert_eq!(record["langs"], json!(["en-GB"]));
    assert_eq!(record["embed"]["images"][0]["alt"], "A very small loaf");
    let pointed: Vec<(&str, Value)> = record["facets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let (start, end) = (f["index"]["byteStart"].as_u64().unwrap() as usize, f["index"]["byteEnd"].as_u64().unwrap() as usize);
            (&part.text[start..end], f["features"][0].clone())
        })
        .collect();
    assert_eq!(pointed[0].1["did"], ben.account.remote_id.as_str());
    assert_eq!((pointed[1].0, &pointed[1].1["uri"]), ("bread.org/rye", &json!("https://bread.org/rye")));
    assert_eq!(pointed[2].1["tag"], tag.as_str());

    // Ben hears of it and answers; the root's hash is not told to us, and is found.
    let heard = until("the mention", || async {
        ben.heard(&ben_before).await.items.into_iter().find(|h| h.post.as_ref().is_some_and(|p| p.at == asked.at))
    })
    .await;
    assert_eq!(heard.kind, HeardKind::Spoke);
    let post = heard.post.unwrap();
    assert_eq!((post.text.as_str(), post.author.handle.as_str()), (part.text.as_str(), ada.account.handle.as_str()));
    assert_eq!(post.links, ["https://bread.org/rye"]);
    assert_eq!((post.tags.clone(), post.mentions[0].remote_id.clone()), (vec![tag.clone()], ben.account.remote_id.clone()));
    assert_eq!(post.media.first().map(|m| m.alt.as_str()), Some("A very small loaf"));
    assert_eq!(post.url, asked.url);
    let mut answer = Part::of_text("A loaf, always.");
    answer.reply_to = reply_to(&asked.at, &PostRef::new(asked.at.id.clone(), ""));
    let answered = ben.say(&answer, &Baggage::default(), &unique("answer")).await;

    // Ada hears the answer, once, and sees the whole thread.
    let (heard, cursor) = until("the answer", || async {
        let batch = ada.heard(&ada_before).await;
        let found = batch.items.into_iter().find(|h| h.post.as_ref().is_some_and(|p| p.at == answered.at))?;
        Some((found, batch.next))
    })
    .await;
    let post = heard.post.unwrap();
    assert_eq!((post.reply_to.as_deref(), post.root.as_deref()), (Some(asked.at.id.as_str()), Some(asked.at.id.as_str())));
    assert_eq!(post.reply_to_author, Some(ada.account.remote_id.clone()));
    assert!(ada.heard(&cursor).await.items.iter().all(|h| h.id != heard.id), "heard twice");

    // Ada says two more things in a row, with a card on the second.
    let mut second = Part::of_text("Then bake with me.");
    second.reply_to = reply_to(&answered.at, &asked.at);
    let second_at = ada.say(&second, &Baggage::default(), &unique("second")).await.at;
    let mut third = Part::of_text("Here is how: https://bread.org/how");
    third.reply_to = reply_to(&second_at, &asked.at);
    let card = Card { url: "https://bread.org/how".into(), title: "How".into(), about: "To bake".into() };
    let third_at = ada.say(&third, &Baggage { uploads: vec![], card: Some(card), begun: None }, &unique("third")).await.at;
    assert_eq!(ada.record(&third_at).await["embed"]["external"]["title"], "How");
    let ids = [&asked.at.id, &answered.at.id, &second_at.id, &third_at.id];
    for of in [&asked.at, &answered.at, &third_at] {
        until("the whole thread", || async {
            let thread = Bluesky.listen().unwrap().thread(&ben.call(), of).await.ok()?;
            ids.iter().all(|id| thread.iter().any(|p| p.at.id == **id)).then_some(())
        })
        .await;
    }

    // Taking down: gone from the server, and once more is no error.
    for _ in 0..2 {
        publish.delete(&ada.call(), &asked.at).await.unwrap();
    }
    assert_eq!(publish.find(&ada.call(), &Sought::new(&part, &key, now())).await, Ok(Found::NotThere));
    let foreign = publish.delete(&ada.call(), &answered.at).await;
    assert!(matches!(foreign, Err(NetworkError::Refused(_))), "{foreign:?}");
}

#[tokio::test]
async fn small_signs() {
    let Some((ada, ben)) = ada_and_ben().await else { return };
    let publish = Bluesky.publish().unwrap();
    let before = ada.heard(&Cursor::default()).await.next;
    let post = ada.say(&Part::of_text(unique("A loaf to like ")), &Baggage::default(), &unique("like")).await.at;
    until("the post to be known", || async { Bluesky.listen().unwrap().thread(&ben.call(), &post).await.ok() }).await;

    for (sign, kind) in [(Sign::Like, HeardKind::Liked), (Sign::Boost, HeardKind::PassedOn)] {
        let receipt = publish.sign(&ben.call(), &post, sign).await.unwrap();
        assert_eq!(publish.sign(&ben.call(), &post, sign).await.unwrap(), receipt, "at once, before the network knows");
        let heard = until("the sign", || async { ada.heard(&before).await.items.into_iter().find(|h| h.id == receipt) }).await;
        assert_eq!((heard.kind, heard.by.handle.clone()), (kind, ben.account.handle.clone()));
        assert_eq!(heard.post.map(|p| p.at), Some(post.clone()));
        // The network shows the sign now: once more is still the same one.
        let bare = PostRef::new(post.id.clone(), "");
        assert_eq!(publish.sign(&ben.call(), &bare, sign).await.unwrap(), receipt);
        publish.unsign(&ben.call(), &post, sign, &receipt).await.unwrap();
        publish.unsign(&ben.call(), &post, sign, &receipt).await.unwrap();
        // Even while the network still shows the old one, a new one is made.
        let anew = publish.sign(&ben.call(), &post, sign).await.unwrap();
        let rkey = anew.rsplit('/').next().unwrap().to_owned();
        let collection = anew.rsplit('/').nth(1).unwrap().to_owned();
        let did = &ben.account.remote_id;
        ben.raw(&format!("com.atproto.repo.getRecord?repo={did}&collection={collection}&rkey={rkey}"), None).await;
        publish.unsign(&ben.call(), &post, sign, "").await.unwrap();
        let list = ben.raw(&format!("com.atproto.repo.listRecords?repo={did}&collection={collection}"), None).await;
        assert!(list["records"].as_array().unwrap().iter().all(|r| r["value"]["subject"]["uri"] != post.id.as_str()));
    }
}

#[tokio::test]
async fn listening() {
    let Some((ada, ben)) = ada_and_ben().await else { return };
    let follow = json!({"repo": ada.account.remote_id, "collection": "app.bsky.graph.follow", "record": {
        "$type": "app.bsky.graph.follow", "subject": ben.account.remote_id, "createdAt": "2026-01-01T00:00:00Z"}});
    ada.raw("com.atproto.repo.createRecord", Some(follow)).await;
    let home = ada.search(Search::Home, &Cursor::default()).await;
    assert!(!home.has_more);
    let (word, tag) = (unique("brioche"), unique("tag"));
    let said = ben.say(&Part::of_text(format!("My {word} rose #{tag}")), &Baggage::default(), &unique("rose")).await.at;
    // Ada passes on her own post as well, which comes home as a boost.
    let own = ada.say(&Part::of_text(unique("Mine ")), &Baggage::default(), &unique("mine")).await.at;
    until("my own post", || async { Bluesky.listen().unwrap().thread(&ben.call(), &own).await.ok() }).await;
    Bluesky.publish().unwrap().sign(&ben.call(), &own, Sign::Boost).await.unwrap();

    let fresh = until("home", || async {
        let batch = ada.search(Search::Home, &home.next).await;
        let has = |f: &dyn Fn(&Post) -> bool| batch.items.iter().any(f);
        let is_boost = |p: &Post| p.at == own && p.boost.as_ref().is_some_and(|b| b.by.remote_id == ben.account.remote_id);
        (has(&|p| p.at == said) && has(&is_boost)).then_some(batch)
    })
    .await;
    assert!(fresh.items.iter().all(|p| !home.items.contains(p)), "read twice");
    let later = ada.search(Search::Home, &fresh.next).await;
    assert!(later.items.iter().all(|p| p.at != said), "read twice");

    for search in [Search::Words(word.clone()), Search::Tag(tag), Search::By(ben.account.remote_id.clone())] {
        let batch = until("what was looked for", || async {
            let batch = ada.search(search.clone(), &Cursor::default()).await;
            batch.items.iter().any(|p| p.at == said).then_some(batch)
        })
        .await;
        assert!(batch.items.is_sorted_by_key(|p| p.created_at), "{search:?} oldest first");
        assert!(ada.search(search.clone(), &batch.next).await.items.iter().all(|p| p.at != said), "{search:?} read twice");
    }

    let people = Bluesky.people().unwrap();
    let profile = people.profile(&ada.call(), &format!("@{}", ben.account.handle)).await.unwrap();
    assert_eq!(profile.remote_id, ben.account.remote_id);
    assert_eq!(people.profile(&ada.call(), "nobody.test").await, Err(NetworkError::NotThere));
    let gone = PostRef::new(format!("at://{}/app.bsky.feed.post/3mf2222222222", ben.account.remote_id), "");
    assert_eq!(Bluesky.listen().unwrap().thread(&ada.call(), &gone).await, Err(NetworkError::NotThere));
}

#[tokio::test]
async fn somebody_is_followed_muted_and_let_go() {
    let Some((ada, ben)) = ada_and_ben().await else { return };
    let people = Bluesky.people().unwrap();
    let them = people.profile(&ada.call(), &ben.account.handle).await.unwrap();
    let follows = async |wanted: bool| {
        let page = people.following(&ada.call(), None, &Cursor::default()).await.unwrap();
        (page.items.iter().any(|p| p.remote_id == them.remote_id) == wanted).then_some(())
    };
    // Twice is as good as once, either way.
    for _ in 0..2 {
        people.bind(&ada.call(), &them, Bond::Follow).await.unwrap();
    }
    until("the follow to show", || follows(true)).await;
    // Whom she follows can be read by others too.
    let public = people.profile(&ben.call(), &ada.account.handle).await.unwrap();
    let page = people.following(&ben.call(), Some(&public), &Cursor::default()).await.unwrap();
    assert!(page.items.iter().any(|p| p.remote_id == them.remote_id), "{page:?}");
    for _ in 0..2 {
        people.bind(&ada.call(), &them, Bond::Mute).await.unwrap();
    }
    let muted = ada.raw(&format!("app.bsky.actor.getProfile?actor={}", them.remote_id), None).await;
    assert_eq!(muted["viewer"]["muted"], true, "{muted}");
    for _ in 0..2 {
        people.unbind(&ada.call(), &them, Bond::Mute).await.unwrap();
        people.unbind(&ada.call(), &them, Bond::Follow).await.unwrap();
    }
    until("the follow to be gone", || follows(false)).await;
}
