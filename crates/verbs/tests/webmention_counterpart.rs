//! Webmentions with two sites that run on a package others wrote: what we publish on Ada's site tells Ben's page, and what Ben answers is
//! told to us, read, and takes its place in the talk; it changes and goes with his page. What waits in line outlives an end in the midst of
//! it, and is heard once. Runs where `HOBNOB_CP_INDIEWEB` names the sites; skipped aloud where not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use model::*;
use networks::http::Reach;
use networks::{Http, Networks};
use serde_json::Value;
use store::StoreError;
use testkit::Scene;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use verbs::converse::webmention::{Hearing, hear};
use verbs::desk::accounts::{self, Connecting};
use verbs::jobs::{Job, Next, perform};
use verbs::publish;
use verbs::publish::drafts::{self, Saved};
use verbs::{App, Config, Cx};

const LOOKS: usize = 80;
const PAUSE: Duration = Duration::from_millis(100);

#[allow(clippy::disallowed_methods, reason = "the sites across live by the real clock")]
fn clock() -> Timestamp {
    Timestamp::now()
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: {name} names no site");
    }
    value
}

/// A letter that came to a door of ours.
#[derive(Clone, Debug)]
struct Letter {
    /// Whose program wrote it.
    by: String,
    fields: BTreeMap<String, String>,
}

/// A door at which Webmentions are taken in; what becomes of them is for whoever opened it.
struct Door {
    address: String,
    letters: Arc<Mutex<Vec<Letter>>>,
}

impl Door {
    async fn open() -> Door {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/webmention", listener.local_addr().unwrap());
        let letters: Arc<Mutex<Vec<Letter>>> = Arc::default();
        let kept = letters.clone();
        tokio::spawn(async move {
            while let Ok((mut wire, _)) = listener.accept().await {
                let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
                let text = loop {
                    let n = wire.read(&mut piece).await.unwrap_or(0);
                    bytes.extend_from_slice(&piece[..n]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let length: usize = (text.lines())
                        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|v| v.trim().parse().ok()))
                        .unwrap_or(0);
                    if n == 0 || text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length) {
                        break text;
                    }
                };
                let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
                let by =
                    head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("user-agent: ").map(str::to_owned)).unwrap_or_default();
                if !body.is_empty() {
                    let fields = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
                    kept.lock().unwrap().push(Letter { by, fields });
                }
                let _ = wire.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
            }
        });
        Door { address, letters }
    }
    /// Waits for a letter of that kind, and takes it out.
    async fn letter(&self, what: &str, is_it: impl Fn(&Letter) -> bool) -> Letter {
        for _ in 0..LOOKS {
            let found = {
                let mut all = self.letters.lock().unwrap();
                all.iter().position(&is_it).map(|at| all.remove(at))
            };
            if let Some(letter) = found {
                return letter;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("waited in vain for {what}: {:?}", self.letters.lock().unwrap());
    }
}

struct Desk {
    scene: Scene,
    app: Arc<App>,
    account: AccountId,
    ben: String,
    ben_token: String,
    /// How far ahead of the real clock this desk lives.
    ahead: SignedDuration,
}

fn app(scene: &Scene) -> Arc<App> {
    let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
    let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
    App::new(scene.kept.store.clone(), http, Networks::default(), config)
}

impl Desk {
    fn now(&self) -> Timestamp {
        clock() + self.ahead
    }
    fn cx(&self) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now: self.now() }
    }
    /// As after a kill: nothing that was in memory is there any more.
    fn begins_anew(&mut self) {
        self.app = app(&self.scene);
    }
    /// Does what is due of these kinds; a piece that was claimed by one that ended is free again.
    async fn work(&self, kinds: &[&str]) -> usize {
        let now = self.now();
        let claimed = self.app.store.write_unscoped::<_, StoreError>(move |tx| {
            tx.free_jobs()?;
            tx.claim_jobs(now, now, 50)
        });
        let mut done = 0;
        for job in claimed.await.unwrap().into_iter().filter(|j| kinds.contains(&j.kind.as_str())) {
            let what = Job::from_row(&job.kind, job.subject).unwrap();
            match perform(self.cx(), what).await.unwrap() {
                Next::Over => self.app.store.write::<_, StoreError>(&self.scene.seat, move |tx| what.delete(tx)).await.unwrap(),
                Next::At(at) => self.app.store.write::<_, StoreError>(&self.scene.seat, move |tx| what.move_to(tx, at, now)).await.unwrap(),
            }
            done += 1;
        }
        done
    }
    /// Ben's own program writes on his site.
    async fn ben_does(&self, wish: Value) -> Option<String> {
        let request = self.app.http.post(&format!("{}indieweb/micropub/", self.ben)).unwrap();
        let reply = self.app.http.send(request.bearer_auth(&self.ben_token).json(&wish)).await.unwrap();
        assert!(reply.is_success(), "{} {}", reply.status, reply.text());
        reply.header("location").map(str::to_owned)
    }
    async fn heard_by_ben(&self) -> Vec<Value> {
        let reply = self.app.http.send(self.app.http.get(&format!("{}for-the-test", self.ben)).unwrap()).await.unwrap();
        reply.json::<Value>().unwrap()["heard"].as_array().unwrap().clone()
    }
    /// Their program's letter is handed to ours, as the page `/webmention` does.
    async fn hand_in(&self, letter: &Letter) -> Hearing {
        hear(&self.app, &letter.fields["source"], &letter.fields["target"], self.now()).await.unwrap()
    }
    /// What stands in the talk about a post of ours.
    async fn talk(&self, of: &str) -> Vec<String> {
        let of = of.to_owned();
        let posts = self.app.store.read::<_, StoreError>(&self.scene.seat, move |tx| {
            let mine = tx.posts().find_remote(&NetworkKey::new("indieweb"), &of)?.expect("our post");
            tx.posts().of_conversation(mine.conversation.expect("a conversation"))
        });
        posts.await.unwrap().into_iter().filter(|p| p.deleted_at.is_none()).map(|p| p.post.text).collect()
    }
}

