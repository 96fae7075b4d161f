//! The whole of a network, held against the topics of every desk: what is caught, what a restart loses (nothing) and doubles (nothing).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;
use std::time::Duration;

use model::{NetworkKey, Timestamp};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use testkit::{FakeNetwork, Scene, scene::at};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use verbs::listen::firehose::firehose;
use verbs::listen::topics::{TopicWish, add, list};
use verbs::listen::{Filter, sightings};
use verbs::{App, Config, Cx};

const WAIT_MAX: Duration = Duration::from_secs(40);

fn clock() -> Timestamp {
    at("10:00")
}

fn plaza() -> NetworkKey {
    NetworkKey::new("plaza")
}

fn app(scene: &Scene) -> Arc<App> {
    let config = Config { firehoses: vec![(plaza(), None)], ..Config::default() };
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), config)
}

fn cx<'a>(scene: &'a Scene, app: &'a App) -> Cx<'a> {
    Cx { app, seat: &scene.seat, now: clock() }
}

struct Running(watch::Sender<bool>, JoinHandle<()>);

impl Running {
    fn start(app: &Arc<App>) -> Running {
        let (stop, stopped) = watch::channel(false);
        Running(stop, tokio::spawn(firehose(app.clone(), plaza(), None, stopped, clock)))
    }
    /// Stops in the middle of whatever it does, as a kill does.
    fn kill(self) {
        self.1.abort();
    }
    async fn stop(self) {
        self.0.send(true).unwrap();
        self.1.await.unwrap();
    }
}

async fn caught(scene: &Scene, app: &App) -> Vec<String> {
    let all = sightings(cx(scene, app), Filter { with_low: true, ..Filter::default() }, 500).await.unwrap();
    let mut words: Vec<String> = all.into_iter().map(|s| format!("{}: {}", s.who, s.words)).collect();
    words.sort();
    words
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = tokio::time::Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < WAIT_MAX, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Until the firehose is open: what is said before that is not on it.
async fn until_open(app: &App, network: &FakeNetwork) {
    until("the firehose is open", async || {
        network.say("noise@plaza", "Nothing of interest.", at("09:00"), None);
        app.firehoses.of(&plaza()).is_some()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_topic_asks_for_is_kept_with_its_authors_name_and_nothing_else_is() {
    let mut scene = Scene::set("account ada@plaza").await;
    let (network, app) = (scene.network("plaza"), app(&scene));
    add(cx(&scene, &app), TopicWish { query: "sourdough".into(), ..TopicWish::default() }).await.unwrap();
    let before = list(cx(&scene, &app)).await.unwrap();
    let whole = before[0].watches.iter().find(|w| w.what == "everything said there").unwrap();
    assert!(!whole.is_listening && whole.why.is_some());
    let running = Running::start(&app);
    until_open(&app, &network).await;
    network.say("ben@plaza", "My sourdough sulks. Any tips?", at("09:10"), None);
    network.say("tom@plaza", "Buy boots.", at("09:11"), None);
    let gone = network.say("eve@plaza", "Sourdough, and soon regretted.", at("09:12"), None);
    network.take_down(&gone);
    until("it is caught", async || !caught(&scene, &app).await.is_empty()).await;
    assert_eq!(caught(&scene, &app).await, ["Ben: My sourdough sulks. Any tips?"]);
    let kept = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| tx.posts().find_remote(&plaza(), "plaza:1")).await.unwrap();
    assert!(kept.is_none(), "what no topic asks for is let go");
    let after = list(cx(&scene, &app)).await.unwrap();
    let whole = after[0].watches.iter().find(|w| w.what == "everything said there").unwrap();
    assert!(whole.is_listening && whole.heard_at.is_some(), "{whole:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_down_later_goes_here_too() {
    let mut scene = Scene::set("account ada@plaza").await;
    let (network, app) = (scene.network("plaza"), app(&scene));
    add(cx(&scene, &app), TopicWish { query: "sourdough".into(), ..TopicWish::default() }).await.unwrap();
    let running = Running::start(&app);
    until_open(&app, &network).await;
    let gone = network.say("eve@plaza", "Sourdough, and later regretted.", at("09:12"), None);
    until("it is caught", async || caught(&scene, &app).await.len() == 1).await;
    network.take_down(&gone);
    until("it is gone", async || caught(&scene, &app).await.is_empty()).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_broken_again_and_again_it_loses_nothing_and_doubles_nothing() {
    let mut scene = Scene::set("account ada@plaza").await;
    let (network, app) = (scene.network("plaza"), app(&scene));
    add(cx(&scene, &app), TopicWish { query: "sourdough".into(), ..TopicWish::default() }).await.unwrap();
    let mut running = Running::start(&app);
    until_open(&app, &network).await;
    // Its place is noted once before the first kill: what came before that was never promised.
    network.say("ben@plaza", "The first sourdough.", at("09:05"), None);
    until("its place is noted", async || caught(&scene, &app).await.len() == 1).await;
    network.world().breaks_after = Some(40);
    let mut expected = vec!["Ben: The first sourdough.".to_owned()];
    for round in 0..4 {
        for n in 0..30 {
            network.say("noise@plaza", "Nothing of interest.", at("09:06"), None);
            if n % 10 == 0 {
                let words = format!("Sourdough number {round} {n}.");
                network.say("ben@plaza", &words, at("09:07"), None);
                expected.push(format!("Ben: {words}"));
            }
        }
        // At no point in particular.
        tokio::time::sleep(Duration::from_millis(700 * round + 150)).await;
        running.kill();
        running = Running::start(&app);
    }
    network.world().breaks_after = None;
    expected.sort();
    until("all is caught", async || caught(&scene, &app).await.len() >= expected.len()).await;
    assert_eq!(caught(&scene, &app).await, expected);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_the_network_does_not_know_is_given_up_and_it_is_read_on() {
    let mut scene = Scene::set("account ada@plaza").await;
    let (network, app) = (scene.network("plaza"), app(&scene));
    add(cx(&scene, &app), TopicWish { query: "sourdough".into(), ..TopicWish::default() }).await.unwrap();
    let account = scene.accounts["ada@plaza"];
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| tx.accounts().set_cursor(account, "firehose", "unknown", clock()))
        .await
        .unwrap();
    let running = Running::start(&app);
    until_open(&app, &network).await;
    network.say("ben@plaza", "My sourdough sulks.", at("09:10"), None);
    until("it is caught", async || caught(&scene, &app).await.len() == 1).await;
    running.stop().await;
}
