//! Hobnob's side of `cargo x bench publish`: so many deliveries due in the same second, from the claim to what is kept of each that
//! landed, by the worker of the product on a store of the product. The networks are the workshop's, and answer at once. Prints one line
//! of JSON; `xtask/src/bench/publish.rs` runs it by turns with a peer.
//!
//! `publish STORE JOBS deliveries|jobs`, where STORE is a path for SQLite or an address of PostgreSQL. `deliveries` is the whole of it:
//! the attempt committed, the network called, what came of it settled; and then, after what still has to leave, the post kept with its talk:
//! `filed` is when the last one was. `jobs` is due work alone, fetched, done with and crossed off,
//! which is what a queue does.

// A bench has a clock.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

// The product's own worker; its unit tests run where it lives.
#[path = "../src/clock.rs"]
#[allow(dead_code, unused_imports)]
mod clock;
#[path = "../src/worker/mod.rs"]
#[allow(dead_code, unused_imports)]
mod worker;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use model::*;
use networks::{Http, Network, Networks};
use store::jobs::Line;
use store::{Backend, Key, Store, StoreError, args};
use testkit::{FakeNetwork, Temper};
use verbs::publish::drafts;
use verbs::{App, Config, Cx};

const DESKS: i64 = 4;
const ACCOUNTS_OF_A_DESK: usize = 25;
/// Each draft goes to so many places.
const PLACES: usize = 5;
const FILLING_AT_ONCE: usize = 200;
/// Between the filling and the due second, so that the worker stands ready and idle.
const AHEAD: SignedDuration = SignedDuration::from_secs(3);
const RUN_MAX: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(10);

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
    let [place, jobs, what] = &words[..] else { panic!("publish STORE JOBS deliveries|jobs") };
    let (jobs, is_whole): (usize, bool) = (jobs.parse().unwrap(), what == "deliveries");
    let backend = if place.starts_with("postgres://") { Backend::Pg(place.clone()) } else { Backend::Lite(place.into()) };
    let store = Store::open(backend, Key::new([7; 32])).unwrap();
    let network = FakeNetwork::new("plaza", Temper::HonoursKey);
    let networks = Networks::new(vec![Arc::new(network.clone()) as Arc<dyn Network>]);
    let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
    let app = App::new(store, Http::new(Default::default()), networks, config);

    // Filled for a time that is far enough, then moved to the second that comes.
    let far = Timestamp::now() + SignedDuration::from_hours(1);
    for desk in 1..=DESKS {
        let seat = Seat::of_voice(DeskId(desk), VoiceId(desk), Role::Owner);
        let accounts = open_desk(&app, &network, &seat).await;
        let share = jobs / DESKS as usize;
        if is_whole { plan(&app, &seat, &accounts, share, far).await } else { put(&app, &seat, &accounts, share, far).await }
    }
    let due = Timestamp::from_second((Timestamp::now() + AHEAD).as_second()).unwrap();
    app.store
        .write_unscoped::<_, StoreError>(move |tx| {
            tx.run("update deliveries set due = $1", &args![due])?;
            tx.run("update jobs set due = $1 where sends = 1", &args![due])
        })
        .await
        .unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let working = tokio::spawn(worker::work(app.clone(), Timestamp::now, stopped));
    tokio::time::sleep(Duration::try_from(due.duration_since(Timestamp::now())).unwrap_or_default()).await;
    let (cpu, commits, began) = (cpu_seconds(), app.store.commits(), Instant::now());
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let left = app.store.read_unscoped::<_, StoreError>(move |tx| tx.has_job_of(due)).await.unwrap();
        if !left {
            break;
        }
        assert!(began.elapsed() < RUN_MAX, "it takes too long");
    }
    let seconds = Timestamp::now().duration_since(due).as_secs_f64();
    let (settled_cpu, commits) = (cpu_seconds() - cpu, app.store.commits() - commits);
    while !app.store.read_unscoped::<_, StoreError>(|tx| tx.unfiled(1)).await.unwrap().is_empty() {
        assert!(began.elapsed() < RUN_MAX, "it takes too long");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let filed = Timestamp::now().duration_since(due).as_secs_f64();
    let cpu = cpu_seconds() - cpu;
    stop.send(true).unwrap();
    working.await.unwrap();
    // Equal output first: each stands once, and is kept as landed.
    let begun = if is_whole { begun(&app, &network, jobs, due).await } else { [0.0; 3] };
    println!(
        "{}",
        serde_json::json!({ "jobs": jobs, "seconds": seconds, "filed": is_whole.then_some(filed), "begun_ms": begun, "cpu": cpu, "settled_cpu": settled_cpu, "commits": commits })
    );
}

