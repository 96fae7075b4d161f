//! The sitting: who comes first, what becomes of each, when it ends, and the time that it counts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout, clippy::panic)]

use std::sync::Arc;

use model::{Aim, AimId, Measure};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use store::sittings::SpentOn;
use testkit::{Scene, scene::at};
use verbs::converse::inbox::{Wish, inbox};
use verbs::converse::sitting::{Account, Before, Open, Sitting, begin, end, is_going_on, sitting, skip};
use verbs::converse::{later, sync};
use verbs::reflect::hanging;
use verbs::{App, Config, Cx, VerbError};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}

/// Ben waits since nine, Tom since five past; Tom's talk serves an aim.
async fn scene() -> Scene {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 09:00 ben@plaza "@ada which thread for a first book?"
        post 09:05 tom@plaza "@ada who does your spines?"
        "#,
    )
    .await;
    let app = app(&scene);
    sync::bring(Cx { app: &app, seat: &scene.seat, now: at("09:30") }, scene.account("ada@plaza")).await.unwrap();
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, |tx| {
            tx.aims().put(&Aim { name: "Repairs".into(), measure: Measure::Replies, ..Aim::blank(AimId(1), at("08:00")) })
        })
        .await
        .unwrap();
    let cx = Cx { app: &app, seat: &scene.seat, now: at("09:30") };
    let waiting = inbox(cx, Wish::default()).await.unwrap().rows;
    let tom = waiting.iter().find(|row| row.who == "Tom").unwrap();
    hanging::serve(cx, tom.id, Some(AimId(1))).await.unwrap();
    scene
}

fn open(s: Sitting) -> Open {
    match s {
        Sitting::Open(open) => *open,
        Sitting::Not { last, .. } => panic!("no sitting goes on: {last:?}"),
    }
}

fn over(s: Sitting) -> Account {
    match s {
        Sitting::Not { last: Some(last), .. } => last,
        other => panic!("it is not over: {other:?}"),
    }
}

fn who(open: &Open) -> (usize, usize, String) {
    let Before::Talk(row) = &open.before else { panic!("{open:?}") };
    (open.place, open.of, row.who.clone())
}

#[tokio::test]
async fn one_at_a_time_in_order_and_then_an_end() {
    let scene = scene().await;
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    assert!(!is_going_on(cx("09:59")).await.unwrap());
    let id = begin(cx("10:00"), 20).await.unwrap();
    assert_eq!(begin(cx("10:00"), 30).await.unwrap(), id, "one that goes on is not begun again");
    // Who touches an aim comes before who waits longer.
    let first = open(sitting(cx("10:00")).await.unwrap());
    assert_eq!(who(&first), (1, 2, "Tom".into()));
    assert!(first.why.ends_with("It touches “Repairs”."), "{}", first.why);
    assert_eq!((first.minutes_left, &first.to_come), (20, &vec!["Ben".to_owned()]));
    assert!(is_going_on(cx("10:02")).await.unwrap());
    let Before::Talk(tom) = first.before else { panic!() };
    later::done(cx("10:03"), tom.id).await.unwrap();
    let second = open(sitting(cx("10:03")).await.unwrap());
    assert_eq!((who(&second), second.minutes_left), ((2, 2, "Ben".into()), 17));
    skip(cx("10:04"), id, second.step).await.unwrap();
    skip(cx("10:04"), id, second.step).await.unwrap();
    let account = over(sitting(cx("10:04")).await.unwrap());
    assert_eq!(account.did, "You finished with Tom. One other keeps until another day.");
    assert_eq!(account.took, "It took 4 minutes of the 20 minutes that you set aside, 3 minutes for “Repairs”.");
    let sums = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| {
        let of = |on: SpentOn<'_>| tx.sittings().seconds(&on, at("00:00"), at("23:00"));
        Ok((of(SpentOn::Everything)?, of(SpentOn::Aim(AimId(1)))?, of(SpentOn::Network("plaza"))?))
    });
    assert_eq!(sums.await.unwrap(), (240, 180, 240));
}

#[tokio::test]
async fn time_away_is_not_counted_and_the_time_ends_it() {
    let scene = scene().await;
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    let id = begin(cx("10:00"), 20).await.unwrap();
    sitting(cx("10:00")).await.unwrap();
    // Half an hour at the door: nobody sat there, and the time set aside is over. The one that lay open is the last.
    let last = open(sitting(cx("10:30")).await.unwrap());
    assert!(last.is_over_time);
    skip(cx("10:31"), id, last.step).await.unwrap();
    let account = over(sitting(cx("10:31")).await.unwrap());
    assert_eq!(account.did, "You looked round. 2 others keep until another day.");
    assert!(account.took.starts_with("It took one minute of the 20 minutes"), "{}", account.took);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let scene = scene().await;
    let app = app(&scene);
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    for minutes in [0, 4, 121] {
        assert!(matches!(begin(cx("10:00"), minutes).await, Err(VerbError::Wrong { .. })), "{minutes}");
    }
    let id = begin(cx("10:00"), 5).await.unwrap();
    end(cx("10:01"), id).await.unwrap();
    assert!(matches!(sitting(cx("10:02")).await.unwrap(), Sitting::Not { last: Some(_), .. }));
    let somebody_else = Scene::set("account ben@plaza").await;
    let other = app_of(&somebody_else);
    let cx = Cx { app: &other, seat: &somebody_else.seat, now: at("10:00") };
    assert!(matches!(end(cx, id).await, Err(VerbError::Missing(_))));
    assert!(matches!(begin(cx, 20).await, Err(VerbError::Wrong { .. })), "nothing to sit down for");
}

fn app_of(scene: &Scene) -> Arc<App> {
    app(scene)
}
