//! The room where talk is found: topics, watches, what they bring and what it is worth.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use model::{AccountId, SightingId, Timestamp, TopicId, WatchId};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use store::watches::KeptWatch;
use testkit::{FakeNetwork, Fault, Op, Scene, Temper, scene::at};
use verbs::converse::sync;
use verbs::jobs::{Job, Next, perform};
use verbs::listen::sightings::{Until, join, later, page, pass, passed, reopen};
use verbs::listen::topics::{TopicWish, add, change, close, list};
use verbs::listen::venues::{Scope, venues};
use verbs::listen::{Filter, Sighting, sightings};
use verbs::{App, Config, Cx, VerbError};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}
fn cx<'a>(scene: &'a Scene, app: &'a App, clock: &str) -> Cx<'a> {
    Cx { app, seat: &scene.seat, now: at(clock) }
}
fn wish(query: &str) -> TopicWish {
    TopicWish { query: query.into(), ..TopicWish::default() }
}
async fn watches(scene: &Scene, topic: TopicId) -> Vec<KeptWatch> {
    scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.watches().of_topic(topic)).await.unwrap()
}
async fn due(scene: &Scene, watch: WatchId) -> Option<Timestamp> {
    scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.jobs().due("hear", watch.0)).await.unwrap()
}
async fn hear_all(scene: &Scene, app: &App, topic: TopicId, clock: &str) -> Vec<Next> {
    let mut next = Vec::new();
    for watch in watches(scene, topic).await {
        next.push(perform(cx(scene, app, clock), Job::Hear(watch.id)).await.unwrap());
    }
    next
}
async fn open(scene: &Scene, app: &App, clock: &str) -> Vec<Sighting> {
    sightings(cx(scene, app, clock), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap()
}
fn told(all: &[Sighting]) -> Vec<String> {
    all.iter().map(|s| format!("{}: {}", s.who, s.words)).collect()
}
fn id_of(all: &[Sighting], who: &str) -> SightingId {
    all.iter().find(|s| s.who == who).unwrap_or_else(|| panic!("{who} is not among {:?}", told(all))).id
}

const KITCHEN: &str = r#"
    account ada@plaza
    post 08:00 ben@plaza "Any tips for a cold kitchen? My #sourdough starter sulks."
    post 08:10 tom@plaza "Sourdough from our shop, 20 % off, buy now https://shop.example/x"
    post 08:20 cat@plaza "A fine morning."
    post 08:30 eve@plaza "My sourdough rises well."
"#;

#[tokio::test]
async fn a_topic_is_heard_and_what_it_brings_is_weighed() {
    let scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("sourdough")).await.unwrap();
    let all = watches(&scene, topic).await;
    assert_eq!(all.iter().map(|w| format!("{} {}", w.kind, w.words)).collect::<Vec<_>>(), ["tag sourdough", "words sourdough"]);
    for watch in &all {
        assert!(due(&scene, watch.id).await.is_some(), "each watch is in line");
    }
    assert!(open(&scene, &app, "09:00").await.is_empty());

    let next = hear_all(&scene, &app, topic, "09:05").await;
    assert!(next.iter().all(|n| matches!(n, Next::At(when) if *when > at("09:05"))), "{next:?}");
    let seen = open(&scene, &app, "09:06").await;
    assert_eq!(
        told(&seen),
        [
            "Ben: Any tips for a cold kitchen? My #sourdough starter sulks.",
            "Eve: My sourdough rises well.",
            "Tom: Sourdough from our shop, 20 % off, buy now https://shop.example/x"
        ]
    );
    assert!(seen[0].worth.score >= 50, "{:?}", seen[0].worth);
    assert!(seen[0].worth.shorts().any(|(w, _)| w == "a question, and nobody has answered"));
    assert!(seen[2].worth.shorts().any(|(w, is_minus)| is_minus && w == "it sells something"));

    let page = page(cx(&scene, &app, "09:06"), Filter::default()).await.unwrap();
    assert_eq!((told(&page.sightings).len(), page.low), (1, 2), "what is below 40 is kept back, and counted");
    assert_eq!(page.topics[0].posts(), 3);

    // Heard again, nothing doubles, and the cursor stands where it was read to.
    hear_all(&scene, &app, topic, "09:20").await;
    assert_eq!(open(&scene, &app, "09:21").await.len(), 3);
    assert!(watches(&scene, topic).await.iter().all(|w| !w.cursor.is_empty() && w.heard_at == Some(at("09:20"))));
}

