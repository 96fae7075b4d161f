//! What a person's own choices do to the ranking, how features are turned down, how places compare, and whom one follows.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use model::{FollowingId, SightingId, TopicId};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use testkit::{Scene, scene::at};
use verbs::jobs::{Job, perform};
use verbs::listen::following::{self, Bond};
use verbs::listen::sightings::{join, pass, reopen};
use verbs::listen::topics::{TopicWish, add};
use verbs::listen::venues::{Scope, venue, venues};
use verbs::listen::worth::{Feature, Level};
use verbs::listen::{Filter, Sighting, sightings, weigh};
use verbs::{App, Config, Cx};

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}
fn cx<'a>(scene: &'a Scene, app: &'a App, clock: &str) -> Cx<'a> {
    Cx { app, seat: &scene.seat, now: at(clock) }
}
async fn follow(scene: &Scene, app: &App, query: &str) -> TopicId {
    let topic = add(cx(scene, app, "09:00"), TopicWish { query: query.into(), ..TopicWish::default() }).await.unwrap();
    hear(scene, app, topic, "09:05").await;
    topic
}
async fn hear(scene: &Scene, app: &App, topic: TopicId, clock: &str) {
    let watches = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.watches().of_topic(topic)).await.unwrap();
    for watch in watches {
        perform(cx(scene, app, clock), Job::Hear(watch.id)).await.unwrap();
    }
}
async fn open(scene: &Scene, app: &App) -> Vec<Sighting> {
    sightings(cx(scene, app, "09:06"), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap()
}
fn one<'a>(all: &'a [Sighting], who: &str) -> &'a Sighting {
    all.iter().find(|s| s.who == who).unwrap_or_else(|| panic!("{who} is not there"))
}
fn line(s: &Sighting, feature: Feature) -> Option<(i32, String)> {
    s.worth.reasons.iter().find(|r| r.feature == feature).map(|r| (r.points(), r.words.clone()))
}

/// Six people speak of bread, six of wine.
async fn bread_and_wine() -> (Scene, Arc<App>) {
    let mut text = String::from("account ada@plaza\n");
    // In words of their own, each: the same from many mouths would be one row.
    let bread = [
        ("ben", "Which bread keeps longest?"),
        ("cat", "Who bakes bread on Sundays here?"),
        ("dan", "How wet should rye bread dough be?"),
        ("eve", "Why does my bread tear at the side?"),
        ("fay", "Is there bread without salt worth eating?"),
        ("gil", "Where do you buy flour for bread?"),
    ];
    let wine = [
        ("hal", "Which wine goes with leeks?"),
        ("ida", "Who opens wine a day early?"),
        ("jon", "How cold should white wine stand?"),
        ("kim", "Why does old wine throw a crust?"),
        ("leo", "Is there wine without sulphur worth drinking?"),
        ("may", "Where do you keep wine in a small flat?"),
    ];
    for (i, (who, words)) in bread.iter().chain(&wine).enumerate() {
        text.push_str(&format!("post 08:{i:02} {who}@plaza \"{words}\"\n"));
    }
    let scene = Scene::set(&text).await;
    let app = app(&scene);
    follow(&scene, &app, "bread").await;
    follow(&scene, &app, "wine").await;
    (scene, app)
}

