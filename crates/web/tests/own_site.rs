//! A desk with a site of its own: the fields that an article needs, on the own site first, and what a person reads while others wait.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Rules, Seat, SiteRules, Timestamp};
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
    async fn open(has_site: bool) -> Desk {
        let scene = Scene::set("voice Ada\naccount ada@plaza\naccount ada@home").await;
        let config = Config { public_url: "https://hobnob.example".into(), ..Config::default() };
        let app = App::new(scene.kept.store.clone(), Http::new(Reach::default()), scene.all(), config);
        let (seat, hash) = (scene.seat.clone(), Sha256::digest(KEY));
        let until = now() + jiff::SignedDuration::from_hours(24);
        app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), until)).await.unwrap();
        let home = scene.account("ada@home");
        let rules =
            SiteRules { is_own: has_site, has_excerpt: has_site, has_tags: has_site, has_categories: has_site, ..SiteRules::default() };
        let made = app.store.write::<_, StoreError>(&scene.seat, move |tx| {
            let mut account = tx.accounts().get(home)?;
            account.rules = Rules { has_title: has_site, site: rules, ..account.rules };
            tx.accounts().renew(&account)
        });
        made.await.unwrap();
        let site = web::routes(Site::new(Wiring { app: app.clone(), clock: now, public_address: None }));
        Desk { scene, app, site }
    }
    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let (parts, body) = self.site.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }
    fn request(method: Method, path: &str) -> axum::http::request::Builder {
        let cookie = format!("hobnob={}", URL_SAFE_NO_PAD.encode(KEY));
        Request::builder().method(method).uri(path).header(header::COOKIE, cookie).header(header::HOST, "localhost")
    }
    async fn see(&self, path: &str) -> String {
        let (status, _, page) = self.ask(Self::request(Method::GET, path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        page
    }
    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let page = self.see("/keys").await;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", between(&page, "name=\"token\" value=\"", "\""));
        form.extend_pairs(fields);
        let request = Self::request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let (status, _, page) = self.ask(request.body(Body::from(form.finish())).unwrap()).await;
        (status, page)
    }
    async fn work(&self) {
        for _ in 0..3 {
            let claimed = self.app.store.write_unscoped::<_, StoreError>(|tx| tx.claim_jobs(now(), now(), 50)).await.unwrap();
            for job in claimed {
                let seat = Seat::of_clock(job.desk);
                let what = verbs::jobs::Job::from_row(&job.kind, job.subject).unwrap();
                let _ = verbs::jobs::perform(Cx { app: &self.app, seat: &seat, now: now() }, what).await;
            }
        }
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = &text[text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len()..];
    &rest[..rest.find(to).expect("it ends")]
}

#[tokio::test]
async fn an_article_has_its_fields_and_keeps_them() {
    let desk = Desk::open(true).await;
    let page = desk.see("/write").await;
    for words in ["Title, for places that have one", "Excerpt, for places that have one", "Tags", "Categories", "On your own site first"] {
        assert!(page.contains(words), "{words}");
    }
    let id = between(&page, "action=\"/write/", "\"").to_owned();
    let (plaza, home) = (desk.scene.account("ada@plaza").to_string(), desk.scene.account("ada@home").to_string());
    let fields = [
        ("text", "Rye."),
        ("version", "0"),
        ("to", &*plaza),
        ("to", &*home),
        ("title", "On <rye>"),
        ("excerpt", "In short"),
        ("tags", "#rye, sour dough, Rye"),
        ("categories", "Notes"),
        ("site-first-asked", "1"),
        ("site-first", "1"),
        ("do", "keep"),
    ];
    assert_eq!(desk.send(&format!("/write/{id}"), &fields).await.0, StatusCode::SEE_OTHER);
    let page = desk.see(&format!("/write/{id}")).await;
    assert!(
        page.contains("value=\"rye, sour dough\"") && page.contains("value=\"Notes\"") && page.contains(">In short</textarea>"),
        "{page}"
    );
    assert!(page.contains("name=\"site-first\" value=\"1\" checked"), "the choice is kept");
    assert!(page.contains("It waits until it stands on ada@home, and ends with the address there."));
    assert!(!page.contains("<rye>"));
    // A page that shows none of these fields takes none of them away.
    let version = between(&page, "name=\"version\" value=\"", "\"").to_owned();
    let fields = [("text", "Rye, again."), ("version", &*version), ("to", &*plaza), ("title", "On rye"), ("do", "keep")];
    assert_eq!(desk.send(&format!("/write/{id}"), &fields).await.0, StatusCode::SEE_OTHER);
    assert!(desk.see(&format!("/write/{id}")).await.contains("value=\"rye, sour dough\""));
}

#[tokio::test]
async fn while_the_site_refuses_the_others_wait_and_say_so() {
    let desk = Desk::open(true).await;
    desk.scene.networks["home"].fail(Op::Post, Fault::Refuse("Not today.".into()));
    let page = desk.see("/write").await;
    let id = between(&page, "action=\"/write/", "\"").to_owned();
    let (plaza, home) = (desk.scene.account("ada@plaza").to_string(), desk.scene.account("ada@home").to_string());
    let fields = [
        ("text", "Rye."),
        ("version", "0"),
        ("to", &*plaza),
        ("to", &*home),
        ("site-first-asked", "1"),
        ("site-first", "1"),
        ("when", "now"),
        ("do", "now"),
    ];
    let (status, page) = desk.send(&format!("/write/{id}"), &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    desk.work().await;
    let page = desk.see(&format!("/write/{id}")).await;
    assert!(page.contains("did not take it: Not today.") && page.contains("It waits for the address on your own site."), "{page}");
    assert!(page.contains("Send without it"));
    assert!(desk.scene.networks["plaza"].said_by("ada@plaza").is_empty());
    let delivery = between(page.split("It waits for the address").nth(1).unwrap(), "action=\"/deliveries/", "\"").to_owned();
    assert_eq!(desk.send(&format!("/deliveries/{delivery}"), &[("do", "without-site")]).await.0, StatusCode::SEE_OTHER);
    desk.work().await;
    assert_eq!(desk.scene.networks["plaza"].said_by("ada@plaza")[0].text, "Rye.");
}

#[tokio::test]
async fn a_desk_without_a_site_is_asked_for_nothing_of_it() {
    let desk = Desk::open(false).await;
    let page = desk.see("/write").await;
    for words in ["Title, for", "Excerpt, for", "Categories", "On your own site first"] {
        assert!(!page.contains(words), "{words}");
    }
    assert!(!desk.see("/drafts").await.contains("on your own site"));
    assert!(desk.see("/drafts/there").await.contains("No site of your own is connected."));
}
