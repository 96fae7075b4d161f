//! Exactly once, on a real store: networks of four tempers, lost requests and answers, the plug pulled before and after the wire, two
//! workers, plans sent twice, people taking back and moving in between. Nothing may stand twice, nothing may be lost.
//! `HOBNOB_SEED=n` plays one run again; `HOBNOB_ROUNDS=n` plays more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use model::*;
use networks::{Http, Networks};
use store::StoreError;
use store::drafts::KeptDraft;
use testkit::scene::at;
use testkit::{FakeNetwork, Fault, Op, Scene, Temper};
use verbs::jobs::{Job, Next, perform};
use verbs::publish;
use verbs::{App, Config, Cx, VerbError};

/// A small seeded generator, so that a run can be played again.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n.max(1)
    }
    fn is(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

const TEMPERS: [(&str, Temper); 4] =
    [("honours", Temper::HonoursKey), ("names", Temper::NamesByKey), ("looks", Temper::LooksUp), ("cannot", Temper::CannotTell)];

async fn set() -> (Scene, Arc<App>) {
    let mut scene = Scene::set("voice Ada").await;
    for (key, temper) in TEMPERS {
        scene.networks.insert(key.into(), FakeNetwork::new(key, temper));
    }
    for (key, _) in TEMPERS {
        let network = scene.networks[key].clone();
        let profile = network.profile_of(&format!("ada@{key}"));
        let account = Account {
            id: store::fresh_id(at("00:00")),
            network: network.key(),
            server: format!("https://{key}.example"),
            remote_id: profile.remote_id.clone(),
            handle: profile.handle.clone(),
            name: profile.name.clone(),
            avatar_url: None,
            url: None,
            rules: Rules { text_max: Some(60), has_threads: true, ..Rules::default() },
            state: AccountState::Working,
            created_at: at("00:00"),
        };
        let id = account.id;
        scene
            .kept
            .store
            .write(&scene.seat, move |tx| {
                tx.accounts().put(&account)?;
                tx.accounts().put_secret(id, &Secret::new("fake-1"), at("00:00"))?;
                let mine = tx.profiles().put(&profile, at("00:00"))?;
                tx.profiles().set_mine(mine.id, id)
            })
            .await
            .expect("a fresh store takes an account");
        scene.accounts.insert(key.into(), id);
    }
    let networks = Networks::new(scene.networks.values().map(|n| Arc::new(n.clone()) as Arc<dyn networks::Network>).collect());
    let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
    let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), networks, config);
    (scene, app)
}

async fn draft(app: &App, seat: &Seat, n: u64, is_long: bool, now: Timestamp) -> DraftId {
    let cx = Cx { app, seat, now };
    let mut kept: KeptDraft = publish::drafts::fresh(cx).await.unwrap();
    kept.draft.text = if is_long {
        format!("Number {n} begins here with quite some words.\n\nThen number {n} goes on for a while, longer.\n\nAnd number {n} ends.")
    } else {
        format!("Number {n}.")
    };
    match publish::drafts::save(cx, kept, vec![]).await.unwrap() {
        publish::drafts::Saved::Kept(kept) => kept.draft.id,
        other => panic!("{other:?}"),
    }
}

/// Puts a fault, or none, on the next calls of a network.
fn maybe_fault(dice: &mut Dice, network: &FakeNetwork, now: Timestamp) {
    let fault = match dice.roll(100) {
        0..=14 => Fault::DropRequest,
        15..=34 => Fault::DropAnswer,
        35..=39 => Fault::Away,
        40..=43 => Fault::SlowDown(now + SignedDuration::from_mins(3)),
        44..=45 => Fault::TokenOld,
        46..=47 => Fault::Refuse("not today".into()),
        _ => return,
    };
    network.fail(Op::Post, fault);
    if dice.is(15) {
        network.fail(Op::Find, if dice.is(50) { Fault::DropAnswer } else { Fault::Away });
    }
}

