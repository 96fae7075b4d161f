//! A desk that is served, with its real pages and store and a clock that is handed in, for what hubs tell of feeds; and how the worker does its work.
//! For tests; it knows no hub. Begin with [`Desk::open`].

// Each test is a program of its own and uses its share of this.
#![allow(dead_code)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use model::{AccountId, NetworkKey, Seat, Timestamp};
use sha2::{Digest, Sha256};
use testkit::Scene;
use testkit::scene::at;
use tokio::net::TcpListener;
use verbs::desk::accounts::{self, Connecting};
use verbs::jobs::{Job, Next, perform_claimed};
use verbs::{App, Config, Cx, Http, Networks, Reach, StoreError};
use web::{Site, Wiring};

thread_local! {
    /// A test has one thread, and so one clock.
    static CLOCK: Cell<Timestamp> = Cell::new(at("09:00"));
}

pub fn clock() -> Timestamp {
    CLOCK.get()
}
pub fn wait(how_long: SignedDuration) {
    CLOCK.set(clock() + how_long);
}
pub const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub const DAY: SignedDuration = SignedDuration::from_hours(24);
const KEY: [u8; 32] = [42; 32];

/// The desk, served.
pub struct Desk {
    pub scene: Scene,
    pub app: Arc<App>,
    pub url: String,
    pub http: Http,
}

impl Desk {
    pub async fn open() -> Desk {
        Desk::at(None).await
    }
    /// With another public address than the one it has.
    pub async fn at(public_url: Option<&str>) -> Desk {
        let scene = Scene::set("voice Ada").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
        let config = Config { public_url: public_url.unwrap_or(&url).to_owned(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), http.clone(), Networks::default(), config);
        let (seat, hash, now) = (scene.seat.clone(), Sha256::digest(KEY), clock());
        app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now, now + DAY * 60)).await.unwrap();
        let site = web::routes(Site::new(Wiring { app: app.clone(), clock, public_address: None }));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Desk { scene, app, url, http }
    }
    pub fn cx(&self) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now: clock() }
    }
    pub async fn follow_at(&self, seat: &Seat, address: String) -> AccountId {
        let cx = Cx { app: &self.app, seat, now: clock() };
        match accounts::connect(cx, "feed", BTreeMap::from([("address".to_owned(), address)]), None).await.unwrap() {
            Connecting::Connected(id) => id,
            other => panic!("{other:?}"),
        }
    }
    /// The words of each post of a feed whose entries are `before` with a number, in their order.
    pub async fn words_of(&self, seat: &Seat, before: &'static str) -> Vec<String> {
        let read = self.app.store.read::<_, StoreError>(seat, move |tx| {
            let network = NetworkKey::new("feed");
            (1..10).map(|n| tx.posts().find_remote(&network, &format!("{before}{n}"))).collect::<Result<Vec<_>, _>>()
        });
        read.await.unwrap().into_iter().flatten().map(|p| p.post.text).collect()
    }
    /// Does all that is due now, as the worker does.
    pub async fn work(&self) {
        for _ in 0..20 {
            let now = clock();
            let claimed = self.app.store.write_unscoped::<_, StoreError>(move |tx| tx.claim_jobs(now, now + HOUR / 12, 50)).await.unwrap();
            if claimed.is_empty() {
                return;
            }
            for job in claimed {
                let seat = Seat::of_clock(job.desk);
                let next = perform_claimed(Cx { app: &self.app, seat: &seat, now }, &job).await.unwrap_or_else(|e| panic!("{job:?}: {e}"));
                let again = next.and_then(|next| if let Next::At(due) = next { Some(due) } else { None });
                self.app.store.write::<_, StoreError>(&seat, move |tx| tx.finish_job(&job, again)).await.unwrap();
            }
        }
        panic!("there is no end of work");
    }
    pub async fn due(&self, job: Job) -> Option<SignedDuration> {
        let (kind, subject) = job.row();
        let due = self.app.store.read::<_, StoreError>(&self.scene.seat, move |tx| tx.jobs().due(kind, subject)).await.unwrap();
        due.map(|due| due.duration_since(clock()))
    }
    /// How long until the feed is read again, in minutes.
    pub async fn pace(&self, id: AccountId) -> i64 {
        self.due(Job::Sync(id)).await.expect("it is in line").as_mins()
    }
    pub async fn get(&self, url: &str) -> (u16, String) {
        let reply = self.http.send(self.http.get(url).unwrap()).await.unwrap();
        (reply.status, reply.text().into_owned())
    }
    /// Posts at all desks, however they came.
    pub async fn posts(&self) -> u64 {
        self.app.store.read_unscoped::<_, StoreError>(|tx| tx.count("select count(*) from posts", &[])).await.unwrap()
    }
    pub async fn page(&self) -> String {
        let cookie = format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY));
        let request = self.http.get(&format!("{}/settings/accounts", self.url)).unwrap().header("cookie", cookie);
        let reply = self.http.send(request).await.unwrap();
        assert_eq!(reply.status, 200);
        reply.text().into_owned()
    }
    pub async fn reads(&self, words: &str) {
        let page = self.page().await;
        assert!(page.contains(words), "{words}: {page}");
    }
}
