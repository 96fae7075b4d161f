//! Looking in everything kept: the same answers as the plain evaluation of the query, on both databases, whatever came, changed and went.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use model::sieve::{Sieve, Times};
use model::{DeskId, NetworkKey, Post, PostId, PostRef, Profile, Query, Timestamp};
use networks::Http;
use networks::http::Reach;
use store::StoreError;
use store::posts::{OwnPost, Sight};
use store::search::{Depth, Narrowed};
use testkit::{Scene, scene::at};
use verbs::desk::search::{Asked, BYTES_MAX, Found, Order, PAGE, narrowed, search, sift};
use verbs::{App, Config, Cx};

#[path = "../examples/eval_match/draw.rs"]
mod draw;

fn app(scene: &Scene) -> Arc<App> {
    App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default())
}

async fn found(scene: &Scene, words: &str, order: Order, after: Option<i64>) -> Found {
    let app = app(scene);
    let cx = Cx { app: &app, seat: &scene.seat, now: at("12:00") };
    search(cx, &Asked { words: words.into(), order, after }).await.unwrap()
}

fn post(number: usize, who: &str, text: &str, minute: i64) -> Post {
    let network = NetworkKey::new("plaza");
    let author = Profile {
        network: network.clone(),
        remote_id: who.into(),
        handle: format!("{who}@plaza.example"),
        name: who.into(),
        ..Profile::default()
    };
    let mut post =
        Post::new(PostRef::new(format!("p{number}"), ""), author, text, Timestamp::from_second(1_772_000_000 + minute * 60).unwrap());
    post.network = network;
    post.language = Some("en".into());
    post
}

async fn put(scene: &Scene, posts: Vec<Post>) -> Vec<PostId> {
    let put = move |tx: &store::Tx<'_>| {
        let one = |post: &Post| {
            let author = tx.profiles().put(&post.author, post.created_at)?.id;
            Ok(tx.posts().put(post, &Sight { author, account: None, is_mine: false, names_me: false }, post.created_at)?.id())
        };
        posts.iter().map(one).collect::<Result<Vec<_>, StoreError>>()
    };
    scene.kept.store.write::<_, StoreError>(&scene.seat, put).await.unwrap()
}

fn texts(found: &Found) -> Vec<String> {
    found
        .hits
        .iter()
        .map(|hit| hit.pieces.iter().map(|p| if p.is_found { format!("[{}]", p.text) } else { p.text.clone() }).collect())
        .collect()
}

#[tokio::test]
async fn what_is_kept_changed_and_taken_down_is_found_as_it_stands() {
    let scene = Scene::set("account ada@plaza").await;
    let ids =
        put(&scene, vec![post(1, "ben", "Baking rye bread", 1), post(2, "cat", "A rye field #rye", 2), post(3, "ben", "Wheat only", 3)])
            .await;
    let newest = async |words: &str| texts(&found(&scene, words, Order::Newest, None).await);
    assert_eq!(newest("rye").await, ["A [rye] field #[rye]", "Baking [rye] bread"]);
    assert_eq!(newest("bake").await, ["[Baking] rye bread"], "by its stem");
    assert_eq!(newest("rye -field").await, ["Baking [rye] bread"]);
    assert_eq!(newest("rye from:cat").await, ["A [rye] field #[rye]"]);
    assert_eq!(newest("#rye OR wheat").await, ["[Wheat] only", "A rye field [#rye]"]);
    assert_eq!(newest("rye after:2030").await, [""; 0]);
    let mut changed = post(1, "ben", "Baking spelt bread", 1);
    changed.edited_at = Some(at("11:00"));
    put(&scene, vec![changed]).await;
    assert_eq!(newest("rye").await.len(), 1);
    assert_eq!(newest("spelt").await, ["Baking [spelt] bread"]);
    let gone = ids[1];
    scene.kept.store.write::<_, StoreError>(&scene.seat, move |tx| tx.posts().set_deleted(gone, at("11:30"))).await.unwrap();
    assert_eq!(newest("rye").await, [""; 0]);
    // What a backup brings back is in no index yet; keeping house catches up.
    lose_index(&scene).await;
    assert_eq!(newest("spelt").await, [""; 0]);
    assert!(!scene.kept.store.write::<_, StoreError>(&scene.seat, |tx| tx.search().catch_up()).await.unwrap());
    assert_eq!((newest("spelt").await.len(), newest("rye").await.len()), (1, 0), "what was taken down stays out");
}