#[tokio::test]
async fn two_sites_tell_each_other() {
    let (Some(ada), Some(ben)) = (given("HOBNOB_CP_INDIEWEB"), given("HOBNOB_CP_INDIEWEB_BEN")) else { return };
    let (token, ben_token) = (given("HOBNOB_CP_INDIEWEB_TOKEN").unwrap(), given("HOBNOB_CP_INDIEWEB_BEN_TOKEN").unwrap());
    let scene = Scene::set("voice Ada").await;
    let first = app(&scene);
    let cx = Cx { app: &first, seat: &scene.seat, now: clock() };
    let form = [("address", ada.as_str()), ("token", token.as_str())].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let Connecting::Connected(account) = accounts::connect(cx, "indieweb", form, None).await.unwrap() else { panic!("one step") };
    let mut desk = Desk { scene, app: first, account, ben: ben.clone(), ben_token, ahead: SignedDuration::ZERO };
    let (ours, theirs) = (Door::open().await, Door::open().await);
    for (site, door) in [(&ada, &ours), (&ben, &theirs)] {
        let url = format!("{site}for-the-test?at={}", door.address);
        desk.app.http.send(desk.app.http.get(&url).unwrap()).await.unwrap();
    }
    let word = format!("{:x}", clock().as_nanosecond());
    let note = serde_json::json!({"type": ["h-entry"], "properties": {"content": [format!("My starter sulks {word}")]}});
    let bens_note = desk.ben_does(note).await.expect("his note has an address");
    let page = is_told(&mut desk, &theirs, &bens_note).await;
    answers(&mut desk, &ours, &page).await;
    for site in [&ada, &ben] {
        let url = format!("{site}for-the-test?at={site}indieweb/webmention/");
        desk.app.http.send(desk.app.http.get(&url).unwrap()).await.unwrap();
    }
}

