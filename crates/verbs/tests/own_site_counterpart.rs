//! A desk and a real site: a thread of three with a picture, a link and somebody named stands there as the preview said, and the other
//! place carries its address; once, also after a lost answer and after an end in the midst of it; somebody answers, and what is said back
//! stands under it. Runs where `HOBNOB_CP_WORDPRESS` and its fellows name a site; skipped aloud where they do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::*;
use networks::http::Reach;
use networks::wordpress::WordPress;
use networks::*;
use serde_json::Value;
use store::StoreError;
use testkit::Scene;
use verbs::converse::inbox::{self, Wish};
use verbs::converse::{answering::Words, reply, sync};
use verbs::desk::accounts::{self, Connecting};
use verbs::publish;
use verbs::publish::drafts::{self, Saved};
use verbs::{App, Config, Cx};

const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15,
    0xc4, 0x89, 0, 0, 0, 13, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34,
    0x7d, 0x6b, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

static TRUE: WordPress = WordPress;

/// What befalls the answer to a post.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Well,
    LosesIt,
    /// It is never heard of again: whoever waits is ended first.
    Hangs,
}

/// The true network, with a line that loses answers. The site has taken what was sent by then.
struct Line(Arc<Mutex<Mood>>);

impl Network for Line {
    fn about(&self) -> &'static About {
        TRUE.about()
    }
    fn sign_in(&self) -> Option<&dyn SignIn> {
        TRUE.sign_in()
    }
    fn listen(&self) -> Option<&dyn Listen> {
        TRUE.listen()
    }
    fn inbox(&self) -> Option<&dyn Inbox> {
        TRUE.inbox()
    }
    fn publish(&self) -> Option<&dyn Publish> {
        Some(self)
    }
}

#[async_trait]
impl Publish for Line {
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        let landing = TRUE.publish().unwrap().post(call, part, baggage, key).await?;
        let mood = std::mem::replace(&mut *self.0.lock().unwrap(), Mood::Well);
        match mood {
            Mood::Well => Ok(landing),
            Mood::LosesIt => Err(NetworkError::Unanswered("the connection was lost".into())),
            Mood::Hangs => std::future::pending().await,
        }
    }
    fn proof(&self, call: &Call<'_>) -> Proof {
        TRUE.publish().unwrap().proof(call)
    }
    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        TRUE.publish().unwrap().find(call, sought).await
    }
    async fn edit(&self, call: &Call<'_>, at: &PostRef, part: &Part, baggage: &Baggage) -> Answer<Landing> {
        TRUE.publish().unwrap().edit(call, at, part, baggage).await
    }
    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        TRUE.publish().unwrap().delete(call, at).await
    }
    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String> {
        TRUE.publish().unwrap().sign(call, at, sign).await
    }
    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, receipt: &str) -> Answer<()> {
        TRUE.publish().unwrap().unsign(call, at, sign, receipt).await
    }
}

// The site lives by the real clock.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn given(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: {name} is not set, so there is no site to write to");
    }
    value
}

struct Desk {
    scene: Scene,
    app: Arc<App>,
    mood: Arc<Mutex<Mood>>,
    site: String,
    password: String,
    ben: AccountId,
}

