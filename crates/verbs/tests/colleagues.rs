//! Behind the scenes of a conversation: whose it is, notes, muting, many at once, who else is writing, and promises kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::{ConversationId, Kind, Role, Seat, Turn, Voice, VoiceId};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use testkit::{Scene, scene::at};
use verbs::converse::answering::{Words, keep};
use verbs::converse::colleagues::{Many, assign, many, mute, say_aside, unmute};
use verbs::converse::inbox::{Inbox, InboxPage, TieWish, Wish, inbox};
use verbs::converse::later::put_back;
use verbs::converse::talk::talk;
use verbs::converse::{Arrival, promises, sync, take_in};
use verbs::reflect::hanging;
use verbs::{App, Config, Cx, VerbError};

const THREE: &str = r#"
    account ada@plaza
    post 09:00 ben@plaza "@ada which thread for a first book?"
    post 09:05 tom@plaza "@ada who does your spines?"
    post 09:10 cat@plaza "@ada any linen left?"
"#;

async fn set(text: &str) -> (Scene, Arc<App>) {
    let scene = Scene::set(text).await;
    let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default());
    sync::bring(Cx { app: &app, seat: &scene.seat, now: at("09:30") }, scene.account("ada@plaza")).await.unwrap();
    (scene, app)
}

/// A second voice at the desk.
async fn mia(scene: &Scene) -> Seat {
    let seat = Seat::of_voice(scene.seat.desk, VoiceId(2), Role::Member);
    let put = seat.clone();
    scene
        .kept
        .store
        .write_unscoped::<_, StoreError>(move |tx| {
            tx.put_voice(&Voice { id: VoiceId(2), name: "Mia".into() }, "no-password", at("00:00"))?;
            tx.put_seat(&put, at("00:00"))
        })
        .await
        .unwrap();
    seat
}

fn names(page: &InboxPage) -> Vec<&str> {
    page.rows.iter().map(|r| r.who.as_str()).collect()
}

async fn ids(cx: Cx<'_>) -> Vec<ConversationId> {
    inbox(cx, Wish::default()).await.unwrap().rows.iter().map(|r| r.id).collect()
}

#[tokio::test]
async fn a_conversation_is_given_to_a_colleague_with_a_note() {
    let (scene, app) = set(THREE).await;
    mia(&scene).await;
    let cx = Cx { app: &app, seat: &scene.seat, now: at("10:00") };
    let first = ids(cx).await[0];
    assert!(matches!(assign(cx, first, Some(VoiceId(9))).await, Err(VerbError::Wrong { .. })));
    let undo = assign(cx, first, Some(VoiceId(2))).await.unwrap();
    say_aside(cx, first, "Mia knows the threads.").await.unwrap();
    assert!(say_aside(cx, first, "  ").await.is_err());
    let page = |assigned| inbox(cx, Wish { assigned, ..Wish::default() });
    assert_eq!(names(&page(Some(Some(VoiceId(2)))).await.unwrap()), ["Ben"]);
    assert_eq!(names(&page(Some(None)).await.unwrap()), ["Tom", "Cat"]);
    let seen = talk(cx, first, None).await.unwrap().colleagues;
    assert_eq!(
        (seen.assigned, seen.asides[0].by.as_deref(), seen.asides[0].text.as_str()),
        (Some(VoiceId(2)), Some("Ada"), "Mia knows the threads.")
    );
    put_back(cx, first, &undo.before).await.unwrap();
    assert_eq!(page(Some(None)).await.unwrap().rows.len(), 3);
}

#[tokio::test]
async fn somebody_else_who_writes_there_is_seen() {
    let (scene, app) = set(THREE).await;
    let mia = mia(&scene).await;
    fn cx<'a>(app: &'a App, seat: &'a Seat, clock: &str) -> Cx<'a> {
        Cx { app, seat, now: at(clock) }
    }
    let first = ids(cx(&app, &scene.seat, "10:00")).await[0];
    keep(
        cx(&app, &mia, "10:00"),
        Words { conversation: first, to: None, from: None, text: "Silk, I think".into(), kind: Kind::Talks, ..Words::default() },
    )
    .await
    .unwrap();
    let others = async |seat: &Seat, clock: &str| talk(cx(&app, seat, clock), first, None).await.unwrap().colleagues.writing;
    assert_eq!(others(&scene.seat, "10:05").await, [("Mia".to_owned(), at("10:00"))]);
    assert_eq!(others(&mia, "10:05").await, [], "one's own words are no news");
    assert_eq!(others(&scene.seat, "10:20").await, [], "she left");
}

