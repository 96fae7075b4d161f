//! Writing, drafts, the calendar and where things stand: what a person reads, with a full desk, an empty one and hostile words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Seat, Timestamp};
use sha2::{Digest, Sha256};
use testkit::{Fault, Op, Scene, scene::at};
use tower::ServiceExt;
use verbs::{App, Config, Cx, Http, Reach, StoreError};
use web::{Site, Wiring};

const KEY: [u8; 32] = [42; 32];

fn now() -> Timestamp {
    at("09:14")
}

struct Desk {
    scene: Scene,
    app: Arc<App>,
    site: Router,
}

impl Desk {
    async fn open(text: &str) -> Desk {
        let scene = Scene::set(text).await;
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), config);
        let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
        let until = now() + jiff::SignedDuration::from_hours(24);
        let kept = app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), until)).await;
        kept.expect("a fresh store takes a session");
        let site = web::routes(Site::new(Wiring { app: app.clone(), clock: now, public_address: None }));
        Desk { scene, app, site }
    }
    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let answer = self.site.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.expect("the body comes whole");
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }
    fn request(method: Method, path: &str) -> axum::http::request::Builder {
        let cookie = format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY));
        Request::builder().method(method).uri(path).header(header::COOKIE, cookie).header(header::HOST, "localhost")
    }
    async fn see(&self, path: &str) -> String {
        let (status, _, page) = self.ask(Self::request(Method::GET, path).body(Body::empty()).expect("a request")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        page
    }
    async fn token(&self) -> String {
        let page = self.see("/keys").await;
        between(&page, "name=\"token\" value=\"", "\"").to_owned()
    }
    async fn send(&self, path: &str, fields: &[(&str, &str)], fragment: Option<&str>) -> (StatusCode, String, String) {
        let token = self.token().await;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &token);
        form.extend_pairs(fields);
        let mut request = Self::request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        if let Some(part) = fragment {
            request = request.header("x-fragment", part);
        }
        let (status, headers, page) = self.ask(request.body(Body::from(form.finish())).expect("a request")).await;
        (status, headers.get(header::LOCATION).map_or(String::new(), |v| v.to_str().expect("an address").to_owned()), page)
    }
    /// A new draft's address, by the page that begins one.
    async fn begin(&self) -> String {
        let page = self.see("/write").await;
        between(&page, "action=\"/write/", "\"").to_owned()
    }
    async fn work(&self) {
        let claimed = self.app.store.write_unscoped::<_, StoreError>(|tx| tx.claim_jobs(now(), now(), 50)).await.expect("jobs are claimed");
        for job in claimed {
            let seat = Seat::of_clock(job.desk);
            let what = verbs::jobs::Job::from_row(&job.kind, job.subject).expect("a job of the list");
            let _ = verbs::jobs::perform(Cx { app: &self.app, seat: &seat, now: now() }, what).await;
        }
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = &text[text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len()..];
    &rest[..rest.find(to).expect("it ends")]
}

const ADA: &str = "voice Ada\naccount ada@plaza\naccount ada@nook";

#[tokio::test]
async fn an_empty_desk_says_what_to_do() {
    let desk = Desk::open("voice Ada").await;
    let page = desk.see("/write").await;
    assert!(page.contains("Connect an account") && !page.contains("Post now"));
    assert!(desk.see("/drafts").await.contains("No drafts"));
    let page = desk.see("/calendar").await;
    assert!(page.contains("Nothing planned") && page.contains("This week") && page.contains("7 to 13 September"));
    // Words are kept all the same.
    let id = desk.begin().await;
    let (status, to, _) = desk.send(&format!("/write/{id}"), &[("text", "Kept."), ("version", "0"), ("do", "keep")], None).await;
    assert_eq!((status, to), (StatusCode::SEE_OTHER, format!("/write/{id}")));
    assert!(desk.see("/drafts").await.contains("Kept."));
}

