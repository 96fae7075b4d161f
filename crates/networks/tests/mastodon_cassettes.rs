//! Answers recorded from real servers, given again by a server of our own: every one must be read, and what the client asks for must be
//! what the servers were asked. Skipped aloud where the recordings are not at hand.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what it found by stopping, and aloud what it left out")]

mod mastodon_replay;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mastodon_replay::{Replay, Someone};
use model::{DeliveryKey, Part, PictureId, PostRef};
use networks::mastodon::Mastodon;
use networks::*;
use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

/// One recorded question with its answer.
struct Exchange {
    from: String,
    method: String,
    /// Numbers in it stand as `N`.
    path: String,
    query: String,
    sent: String,
    status: u16,
    body: Vec<u8>,
    is_packed: bool,
}

fn recordings() -> Vec<Exchange> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/mastodon-cassettes");
    let mut all = Vec::new();
    let Ok(folders) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: the recorded answers of Mastodon servers in ../shared/corpora are not at hand");
        return all;
    };
    for sub in folders.flatten().filter(|f| f.path().is_dir()) {
        for file in std::fs::read_dir(sub.path()).unwrap().flatten() {
            let name = file.path();
            if name.extension().is_some_and(|e| e == "yaml") && !name.to_string_lossy().ends_with(".ws.yaml") {
                all.extend(exchanges(&name));
            }
        }
    }
    all
}