impl Desk {
    async fn set(site: String, password: String) -> Desk {
        let scene = Scene::set("voice Ben\naccount ben@plaza").await;
        let mood = Arc::new(Mutex::new(Mood::Well));
        let all: Vec<Arc<dyn Network>> = vec![Arc::new(Line(mood.clone())), Arc::new(scene.networks["plaza"].clone())];
        let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), http, Networks::new(all), config);
        let cx = Cx { app: &app, seat: &scene.seat, now: now() };
        let form = [("address", site.as_str()), ("login", "ben"), ("password", &password)];
        let form: BTreeMap<String, String> = form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let Connecting::Connected(ben) = accounts::connect(cx, TRUE.about().key, form, None).await.unwrap() else { panic!("one step") };
        let cleo = Profile {
            network: NetworkKey::new("plaza"),
            remote_id: "id-cleo".into(),
            handle: "cleo@plaza".into(),
            name: "Cleo Marsh".into(),
            url: Some("https://cleo.example/".into()),
            ..Profile::default()
        };
        app.store.write::<_, StoreError>(&scene.seat, move |tx| tx.profiles().put(&cleo, now()).map(drop)).await.unwrap();
        Desk { scene, app, mood, site, password, ben }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    async fn deliveries(&self, draft: DraftId) -> Vec<Delivery> {
        self.app.store.read(&self.scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap()
    }
    async fn of(&self, draft: DraftId, account: AccountId) -> Delivery {
        self.deliveries(draft).await.into_iter().find(|d| d.account == account).unwrap()
    }
    async fn draft(&self, title: &str, text: &str) -> DraftId {
        let mut kept = drafts::fresh(self.cx(now())).await.unwrap();
        kept.draft.text = text.into();
        kept.draft.title = Some(title.into());
        kept.draft.article.tags = vec!["rye".into()];
        kept.has_site_first = true;
        let Saved::Kept(kept) = drafts::save(self.cx(now()), kept, vec![]).await.unwrap() else { panic!("kept") };
        kept.draft.id
    }
    async fn deliver(&self, draft: DraftId, now: Timestamp) {
        // What a landing puts in line is due when it landed, by the real time that took.
        for round in 0..3 {
            let now = now + jiff::SignedDuration::from_secs(10 * round);
            for d in self.deliveries(draft).await {
                publish::deliver(self.cx(now), d.id).await.unwrap();
            }
        }
    }
    /// The site's own word, past our own code.
    async fn rest(&self, path: &str) -> Value {
        let request = self.app.http.get(&format!("{}/wp-json/wp/v2/{path}", self.site)).unwrap().basic_auth("ben", Some(&self.password));
        self.app.http.send(request).await.unwrap().json().unwrap()
    }
    async fn standing(&self, title: &str) -> Vec<Value> {
        let all = self.rest("posts?author=2&status=publish,draft,pending,private,future&context=edit&per_page=100&_embed").await;
        all.as_array().unwrap().iter().filter(|a| a["title"]["raw"] == title).cloned().collect()
    }
    async fn page(&self, url: &str) -> String {
        self.app.http.send(self.app.http.get(url).unwrap()).await.unwrap().text().into_owned()
    }
}

#[tokio::test]
async fn a_thread_of_three_stands_as_the_preview_said() {
    let (Some(site), Some(password)) = (given("HOBNOB_CP_WORDPRESS"), given("HOBNOB_CP_WORDPRESS_BEN")) else { return };
    let desk = Desk::set(site, password).await;
    let (draft, url) = goes_out(&desk).await;
    doubts_are_settled(&desk).await;
    is_talked_about(&desk, draft, &url).await;
}

async fn goes_out(desk: &Desk) -> (DraftId, String) {
    let text = "It rises three times, @Cleo Marsh says.\n---\nHow: https://x.example/rye?a=1&b=2\n---\nThat is all.";
    let draft = desk.draft("Rye on a desk", text).await;
    drafts::add_picture(desk.cx(now()), draft, PIXEL.to_vec(), "A dark loaf").await.unwrap();
    let (kept, edits) = drafts::get(desk.cx(now()), draft).await.unwrap();
    let looked = drafts::look(desk.cx(now()), &kept, &edits).await.unwrap();
    let shown = looked.iter().find(|r| r.account.id == desk.ben).unwrap().outcome.clone().unwrap();
    assert_eq!(shown.parts.len(), 1, "a site has no threads");
    for tell in [
        "Cleo Marsh is a link to https://cleo.example/.",
        "WordPress has no threads: it stands whole, and a break is a new paragraph.",
        "The picture stands at its head.",
    ] {
        assert!(shown.tells.iter().any(|t| t == tell), "{tell} is told: {:?}", shown.tells);
    }
    publish::plan(desk.cx(now()), draft, &kept.accounts, now()).await.unwrap();
    desk.deliver(draft, now()).await;
    let landed = desk.of(draft, desk.ben).await;
    assert_eq!(landed.state, DeliveryState::Landed, "{:?}", landed.why);
    let url = landed.landed_url.unwrap();
    let there = desk.standing("Rye on a desk").await;
    assert_eq!(there.len(), 1);
    let words = networks::html::text(there[0]["content"]["rendered"].as_str().unwrap());
    assert_eq!(words, shown.parts[0].text, "the very words that the preview showed");
    assert_eq!(there[0]["_embedded"]["wp:featuredmedia"][0]["alt_text"], "A dark loaf");
    let page = desk.page(&url).await;
    for part in [
        "alt=\"A dark loaf\"",
        "<a href=\"https://cleo.example/\">Cleo Marsh</a>",
        "<a href=\"https://x.example/rye?a=1&amp;b=2\">",
        "<p>That is all.</p>",
    ] {
        assert!(page.contains(part), "the page has {part}");
    }
    // The other place waited for that address and carries it.
    let other = desk.scene.networks["plaza"].said_by("ben@plaza");
    assert!(other.last().unwrap().text.ends_with(&format!("\n\n{url}")) || other.last().unwrap().text.contains(&url), "{other:?}");
    (draft, url)
}