#[tokio::test]
async fn pages_facets_orders_and_errors() {
    let scene = Scene::set("account ada@plaza").await;
    let mut posts: Vec<Post> = (0..PAGE * 2 + 5)
        .map(|n| post(n, ["ben", "cat"][n % 2], &format!("bread number {n} and much else beside it"), (n / 3) as i64))
        .collect();
    posts.push(post(900, "dan", "Bread, bread and #bread", 0));
    put(&scene, posts).await;
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let page = found(&scene, "bread", Order::Newest, after).await;
        all.extend(page.hits.iter().map(|hit| (hit.at, hit.id)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), PAGE * 2 + 6, "each on one page");
    assert!(all.windows(2).all(|two| two[0].0 >= two[1].0), "the newest first");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), PAGE * 2 + 6);
    let close = found(&scene, "bread", Order::Relevance, None).await;
    assert_eq!((close.hits[0].who.as_str(), close.count, close.is_more), ("dan", PAGE * 2 + 6, false), "most about it");
    let next = found(&scene, "bread", Order::Relevance, close.next).await;
    assert!(next.hits.iter().all(|hit| close.hits.iter().all(|other| other.id != hit.id)));
    let people: Vec<(&str, usize)> = close.facets.people.iter().map(|f| (f.label.as_str(), f.count)).collect();
    assert_eq!(people, [("ben@plaza.example", PAGE + 3), ("cat@plaza.example", PAGE + 2), ("dan@plaza.example", 1)]);
    let narrower = narrowed("bread OR wheat", &close.facets.people[2].adds);
    assert_eq!(found(&scene, &narrower, Order::Newest, None).await.hits.len(), 1);
    let wrong = found(&scene, "bread (rye", Order::Newest, None).await;
    assert!(wrong.wrong.is_some_and(|error| error.at == 6) && wrong.hits.is_empty());
}

#[tokio::test]
async fn more_posts_of_one_instant_than_it_has_places_are_all_found() {
    let scene = Scene::set("account ada@plaza").await;
    put(&scene, (0..1_100).map(|n| post(n, "ben", "bread", 1)).collect()).await;
    let query = Query::parse("bread").unwrap();
    let sifted = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| sift(tx, &query, None, 1_500)).await.unwrap();
    assert_eq!((sifted.matched.len(), sifted.is_whole), (1_100, true));
}

#[tokio::test]
async fn a_page_ends_where_enough_text_was_read_and_the_next_goes_on() {
    let scene = Scene::set("account ada@plaza").await;
    let long = "a long article about much else ".repeat(6_000);
    put(&scene, (0..12).map(|n| post(n, "ben", &format!("bread {long}"), n as i64)).collect()).await;
    assert!(long.len() * 12 > 2 * BYTES_MAX);
    let (mut after, mut all, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = found(&scene, "bread", Order::Newest, after).await;
        (after, pages) = (page.next, pages + 1);
        all.extend(page.hits.into_iter().map(|hit| hit.id));
        if after.is_none() {
            break;
        }
        assert!(page.is_more && pages < 12);
    }
    assert!(pages > 1);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 12);
}

#[tokio::test]
async fn what_is_looked_for_in_parts_of_the_index_is_found_as_in_the_whole() {
    let scene = Scene::set("account ada@plaza").await;
    let texts = ["the bread of the town", "of the bread", "the bread", "bread is bread"];
    let texts: Vec<String> = (0..2_000).map(|n| texts[(n * 7 + n / 5) % 4].to_owned()).collect();
    put(&scene, texts.iter().enumerate().map(|(n, text)| post(n, "ben", text, n as i64)).collect()).await;
    for (words, holds) in [
        ("\"of the\"", Box::new(|t: &str| t.contains("of the")) as Box<dyn Fn(&str) -> bool>),
        ("the -of", Box::new(|t| t == "the bread")),
        ("\"of bread\"~1", Box::new(|t| t != "bread is bread" && t != "the bread")),
        ("bread", Box::new(|_| true)),
    ] {
        let sieve = Sieve::of(&Query::parse(words).unwrap());
        let walk = move |tx: &store::Tx<'_>| {
            let depth = Depth { tasted: 50, into: 200, into_max: 300, back_max: 700 };
            let mut asked = Narrowed { sieve: sieve.as_ref(), times: Times { since: i64::MIN, before: i64::MAX }, under: None, depth };
            let (mut seen, mut parts) = (Vec::new(), 0);
            loop {
                let walked = tx.search().walk(&asked, usize::MAX >> 1, |candidate| {
                    seen.push(candidate.post.text);
                    std::ops::ControlFlow::Continue(())
                })?;
                parts += 1;
                if walked.is_whole {
                    return Ok((seen, parts));
                }
                asked.under = walked.last;
            }
        };
        let is_lite = std::env::var("HOBNOB_TEST_DB").is_err();
        let (seen, parts): (Vec<String>, i32) = scene.kept.store.read::<_, StoreError>(&scene.seat, walk).await.unwrap();
        let expected: Vec<&String> = texts.iter().rev().filter(|text| holds(text)).collect();
        let seen: Vec<&String> = seen.iter().filter(|text| is_lite || holds(text)).collect();
        assert_eq!(seen, expected, "{words}");
        assert_eq!(parts > 1, is_lite && words != "bread", "{words}: {parts}");
    }
}