#[tokio::test]
async fn threads_are_fetched_and_people_talking_count() {
    let mut scene = Scene::set(
        r#"
        account ada@plaza
        post 08:00 ben@plaza "Which flour for #rye do you take?"
        post 08:10 cat@plaza "Whole meal." > 1
        post 08:20 ben@plaza "Coarse or fine?" > 2
        post 08:30 cat@plaza "Coarse, and the rye from the mill." > 3
        "#,
    )
    .await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("#rye OR \"the rye\"")).await.unwrap();
    scene.network("plaza").world().posts[0].replies = Some(1);
    hear_all(&scene, &app, topic, "09:05").await;
    let seen = open(&scene, &app, "09:06").await;
    assert_eq!(seen.len(), 1, "one talk is one row: {:?}", told(&seen));
    let reasons: Vec<&str> = seen[0].worth.reasons.iter().map(|r| r.words.as_str()).collect();
    assert!(reasons.contains(&"A question with one answer so far"), "{reasons:?}");
    assert!(seen[0].conversation.is_some());
}

#[tokio::test]
async fn not_for_me_teaches_and_can_be_undone() {
    let mut scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("sourdough")).await.unwrap();
    hear_all(&scene, &app, topic, "09:05").await;
    let before = open(&scene, &app, "09:06").await;
    let ben = id_of(&before, "Ben");
    assert_eq!(pass(cx(&scene, &app, "09:07"), ben).await.unwrap(), "Ben");
    assert!(!told(&open(&scene, &app, "09:08").await).iter().any(|t| t.starts_with("Ben")));
    assert_eq!(told(&passed(cx(&scene, &app, "09:08")).await.unwrap()).len(), 1);

    scene.network("plaza").say("ben@plaza", "Does sourdough like rye?", at("09:30"), None);
    hear_all(&scene, &app, topic, "09:40").await;
    let taught = open(&scene, &app, "09:41").await;
    let again = taught.iter().find(|s| s.who == "Ben").unwrap();
    assert!(again.worth.shorts().any(|(w, m)| m && w == "you said no to this writer before"), "{:?}", again.worth);

    reopen(cx(&scene, &app, "09:42"), ben).await.unwrap();
    let untaught = open(&scene, &app, "09:43").await;
    let both: Vec<_> = untaught.iter().filter(|s| s.who == "Ben").collect();
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|s| s.worth.shorts().all(|(_, is_minus)| !is_minus)), "what was learnt is taken back");
}

#[tokio::test]
async fn join_and_later() {
    let mut scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("sourdough")).await.unwrap();
    hear_all(&scene, &app, topic, "09:05").await;
    let seen = open(&scene, &app, "09:06").await;
    let (ben, eve) = (id_of(&seen, "Ben"), id_of(&seen, "Eve"));

    let conversation = join(cx(&scene, &app, "09:07"), ben).await.unwrap();
    let marks = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.conversations().get(conversation)).await.unwrap().marks;
    assert_eq!(marks.joined_at, Some(at("09:07")));

    later(cx(&scene, &app, "09:08"), eve, Until::At(at("18:00"))).await.unwrap();
    assert!(!told(&open(&scene, &app, "17:59").await).iter().any(|t| t.starts_with("Eve")));
    assert!(told(&open(&scene, &app, "18:00").await).iter().any(|t| t.starts_with("Eve")));
    assert!(matches!(later(cx(&scene, &app, "19:00"), eve, Until::At(at("18:00"))).await, Err(VerbError::Wrong { .. })));

    later(cx(&scene, &app, "18:10"), eve, Until::Reply).await.unwrap();
    assert!(!told(&open(&scene, &app, "18:20").await).iter().any(|t| t.starts_with("Eve")));
    let post = scene.posts[3].clone();
    scene.network("plaza").say("cat@plaza", "Lucky you with your sourdough!", at("18:30"), Some(&post));
    hear_all(&scene, &app, topic, "18:40").await;
    let talk = seen.iter().find(|s| s.id == eve).unwrap().conversation;
    let back = open(&scene, &app, "18:41").await;
    assert_eq!(back.iter().filter(|s| s.conversation == talk).count(), 1, "somebody spoke in it, so it is back: {:?}", told(&back));

    pass(cx(&scene, &app, "18:50"), eve).await.unwrap();
    scene.network("plaza").say("cat@plaza", "And who of you bakes sourdough for friends?", at("19:00"), Some(&post));
    hear_all(&scene, &app, topic, "19:10").await;
    assert!(!open(&scene, &app, "19:11").await.iter().any(|s| s.conversation == talk), "a talk that was passed by stays so");
}

