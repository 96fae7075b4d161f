//! Servers that are slow, rude, old or broken, and what the Mastodon client makes of them.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what it found by stopping, and aloud what it left out")]

mod mastodon_replay;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mastodon_replay::{Given, Replay, Someone, now, status, talk_about_everything};
use model::{DeliveryKey, Part, PictureId, PostRef, ReplyTo, Secret};
use networks::http::Reach;
use networks::mastodon::Mastodon;
use networks::*;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

async fn post(ada: &Someone, part: &Part, baggage: &Baggage) -> Answer<Landing> {
    Mastodon.publish().unwrap().post(&ada.call(), part, baggage, &DeliveryKey("key-1".into())).await
}

async fn say(ada: &Someone) -> Answer<Landing> {
    post(ada, &Part::of_text("words"), &Baggage::default()).await
}

async fn home(ada: &Someone) -> Answer<Batch<model::Post>> {
    Mastodon.listen().unwrap().search(&ada.call(), &Search::Home, &Cursor::default()).await
}

fn given(status: u16, headers: &[(&'static str, &str)], body: &str) -> Vec<Given> {
    let headers = headers.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    vec![Given { status, headers, body: body.into(), pause: Duration::ZERO }]
}

#[tokio::test]
async fn a_post_may_have_happened_or_not() {
    let server = Replay::start().await;
    let ada = server.someone();
    type Case = (u16, &'static [(&'static str, &'static str)], &'static str, Happened, &'static str);
    let cases: [Case; 12] = [
        (400, &[], r#"{"error":"Validation failed"}"#, Happened::No, "Validation failed"),
        (422, &[], r#"{"error":"Text is over the limit"}"#, Happened::No, "Text is over the limit"),
        (422, &[], "<h1>We're sorry</h1>", Happened::No, "the server answered 422"),
        (
            403,
            &[],
            r#"{"error":"This action is outside the authorized scopes"}"#,
            Happened::No,
            "This action is outside the authorized scopes",
        ),
        (302, &[("location", "https://elsewhere.example/")], "", Happened::No, "the server sends us to another address"),
        (500, &[], "<h1>broken</h1>", Happened::Maybe, "no answer came: the server answered 500"),
        (502, &[], "", Happened::Maybe, "no answer came: the server answered 502"),
        (503, &[("retry-after", "60")], r#"{"error":"busy"}"#, Happened::Maybe, "no answer came: the server answered 503"),
        (504, &[], "", Happened::Maybe, "no answer came: the server answered 504"),
        (405, &[], "", Happened::No, "this server cannot do that"),
        (200, &[], "<html>welcome</html>", Happened::Maybe, "the answer could not be understood: not JSON, at line 1 column 1"),
        (200, &[], r#"{"id":"1""#, Happened::Maybe, "the answer could not be understood: not JSON, at line 1 column 9"),
    ];
    for (code, headers, body, happened, told) in cases {
        server.give_in_turn("POST", "/api/v1/statuses", given(code, headers, body));
        let error = say(&ada).await.unwrap_err();
        assert_eq!((error.happened(), error.to_string().as_str()), (happened, told), "{code} {body}");
    }
    assert_eq!(server.asked().len(), cases.len(), "nothing was tried twice, and no redirect followed");
    assert!(server.asked().iter().all(|q| q.headers["idempotency-key"] == "key-1" && q.headers["authorization"] == "Bearer secret-token"));
}

#[tokio::test]
async fn asked_to_wait() {
    let server = Replay::start().await;
    let ada = server.someone();
    for (header, value, seconds) in [
        ("retry-after", "120", 120),
        ("retry-after", "Sat, 21 Nov 2026 12:05:00 GMT", 300),
        ("x-ratelimit-reset", "2026-11-21T12:10:00.000000Z", 600),
        ("x-ratelimit-reset", "1795263300", 900),
    ] {
        for path in ["/api/v1/statuses", "/api/v1/timelines/home"] {
            server.give_in_turn("POST", path, given(429, &[(header, value)], r#"{"error":"Too many requests"}"#));
            server.give_in_turn("GET", path, given(429, &[(header, value)], "<html>slow down</html>"));
        }
        let until = now() + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(say(&ada).await.unwrap_err(), NetworkError::SlowDown { until }, "{header}: {value}");
        assert_eq!(home(&ada).await.unwrap_err(), NetworkError::SlowDown { until }, "{header}: {value}");
    }
}

#[tokio::test]
async fn answers_that_break_off() {
    for (words, happened) in [("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{\"id\":", Happened::Maybe), ("", Happened::Maybe)] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut wire, _)) = listener.accept().await {
                let _ = wire.read(&mut [0; 8192]).await;
                let _ = wire.write_all(words.as_bytes()).await;
            }
        });
        let mut ada = Replay::start().await.someone();
        ada.account.server = format!("http://{address}");
        ada.http = Http::new(Reach { private_hosts: vec![address] });
        assert_eq!(say(&ada).await.unwrap_err().happened(), happened, "{words}");
        // What only reads has no effect, whatever became of its answer.
        assert!(matches!(home(&ada).await.unwrap_err(), NetworkError::Away(_)));
        let mut reply = Part::of_text("words");
        let parent = PostRef::new("https://far.example/1", "");
        reply.reply_to = Some(ReplyTo { parent: parent.clone(), root: parent });
        assert_eq!(post(&ada, &reply, &Baggage::default()).await.unwrap_err().happened(), Happened::No, "lost before the post went out");
    }
    let mut ada = Replay::start().await.someone();
    ada.account.server = "http://127.0.0.1:9".into();
    ada.http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
    assert_eq!(say(&ada).await.unwrap_err().happened(), Happened::No, "nobody was there");
}

#[tokio::test]
async fn tokens_taken_back_and_tokens_run_out() {
    let server = Replay::start().await;
    let mut ada = server.someone();
    let verify = "/api/v1/accounts/verify_credentials";
    let unknown = r#"{"error":"Unauthorized: no token known"}"#;
    server.give_in_turn("GET", "/api/v1/timelines/home", given(401, &[], unknown));
    server.give_json("GET", verify, 200, json!({"id": "7", "acct": "ada"}));
    assert_eq!(home(&ada).await.unwrap_err().to_string(), "Unauthorized: no token known", "the token itself is fine");
    server.give_in_turn("GET", verify, given(503, &[], ""));
    assert_eq!(home(&ada).await.unwrap_err().to_string(), "Unauthorized: no token known", "nobody knows");
    server.give_in_turn("GET", verify, given(401, &[], unknown));
    assert_eq!(home(&ada).await.unwrap_err(), NetworkError::SignInAgain);

    let sign_in = Mastodon.sign_in().unwrap();
    ada.secret = Secret::new(r#"{"token":"old","client_id":"c","client_secret":"s","refresh_token":"r1","account_id":"7","domain":"d"}"#);
    assert_eq!(home(&ada).await.unwrap_err(), NetworkError::TokenOld);
    let renew = async |code: u16, body: &str| {
        server.give_in_turn("POST", "/oauth/token", given(code, &[], body));
        sign_in.refresh(&ada.call()).await
    };
    let kept = renew(200, r#"{"access_token":"new","refresh_token":""}"#).await.unwrap();
    assert_eq!(kept.reveal(), ada.secret.reveal().replace(r#""old""#, r#""new""#), "an empty refresh token is never written");
    let kept = renew(200, r#"{"access_token":"new","refresh_token":"r2"}"#).await.unwrap();
    assert!(kept.reveal().contains(r#""r2""#));
    assert_eq!(renew(400, r#"{"error":"invalid_grant"}"#).await.unwrap_err(), NetworkError::SignInAgain);
    for answer in [(503, ""), (400, r#"{"error":"temporarily_unavailable"}"#), (200, "<html>"), (200, r#"{"access_token":""}"#), (404, "")]
    {
        let error = renew(answer.0, answer.1).await.unwrap_err();
        assert_ne!(error, NetworkError::SignInAgain, "{answer:?}");
    }
}

#[tokio::test]
async fn older_servers_have_older_calls() {
    let server = Replay::start().await;
    let ada = server.someone();
    let (listen, publish) = (Mastodon.listen().unwrap(), Mastodon.publish().unwrap());
    server.give_json("GET", "/api/v1/search", 200, json!({"statuses": [status("5")]}));
    let words = Search::Words("bread".into());
    assert_eq!(listen.search(&ada.call(), &words, &Cursor::default()).await.unwrap().items.len(), 1);
    server.forget();
    assert_eq!(listen.search(&ada.call(), &words, &Cursor::default()).await.unwrap_err(), NetworkError::NotOffered);

    server.give_json(
        "GET",
        "/api/v1/accounts/search",
        200,
        json!([{"id": "1", "acct": "benno@far.example"}, {"id": "2", "acct": "Ben@far.example"}]),
    );
    let ben = Mastodon.people().unwrap().profile(&ada.call(), "@ben@Far.example").await.unwrap();
    assert_eq!(ben.remote_id, "ben@far.example");

    server.give_json(
        "GET",
        "/api/v1/instance",
        200,
        json!({"uri": "pl.example", "version": "2.7.2 (compatible; Pleroma 2.5)", "max_toot_chars": 3000}),
    );
    server.give_json("GET", "/api/v1/accounts/verify_credentials", 200, json!({"id": 7, "acct": "ada"}));
    let (_, rules) = Mastodon.sign_in().unwrap().look_again(&ada.call()).await.unwrap();
    assert_eq!(rules.text_max, Some(3000));

    let stands = PostRef::new("https://s.example/p/5", ada.alias("5"));
    server.give_json("GET", "/api/v1/statuses/5", 200, status("5"));
    let edit = publish.edit(&ada.call(), &stands, &Part::of_text("x"), &Baggage::default()).await;
    assert_eq!(edit.unwrap_err(), NetworkError::NotOffered);
    assert_eq!(publish.delete(&ada.call(), &PostRef::new("u", ada.alias("6"))).await, Ok(()));

    // Liked already: some refuse to be told twice.
    let mut liked = status("5");
    server.give_json("POST", "/api/v1/statuses/5/favourite", 422, json!({"error": "already"}));
    assert_eq!(publish.sign(&ada.call(), &stands, Sign::Like).await.unwrap_err().to_string(), "already");
    liked["favourited"] = json!(1);
    server.give_json("GET", "/api/v1/statuses/5", 200, liked);
    assert_eq!(publish.sign(&ada.call(), &stands, Sign::Like).await, Ok("5".into()));
}

#[tokio::test]
async fn what_is_no_server_of_ours() {
    let server = Replay::start().await;
    let ada = server.someone();
    let sign_in = Mastodon.sign_in().unwrap();
    let begin = |typed: &str| sign_in_with(&ada, typed.to_owned());
    for typed in ["", "ada", "http://blog.example", "not a server"] {
        assert_eq!(begin(typed).await.unwrap_err().to_string(), "say which server, for example social.example", "{typed}");
    }
    assert_eq!(begin(&server.url).await.unwrap_err().to_string(), "that server does not speak Mastodon's language");
    server.give("GET", "/api/v2/instance", 200, b"<html>a blog</html>".to_vec(), false);
    server.give("GET", "/api/v1/instance", 200, b"{}".to_vec(), false);
    assert_eq!(begin(&server.url).await.unwrap_err().to_string(), "that server does not speak Mastodon's language");
    let lost = sign_in.finish(&ada.http, &Returned { state: Secret::new("?"), code: "x".into() }, now()).await;
    assert_eq!(lost.unwrap_err().to_string(), "this sign-in is not known; begin again");
}

async fn sign_in_with(ada: &Someone, typed: String) -> Answer<Step> {
    Mastodon.sign_in().unwrap().begin(&ada.http, &[("server".to_owned(), typed)].into(), None, now()).await
}

#[tokio::test]
async fn pictures_that_take_their_time() {
    let server = Replay::start().await;
    let ada = server.someone();
    let upload = || Upload { id: PictureId(1), mime: "image/jpeg".into(), bytes: vec![1, 2], width: 1, height: 1, alt: "A loaf".into() };
    let baggage = Baggage { uploads: vec![upload(), upload()], card: None, begun: None };
    server.give_json("POST", "/api/v2/media", 202, json!({"id": "31", "url": null}));
    let mut looks = given(206, &[], r#"{"id":"31"}"#);
    looks.extend(given(200, &[], r#"{"id":"31","url":"https://files.example/31"}"#));
    server.give_in_turn("GET", "/api/v1/media/31", looks);
    server.give_json("POST", "/api/v1/statuses", 200, status("9"));
    post(&ada, &Part::of_text(""), &baggage).await.unwrap();
    let asked = server.asked();
    let sent = asked.last().unwrap();
    assert_eq!(sent.body.matches("media_ids%5B%5D=31").count(), 2, "{}", sent.body);
    assert_eq!(asked.iter().filter(|q| q.path == "/api/v1/media/31").count(), 3);
    assert!(asked[0].body.contains("A loaf") && asked[0].body.contains("filename=\"picture.jpeg\""));

    // Only the older call; and a failure there leaves no doubt about the post.
    server.forget();
    server.give_json("POST", "/api/v1/media", 200, json!({"id": "32", "url": "x"}));
    server.give_json("POST", "/api/v1/statuses", 200, status("9"));
    post(&ada, &Part::of_text("x"), &baggage).await.unwrap();
    server.give_in_turn("POST", "/api/v1/media", given(500, &[], ""));
    assert_eq!(post(&ada, &Part::of_text("x"), &baggage).await.unwrap_err().happened(), Happened::No);
    server.give_in_turn("POST", "/api/v1/media", given(422, &[], r#"{"error":"File type is not supported"}"#));
    assert_eq!(post(&ada, &Part::of_text("x"), &baggage).await.unwrap_err().to_string(), "File type is not supported");
}

#[tokio::test]
async fn a_parent_known_through_another_server() {
    let server = Replay::start().await;
    let ada = server.someone();
    let parent = PostRef::new("https://far.example/p/1", "local:far.example:1");
    let mut reply = Part::of_text("words");
    reply.reply_to = Some(ReplyTo { parent: parent.clone(), root: parent });
    server.give_json("GET", "/api/v2/search", 200, json!({"statuses": []}));
    server.give_json("POST", "/api/v1/statuses", 200, status("9"));
    let error = post(&ada, &reply, &Baggage::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "the post it answers cannot be found from this account's server");
    assert!(server.asked().iter().all(|q| q.method == "GET"), "nothing was sent");
    let mut there = status("77");
    there["uri"] = json!("https://far.example/p/1");
    server.give_json("GET", "/api/v2/search", 200, json!({"statuses": [status("1"), there]}));
    post(&ada, &reply, &Baggage::default()).await.unwrap();
    assert!(server.asked().last().unwrap().body.contains("in_reply_to_id=77"));
}

#[tokio::test]
async fn pages_with_holes_and_pages_that_repeat() {
    let server = Replay::start().await;
    let ada = server.someone();
    let page = json!([status("9"), {"id": "8", "account": null}, null, status("7")]);
    server.give_json("GET", "/api/v1/timelines/home", 200, page);
    let first = home(&ada).await.unwrap();
    assert_eq!(first.items.iter().map(|p| p.at.tag.clone()).collect::<Vec<_>>(), [ada.alias("7"), ada.alias("9")]);
    assert_eq!((first.next.0.as_str(), first.has_more), ("9", false));
    let onward = Mastodon.listen().unwrap().search(&ada.call(), &Search::Home, &first.next).await.unwrap();
    assert_eq!((onward.items.len(), onward.has_more), (0, false), "a server that does not know min_id ends the reading");
    server.give_json("GET", "/api/v1/timelines/home", 200, json!([{"id": "12"}]));
    let unreadable = Mastodon.listen().unwrap().search(&ada.call(), &Search::Home, &first.next).await.unwrap();
    assert_eq!((unreadable.items.len(), unreadable.next.0.as_str()), (0, "12"), "what cannot be read is passed by");
    server.give_json("GET", "/api/v1/timelines/home", 200, json!({"error": "odd"}));
    assert!(matches!(home(&ada).await.unwrap_err(), NetworkError::Garbled(_)));
}

#[tokio::test]
async fn nothing_secret_is_told() {
    let server = Replay::start().await;
    talk_about_everything(&server).await;
    let ada = server.someone();
    server.give_in_turn("POST", "/api/v1/statuses", given(422, &[], &json!({"error": "x".repeat(100_000)}).to_string()));
    assert!(say(&ada).await.unwrap_err().to_string().len() < 1000);
    for asked in server.asked() {
        assert!(!asked.query.contains("secret-token"), "{}", asked.path);
    }
}

/// A server that takes orders on an open stream: it complains of a stream it does not know, and serves those it does.
async fn streams(takes_orders: bool) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let work = tokio::spawn(async move {
        let mut heard = Vec::new();
        let sockets = if takes_orders { 1 } else { 2 };
        let mut open = Vec::new();
        for _ in 0..sockets {
            let (wire, _) = listener.accept().await.unwrap();
            let mut socket = tokio_tungstenite::accept_async(wire).await.unwrap();
            let first_opened = open.is_empty();
            if takes_orders || first_opened {
                heard.push(socket.next().await.unwrap().unwrap().into_text().unwrap().to_string());
            }
            if takes_orders {
                socket.send(Message::text(r#"{"error":"Unknown stream type","status":400}"#)).await.unwrap();
                heard.push(socket.next().await.unwrap().unwrap().into_text().unwrap().to_string());
            }
            open.push(socket);
        }
        let stream = if takes_orders { r#""stream":["hashtag","bread"],"# } else { "" };
        let update = format!(r#"{{{stream}"event":"update","payload":{}}}"#, json!(status("5").to_string()));
        let last = open.last_mut().unwrap();
        last.send(Message::text("not JSON")).await.unwrap();
        last.send(Message::text(update)).await.unwrap();
        last.send(Message::text(r#"{"event":"delete","payload":"5"}"#)).await.unwrap();
        last.close(None).await.unwrap();
        let _ = tokio::time::timeout(Duration::from_secs(5), last.next()).await;
        heard
    });
    (address, work)
}

#[tokio::test]
async fn streams_on_one_connection_or_on_several() {
    for takes_orders in [true, false] {
        let (streaming, work) = streams(takes_orders).await;
        let server = Replay::start().await;
        let mut ada = server.someone();
        let host = server.url.split_once("://").unwrap().1.to_owned();
        ada.http = Http::new(Reach { private_hosts: vec![streaming.clone(), host] });
        let urls = json!({"version": "4.3.0", "configuration": {"urls": {"streaming": format!("ws://{streaming}")}}});
        server.give_json("GET", "/api/v2/instance", 200, urls);
        let (out, mut events) = tokio::sync::mpsc::channel(16);
        let ended = Mastodon.stream().unwrap().run(&ada.call(), &["#bread".into()], out).await;
        assert!(matches!(ended, Err(NetworkError::Away(_))), "{ended:?}");
        assert_eq!(events.recv().await, Some(Event::Open));
        let Some(Event::Post(post, by)) = events.recv().await else { panic!("a post") };
        assert_eq!((post.text.as_str(), by), ("words", Search::Tag("bread".into())));
        assert_eq!(events.recv().await, Some(Event::Deleted(ada.alias("5"))));
        let heard = work.await.unwrap();
        assert!(heard[0].contains("subscribe"));
        if takes_orders {
            assert!(heard[1].contains("bread"), "{heard:?}");
        }
    }
}
