//! Every network keeps its promises: one suite that walks `networks::ALL`. What a call needs of an account stands in the network's own
//! `fixtures/account.json`; the servers here only misbehave. A facet is tested where it is present.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, PostRef, Secret, Timestamp, Visibility};
use networks::http::Reach;
use networks::{ALL, Baggage, Call, Cursor, Happened, Http, Network, NetworkError, Search, Sign, Sought};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Stands in every secret of `account.json`; must never stand in an error.
const SECRET: &str = "s3cret";
/// Stands in every text sent and in every garbled answer; must never stand in an error either.
const WORDS: &str = "hunter2";

fn folder(network: &dyn Network) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(network.about().key)
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

#[test]
fn every_folder_of_a_network_is_listed() {
    let listed: BTreeSet<String> = ALL.iter().map(|n| n.about().key.to_owned()).collect();
    assert_eq!(listed.len(), ALL.len(), "two networks share a key");
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(src).expect("the sources").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(entry.path().join("mod.rs")) else { continue };
        let is_network = text.contains("impl Network for") && text.contains("fn sign_in");
        assert!(!is_network || listed.contains(&name), "add &{name}::… to ALL in networks/src/lib.rs");
    }
}

#[test]
fn what_a_network_says_about_itself() {
    let mut marks = BTreeSet::new();
    for network in ALL {
        let about = network.about();
        let key = about.key;
        assert!(!key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'), "{key}");
        assert!(about.name.starts_with(char::is_uppercase), "{key}: {}", about.name);
        assert!(about.mark.chars().count() == 2 && about.mark.chars().all(char::is_alphabetic), "{key}: two letters, not {}", about.mark);
        assert!(marks.insert(about.mark), "{key}: {} is another's mark", about.mark);
        assert!(about.blurb.ends_with('.') && !about.blurb.contains('!'), "{key}: {:?}", about.blurb);
        let readme = std::fs::read_to_string(folder(*network).join("README.md")).unwrap_or_else(|_| panic!("{key} has no README.md"));
        assert!(readme.starts_with("# ") && readme.len() > 300, "{key}: the README says too little");
    }
}

#[test]
fn rules_make_sense() {
    for network in ALL {
        let (key, rules) = (network.about().key, (network.about().rules)());
        assert!(!rules.visibilities.is_empty(), "{key}: the first visibility is the default");
        assert!(rules.visibilities.iter().all(|v| Visibility::ALL.contains(v)), "{key}");
        assert!(rules.text_max.is_none_or(|max| max >= 20) && rules.bytes_max.is_none_or(|max| max >= 80), "{key}: no text fits");
        assert!(rules.link_weight.is_none_or(|w| rules.text_max.is_none_or(|max| w < max)), "{key}: no link fits");
        let takes_pictures = rules.pictures_max > 0;
        assert_eq!(takes_pictures, rules.picture_bytes_max > 0, "{key}: pictures have a number and a size");
        assert_eq!(takes_pictures, !rules.picture_types.is_empty(), "{key}: pictures have types");
        assert!(rules.picture_types.iter().all(|t| t.contains('/') && *t == t.to_lowercase()), "{key}: MIME types");
        assert!(!takes_pictures || network.publish().is_some(), "{key}: pictures go nowhere");
        let parts = model::split::split(&"A sentence of some length. ".repeat(200), &rules);
        assert!(parts.iter().all(|p| rules.text_max.is_none_or(|max| model::measure::length(p, &rules) <= max)), "{key}");
    }
}

#[test]
fn facets_have_what_they_need() {
    let searches = [Search::Home, Search::Tag("bread".into()), Search::Words("bread".into()), Search::By("ada".into()), Search::Feed];
    for network in ALL {
        let key = network.about().key;
        let sign_in = network.sign_in().unwrap_or_else(|| panic!("{key} can't be connected"));
        let form = sign_in.form();
        let keys: BTreeSet<&str> = form.iter().map(|f| f.key).collect();
        assert!(!form.is_empty() && keys.len() == form.len(), "{key}: fields by different keys");
        for field in form {
            assert!(field.key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-'), "{key}: {}", field.key);
            assert!(field.label.starts_with(char::is_uppercase), "{key}: {} needs a label", field.key);
        }
        assert!(form.iter().any(|f| f.is_required), "{key}: a form in which nothing is asked");
        if let Some(listen) = network.listen() {
            assert!(searches.iter().any(|s| listen.can(s)), "{key} listens to nothing");
        }
        let has_ears = network.listen().is_some() || network.inbox().is_some();
        assert!(has_ears || network.publish().is_some(), "{key} does nothing");
        assert!(network.stream().is_none() || has_ears, "{key}: what a stream missed can't be fetched");
    }
}

#[tokio::test]
async fn a_form_left_empty_is_refused_in_words() {
    for network in ALL {
        let key = network.about().key;
        let http = Http::new(Reach::default());
        let sign_in = network.sign_in().expect("checked above");
        let trouble = sign_in.begin(&http, &networks::Answers::new(), None, now()).await.expect_err(key);
        assert!(matches!(&trouble, NetworkError::Refused(why) | NetworkError::Forbidden(why) if !why.is_empty()), "{key}: {trouble:?}");
    }
}

/// A network's account on a server of ours, as its `account.json` has it.
struct Guest {
    network: &'static dyn Network,
    http: Http,
    account: Account,
    secret: Secret,
    /// Somebody else's post, and one of our own.
    post: PostRef,
    own: PostRef,
    person: String,
    /// It speaks by socket alone: a fault at the door is met before anything was said.
    is_by_socket: bool,
}

impl Guest {
    fn at(network: &'static dyn Network, port: u16) -> Guest {
        let path = folder(network).join("fixtures/account.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let server = format!("http://127.0.0.1:{port}");
        let value: serde_json::Value = serde_json::from_str(&text.replace("{server}", &server)).expect("JSON");
        let word = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
        let secret = match &value["secret"] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert!(secret.is_empty() || secret.contains(SECRET), "secrets in account.json say {SECRET}");
        let account = Account {
            id: AccountId(1),
            network: NetworkKey::new(network.about().key),
            server,
            remote_id: word(&value["remote_id"]),
            handle: word(&value["handle"]),
            name: "Ada".into(),
            avatar_url: None,
            url: None,
            rules: (network.about().rules)(),
            state: AccountState::Working,
            created_at: now(),
        };
        let post = |of: &str| PostRef::new(word(&value[of]["id"]), word(&value[of]["tag"]));
        let (post, own) = (post("post"), post("own"));
        let http = Http::new(Reach { private_hosts: vec![format!("127.0.0.1:{port}")] });
        let is_by_socket = value["door"] == "socket";
        Guest { network, http, account, secret: Secret::new(secret), post, own, person: word(&value["person"]), is_by_socket }
    }
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }

    /// Every call that changes nothing: its name, and the trouble it met, if any.
    async fn read(&self) -> Vec<(String, Option<NetworkError>)> {
        let (call, mut all) = (self.call(), Vec::new());
        if let Some(listen) = self.network.listen() {
            let by = Search::By(self.account.remote_id.clone());
            for search in [Search::Home, Search::Tag("bread".into()), Search::Words("bread".into()), by, Search::Feed] {
                if listen.can(&search) {
                    all.push((format!("search {search:?}"), listen.search(&call, &search, &Cursor::default()).await.err()));
                }
            }
            all.push(("thread".into(), listen.thread(&call, &self.post).await.err()));
        }
        if let Some(inbox) = self.network.inbox() {
            all.push(("inbox".into(), inbox.since(&call, &Cursor::default()).await.err()));
        }
        if let Some(people) = self.network.people() {
            all.push(("profile".into(), people.profile(&call, &self.person).await.err()));
        }
        if let Some(publish) = self.network.publish() {
            let key = DeliveryKey("0197-key".into());
            all.push(("find".into(), publish.find(&call, &Sought::new(&part(), &key, now())).await.err()));
        }
        if let Some(sign_in) = self.network.sign_in() {
            all.push(("look again".into(), sign_in.look_again(&call).await.err()));
            all.push(("refresh".into(), sign_in.refresh(&call).await.err()));
        }
        all
    }

    /// Every call that changes something.
    async fn write(&self) -> Vec<(String, Option<NetworkError>)> {
        let (call, mut all) = (self.call(), Vec::new());
        let Some(publish) = self.network.publish() else { return all };
        let key = DeliveryKey("0197-key".into());
        all.push(("post".into(), publish.post(&call, &part(), &Baggage::default(), &key).await.err()));
        all.push(("edit".into(), publish.edit(&call, &self.own, &part(), &Baggage::default()).await.err()));
        all.push(("delete".into(), publish.delete(&call, &self.own).await.err()));
        all.push(("like".into(), publish.sign(&call, &self.post, Sign::Like).await.err()));
        all.push(("unlike".into(), publish.unsign(&call, &self.post, Sign::Like, "").await.err()));
        all
    }
}

fn part() -> Part {
    Part::of_text(format!("{WORDS} in a post"))
}

/// Nothing secret is told, and nobody is sent to sign in again for a server's moods.
fn check_words(key: &str, fault: &str, calls: &[(String, Option<NetworkError>)]) {
    for (call, trouble) in calls {
        let Some(trouble) = trouble else { continue };
        let told = format!("{trouble} {trouble:?}");
        assert!(!told.contains(SECRET) && !told.contains(WORDS), "{key}, {call} at {fault}: {told}");
        assert!(!matches!(trouble, NetworkError::SignInAgain), "{key}, {call} at {fault}: nobody refused the token");
    }
}

/// A server that gives everyone the same answer.
async fn always(status: StatusCode, kind: &'static str, headers: &'static [(&'static str, &'static str)], body: Vec<u8>) -> u16 {
    let answer = move |request: axum::extract::Request| {
        let body = body.clone();
        async move {
            // The whole request is read, as a real server does.
            let _ = axum::body::to_bytes(request.into_body(), 1 << 20).await;
            let mut response = Response::builder().status(status).header(header::CONTENT_TYPE, kind);
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            response.body(Body::from(body)).expect("a response")
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    port
}

/// A server that hears everything and hangs up.
async fn hangs_up() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((mut wire, _)) = listener.accept().await {
            let mut bytes = [0; 65536];
            let _ = wire.read(&mut bytes).await;
            let _ = wire.shutdown().await;
        }
    });
    port
}

#[tokio::test]
async fn a_server_out_of_order_is_asked_again_later() {
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE] {
        let port = always(status, "text/html", &[], format!("<h1>{WORDS}</h1>").into_bytes()).await;
        for network in ALL {
            let key = network.about().key;
            let calls = Guest::at(*network, port).read().await;
            check_words(key, status.as_str(), &calls);
            for (call, trouble) in &calls {
                assert!(trouble.as_ref().is_none_or(NetworkError::may_pass), "{key}, {call} at {status}: {trouble:?} is for good");
            }
            assert!(calls.iter().filter(|(_, t)| t.is_some()).count() * 2 >= calls.len(), "{key} at {status}: {calls:?}");
        }
    }
}

