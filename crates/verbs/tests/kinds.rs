//! What posts do, put right by a person, and what that teaches; and the same words from many mouths. On both databases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use model::PostId;
use model::kinds::{Does, Side, judge};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use testkit::{Scene, scene::at};
use verbs::jobs::{Job, perform};
use verbs::listen::kinds::{Judge, kind_of, put_right, take_back};
use verbs::listen::topics::{TopicWish, add};
use verbs::listen::{Filter, sightings};
use verbs::{App, Config, Cx};

const MILL: &str = r#"
    account ada@plaza
    post 08:00 ben@plaza "Sourdough evenings at the old mill: bring a jar, take some of ours home."
    post 08:10 tom@plaza "Our new sourdough jars have arrived in the shop, order yours today with 20% off https://shop.example/jars"
    post 08:20 eve@plaza "Our new sourdough jars have arrived in the shop, order yours now with 20% off https://shop.example/jars"
    post 08:30 cat@plaza "Our new sourdough jars have arrived in the shop, order yours today with 30% off https://other.example"
    post 08:35 sam@plaza "Sourdough from our bakery, 20 % off, buy now https://bakery.example/x"
    post 08:40 dan@plaza "My sourdough rises well this morning."
"#;
const NEXT: &str = "Sourdough evenings at the old mill are back: bring a jar on Friday.";

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}
fn cx<'a>(scene: &'a Scene, app: &'a App, clock: &str) -> Cx<'a> {
    Cx { app, seat: &scene.seat, now: at(clock) }
}

/// Everything of the scene is heard.
async fn heard(scene: &Scene, app: &App) {
    let topic = add(cx(scene, app, "09:00"), TopicWish { query: "sourdough".into(), ..TopicWish::default() }).await.unwrap();
    let watches = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| tx.watches().of_topic(topic)).await.unwrap();
    for watch in watches {
        perform(cx(scene, app, "09:05"), Job::Hear(watch.id)).await.unwrap();
    }
}

/// The post of whoever it is.
async fn post_of(scene: &Scene, app: &App, who: &str) -> PostId {
    let all = sightings(cx(scene, app, "09:06"), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap();
    let id = all.iter().find(|s| s.who == who).unwrap_or_else(|| panic!("{who} was not seen")).id;
    scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| Ok(tx.sightings().get(id)?.post)).await.unwrap()
}

async fn judged(scene: &Scene, text: &'static str) -> (Does, Side) {
    let read = move |tx: &store::Tx<'_>| Ok(Judge::of(tx)?.judge(PostId(0), text));
    let found = scene.kept.store.read::<_, StoreError>(&scene.seat, read).await.unwrap();
    (found.does, found.side)
}

#[tokio::test]
async fn what_is_put_right_holds_and_teaches_until_it_is_taken_back() {
    let scene = Scene::set(MILL).await;
    let app = app(&scene);
    heard(&scene, &app).await;
    let post = post_of(&scene, &app, "Ben").await;
    let before = kind_of(cx(&scene, &app, "09:10"), post).await.unwrap();
    assert!(!before.is_put_right && !before.judged.because.is_empty(), "{before:?}");
    // Something else than it is taken for.
    let does = if before.judged.does == Does::Sells { Does::Gives } else { Does::Sells };
    let side = if before.judged.side == Side::Work { Side::Personal } else { Side::Work };

    put_right(cx(&scene, &app, "09:11"), post, does, side).await.unwrap();
    let after = kind_of(cx(&scene, &app, "09:12"), post).await.unwrap();
    assert!(after.is_put_right);
    assert_eq!((after.judged.does, after.judged.side, after.judged.p), (does, side, 1.0));
    // The next one like it is judged by it, by this desk; what is unlike it is not.
    assert_eq!(judged(&scene, NEXT).await, (does, side));
    let other = "My neighbour asked how long rye bread keeps, does anybody know?";
    assert_eq!(judged(&scene, other).await.0, judge(other).does);

    // Put right once more, the last word holds.
    put_right(cx(&scene, &app, "09:13"), post, Does::Tells, side).await.unwrap();
    assert_eq!(judged(&scene, NEXT).await, (Does::Tells, side));

    take_back(cx(&scene, &app, "09:14"), post).await.unwrap();
    let back = kind_of(cx(&scene, &app, "09:15"), post).await.unwrap();
    assert_eq!((back.judged, back.is_put_right), (before.judged, false));
    assert_eq!(judged(&scene, NEXT).await.0, judge(NEXT).does);
}

#[tokio::test]
async fn what_sells_is_worth_less_until_somebody_says_that_it_does_not() {
    let scene = Scene::set(MILL).await;
    let app = app(&scene);
    heard(&scene, &app).await;
    let worth = async |who: &str| {
        let all = sightings(cx(&scene, &app, "09:20"), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap();
        let found = all.into_iter().find(|s| s.who == who).unwrap();
        (found.worth.score, found.worth.shorts().any(|(words, _)| words == "it sells something"))
    };
    let (before, sells) = worth("Sam").await;
    assert!(sells);
    let post = post_of(&scene, &app, "Sam").await;
    put_right(cx(&scene, &app, "09:21"), post, Does::Tells, Side::Work).await.unwrap();
    let (after, sells) = worth("Sam").await;
    assert!(!sells && after >= before, "{before} to {after}");
}

#[tokio::test]
async fn the_same_words_from_many_mouths_are_found() {
    let scene = Scene::set(MILL).await;
    let app = app(&scene);
    heard(&scene, &app).await;
    // Of the three, the page shows one.
    let all = sightings(cx(&scene, &app, "09:06"), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap();
    let (canned, post) = (app.canned.clone(), all.iter().find(|s| s.words.contains("jars have arrived")).unwrap().post);
    let alike = move |text: &'static str, but: Option<PostId>| {
        let canned = canned.clone();
        move |tx: &store::Tx<'_>| canned.alike(tx, text, but)
    };
    let text = "Our new sourdough jars have arrived in the shop, order yours today with 20% off https://shop.example/jars";
    let found = scene.kept.store.read::<_, StoreError>(&scene.seat, alike(text, Some(post))).await.unwrap();
    assert_eq!((found.posts.len(), found.accounts), (2, 2), "{found:?}");
    let none =
        scene.kept.store.read::<_, StoreError>(&scene.seat, alike("A fine morning by the canal with nobody about", None)).await.unwrap();
    assert_eq!((none.posts.len(), none.accounts), (0, 0));
}

#[tokio::test]
async fn the_same_words_from_many_mouths_are_one_row() {
    let scene = Scene::set(MILL).await;
    let app = app(&scene);
    heard(&scene, &app).await;
    let all = sightings(cx(&scene, &app, "09:20"), Filter { with_low: true, ..Filter::default() }, 50).await.unwrap();
    let jars: Vec<_> = all.iter().filter(|s| s.words.contains("jars have arrived")).collect();
    assert_eq!(jars.len(), 1, "{:?}", all.iter().map(|s| &s.words).collect::<Vec<_>>());
    assert_eq!(jars[0].mouths, 3);
    assert!(jars[0].worth.shorts().any(|(words, _)| words == "the words are canned"));
    assert!(all.iter().filter(|s| !s.words.contains("jars have arrived")).all(|s| s.mouths == 1));
}