/// Ada writes about Ben's note on her own site, by this desk; his page is told, once, although the desk ended in the midst of it.
async fn is_told(desk: &mut Desk, theirs: &Door, bens_note: &str) -> String {
    let mut kept = drafts::fresh(desk.cx()).await.unwrap();
    kept.draft.text = format!("Warm water helps, as I found: {bens_note}");
    kept.accounts = vec![desk.account];
    let Saved::Kept(kept) = drafts::save(desk.cx(), kept, vec![]).await.unwrap() else { panic!("kept") };
    let id = publish::plan(desk.cx(), kept.draft.id, &[desk.account], desk.now()).await.unwrap()[0];
    publish::deliver(desk.cx(), id).await.unwrap();
    let landed = desk.app.store.read::<_, StoreError>(&desk.scene.seat, move |tx| tx.deliveries().get(id)).await.unwrap();
    let page = landed.landed.expect("it stands").id;
    // It ends before it has told anybody, and once more while it tells.
    desk.begins_anew();
    assert_eq!(desk.work(&["tell"]).await, 0, "pages get a moment to be built");
    desk.ahead = SignedDuration::from_secs(10);
    let ended = tokio::time::timeout(Duration::from_millis(1), desk.work(&["tell"])).await;
    desk.begins_anew();
    if ended.is_err() {
        assert_eq!(desk.work(&["tell"]).await, 1, "it is still in line");
    }
    let is_ours = |l: &Letter| l.by.contains("hobnob") && l.fields["source"] == page && l.fields["target"] == bens_note;
    let letter = theirs.letter("our Webmention", is_ours).await;
    assert_eq!(desk.work(&["tell"]).await, 0, "nothing is left in line");
    // His site takes it, reads our page, and believes it.
    let request = desk.app.http.post(&format!("{}indieweb/webmention/", desk.ben)).unwrap().form(&letter.fields);
    let taken = desk.app.http.send(request).await.unwrap();
    assert!(taken.is_success(), "{} {}", taken.status, taken.text());
    let mut heard = Vec::new();
    for _ in 0..LOOKS {
        heard = desk.heard_by_ben().await.into_iter().filter(|w| w["source_url"] == page.as_str()).collect();
        if heard.iter().any(|w| w["status"] == "verified") {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!((heard.len(), heard[0]["status"].as_str()), (1, Some("verified")), "{heard:?}");
    page
}

/// Ben answers on his site; it is told to us, read, and stands in the talk; it changes, and goes.
async fn answers(desk: &mut Desk, ours: &Door, page: &str) {
    let reply = serde_json::json!({"type": ["h-entry"], "properties": {"content": ["How warm?"], "in-reply-to": [page]}});
    let bens_answer = desk.ben_does(reply).await.unwrap();
    let is_his = |l: &Letter| !l.by.contains("hobnob") && l.fields["source"] == bens_answer;
    let letter = ours.letter("his Webmention", is_his).await;
    assert_eq!(desk.hand_in(&letter).await, Hearing::Kept);
    // Ended before it was read: it waits in the store.
    desk.begins_anew();
    let before = desk.talk(page).await.len();
    assert_eq!(desk.work(&["verify"]).await, 1);
    let talk = desk.talk(page).await;
    assert_eq!((talk.len(), talk.last().map(String::as_str)), (before + 1, Some("How warm?")));
    assert_eq!(desk.work(&["verify"]).await, 0, "it is read once");
    // A page that tells again a moment later is known.
    assert_eq!(desk.hand_in(&letter).await, Hearing::Known);
    desk.ahead = SignedDuration::from_mins(5);
    desk.ben_does(serde_json::json!({"action": "update", "url": bens_answer, "replace": {"content": ["How warm is warm?"]}})).await;
    let letter = ours.letter("his change", is_his).await;
    assert_eq!(desk.hand_in(&letter).await, Hearing::Kept);
    assert_eq!(desk.work(&["verify"]).await, 1);
    assert_eq!(desk.talk(page).await.last().map(String::as_str), Some("How warm is warm?"));
    desk.ahead = SignedDuration::from_mins(10);
    desk.ben_does(serde_json::json!({"action": "delete", "url": bens_answer})).await;
    let letter = ours.letter("his taking it down", is_his).await;
    assert_eq!(desk.hand_in(&letter).await, Hearing::Kept);
    assert_eq!(desk.work(&["verify"]).await, 1);
    assert_eq!(desk.talk(page).await.len(), before, "it goes with his page");
}