#[tokio::test]
async fn what_is_joined_and_passed_by_teaches_and_undo_takes_it_back() {
    let (scene, app) = bread_and_wine().await;
    let before = open(&scene, &app).await;
    assert_eq!(line(one(&before, "Gil"), Feature::Liking), None, "nothing is learnt yet");
    let mut chosen: Vec<SightingId> = Vec::new();
    for who in ["Ben", "Cat", "Dan"] {
        chosen.push(one(&before, who).id);
        join(cx(&scene, &app, "09:10"), one(&before, who).id).await.unwrap();
    }
    for who in ["Hal", "Ida", "Jon"] {
        chosen.push(one(&before, who).id);
        pass(cx(&scene, &app, "09:11"), one(&before, who).id).await.unwrap();
    }
    let taught = open(&scene, &app).await;
    let (bread, wine) = (one(&taught, "Gil"), one(&taught, "May"));
    let (points, words) = line(bread, Feature::Liking).unwrap();
    assert!(points > 0 && words == "You often join talk about bread: three of three", "{points} {words}");
    let (points, words) = line(wine, Feature::Liking).unwrap();
    assert!(points < 0 && words == "You often pass by talk about wine: three of three", "{points} {words}");
    assert!(bread.worth.score > wine.worth.score);
    let shown = weigh::shown(cx(&scene, &app, "09:12")).await.unwrap();
    assert_eq!((shown.joins, shown.passes), (3, 3));

    // Taken back, in another order, all of it is forgotten.
    for id in chosen.into_iter().rev() {
        reopen(cx(&scene, &app, "09:13"), id).await.unwrap();
    }
    let after = open(&scene, &app).await;
    assert_eq!(line(one(&after, "Gil"), Feature::Liking), None);
    assert_eq!(one(&after, "Gil").worth, one(&before, "Gil").worth);
}

#[tokio::test]
async fn a_feature_is_turned_down_for_what_stands_open_and_up_again() {
    let (scene, app) = bread_and_wine().await;
    let question = |all: &[Sighting]| line(one(all, "Ben"), Feature::Question).unwrap();
    let (full, _) = question(&open(&scene, &app).await);
    assert!(weigh::turn(cx(&scene, &app, "09:07"), vec![(Feature::Question, Level::Half), (Feature::Fresh, Level::Full)]).await.unwrap());
    let (half, words) = question(&open(&scene, &app).await);
    assert!(half * 2 == full && words.ends_with("(counts half, as you chose)"), "{full} {half} {words}");
    weigh::turn(cx(&scene, &app, "09:08"), vec![(Feature::Question, Level::Off)]).await.unwrap();
    assert_eq!(question(&open(&scene, &app).await).0, 0);
    weigh::turn(cx(&scene, &app, "09:09"), vec![(Feature::Question, Level::Full)]).await.unwrap();
    assert_eq!(question(&open(&scene, &app).await).0, full);
    assert!(!weigh::turn(cx(&scene, &app, "09:10"), vec![(Feature::Question, Level::Full)]).await.unwrap(), "nothing is changed");
}

#[tokio::test]
async fn what_we_wrote_ourselves_answers_a_question() {
    let scene = Scene::set(
        r#"
        account ada@plaza
        post 07:00 ada@plaza "A rye starter wants warmth: keep the kitchen at twenty-five degrees in winter."
        post 08:00 ben@plaza "Why does my rye starter sulk in a cold kitchen in winter?"
        post 08:10 cat@plaza "Which oven for rye?"
        "#,
    )
    .await;
    let app = app(&scene);
    verbs::converse::sync::bring(cx(&scene, &app, "08:59"), scene.account("ada@plaza")).await.unwrap();
    follow(&scene, &app, "rye").await;
    let all = open(&scene, &app).await;
    let have = line(one(&all, "Ben"), Feature::Have);
    // Only where the network hands us our own posts.
    let own = scene.kept.store.read::<_, StoreError>(&scene.seat, |tx| tx.weighing().own_words(10)).await.unwrap();
    assert_eq!(have.is_some(), !own.is_empty(), "{own:?} {have:?}");
    assert_eq!(line(one(&all, "Cat"), Feature::Have), None);
}

