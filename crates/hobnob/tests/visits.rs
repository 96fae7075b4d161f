//! Short links of the real program, killed outright: whatever came before the last second is in the store, and nothing is there twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

#[allow(dead_code)]
#[path = "main_job_parts/desk.rs"]
mod desk;

use std::time::{Duration, Instant};

use desk::Desk;

const BEFORE: i64 = 120;
const AT_LAST: i64 = 60;
const WAIT_MAX: Duration = Duration::from_secs(60);

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[allow(clippy::disallowed_methods)]
    let builder = reqwest::Client::builder();
    builder.redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(Duration::from_secs(30)).build().unwrap()
}

fn kept(desk: &Desk) -> i64 {
    let database = rusqlite::Connection::open(desk.folder.join("hobnob.sqlite")).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database.query_row("select count(*) from visits where visitor = 'person'", [], |row| row.get(0)).unwrap()
}

/// So many people, each from a place of their own.
async fn come(desk: &Desk, client: &reqwest::Client, numbers: std::ops::Range<i64>) {
    for n in numbers {
        let answer = client
            .get(format!("{}/go/Ab3dE7x", desk.address))
            .header("x-forwarded-for", format!("203.0.{}.{}", n / 200, n % 200 + 1))
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (302, "https://fold.example/"));
    }
}

#[tokio::test]
async fn what_is_killed_loses_the_last_second_of_visits_at_most() {
    let mut desk = Desk::start("visits");
    {
        let database = rusqlite::Connection::open(desk.folder.join("hobnob.sqlite")).unwrap();
        database.busy_timeout(Duration::from_secs(10)).unwrap();
        database
            .execute_batch(
                "insert into desks (id, name, zone, created_at) values (1, 'Fold', 'UTC', 0);
             insert into links (desk, id, code, target, created_at) values (1, 2, 'Ab3dE7x', 'https://fold.example/', 0);",
            )
            .unwrap();
    }
    let client = client();
    come(&desk, &client, 0..BEFORE).await;
    let began = Instant::now();
    while kept(&desk) < BEFORE {
        assert!(began.elapsed() < WAIT_MAX, "{} of {BEFORE} are kept", kept(&desk));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    come(&desk, &client, BEFORE..BEFORE + AT_LAST).await;
    desk.kill();
    let left = kept(&desk);
    assert!((BEFORE..=BEFORE + AT_LAST).contains(&left), "{left}: what had been put in stays, and no visit counts twice");
    println!("killed outright, {left} of {} visits are kept", BEFORE + AT_LAST);
    desk.start_again();
    // On a line of its own: the old ones ended with what was killed.
    come(&desk, &self::client(), 0..1).await;
    let began = Instant::now();
    // The salt of the day outlives the end: who came before is known again and counts no second time.
    while began.elapsed() < Duration::from_secs(3) {
        assert_eq!(kept(&desk), left);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
