//! Feeds over real HTTP: a server that keeps its promises, and one that does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::{Account, AccountId, AccountState, NetworkKey, PostRef, Rules, Secret, Timestamp};
use networks::http::Reach;
use networks::{Answers, Call, Cursor, Http, Listen, Network, NetworkError, Search, SignIn, Step, feed::Feed};

/// What the server serves now, and what it was asked.
#[derive(Default)]
struct Blog {
    feed: Mutex<String>,
    conditions: Mutex<Vec<Option<String>>>,
    asked: AtomicUsize,
}

fn item(n: u32, words: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">urn:x:{n}</guid><title>Nr {n}</title><description>{words}</description>\
         <pubDate>{n:02} Nov 2026 10:00 GMT</pubDate><wfw:commentRss>/comments/{n}</wfw:commentRss></item>"
    )
}

fn rss(items: &str) -> String {
    format!(
        "<rss version='2.0' xmlns:wfw='http://wellformedweb.org/CommentAPI/'><channel><title>Cold Kitchen</title>{items}</channel></rss>"
    )
}

async fn serve(router: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

async fn blog() -> (Arc<Blog>, u16) {
    let blog = Arc::new(Blog::default());
    async fn feed(State(blog): State<Arc<Blog>>, headers: HeaderMap) -> Response {
        let text = blog.feed.lock().expect("unpoisoned").clone();
        let etag = format!("\"{}-{}\"", text.len(), text.matches("better").count());
        let condition = headers.get(header::IF_NONE_MATCH).map(|v| v.to_str().expect("plain").to_owned());
        blog.conditions.lock().expect("unpoisoned").push(condition.clone());
        if condition.as_deref() == Some(etag.as_str()) {
            return StatusCode::NOT_MODIFIED.into_response();
        }
        ([(header::ETAG, etag.as_str()), (header::LAST_MODIFIED, "Fri, 20 Nov 2026 10:00:00 GMT")], text).into_response()
    }
    let comments = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'>\
        <entry><id>urn:c:1</id><author><name>Ben</name></author><published>2026-11-03T12:00:00Z</published><content>Mine too.</content></entry>\
        <entry><id>urn:c:2</id><author><name>Ada</name></author><published>2026-11-03T13:00:00Z</published>\
        <thr:in-reply-to ref='urn:c:1'/><content>A blanket.</content></entry></feed>";
    let page = "<html><head><link rel=alternate type='application/rss+xml' title='All comments' href='/comments/all'>\
        <link rel=alternate type='application/rss+xml' href='/nowhere'><link rel=alternate type='application/atom+xml' href='feed'></head></html>";
    let router = Router::new()
        .route("/feed", get(feed))
        .route("/page", get(move || async move { ([(header::CONTENT_TYPE, "text/html")], page) }))
        .route("/comments/3", get(move || async move { comments }))
        .route("/comments/4", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/bare", get(|| async { "<html><p>No feed named here.</p></html>" }))
        .route("/gone", get(|| async { StatusCode::GONE }))
        .route("/private", get(|| async { StatusCode::UNAUTHORIZED }))
        .route("/busy", get(|| async { (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "120")], "") }))
        .route("/broken", get(|| async { StatusCode::BAD_GATEWAY }))
        .route("/garbage", get(|| async { "hunter2 hunter2" }))
        .route("/half", get(|| async { "<rss><channel><item><title>Half" }))
        .route(
            "/latin",
            get(|| async {
                (
                    [(header::CONTENT_TYPE, "application/rss+xml; charset=iso-8859-1")],
                    &b"<rss><channel><title>Caf\xe9</title></channel></rss>"[..],
                )
            }),
        )
        .with_state(blog.clone())
        .layer(axum::middleware::from_fn({
            let blog = blog.clone();
            move |request, next: axum::middleware::Next| {
                blog.asked.fetch_add(1, Ordering::Relaxed);
                next.run(request)
            }
        }));
    let port = serve(router).await;
    (blog, port)
}

