//! A desk and servers of others, one network after the other: a thread of three with a picture and its words, somebody named, a link and a
//! tag stands there as the preview said, word for word and part for part; then it is changed and taken down there too, or the desk says that
//! this network has no edits; and a video goes where it is taken. Runs where `HOBNOB_CP_…` name the servers; skipped aloud where not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::*;
use networks::http::Reach;
use networks::*;
use store::StoreError;
use store::follows::FollowState;
use testkit::Scene;
use verbs::desk::accounts::{self, Connecting};
use verbs::publish::drafts::{self, Saved};
use verbs::publish::{self, follow};
use verbs::{App, Config, Cx};

const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15,
    0xc4, 0x89, 0, 0, 0, 13, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34,
    0x7d, 0x6b, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
const VIDEO: &[u8] = include_bytes!("../src/publish/picture/fixtures/kitchen.mp4");
const LINK: &str = "https://crumb.example/rye?a=1&b=2";
/// How often something that takes a moment is looked for again.
const LOOKS: usize = 40;
const PAUSE: Duration = Duration::from_millis(250);

#[allow(clippy::disallowed_methods, reason = "the servers across live by the real clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: {name} names no server");
    }
    value
}

fn unheard(word: &str) -> String {
    format!("{word}{:x}", now().as_nanosecond())
}

struct Desk {
    scene: Scene,
    app: Arc<App>,
    account: Account,
}

fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