/// One worker takes what is due; `pulled` workers stop without a word, before or after the wire.
async fn work(app: &App, dice: &mut Dice, now: Timestamp) -> usize {
    let lease = now + SignedDuration::from_mins(2);
    let jobs = app.store.write_unscoped::<_, StoreError>(move |tx| tx.claim_jobs(now, lease, 5)).await.unwrap();
    let n = jobs.len();
    for claimed in jobs {
        let seat = Seat::of_clock(claimed.desk);
        let job = Job::from_row(&claimed.kind, claimed.subject).expect("a job of the list");
        let cx = Cx { app, seat: &seat, now };
        match dice.roll(100) {
            // The plug was pulled before anything was begun.
            0..=7 => continue,
            // The plug was pulled after the attempt was committed and before the wire.
            8..=15 => {
                if let Job::Deliver(id) = job {
                    app.store.write(&seat, move |tx| tx.deliveries().begin_attempt(id, now)).await.unwrap();
                }
                continue;
            }
            _ => {}
        }
        // The plug is pulled after the wire and before settling: the whole walk runs, and then its settling is undone.
        let is_pulled_after = dice.is(10);
        let before = match (is_pulled_after, job) {
            (true, Job::Deliver(id)) => app.store.read(&seat, move |tx| tx.deliveries().find(id)).await.unwrap(),
            _ => None,
        };
        if let (Some(before), Job::Deliver(id)) = (before.filter(|b| b.state == DeliveryState::Planned), job) {
            let begun = app.store.write(&seat, move |tx| tx.deliveries().begin_attempt(id, now)).await.unwrap();
            if let Some(begun) = begun {
                let _ = verbs::calls::call(cx, before.account, move |network, call| {
                    let begun = begun.clone();
                    Box::pin(
                        async move { network.publish().expect("it can").post(call, &begun.part, &Default::default(), &begun.key).await },
                    )
                })
                .await;
            }
            continue;
        }
        let next = perform(cx, job).await;
        // The plug was pulled after settling and before the job was finished.
        if dice.is(5) {
            continue;
        }
        app.store
            .write_unscoped::<_, StoreError>(move |tx| match next {
                Ok(Next::Over) => tx.finish_job(&claimed, None),
                Ok(Next::At(due)) => tx.finish_job(&claimed, Some(due)),
                Err(_) => tx.fail_job(&claimed, now + SignedDuration::from_secs(30), "failed"),
            })
            .await
            .unwrap();
    }
    n
}

async fn play(seed: u64, drafts: u64) {
    eprintln!("exactly_once: HOBNOB_SEED={seed}");
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (scene, app) = set().await;
    let seat = scene.seat.clone();
    let accounts: Vec<AccountId> = scene.accounts.values().copied().collect();
    let mut now = at("08:00");
    let mut all = Vec::new();
    for n in 0..drafts {
        let is_long = n % 4 == 0;
        let id = draft(&app, &seat, n, is_long, now).await;
        let due = if dice.is(30) { now + SignedDuration::from_mins(dice.roll(40) as i64) } else { now };
        let cx = Cx { app: &app, seat: &seat, now };
        // The double click, at once and from two hands.
        let (a, b) = tokio::join!(publish::plan(cx, id, &accounts, due), publish::plan(cx, id, &accounts, due));
        let planned: Vec<_> = [a, b].into_iter().filter_map(Result::ok).collect();
        assert!(!planned.is_empty());
        all.push(id);
        for network in scene.networks.values() {
            maybe_fault(&mut dice, network, now);
        }
        // Two workers, at the same time.
        let (mut left, mut right) = (Dice(dice.roll(1 << 30) | 1), Dice(dice.roll(1 << 30) | 1));
        tokio::join!(work(&app, &mut left, now), work(&app, &mut right, now));
        let some = all[dice.roll(all.len() as u64) as usize % all.len()];
        match dice.roll(12) {
            // Races that may come too late, and then say so.
            0 => drop(publish::later::take_back(cx, some).await),
            1 => drop(publish::later::send_now(cx, some).await),
            2 => drop(publish::plan(cx, some, &accounts, now).await),
            _ => {}
        }
        now += SignedDuration::from_secs(dice.roll(90) as i64);
    }
    // Let everything settle.
    for _ in 0..4000 {
        let worked = work(&app, &mut dice, now).await;
        if worked == 0 {
            now += SignedDuration::from_mins(2);
            let is_idle =
                app.store.read_unscoped::<_, StoreError>(move |tx| tx.overdue(now + SignedDuration::from_hours(24))).await.unwrap() == 0;
            if is_idle {
                break;
            }
        }
    }
    judge(&app, &scene, &all, seed).await;
}

