//! The client against a server that misbehaves: what is told to the caller decides whether a post may be sent again.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use model::{Account, AccountId, AccountState, DeliveryKey, NetworkKey, Part, PictureId, PostRef, Rules, Secret, Timestamp};
use networks::bluesky::Bluesky;
use networks::http::Reach;
use networks::*;
use serde_json::{Value, json};

const DID: &str = "did:plc:ada4bluesky";

/// A server's answer to one call: status, `ratelimit-reset` where it says one, body.
type Said = (u16, Option<i64>, String);
type Manner = dyn Fn(&str, &BTreeMap<String, String>, &Value) -> Said + Send + Sync;

struct Server {
    url: String,
    calls: Arc<Mutex<Vec<String>>>,
}

fn fine(body: Value) -> Said {
    (200, None, body.to_string())
}

fn fault(status: u16, name: &str, message: &str) -> Said {
    (status, None, json!({"error": name, "message": message}).to_string())
}

async fn serve(manner: impl Fn(&str, &BTreeMap<String, String>, &Value) -> Said + Send + Sync + 'static) -> Server {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let (manner, list): (Arc<Manner>, _) = (Arc::new(manner), calls.clone());
    let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let (manner, list) = (manner.clone(), list.clone());
        async move {
            let method = uri.path().trim_start_matches("/xrpc/").to_owned();
            let mut parameters: BTreeMap<String, String> =
                url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
            let token = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
            parameters.insert("token".into(), token.trim_start_matches("Bearer ").to_owned());
            list.lock().unwrap().push(method.clone());
            let (status, reset, text) = manner(&method, &parameters, &serde_json::from_slice(&body).unwrap_or_default());
            let mut response = (StatusCode::from_u16(status).unwrap(), text).into_response();
            if let Some(at) = reset {
                response.headers_mut().insert("ratelimit-reset", at.into());
            }
            response
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Server { url, calls }
}

/// A server that promises more bytes than it sends.
async fn serve_half() -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let _ = socket.read(&mut asked).await;
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"uri\":").await;
        }
    });
    url
}

struct Ada {
    http: Http,
    account: Account,
    secret: Secret,
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn ada(server: &str) -> Ada {
    let account = Account {
        id: AccountId(1),
        network: NetworkKey::new("bluesky"),
        server: server.into(),
        remote_id: DID.into(),
        handle: "ada.example".into(),
        name: "Ada".into(),
        avatar_url: None,
        url: None,
        rules: Rules::default(),
        state: AccountState::Working,
        created_at: now(),
    };
    let secret = Secret::new(json!({"did": DID, "access": "old-access", "refresh": "old-refresh"}).to_string());
    Ada { http: Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] }), account, secret }
}

impl Ada {
    fn call(&self) -> Call<'_> {
        Call { http: &self.http, account: &self.account, secret: &self.secret, now: now() }
    }
    async fn post(&self, part: &Part, baggage: &Baggage) -> Answer<Landing> {
        Bluesky.publish().unwrap().post(&self.call(), part, baggage, &DeliveryKey("k1".into())).await
    }
    async fn find(&self) -> Answer<Found> {
        Bluesky.publish().unwrap().find(&self.call(), &Sought::new(&Part::of_text(""), &DeliveryKey("k1".into()), now())).await
    }
    async fn home(&self) -> Answer<Batch<model::Post>> {
        Bluesky.listen().unwrap().search(&self.call(), &Search::Home, &Cursor::default()).await
    }
    async fn refresh(&self) -> Answer<Secret> {
        Bluesky.sign_in().unwrap().refresh(&self.call()).await
    }
}

/// Keeps records under their keys and answers `create` by `how` once it has kept one.
async fn keeper(how: impl Fn(Value) -> Said + Send + Sync + 'static) -> Server {
    let kept: Mutex<BTreeMap<String, Value>> = Mutex::default();
    serve(move |method, parameters, body| {
        let uri = |v: &Value| format!("at://{DID}/{}/{}", v["collection"].as_str().unwrap(), v["rkey"].as_str().unwrap());
        match method {
            "com.atproto.repo.createRecord" => {
                let stands = json!({"uri": uri(body), "cid": "bafycid"});
                kept.lock().unwrap().insert(uri(body), stands.clone());
                how(stands)
            }
            "com.atproto.repo.getRecord" => {
                let asked = format!("at://{DID}/{}/{}", parameters["collection"], parameters["rkey"]);
                kept.lock().unwrap().get(&asked).map_or(fault(400, "RecordNotFound", "Could not locate record"), |r| fine(r.clone()))
            }
            _ => fault(501, "MethodNotImplemented", ""),
        }
    })
    .await
}

