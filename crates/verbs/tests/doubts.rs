//! An answer that was lost, by how surely each kind of network lets it be settled: how soon, how often, and who is asked. And what a clock
//! that is set may do to that: nothing.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use model::*;
use networks::Http;
use testkit::scene::at;
use testkit::{Fault, Op, Scene, Temper};
use verbs::jobs::Next;
use verbs::publish::deliver::QUIET;
use verbs::publish::{self, drafts, later};
use verbs::{App, Config, Cx, StoreError, VerbError};

struct Desk {
    scene: Scene,
    app: Arc<App>,
}

impl Desk {
    async fn set(temper: Temper) -> Desk {
        Desk::set_with(temper, Config::default()).await
    }
    async fn set_with(temper: Temper, config: Config) -> Desk {
        let mut scene = Scene::set("voice Ada\naccount ada@plaza").await;
        scene.networks.get_mut("plaza").unwrap().temper = temper;
        let config = Config { public_url: "https://hobnob.example".into(), ..config };
        let app = App::new(scene.kept.store.clone(), Http::new(Default::default()), scene.all(), config);
        Desk { scene, app }
    }
    fn cx(&self, now: Timestamp) -> Cx<'_> {
        Cx { app: &self.app, seat: &self.scene.seat, now }
    }
    /// Plans words for now; answers their draft and delivery.
    async fn plan(&self, text: &str, now: Timestamp) -> (DraftId, DeliveryId) {
        let mut kept = drafts::fresh(self.cx(now)).await.unwrap();
        kept.draft.text = text.into();
        let id = kept.draft.id;
        drafts::save(self.cx(now), kept, vec![]).await.unwrap();
        let planned = publish::plan(self.cx(now), id, &[self.scene.account("ada@plaza")], now).await.unwrap();
        (id, planned[0])
    }
    async fn deliver(&self, id: DeliveryId, now: Timestamp) -> Next {
        publish::deliver(self.cx(now), id).await.unwrap()
    }
    async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.app.store.read(&self.scene.seat, move |tx| tx.deliveries().get(id)).await.unwrap()
    }
    fn fail(&self, op: Op, fault: Fault) {
        self.scene.networks["plaza"].fail(op, fault);
    }
    fn said(&self) -> usize {
        self.scene.networks["plaza"].said_by("ada@plaza").len()
    }
    fn posts(&self) -> u32 {
        *self.scene.networks["plaza"].world().calls.get(&Op::Post).unwrap_or(&0)
    }
    /// Follows a delivery until it is over; answers when, and how it ended.
    async fn follow(&self, id: DeliveryId, mut now: Timestamp) -> (Timestamp, Delivery) {
        for _ in 0..60 {
            match self.deliver(id, now).await {
                Next::At(due) => now = due.max(now),
                Next::Over => return (now, self.delivery(id).await),
            }
        }
        panic!("it never ends");
    }
}

fn soon(begin: Timestamp, end: Timestamp) -> i64 {
    end.duration_since(begin).as_secs()
}

#[tokio::test]
async fn what_is_named_by_its_key_is_settled_in_seconds() {
    for fault in [Fault::DropAnswer, Fault::DropRequest] {
        let desk = Desk::set(Temper::NamesByKey).await;
        let (draft, id) = desk.plan("Named.", at("09:00")).await;
        desk.fail(Op::Post, fault.clone());
        let Next::At(look) = desk.deliver(id, at("09:00")).await else { panic!("it is in doubt") };
        assert_eq!(desk.delivery(id).await.state, DeliveryState::Sending);
        assert!(matches!(later::take_back(desk.cx(look), draft).await, Err(VerbError::TooLate(_))), "what may be there is not taken back");
        let (end, d) = desk.follow(id, look).await;
        assert_eq!((d.state, desk.said()), (DeliveryState::Landed, 1), "{fault:?}");
        assert!(soon(at("09:00"), end) <= 10, "{fault:?}: {end}");
        assert_eq!(desk.posts(), if fault == Fault::DropAnswer { 1 } else { 2 }, "looked at first: {fault:?}");
    }
}