/// How late each attempt began, in ms: middle, 99th of 100, last. Checked first: each delivery landed, once.
async fn begun(app: &App, network: &FakeNetwork, jobs: usize, due: Timestamp) -> [f64; 3] {
    assert_eq!(network.world().posts.len(), jobs, "each stands on the network once");
    let mut late: Vec<i64> = app
        .store
        .read_unscoped::<_, StoreError>(|tx| {
            assert_eq!(
                tx.count("select count(*) from deliveries where state <> 'landed' or landed_id is null or post is null", &args![])?,
                0
            );
            tx.all("select begun_at from attempts", &args![], |row| row.get(0))
        })
        .await
        .unwrap();
    assert_eq!(late.len(), jobs, "one attempt each");
    late.sort_unstable();
    let at = |share: f64| (late[((jobs - 1) as f64 * share) as usize] - due.as_millisecond()) as f64;
    [at(0.5), at(0.99), at(1.0)]
}

async fn open_desk(app: &App, network: &FakeNetwork, seat: &Seat) -> Vec<AccountId> {
    let now = Timestamp::now();
    let owner = seat.clone();
    app.store
        .write_unscoped::<_, StoreError>(move |tx| {
            tx.put_desk(&Desk { id: owner.desk, name: "Desk".into(), zone: "UTC".into(), created_at: now })?;
            tx.put_voice(&Voice { id: owner.voice.unwrap(), name: format!("Ada {}", owner.desk) }, "no-password", now)?;
            tx.put_seat(&owner, now)
        })
        .await
        .unwrap();
    let mut ids = Vec::new();
    for n in 0..ACCOUNTS_OF_A_DESK {
        let profile = network.profile_of(&format!("ada{}x{n}@plaza", seat.desk.0));
        let account = Account {
            id: store::fresh_id(now),
            network: network.key(),
            server: "https://plaza.example".into(),
            remote_id: profile.remote_id.clone(),
            handle: profile.handle.clone(),
            name: profile.name.clone(),
            avatar_url: None,
            url: None,
            rules: (network.about().rules)(),
            state: AccountState::Working,
            created_at: now,
        };
        let id = account.id;
        app.store
            .write::<_, StoreError>(seat, move |tx| {
                tx.accounts().put(&account)?;
                tx.accounts().put_secret(id, &Secret::new("fake-1"), now)?;
                let mine = tx.profiles().put(&profile, now)?;
                tx.profiles().set_mine(mine.id, id)
            })
            .await
            .unwrap();
        ids.push(id);
    }
    ids
}

/// Drafts of a sentence or two, each planned for some of the accounts by the verbs that a page would call.
async fn plan(app: &App, seat: &Seat, accounts: &[AccountId], share: usize, due: Timestamp) {
    stream::iter(0..share / PLACES)
        .for_each_concurrent(FILLING_AT_ONCE, |n| async move {
            let cx = Cx { app, seat, now: Timestamp::now() };
            let mut kept = drafts::fresh(cx).await.unwrap();
            kept.draft.text = format!("Number {n}: the kitchen is warm again, and the soup that nobody asked for is on the stove.");
            let drafts::Saved::Kept(kept) = drafts::save(cx, kept, vec![]).await.unwrap() else { panic!("nobody else writes") };
            let to: Vec<AccountId> = (0..PLACES).map(|i| accounts[(n * PLACES + i) % accounts.len()]).collect();
            verbs::publish::plan(cx, kept.draft.id, &to, due).await.unwrap();
        })
        .await;
}

/// Due work about nothing: the worker claims it, sees that there is nothing to do, and crosses it off.
async fn put(app: &App, seat: &Seat, accounts: &[AccountId], share: usize, due: Timestamp) {
    let accounts = accounts.to_vec();
    let now = Timestamp::now();
    app.store
        .write::<_, StoreError>(seat, move |tx| {
            for n in 0..share {
                let line = Line { account: Some(accounts[n % accounts.len()]), is_sending: true };
                tx.jobs().put("deliver", i64::try_from(n).unwrap(), line, due, now)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// CPU seconds of this process so far.
fn cpu_seconds() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / TICKS_A_SECOND
}