#[tokio::test]
async fn what_is_muted_waits_for_nobody_until_it_is_heard_again() {
    let (scene, app) = set(THREE).await;
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    let first = ids(cx("10:00")).await[0];
    mute(cx("10:00"), first).await.unwrap();
    let more = scene.networks["plaza"].clone();
    more.say("ben@plaza", "@ada are you there?", at("10:10"), Some(&scene.posts[0]));
    let said = more.said_by("ben@plaza");
    let account = scene.account("ada@plaza");
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| take_in(tx, &tx.accounts().get(account)?, &said, Arrival::Fresh, at("10:11")))
        .await
        .unwrap();
    assert_eq!(names(&inbox(cx("10:12"), Wish::default()).await.unwrap()), ["Tom", "Cat"]);
    assert_eq!(names(&inbox(cx("10:12"), Wish { inbox: Inbox::Muted, ..Wish::default() }).await.unwrap()), ["Ben"]);
    unmute(cx("10:13"), first).await.unwrap();
    assert_eq!(inbox(cx("10:14"), Wish::default()).await.unwrap().rows.len(), 3);
}

#[tokio::test]
async fn many_at_once_and_each_back_as_it_was() {
    let (scene, app) = set(THREE).await;
    let cx = Cx { app: &app, seat: &scene.seat, now: at("10:00") };
    let all = ids(cx).await;
    assert!(many(cx, Vec::new(), Many::Done).await.is_err());
    assert!(many(cx, all.clone(), Many::Until(at("09:00"))).await.is_err(), "a time that is over");
    let undo = many(cx, vec![all[0], all[1], all[0]], Many::Until(at("18:00"))).await.unwrap();
    assert_eq!(undo.len(), 2);
    let page = inbox(cx, Wish::default()).await.unwrap();
    assert_eq!((names(&page), page.count(Inbox::Later)), (vec!["Cat"], 2));
    for one in undo {
        put_back(cx, one.conversation, &one.before).await.unwrap();
    }
    assert_eq!(ids(cx).await, all);
    // One that is not there stops all of it.
    assert!(many(cx, vec![all[0], ConversationId(7)], Many::Done).await.is_err());
    assert_eq!(ids(cx).await, all);
}

#[tokio::test]
async fn a_box_is_narrowed_by_account_aim_tie_and_words() {
    let (scene, app) = set(THREE).await;
    let cx = Cx { app: &app, seat: &scene.seat, now: at("10:00") };
    let all = ids(cx).await;
    let aim = model::Aim { name: "Repairs".into(), ..model::Aim::blank(model::AimId(4), at("08:00")) };
    scene.kept.store.write::<_, StoreError>(&scene.seat, move |tx| tx.aims().put(&aim)).await.unwrap();
    hanging::serve(cx, all[1], Some(model::AimId(4))).await.unwrap();
    let account = scene.account("ada@plaza");
    let page = |wish| async move { names(&inbox(cx, wish).await.unwrap()).into_iter().map(str::to_owned).collect::<Vec<_>>() };
    assert_eq!(page(Wish { account: Some(account), ..Wish::default() }).await.len(), 3);
    assert_eq!(page(Wish { account: Some(model::AccountId(1)), ..Wish::default() }).await.len(), 0);
    assert_eq!(page(Wish { aim: Some(model::AimId(4)), ..Wish::default() }).await, ["Tom"]);
    assert_eq!(page(Wish { tie: TieWish::Close, ..Wish::default() }).await.len(), 0);
    for (words, found) in [("LINEN", vec!["Cat"]), ("ben", vec!["Ben"]), ("100%", vec![]), ("_", vec![])] {
        assert_eq!(page(Wish { words: words.into(), ..Wish::default() }).await, found, "{words}");
    }
}

