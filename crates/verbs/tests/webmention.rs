//! Pages that link to each other: what others tell is read before it is believed, follows their page's changes and goes with it; what we
//! publish on our own site is told, again where it was not heard. On a real store, with a real reader of pages and a small site across.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use model::*;
use networks::http::Reach;
use networks::{About, Http, Network, Networks, Pages};
use store::webmentions::{TellState, TellWay, Webmention};
use testkit::Scene;
use testkit::scene::at;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use verbs::converse::webmention::{Hearing, hear, verify};
use verbs::converse::{Arrival, take_in};
use verbs::jobs::Next;
use verbs::publish::tell;
use verbs::{App, Config, Cx};

/// Whatever network reads pages, and nothing else of it.
struct Reader;

static READER: About = About { key: "reader", name: "Reader", mark: "Re", blurb: "Reads pages.", rules: Rules::default };

impl Network for Reader {
    fn about(&self) -> &'static About {
        &READER
    }
    fn pages(&self) -> Option<&dyn Pages> {
        networks::ALL.iter().find_map(|n| n.pages())
    }
}

/// A site across: what it answers by path, and what it was asked.
#[derive(Clone, Default)]
struct Site {
    pages: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn open() -> (Site, u16) {
        let site = Site::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = site.clone();
        tokio::spawn(async move {
            while let Ok((mut wire, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let mut piece = [0; 4096];
                // A question is whole when its form is.
                loop {
                    let n = wire.read(&mut piece).await.unwrap_or(0);
                    bytes.extend_from_slice(&piece[..n]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let length: usize = text
                        .lines()
                        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|v| v.trim().parse().ok()))
                        .unwrap_or(0);
                    if n == 0 || text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length) {
                        break;
                    }
                }
                let asked = String::from_utf8_lossy(&bytes).into_owned();
                let path = asked.split(' ').nth(1).unwrap_or("/").to_owned();
                let (status, body) = serving.pages.lock().unwrap().get(&path).cloned().unwrap_or((404, String::new()));
                serving.asked.lock().unwrap().push(asked);
                let answer = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = wire.write_all(answer.as_bytes()).await;
            }
        });
        (site, port)
    }
    fn shows(&self, path: &str, status: u16, body: &str) {
        self.pages.lock().unwrap().insert(path.to_owned(), (status, body.to_owned()));
    }
}

const MINE: &str = "https://ada.example/7";

struct Desk {
    scene: Scene,
    app: Arc<App>,
    account: Account,
    site: Site,
    across: String,
}

impl Desk {
    async fn set() -> Desk {
        let scene = Scene::set("voice Ada\naccount ada@plaza").await;
        let (site, port) = Site::open().await;
        let http = Http::new(Reach { private_hosts: vec![format!("127.0.0.1:{port}")] });
        let networks = Networks::new(vec![Arc::new(scene.networks["plaza"].clone()), Arc::new(Reader)]);
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), http, networks, config);
        let id = scene.account("ada@plaza");
        let account = scene
            .kept
            .store
            .write::<_, store::StoreError>(&scene.seat, move |tx| {
                let mut account = tx.accounts().get(id)?;
                account.url = Some("https://ada.example/".into());
                account.rules.site.is_own = true;
                tx.accounts().put(&account)?;
                let author = tx.profiles().mine()?.remove(0).profile;
                let post = Post::new(PostRef::new(MINE, ""), author, "Cold kitchen, slow dough.", at("08:00"));
                take_in(tx, &account, &[post], Arrival::Fresh, at("08:00"))?;
                Ok(account)
            })
            .await
            .unwrap();
        Desk { scene, app, account, site, across: format!("http://127.0.0.1:{port}") }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    async fn hear(&self, path: &str, now: Timestamp) -> Hearing {
        hear(&self.app, &format!("{}{path}", self.across), MINE, now).await.unwrap()
    }
    async fn pair(&self, way: TellWay, source: &str, target: &str) -> Webmention {
        let (source, target) = (source.to_owned(), target.to_owned());
        self.app.store.read(&self.scene.seat, move |tx| tx.webmentions().find_pair(way, &source, &target)).await.unwrap().expect("kept")
    }
    /// Tells of a page, reads it, and says how that stands.
    async fn told(&self, path: &str, now: Timestamp) -> Webmention {
        assert_eq!(self.hear(path, now).await, Hearing::Kept, "{path}");
        let source = format!("{}{path}", self.across);
        let id = self.pair(TellWay::In, &source, MINE).await.id;
        assert_eq!(verify(self.cx(now), id).await.unwrap(), Next::Over, "{path}");
        self.pair(TellWay::In, &source, MINE).await
    }
    /// The words of our post's conversation, without what was taken down.
    async fn talk(&self) -> Vec<String> {
        let posts = self.app.store.read::<_, store::StoreError>(&self.scene.seat, |tx| {
            let mine = tx.posts().find_remote(&NetworkKey::new("plaza"), MINE)?.expect("our post");
            tx.posts().of_conversation(mine.conversation.expect("a conversation"))
        });
        posts.await.unwrap().into_iter().filter(|p| p.deleted_at.is_none()).map(|p| p.post.text).collect()
    }
}