fn http(port: u16) -> Http {
    Http::new(Reach { private_hosts: vec![format!("127.0.0.1:{port}")] })
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

fn account(server: String) -> Account {
    Account {
        id: AccountId(1),
        network: NetworkKey::new("feed"),
        remote_id: server.clone(),
        handle: "blog.example".into(),
        name: "Cold Kitchen".into(),
        avatar_url: None,
        url: None,
        rules: Rules::default(),
        state: AccountState::Working,
        created_at: now(),
        server,
    }
}

struct Reader {
    http: Http,
    account: Account,
    secret: Secret,
}

impl Reader {
    fn of(port: u16, path: &str) -> Reader {
        Reader { http: http(port), account: account(format!("http://127.0.0.1:{port}{path}")), secret: Secret::new("") }
    }
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn read(&self, from: &Cursor) -> Result<(Vec<String>, Cursor), NetworkError> {
        let batch = Feed.search(&self.call(), &Search::Feed, from).await?;
        assert!(!batch.has_more);
        Ok((batch.items.into_iter().map(|p| p.at.id).collect(), batch.next))
    }
}

#[tokio::test]
async fn only_what_is_new_comes_and_the_server_is_asked_politely() {
    let (blog, port) = blog().await;
    let reader = Reader::of(port, "/feed");
    *blog.feed.lock().expect("unpoisoned") = rss(&(item(2, "two") + &item(1, "one")));
    let (first, cursor) = reader.read(&Cursor::default()).await.expect("read");
    assert_eq!(first, ["urn:x:1", "urn:x:2"], "oldest first");
    let (none, same) = reader.read(&cursor).await.expect("read");
    assert!(none.is_empty());
    assert_eq!(same, cursor, "unchanged is unchanged");
    *blog.feed.lock().expect("unpoisoned") = rss(&(item(3, "three") + &item(2, "better two") + &item(1, "one")));
    let (new, cursor) = reader.read(&cursor).await.expect("read");
    assert_eq!(new, ["urn:x:2", "urn:x:3"], "the new one, and the one with new words");
    let (none, _) = reader.read(&cursor).await.expect("read");
    assert!(none.is_empty());
    let conditions = blog.conditions.lock().expect("unpoisoned");
    assert_eq!(conditions.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, true, true]);
}

#[tokio::test]
async fn a_cursor_of_another_making_reads_from_the_start() {
    let (blog, port) = blog().await;
    *blog.feed.lock().expect("unpoisoned") = rss(&item(1, "one"));
    let (all, _) = Reader::of(port, "/feed").read(&Cursor("not ours".into())).await.expect("read");
    assert_eq!(all, ["urn:x:1"]);
}

#[tokio::test]
async fn the_talk_under_an_entry() {
    let (blog, port) = blog().await;
    *blog.feed.lock().expect("unpoisoned") = rss(&(item(4, "four") + &item(3, "three")));
    let reader = Reader::of(port, "/feed");
    let batch = Feed.search(&reader.call(), &Search::Feed, &Cursor::default()).await.expect("read");
    let third = &batch.items[0];
    assert_eq!(third.at.tag, format!("http://127.0.0.1:{port}/comments/3"));
    assert_eq!(third.comments_url.as_deref(), Some(third.at.tag.as_str()));
    let thread = Feed.thread(&reader.call(), &third.at).await.expect("a thread");
    let told: Vec<_> = thread.iter().map(|p| (p.at.id.as_str(), p.reply_to.as_deref(), p.root.as_deref())).collect();
    let root = Some("urn:x:3");
    assert_eq!(told, [("urn:x:3", None, None), ("urn:c:1", root, root), ("urn:c:2", Some("urn:c:1"), root)]);
    // A commenter is known by the blog, so that the blog's author is the same one under their own post.
    assert_eq!(thread[2].author.remote_id, format!("http://127.0.0.1:{port}/feed#Ada"));
    // Comments that cannot be had now are asked for again later; entries without any are alone; unknown ones are not there.
    assert!(matches!(Feed.thread(&reader.call(), &batch.items[1].at).await, Err(NetworkError::Away(_))));
    let alone = Feed.thread(&reader.call(), &PostRef::new("urn:x:4", "")).await.expect("the entry");
    assert_eq!(alone.len(), 1);
    assert_eq!(Feed.thread(&reader.call(), &PostRef::new("urn:x:99", "")).await, Err(NetworkError::NotThere));
}

