//! Sites that lose answers, refuse in odd ways or are set up oddly, and what the WordPress client makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "a test says what it found by stopping")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, PictureId, PostRef, ReplyTo, Secret, Timestamp};
use networks::http::Reach;
use networks::wordpress::WordPress;
use networks::*;
use serde_json::{Value, json};

/// One question that the site was asked.
#[derive(Clone, Debug)]
struct Asked {
    method: String,
    path: String,
    query: String,
    body: String,
}

impl Asked {
    fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// An answer: a status, headers and a body; a status of 0 hangs up.
type Given = (u16, Vec<(&'static str, String)>, String);

fn ok(body: Value) -> Given {
    (200, Vec::new(), body.to_string())
}
fn refusal(status: u16, code: &str, message: &str) -> Given {
    (status, Vec::new(), json!({"code": code, "message": message, "data": {"status": status}}).to_string())
}
fn missing() -> Given {
    refusal(404, "rest_no_route", "No route was found.")
}

struct Site {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Site {
    async fn start(answer: impl FnMut(&Asked) -> Given + Send + 'static) -> Site {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (notes, answer) = (asked.clone(), Arc::new(Mutex::new(answer)));
        let app = Router::new().fallback(move |request: Request| {
            let (notes, answer) = (notes.clone(), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = String::from_utf8_lossy(&to_bytes(body, 1 << 22).await.unwrap()).into_owned();
                let query = head.uri.query().unwrap_or_default().to_owned();
                let question = Asked { method: head.method.to_string(), path: head.uri.path().to_owned(), query, body };
                let (status, headers, body) = (answer.lock().unwrap())(&question);
                notes.lock().unwrap().push(question);
                let mut response = Response::builder().status(if status == 0 { 200 } else { status });
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                if status == 0 {
                    // Says that more will come, and goes.
                    response = response.header("content-length", "5000");
                    let broken = futures_util::stream::iter([Err::<String, _>(std::io::Error::other("gone"))]);
                    return response.body(Body::from_stream(broken)).unwrap();
                }
                response.body(Body::from(body)).unwrap()
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Site { url, asked }
    }
    fn asked(&self, method: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|q| q.method == method).cloned().collect()
    }
    fn http(&self) -> Http {
        Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] })
    }
    fn ada(&self) -> Someone {
        let secret = json!({"rest": format!("{}/wp-json/", self.url), "home": self.url, "admin": format!("{}/wp-admin", self.url),
            "login": "ada", "password": "abcd efgh", "user": 7});
        let account = Account {
            id: AccountId(1),
            network: NetworkKey::new("wordpress"),
            server: self.url.clone(),
            remote_id: format!("{}/?author=7", self.url),
            handle: "ada@site.example".into(),
            name: "Ada".into(),
            avatar_url: None,
            url: None,
            rules: (WordPress.about().rules)(),
            state: AccountState::Working,
            created_at: now(),
        };
        Someone { http: self.http(), account, secret: Secret::new(secret.to_string()) }
    }
}

struct Someone {
    http: Http,
    account: Account,
    secret: Secret,
}

impl Someone {
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn say(&self, part: &Part, key: &str) -> Answer<Landing> {
        WordPress.publish().unwrap().post(&self.call(), part, &Baggage::default(), &DeliveryKey(key.into())).await
    }
    async fn find(&self, part: &Part, key: &str) -> Answer<Found> {
        WordPress.publish().unwrap().find(&self.call(), &Sought::new(part, &DeliveryKey(key.into()), now())).await
    }
    fn answer(&self, words: &str, to: &str) -> Part {
        let parent = PostRef::new(format!("{}/?p=12{to}", self.account.server), "");
        let root = PostRef::new(format!("{}/?p=12", self.account.server), "");
        Part { reply_to: Some(ReplyTo { parent, root }), ..Part::of_text(words) }
    }
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

const POSTS: &str = "/wp-json/wp/v2/posts";
const COMMENTS: &str = "/wp-json/wp/v2/comments";

/// A site that takes articles, loses every answer to a new one, and gives its list like a real one.
async fn forgetful(strips: bool) -> Site {
    let mut kept: Vec<Value> = Vec::new();
    Site::start(move |q| {
        if q.is("POST", POSTS) {
            let mut article = q.json();
            let id = kept.len() + 20;
            let raw = article["content"].as_str().unwrap().to_owned();
            let raw = if strips { raw.split("\n\n<!-- hobnob").next().unwrap().to_owned() } else { raw };
            let slug = if kept.is_empty() { "bread".to_owned() } else { format!("bread-{}", kept.len() + 1) };
            article = json!({"id": id, "slug": slug, "link": format!("http://site.example/{slug}/"), "date_gmt": "2026-11-22T12:00:01",
                "title": {"raw": article["title"]}, "content": {"raw": raw}});
            kept.insert(0, article);
            return (0, Vec::new(), String::new());
        }
        if q.is("GET", POSTS) { ok(json!(kept)) } else { missing() }
    })
    .await
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_marker_and_never_by_its_address() {
    let site = forgetful(false).await;
    let ada = site.ada();
    let part = Part { title: Some("Bread".into()), ..Part::of_text("Rye & wheat, “mixed”.") };
    // The same words twice on purpose: two deliveries, two articles, the second under another slug.
    for key in ["0197-first", "0197-second"] {
        assert_eq!(ada.find(&part, key).await, Ok(Found::NotThere), "{key} was not sent yet");
        assert_eq!(ada.say(&part, key).await.unwrap_err().happened(), Happened::Maybe);
    }
    let landed = |id: u32, slug: &str| {
        let at = PostRef::new(format!("{}/?p={id}", site.url), "");
        Ok(Found::Here(Landing { at, url: Some(format!("http://site.example/{slug}/")) }))
    };
    assert_eq!(ada.find(&part, "0197-first").await, landed(20, "bread"));
    assert_eq!(ada.find(&part, "0197-second").await, landed(21, "bread-2"));
    assert_eq!(ada.find(&part, "0197-third").await, Ok(Found::NotThere));
    assert_eq!(site.asked("POST").len(), 2, "looking makes nothing");
    let asked = &site.asked("GET")[0].query;
    assert!(asked.contains("author=7") && asked.contains("status=publish%2Cfuture%2Cdraft%2Cpending%2Cprivate"), "{asked}");
}

#[tokio::test]
async fn where_the_marker_is_taken_away_the_words_decide() {
    let site = forgetful(true).await;
    let ada = site.ada();
    let part = Part { title: Some("Bread".into()), ..Part::of_text("One.\n\nTwo — “three”.") };
    assert!(ada.say(&part, "0197-first").await.is_err());
    assert!(matches!(ada.find(&part, "0197-first").await, Ok(Found::Here(_))));
    let other = Part { text: "One.\n\nTwo and four.".into(), ..part.clone() };
    assert_eq!(ada.find(&other, "0197-first").await, Ok(Found::NotThere));
    let untitled = Part { title: None, ..part };
    assert_eq!(ada.find(&untitled, "0197-first").await, Ok(Found::NotThere));
}

#[tokio::test]
async fn more_articles_than_can_be_looked_through_cannot_tell() {
    let site = Site::start(|q| {
        let many: Vec<Value> = (0..100).map(|n| json!({"id": n + 1, "date_gmt": "2026-11-22T12:00:01", "content": {"raw": "x"}})).collect();
        if q.is("GET", POSTS) { ok(json!(many)) } else { missing() }
    })
    .await;
    assert_eq!(site.ada().find(&Part::of_text("words"), "k").await, Ok(Found::CannotTell));
    assert_eq!(site.asked("GET").len(), 3);
    let full = Site::start(|q| match q.query.contains("page=1&") {
        true => ok(json!(
            (0..100).map(|n| json!({"id": n + 1, "date_gmt": "2026-11-22T12:00:01", "content": {"raw": "x"}})).collect::<Vec<_>>()
        )),
        false => refusal(400, "rest_post_invalid_page_number", "The page number requested is larger than the number of pages available."),
    })
    .await;
    assert_eq!(full.ada().find(&Part::of_text("words"), "k").await, Ok(Found::NotThere));
}

#[tokio::test]
async fn the_same_comment_twice_is_one() {
    let comment = |id: u32, words: &str| json!({"id": id, "post": 12, "parent": 5, "author": 7, "link": "http://site.example/bread/#comment-9", "content": {"rendered": format!("<p>{words}</p>\n")}});
    let site = Site::start(move |q| {
        if q.is("POST", COMMENTS) {
            return refusal(409, "comment_duplicate", "Duplicate comment detected; it looks as though you&#8217;ve already said that!");
        }
        ok(json!([comment(8, "Something else"), comment(9, "It&#8217;s rye &#8212; a &lt;b&gt;bold&lt;/b&gt; one")]))
    })
    .await;
    let ada = site.ada();
    let part = ada.answer("It's rye -- a <b>bold</b> one", "#comment-5");
    let landing = ada.say(&part, "k").await.unwrap();
    assert_eq!(landing.at.id, format!("{}/?p=12#comment-9", site.url));
    assert_eq!(ada.find(&part, "k").await, Ok(Found::Here(landing)));
    assert_eq!(site.asked("POST")[0].json(), json!({"post": 12, "parent": 5, "content": "It's rye -- a &lt;b&gt;bold&lt;/b&gt; one"}));
    // Under the article itself these words do not stand.
    let top = ada.answer(&part.text, "");
    assert_eq!(ada.find(&top, "k").await, Ok(Found::NotThere));
    assert!(ada.say(&top, "k").await.is_err_and(|e| e.to_string().contains("already") && e.happened() == Happened::No));
}

#[tokio::test]
async fn an_answer_to_another_site_or_with_a_picture_does_not_leave() {
    let site = Site::start(|_| ok(json!({}))).await;
    let ada = site.ada();
    let mut part = ada.answer("words", "#comment-5");
    part.pictures.push(model::Picture {
        id: PictureId(1),
        mime: "image/png".into(),
        width: 1,
        height: 1,
        alt: String::new(),
        ..model::Picture::default()
    });
    assert!(ada.say(&part, "k").await.is_err_and(|e| e.to_string().contains("no pictures")));
    part.pictures.clear();
    let parent = PostRef::new("https://ben.example/?p=12", "");
    part.reply_to = Some(ReplyTo { parent: parent.clone(), root: parent });
    assert!(ada.say(&part, "k").await.is_err_and(|e| e.to_string().contains("another site") && e.happened() == Happened::No));
    assert!(site.asked("POST").is_empty());
}

#[tokio::test]
async fn only_a_recognised_refusal_asks_to_sign_in() {
    // (what the deed is answered, what "who am I" is answered, what it means)
    let cases: [(Given, Given, NetworkError); 5] = [
        (refusal(401, "incorrect_password", "Wrong."), missing(), NetworkError::SignInAgain),
        (refusal(401, "rest_cannot_create", "Sorry."), refusal(401, "rest_not_logged_in", "Who?"), NetworkError::SignInAgain),
        (refusal(401, "rest_cannot_create", "You may <b>not</b>."), ok(json!({"id": 7})), NetworkError::Refused("You may not.".into())),
        (refusal(403, "rest_cannot_publish", "You may not publish."), missing(), NetworkError::Refused("You may not publish.".into())),
        ((401, Vec::new(), "<h1>Locked</h1>".into()), missing(), NetworkError::Refused("the site answered 401".into())),
    ];
    for (deed, who, means) in cases {
        let site = Site::start(move |q| if q.path.ends_with("/users/me") { who.clone() } else { deed.clone() }).await;
        assert_eq!(site.ada().say(&Part::of_text("words"), "k").await, Err(means));
    }
}

#[tokio::test]
async fn asked_to_wait_or_led_elsewhere() {
    let site =
        Site::start(|_| (429, vec![("retry-after", "120".into())], r#"{"code":"comment_flood","message":"Slow down."}"#.into())).await;
    let ada = site.ada();
    let until = now() + jiff::SignedDuration::from_secs(120);
    assert_eq!(ada.say(&ada.answer("words", ""), "k").await, Err(NetworkError::SlowDown { until }));
    assert_eq!(ada.say(&Part::of_text("words"), "k").await, Err(NetworkError::SlowDown { until }));
    let flooded = Site::start(|_| refusal(400, "comment_flood", "You are posting comments too quickly. Slow down.")).await;
    let ada = flooded.ada();
    let until = now() + jiff::SignedDuration::from_secs(15);
    assert_eq!(ada.say(&ada.answer("words", ""), "k").await, Err(NetworkError::SlowDown { until }));
    let moved = Site::start(|_| (301, vec![("location", "https://www.site.example/".into())], String::new())).await;
    assert!(moved.ada().say(&Part::of_text("words"), "k").await.is_err_and(|e| e.happened() == Happened::No));
    let broken = Site::start(|_| refusal(500, "internal_server_error", "There has been a critical error on this website.")).await;
    assert_eq!(broken.ada().say(&Part::of_text("words"), "k").await.unwrap_err().happened(), Happened::Maybe);
}

#[tokio::test]
async fn pictures_tags_and_categories_come_first_and_are_sent_once() {
    let mut media: Vec<Value> = Vec::new();
    let site = Site::start(move |q| {
        let name = |q: &Asked| q.body.split("filename=\"").nth(1).unwrap().split('.').next().unwrap().to_owned();
        match (q.method.as_str(), q.path.rsplit('/').next().unwrap()) {
            ("GET", "media") => ok(json!(media.iter().filter(|m| q.query.contains(m["slug"].as_str().unwrap())).collect::<Vec<_>>())),
            ("POST", "media") => {
                let id = media.len() + 31;
                media.push(json!({"id": id, "slug": name(q), "source_url": format!("http://site.example/{id}.png"), "alt_text": "A loaf"}));
                ok(media.last().unwrap().clone())
            }
            ("GET", "tags") => ok(json!([{"id": 3, "name": "Rye &amp; wheat"}, {"id": 4, "name": "rye"}])),
            ("POST", "tags") => {
                (400, Vec::new(), json!({"code": "term_exists", "message": "x", "data": {"status": 400, "term_id": 6}}).to_string())
            }
            ("GET", "categories") if q.query.contains("Notes") => ok(json!([{"id": 2, "name": "Notes"}])),
            ("GET", "categories") => ok(json!([])),
            ("POST", "categories") => refusal(403, "rest_cannot_create", "Sorry, you are not allowed to create terms in this taxonomy."),
            ("POST", "posts") => ok(json!({"id": 20, "link": "http://site.example/bread/"})),
            _ => missing(),
        }
    })
    .await;
    let ada = site.ada();
    let mut part = Part { title: Some("Bread".into()), ..Part::of_text("words") };
    part.article =
        model::Article { excerpt: Some("Short".into()), tags: vec!["#Rye".into(), "Café".into()], categories: vec!["notes".into()] };
    part.article.categories = vec!["Notes".into()];
    let upload =
        |n: u8| Upload { id: PictureId(i64::from(n)), mime: "image/png".into(), bytes: vec![n], width: 1, height: 1, alt: "A loaf".into() };
    let baggage = Baggage { uploads: vec![upload(1), upload(2)], ..Baggage::default() };
    let send = |part: Part, baggage: Baggage| {
        let ada = &ada;
        async move { WordPress.publish().unwrap().post(&ada.call(), &part, &baggage, &DeliveryKey("k".into())).await }
    };
    send(part.clone(), baggage.clone()).await.unwrap();
    send(part.clone(), baggage.clone()).await.unwrap();
    let posted = site.asked("POST");
    assert_eq!(posted.iter().filter(|q| q.path.ends_with("/media")).count(), 2, "each picture went up once");
    let article = posted.iter().find(|q| q.path == POSTS).unwrap().json();
    assert_eq!((&article["featured_media"], &article["tags"], &article["categories"]), (&json!(31), &json!([4, 6]), &json!([2])));
    assert_eq!((&article["excerpt"], &article["status"]), (&json!("Short"), &json!("publish")));
    let words = article["content"].as_str().unwrap();
    assert!(words.contains("http://site.example/32.png") && !words.contains("31.png"), "the first stands at the head: {words}");
    part.article.categories = vec!["Recipes".into()];
    let why = send(part, Baggage::default()).await.unwrap_err();
    assert_eq!(why.to_string(), "The site has no category “Recipes”, and this account may not make one.");
    assert_eq!(why.happened(), Happened::No);
}

#[tokio::test]
async fn taken_down_into_the_bin_or_for_good() {
    for (first, tries) in [
        (ok(json!({"id": 20})), 1),
        (refusal(410, "rest_already_trashed", "The post has already been deleted."), 1),
        (refusal(404, "rest_post_invalid_id", "Invalid post ID."), 1),
        (refusal(501, "rest_trash_not_supported", "The post does not support trashing."), 2),
    ] {
        let site = Site::start(move |q| if q.query == "force=true" { ok(json!({"deleted": true})) } else { first.clone() }).await;
        let ada = site.ada();
        let at = PostRef::new(format!("{}/?p=20", site.url), "");
        assert_eq!(WordPress.publish().unwrap().delete(&ada.call(), &at).await, Ok(()));
        assert_eq!(site.asked("DELETE").len(), tries);
    }
}

#[tokio::test]
async fn a_changed_article_keeps_its_marker() {
    let site = Site::start(|q| match q.method.as_str() {
        "GET" => ok(json!({"id": 20, "status": "publish", "content": {"raw": "<p>old</p>\n\n<!-- hobnob 0197-first -->"}})),
        _ => ok(json!({"id": 20, "link": "http://site.example/bread/"})),
    })
    .await;
    let ada = site.ada();
    let at = PostRef::new(format!("{}/?p=20", site.url), "");
    WordPress.publish().unwrap().edit(&ada.call(), &at, &Part::of_text("new"), &Baggage::default()).await.unwrap();
    let sent = site.asked("POST")[0].json();
    assert!(sent["content"].as_str().unwrap().ends_with("<!-- hobnob 0197-first -->"), "{sent}");
    assert!(sent.get("status").is_none(), "whether it is public is the site's own matter");
}

fn answers(all: &[(&str, &str)]) -> Answers {
    all.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// A site whose front page says in one of many ways where its root is, or not at all.
async fn named_by(how: &'static str) -> Site {
    let url: Arc<Mutex<String>> = Arc::default();
    let own = url.clone();
    let site = Site::start(move |q| {
        let own = own.lock().unwrap().clone();
        let root = json!({"name": "Ada's", "url": own, "home": own, "namespaces": ["wp/v2"],
            "authentication": {"application-passwords": {"endpoints": {"authorization": format!("{own}/wp-admin/authorize-application.php")}}}});
        let is_root = q.path == "/wp-json/" || q.query.contains("rest_route=%2F&") || q.query.contains("rest_route=/&");
        match q.path.as_str() {
            _ if q.path.ends_with("/users/me") || q.query.contains("users%2Fme") => {
                ok(json!({"id": 7, "slug": "ada", "name": "Ada", "link": format!("{own}/author/ada/"), "capabilities": {"upload_files": true}}))
            }
            _ if is_root && how != "nothing" => ok(root),
            "/" | "/2026/bread/" => match how {
                "header" => (404, vec![("link", format!("<{own}/wp-json/>; rel=\"https://api.w.org/\""))], "<p>gone</p>".into()),
                "page" => (200, Vec::new(), format!("<html><link rel='https://api.w.org/' href='{own}/?rest_route=/'><p>hello</p>")),
                _ => (200, Vec::new(), "<p>hello</p>".into()),
            },
            _ => (404, Vec::new(), "<p>nothing</p>".into()),
        }
    })
    .await;
    *url.lock().unwrap() = site.url.clone();
    site
}

#[tokio::test]
async fn a_site_is_found_from_any_page_of_it() {
    for (how, page, root) in [
        ("header", "/2026/bread/", "/wp-json/"),
        ("page", "/2026/bread/", "/?rest_route=/"),
        ("usual", "", "/wp-json/"),
        ("usual", "/wp-json/", "/wp-json/"),
    ] {
        let site = named_by(how).await;
        let form = answers(&[("address", &format!("{}{page}", site.url)), ("login", "ada"), ("password", "abcd efgh")]);
        let step = WordPress.sign_in().unwrap().begin(&site.http(), &form, None, now()).await.unwrap();
        let Step::Done(arrival) = step else { panic!("{how}: one step") };
        let secret: Value = serde_json::from_str(arrival.secret.reveal()).unwrap();
        assert_eq!((secret["rest"].as_str(), secret["user"].as_u64()), (Some(format!("{}{root}", site.url).as_str()), Some(7)), "{how}");
        assert_eq!((arrival.server, arrival.profile.name), (site.url.clone(), "Ada".to_owned()));
        assert!(arrival.rules.site.is_own && arrival.rules.pictures_max > 0);
    }
    let site = named_by("nothing").await;
    let form = answers(&[("address", &site.url), ("login", "ada"), ("password", "abcd")]);
    let why = WordPress.sign_in().unwrap().begin(&site.http(), &form, None, now()).await.unwrap_err();
    assert!(matches!(&why, NetworkError::Refused(w) if w.contains("no WordPress")), "{why:?}");
}

#[tokio::test]
async fn saying_yes_in_the_browser() {
    let site = named_by("header").await;
    let (sign_in, http) = (WordPress.sign_in().unwrap(), site.http());
    let form = answers(&[("address", &site.url)]);
    let step = sign_in.begin(&http, &form, Some("https://desk.example/settings/accounts/return"), now()).await.unwrap();
    let Step::Visit { url, state } = step else { panic!("a visit") };
    assert!(url.starts_with(&format!("{}/wp-admin/authorize-application.php?app_name=Hobnob", site.url)), "{url}");
    assert!(url.contains(STATE_HERE) && url.contains("success_url=https%3A%2F%2Fdesk.example"), "{url}");
    let returned = Returned { state, code: "site_url=x&user_login=ada&password=abcd+efgh".into() };
    let arrival = sign_in.finish(&http, &returned, now()).await.unwrap();
    assert!(arrival.secret.reveal().contains("abcd efgh"));
    // Not over a line that others can read: then the site shows the password.
    let Step::Visit { url, .. } = sign_in.begin(&http, &form, Some("http://desk.example/x"), now()).await.unwrap() else {
        panic!("a visit")
    };
    assert!(!url.contains("success_url"), "{url}");
    let no_name = answers(&[("address", &site.url), ("password", "abcd")]);
    assert!(sign_in.begin(&http, &no_name, None, now()).await.is_err_and(|e| e.to_string().contains("user name")));
}

#[tokio::test]
async fn comments_on_ours_are_heard_and_others_are_not() {
    let comment = |id: u32, author: u32, of_post: u32, parent: Option<u32>| {
        json!({"id": id, "post": 12, "parent": parent.map_or(0, |_| 5), "author": author, "author_name": "Ben", "date_gmt": "2026-11-22T11:00:00", "type": "comment",
            "content": {"rendered": "<p>Nice</p>"}, "_embedded": {"up": [{"author": of_post}], "in-reply-to": [{"author": parent}]}})
    };
    let mut ping = comment(6, 0, 7, None);
    ping["type"] = json!("pingback");
    let all =
        vec![comment(1, 0, 7, None), comment(2, 7, 7, None), comment(3, 0, 8, None), comment(4, 2, 8, Some(7)), ping, json!({"id": {}})];
    let site = Site::start(move |_| ok(json!(all))).await;
    let ada = site.ada();
    let inbox = WordPress.inbox().unwrap();
    let batch = inbox.since(&ada.call(), &Cursor::default()).await.unwrap();
    let ids: Vec<_> = batch.items.iter().map(|h| h.id.rsplit('-').next().unwrap().to_owned()).collect();
    assert_eq!(ids, ["4", "1"], "by somebody else, under ours or to ours");
    assert!(inbox.since(&ada.call(), &batch.next).await.unwrap().items.is_empty(), "nothing comes twice");
}