impl Desk {
    /// A desk with one account there, where Ben Marsh is known by what the network says of him.
    async fn set(key: &str, ada: &[(&str, &str)], ben: &[(&str, &str)]) -> Desk {
        let scene = Scene::set("voice Ada").await;
        let network = networks::ALL.iter().find(|n| n.about().key == key).expect("a network of the list");
        let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into(), "localhost".into()] });
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), http, Networks::default(), config);
        let cx = Cx { app: &app, seat: &scene.seat, now: now() };
        let Connecting::Connected(id) = accounts::connect(cx, key, form(ada), None).await.unwrap() else { panic!("one step") };
        let arrives = network.sign_in().unwrap().begin(&app.http, &form(ben), None, now()).await.unwrap();
        let Step::Done(arrival) = arrives else { panic!("one step") };
        let profile = Profile { name: "Ben Marsh".into(), ..arrival.profile };
        let put = move |tx: &store::Tx<'_>| {
            tx.profiles().put(&profile, now())?;
            tx.accounts().get(id)
        };
        let account = app.store.write::<_, StoreError>(&scene.seat, put).await.unwrap();
        Desk { scene, app, account }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    async fn deliveries(&self, draft: DraftId) -> Vec<Delivery> {
        self.app.store.read(&self.scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap()
    }
    async fn draft(&self, text: &str) -> DraftId {
        let mut kept = drafts::fresh(self.cx(now())).await.unwrap();
        kept.draft.text = text.into();
        kept.accounts = vec![self.account.id];
        let Saved::Kept(kept) = drafts::save(self.cx(now()), kept, vec![]).await.unwrap() else { panic!("kept") };
        kept.draft.id
    }
    /// The parts that the page shows before anything goes out.
    async fn preview(&self, draft: DraftId) -> Vec<Part> {
        let (kept, edits) = drafts::get(self.cx(now()), draft).await.unwrap();
        let looked = drafts::look(self.cx(now()), &kept, &edits).await.unwrap();
        looked.into_iter().find(|r| r.account.id == self.account.id).unwrap().outcome.unwrap().parts
    }
    /// Sends it all, and answers what landed, in order.
    async fn send(&self, draft: DraftId) -> Vec<Delivery> {
        publish::plan(self.cx(now()), draft, &[self.account.id], now()).await.unwrap();
        for round in 0..4 {
            let later = now() + jiff::SignedDuration::from_secs(10 * round);
            for d in self.deliveries(draft).await {
                publish::deliver(self.cx(later), d.id).await.unwrap();
            }
        }
        let all = self.deliveries(draft).await;
        assert!(all.iter().all(|d| d.state == DeliveryState::Landed), "{:?}", all.iter().map(|d| (&d.state, &d.why)).collect::<Vec<_>>());
        all
    }
    /// A post as it is read there by whoever may.
    async fn read(&self, at: &PostRef) -> Option<Post> {
        let at = Arc::new(at.clone());
        let call = verbs::calls::call(self.cx(now()), self.account.id, move |network, call| {
            let at = at.clone();
            Box::pin(async move { network.listen().unwrap().thread(call, &at).await.map(|all| all.into_iter().find(|p| p.at.id == at.id)) })
        });
        call.await.unwrap_or(None)
    }
    async fn reads(&self, at: &PostRef, what: &str, is_so: impl Fn(Option<&Post>) -> bool) -> Option<Post> {
        let mut last = None;
        for _ in 0..LOOKS {
            last = self.read(at).await;
            if is_so(last.as_ref()) {
                return last;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("waited in vain for {what}: {last:?}");
    }
    async fn json(&self, url: &str, token: Option<&str>) -> serde_json::Value {
        let request = self.app.http.get(url).unwrap();
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        self.app.http.send(request).await.unwrap().json().unwrap()
    }
}

/// Writes the thread, sends it, and holds what stands there against the preview; answers the draft and what landed.
async fn stands_as_the_preview_said(desk: &Desk) -> (DraftId, Vec<Delivery>) {
    let tag = unheard("rye");
    let text = format!(
        "It rises three times, @Ben Marsh says: {LINK} #{tag}\n---\nHow: with patience, and “quotes” & <signs>.\n---\nThat is all 🧀"
    );
    let draft = desk.draft(&text).await;
    drafts::add_picture(desk.cx(now()), draft, PIXEL.to_vec(), "A dark loaf, \"cut\"").await.unwrap();
    let shown = desk.preview(draft).await;
    assert_eq!(shown.len(), 3);
    let landed = desk.send(draft).await;
    assert_eq!(landed.len(), 3);
    let mut root = None;
    for (i, (part, d)) in shown.iter().zip(&landed).enumerate() {
        assert_eq!(
            (&part.text, &part.pictures, &part.mentions),
            (&d.part.text, &d.part.pictures, &d.part.mentions),
            "what was shown is what was sent"
        );
        let at = d.landed.clone().unwrap();
        let post = desk.reads(&at, "the post", |p| p.is_some()).await.unwrap();
        assert_eq!(words(&post.text), words(&part.text), "part {}", i + 1);
        assert_eq!(post.author.remote_id, desk.account.remote_id);
        if i == 0 {
            assert_eq!(post.media.iter().map(|m| m.alt.as_str()).collect::<Vec<_>>(), ["A dark loaf, \"cut\""]);
            assert!(post.links.iter().any(|l| l == LINK), "{:?}", post.links);
            assert!(post.tags.iter().any(|t| t.eq_ignore_ascii_case(&tag)), "{:?}", post.tags);
            assert!(post.mentions.is_empty() || post.mentions[0].remote_id == part.mentions[0].1, "{:?}", post.mentions);
            root = Some(at.id.clone());
        } else {
            assert!(post.media.is_empty());
            let before = landed[i - 1].landed.as_ref().unwrap();
            assert!(post.reply_to.as_deref() == Some(&before.id) || post.reply_to.as_deref() == Some(&before.tag), "{:?}", post.reply_to);
            assert!(post.root.is_none() || post.root == root, "{:?}", post.root);
        }
    }
    (draft, landed)
}

/// The words alone: a server may shorten the handle of somebody at home there, and spaces are nobody's words.
fn words(text: &str) -> String {
    let one = |w: &str| if w.starts_with('@') { w.split('@').nth(1).map_or(w.to_owned(), |n| format!("@{n}")) } else { w.to_owned() };
    text.split_whitespace().map(|w| one(w.trim_end_matches(':'))).collect::<Vec<_>>().join(" ")
}

/// Changes the words there, where the network has edits, and takes all down.
async fn follows(desk: &Desk, draft: DraftId, landed: &[Delivery], has_edit: bool) {
    let text = format!("It rises twice.\n---\nHow: with {}.\n---\nThat is all 🧀", unheard("heat"));
    let first = landed[0].landed.clone().unwrap();
    let before = desk.reads(&first, "the first post", |p| p.is_some()).await.unwrap().text;
    let followed = follow::change(desk.cx(now()), draft, &text).await.unwrap();
    for d in landed {
        follow::follow(desk.cx(now()), d.id).await.unwrap();
    }
    if has_edit {
        desk.reads(&first, "the new words", |p| p.is_some_and(|p| p.text.starts_with("It rises twice."))).await;
        let done = follow::followed(desk.cx(now()), draft).await.unwrap();
        assert!(done.iter().all(|f| f.state == FollowState::Done), "{done:?}");
        let media = desk.read(&first).await.unwrap().media;
        assert_eq!(media.iter().map(|m| m.alt.as_str()).collect::<Vec<_>>(), ["A dark loaf, \"cut\""], "the picture stays");
    } else {
        assert!(
            followed.iter().all(|f| f.state == FollowState::Refused && f.why.as_ref().unwrap().contains("has no edits")),
            "{followed:?}"
        );
        assert_eq!(desk.read(&first).await.unwrap().text, before, "what stands there stays as it is");
    }
    follow::take_down(desk.cx(now()), draft).await.unwrap();
    // Those that answer go first, as people would take a thread down; the desk is asked twice, and that is no harm.
    for _ in 0..2 {
        for d in landed.iter().rev() {
            follow::follow(desk.cx(now()), d.id).await.unwrap();
        }
    }
    for d in landed {
        desk.reads(d.landed.as_ref().unwrap(), "its end", |p| p.is_none()).await;
    }
    assert!(desk.deliveries(draft).await.iter().all(|d| d.deleted_at.is_some()));
}

/// A video with its words; answers where it stands, and what it is named by on the page of the network.
async fn video(desk: &Desk) -> Delivery {
    let draft = desk.draft(&unheard("The kitchen, live ")).await;
    let added = drafts::add_picture(desk.cx(now()), draft, VIDEO.to_vec(), "A kitchen at night").await.unwrap();
    assert_eq!((added.mime.as_str(), added.length_ms), ("video/mp4", 2000));
    assert_eq!(desk.preview(draft).await[0].pictures.len(), 1);
    desk.send(draft).await.remove(0)
}

#[tokio::test]
async fn on_the_mastodon_api() {
    let Some(server) = given("HOBNOB_CP_MASTODON") else { return };
    let desk = Desk::set("mastodon", &[("server", &server), ("token", "ada-token")], &[("server", &server), ("token", "ben-token")]).await;
    let (draft, landed) = stands_as_the_preview_said(&desk).await;
    // Past our own code.
    let status = |d: &Delivery| format!("{server}/api/v1/statuses/{}", d.landed.as_ref().unwrap().tag.rsplit(':').next().unwrap());
    let first = desk.json(&status(&landed[0]), Some("ada-token")).await;
    assert_eq!(words(&networks::html::text(first["content"].as_str().unwrap())), words(&landed[0].part.text));
    assert_eq!(first["media_attachments"][0]["description"], "A dark loaf, \"cut\"");
    assert_eq!(first["mentions"][0]["username"], "ben");
    let second = desk.json(&status(&landed[1]), Some("ada-token")).await;
    assert_eq!(second["in_reply_to_id"], first["id"]);
    follows(&desk, draft, &landed, true).await;
    let standing = video(&desk).await;
    let there = desk.json(&status(&standing), Some("ada-token")).await;
    let media = &there["media_attachments"][0];
    assert_eq!((media["type"].as_str(), media["description"].as_str()), (Some("video"), Some("A kitchen at night")), "{there}");
    if let Some(url) = media["url"].as_str() {
        let file = desk.app.http.send(desk.app.http.get(url).unwrap()).await.unwrap();
        assert!(file.status != 200 || file.body.len() == VIDEO.len(), "the very video: {} bytes", file.body.len());
    }
}

#[tokio::test]
async fn on_bluesky() {
    let Some(base) = given("HOBNOB_CP_BLUESKY") else { return };
    let one = |name: &str| given(name).unwrap();
    let (ada, ada_word) = (one("HOBNOB_CP_ADA_HANDLE"), one("HOBNOB_CP_ADA_APP_PASSWORD"));
    let (ben, ben_word) = (one("HOBNOB_CP_BEN_HANDLE"), one("HOBNOB_CP_BEN_APP_PASSWORD"));
    let desk = Desk::set(
        "bluesky",
        &[("handle", &ada), ("password", &ada_word), ("server", &base)],
        &[("handle", &ben), ("password", &ben_word), ("server", &base)],
    )
    .await;
    let (draft, landed) = stands_as_the_preview_said(&desk).await;
    // Past our own code: the records themselves, as anybody may read them.
    let record = |d: &Delivery| {
        let (did, rkey) = (desk.account.remote_id.clone(), d.landed.as_ref().unwrap().id.rsplit('/').next().unwrap().to_owned());
        format!("{base}/xrpc/com.atproto.repo.getRecord?repo={did}&collection=app.bsky.feed.post&rkey={rkey}")
    };
    let first = desk.json(&record(&landed[0]), None).await["value"].clone();
    assert_eq!(first["text"], landed[0].part.text.as_str());
    assert_eq!(first["embed"]["images"][0]["alt"], "A dark loaf, \"cut\"");
    let features: Vec<&str> = first["facets"].as_array().unwrap().iter().map(|f| f["features"][0]["$type"].as_str().unwrap()).collect();
    let end = |name: &str| features.iter().any(|f| f.ends_with(name));
    assert!(end("#mention") && end("#link") && end("#tag"), "{features:?}");
    let third = desk.json(&record(&landed[2]), None).await["value"].clone();
    assert_eq!(third["text"], landed[2].part.text.as_str());
    assert_eq!(third["reply"]["root"]["uri"], landed[0].landed.as_ref().unwrap().id.as_str());
    assert_eq!(third["reply"]["parent"]["uri"], landed[1].landed.as_ref().unwrap().id.as_str());
    follows(&desk, draft, &landed, false).await;
    let standing = video(&desk).await;
    let there = desk.json(&record(&standing), None).await["value"].clone();
    assert_eq!(
        (there["embed"]["$type"].as_str(), there["embed"]["alt"].as_str()),
        (Some("app.bsky.embed.video"), Some("A kitchen at night"))
    );
    let cid = there["embed"]["video"]["ref"]["$link"].as_str().unwrap();
    let url = format!("{base}/xrpc/com.atproto.sync.getBlob?did={}&cid={cid}", desk.account.remote_id);
    let blob = desk.app.http.send(desk.app.http.get(&url).unwrap()).await.unwrap();
    assert_eq!((blob.status, blob.body.len()), (200, VIDEO.len()), "the very video stands on the account's server");
}

#[tokio::test]
async fn on_nostr() {
    let (Some(one), Some(two), Some(media)) = (given("HOBNOB_CP_NOSTR"), given("HOBNOB_CP_NOSTR_OTHER"), given("HOBNOB_CP_NOSTR_BLOSSOM"))
    else {
        return;
    };
    let relays = format!("{one} {two}");
    let ada = [("way", "make"), ("name", "Ada"), ("relays", relays.as_str()), ("media", media.as_str())];
    let ben = [("way", "make"), ("name", "Ben Marsh"), ("relays", one.as_str())];
    let desk = Desk::set("nostr", &ada, &ben).await;
    let (draft, landed) = stands_as_the_preview_said(&desk).await;
    for d in &landed {
        assert!(d.landed.as_ref().unwrap().tag.contains(&format!("on={one},{two}")), "both relays took it");
    }
    follows(&desk, draft, &landed, false).await;
}

#[tokio::test]
async fn on_an_own_site() {
    let (Some(ada), Some(ben)) = (given("HOBNOB_CP_INDIEWEB"), given("HOBNOB_CP_INDIEWEB_BEN")) else { return };
    let (token, ben_token) = (given("HOBNOB_CP_INDIEWEB_TOKEN").unwrap(), given("HOBNOB_CP_INDIEWEB_BEN_TOKEN").unwrap());
    let desk = Desk::set("indieweb", &[("address", &ada), ("token", &token)], &[("address", &ben), ("token", &ben_token)]).await;
    let (draft, landed) = stands_as_the_preview_said(&desk).await;
    let page = desk.app.http.send(desk.app.http.get(&landed[0].landed.as_ref().unwrap().id).unwrap()).await.unwrap().text().into_owned();
    assert!(page.contains("A dark loaf, &quot;cut&quot;") || page.contains("A dark loaf, &#34;cut&#34;"), "its words stand on the page");
    assert!(page.contains(&format!("<a href=\"{ben}\">")), "Ben is a link to his site");
    follows(&desk, draft, &landed, true).await;
}