#[tokio::test]
async fn a_post_that_landed_behind_an_error_is_found() {
    let server = keeper(|_| fault(500, "InternalServerError", "Internal Server Error")).await;
    let ada = ada(&server.url);
    assert_eq!(ada.find().await, Ok(Found::NotThere));
    let error = ada.post(&Part::of_text("A loaf"), &Baggage::default()).await.unwrap_err();
    assert_eq!((error.happened(), &error), (Happened::Maybe, &NetworkError::Unanswered("the server answered 500".into())));
    let Ok(Found::Here(landing)) = ada.find().await else { panic!("it stands") };
    assert_eq!(landing.at.tag, "bafycid");
    assert_eq!(landing.url, Some(format!("https://bsky.app/profile/ada.example/post/{}", landing.at.id.rsplit('/').next().unwrap())));
    // The same key names the same record at every try.
    let _ = ada.post(&Part::of_text("A loaf"), &Baggage::default()).await;
    assert_eq!(ada.find().await, Ok(Found::Here(landing)));
}

#[tokio::test]
async fn a_server_that_refuses_a_second_try_shows_that_the_first_one_landed() {
    let server = keeper(|_| fault(400, "InvalidRequest", "Record already exists")).await;
    let ada = ada(&server.url);
    let landing = ada.post(&Part::of_text("A loaf"), &Baggage::default()).await.unwrap();
    assert_eq!(ada.find().await, Ok(Found::Here(landing)));
}

