//! A hub that others wrote (Flask-WebSub) tells us of a feed of its own, whole: it is asked, asks in turn, signs what it sends, will not tell of
//! another feed, and is told when we want no more. Runs where `HOBNOB_CP_WEBSUB` names the hub; skipped aloud where not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

mod pushed;

use std::time::Duration;

use verbs::desk::accounts;

use pushed::{Desk, HOUR, clock, wait};

const LOOKS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

fn given() -> Option<String> {
    let value = std::env::var("HOBNOB_CP_WEBSUB").ok().filter(|v| !v.is_empty());
    if value.is_none() {
        eprintln!("skipped: HOBNOB_CP_WEBSUB names no hub");
    }
    value
}

/// A number for an entry that this run alone has: the hub outlives it.
async fn next_number(desk: &Desk, hub: &str) -> usize {
    desk.get(&format!("{hub}/kitchen")).await.1.matches("<entry>").count() + 1
}

async fn says(desk: &Desk, hub: &str, n: usize, words: &str) {
    let form = [("feed", "kitchen".to_owned()), ("n", n.to_string()), ("words", words.to_owned())];
    let reply = desk.http.send(desk.http.post(&format!("{hub}/say")).unwrap().form(&form)).await.unwrap();
    assert_eq!(reply.status, 204);
    let publish = [("hub.mode", "publish".to_owned()), ("hub.topic", format!("{hub}/kitchen"))];
    let reply = desk.http.send(desk.http.post(&format!("{hub}/hub")).unwrap().form(&publish)).await.unwrap();
    assert_eq!(reply.status, 202);
}

/// Looks until the page says so; whether it ever did.
async fn comes_to_read(desk: &Desk, words: &str) -> bool {
    for _ in 0..LOOKS {
        desk.work().await;
        if desk.page().await.contains(words) {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

async fn comes_to_hold(desk: &Desk, words: &str) -> bool {
    for _ in 0..LOOKS {
        if desk.words_of(&desk.scene.seat, "urn:kitchen:").await.iter().any(|w| w == words) {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

#[tokio::test]
async fn a_hub_of_others_tells_us_until_we_want_no_more() {
    let Some(hub) = given() else { return };
    let desk = Desk::open().await;
    let id = desk.follow_at(&desk.scene.seat, format!("{hub}/kitchen")).await;
    assert!(comes_to_read(&desk, "What is new comes at once: 127.0.0.1:").await, "{}", desk.page().await);

    // Nobody reads the feed: it is told.
    let n = next_number(&desk, &hub).await;
    let words = format!("told as number {n}");
    says(&desk, &hub, n, &words).await;
    assert!(comes_to_hold(&desk, &words).await);
    let posts = desk.posts().await;
    wait(HOUR * 7);
    desk.work().await;
    assert_eq!(desk.posts().await, posts, "read by ourselves, it is there already");
    assert!(desk.page().await.contains("What is new comes at once"), "and the hub has told all of it");

    // It hears that we want no more, and asks whether we mean that, too.
    accounts::disconnect(desk.cx(), id).await.unwrap();
    let mut is_left = false;
    for _ in 0..LOOKS {
        desk.work().await;
        let left = desk.app.store.read_unscoped::<_, verbs::StoreError>(|tx| tx.count("select count(*) from subscriptions", &[])).await;
        is_left = left.unwrap() == 0;
        if is_left {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    assert!(is_left, "at {}", clock());
    says(&desk, &hub, n + 1, "nobody wants this").await;
    tokio::time::sleep(PAUSE * 10).await;
    assert_eq!(desk.posts().await, posts);
}

#[tokio::test]
async fn a_hub_of_others_says_why_it_will_not() {
    let Some(hub) = given() else { return };
    let desk = Desk::open().await;
    desk.follow_at(&desk.scene.seat, format!("{hub}/shut")).await;
    let page_says = comes_to_read(&desk, "will not tell us at once: “This feed is not for you.”").await;
    assert!(page_says, "{}", desk.page().await);
}