/// As after a backup was brought back.
async fn lose_index(scene: &Scene) {
    scene
        .kept
        .store
        .write_unscoped::<_, StoreError>(|tx| {
            tx.run("delete from search_rows", &[])?;
            tx.look_for_unindexed()
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_in_no_index_is_brought_in_some_at_a_time() {
    let scene = Scene::set("account ada@plaza").await;
    put(&scene, (0..900).map(|n| post(n, "ben", "bread", n as i64)).collect()).await;
    lose_index(&scene).await;
    let mut counts = Vec::new();
    loop {
        let step = |tx: &store::Tx<'_>| Ok((tx.search().catch_up()?, tx.search().is_behind()?));
        let (is_more, is_behind) = scene.kept.store.write::<_, StoreError>(&scene.seat, step).await.unwrap();
        assert_eq!(is_more, is_behind);
        let (query, seat) = (Query::parse("bread").unwrap(), &scene.seat);
        let sifted = scene.kept.store.read::<_, StoreError>(seat, move |tx| sift(tx, &query, None, 1_500)).await.unwrap();
        let newest = sifted.matched.first().map(|c| c.post.at.id.clone());
        assert_eq!(newest.as_deref(), Some("p899"), "the newest first");
        counts.push(sifted.matched.len());
        if !is_more {
            break;
        }
        assert!(found(&scene, "bread", Order::Newest, None).await.is_behind);
    }
    assert_eq!(counts, [400, 800, 900]);
}

#[tokio::test]
async fn those_of_ours_that_land_together_are_all_found() {
    let scene = Scene::set("account ada@plaza").await;
    let (posts, account) = ((0..1_100).map(|n| post(n, "ada", "bread", 1)).collect::<Vec<_>>(), scene.account("ada@plaza"));
    let keep = move |tx: &store::Tx<'_>| {
        let author = tx.profiles().put(&posts[0].author, at("09:00"))?.id;
        let sight = Sight { author, account: Some(account), is_mine: true, names_me: false };
        let own = |post| OwnPost {
            id: tx.fresh(at("09:00")),
            post,
            sight,
            conversation: tx.fresh(at("09:00")),
            delivery: tx.fresh(at("09:00")),
            heard_at: None,
        };
        tx.posts().put_own(&posts.iter().map(own).collect::<Vec<_>>(), at("09:00"))
    };
    scene.kept.store.write::<_, StoreError>(&scene.seat, keep).await.unwrap();
    let query = Query::parse("bread").unwrap();
    let sifted = scene.kept.store.read::<_, StoreError>(&scene.seat, move |tx| sift(tx, &query, None, 1_500)).await.unwrap();
    assert_eq!((sifted.matched.len(), sifted.is_whole), (1_100, true));
}

#[tokio::test]
async fn search_answers_as_the_plain_evaluation_does() {
    let scene = Scene::set("account ada@plaza").await;
    let words = [
        "rye",
        "bread",
        "baking",
        "bakes",
        "oven",
        "the",
        "is",
        "café",
        "schön",
        "製本",
        "🍞",
        "#rye",
        "@ben",
        "why?",
        "don't",
        "https://shop.example/x",
    ];
    let mut lots = draw::Lots(7);
    let languages = [None, Some("en"), Some("de"), Some("pt-BR")];
    let posts: Vec<Post> = (0..300)
        .map(|n| {
            let text: Vec<&str> = (0..1 + lots.below(9)).map(|_| words[lots.below(words.len())]).collect();
            let mut post = post(n, ["ben", "cat"][lots.below(2)], &text.join(" "), n as i64);
            post.language = languages[lots.below(4)].map(str::to_owned);
            post.url = Some(format!("https://reads.example/r/breadit/{n}"));
            post
        })
        .collect();
    put(&scene, posts.clone()).await;
    let queries: Vec<Query> = (0..600).map(|_| draw::draw(&posts, &mut lots)).collect();
    let asked = queries.clone();
    let answers = move |tx: &store::Tx<'_>| {
        assert_ne!(tx.desk(), DeskId(0));
        let one = |query: &Query| {
            let sifted = sift(tx, query, None, 1_000)?;
            assert!(sifted.is_whole);
            Ok(sifted.matched.into_iter().map(|c| c.post.at.id).collect())
        };
        asked.iter().map(one).collect::<Result<Vec<Vec<String>>, StoreError>>()
    };
    let answers = scene.kept.store.read::<_, StoreError>(&scene.seat, answers).await.unwrap();
    for (query, answer) in queries.iter().zip(answers) {
        let expected: Vec<String> = posts.iter().rev().filter(|post| query.matches(*post)).map(|post| post.at.id.clone()).collect();
        assert_eq!(answer, expected, "{}", query.text());
    }
}