#[tokio::test]
async fn a_promise_is_ours_once_somebody_said_yes_and_comes_back_on_its_day() {
    let (scene, app) = set("account ada@plaza\npost 09:00 ben@plaza \"@ada which thread?\"").await;
    let cx = |clock| Cx { app: &app, seat: &scene.seat, now: at(clock) };
    let id = ids(cx("10:00")).await[0];
    let plaza = scene.networks["plaza"].clone();
    let say = |words: &'static str, clock| {
        plaza.say("ada@plaza", words, at(clock), Some(&scene.posts[0]));
        let (mine, account) = (plaza.said_by("ada@plaza"), scene.account("ada@plaza"));
        scene
            .kept
            .store
            .write::<_, StoreError>(&scene.seat, move |tx| take_in(tx, &tx.accounts().get(account)?, &mine, Arrival::Fresh, at(clock)))
    };
    say("Good question. I'll send you a list on Wednesday.", "10:05").await.unwrap();
    let found = talk(cx("10:06"), id, None).await.unwrap();
    let proposed = found.proposed.clone().unwrap();
    // The scenes play on a Tuesday.
    assert_eq!((proposed.words.as_str(), proposed.day.to_string().as_str()), ("I'll send you a list on Wednesday.", "2026-09-09"));
    assert_eq!(found.inbox, Some(Inbox::YouWait), "nothing is ours before somebody said yes");
    assert!(promises::keep(cx("10:07"), id, proposed.post, "2026-09-07").await.is_err(), "a day that is over");
    promises::keep(cx("10:07"), id, proposed.post, "2026-09-09").await.unwrap();
    let kept = talk(cx("10:08"), id, None).await.unwrap();
    assert_eq!((kept.inbox, kept.proposed), (Some(Inbox::Later), None));
    assert_eq!(kept.promised.len(), 1);
    let day = "2026-09-09T09:00:01Z".parse().unwrap();
    verbs::converse::later::keep_house(Cx { app: &app, seat: &scene.seat, now: day }).await.unwrap();
    let page = inbox(Cx { now: day, ..cx("10:08") }, Wish::default()).await.unwrap();
    assert_eq!(page.rows[0].because, "You promised: “I'll send you a list on Wednesday.”");
    // Kept by saying something there: nothing is owed any more.
    plaza.say("ada@plaza", "Here it is: silk, linen, hemp.", day, Some(&scene.posts[0]));
    let (mine, account) = (plaza.said_by("ada@plaza"), scene.account("ada@plaza"));
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| take_in(tx, &tx.accounts().get(account)?, &mine, Arrival::Fresh, day))
        .await
        .unwrap();
    let done = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.conversations().get(id)).await.unwrap();
    assert_eq!((done.face.turn, done.face.inbox.as_str()), (Turn::Theirs, "you-wait"));
    assert!(talk(cx("10:09"), id, None).await.unwrap().promised.is_empty());
}

#[tokio::test]
async fn what_was_no_promise_is_not_proposed_again() {
    let (scene, app) = set("account ada@plaza\npost 09:00 ben@plaza \"@ada which thread?\"").await;
    let cx = Cx { app: &app, seat: &scene.seat, now: at("11:00") };
    let id = ids(cx).await[0];
    let plaza = scene.networks["plaza"].clone();
    plaza.say("ada@plaza", "I'll tell you tomorrow, said the fox.", at("10:05"), Some(&scene.posts[0]));
    let (mine, account) = (plaza.said_by("ada@plaza"), scene.account("ada@plaza"));
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| take_in(tx, &tx.accounts().get(account)?, &mine, Arrival::Fresh, at("10:06")))
        .await
        .unwrap();
    let post = talk(cx, id, None).await.unwrap().proposed.unwrap().post;
    promises::decline(cx, id, post).await.unwrap();
    assert_eq!(talk(cx, id, None).await.unwrap().proposed, None);
    promises::undecide(cx, id, post).await.unwrap();
    assert!(talk(cx, id, None).await.unwrap().proposed.is_some());
}