#[tokio::test]
async fn one_text_in_two_places_looked_at_and_sent() {
    let desk = Desk::open(ADA).await;
    let id = desk.begin().await;
    let (plaza, nook) = (desk.scene.account("ada@plaza").to_string(), desk.scene.account("ada@nook").to_string());
    let here = format!("/write/{id}");
    let long = format!("First sentence of many. {}", "Another sentence here. ".repeat(20));
    let fields =
        [("text", long.as_str()), ("version", "0"), ("to", &plaza), ("to", &nook), ("kind", "gives"), ("side", "personal"), ("do", "look")];
    let (status, _, part) = desk.send(&here, &fields, Some("places-part")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(part.starts_with("<section aria-labelledby=\"places\" id=\"places-part\">"), "{part}");
    assert!(part.contains("In two places") && part.contains("over") && part.contains("Two posts") && part.contains("2/2"), "{part}");
    let version = between(&part, "name=\"version\" value=\"", "\"").to_owned();
    // A shorter one in one place, left out of the other.
    let (own, choice_plaza, choice_nook) = (format!("own-{plaza}"), format!("choice-{plaza}"), format!("choice-{nook}"));
    let fields = [
        ("text", long.as_str()),
        ("version", &version),
        ("to", &plaza),
        ("to", &nook),
        (&own, "Short and good."),
        (&choice_plaza, "own"),
        (&choice_nook, "out"),
        ("when", "now"),
        ("do", "now"),
    ];
    let (status, to, page) = desk.send(&here, &fields, None).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, here.as_str()), "{page}");
    desk.work().await;
    assert_eq!(desk.scene.networks["plaza"].said_by("ada@plaza").iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["Short and good."]);
    assert!(desk.scene.networks["nook"].said_by("ada@nook").is_empty());
    let page = desk.see(&here).await;
    assert!(page.contains("Where it stands") && page.contains("gone out") && page.contains("See it there"), "{page}");
    let (status, ..) = desk.send(&format!("{here}/down"), &[], None).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    desk.work().await;
    assert!(desk.scene.networks["plaza"].said_by("ada@plaza").is_empty());
}

#[tokio::test]
async fn the_calendar_takes_moves_and_gives_back() {
    let desk = Desk::open(ADA).await;
    let id = desk.begin().await;
    let (plaza, here) = (desk.scene.account("ada@plaza").to_string(), format!("/write/{id}"));
    let fields =
        [("text", "Midday words"), ("version", "0"), ("to", plaza.as_str()), ("when", "at"), ("at", "2026-09-09T12:30"), ("do", "queue")];
    let (status, to, page) = desk.send(&here, &fields, None).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/calendar"), "{page}");
    let week = desk.see("/calendar?week=2026-W37").await;
    assert!(week.contains("Midday words") && week.contains("12:30") && week.contains("One post: one talks."), "{week}");
    assert!(desk.see("/calendar?week=2026-W37&view=list").await.contains("Wednesday 9 September"));
    assert!(desk.see(&here).await.contains("This is in the calendar."));
    assert!(desk.see(&format!("{here}/move")).await.contains("2026-09-09T12:30"));
    let (_, to, _) = desk.send(&format!("{here}/move"), &[("at", "2026-09-16T08:00"), ("zone", "Europe/London")], None).await;
    assert_eq!(to, "/calendar?week=2026-W38");
    assert!(desk.see("/calendar?week=2026-W38").await.contains("Midday words"));
    let (status, _, page) = desk.send(&format!("{here}/move"), &[("at", "2026-09-01T08:00"), ("zone", "UTC")], None).await;
    assert!(status == StatusCode::OK && page.contains("That time has passed"));
    let (_, to, _) = desk.send(&format!("{here}/back"), &[], None).await;
    assert_eq!(to, here);
    assert!(!desk.see("/calendar?week=2026-W38").await.contains("slip-top"));
    assert!(desk.see("/drafts").await.contains("Midday words"));
}