fn entry(class: &str, words: &str) -> String {
    format!(
        r#"<div class="h-entry"><a class="p-author h-card" href="/">Ben</a><a class="{class}" href="{MINE}">x</a><p class="e-content">{words}</p></div>"#
    )
}

#[tokio::test]
async fn an_answer_takes_its_place_changes_and_goes() {
    let desk = Desk::set().await;
    desk.site.shows("/1", 200, &entry("u-in-reply-to", "Near the kettle."));
    assert_eq!(desk.told("/1", at("09:00")).await.state, TellState::Done);
    assert_eq!(desk.talk().await, ["Cold kitchen, slow dough.", "Near the kettle."]);
    assert_eq!(desk.hear("/1", at("09:00")).await, Hearing::Known, "a moment later");
    let waits = desk.app.store.read(&desk.scene.seat, |tx| tx.conversations().counts()).await.unwrap();
    assert!(waits.iter().any(|(_, n)| *n == 1), "it waits for us: {waits:?}");

    desk.site.shows("/1", 200, &entry("u-in-reply-to", "On the kettle."));
    desk.told("/1", at("09:10")).await;
    assert_eq!(desk.talk().await, ["Cold kitchen, slow dough.", "On the kettle."]);

    desk.site.shows("/1", 200, "<p>Nothing any more</p>");
    let silent = desk.told("/1", at("09:20")).await;
    assert_eq!((silent.state, silent.why.as_deref()), (TellState::Refused, Some("The page does not link to ours.")));
    assert_eq!(desk.talk().await, ["Cold kitchen, slow dough."]);

    desk.site.shows("/2", 200, &entry("", "I read this."));
    desk.told("/2", at("09:30")).await;
    assert_eq!(desk.talk().await, ["Cold kitchen, slow dough.", "I read this."]);
    desk.site.shows("/2", 410, "");
    assert_eq!(desk.told("/2", at("09:40")).await.state, TellState::Gone);
    assert_eq!(desk.talk().await, ["Cold kitchen, slow dough."]);
}

#[tokio::test]
async fn a_like_is_a_sign_and_no_talk() {
    let desk = Desk::set().await;
    desk.site.shows("/1", 200, &entry("u-like-of", ""));
    let told = desk.told("/1", at("09:00")).await;
    assert_eq!((told.state, told.sign.as_deref(), told.post), (TellState::Done, Some("like"), None));
    assert_eq!(desk.talk().await.len(), 1);
}

#[tokio::test]
async fn what_is_not_so_is_not_believed() {
    let desk = Desk::set().await;
    for (source, target) in [
        ("https://ben.example/1", "https://else.example/7"),
        ("https://ben.example/1", "https://hobnob.example/go/nothing"),
        ("https://ben.example/1", "https://ada.example.evil.example/7"),
        ("ftp://ben.example/1", MINE),
        ("", MINE),
        (MINE, MINE),
    ] {
        assert!(matches!(hear(&desk.app, source, target, at("09:00")).await.unwrap(), Hearing::Wrong(_)), "{source} {target}");
    }
    // Words and comments are no links, and a page that says so in both is left out.
    desk.site.shows("/1", 200, &format!("<!-- <a href='{MINE}'>x</a> -->{MINE}"));
    assert_eq!(desk.told("/1", at("09:00")).await.state, TellState::Refused);
    // An address inside the house is not called, whoever names it.
    for inside in ["http://127.0.0.1:1/x", "http://localhost/x", "http://10.0.0.1/x", "http://[::1]/x"] {
        assert_eq!(hear(&desk.app, inside, MINE, at("09:01")).await.unwrap(), Hearing::Kept);
        let id = desk.pair(TellWay::In, inside, MINE).await.id;
        assert_eq!(verify(desk.cx(at("09:01")), id).await.unwrap(), Next::Over);
        assert_eq!(desk.pair(TellWay::In, inside, MINE).await.state, TellState::Refused, "{inside}");
    }
    assert_eq!(desk.talk().await.len(), 1);
}