#[tokio::test]
async fn what_sync_brings_is_noticed_and_what_is_said_to_us_is_not() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 08:00 ben@plaza "Sourdough day. Who bakes?"
        post 08:10 cat@plaza "@ada do you bake sourdough?"
        "#,
    )
    .await;
    let app = app(&scene);
    add(cx(&scene, &app, "07:00"), wish("sourdough")).await.unwrap();
    sync::bring(cx(&scene, &app, "09:00"), scene.account("ada@plaza")).await.unwrap();
    assert_eq!(told(&open(&scene, &app, "09:01").await), ["Ben: Sourdough day. Who bakes?"]);
}

#[tokio::test]
async fn a_new_topic_looks_at_what_is_kept() {
    let scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    sync::bring(cx(&scene, &app, "09:00"), scene.account("ada@plaza")).await.unwrap();
    let topic = add(cx(&scene, &app, "09:05"), wish("kitchen")).await.unwrap();
    assert_eq!(open(&scene, &app, "09:06").await.len(), 1);
    let changed = TopicWish { name: "Mornings".into(), query: "morning".into(), aim: None };
    change(cx(&scene, &app, "09:07"), topic, changed).await.unwrap();
    assert!(told(&open(&scene, &app, "09:08").await).contains(&"Cat: A fine morning.".to_owned()));
    assert_eq!(watches(&scene, topic).await.iter().map(|w| w.words.clone()).collect::<Vec<_>>(), ["morning", "morning"]);
    assert_eq!(close(cx(&scene, &app, "09:09"), topic).await.unwrap(), "Mornings");
    assert!(open(&scene, &app, "09:10").await.is_empty());
    assert!(watches(&scene, topic).await.is_empty());
    verbs::listen::topics::reopen(cx(&scene, &app, "09:11"), topic).await.unwrap();
    assert_eq!(open(&scene, &app, "09:12").await.len(), 2);
}

#[tokio::test]
async fn a_network_that_fails_is_left_alone_for_longer_and_says_why() {
    let mut scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("#sourdough")).await.unwrap();
    let plaza = scene.network("plaza");
    plaza.fail(Op::Search, Fault::Away);
    plaza.fail(Op::Search, Fault::Away);
    let first = hear_all(&scene, &app, topic, "09:01").await[0];
    let second = hear_all(&scene, &app, topic, "09:30").await[0];
    assert_eq!((first, second), (Next::At(at("09:21")), Next::At(at("10:10"))), "the pace doubles");
    let row = list(cx(&scene, &app, "09:31")).await.unwrap().remove(0).watches.remove(0);
    assert!(!row.is_listening && row.why.unwrap().contains("tried again by itself"));

    plaza.fail(Op::Search, Fault::SlowDown(at("12:00")));
    assert_eq!(hear_all(&scene, &app, topic, "11:00").await[0], Next::At(at("12:00")));
    plaza.fail(Op::Search, Fault::SignInAgain);
    assert!(matches!(hear_all(&scene, &app, topic, "13:00").await[0], Next::At(_)));
    hear_all(&scene, &app, topic, "20:00").await;
    let row = list(cx(&scene, &app, "20:01")).await.unwrap().remove(0).watches.remove(0);
    assert!(row.is_listening && row.why.is_none(), "{row:?}");
}