#[tokio::test]
async fn asked_to_wait_it_says_until_when() {
    let port = always(
        StatusCode::TOO_MANY_REQUESTS,
        "application/json",
        &[("retry-after", "120")],
        format!("{{\"error\":\"{WORDS}\"}}").into_bytes(),
    )
    .await;
    let until = now() + jiff::SignedDuration::from_secs(120);
    for network in ALL {
        let key = network.about().key;
        let guest = Guest::at(*network, port);
        for calls in [guest.read().await, guest.write().await] {
            check_words(key, "429", &calls);
            for (call, trouble) in calls {
                let is_right =
                    matches!(&trouble, None | Some(NetworkError::NotOffered)) || trouble == Some(NetworkError::SlowDown { until });
                assert!(is_right, "{key}, {call} at 429: {trouble:?}");
            }
        }
    }
}

#[tokio::test]
async fn garbage_is_called_garbage() {
    let deep = "[".repeat(100_000).into_bytes();
    let wide = [b"[".as_slice(), &b" ".repeat(20 * 1024 * 1024)].concat();
    let bodies: [(&str, &'static str, Vec<u8>); 7] = [
        ("a web page", "text/html", format!("<html><p>{WORDS}</p></html>").into_bytes()),
        ("half a list", "application/json", format!("[{{\"id\": \"{WORDS}").into_bytes()),
        ("a number", "application/json", b"7".to_vec()),
        ("bytes", "application/octet-stream", vec![0xff, 0xfe, 0x00, 0x80]),
        ("nothing", "application/json", Vec::new()),
        ("a deep hole", "application/json", deep),
        ("an endless list", "application/json", wide),
    ];
    for (fault, kind, body) in bodies {
        let port = always(StatusCode::OK, kind, &[], body).await;
        for network in ALL {
            let key = network.about().key;
            let calls = Guest::at(*network, port).read().await;
            check_words(key, fault, &calls);
            for (call, trouble) in &calls {
                let is_right =
                    !matches!(trouble, Some(NetworkError::TokenOld | NetworkError::SlowDown { .. } | NetworkError::Forbidden(_)));
                assert!(is_right, "{key}, {call} at {fault}: {trouble:?}");
            }
            assert!(calls.iter().any(|(_, t)| matches!(t, Some(NetworkError::Garbled(_)))), "{key} at {fault}: {calls:?}");
        }
    }
}

#[tokio::test]
async fn json_of_another_shape_does_no_harm() {
    let shapes = [
        "{}",
        "[]",
        "null",
        "[null]",
        "[[]]",
        "{\"id\":7}",
        "{\"feed\":[null]}",
        "{\"items\":[{}]}",
        "\"x\"",
        "[{\"id\":{}}]",
        "{\"error\":[]}",
    ];
    for shape in shapes {
        let port = always(StatusCode::OK, "application/json", &[], shape.as_bytes().to_vec()).await;
        for network in ALL {
            let guest = Guest::at(*network, port);
            check_words(network.about().key, shape, &guest.read().await);
            check_words(network.about().key, shape, &guest.write().await);
        }
    }
}

#[tokio::test]
async fn a_refusal_without_the_network_s_own_words_is_nobody_s_fault() {
    for status in
        [StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NOT_FOUND, StatusCode::GONE]
    {
        let port = always(status, "text/html", &[], format!("<h1>{WORDS}</h1>").into_bytes()).await;
        for network in ALL {
            let guest = Guest::at(*network, port);
            check_words(network.about().key, status.as_str(), &guest.read().await);
            check_words(network.about().key, status.as_str(), &guest.write().await);
        }
    }
}

#[tokio::test]
async fn a_post_whose_answer_is_lost_may_have_landed() {
    let ports = [
        ("a hang-up", hangs_up().await),
        ("500", always(StatusCode::INTERNAL_SERVER_ERROR, "text/html", &[], Vec::new()).await),
        ("a web page", always(StatusCode::OK, "text/html", &[], b"<p>fine</p>".to_vec()).await),
        ("half an answer", always(StatusCode::OK, "application/json", &[], b"{\"id\": \"1".to_vec()).await),
    ];
    for (fault, port) in ports {
        for network in ALL {
            let Some(publish) = network.publish() else { continue };
            let (key, guest) = (network.about().key, Guest::at(*network, port));
            let trouble = publish.post(&guest.call(), &part(), &Baggage::default(), &DeliveryKey("0197-key".into())).await.expect_err(key);
            check_words(key, fault, &[("post".into(), Some(trouble.clone()))]);
            let expected = if guest.is_by_socket { Happened::No } else { Happened::Maybe };
            assert_eq!(trouble.happened(), expected, "{key} at {fault}: {trouble:?}");
        }
    }
}

#[tokio::test]
async fn a_post_that_never_left_has_not_happened() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    for network in ALL {
        let (key, guest) = (network.about().key, Guest::at(*network, port));
        for calls in [guest.read().await, guest.write().await] {
            check_words(key, "nobody there", &calls);
            for (call, trouble) in calls {
                assert!(trouble.as_ref().is_none_or(|t| t.happened() == Happened::No), "{key}, {call} with nobody there: {trouble:?}");
            }
        }
    }
}

#[tokio::test]
async fn redirects_inward_are_not_followed() {
    let inner = always(StatusCode::OK, "application/json", &[], format!("[{{\"content\":\"{WORDS}\"}}]").into_bytes()).await;
    let target: &'static str = Box::leak(format!("http://127.0.0.1:{inner}/").into_boxed_str());
    let headers: &'static [(&str, &str)] = Box::leak(Box::new([("location", target)]));
    let port = always(StatusCode::FOUND, "text/plain", headers, Vec::new()).await;
    for network in ALL {
        let key = network.about().key;
        let guest = Guest::at(*network, port);
        for (call, trouble) in guest.read().await {
            assert!(trouble.is_some() || call == "refresh", "{key}, {call} followed a redirect inward");
        }
    }
}