#[tokio::test]
async fn after_a_doubt_a_clear_no_leaves_nothing_to_take_back_until_the_first_try_is_surely_gone() {
    let desk = Desk::set(Temper::NamesByKey).await;
    let (draft, id) = desk.plan("Perhaps on its way.", at("09:00")).await;
    desk.fail(Op::Post, Fault::DropRequest);
    desk.fail(Op::Post, Fault::Away);
    let Next::At(look) = desk.deliver(id, at("09:00")).await else { panic!("it is in doubt") };
    let Next::At(again) = desk.deliver(id, look).await else { panic!("it is away") };
    assert_eq!((desk.delivery(id).await.state, desk.posts()), (DeliveryState::Sending, 2));
    assert!(matches!(later::take_back(desk.cx(again), draft).await, Err(VerbError::TooLate(_))));
    let (_, d) = desk.follow(id, again).await;
    assert_eq!((d.state, desk.said()), (DeliveryState::Landed, 1));
}

#[tokio::test]
async fn what_can_be_looked_up_is_believed_at_once_where_it_is_and_late_where_it_is_not() {
    let desk = Desk::set(Temper::LooksUp).await;
    let (_, id) = desk.plan("Found.", at("09:00")).await;
    desk.fail(Op::Post, Fault::DropAnswer);
    let (end, d) = desk.follow(id, at("09:00")).await;
    assert_eq!((d.state, desk.said(), desk.posts()), (DeliveryState::Landed, 1, 1));
    assert!(soon(at("09:00"), end) <= 10);

    let (_, id) = desk.plan("Not found.", at("10:00")).await;
    desk.fail(Op::Post, Fault::DropRequest);
    let mut now = at("10:00");
    while desk.posts() < 3 {
        let Next::At(due) = desk.deliver(id, now).await else { break };
        if now.duration_since(at("10:00")) < SignedDuration::from_secs(QUIET.as_secs() as i64) {
            assert_eq!(desk.delivery(id).await.state, DeliveryState::Sending, "{now}");
            assert_eq!(desk.posts(), 2, "{now}: nothing is sent before it is sure");
        }
        now = due;
        if now.duration_since(at("10:00")) > SignedDuration::from_mins(12) {
            break;
        }
    }
    let (_, d) = desk.follow(id, now).await;
    assert_eq!((d.state, desk.said(), desk.posts()), (DeliveryState::Landed, 2, 3));
}

#[tokio::test]
async fn the_same_words_on_their_way_twice_are_not_taken_for_one() {
    let desk = Desk::set(Temper::LooksUp).await;
    let (_, first) = desk.plan("Good morning.", at("09:00")).await;
    let (_, second) = desk.plan("Good morning.", at("09:00")).await;
    desk.fail(Op::Post, Fault::DropAnswer);
    desk.fail(Op::Post, Fault::DropRequest);
    let Next::At(look) = desk.deliver(first, at("09:00")).await else { panic!("it is in doubt") };
    desk.deliver(second, at("09:00")).await;
    for id in [first, second] {
        assert!(matches!(desk.deliver(id, look).await, Next::At(_)), "one stands there, and nobody knows whose it is");
    }
    // Each takes one that no other has, and who finds none sends again: two were meant, and two stand there. Nobody is asked.
    let ((_, first), (_, second)) = (desk.follow(first, look).await, desk.follow(second, look).await);
    assert_eq!((first.state, second.state, desk.said()), (DeliveryState::Landed, DeliveryState::Landed, 2));
    assert_ne!(first.landed.unwrap().id, second.landed.unwrap().id);
}

/// The same words landed long before, by a clear answer: that post is never taken for the one in doubt.
#[tokio::test]
async fn what_another_delivery_has_landed_as_is_not_this_one() {
    for (fault, tries) in [(Fault::DropAnswer, 2), (Fault::DropRequest, 3)] {
        let desk = Desk::set(Temper::LooksUp).await;
        let (_, first) = desk.plan("Good morning.", at("09:00")).await;
        let (_, second) = desk.plan("Good morning.", at("09:01")).await;
        desk.deliver(first, at("09:00")).await;
        desk.fail(Op::Post, fault.clone());
        let (_, d) = desk.follow(second, at("09:01")).await;
        assert_eq!((d.state, desk.said(), desk.posts()), (DeliveryState::Landed, 2, tries), "{fault:?}");
    }
}

#[tokio::test]
async fn a_person_is_asked_once_and_told_what_to_look_for() {
    let desk = Desk::set(Temper::CannotTell).await;
    let (_, id) = desk.plan("Nobody can know this.", at("09:00")).await;
    desk.fail(Op::Post, Fault::DropAnswer);
    let (end, d) = desk.follow(id, at("09:00")).await;
    assert_eq!(d.state, DeliveryState::AskHuman);
    assert!((100..200).contains(&soon(at("09:00"), end)), "asked when nothing is on the wire any more: {end}");
    let why = d.why.unwrap();
    assert!(why.contains("“Nobody can know this.”") && why.contains("newest posts"), "{why}");
    assert_eq!((desk.deliver(id, at("12:00")).await, desk.posts()), (Next::Over, 1));
}