#[tokio::test]
async fn what_does_not_fit_or_came_too_late_keeps_the_words() {
    let desk = Desk::open(ADA).await;
    let id = desk.begin().await;
    let (plaza, here) = (desk.scene.account("ada@plaza").to_string(), format!("/write/{id}"));
    let (status, _, page) = desk.send(&here, &[("text", ""), ("version", "0"), ("to", &plaza), ("do", "now")], None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("There is nothing to say yet."), "{page}");
    let (status, _, page) = desk.send(&here, &[("text", "No place."), ("version", "1"), ("do", "now")], None).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Choose at least one place.") && page.contains("No place."));
    let (status, _, page) = desk.send(&here, &[("text", "Mine"), ("version", "1"), ("do", "keep")], None).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("Their version") && page.contains("No place.") && page.contains(">Mine</textarea>"), "{page}");
}

#[tokio::test]
async fn a_refused_place_needs_a_hand_and_only_it_is_tried_again() {
    let desk = Desk::open(ADA).await;
    let id = desk.begin().await;
    let (plaza, nook) = (desk.scene.account("ada@plaza").to_string(), desk.scene.account("ada@nook").to_string());
    desk.scene.networks["nook"].fail(Op::Post, Fault::Refuse("Not <here>.".into()));
    let fields = [("text", "To both"), ("version", "0"), ("to", &plaza), ("to", &nook), ("do", "now")];
    desk.send(&format!("/write/{id}"), &fields, None).await;
    desk.work().await;
    let page = desk.see("/calendar").await;
    assert!(page.contains("Nook did not take “To both”.") && page.contains("Not &#60;here&#62;."), "{page}");
    assert!(page.contains("It went out on Plaza and will not be sent there again.") && page.contains("1 of 2"), "{page}");
    let delivery = between(&page, "action=\"/deliveries/", "\"").to_owned();
    desk.send(&format!("/deliveries/{delivery}"), &[("do", "again")], None).await;
    desk.work().await;
    assert_eq!(desk.scene.networks["plaza"].said_by("ada@plaza").len(), 1);
    assert_eq!(desk.scene.networks["nook"].said_by("ada@nook").len(), 1);
    assert!(desk.see("/calendar").await.contains("Nothing is stuck."));
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let desk = Desk::open(ADA).await;
    let id = desk.begin().await;
    let (plaza, here) = (desk.scene.account("ada@plaza").to_string(), format!("/write/{id}"));
    let text = format!("<script>alert(1)</script> \u{202e}مرحبا {}", "w".repeat(900));
    let own = format!("own-{plaza}");
    let fields = [
        ("text", text.as_str()),
        ("version", "0"),
        ("to", &plaza),
        ("warning", "\"><img src=x>"),
        (&own, "</textarea><script>"),
        ("when", "at"),
        ("at", "nonsense\""),
        ("zone", "UTC"),
        ("do", "queue"),
    ];
    let (status, _, page) = desk.send(&here, &fields, None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for page in [page, desk.see(&here).await, desk.see("/drafts").await, desk.see("/calendar").await] {
        assert!(!page.contains("<script>") && !page.contains("<img src=x"), "{page}");
    }
    for (field, value) in [("zone", "Mars/Olympus"), ("language", "\"><b>")] {
        let (status, ..) = desk.send(&here, &[("text", "x"), ("version", "1"), (field, value), ("do", "keep")], None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (status, ..) = desk.ask(Desk::request(Method::GET, "/drafts/1/pictures/99").body(Body::empty()).expect("a request")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_picture_comes_in_and_a_bad_one_says_so() {
    let desk = Desk::open(ADA).await;
    let id = desk.begin().await;
    let token = desk.token().await;
    // A whole GIF of one pixel.
    let gif: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let mut body = Vec::new();
    for (name, value) in [("token", token.as_str()), ("text", "See:"), ("version", "0"), ("do", "picture")] {
        body.extend_from_slice(format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    for (name, bytes) in [("good.gif", gif), ("bad.png", b"nonsense".as_slice())] {
        let head =
            format!("--X\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"{name}\"\r\nContent-Type: image/gif\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--X--\r\n");
    let request = Desk::request(Method::POST, &format!("/write/{id}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
        .header("sec-fetch-site", "same-origin");
    let (status, _, page) = desk.ask(request.body(Body::from(body)).expect("a request")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("“bad.png” was not added.") && page.contains("What the picture shows"), "{page}");
    let src = between(&page, "<img src=\"", "\"").to_owned();
    let (status, headers, _) = desk.ask(Desk::request(Method::GET, &src).body(Body::empty()).expect("a request")).await;
    assert_eq!((status, headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "image/png"));
}

#[tokio::test]
async fn a_post_is_carried_over_by_hand() {
    let desk = Desk::open("voice Ada\naccount ada@plaza\nby-hand ada@x").await;
    let (id, x) = (desk.begin().await, desk.scene.account("ada@x").to_string());
    let here = format!("/write/{id}");
    let long = "A sentence about bread and its keeping. ".repeat(12);
    let fields = [("text", long.as_str()), ("version", "0"), ("to", x.as_str()), ("do", "look")];
    let (_, _, preview) = desk.send(&here, &fields, Some("places-part")).await;
    assert!(preview.contains("of 280") || preview.contains("over"), "{preview}");
    let version = between(&preview, "name=\"version\" value=\"", "\"").to_owned();
    let fields = [("text", long.as_str()), ("version", version.as_str()), ("to", x.as_str()), ("do", "now")];
    desk.send(&here, &fields, None).await;
    desk.work().await;
    // It stands on Today, in the calendar, and beside the place in the rail; nothing of it is an error.
    let today = desk.see("/today").await;
    assert!(today.contains("Waits for your hand") && today.contains("Carry it over") && today.contains("waiting for your hand"), "{today}");
    let calendar = desk.see("/calendar").await;
    assert!(calendar.contains("Waits for your hand") && calendar.contains("Nothing is stuck."));
    assert!(desk.see(&here).await.contains("waits for your hand"));
    let carry = between(&today, "href=\"/deliveries/", "\"").to_owned();
    let path = format!("/deliveries/{carry}");
    let page = desk.see(&path).await;
    for words in
        ["By hand to X", "Post 1 of 2, as ada.", "Open X", "https://x.com/intent/post?text=", "data-copy=\"words\" hidden", "readonly"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("<script>"));
    let (status, _, page) = desk.send(&path, &[("address", "https://example.org/<b>")], None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("That address is at example.org, and this post goes to X.") && page.contains("https://example.org/&#60;b&#62;"),
        "{page}"
    );
    let (_, _, page) = desk.send(&path, &[("address", "https://x.com/ada")], None).await;
    assert!(page.contains("This is its address all the same"), "{page}");
    let (status, to, _) = desk.send(&path, &[("address", "https://x.com/ada/status/1?s=20")], None).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let next = desk.see(&to).await;
    assert!(next.contains("Post 2 of 2, as ada.") && next.contains("href=\"https://x.com/ada/status/1\""), "{next}");
    desk.send(&to, &[("address", "https://x.com/ada/status/2")], None).await;
    assert!(desk.see(&to).await.contains("It stands on X."));
    let standing = desk.see(&here).await;
    assert!(standing.contains("gone out") && standing.contains("https://x.com/ada/status/2"));
    assert!(!desk.see("/today").await.contains("Waits for your hand"));
    // Nobody else's, and nothing that is not there.
    let (status, ..) = desk.ask(Desk::request(Method::GET, "/deliveries/1/hand").body(Body::empty()).expect("a request")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_is_too_large_costs_no_words() {
    let desk = Desk::open(ADA).await;
    let (id, token) = (desk.begin().await, desk.token().await);
    let mut body = Vec::new();
    let head = "--X\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"huge.mp4\"\r\nContent-Type: video/mp4\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.resize(body.len() + web::forms::FILE_BYTES_MAX + 10, 7);
    for (name, value) in [("token", token.as_str()), ("text", "Words that stay."), ("version", "0"), ("do", "picture")] {
        body.extend_from_slice(format!("\r\n--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}").as_bytes());
    }
    body.extend_from_slice(b"\r\n--X--\r\n");
    let request = Desk::request(Method::POST, &format!("/write/{id}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
        .header("sec-fetch-site", "same-origin");
    let (status, _, page) = desk.ask(request.body(Body::from(body)).expect("a request")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("“huge.mp4” was not added.") && page.contains("up to 42 MB") && page.contains("The draft is kept."), "{page}");
    assert!(desk.see("/drafts").await.contains("Words that stay."));
}
