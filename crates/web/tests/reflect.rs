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
        "You posted nothing in these two weeks, so it is not known.",
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

#[tokio::test]
async fn a_trial_from_its_form_to_its_verdict() {
    let desk = Desk::open().await;
    let aim = desk.aim("Fill the autumn workshops", "Because someone they trust told them.", "visits").await;
    assert!(read(&desk.see(&aim).await).contains("Nothing was tried for it yet."));
    let form = desk.see(&format!("{aim}/trials/new")).await;
    assert!(form.contains("ask nothing") && form.contains("value=\"2026-09-08\""), "{form}");
    let (status, _, wrong) = desk.send(&format!("{aim}/trials/new"), &[("venue", "  "), ("plan", "My own plan.")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.contains("Say which place you try.") && wrong.contains("My own plan."), "{wrong}");
    let before: Vec<String> = (9..30).map(|d| format!("2026-07-{d:02}T12:00:00Z")).collect();
    let within: Vec<String> =
        (1..=8).flat_map(|d| [format!("2026-08-{:02}T10:00:00Z", d + 20), format!("2026-08-{:02}T11:00:00Z", d + 20)]).collect();
    let instants: Vec<&str> = before.iter().chain(&within).map(String::as_str).collect();
    desk.visits(&aim, "abcdefg", "https://fold.example/autumn", &instants).await;
    let hostile = "<b>r/handbound</b>";
    let (status, ..) = desk.send(&format!("{aim}/trials/new"), &[("venue", hostile), ("starts", "2026-08-18"), ("hours", "2")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let page = desk.see(&aim).await;
    assert!(!page.contains(hostile), "{page}");
    let words = read(&page);
    for said in ["18 Aug to 7 Sep", "You decide", "the days are over, and you decide", "Three more weeks", "It may cost 2 hours a week."] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(page.contains("visits a day; the true change is likely between") && page.contains("class=\"days\" role=\"img\""), "{page}");
    let trial = page.split("/trials/").find_map(|s| s.strip_suffix_id("/decide")).expect("there is a verdict to give");
    let (status, to, _) = desk.send(&format!("/trials/{trial}/decide"), &[("verdict", "leave"), ("reason", "Nobody talks.")]).await;
    assert_eq!((status, to.as_deref()), (StatusCode::SEE_OTHER, Some(format!("{aim}#tri").as_str())));
    let words = read(&desk.see(&aim).await);
    assert!(words.contains("Leave Nobody talks.") && !words.contains("You decide"), "{words}");
    let letter = read(&desk.see("/letter?week=2026-09-08").await);
    assert!(letter.contains("What to stop") && letter.contains("you decided to leave. “Nobody talks.”"), "{letter}");
}

trait Numbered {
    fn strip_suffix_id(&self, rest: &str) -> Option<String>;
}

impl Numbered for str {
    /// The number that stands before `rest` at the beginning of a text.
    fn strip_suffix_id(&self, rest: &str) -> Option<String> {
        let digits: String = self.chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty() && self[digits.len()..].starts_with(rest)).then_some(digits)
    }
}

/// What somebody's browser sends from a page of our own site.
fn beacon(key: &str, body: &str) -> Request<Body> {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    Request::builder()
        .method(Method::POST)
        .uri(format!("/in/{key}"))
        .header(header::HOST, "localhost:8080")
        .header(header::USER_AGENT, agent)
        .header(header::ORIGIN, "https://fold.example")
        .header(header::CONTENT_TYPE, "text/plain;charset=UTF-8")
        .extension(axum::extract::ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 5], 40000))))
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

