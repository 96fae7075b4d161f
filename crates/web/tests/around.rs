//! Around publishing, as a person reads it: slots and hours, the next free one on Write, what was said before, files of drafts, earlier
//! versions, what was thrown away, the notebook, the calendar's address, the bookmark, and what stands in the way.

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

const KEY: [u8; 32] = [43; 32];
const ADA: &str = "voice Ada\naccount ada@plaza\naccount ada@nook";

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
        app.store.write_unscoped::<_, StoreError>(move |tx| tx.put_session(&hash, &seat, now(), until)).await.unwrap();
        let site = web::routes(Site::new(Wiring { app: app.clone(), clock: now, public_address: None }));
        Desk { scene, app, site }
    }
    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let answer = self.site.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
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
    /// Sends a form; answers the status and, of a redirect, the page it leads to with its flash, else the page.
    async fn press(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        let page = self.see("/keys").await;
        let token = between(&page, "name=\"token\" value=\"", "\"").to_owned();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &token).extend_pairs(fields);
        let request = Self::request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let (status, headers, page) = self.ask(request.body(Body::from(form.finish())).unwrap()).await;
        let Some(to) = headers.get(header::LOCATION) else { return (status, String::new(), page) };
        let to = to.to_str().unwrap().to_owned();
        let flash = headers.get(header::SET_COOKIE).map_or("", |v| v.to_str().unwrap().split(';').next().unwrap());
        let cookies = format!("hobnob={}; {flash}", URL_SAFE_NO_PAD.encode(KEY));
        let request = Request::builder().uri(&to).header(header::COOKIE, cookies).header(header::HOST, "localhost");
        let (_, _, page) = self.ask(request.body(Body::empty()).unwrap()).await;
        (status, to, page)
    }
    async fn multipart(&self, path: &str, site: &str, parts: &[(&str, Option<&str>, &[u8])]) -> (StatusCode, String, String) {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map_or(String::new(), |f| format!("; filename=\"{f}\"\r\nContent-Type: application/octet-stream"));
            body.extend_from_slice(format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--X--\r\n");
        let request = Self::request(Method::POST, path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
            .header("sec-fetch-site", site);
        let (status, headers, page) = self.ask(request.body(Body::from(body)).unwrap()).await;
        (status, headers.get(header::LOCATION).map_or(String::new(), |v| v.to_str().unwrap().to_owned()), page)
    }
    async fn token(&self) -> String {
        between(&self.see("/keys").await, "name=\"token\" value=\"", "\"").to_owned()
    }
    async fn begin(&self) -> String {
        format!("/write/{}", between(&self.see("/write").await, "action=\"/write/", "\""))
    }
    /// Writes and sends at once.
    async fn say(&self, text: &str, to: &[&str]) -> String {
        let here = self.begin().await;
        let accounts: Vec<String> = to.iter().map(|name| self.scene.account(name).to_string()).collect();
        let mut fields = vec![("text", text), ("version", "0"), ("do", "now")];
        fields.extend(accounts.iter().map(|a| ("to", a.as_str())));
        let (status, _, page) = self.press(&here, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        self.work().await;
        here
    }
    async fn work(&self) {
        let claimed = self.app.store.write_unscoped::<_, StoreError>(|tx| tx.claim_jobs(now(), now(), 50)).await.unwrap();
        for job in claimed {
            let seat = Seat::of_clock(job.desk);
            let what = verbs::jobs::Job::from_row(&job.kind, job.subject).unwrap();
            let _ = verbs::jobs::perform(Cx { app: &self.app, seat: &seat, now: now() }, what).await;
        }
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = &text[text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len()..];
    &rest[..rest.find(to).expect("it ends")]
}

#[tokio::test]
async fn slots_are_set_aside_and_the_next_free_one_is_offered() {
    let desk = Desk::open(ADA).await;
    let plaza = desk.scene.account("ada@plaza").to_string();
    let page = desk.see(&format!("/settings/accounts/{plaza}")).await;
    assert!(page.contains("See its slots"));
    let here = format!("/settings/accounts/{plaza}/slots");
    let page = desk.see(&here).await;
    assert!(
        page.contains("No hour is set aside yet.") && page.contains("From no posts of yours: too few to say.")
            || page.contains("From 0 posts"),
        "{page}"
    );
    let (status, _, page) = desk.press(&here, &[("do", "add"), ("clock", "12:30")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Choose at least one day"), "{page}");
    let (_, _, page) = desk.press(&here, &[("do", "add"), ("day", "1"), ("day", "3"), ("clock", "12:30")]).await;
    assert!(page.contains("set aside.") && page.contains("today at 12:30") && page.contains("free"), "{page}");
    // On Write it is offered, and takes the next one.
    let write = desk.begin().await;
    assert!(desk.see("/write").await.contains("In the next free slot: today at 12:30"));
    let fields = [("text", "Midday"), ("version", "0"), ("to", plaza.as_str()), ("when", "slot"), ("do", "queue")];
    let (status, to, page) = desk.press(&write, &fields).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/calendar"), "{page}");
    assert!(page.contains("In the next free slot: ") && page.contains("today at 12:30") && page.contains("Midday"), "{page}");
    assert!(desk.see(&here).await.contains("a post stands there"));
    let page = desk.see(&write).await;
    assert!(page.contains("This is in the calendar.") && page.contains("href=\"/calendar#slip-"), "{page}");
    let page = desk.see(&format!("{write}/move")).await;
    assert!(!page.contains("value=\"slot\""), "{page}");
    let (_, _, page) = desk.press(&here, &[("do", "remove-1-12:30")]).await;
    assert!(page.contains("What stands in it stays in the calendar.") && page.contains("Undo"), "{page}");
    let (status, ..) = desk.press(&here, &[("do", "remove-9-\"><script>")]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_said_before_is_pointed_out_and_goes_at_the_second_press() {
    let desk = Desk::open(ADA).await;
    desk.say("The same words.", &["ada@plaza"]).await;
    let (here, plaza) = (desk.begin().await, desk.scene.account("ada@plaza").to_string());
    let fields = [("text", "The same words!"), ("version", "0"), ("to", plaza.as_str()), ("do", "now")];
    let (status, _, page) = desk.press(&here, &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("You said this already.") && page.contains("On Plaza it went out today at 09:14."), "{page}");
    assert!(page.contains("The same words went out here today at 09:14.") && page.contains("name=\"again\" value=\"1\""), "{page}");
    desk.work().await;
    assert_eq!(desk.scene.networks["plaza"].said_by("ada@plaza").len(), 1);
    let fields = [("text", "The same words!"), ("version", "1"), ("to", plaza.as_str()), ("again", "1"), ("do", "now")];
    let (status, ..) = desk.press(&here, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    desk.work().await;
    assert_eq!(desk.scene.networks["plaza"].said_by("ada@plaza").len(), 2, "advice is no lock");
}

#[tokio::test]
async fn a_file_is_shown_row_by_row_before_anything_is_taken_in() {
    let desk = Desk::open(ADA).await;
    let token = desk.token().await;
    let file = "text,to,when\nGood row <b>,ada@plaza,2026-09-09 12:30\nNo place,eve@plaza,\n";
    let hand = |bytes: &'static [u8]| {
        let (desk, token) = (&desk, token.clone());
        async move {
            desk.multipart("/drafts/import", "same-origin", &[("token", None, token.as_bytes()), ("file", Some("plan.csv"), bytes)]).await
        }
    };
    let (status, _, page) = hand(b"hello\nworld\n").await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("has to name the columns") && page.contains("Nothing was taken in."),
        "{page}"
    );
    let (status, to, page) = hand(file.as_bytes()).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let page = desk.see(&to).await;
    for expected in [
        "plan.csv",
        "1 of 2 rows can be taken in",
        "Good row &#60;b&#62;",
        "to: There is no account called eve@plaza here.",
        "row 3",
        "Take in 1 of 2",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(desk.see("/drafts").await.contains("No drafts"));
    let (_, there, page) = desk.press(&to, &[("do", "take")]).await;
    assert!(there == "/calendar" && page.contains("Taken in:") && page.contains("Good row"), "{page}");
    let (_, _, page) = desk.press(&to, &[("do", "take")]).await;
    assert!(page.contains("was taken in already"), "{page}");
    let (_, again, _) = hand(file.as_bytes()).await;
    assert!(desk.see(&again).await.contains("This very file was taken in today at 09:14"));
    let (_, _, page) = desk.press(&again, &[("do", "drop")]).await;
    assert!(page.contains("Nothing was taken in."), "{page}");
}

#[tokio::test]
async fn earlier_versions_notes_and_what_was_thrown_away() {
    let desk = Desk::open(ADA).await;
    let here = desk.begin().await;
    let long = "These are the words that took a while to find, and here they are.";
    desk.press(&here, &[("text", long), ("version", "0"), ("do", "keep")]).await;
    assert!(!desk.see(&here).await.contains("Earlier versions"));
    desk.press(&here, &[("text", "Oh."), ("version", "1"), ("do", "keep")]).await;
    assert!(desk.see(&here).await.contains("Earlier versions"));
    let page = desk.see(&format!("{here}/versions")).await;
    assert!(page.contains(long) && page.contains("Bring it back"), "{page}");
    let version = between(&page, &format!("action=\"{here}/versions/"), "\"").to_owned();
    let (_, _, page) = desk.press(&format!("{here}/versions/{version}"), &[]).await;
    assert!(page.contains("The earlier words are back.") && page.contains(long) && page.contains("Undo"), "{page}");
    // Planned, it is thrown away in one press, and stands under Drafts.
    let plaza = desk.scene.account("ada@plaza").to_string();
    let fields = [("text", long), ("version", "3"), ("to", plaza.as_str()), ("when", "at"), ("at", "2026-09-09T12:30"), ("do", "queue")];
    desk.press(&here, &fields).await;
    let (_, _, page) = desk.press(&format!("{here}/throw"), &[]).await;
    assert!(page.contains("Taken out of the calendar and thrown away.") && page.contains("can come back until"), "{page}");
    let (_, _, page) = desk.press(&format!("{here}/restore"), &[]).await;
    assert!(page.contains("The draft is back."));
    // The notebook.
    assert!(desk.see("/notebook").await.contains("Nothing noted yet."));
    let (status, _, page) = desk.press("/notebook", &[("note", " ")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("There is nothing in it yet."));
    let (_, _, page) = desk.press("/notebook", &[("note", "Rye <i>sulks</i>")]).await;
    assert!(page.contains("Noted.") && page.contains("Rye &#60;i&#62;sulks") && page.contains("Make a draft of it"), "{page}");
    let note = between(&page, "action=\"/notebook/", "/").to_owned();
    let (_, to, page) = desk.press(&format!("/notebook/{note}/draft"), &[]).await;
    assert!(to.starts_with("/write/") && page.contains("Rye &#60;i&#62;sulks"), "{page}");
    assert!(desk.see("/notebook").await.contains("See its draft"));
    let (_, _, page) = desk.press(&format!("/notebook/{note}/throw"), &[]).await;
    assert!(page.contains("The note is thrown away.") && page.contains("Undo") && page.contains("Nothing noted yet."), "{page}");
}

#[tokio::test]
async fn the_calendar_has_a_secret_address_that_can_be_renewed() {
    let desk = Desk::open(ADA).await;
    assert!(desk.see("/calendar").await.contains("Make an address"));
    let (_, _, page) = desk.press("/calendar/feed", &[("do", "renew")]).await;
    let address = between(&page, "value=\"https://hobnob.example/calendar/feed/", "\"").to_owned();
    let open = |name: String, tag: Option<String>| {
        let mut request = Request::builder().uri(format!("/calendar/feed/{name}")).header(header::HOST, "localhost");
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        desk.ask(request.body(Body::empty()).unwrap())
    };
    let (status, headers, text) = open(address.clone(), None).await;
    assert_eq!((status, headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "text/calendar; charset=utf-8"));
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let tag = headers[header::ETAG].to_str().unwrap().to_owned();
    let (status, _, text) = open(address.clone(), Some(format!("\"x\", W/{tag}"))).await;
    assert_eq!((status, text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    desk.press("/calendar/feed", &[("do", "renew")]).await;
    for gone in [address, "x.ics".into(), "x".into()] {
        assert_eq!(open(gone, None).await.0, StatusCode::NOT_FOUND);
    }
    let (_, _, page) = desk.press("/calendar/feed", &[("do", "close")]).await;
    assert!(page.contains("Make an address") && page.contains("The address is taken away."));
}

#[tokio::test]
async fn pages_and_pictures_come_from_elsewhere() {
    let desk = Desk::open(ADA).await;
    let page = desk.see("/settings/share").await;
    assert!(page.contains("javascript:(()=&#62;{") && page.contains("Add to home screen"), "{page}");
    let page = desk.see("/write?title=On%20bread&url=https%3A%2F%2Fa.example%2Fb&quote=It%20%3Csulks%3E.").await;
    assert!(page.contains("“It &#60;sulks&#62;.”\n\nOn bread\n\nhttps://a.example/b</textarea>"), "{page}");
    let (status, headers, manifest) = desk.ask(Request::builder().uri("/manifest.webmanifest").body(Body::empty()).unwrap()).await;
    assert_eq!((status, headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "application/manifest+json"));
    assert!(manifest.contains("\"share_target\"") && manifest.contains("/write/shared"));
    let dot: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let parts: [(&str, Option<&str>, &[u8]); 3] = [("title", None, b"A dot"), ("url", None, b""), ("picture", Some("dot.gif"), dot)];
    let (status, to, page) = desk.multipart("/write/shared", "none", &parts).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let page = desk.see(&to).await;
    assert!(page.contains("A dot</textarea>") && page.contains("What the picture shows"), "{page}");
    // A page of somebody else's cannot put words into our mouth.
    for site in ["cross-site", "same-site"] {
        let (status, _, page) = desk.multipart("/write/shared", site, &parts).await;
        assert!(status == StatusCode::BAD_REQUEST && page.contains("Nothing was kept"), "{page}");
    }
}

#[tokio::test]
async fn what_stands_in_the_way_says_what_is_safe_and_what_to_press() {
    let desk = Desk::open(ADA).await;
    let check = |page: &str, expected: &[&str]| {
        for words in expected {
            assert!(page.contains(words), "{words}: {page}");
        }
    };
    // A token refused.
    desk.scene.networks["plaza"].fail(Op::Post, Fault::SignInAgain);
    let here = desk.say("First.", &["ada@plaza"]).await;
    let mending = [
        "The network asks you to sign in again.",
        "Nothing was sent there; your words are kept here.",
        "href=\"/settings/accounts/add/plaza\">Sign in again",
        "Leave",
    ];
    check(&desk.see(&here).await, &mending);
    check(&desk.see("/calendar").await, &mending);
    // An account gone: what waits for it does not vanish with it.
    let nook = desk.scene.account("ada@nook");
    let gone = desk.begin().await;
    let to = nook.to_string();
    let fields = [("text", "Second."), ("version", "0"), ("to", to.as_str()), ("when", "at"), ("at", "2026-09-09T12:30"), ("do", "queue")];
    desk.press(&gone, &fields).await;
    verbs::desk::accounts::disconnect(Cx { app: &desk.app, seat: &desk.scene.seat, now: now() }, nook).await.unwrap();
    let (status, ..) = desk.press(&format!("{gone}/now"), &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    desk.work().await;
    check(&desk.see(&gone).await, &["not connected any more", "Nothing was sent", "href=\"/settings/accounts/add/nook\">Connect it again"]);
    // An instance that is down.
    let desk = Desk::open(ADA).await;
    desk.scene.networks["plaza"].fail(Op::Post, Fault::Away);
    let here = desk.say("Third.", &["ada@plaza"]).await;
    check(&desk.see(&here).await, &["can’t be reached since", "It is tried again by itself: next", "Take back what has not gone out"]);
    // Refused, as where the post it answers is gone.
    desk.scene.networks["nook"].fail(Op::Post, Fault::Refuse("What it answers is not there any more.".into()));
    let here = desk.say("Fourth.", &["ada@nook"]).await;
    check(
        &desk.see(&here).await,
        &[
            "Nook did not take it: What it answers is not there any more. Nothing was sent there; your words are kept here.",
            "Try again",
            "Leave out",
        ],
    );
    // A clock set back while something was on its way.
    let (here, plaza) = (desk.begin().await, desk.scene.account("ada@plaza").to_string());
    let fields =
        [("text", "Fifth."), ("version", "0"), ("to", plaza.as_str()), ("when", "at"), ("at", "2026-09-09T12:30"), ("do", "queue")];
    desk.press(&here, &fields).await;
    let draft: model::DraftId = here.rsplit('/').next().unwrap().parse().unwrap();
    let later = now() + jiff::SignedDuration::from_hours(30);
    let begun = desk.app.store.write::<_, StoreError>(&desk.scene.seat, move |tx| {
        let id = tx.deliveries().of_draft(draft)?[0].id;
        tx.deliveries().begin_attempt(id, later)
    });
    assert!(begun.await.unwrap().is_some());
    check(&desk.see(&here).await, &["this machine’s clock was set back. Nothing is sent twice"]);
}