#[tokio::test]
async fn a_refusal_is_told_without_the_posts_words() {
    let server = serve(|method, _, body| match method {
        "com.atproto.repo.createRecord" => fault(400, "InvalidRequest", &format!("Invalid record: {}", body["record"]["text"])),
        _ => fault(400, "RecordNotFound", ""),
    })
    .await;
    let error = ada(&server.url).post(&Part::of_text("My starter sulks in the cold"), &Baggage::default()).await.unwrap_err();
    assert!(matches!(&error, NetworkError::Refused(why) if !why.contains("sulks")), "{error:?}");
    assert_eq!(error.happened(), Happened::No);
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_doubt() {
    let ada = ada(&serve_half().await);
    let error = ada.post(&Part::of_text("A loaf"), &Baggage::default()).await.unwrap_err();
    assert_eq!(error.happened(), Happened::Maybe, "{error:?}");
    assert!(ada.home().await.unwrap_err().may_pass());
    assert!(ada.find().await.is_err(), "what could not be read is not a proof");
    assert!(matches!(ada.refresh().await, Err(NetworkError::Unanswered(_) | NetworkError::Garbled(_))));
}

#[tokio::test]
async fn what_fails_before_the_record_has_not_happened() {
    let server = serve(|method, _, _| match method {
        "com.atproto.repo.uploadBlob" => fault(502, "UpstreamFailure", ""),
        _ => fine(json!({"uri": "at://did:plc:x/app.bsky.feed.post/1", "cid": "c"})),
    })
    .await;
    let upload = Upload { id: PictureId(1), mime: "image/png".into(), bytes: vec![1; 8], width: 1, height: 1, alt: String::new() };
    let baggage = Baggage { uploads: vec![upload.clone()], card: None, begun: None };
    let error = ada(&server.url).post(&Part::of_text("A loaf"), &baggage).await.unwrap_err();
    assert_eq!((error.happened(), error.may_pass()), (Happened::No, true), "{error:?}");
    assert_eq!(*server.calls.lock().unwrap(), ["com.atproto.repo.uploadBlob"]);

    let five = Baggage { uploads: vec![upload.clone(); 5], card: None, begun: None };
    let large = Baggage { uploads: vec![Upload { bytes: vec![0; 1_000_001], ..upload.clone() }], card: None, begun: None };
    let odd = Baggage { uploads: vec![Upload { mime: "image/tiff".into(), ..upload }], card: None, begun: None };
    for baggage in [five, large, odd] {
        let error = ada(&server.url).post(&Part::of_text("A loaf"), &baggage).await.unwrap_err();
        assert!(matches!(error, NetworkError::Refused(_)), "{error:?}");
    }
    assert_eq!(server.calls.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_stays_plain_text() {
    let sent: Arc<Mutex<Value>> = Arc::default();
    let seen = sent.clone();
    let server = serve(move |method, parameters, body| match method {
        "com.atproto.identity.resolveHandle" if parameters["handle"] == "ben.org" => fine(json!({"did": "did:plc:ben"})),
        "com.atproto.identity.resolveHandle" => fault(500, "InternalServerError", ""),
        _ => {
            *seen.lock().unwrap() = body["record"].clone();
            fine(json!({"uri": format!("at://{DID}/app.bsky.feed.post/{}", body["rkey"].as_str().unwrap()), "cid": "c"}))
        }
    })
    .await;
    let mut part = Part::of_text("@Ben.org @cy.org @dee.org and @Cy.org");
    part.mentions = vec![("cy.org".into(), "did:plc:cy".into()), ("dee.org".into(), "not a did".into())];
    ada(&server.url).post(&part, &Baggage::default()).await.unwrap();
    let record = sent.lock().unwrap().clone();
    let dids: Vec<_> = record["facets"].as_array().unwrap().iter().map(|f| f["features"][0]["did"].clone()).collect();
    assert_eq!(dids, ["did:plc:ben", "did:plc:cy", "did:plc:cy"]);
}

#[tokio::test]
async fn waiting_renewing_and_nonsense() {
    let until = now() + jiff::SignedDuration::from_secs(300);
    for (said, expected) in [
        ((429, Some(until.as_second()), json!({"error": "RateLimitExceeded"}).to_string()), NetworkError::SlowDown { until }),
        (fault(400, "ExpiredToken", "Token has expired"), NetworkError::TokenOld),
        (fault(401, "ExpiredToken", "Token has expired"), NetworkError::TokenOld),
        (fault(502, "UpstreamFailure", "Upstream Failure"), NetworkError::Away("the server answered 502".into())),
        (fault(501, "MethodNotImplemented", ""), NetworkError::NotOffered),
    ] {
        let server = serve(move |_, _, _| said.clone()).await;
        assert_eq!(ada(&server.url).home().await.unwrap_err(), expected);
    }
    for nonsense in ["", "<html>", "[]", "{\"feed\":7}", "{\"feed\":[", "null"] {
        let server = serve(move |_, _, _| (200, None, nonsense.to_owned())).await;
        let error = ada(&server.url).home().await.unwrap_err();
        assert!(matches!(error, NetworkError::Garbled(_)), "{nonsense}: {error:?}");
    }
    let away = ada("http://127.0.0.1:9").home().await.unwrap_err();
    assert!(matches!(away, NetworkError::Away(_)), "{away:?}");
    let mut lost = ada("http://127.0.0.1:9");
    lost.secret = Secret::new("rubbish");
    assert_eq!(lost.home().await.unwrap_err(), NetworkError::SignInAgain);
}

#[tokio::test]
async fn a_renewal_gives_both_tokens_or_nothing() {
    let good = |access: &str, refresh: &str, did: &str| {
        fine(json!({"accessJwt": access, "refreshJwt": refresh, "did": did, "handle": "ada.example"}))
    };
    for (said, expected) in [
        (good("new-access", "", DID), "garbled"),
        (good("", "new-refresh", DID), "garbled"),
        (fine(json!({"accessJwt": "new-access", "did": DID})), "garbled"),
        (good("new-access", "new-refresh", "did:plc:someone"), "garbled"),
        (fault(400, "ExpiredToken", "Token has been revoked"), "sign in"),
        (fault(400, "InvalidToken", ""), "sign in"),
        (fault(401, "AccountTakedown", ""), "sign in"),
        (fault(400, "SomethingNew", "Try later"), "refused"),
        (fault(500, "InternalServerError", ""), "away"),
        (fault(503, "", ""), "away"),
        (fault(429, "RateLimitExceeded", ""), "wait"),
    ] {
        let told = said.clone();
        let server = serve(move |method, parameters, _| {
            assert_eq!((method, parameters["token"].as_str()), ("com.atproto.server.refreshSession", "old-refresh"));
            told.clone()
        })
        .await;
        let got = match ada(&server.url).refresh().await.unwrap_err() {
            NetworkError::Garbled(_) => "garbled",
            NetworkError::SignInAgain => "sign in",
            NetworkError::Refused(_) => "refused",
            NetworkError::Away(_) => "away",
            NetworkError::SlowDown { .. } => "wait",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected, "{said:?}");
    }
    let server = serve(move |_, _, _| good("new-access", "new-refresh", DID)).await;
    let fresh: Value = serde_json::from_str(ada(&server.url).refresh().await.unwrap().reveal()).unwrap();
    assert_eq!(fresh, json!({"did": DID, "access": "new-access", "refresh": "new-refresh"}));
}

async fn arrive(server: &str) -> Answer<Arrival> {
    let answers = [("handle", "ada.example"), ("password", "word"), ("server", server)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let http = Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] });
    match Bluesky.sign_in().unwrap().begin(&http, &answers, None, now()).await? {
        Step::Done(arrival) => Ok(*arrival),
        Step::Visit { .. } => panic!("one step"),
    }
}

/// A server that signs in by `session` and gives `document` for the account.
async fn door(session: Said, document: Value) -> Server {
    serve(move |method, _, _| match method {
        "com.atproto.identity.resolveHandle" => fine(json!({"did": DID})),
        "com.atproto.server.createSession" => session.clone(),
        "com.atproto.repo.describeRepo" => fine(json!({"didDoc": document})),
        "app.bsky.actor.getProfile" => fault(400, "InvalidRequest", "Profile not found"),
        _ => fault(501, "MethodNotImplemented", ""),
    })
    .await
}

fn document(also: &str, server: &str) -> Value {
    let service = json!({"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": server});
    json!({"id": DID, "alsoKnownAs": [also], "service": [service]})
}

#[tokio::test]
async fn signing_in_goes_to_the_account_that_points_back() {
    let session = |did: &str, doc: Option<Value>| fine(json!({"accessJwt": "a", "refreshJwt": "r", "did": did, "didDoc": doc}));
    let refused = |got: Answer<Arrival>, word: &str| match got.map(|a| a.server) {
        Err(NetworkError::Refused(why)) => assert!(why.contains(word), "{why}"),
        other => panic!("{other:?}"),
    };
    // The document, from the session or from the account's description, names the server; the profile may be still to come.
    let home = door(session(DID, None), Value::Null).await;
    for server in [
        door(session(DID, Some(document("at://ada.example", &home.url))), Value::Null).await,
        door(session(DID, None), document("at://ada.example", &home.url)).await,
    ] {
        let arrival = arrive(&server.url).await.unwrap();
        assert_eq!((arrival.server.as_str(), arrival.profile.handle.as_str()), (home.url.as_str(), "ada.example"));
        assert_eq!(arrival.profile.remote_id, DID);
    }
    refused(arrive(&door(session(DID, Some(document("at://eve.example", &home.url))), Value::Null).await.url).await, "point to each other");
    refused(arrive(&door(session("did:plc:eve", None), Value::Null).await.url).await, "another account");
    let asked = fault(401, "AuthFactorTokenRequired", "A sign in code has been sent to your email address");
    refused(arrive(&door(asked, Value::Null).await.url).await, "app password");
    refused(
        arrive(&door(fault(401, "AuthenticationRequired", "Invalid identifier or password"), Value::Null).await.url).await,
        "did not take",
    );
    refused(arrive("http://pds.example").await, "https://");
    let empty = fine(json!({"accessJwt": "", "refreshJwt": "", "did": DID}));
    let got = arrive(&door(empty, Value::Null).await.url).await.err();
    assert!(matches!(got, Some(NetworkError::Garbled(_))), "{got:?}");
}

#[tokio::test]
async fn a_thread_without_end_is_left_at_a_bound() {
    let server = serve(|_, parameters, _| {
        let uri = parameters["uri"].clone();
        let view = |uri: String, n: u64| {
            json!({"uri": uri, "cid": "c", "author": {"did": DID, "handle": "ada.example"}, "replyCount": 9, "indexedAt": "2026-01-01T00:00:00Z",
                "record": {"text": format!("{n}"), "createdAt": "2026-01-01T00:00:00Z"}})
        };
        let next = |n: u64| format!("at://{DID}/app.bsky.feed.post/{}", uri.rsplit('/').next().unwrap().parse::<u64>().unwrap() * 3 + n);
        let replies: Vec<Value> = (1..4).map(|n| json!({"post": view(next(n), n), "replies": []})).collect();
        fine(json!({"thread": {"post": view(uri.clone(), 0), "replies": replies}}))
    })
    .await;
    let of = PostRef::new(format!("at://{DID}/app.bsky.feed.post/1"), "");
    let posts = Bluesky.listen().unwrap().thread(&ada(&server.url).call(), &of).await.unwrap();
    assert_eq!((posts.len(), server.calls.lock().unwrap().len()), (25, 8));
}