#[tokio::test]
async fn servers_that_misbehave() {
    let (_, port) = blog().await;
    let trouble = |path: &'static str| async move { Reader::of(port, path).read(&Cursor::default()).await.expect_err(path) };
    assert!(matches!(trouble("/gone").await, NetworkError::Refused(_)));
    assert!(matches!(trouble("/private").await, NetworkError::Refused(_)));
    assert!(matches!(trouble("/bare").await, NetworkError::Garbled(_)));
    assert!(matches!(trouble("/broken").await, NetworkError::Away(_)));
    assert_eq!(trouble("/nowhere").await, NetworkError::NotThere);
    assert_eq!(trouble("/busy").await, NetworkError::SlowDown { until: "2026-11-21T12:02:00Z".parse().expect("an instant") });
    let garbage = trouble("/garbage").await;
    assert!(matches!(garbage, NetworkError::Garbled(_)) && !garbage.to_string().contains("hunter2"));
    let (half, _) = Reader::of(port, "/half").read(&Cursor::default()).await.expect("what there is of it");
    assert_eq!(half.len(), 1);
    let deaf = Reader::of(port, "/feed");
    assert_eq!(Feed.search(&deaf.call(), &Search::Home, &Cursor::default()).await.map(|b| b.items.len()), Err(NetworkError::NotOffered));
    assert!(matches!(Reader::of(1, "/").read(&Cursor::default()).await, Err(NetworkError::Away(_))));
}

#[tokio::test]
async fn a_feed_is_found_from_its_page() {
    let (blog, port) = blog().await;
    *blog.feed.lock().expect("unpoisoned") = rss(&item(1, "one"));
    let find = |typed: String| async move {
        let answers: Answers = [("address".to_owned(), typed)].into();
        match Feed.begin(&http(port), &answers, None, now()).await {
            Ok(Step::Done(arrival)) => Ok(arrival),
            Ok(Step::Visit { .. }) => panic!("nowhere to go"),
            Err(trouble) => Err(trouble),
        }
    };
    let feed = format!("http://127.0.0.1:{port}/feed");
    for typed in [
        feed.clone(),
        format!("http://127.0.0.1:{port}/page"),
        format!("http://127.0.0.1:{port}/bare"),
        format!("feed:{feed}"),
        format!("  127.0.0.1:{port}/page "),
    ] {
        let arrival = find(typed.clone()).await.expect(&typed);
        assert_eq!((arrival.server.as_str(), arrival.profile.name.as_str()), (feed.as_str(), "Cold Kitchen"), "{typed}");
        assert_eq!(arrival.profile.remote_id, feed);
        assert_eq!(arrival.secret.reveal(), "");
    }
    let latin = find(format!("http://127.0.0.1:{port}/latin")).await.expect("a feed");
    assert_eq!(latin.profile.name, "Café");
    assert!(matches!(find(String::new()).await, Err(NetworkError::Refused(_))));
    assert!(find("not an address".into()).await.is_err());
    assert!(matches!(find("http://192.168.0.1/feed".into()).await, Err(NetworkError::Forbidden(_))));
    // Where there is none, the asking ends.
    *blog.feed.lock().expect("unpoisoned") = "<p>no feed".into();
    let before = blog.asked.load(Ordering::Relaxed);
    assert!(matches!(find(format!("http://127.0.0.1:{port}/bare")).await, Err(NetworkError::Refused(_))));
    assert!(blog.asked.load(Ordering::Relaxed) - before <= 12);
}

#[tokio::test]
async fn an_account_can_be_looked_at_again() {
    let (blog, port) = blog().await;
    *blog.feed.lock().expect("unpoisoned") = rss("");
    let reader = Reader::of(port, "/feed");
    let (profile, _) = Feed.look_again(&reader.call()).await.expect("there");
    assert_eq!(profile.name, "Cold Kitchen");
    assert!(Feed.refresh(&reader.call()).await.is_ok());
    assert!(Feed.publish().is_none() && Feed.inbox().is_none());
}