#[tokio::test]
async fn one_loud_account_does_not_make_a_place() {
    let mut text = String::from("account ada@plaza\n");
    for (i, who) in ["ben", "cat", "dan", "eve", "fay", "gil"].iter().enumerate() {
        text.push_str(&format!("post 07:0{i} {who}@plaza \"Which #rye do you take, number {i}?\"\n"));
    }
    for i in 0..20 {
        text.push_str(&format!("post 08:{:02} loud@plaza \"Order now, 20 % off #rye number {i} https://shop.example/{i}\"\n", i + 10));
    }
    text.push_str("post 08:40 cat@plaza \"Whole meal.\" > 1\npost 08:41 ben@plaza \"Coarse?\" > 27\n");
    let scene = Scene::set(&text).await;
    let app = app(&scene);
    follow(&scene, &app, "#rye").await;
    let all = venues(cx(&scene, &app, "09:10"), Scope::default()).await.unwrap();
    let rye = all.iter().find(|v| v.name == "#rye on Plaza").unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!((rye.stats.starters, rye.is_too_early()), (7, false));
    assert_eq!(rye.stats.selling.percent(), 14, "one of seven people sells, however often");
    assert!(rye.stats.selling.low < 0.14 && rye.stats.selling.high > 0.14);
    assert!(all.iter().any(|v| v.name == "plaza (Plaza)"), "{all:?}");
    let same = venue(cx(&scene, &app, "09:10"), "#rye on Plaza".into(), Scope::default()).await.unwrap();
    assert_eq!(same, *rye);
    assert!(venue(cx(&scene, &app, "09:10"), "nowhere".into(), Scope::default()).await.is_err());
    let other = Scope { topic: Some(TopicId(1)), aim: None };
    assert!(venues(cx(&scene, &app, "09:10"), other).await.unwrap().is_empty());
}

#[tokio::test]
async fn whom_one_follows_is_asked_pruned_and_taken_back() {
    let mut text = String::from("account ada@plaza\n");
    for i in 0..8 {
        text.push_str(&format!("post 08:0{i} shop@plaza \"Order now, 20 % off number {i} https://shop.example/{i}\"\n"));
        text.push_str(&format!("post 08:1{i} ben@plaza \"What I baked on day {i}, and how it rose.\"\n"));
    }
    let mut scene = Scene::set(&text).await;
    let app = app(&scene);
    let plaza = scene.network("plaza");
    plaza.follow("ada@plaza", "shop@plaza", at("06:00"));
    plaza.follow("ada@plaza", "ben@plaza", at("06:00"));
    verbs::converse::sync::bring(cx(&scene, &app, "09:00"), scene.account("ada@plaza")).await.unwrap();
    assert!(following::page(cx(&scene, &app, "09:01")).await.unwrap().rows.is_empty());
    let asked = following::ask(cx(&scene, &app, "09:02")).await.unwrap();
    assert_eq!((asked.followed, asked.failed.len()), (2, 0));
    let page = following::page(cx(&scene, &app, "09:03")).await.unwrap();
    let shop = &page.rows[0];
    assert_eq!((shop.name.as_str(), shop.health.posts, shop.health.selling, shop.is_doubtful), ("Shop", 8, 8, true));
    assert_eq!((page.rows[1].name.as_str(), page.rows[1].is_doubtful, page.followed, page.rest), ("Ben", false, 2, 0));

    let (id, state) = (shop.id, |rows: &[following::Row], id: FollowingId| rows.iter().find(|r| r.id == id).unwrap().state.clone());
    assert_eq!(following::set(cx(&scene, &app, "09:04"), id, Bond::Mute, true).await.unwrap(), "Shop");
    assert_eq!(scene.network("plaza").world().mutes.len(), 1);
    assert_eq!(state(&following::page(cx(&scene, &app, "09:04")).await.unwrap().rows, id), "muted");
    following::set(cx(&scene, &app, "09:05"), id, Bond::Mute, false).await.unwrap();
    assert!(scene.network("plaza").world().mutes.is_empty());
    following::set(cx(&scene, &app, "09:06"), id, Bond::Follow, false).await.unwrap();
    assert_eq!(scene.network("plaza").world().follows.len(), 1);
    // Asked again, whom we let go stays on the page, to be undone.
    following::ask(cx(&scene, &app, "09:07")).await.unwrap();
    assert_eq!(state(&following::page(cx(&scene, &app, "09:08")).await.unwrap().rows, id), "let-go");
    following::set(cx(&scene, &app, "09:09"), id, Bond::Follow, true).await.unwrap();
    assert_eq!(scene.network("plaza").world().follows.len(), 2);
    // Whom the network names no more is followed no longer.
    scene.network("plaza").world().follows.retain(|f| f.1 != "ben@plaza");
    following::ask(cx(&scene, &app, "09:20")).await.unwrap();
    assert_eq!(following::page(cx(&scene, &app, "09:21")).await.unwrap().followed, 1);
}
