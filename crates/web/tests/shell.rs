//! What holds for every page: who may see it, what a form must carry, how trouble is told, and what the headers say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Timestamp;
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
    /// Kept so that the store's folder stays until the end.
    _scene: Scene,
    site: Router,
}

impl Desk {
    async fn open(public: Option<&str>) -> Desk {
        let scene = Scene::set("voice Maren <b>Okafor").await;
        let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), Config::default());
        let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
        let until = now() + jiff::SignedDuration::from_hours(24);
        let kept = app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), until)).await;
        kept.expect("a fresh store takes a session");
        let public_address = public.map(|a| a.parse().expect("an address"));
        Desk { _scene: scene, site: web::routes(Site::new(Wiring { app, clock: now, public_address })) }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let answer = self.site.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.expect("the body comes whole");
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn see(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.ask(signed_in(Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    async fn send(&self, path: &str, form: &str, extra: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
        let mut request = signed_in(Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in extra {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(form.to_owned())).expect("a request")).await
    }

    async fn token(&self) -> String {
        let (_, _, page) = self.see("/keys").await;
        let at = page.find("name=\"token\" value=\"").expect("the page has a form") + 20;
        page[at..].split('"').next().expect("the value ends").trim_start_matches('"').to_owned()
    }
}

fn signed_in(method: Method, path: &str) -> axum::http::request::Builder {
    let cookie = URL_SAFE_NO_PAD.encode(KEY);
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:8080")
        .header(header::COOKIE, format!("other=1; hobnob={cookie}"))
}

#[tokio::test]
async fn a_page_is_for_those_who_are_signed_in() {
    let desk = Desk::open(None).await;
    let (status, _, page) = desk.see("/keys").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<h1>Keys</h1>") && page.contains("Maren &#60;b&#62;Okafor"), "{page}");
    assert!(page.contains("id=\"status\" class=\"vh\" role=\"status\""));

    let nobody = Request::get("/keys").header(header::HOST, "localhost:8080").body(Body::empty()).unwrap();
    let (status, headers, _) = desk.ask(nobody).await;
    assert_eq!((status, headers[header::LOCATION].to_str().unwrap()), (StatusCode::SEE_OTHER, "/sign-in?to=%2Fkeys"));

    let wrong = Request::get("/keys").header(header::COOKIE, format!("hobnob={}", URL_SAFE_NO_PAD.encode([1; 32])));
    let (status, ..) = desk.ask(wrong.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_act_says_so_on_the_next_page_and_once() {
    let desk = Desk::open(None).await;
    let token = desk.token().await;
    let (status, headers, _) = desk.send("/keys", &format!("keys=alt&token={token}"), &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().map(|v| v.to_str().unwrap()).collect();
    let flash = cookies.iter().find(|c| c.starts_with("hobnob-flash=")).expect("a flash is carried");
    assert!(flash.contains("HttpOnly") && flash.contains("SameSite=Lax"));
    assert!(cookies.iter().any(|c| c.starts_with("hobnob-look=system.alt.;")));

    let pair = flash.split(';').next().unwrap();
    let next = signed_in(Method::GET, "/keys").header(header::COOKIE, pair).body(Body::empty()).unwrap();
    let (_, headers, page) = desk.ask(next).await;
    assert!(page.contains("Single keys act only with Alt."), "{page}");
    let cleared = headers.get_all(header::SET_COOKIE).iter().any(|v| v.to_str().unwrap().starts_with("hobnob-flash=; "));
    assert!(cleared, "it is said once");
}

#[tokio::test]
async fn the_script_gets_the_words_alone() {
    let desk = Desk::open(None).await;
    let token = desk.token().await;
    let form = format!("keys=off&token={token}");
    let (status, headers, part) = desk.send("/keys", &form, &[("x-fragment", "flash"), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(part.starts_with("<div class=\"flash\"") && part.contains("Single keys are off.") && !part.contains("<html"), "{part}");
    assert!(headers[header::VARY].to_str().unwrap().contains("X-Fragment"));
}

#[tokio::test]
async fn an_old_page_loses_no_words() {
    let desk = Desk::open(None).await;
    let words = "A long answer that somebody thought about for a good while.";
    let (status, _, page) = desk.send("/keys", &format!("keys=off&text={}&token=old", words.replace(' ', "+")), &[]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(page.contains("This page had been open too long") && page.contains(words) && page.contains("Send again"), "{page}");
    // The page that keeps them can send them: it carries a fresh token.
    let at = page.find("action=\"/keys\"").expect("back to the same act");
    let fresh = page[at..].split("name=\"token\" value=\"").nth(1).and_then(|s| s.split('"').next()).unwrap();
    let (status, ..) = desk.send("/keys", &format!("keys=off&token={fresh}"), &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn another_site_can_send_nothing() {
    let desk = Desk::open(None).await;
    let token = desk.token().await;
    let form = format!("keys=off&text=words+that+a+stranger+wants+somebody+to+send+on&token={token}");
    for header in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let (status, headers, page) = desk.send("/keys", &form, &[header]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{header:?}");
        assert!(
            !page.contains("stranger") && !page.contains("Send again") && !headers.contains_key(header::LOCATION),
            "{header:?}: {page}"
        );
    }
    let (status, ..) = desk.send("/keys", &form, &[("origin", "http://localhost:8080")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "a browser without Sec-Fetch-Site, on plain http");
}

#[tokio::test]
async fn trouble_is_a_page() {
    let desk = Desk::open(None).await;
    let (status, _, page) = desk.see("/nowhere").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("Nothing is at this address") && page.contains("class=\"rail\""), "in the shell: {page}");

    let nobody = Request::get("/nowhere").body(Body::empty()).unwrap();
    let (status, _, page) = desk.ask(nobody).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("Nothing is at this address") && !page.contains("class=\"rail\""), "without: {page}");

    let (status, _, page) = desk.send("/more", "a=b", &[]).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page.contains("That cannot be done here"));

    let huge = format!("text={}", "x".repeat(web::forms::FORM_BYTES_MAX));
    let (status, _, page) = desk.send("/keys", &huge, &[]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.contains("up to 1 MB") && !page.contains("xxxx"));

    let (status, headers, body) = desk.see("/api/nowhere").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert!(body.contains("\"code\":\"missing\""), "{body}");
}

#[tokio::test]
async fn the_headers_of_a_strict_site() {
    let desk = Desk::open(None).await;
    for path in ["/keys", "/nowhere", "/healthz"] {
        let (_, headers, _) = desk.see(path).await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe") && !policy.contains("data:") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::CACHE_CONTROL], "private, no-store");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "plain http stays usable");
    }
}

#[tokio::test]
async fn https_has_its_own_cookie_and_the_house_address_still_works() {
    let desk = Desk::open(Some("https://talk.example")).await;
    let key = URL_SAFE_NO_PAD.encode(KEY);
    let ask = |host: &str, cookie: &str| {
        Request::get("/keys").header(header::HOST, host).header(header::COOKIE, format!("{cookie}={key}")).body(Body::empty()).unwrap()
    };
    let (status, headers, _) = desk.ask(ask("talk.example", "__Host-hobnob")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    let (status, ..) = desk.ask(ask("talk.example", "hobnob")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "the plain cookie is not taken on https");
    let (status, ..) = desk.ask(ask("192.168.1.5:8080", "hobnob")).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn pages_are_packed_when_asked_and_assets_kept_for_ever() {
    let desk = Desk::open(None).await;
    let packed = signed_in(Method::GET, "/keys").header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
    let answer = desk.site.clone().oneshot(packed).await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
    let small = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    let (_, headers, whole) = desk.see("/keys").await;
    assert!(!headers.contains_key(header::CONTENT_ENCODING) && small.len() * 2 < whole.len());

    let css = format!("{}/hobnob.css", web::assets::prefix());
    assert!(whole.contains(&css));
    let (status, headers, _) = desk.see(&css).await;
    assert_eq!((status, headers[header::CACHE_CONTROL].to_str().unwrap()), (StatusCode::OK, "public, max-age=31536000, immutable"));
    let (status, headers, _) = desk.see("/assets/000000000000/hobnob.css").await;
    assert_eq!((status, headers[header::CACHE_CONTROL].to_str().unwrap()), (StatusCode::OK, "no-cache"));
    for bad in ["/assets/x/../Cargo.toml", "/assets/x/..%2f..%2fCargo.toml", "/assets/x/none.css"] {
        assert_eq!(desk.see(bad).await.0, StatusCode::NOT_FOUND, "{bad}");
    }
}

#[tokio::test]
async fn search_is_a_page_with_an_answer_for_nothing() {
    let desk = Desk::open(None).await;
    let (status, _, page) = desk.see("/search").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("role=\"search\"") && !page.contains("Nobody and nothing"));
    let (_, _, page) = desk.see("/search?q=zyzzyva").await;
    assert!(page.contains("Nobody and nothing by those words"), "{page}");
    let (status, _, page) = desk.see("/search?q=%3Cb%3E%22%25").await;
    assert!(status == StatusCode::OK && page.contains("aria-invalid") && page.contains("<mark>") && !page.contains("<b>\""), "{page}");
}