#[tokio::test]
async fn two_whose_pages_name_each_other_are_joined_with_that_proof() {
    let desk = Desk::set().await;
    let (one, other, third) = (format!("{}/one", desk.across), format!("{}/other", desk.across), format!("{}/third", desk.across));
    desk.site.shows("/one", 200, &format!("<a rel='me' href='{other}'>x</a><a rel='me' href='{third}'>x</a>"));
    desk.site.shows("/other", 200, &format!("<link rel='me author' href='{one}'>"));
    desk.site.shows("/third", 200, "<a href='/one'>not me</a>");
    let mut people = Vec::new();
    for (n, url) in [&one, &other, &third].into_iter().enumerate() {
        let profile = Profile {
            network: NetworkKey::new("plaza"),
            remote_id: url.clone(),
            handle: format!("p{n}"),
            name: format!("P{n}"),
            url: Some(url.clone()),
            ..Profile::default()
        };
        let kept = desk.app.store.write(&desk.scene.seat, move |tx| tx.profiles().put(&profile, at("08:00"))).await.unwrap();
        people.push(kept.person);
    }
    for (with, proof) in [(people[1], "since their pages name each other"), (people[2], "by hand")] {
        let id = verbs::relate::edit::join(desk.cx(at("09:00")), people[0], with).await.unwrap();
        let join = desk.app.store.read(&desk.scene.seat, move |tx| tx.joins().find(id)).await.unwrap().unwrap();
        assert_eq!(join.proof, proof);
    }
}

#[tokio::test]
async fn too_much_at_once_and_a_page_that_is_away() {
    let desk = Desk::set().await;
    for n in 0..20 {
        assert_eq!(desk.hear(&format!("/{n}"), at("09:00")).await, Hearing::Kept);
    }
    assert_eq!(desk.hear("/20", at("09:00")).await, Hearing::TooMany);
    assert_eq!(desk.hear("/20", at("09:02")).await, Hearing::Kept);

    desk.site.shows("/20", 500, "");
    let source = format!("{}/20", desk.across);
    let id = desk.pair(TellWay::In, &source, MINE).await.id;
    let mut now = at("09:02");
    let mut tries = 0;
    while let Next::At(again) = verify(desk.cx(now), id).await.unwrap() {
        assert!(again > now && tries < 10);
        now = again;
        tries += 1;
    }
    assert_eq!((tries, desk.pair(TellWay::In, &source, MINE).await.state), (4, TellState::Refused));
}

#[tokio::test]
async fn what_we_publish_is_told_until_it_is_heard() {
    let desk = Desk::set().await;
    let target = format!("{}/post", desk.across);
    let part = Part::of_text(format!("See {target} and https://ada.example/1 and {target}"));
    let (account, now) = (desk.account.clone(), at("09:00"));
    let delivery = Delivery {
        id: DeliveryId(5),
        draft: DraftId(6),
        account: account.id,
        part_index: 0,
        part: part.clone(),
        key: DeliveryKey("k".into()),
        state: DeliveryState::Landed,
        hold: None,
        due: now,
        wished_at: None,
        zone: "UTC".into(),
        attempts: 1,
        tries: 1,
        looks: 0,
        waited_ms: 0,
        attempted_at: None,
        first_attempt_at: None,
        landed: None,
        landed_url: None,
        landed_at: None,
        why: None,
        post: None,
        deleted_at: None,
    };
    let put = |part: Option<Part>| {
        let (account, delivery) = (account.clone(), delivery.clone());
        desk.app
            .store
            .write::<_, store::StoreError>(&desk.scene.seat, move |tx| tell::put(tx, &account, &delivery, part.as_ref(), MINE, now))
    };
    put(Some(part)).await.unwrap();
    let all = desk.app.store.read(&desk.scene.seat, |tx| tx.webmentions().of_delivery(DeliveryId(5))).await.unwrap();
    assert_eq!(all.iter().map(|w| w.target.as_str()).collect::<Vec<_>>(), [target.as_str()], "each page once, our own never");

    desk.site.shows("/post", 200, "<link rel=webmention href='/wm?a=b'>");
    desk.site.shows("/wm?a=b", 503, "");
    let id = all[0].id;
    let Next::At(again) = tell::tell(desk.cx(now), id).await.unwrap() else { panic!("it is tried again") };
    assert!(again >= now + SignedDuration::from_secs(60));
    desk.site.shows("/wm?a=b", 202, "");
    assert_eq!(tell::tell(desk.cx(again), id).await.unwrap(), Next::Over);
    assert_eq!(desk.pair(TellWay::Out, MINE, &target).await.state, TellState::Done);
    let said = desk.site.asked.lock().unwrap().last().unwrap().clone();
    assert!(said.starts_with("POST /wm?a=b ") && said.contains("source=https%3A%2F%2Fada.example%2F7&target=http"), "{said}");

    // Taken down, it is told again, so that they can forget it.
    put(None).await.unwrap();
    assert_eq!(desk.pair(TellWay::Out, MINE, &target).await.state, TellState::Waiting);
    // A page that asks for nothing is left alone.
    desk.site.shows("/post", 200, "<p>quiet</p>");
    assert_eq!(tell::tell(desk.cx(again), id).await.unwrap(), Next::Over);
    assert_eq!(desk.pair(TellWay::Out, MINE, &target).await.why.as_deref(), Some("The page asks for no Webmentions."));
}
