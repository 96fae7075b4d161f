//! The pages of looking back: aims and balance, full, empty and hostile; what a person reads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use model::{AimId, Link, LinkId, Timestamp, Visit, Visitor};
use sha2::{Digest, Sha256};
use testkit::{Scene, scene::at};
use tower::ServiceExt;
use verbs::{App, Config, Http, Reach, StoreError};
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
    async fn open() -> Desk {
        let scene = Scene::set("voice Maren Okafor\naccount maren@plaza").await;
        let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default());
        let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
        let until = now() + SignedDuration::from_hours(24);
        let kept = app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), until)).await;
        kept.expect("a fresh store takes a session");
        Desk { scene, site: web::routes(Site::new(Wiring { app, clock: now, public_address: None })) }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, Option<String>, String) {
        let answer = self.site.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.expect("the body comes whole");
        let to = parts.headers.get(header::LOCATION).map(|v| v.to_str().expect("a plain address").to_owned());
        (parts.status, to, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn see(&self, path: &str) -> String {
        let (status, _, page) = self.ask(request(Method::GET, path).body(Body::empty()).expect("a request")).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        page
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Option<String>, String) {
        let page = self.see("/keys").await;
        let token = page.split("name=\"token\" value=\"").nth(1).and_then(|s| s.split('"').next()).expect("the page has a form").to_owned();
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).append_pair("token", &token).finish();
        let request = request(Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body)).expect("a request")).await
    }

    /// Keeps an aim; answers its page's address.
    async fn aim(&self, name: &str, why: &str, measure: &str) -> String {
        let fields =
            [("name", name), ("why", why), ("measure", measure), ("target", "90"), ("by", "2026-10-27"), ("hours", "2"), ("url", "")];
        let (status, to, page) = self.send("/aims/new", &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        to.expect("it leads to the aim")
    }

    async fn visits(&self, aim: &str, code: &str, target: &str, instants: &[&str]) {
        let aim = AimId(aim.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address ends with the aim's number"));
        let (code, target) = (code.to_owned(), target.to_owned());
        let instants: Vec<Timestamp> = instants.iter().map(|i| i.parse().expect("an instant")).collect();
        let account = self.scene.account("maren@plaza");
        let kept = self.scene.kept.store.write::<_, StoreError>(&self.scene.seat, move |tx| {
            let id: LinkId = tx.fresh(now());
            let link = Link { id, code, target, aim: Some(aim), draft: None, conversation: None, person: None, created_at: now() };
            tx.links().put(&link, Some(account))?;
            for at in instants {
                tx.visits().put(&Visit { id: tx.fresh(at), link: id, at, visitor: Visitor::Person, from: None })?;
            }
            Ok(())
        });
        kept.await.expect("visits are kept");
    }
}

fn request(method: Method, path: &str) -> axum::http::request::Builder {
    let cookie = URL_SAFE_NO_PAD.encode(KEY);
    Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080").header(header::COOKIE, format!("hobnob={cookie}"))
}

/// What somebody reads: no tags, white space as one space.
fn read(page: &str) -> String {
    let main = page.split("<main").nth(1).expect("a page has a main part");
    let mut out = String::new();
    let mut is_tag = true;
    for c in main.chars() {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                out.push(' ');
            }
            c if !is_tag => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn with_nothing_yet_there_is_one_thing_to_do() {
    let desk = Desk::open().await;
    let page = desk.see("/aims").await;
    assert!(read(&page).contains("Why are you here?") && page.contains("href=\"/aims/new\""), "{page}");
    let words = read(&desk.see("/balance").await);
    for sentence in [
        "Nothing was said in these two weeks",
        "These are small numbers",
        "Gave 0, asked 0. Your rule: three to one.",
        "You said nothing in these two weeks.",
        "No post of these two weeks was written here, so it is not known.",
        "You talked with nobody in these two weeks.",
        "Nothing went out from here in these two weeks.",
    ] {
        assert!(words.contains(sentence), "{sentence}: {words}");
    }
    let year = desk.see("/balance?back=year").await;
    assert!(year.contains("last 30 days") && year.contains("<a href=\"/balance?back=year\" aria-current=\"page\">"), "{year}");
}

#[tokio::test]
async fn an_aim_from_its_form_to_its_closing() {
    let desk = Desk::open().await;
    assert!(desk.see("/aims/new").await.contains("What should be different?"));
    let aim = desk.aim("Fill the autumn workshops", "Because someone they trust told them.", "visits").await;
    let empty = read(&desk.see(&aim).await);
    assert!(empty.contains("No visits yet; 90 are aimed for by 27 October. About 13 a week would reach it."), "{empty}");
    assert!(empty.contains("Nobody came by a short link of this aim yet."), "{empty}");

    desk.visits(&aim, "abcdefg", "https://fold.example/autumn", &["2026-09-01T10:00:00Z", "2026-09-02T10:00:00Z", "2026-09-08T08:00:00Z"])
        .await;
    let page = desk.see(&aim).await;
    let words = read(&page);
    for said in [
        "1 of 1",
        "Three of 90 visits, and seven weeks to go.",
        "That is few yet: a week more or less says nothing.",
        "The conversation each visit came from",
        "https://fold.example/autumn 3 visits",
        "7 September 1 so far",
        "Four weeks, 3 visits.",
        "It may cost 2 hours a week.",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(page.contains("aria-label=\"Visits a week since 1 June: 0, 0") && page.contains("2; 1 so far this week\""), "{page}");
    assert!(page.contains("class=\"chart small-only\"") && page.contains("stroke-dasharray"), "the running week is hollow");
    assert!(read(&desk.see("/aims").await).contains("You are here for one thing"));

    let (status, _, wrong) = desk
        .send(&format!("{aim}/change"), &[("name", "Fill them"), ("why", "My own words."), ("measure", "visits"), ("target", "many")])
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.contains("How many is a whole number from 1 to 1,000,000.")
            && wrong.contains("My own words.")
            && wrong.contains("value=\"many\""),
        "words are kept: {wrong}"
    );
    assert!(wrong.contains("aria-describedby=\"target-wrong\""));

    let (status, to, _) = desk.send(&format!("{aim}/close"), &[]).await;
    assert_eq!((status, to.as_deref()), (StatusCode::SEE_OTHER, Some("/aims")));
    assert!(read(&desk.see("/aims").await).contains("Nothing is aimed for just now"));
    assert!(read(&desk.see(&aim).await).contains("This aim is closed. What came of it stays."));
    desk.send(&format!("{aim}/open"), &[]).await;
    assert!(read(&desk.see("/aims").await).contains("You are here for one thing"));

    let (status, ..) = desk.ask(request(Method::GET, "/aims/12").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let desk = Desk::open().await;
    let name = "<script>alert(1)</script> \"quoted\" ملء الورش";
    let why = "</blockquote><img src=x onerror=alert(2)> ".to_owned() + &"long".repeat(300);
    let aim = desk.aim(name, &why, "replies").await;
    let visited = desk.aim("Visits", "Why not.", "visits").await;
    desk.visits(&visited, "hostile", "https://fold.example/?<script>&\"", &["2026-09-08T08:00:00Z"]).await;
    for path in ["/aims".to_owned(), aim.clone(), format!("{aim}/change"), visited, "/balance".to_owned()] {
        let page = desk.see(&path).await;
        assert!(!page.contains("<script>") && !page.contains("<img src=x") && !page.contains("onerror=alert(2)>"), "{path}: {page}");
    }
    assert!(desk.see(&aim).await.contains("<h1 dir=\"auto\">&#60;script&#62;"));
}

#[tokio::test]
async fn a_desk_sets_its_own_rules() {
    let desk = Desk::open().await;
    let (status, to, _) = desk.send("/balance/rules", &[("gifts", "4"), ("personal", "3"), ("answers", "1")]).await;
    assert_eq!((status, to.as_deref()), (StatusCode::SEE_OTHER, Some("/balance")));
    let words = read(&desk.see("/balance").await);
    assert!(words.contains("Your rule: four to one.") && words.contains("About you, of all posts a third"), "{words}");
    let (status, _, page) = desk.send("/balance/rules", &[("gifts", "lots"), ("personal", "3"), ("answers", "1")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("A rule is a whole number from 1 to 20.") && page.contains("value=\"lots\""), "{page}");
}