/// A little longer than WordPress's own limit between two comments.
const FLOOD: Duration = Duration::from_secs(16);

/// A lost answer, and an end in the midst of it: each stands once.
async fn doubts_are_settled(desk: &Desk) {
    for (title, mood) in [("An answer is lost", Mood::LosesIt), ("Ended in the midst", Mood::Hangs)] {
        let draft = desk.draft(title, "Words that stand once.").await;
        let began = now();
        publish::plan(desk.cx(began), draft, &[desk.ben], began).await.unwrap();
        *desk.mood.lock().unwrap() = mood;
        let id = desk.of(draft, desk.ben).await.id;
        // What is dropped here is as dead as a process that was killed: nothing of it runs any further.
        let ended = tokio::time::timeout(Duration::from_secs(8), publish::deliver(desk.cx(began), id)).await;
        assert_eq!(ended.is_err(), mood == Mood::Hangs, "{title}");
        assert_eq!(desk.of(draft, desk.ben).await.state, DeliveryState::Sending, "{title}: nobody knows");
        let later = began + jiff::SignedDuration::from_mins(11);
        publish::deliver(desk.cx(later), id).await.unwrap();
        let settled = desk.of(draft, desk.ben).await;
        assert_eq!((settled.state, settled.attempts), (DeliveryState::Landed, 1), "{title}: it was looked up, and not sent again");
        let there = desk.standing(title).await;
        assert_eq!(there.len(), 1, "{title}: it stands once");
        assert_eq!(settled.landed_url.as_deref(), there[0]["link"].as_str());
    }
}

/// Somebody answers; it comes in as a conversation, and our answer stands under it, once.
async fn is_talked_about(desk: &Desk, draft: DraftId, url: &str) {
    let post = desk.of(draft, desk.ben).await.landed.unwrap().id.rsplit('=').next().unwrap().to_owned();
    sync::bring(desk.cx(now()), desk.ben).await.unwrap();
    let form = [("comment_post_ID", &*post), ("author", "Dora"), ("email", "dora@example.test"), ("comment", "How long is a rise?")];
    // The site lets one address say one thing in fifteen seconds; another test may just have spoken.
    tokio::time::sleep(FLOOD).await;
    let asked = desk.app.http.send(desk.app.http.post(&format!("{}/wp-comments-post.php", desk.site)).unwrap().form(&form)).await.unwrap();
    assert_eq!(asked.status, 302);
    tokio::time::sleep(FLOOD).await;
    let soon = now() + jiff::SignedDuration::from_secs(5);
    sync::bring(desk.cx(soon), desk.ben).await.unwrap();
    let page = inbox::inbox(desk.cx(soon), Wish::default()).await.unwrap();
    let [row] = &page.rows[..] else { panic!("one waits: {:?}", page.rows) };
    assert_eq!((row.who.as_str(), row.words.as_str()), ("Dora", "How long is a rise?"));
    let words =
        Words { conversation: row.id, to: None, from: None, text: "Two hours, \"about\".".into(), kind: Kind::Gives, ..Words::default() };
    let replied = reply::reply_held(desk.cx(soon), words, reply::Then::Done, 0).await.unwrap();
    *desk.mood.lock().unwrap() = Mood::LosesIt;
    desk.deliver(replied.draft, soon).await;
    desk.deliver(replied.draft, soon + jiff::SignedDuration::from_mins(11)).await;
    let said = desk.of(replied.draft, desk.ben).await;
    assert_eq!((said.state, said.attempts), (DeliveryState::Landed, 1), "{:?}", said.why);
    let comments = desk.rest(&format!("comments?post={post}&order=asc")).await;
    let all: Vec<(u64, u64)> =
        comments.as_array().unwrap().iter().map(|c| (c["author"].as_u64().unwrap(), c["parent"].as_u64().unwrap())).collect();
    let question = comments[0]["id"].as_u64().unwrap();
    assert_eq!(all, [(0, 0), (2, question)], "the answer stands under the question, once");
    assert_eq!(desk.page(url).await.matches("Two hours, ").count(), 1);
}