#[tokio::test]
async fn a_server_that_is_down_for_a_day_or_talks_nonsense_is_no_reason_to_ask_a_person() {
    for fault in [Fault::Away, Fault::DropRequest, Fault::Refuse("something in between says no".into())] {
        let desk = Desk::set(Temper::LooksUp).await;
        let (_, id) = desk.plan("It stands there.", at("09:00")).await;
        desk.fail(Op::Post, Fault::DropAnswer);
        for _ in 0..40 {
            desk.fail(Op::Find, fault.clone());
        }
        let (end, d) = desk.follow(id, at("09:00")).await;
        assert_eq!((d.state, desk.said(), desk.posts()), (DeliveryState::Landed, 1, 1), "{fault:?}");
        assert!(end.duration_since(at("09:00")) > SignedDuration::from_hours(24), "{fault:?}: {end}");
    }
}

#[tokio::test]
async fn a_part_of_a_thread_never_goes_before_the_one_it_answers() {
    let desk = Desk::set(Temper::LooksUp).await;
    let text = ["First", "Second"].map(|w| format!("{w} {}.", "and quite some words ".repeat(12).trim())).join("\n\n");
    let (draft, first) = desk.plan(&text, at("09:00")).await;
    let all = desk.app.store.read::<_, StoreError>(&desk.scene.seat, move |tx| tx.deliveries().of_draft(draft)).await.unwrap();
    assert!(all.len() > 1);
    desk.fail(Op::Post, Fault::DropAnswer);
    desk.deliver(first, at("09:00")).await;
    // Somebody hurries it on, as the command line did.
    assert_eq!(desk.deliver(all[1].id, at("09:00")).await, Next::Over);
    assert_eq!((desk.delivery(all[1].id).await.state, desk.posts()), (DeliveryState::Planned, 1));
    let (now, _) = desk.follow(first, at("09:01")).await;
    desk.deliver(all[1].id, now).await;
    let said = desk.scene.networks["plaza"].said_by("ada@plaza");
    assert_eq!(said[1].reply_to.as_ref(), Some(&said[0].at.id));
}