/// Holds the books against what stands on the networks.
async fn judge(app: &App, scene: &Scene, drafts: &[DraftId], seed: u64) {
    let mut states: BTreeMap<String, u32> = BTreeMap::new();
    let (mut doubled, mut lost) = (Vec::new(), Vec::new());
    for &draft in drafts {
        let deliveries = app.store.read(&scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap();
        for d in deliveries {
            let (key, _) = scene.accounts.iter().find(|(_, id)| **id == d.account).expect("an account of the scene");
            let standing = scene.networks[key].said_by(&format!("ada@{key}")).iter().filter(|p| p.text == d.part.text).count();
            *states
                .entry(format!("{key} {}{}", d.state.word(), d.hold.map_or(String::new(), |h| format!(" ({})", h.word()))))
                .or_default() += 1;
            if standing > 1 {
                doubled.push((key.clone(), d.part.text.clone(), standing));
            }
            let is_right = match d.state {
                DeliveryState::Landed => standing == 1,
                DeliveryState::Refused | DeliveryState::Cancelled | DeliveryState::Planned => standing == 0,
                DeliveryState::AskHuman => standing <= 1 && key == "cannot",
                DeliveryState::Sending => false,
            };
            if !is_right {
                lost.push((key.clone(), d.state.clone(), d.part.text.clone(), standing));
            }
            // Parts of a thread stand in order, each under the one before.
            if d.state == DeliveryState::Landed && d.part_index > 0 {
                let world = scene.networks[key].world();
                let post = world.posts.iter().find(|p| Some(&p.at.id) == d.landed.as_ref().map(|l| &l.id)).expect("it stands there");
                assert_eq!(post.reply_to.as_deref(), d.part.reply_to.as_ref().map(|r| r.parent.id.as_str()), "seed {seed}");
                assert!(post.reply_to.is_some(), "seed {seed}");
            }
            if d.state == DeliveryState::Planned {
                assert!(d.hold.is_some(), "seed {seed}: {d:?} is planned, and nothing is in line");
            }
        }
    }
    eprintln!("{states:#?}");
    assert!(doubled.is_empty(), "seed {seed}: doubled {doubled:?}");
    assert!(lost.is_empty(), "seed {seed}: lost or wrong {lost:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stands_twice_and_nothing_is_lost() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let drafts = if std::env::var("HOBNOB_TEST_DB").is_ok() { 25 } else { 60 };
    match number("HOBNOB_SEED") {
        Some(seed) => play(seed, drafts).await,
        None => {
            let first = std::time::UNIX_EPOCH.elapsed().map_or(1, |d| u64::from(d.subsec_nanos()));
            for seed in (first..).take(number("HOBNOB_ROUNDS").unwrap_or(2) as usize) {
                play(seed, drafts).await;
            }
        }
    }
}

#[tokio::test]
async fn a_wait_is_bounded_and_the_reason_stands() {
    let (scene, app) = set().await;
    let seat = &scene.seat;
    let mut now = at("08:00");
    let id = draft(&app, seat, 1, false, now).await;
    let account = scene.account("looks");
    let planned = publish::plan(Cx { app: &app, seat, now }, id, &[account], now).await.unwrap();
    for _ in 0..60 {
        scene.networks["looks"].fail(Op::Post, Fault::Away);
    }
    for _ in 0..60 {
        match publish::deliver(Cx { app: &app, seat, now }, planned[0]).await.unwrap() {
            Next::At(due) => now = due,
            Next::Over => break,
        }
    }
    let d = app.store.read(seat, move |tx| tx.deliveries().get(planned[0])).await.unwrap();
    assert_eq!((d.state, d.hold), (DeliveryState::Planned, Some(Hold::Late)), "it is a person's turn");
    assert!((publish::patience::TRIES_MIN..publish::patience::TRIES_MOST).contains(&d.tries), "{}", d.tries);
    assert!(d.why.unwrap().contains("could not be reached"));
    let waited = now.duration_since(at("08:00"));
    assert!(waited >= publish::patience::PATIENCE && waited < publish::patience::PATIENCE + SignedDuration::from_hours(3), "{waited}");
    let wrong = publish::plan(Cx { app: &app, seat, now }, id, &[], now).await;
    assert!(matches!(wrong, Err(VerbError::Wrong { field: "to", .. })));
}
