//! The worker of the product on a real store: an account whose network hangs holds up nobody else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout, clippy::disallowed_methods)]

// The binary has no library; the worker needs nothing of it.
#[path = "../src/clock.rs"]
#[allow(dead_code, unused_imports)]
mod clock;
#[path = "../src/worker/mod.rs"]
#[allow(dead_code, unused_imports)]
mod worker;

use std::time::{Duration, Instant};

use model::{AccountId, Timestamp};
use networks::Http;
use testkit::{Op, Scene};
use verbs::publish::drafts;
use verbs::{App, Config, Cx};

/// More than the worker holds of one account, and than it has hands in all.
const OF_THE_HUNG: usize = 300;
const OF_THE_OTHER: usize = 40;
const WAIT_MAX: Duration = Duration::from_secs(60);

async fn plan(app: &App, scene: &Scene, to: AccountId, n: usize) {
    let cx = Cx { app, seat: &scene.seat, now: Timestamp::now() };
    let mut kept = drafts::fresh(cx).await.unwrap();
    kept.draft.text = format!("Number {n} of {to}.");
    let drafts::Saved::Kept(kept) = drafts::save(cx, kept, vec![]).await.unwrap() else { panic!("nobody else writes") };
    verbs::publish::plan(cx, kept.draft.id, &[to], cx.now).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_whose_network_hangs_holds_up_nobody_else() {
    let mut scene = Scene::set("account ada@plaza\naccount ben@square").await;
    let (hung, well) = (scene.network("plaza"), scene.network("square"));
    hung.hang("ada@plaza");
    let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
    let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), config);
    for n in 0..OF_THE_HUNG {
        plan(&app, &scene, scene.account("ada@plaza"), n).await;
    }
    for n in 0..OF_THE_OTHER {
        plan(&app, &scene, scene.account("ben@square"), n).await;
    }
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let working = tokio::spawn(worker::work(app.clone(), Timestamp::now, stopped));
    let began = Instant::now();
    while well.said_by("ben@square").len() < OF_THE_OTHER {
        assert!(began.elapsed() < WAIT_MAX, "{} of {OF_THE_OTHER} went out", well.said_by("ben@square").len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(hung.said_by("ada@plaza").is_empty());
    let begun = hung.world().calls[&Op::Post];
    assert!((1..=4).contains(&begun), "{begun} of the hung account were begun at once");
    working.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_told_to_stop_ends_what_it_began_and_gives_the_rest_back() {
    let mut scene = Scene::set("account ada@plaza").await;
    let network = scene.network("plaza");
    let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
    let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), config);
    for n in 0..OF_THE_OTHER {
        plan(&app, &scene, scene.account("ada@plaza"), n).await;
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let working = tokio::spawn(worker::work(app.clone(), Timestamp::now, stopped));
    let began = Instant::now();
    while network.said_by("ada@plaza").is_empty() {
        assert!(began.elapsed() < WAIT_MAX);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stop.send(true).unwrap();
    tokio::time::timeout(WAIT_MAX, working).await.expect("it ends").unwrap();
    let stands = network.said_by("ada@plaza").len();
    let left = scene
        .kept
        .store
        .write_unscoped::<_, store::StoreError>(|tx| {
            let now = Timestamp::now();
            tx.claim_jobs(now, now, 1000)
        })
        .await
        .unwrap()
        .into_iter()
        .filter(|job| job.kind == "deliver")
        .count();
    assert_eq!(stands + left, OF_THE_OTHER, "each stands there, or is free to be claimed");
}