static STEADY_MS: AtomicU64 = AtomicU64::new(0);
fn steady() -> Duration {
    Duration::from_millis(STEADY_MS.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_makes_nobody_believe_that_it_is_not_there() {
    let desk = Desk::set_with(Temper::LooksUp, Config { steady: Some(steady), ..Config::default() }).await;
    let (_, id) = desk.plan("Patience.", at("09:00")).await;
    desk.fail(Op::Post, Fault::DropRequest);
    desk.deliver(id, at("09:00")).await;
    // Three hours by the clock on the wall, and no time at all.
    for now in ["12:00", "12:01", "12:30"] {
        assert!(matches!(desk.deliver(id, at(now)).await, Next::At(_)));
        assert_eq!((desk.delivery(id).await.state, desk.posts()), (DeliveryState::Sending, 1), "{now}");
    }
    // Ten minutes, whatever the wall says; half of them in another process.
    STEADY_MS.fetch_add(400_000, Ordering::Relaxed);
    desk.deliver(id, at("09:10")).await;
    assert_eq!(desk.delivery(id).await.waited_ms, 400_000);
    let config = Config { public_url: "https://hobnob.example".into(), steady: Some(steady), ..Config::default() };
    let next = App::new(desk.scene.kept.store.clone(), Http::new(Default::default()), desk.scene.all(), config);
    let restarted = Desk { app: next, scene: desk.scene };
    restarted.deliver(id, at("09:10")).await;
    assert_eq!(restarted.delivery(id).await.state, DeliveryState::Sending);
    STEADY_MS.fetch_add(250_000, Ordering::Relaxed);
    let (_, d) = restarted.follow(id, at("09:11")).await;
    assert_eq!((d.state, restarted.said(), restarted.posts()), (DeliveryState::Landed, 1, 2));
}

#[tokio::test]
async fn a_clock_set_back_holds_up_only_what_a_person_wished_for() {
    let desk = Desk::set(Temper::LooksUp).await;
    let (_, tried) = desk.plan("Tried.", at("12:00")).await;
    desk.fail(Op::Post, Fault::Away);
    desk.deliver(tried, at("12:00")).await;
    let (wished, _) = desk.plan("Wished for.", at("12:00")).await;
    later::take_back(desk.cx(at("12:00")), wished).await.unwrap();
    let mut kept = drafts::get(desk.cx(at("12:00")), wished).await.unwrap().0;
    kept.wished_at = Some("2026-09-08 15:00".into());
    drafts::save(desk.cx(at("12:00")), kept, vec![]).await.unwrap();
    let wished = publish::plan(desk.cx(at("12:00")), wished, &[desk.scene.account("ada@plaza")], at("15:00")).await.unwrap()[0];
    let lives = |now: Timestamp| desk.app.store.write_unscoped::<_, StoreError>(move |tx| tx.worker_lives("one", now));
    lives(at("12:00")).await.unwrap();
    lives(at("10:00")).await.unwrap();
    lives(at("10:00")).await.unwrap();
    let due = |id: DeliveryId| desk.app.store.read::<_, StoreError>(&desk.scene.seat, move |tx| tx.jobs().due("deliver", id.0));
    let (tried_due, wished_due) = (desk.delivery(tried).await.due, desk.delivery(wished).await.due);
    assert!(tried_due <= at("10:01"), "once, and not twice: {tried_due}");
    assert!(tried_due >= at("09:59"), "{tried_due}");
    assert_eq!(wished_due, at("15:00"));
    assert!(due(wished).await.unwrap() >= Some(at("15:00")));
}

#[tokio::test]
async fn one_server_alone_renews_a_token() {
    let desk = Desk::set(Temper::LooksUp).await;
    let account = desk.scene.account("ada@plaza");
    let take = |now: &str| {
        let (now, seat) = (at(now), desk.scene.seat.clone());
        let store = desk.app.store.clone();
        async move {
            let until = now + SignedDuration::from_secs(60);
            store.write::<_, StoreError>(&seat, move |tx| tx.accounts().begin_renewal(account, 1, now, until)).await.unwrap()
        }
    };
    assert!(take("09:00").await);
    assert!(!take("09:00").await, "somebody is at it");
    // Another server waits for it, and goes on with the fresh one.
    let call = verbs::calls::call(desk.cx(at("09:00")), account, |_, call| {
        let token = call.secret.reveal().to_owned();
        Box::pin(async move { if token == "fresh" { Ok(()) } else { Err(networks::NetworkError::TokenOld) } })
    });
    let renewed = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let put = move |tx: &store::Tx<'_>| tx.accounts().put_secret(account, &Secret::new("fresh"), at("09:00"));
        desk.app.store.write(&desk.scene.seat, put).await.unwrap()
    };
    let (answer, version) = tokio::join!(call, renewed);
    assert_eq!((answer.is_ok(), version), (true, 2));
    assert_eq!(desk.scene.networks["plaza"].world().calls.get(&Op::Refresh), None, "nobody asked twice");
    // One that died on the way does not hold the others up for ever, nor does a clock that was set back.
    let begin = |now: Timestamp| {
        let store = desk.app.store.clone();
        let seat = desk.scene.seat.clone();
        async move {
            let until = now + SignedDuration::from_secs(60);
            store.write::<_, StoreError>(&seat, move |tx| tx.accounts().begin_renewal(account, 2, now, until)).await.unwrap()
        }
    };
    assert!(begin(at("10:00")).await && !begin(at("10:00")).await);
    assert!(begin(at("10:02")).await);
    assert!(begin(at("08:00")).await);
}

#[tokio::test]
async fn what_is_late_goes_out_where_the_desk_chose_so() {
    let desk = Desk::set(Temper::LooksUp).await;
    let account = desk.scene.account("ada@plaza");
    let plan = async |text: &str| {
        let mut kept = drafts::fresh(desk.cx(at("06:00"))).await.unwrap();
        kept.draft.text = text.into();
        let id = kept.draft.id;
        drafts::save(desk.cx(at("06:00")), kept, vec![]).await.unwrap();
        publish::plan(desk.cx(at("06:00")), id, &[account], at("07:00")).await.unwrap()[0]
    };
    let first = plan("Held.").await;
    desk.deliver(first, at("09:00")).await;
    let held = desk.delivery(first).await;
    assert_eq!((held.hold, desk.said()), (Some(Hold::Late), 0));
    assert!(held.why.unwrap().contains("Nothing was sent"));
    verbs::desk::choices::set(desk.cx(at("09:00")), "Desk", "Europe/London", 20, true).await.unwrap();
    let second = plan("Sent late.").await;
    desk.deliver(second, at("09:00")).await;
    assert_eq!((desk.delivery(second).await.state, desk.said()), (DeliveryState::Landed, 1));
}
