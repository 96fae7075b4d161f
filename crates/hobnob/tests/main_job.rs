//! The main job, start to end, against real servers: a newcomer connects, is spoken to, answers from one page, writes one post to two
//! networks, is shown a conversation worth joining, opens a person, and a click on the short link is counted. What stands on the
//! servers is read from the servers. It runs where `cargo x check` has started them, and says aloud when it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

#[path = "main_job_parts/browser.rs"]
mod browser;
#[path = "main_job_parts/desk.rs"]
mod desk;
#[path = "main_job_parts/further.rs"]
mod further;
#[path = "main_job_parts/servers.rs"]
mod servers;

use std::time::{Duration, Instant};

use browser::{Browser, link_near, plain};
use desk::Desk;
use serde_json::{Value, json};
use servers::{Mastodon, Skyer};

/// How long anything may take that goes over a server and back.
pub const PATIENCE: Duration = Duration::from_secs(90);

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[allow(clippy::disallowed_methods)]
    let builder = reqwest::Client::builder();
    builder.redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(Duration::from_secs(30)).build().unwrap()
}

#[allow(clippy::disallowed_methods)]
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// A feed of one entry, on a port of its own.
async fn feed() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let xml = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Slow Made</title><link>{address}/</link><description>On repairing</description>\
         <item><title>Paste that keeps</title><link>{address}/paste</link><guid>{address}/paste</guid>\
         <description>Wheat paste, kept for a week.</description><pubDate>Tue, 08 Sep 2026 09:00:00 GMT</pubDate></item></channel></rss>"
    );
    let router =
        axum::Router::new().route("/feed.xml", axum::routing::get(move || async move { ([("content-type", "application/rss+xml")], xml) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("{address}/feed.xml")
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// Asks until there is exactly what is wanted; more than one is a failure at once.
async fn once<F: Future<Output = Vec<Value>>>(what: &str, look: impl Fn() -> F) -> Value {
    let began = Instant::now();
    loop {
        let found = look().await;
        assert!(found.len() < 2, "{what} stands more than once: {found:?}");
        if let Some(one) = found.into_iter().next() {
            // Long enough for a second one to show, if something were to send it.
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(look().await.len(), 1, "{what} stands once");
            return one;
        }
        assert!(began.elapsed() < PATIENCE, "{what} never stood on the server");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_does_the_main_job_on_real_servers() {
    let wanted = [
        "HOBNOB_CP_MASTODON",
        "HOBNOB_CP_BLUESKY",
        "HOBNOB_CP_ADA_HANDLE",
        "HOBNOB_CP_ADA_APP_PASSWORD",
        "HOBNOB_CP_BEN_HANDLE",
        "HOBNOB_CP_BEN_APP_PASSWORD",
    ];
    let Some(values) = wanted.iter().map(|n| env(n)).collect::<Option<Vec<String>>>() else {
        eprintln!("skipped: the main job wants the servers that `cargo x check` starts ({})", wanted.join(", "));
        return;
    };
    let [mastodon, bluesky, ada, ada_password, ben, ben_password] = <[String; 6]>::try_from(values).unwrap();
    let job = Job {
        desk: Browser::new(""),
        town: Mastodon { url: mastodon },
        ada: Skyer::sign_in(&bluesky, &ada, &ada_password).await,
        ben: Skyer::sign_in(&bluesky, &ben, &ben_password).await,
        ada_handle: ada,
        ada_password,
        sky: bluesky,
        run: std::process::id(),
    };
    let mut desk = Desk::start("main-job");
    let job = Job { desk: Browser::new(&desk.address), ..job };
    job.begin().await;
    job.connect().await;
    job.answer().await;
    let link = job.write().await;
    job.listen().await;
    job.meet().await;
    job.count(&link).await;
    job.crash(&mut desk).await;
    job.tell(&desk).await;
}

struct Job {
    desk: Browser,
    town: Mastodon,
    sky: String,
    ada: Skyer,
    ben: Skyer,
    ada_handle: String,
    ada_password: String,
    /// Keeps the words of one run apart from those of another on the same servers.
    run: u32,
}

impl Job {
    /// Why, who, where.
    async fn begin(&self) {
        let why = self.desk.get("/").await;
        assert!(why.body.contains("why are you here"), "{}", plain(&why.body));
        let who = self
            .desk
            .press(&why, "/hello/why", None, &[("year", "The autumn workshops fill because people tell each other"), ("sign", "visits")])
            .await;
        let place = self
            .desk
            .press(&who, "/hello/who", None, &[("name", "Ada"), ("password", "a long enough one"), ("zone", "Europe/London")])
            .await;
        assert!(place.body.contains("Where do people talk"), "{}", plain(&place.body));
        let time = self.desk.get("/settings/time").await;
        self.desk.press(&time, "/settings/time", None, &[("hold", "5")]).await;
    }

    async fn connect(&self) {
        let feed = feed().await;
        for (network, fields) in [
            ("mastodon", vec![("its-server", self.town.url.as_str()), ("its-token", "ada-token")]),
            ("bluesky", vec![("its-handle", self.ada_handle.as_str()), ("its-password", &self.ada_password), ("its-server", &self.sky)]),
            ("feed", vec![("its-address", feed.as_str())]),
        ] {
            let form = self.desk.get(&format!("/settings/accounts/add/{network}")).await;
            let done = self.desk.press(&form, &format!("/settings/accounts/add/{network}"), None, &fields).await;
            assert!(done.body.contains("is connected"), "{network}: {}", plain(&done.body));
        }
        // What is said from here on is news; what was said before is history.
        self.desk.until("/settings/accounts", "three accounts that are well", |body| body.matches("well, ").count() == 3).await;
    }

    /// Ben speaks to Ada in two places; both wait; both are answered from one page, and the answers stand under the right posts, once.
    async fn answer(&self) {
        let (asked_town, asked_sky) =
            (format!("Which flour for paste, run {}?", self.run), format!("Fridge or cupboard, run {}?", self.run));
        let warning = format!("paste, run {}", self.run);
        let more = json!({"visibility": "unlisted", "spoiler_text": warning});
        let town_post = self.town.say("ben-token", &format!("@ada {asked_town}"), more).await;
        let sky_post = self.ben.say_to(&self.ada.did, &self.ada_handle, &asked_sky, &now()).await;
        let inbox = self.desk.until("/inbox", "both questions", |body| body.contains(&warning) && body.contains(&asked_sky)).await;
        assert!(!inbox.body.contains(&asked_town), "what is behind a warning is not said before the talk is opened");

        let answers = [
            (&warning, &asked_town, format!("Plain wheat, run {}.", self.run)),
            (&asked_sky, &asked_sky, format!("The cupboard, run {}.", self.run)),
        ];
        for (shown, question, words) in &answers {
            let talk = link_near(&inbox.body, shown, "/talks/").unwrap_or_else(|| panic!("{question} leads to its talk"));
            let talk = self.desk.get(talk.split('#').next().unwrap()).await;
            assert!(talk.body.contains(question.as_str()), "{}", plain(&talk.body));
            let after = self.desk.press(&talk, "/talks/", Some(("then", "done")), &[("text", words), ("kind", "gives")]).await;
            assert!(after.body.contains("Undo") || after.body.contains("Take"), "a reply can be taken back: {}", plain(&after.body));
        }

        let stands = once("the answer to the first", || async {
            let all = self.town.answers("ada-token", &town_post).await;
            all.into_iter().filter(|s| s["content"].as_str().unwrap().contains(&answers[0].2)).collect()
        })
        .await;
        assert_eq!(stands["account"]["username"], "ada");
        assert_eq!(
            (stands["visibility"].as_str(), stands["spoiler_text"].as_str()),
            (Some("unlisted"), Some(warning.as_str())),
            "as public, and folded, as the question"
        );
        assert!(stands["mentions"].as_array().unwrap().iter().any(|m| m["username"] == "ben"), "Ben is named: {stands}");

        let stands = once("the answer to the second", || async {
            let all = self.ada.posts_of(&self.ada.did).await;
            all.into_iter().filter(|r| r["value"]["text"].as_str().unwrap().contains(&answers[1].2)).collect()
        })
        .await;
        assert_eq!(stands["value"]["reply"]["parent"]["uri"], sky_post.as_str());
        assert_eq!(stands["value"]["reply"]["root"]["uri"], sky_post.as_str());
        self.desk.until("/inbox", "an inbox without them", |body| answers.iter().all(|(shown, ..)| !body.contains(shown.as_str()))).await;
    }
}
