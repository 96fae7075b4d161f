//! Connecting where there are several ways of it, and taking an account's own key out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Timestamp;
use sha2::{Digest, Sha256};
use testkit::{Scene, scene::at};
use tower::ServiceExt;
use verbs::desk::session;
use verbs::{App, Config, Http, Networks, Reach, StoreError};
use web::{Site, Wiring};

const KEY: [u8; 32] = [42; 32];

fn now() -> Timestamp {
    at("09:14")
}

struct Desk {
    scene: Scene,
    site: Router,
}

impl Desk {
    async fn open(networks: Option<Networks>) -> Desk {
        let scene = Scene::set("voice Ada\naccount ada@plaza").await;
        let app =
            App::new(scene.kept.store.clone(), Http::new(Reach::default()), networks.unwrap_or_else(|| scene.all()), Config::default());
        session::reset_password(&app, "Ada", "bread and butter".into()).await.unwrap();
        let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
        let until = now() + jiff::SignedDuration::from_hours(24);
        app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), until)).await.unwrap();
        Desk { scene, site: web::routes(Site::new(Wiring { app, clock: now, public_address: None })) }
    }

    async fn ask(&self, path: &str, form: Option<&str>) -> (StatusCode, String) {
        let cookie = format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY));
        let request = Request::builder().uri(path).header(header::HOST, "localhost:8080").header(header::COOKIE, cookie);
        let request = match form {
            Some(form) => request
                .method("POST")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(format!("token={}&{form}", self.token().await))),
            None => request.body(Body::empty()),
        };
        let answer = self.site.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        assert!(parts.headers.get(header::CACHE_CONTROL).is_some_and(|c| c.to_str().unwrap().contains("no-store")), "{path}");
        (parts.status, String::from_utf8_lossy(&to_bytes(body, 10_000_000).await.unwrap()).into_owned())
    }

    async fn token(&self) -> String {
        let (_, page) = Box::pin(self.ask("/keys", None)).await;
        let at = page.find("name=\"token\" value=\"").expect("the page has a form") + 20;
        page[at..].split('"').next().expect("the value ends").to_owned()
    }
}

#[tokio::test]
async fn a_key_is_shown_to_who_knows_the_password() {
    let desk = Desk::open(None).await;
    let path = format!("/settings/accounts/{}", desk.scene.accounts["ada@plaza"]);
    let (_, page) = desk.ask(&path, None).await;
    assert!(page.contains("Keep a copy of the key") && !page.contains("key-fake-1"), "{page}");

    let (status, page) = desk.ask(&path, Some("act=key&password=bread")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("That is not your password.") && !page.contains("key-fake-1"), "{page}");

    let (status, page) = desk.ask(&path, Some("act=key&password=bread+and+butter")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("key-fake-1") && page.contains("It can never be changed"), "{page}");

    // Guessing ends.
    let mut told = String::new();
    for _ in 0..30 {
        told = desk.ask(&path, Some("act=key&password=guess")).await.1;
    }
    assert!(told.contains("Too many attempts"), "{told}");
    let (_, page) = desk.ask(&path, Some("act=key&password=bread+and+butter")).await;
    assert!(!page.contains("key-fake-1"));
}

#[tokio::test]
async fn several_ways_of_connecting_are_a_choice() {
    let desk = Desk::open(Some(Networks::default())).await;
    let (_, page) = desk.ask("/settings/accounts/add/nostr", None).await;
    for words in ["I have a key", "Make me a key", "it can never be changed", "Relays keep no pictures", "bunker://"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What was chosen and filled in stays when something is wrong; a secret does not.
    let form = "its-way=make&its-name=Ada+Lovelace&its-key=nsec1secret&its-relays=wss%3A%2F%2Frelay.example";
    let (status, page) = desk.ask("/settings/accounts/add/nostr", Some(form)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Which shall it be?") && page.contains("Ada Lovelace") && page.contains("wss://relay.example"), "{page}");
    assert!(page.contains("value=\"make\" checked") && !page.contains("nsec1secret"), "{page}");
    let (_, page) = desk.ask("/settings/accounts/add/mastodon", None).await;
    assert!(!page.contains("Make me a key"));
}