#[tokio::test]
async fn a_site_of_ones_own_sends_what_came_of_it() {
    let desk = Desk::open().await;
    let aim = desk.aim("Fill the autumn workshops", "Because someone they trust told them.", "outcomes").await;
    let id = aim.rsplit('/').next().unwrap().to_owned();
    let (status, _, page) = desk.send("/settings/links", &[("host", "https://www.fold.example/"), ("aim", &id)]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("It is shown this once.") && page.contains("whsec_"), "{page}");
    let key: String = page.split("/in/").nth(1).unwrap().chars().take_while(char::is_ascii_alphanumeric).collect();
    assert!(!desk.see("/settings/links").await.contains("whsec_"), "the secret is not shown again");
    let asked = Request::builder().uri(format!("/in/{key}.js")).header(header::HOST, "localhost:8080").body(Body::empty()).unwrap();
    let answer = desk.site.clone().oneshot(asked).await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    let script = to_bytes(answer.into_body(), 10_000).await.unwrap();
    assert!(script.len() < 1024, "{}", script.len());

    let body = r#"{"n": "Booking <b>", "u": "https://fold.example/thanks", "r": ""}"#;
    for (request, expected) in [
        (beacon(&key, body), StatusCode::NO_CONTENT),
        (beacon(&key, body), StatusCode::NO_CONTENT),
        (beacon("nobody", body), StatusCode::NOT_FOUND),
        (beacon(&key, "no json"), StatusCode::UNPROCESSABLE_ENTITY),
        (beacon(&key, &body.replace("fold.example", "evil.example")), StatusCode::UNPROCESSABLE_ENTITY),
        (beacon(&key, &format!("{{\"n\": \"{}\"}}", "x".repeat(9_000))), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = desk.site.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), expected);
    }
    let hook = Request::builder().method(Method::POST).uri(format!("/in/{key}/hook")).header(header::HOST, "localhost:8080");
    let unsigned = desk.site.clone().oneshot(hook.body(Body::from("{\"name\": \"x\"}")).unwrap()).await.unwrap();
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);

    let page = desk.see(&aim).await;
    assert!(read(&page).contains("One of 90 outcomes") && page.contains("Booking &#60;b&#62;"), "{page}");
    let outcome: String = page.split("/outcomes/").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    let way = read(&desk.see(&format!("/outcomes/{outcome}")).await);
    assert!(way.contains("The way that led to it") && way.contains("fold.example") && way.contains("Nothing is guessed."), "{way}");
    let (_, to, _) = desk.send(&format!("/outcomes/{outcome}/throw"), &[]).await;
    assert_eq!(to.as_deref(), Some(format!("{aim}#out").as_str()));
    assert!(read(&desk.see(&aim).await).contains("No outcomes yet"));
    desk.send(&format!("/outcomes/{outcome}/back"), &[]).await;
    let (_, to, _) = desk.send("/outcomes", &[("name", "meeting"), ("aim", &id), ("at", "2026-09-08"), ("said_by", "Tom told me")]).await;
    assert!(read(&desk.see(&to.unwrap()).await).contains("Tom told me"));
    assert!(read(&desk.see(&aim).await).contains("Two of 90 outcomes"));
    let letter = read(&desk.see("/letter?week=2026-09-08").await);
    assert!(letter.contains("Two outcomes came of it.") && letter.contains("The week isn’t over."), "{letter}");
}

#[tokio::test]
async fn a_letter_its_figures_and_the_links_page() {
    let desk = Desk::open().await;
    assert!(read(&desk.see("/letter").await).contains("A quiet week: nothing came that was aimed for."));
    let aim = desk.aim("=Fill them", "Because.", "visits").await;
    desk.visits(&aim, "abcdefg", "https://fold.example/autumn", &["2026-09-01T10:00:00Z", "2026-09-02T10:00:00Z"]).await;
    let words = read(&desk.see("/letter").await);
    // Nobody aimed for anything in that week, so it has nothing to say of it.
    assert!(words.contains("The week of 31 August to 6 September"), "{words}");
    let csv = desk.ask(request(Method::GET, "/letter.csv?week=2026-09-08").body(Body::empty()).unwrap()).await.2;
    assert!(csv.starts_with("figure,about,week,n\n") && csv.contains("visits,'=Fill them,2026-08-31,2"), "{csv}");
    let (status, ..) = desk.ask(request(Method::GET, "/letter?week=soon").body(Body::empty()).unwrap()).await;
    assert_ne!(status, StatusCode::OK);
    let page = desk.see("/settings/links").await;
    assert!(read(&page).contains("/go/abcdefg") && read(&page).contains("2 visits"), "{page}");
    assert!(read(&page).contains("asked for robots.txt, which is written for machines machine"), "the rules are shown: {page}");
    let qr = desk.ask(request(Method::GET, "/settings/links/qr/abcdefg.svg").body(Body::empty()).unwrap()).await;
    assert!(qr.0 == StatusCode::OK && qr.2.starts_with("<svg"), "{}", qr.2);
    let (status, ..) = desk.ask(request(Method::GET, "/settings/links/qr/nothing.svg").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for what in ["gave", "asked", "answers", "own", "work", "personal", "nonsense"] {
        assert!(read(&desk.see(&format!("/balance/posts?what={what}&days=360")).await).contains("Nothing of that kind in these days."));
    }
}