fn exchanges(file: &Path) -> Vec<Exchange> {
    let tape: Yaml = serde_yaml_ng::from_str(&std::fs::read_to_string(file).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let text = |v: &Yaml| match v {
        Yaml::String(s) => s.clone(),
        Yaml::Tagged(t) => t.value.as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let one = |exchange: &Yaml| {
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let url = url::Url::parse(&text(&request["uri"])).unwrap();
        let body = text(&response["body"]["string"]);
        let packed = unpack(&body);
        Exchange {
            from: file.file_name().unwrap().to_string_lossy().into_owned(),
            method: text(&request["method"]),
            path: shape(url.path()),
            query: url.query().unwrap_or_default().to_owned(),
            sent: text(&request["body"]),
            status: response["status"]["code"].as_u64().unwrap() as u16,
            is_packed: packed.is_some(),
            body: packed.unwrap_or_else(|| body.into_bytes()),
        }
    };
    tape["interactions"].as_sequence().unwrap().iter().map(one).collect()
}

/// The few answers that were recorded packed.
fn unpack(body: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    let letters: String = body.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(letters).ok().filter(|b| b.starts_with(&[0x1f, 0x8b]))
}

fn shape(path: &str) -> String {
    let is_number = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').map(|s| if is_number(s) { "N" } else { s }).collect();
    match parts.as_slice() {
        [head @ .., "tag", _] => format!("{}/tag/TAG", head.join("/")),
        _ => parts.join("/"),
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

#[tokio::test]
async fn every_recorded_answer_is_read() {
    let all = recordings();
    if all.is_empty() {
        return;
    }
    let server = Replay::start().await;
    let ada = server.someone();
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for exchange in &all {
        if let Some(kind) = read_one(&server, &ada, exchange).await {
            *counts.entry(kind).or_default() += 1;
        }
    }
    eprintln!("read: {counts:?}");
    for kind in ["status", "statuses", "notifications", "instance", "account", "context", "search", "media", "accounts", "refusal"] {
        assert!(counts.get(kind).is_some_and(|n| *n > 0), "no recorded {kind} was found");
    }
}

/// Gives one answer again by the fitting call. The answer is which kind it was; `None` for calls that are not ours.
async fn read_one(server: &Replay, ada: &Someone, x: &Exchange) -> Option<&'static str> {
    let told = json(&x.body);
    let at = format!("{} {} {}", x.from, x.method, x.path);
    let give = |method: &str, path: &str| server.give(method, path, x.status, x.body.clone(), x.is_packed);
    let (listen, publish) = (Mastodon.listen().unwrap(), Mastodon.publish().unwrap());
    let post = PostRef::new("local:1", ada.alias("1"));
    if x.status >= 400 {
        give("GET", "/api/v1/timelines/home");
        let error = listen.search(&ada.call(), &Search::Home, &Cursor::default()).await.unwrap_err();
        assert!(!matches!(error, NetworkError::Garbled(_) | NetworkError::Unanswered(_)), "{at}: {error:?}");
        return Some("refusal");
    }
    match (x.method.as_str(), x.path.as_str()) {
        ("GET", p) if p.starts_with("/api/v1/timelines/") || p == "/api/v1/accounts/N/statuses" || p == "/api/v1/bookmarks" => {
            give("GET", "/api/v1/timelines/home");
            let read = listen.search(&ada.call(), &Search::Home, &Cursor::default()).await.expect(&at);
            assert_eq!(Some(read.items.len()), told.as_array().map(Vec::len).or(x.is_packed.then_some(read.items.len())), "{at}");
            Some("statuses")
        }
        ("POST", p) if p == "/api/v1/statuses" || p.starts_with("/api/v1/statuses/N/") && told.get("account").is_some() => {
            if told.get("scheduled_at").is_some() {
                return None;
            }
            give("POST", "/api/v1/statuses");
            let landed = publish.post(&ada.call(), &Part::of_text("x"), &Baggage::default(), &DeliveryKey("k".into())).await.expect(&at);
            assert!(x.is_packed || Some(landed.at.id.as_str()) == told["uri"].as_str(), "{at}");
            Some("status")
        }
        ("GET" | "PUT", "/api/v1/statuses/N") => {
            give("GET", "/api/v1/statuses/1");
            server.give("GET", "/api/v1/statuses/1/context", 200, b"{}".to_vec(), false);
            assert_eq!(listen.thread(&ada.call(), &post).await.expect(&at).len(), 1, "{at}");
            Some("status")
        }
        ("GET", "/api/v1/statuses/N/context") => {
            give("GET", "/api/v1/statuses/1/context");
            let alone = r#"{"id":"1","uri":"u:1","created_at":"2026-01-01T00:00:00Z","account":{"id":"1","acct":"ada"}}"#;
            server.give("GET", "/api/v1/statuses/1", 200, alone.into(), false);
            let around = told["ancestors"].as_array().unwrap().len() + told["descendants"].as_array().unwrap().len();
            assert_eq!(listen.thread(&ada.call(), &post).await.expect(&at).len(), around + 1, "{at}");
            Some("context")
        }
        ("GET", "/api/v1/notifications") => {
            give("GET", "/api/v1/notifications");
            // Reading on gives the same page again, and that ends it.
            let read = Mastodon.inbox().unwrap().since(&ada.call(), &Cursor("0".into())).await.expect(&at);
            let ours = ["mention", "quote", "favourite", "reblog", "follow"];
            let is_ours = |n: &&Value| n["type"].as_str().is_some_and(|t| ours.contains(&t) && (t == "follow" || n["status"].is_object()));
            let expected = told.as_array().map(|all| all.iter().filter(is_ours).count());
            assert_eq!(Some(read.items.len()), expected.or(x.is_packed.then_some(read.items.len())), "{at}");
            Some("notifications")
        }
        ("GET", "/api/v1/instance" | "/api/v2/instance") => {
            server.forget();
            give("GET", &x.path);
            server.give("GET", "/api/v1/accounts/verify_credentials", 200, br#"{"id":"1","acct":"ada"}"#.to_vec(), false);
            let (_, rules) = Mastodon.sign_in().unwrap().look_again(&ada.call()).await.expect(&at);
            let stated = told["configuration"]["statuses"]["max_characters"].as_u64().unwrap_or(500);
            assert_eq!(rules.text_max.map(u64::from), Some(stated), "{at}");
            Some("instance")
        }
        (
            "GET" | "PATCH",
            "/api/v1/accounts/verify_credentials"
            | "/api/v1/accounts/lookup"
            | "/api/v1/accounts/N"
            | "/api/v1/accounts/update_credentials",
        ) => {
            give("GET", "/api/v1/accounts/lookup");
            let profile = Mastodon.people().unwrap().profile(&ada.call(), "x").await.expect(&at);
            let name = told["acct"].as_str().unwrap().to_lowercase();
            assert!(profile.remote_id.starts_with(&name) && profile.handle.contains('@'), "{at}");
            Some("account")
        }
        ("GET", "/api/v1/accounts/search") => {
            server.give("GET", "/api/v1/accounts/lookup", 404, b"{}".to_vec(), false);
            give("GET", "/api/v1/accounts/search");
            let Some(first) = told.as_array().and_then(|a| a.first()) else { return Some("accounts") };
            let profile = Mastodon.people().unwrap().profile(&ada.call(), first["acct"].as_str().unwrap()).await.expect(&at);
            assert_eq!(profile.url.as_deref(), first["url"].as_str(), "{at}");
            Some("accounts")
        }
        ("GET", "/api/v1/search" | "/api/v2/search") => {
            server.forget();
            give("GET", &x.path);
            let read = listen.search(&ada.call(), &Search::Words("x".into()), &Cursor::default()).await.expect(&at);
            assert_eq!(read.items.len(), told["statuses"].as_array().unwrap().len(), "{at}");
            Some("search")
        }
        ("POST", "/api/v2/media") => {
            give("POST", "/api/v2/media");
            server.give("GET", &format!("/api/v1/media/{}", told["id"].as_str().unwrap()), 200, x.body.clone(), false);
            let status = r#"{"id":"1","uri":"u:1","created_at":"2026-01-01T00:00:00Z","account":{"id":"1","acct":"ada"}}"#;
            server.give("POST", "/api/v1/statuses", 200, status.into(), false);
            let uploads = vec![Upload { id: PictureId(1), mime: "image/png".into(), bytes: vec![1], width: 1, height: 1, alt: "a".into() }];
            let baggage = Baggage { uploads, card: None, begun: None };
            publish.post(&ada.call(), &Part::of_text("x"), &baggage, &DeliveryKey("k".into())).await.expect(&at);
            let sent = server.asked().into_iter().rev().find(|q| q.method == "POST" && q.path == "/api/v1/statuses").unwrap().body;
            assert!(sent.contains(&format!("media_ids%5B%5D={}", told["id"].as_str().unwrap())), "{at}: {sent}");
            Some("media")
        }
        _ => None,
    }
}

/// What the client asks, of a server that knows everything, was asked of real servers in the same words.
#[tokio::test]
async fn questions_are_those_that_were_recorded() {
    let all = recordings();
    if all.is_empty() {
        return;
    }
    let server = Replay::start().await;
    mastodon_replay::talk_about_everything(&server).await;
    let recorded: BTreeSet<String> = all.iter().map(|x| format!("{} {}", x.method, x.path)).collect();
    // In the published description, and not in these recordings.
    let described = ["GET /api/v1/media/N"];
    for asked in server.asked() {
        let (question, path) = (format!("{} {}", asked.method, shape(&asked.path)), shape(&asked.path));
        assert!(recorded.contains(&question) || described.contains(&question.as_str()), "{question} was never recorded");
        let sent: Vec<String> =
            all.iter().filter(|x| x.method == asked.method && x.path == path).map(|x| format!("{}&{}", x.query, x.sent)).collect();
        let is_form = asked.method != "GET" && !asked.body.contains("Content-Disposition");
        for key in asked.body.split('&').filter(|_| is_form && path != "/api/v1/apps").filter_map(|pair| pair.split('=').next()) {
            // Described, and only for edits or not at all recorded.
            let known = [
                "",
                "spoiler_text",
                "sensitive",
                "language",
                "media_ids%5B%5D",
                "scope",
                "code",
                "redirect_uri",
                "media_attributes%5B%5D%5Bid%5D",
                "media_attributes%5B%5D%5Bdescription%5D",
            ];
            let is_recorded = sent.iter().any(|s| s.split('&').any(|pair| pair.split('=').next() == Some(key)));
            assert!(is_recorded || known.contains(&key), "{question} with {key}");
        }
    }
}

/// What came by recorded streams, sent again.
#[tokio::test]
async fn every_recorded_message_is_read() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/mastodon-cassettes/cassettes");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: the recorded streams of Mastodon servers in ../shared/corpora are not at hand");
        return;
    };
    let mut messages = Vec::new();
    for file in files.flatten().map(|f| f.path()).filter(|f| f.to_string_lossy().ends_with(".ws.yaml")) {
        let tape: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let connections = tape["connections"].as_array().unwrap();
        let said = connections.iter().flat_map(|c| c["interactions"].as_array().unwrap()).filter_map(|i| i.get("receive"));
        messages.extend(said.cloned());
    }
    let known = ["update", "status.update", "delete", "notification"];
    let expected = messages.iter().filter(|m| m["event"].as_str().is_some_and(|e| known.contains(&e))).count();
    assert!(expected > 0 && expected < messages.len(), "{expected} of {}", messages.len());

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let streaming = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        use futures_util::SinkExt;
        let (wire, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(wire).await.unwrap();
        for message in messages {
            socket.send(tokio_tungstenite::tungstenite::Message::text(message.to_string())).await.unwrap();
        }
        socket.close(None).await.unwrap();
    });
    let server = Replay::start().await;
    let urls = serde_json::json!({"version": "4.3.0", "urls": {"streaming_api": format!("ws://{streaming}")}});
    server.give_json("GET", "/api/v2/instance", 200, urls);
    let mut ada = server.someone();
    let host = server.url.split_once("://").unwrap().1.to_owned();
    ada.http = Http::new(networks::http::Reach { private_hosts: vec![streaming, host] });
    let (out, mut events) = tokio::sync::mpsc::channel(1000);
    Mastodon.stream().unwrap().run(&ada.call(), &[], out).await.unwrap_err();
    let mut read = 0;
    while let Ok(event) = events.try_recv() {
        read += usize::from(event != Event::Open);
    }
    assert_eq!(read, expected);
    eprintln!("read: {read} messages");
}