#[tokio::test]
async fn a_feed_is_kept_and_listened_to() {
    let mut scene = Scene::set(KITCHEN).await;
    scene.networks.insert("letters".into(), FakeNetwork::new("letters", Temper::CannotTell).read_only());
    let feed = connect_feed(&scene).await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("repair")).await.unwrap();
    assert_eq!(watches(&scene, topic).await.len(), 2, "a feed is not searched, it is read");
    scene.network("letters").say("hana@letters", "Whom should I meet who knows repair?", at("08:00"), None);
    sync::bring(cx(&scene, &app, "09:10"), feed).await.unwrap();
    let seen = open(&scene, &app, "09:11").await;
    assert_eq!(told(&seen), ["Hana: Whom should I meet who knows repair?"]);
    assert!(seen[0].is_read_only);
    let places = venues(cx(&scene, &app, "09:11"), Scope::default()).await.unwrap();
    assert_eq!((places[0].name.as_str(), places[0].stats.talks, places[0].is_too_early()), ("Slow Made", 1, true));
}

async fn connect_feed(scene: &Scene) -> AccountId {
    let network = scene.networks["letters"].clone();
    scene
        .kept
        .store
        .write::<_, StoreError>(&scene.seat, move |tx| {
            let now = at("07:00");
            tx.accounts().put(&model::Account {
                id: tx.fresh(now),
                network: network.key(),
                server: "https://letters.example/feed".into(),
                remote_id: "feed".into(),
                handle: "letters.example".into(),
                name: "Slow Made".into(),
                avatar_url: None,
                url: None,
                rules: model::Rules::default(),
                state: model::AccountState::Working,
                created_at: now,
            })
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_bad_wish_says_what_and_where() {
    let scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    let Err(VerbError::Query(error)) = add(cx(&scene, &app, "09:00"), wish("bread (rye")).await else { panic!("refused") };
    assert_eq!(error.at, 6);
    let Err(VerbError::Query(error)) = add(cx(&scene, &app, "09:00"), wish("bread on:moon")).await else { panic!("refused") };
    assert_eq!((error.at, error.why.as_str()), (9, "No network is called “moon” here. There are: plaza."));
    let long = TopicWish { name: "x".repeat(81), ..wish("bread") };
    assert!(matches!(add(cx(&scene, &app, "09:00"), long).await, Err(VerbError::Wrong { field: "name", .. })));
    let aimless = TopicWish { aim: Some(model::AimId(7)), ..wish("bread") };
    assert!(matches!(add(cx(&scene, &app, "09:00"), aimless).await, Err(VerbError::Wrong { field: "aim", .. })));
    assert!(list(cx(&scene, &app, "09:00")).await.unwrap().is_empty());
}

#[tokio::test]
async fn other_desks_see_nothing_of_it() {
    let scene = Scene::set(KITCHEN).await;
    let app = app(&scene);
    let topic = add(cx(&scene, &app, "09:00"), wish("sourdough")).await.unwrap();
    hear_all(&scene, &app, topic, "09:05").await;
    let ben = id_of(&open(&scene, &app, "09:06").await, "Ben");
    let stranger = model::Seat::of_voice(model::DeskId(2), model::VoiceId(1), model::Role::Owner);
    scene
        .kept
        .store
        .write_unscoped(|tx| {
            tx.put_desk(&model::Desk { id: model::DeskId(2), name: "Other".into(), zone: "UTC".into(), created_at: at("00:00") })
        })
        .await
        .unwrap();
    let cx = Cx { app: &app, seat: &stranger, now: at("09:07") };
    assert!(list(cx).await.unwrap().is_empty());
    assert!(matches!(join(cx, ben).await, Err(VerbError::Missing(_))));
    assert!(matches!(pass(cx, ben).await, Err(VerbError::Missing(_))));
    assert!(matches!(close(cx, topic).await, Err(VerbError::Missing(_))));
}
