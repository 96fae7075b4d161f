//! The client against real sockets that behave and misbehave.

use std::io::Write;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::Happened;

/// What a server heard, request by request.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server that answers each request with what `answer` makes of its head, then closes. Gives its port.
async fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let heard = Heard::default();
    let (kept, answer) = (heard.clone(), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((mut wire, _)) = listener.accept().await {
            let (kept, answer) = (kept.clone(), answer.clone());
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.windows(4).any(|w| w == b"\r\n\r\n") {
                    let mut bytes = [0; 2048];
                    match wire.read(&mut bytes).await {
                        Ok(n) if n > 0 => head.extend_from_slice(&bytes[..n]),
                        _ => return,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                kept.lock().expect("unpoisoned").push(head.clone());
                let _ = wire.write_all(&answer(&head)).await;
            });
        }
    });
    (port, heard)
}

fn with_body(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

fn reach(ports: &[u16]) -> Reach {
    Reach { private_hosts: ports.iter().map(|p| format!("127.0.0.1:{p}")).collect() }
}

/// Every name leads to `ip`.
fn leads_to(ip: &str) -> Lookup {
    let ip: IpAddr = ip.parse().expect("an address");
    Arc::new(move |_| Box::pin(async move { Ok(vec![ip]) }))
}

async fn fetch(http: &Http, url: &str) -> Answer<Reply> {
    http.send(http.get(url)?).await
}

#[tokio::test]
async fn an_answer_of_any_status_is_an_answer() {
    let (port, heard) = serve(|_| with_body("418 Teapot", "X-Say: hello\r\n", b"{\"a\": 1}")).await;
    let http = Http::new(reach(&[port]));
    let reply = fetch(&http, &format!("http://127.0.0.1:{port}/x")).await.expect("an answer");
    assert_eq!((reply.status, reply.is_success(), reply.header("x-say")), (418, false, Some("hello")));
    assert_eq!(reply.json::<serde_json::Value>().expect("JSON")["a"], 1);
    assert_eq!(reply.text(), "{\"a\": 1}");
    assert!(heard.lock().expect("unpoisoned")[0].contains(concat!("user-agent: Hobnob/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_private_address_is_not_called() {
    let (port, heard) = serve(|_| with_body("200 OK", "", b"secret")).await;
    let http = Http::new(Reach::default());
    for url in [format!("http://127.0.0.1:{port}/"), format!("http://localhost:{port}/"), format!("http://[::ffff:127.0.0.1]:{port}/")] {
        let error = fetch(&http, &url).await.expect_err("forbidden");
        assert!(matches!(error, NetworkError::Forbidden(_)), "{error:?}");
        assert_eq!(error.happened(), Happened::No);
    }
    assert!(heard.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn a_name_that_turns_to_a_private_address_is_not_called() {
    let (port, heard) = serve(|_| with_body("200 OK", "", b"secret")).await;
    for ip in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1"] {
        let http = Http::with(Reach::default(), leads_to(ip), ANSWER_MAX);
        let error = fetch(&http, &format!("http://blog.example:{port}/")).await.expect_err("forbidden");
        assert!(matches!(error, NetworkError::Forbidden(_)), "{error:?}");
        let error = http.websocket(&format!("ws://blog.example:{port}/"), None).await.expect_err("forbidden");
        assert!(matches!(error, NetworkError::Forbidden(_)), "{error:?}");
    }
    assert!(heard.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn naming_one_port_of_a_host_opens_no_other() {
    let (port, _) = serve(|_| with_body("200 OK", "", b"fine")).await;
    let named = Reach { private_hosts: vec![format!("nas.example:{port}")] };
    let http = Http::with(named, leads_to("127.0.0.1"), ANSWER_MAX);
    assert_eq!(fetch(&http, &format!("http://nas.example:{port}/")).await.expect("named").body, b"fine");
    let error = fetch(&http, "http://nas.example:8088/").await.expect_err("another port");
    assert!(matches!(error, NetworkError::Forbidden(_)), "{error:?}");
}

#[tokio::test]
async fn a_redirect_out_there_leads_to_no_private_address() {
    // The first hop is a public name in the guard's eyes: only its redirect is judged here.
    let request = Request::new(Method::GET, "https://blog.example/".parse().expect("an address"));
    let to = |s: &str| guard::check(&Url::parse(s).expect("an address"), &Reach::default());
    for target in ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest", "file:///etc/passwd", "http://a:b@blog.example/"]
    {
        assert!(to(target).is_err(), "{target}");
    }
    let moved = led_on(request, "https://other.example/".parse().expect("an address"));
    assert_eq!(moved.url().as_str(), "https://other.example/");

    // From a named host to a private one that is not named.
    let (shut, heard) = serve(|_| with_body("200 OK", "", b"secret")).await;
    let (port, _) = serve(move |_| with_body("302 Found", &format!("Location: http://127.0.0.1:{shut}/\r\n"), b"")).await;
    let error = fetch(&Http::new(reach(&[port])), &format!("http://127.0.0.1:{port}/")).await.expect_err("forbidden");
    assert!(matches!(error, NetworkError::Forbidden(_)), "{error:?}");
    assert!(heard.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn redirects_are_followed_and_the_token_stays_at_home() {
    let (other, heard) = serve(|_| with_body("200 OK", "", b"there")).await;
    let (port, _) = serve(move |head| {
        let to = if head.starts_with("GET /far ") { format!("http://127.0.0.1:{other}/") } else { "/near".to_owned() };
        if head.starts_with("GET /near ") {
            let told = head.to_ascii_lowercase().contains("authorization: bearer t0ken");
            return with_body("200 OK", "", if told { b"known" } else { b"unknown" });
        }
        with_body("301 Moved", &format!("Location: {to}\r\n"), b"")
    })
    .await;
    let http = Http::new(reach(&[port, other]));
    let get = |path: &str| http.get(&format!("http://127.0.0.1:{port}{path}")).expect("allowed").bearer_auth("t0ken");
    let near = http.send(get("/start")).await.expect("an answer");
    assert_eq!((near.text().as_ref(), near.url.path()), ("known", "/near"));
    let far = http.send(get("/far")).await.expect("an answer");
    assert_eq!((far.text().as_ref(), far.url.port()), ("there", Some(other)));
    assert!(!heard.lock().expect("unpoisoned")[0].to_ascii_lowercase().contains("t0ken"));
}

#[tokio::test]
async fn redirects_end_and_only_reading_calls_follow_them() {
    let (port, heard) = serve(|_| with_body("302 Found", "Location: /again\r\n", b"")).await;
    let http = Http::new(reach(&[port]));
    let url = format!("http://127.0.0.1:{port}/");
    assert!(matches!(fetch(&http, &url).await, Err(NetworkError::Garbled(_))));
    assert_eq!(heard.lock().expect("unpoisoned").len(), REDIRECTS_MAX + 1);
    let reply = http.send(http.post(&url).expect("allowed").body("words")).await.expect("the redirect itself");
    assert_eq!(reply.status, 302);
    assert_eq!(heard.lock().expect("unpoisoned").len(), REDIRECTS_MAX + 2);
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_huge_one_is_stopped() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        packer.write_all(&vec![0; 1024 * 1024]).expect("in memory");
    }
    let bomb = packer.finish().expect("in memory");
    assert!(bomb.len() < 100_000);
    let (port, _) = serve(move |_| with_body("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await;
    let error = fetch(&Http::new(reach(&[port])), &format!("http://127.0.0.1:{port}/")).await.expect_err("too large");
    assert!(matches!(&error, NetworkError::Garbled(why) if why.contains("larger")), "{error:?}");
}

#[tokio::test]
async fn bodies_over_the_limit_wrongly_packed_or_broken_off() {
    let (port, _) = serve(|head| {
        if head.contains("/chunks") {
            let mut out = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
            out.extend_from_slice(&[b'x'; 5000]);
            return out;
        }
        if head.contains("/short") {
            return b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec();
        }
        if head.contains("/packed") {
            return with_body("200 OK", "Content-Encoding: gzip\r\n", b"this is not gzip");
        }
        if head.contains("/noise") {
            return b"\0\0\0 not http at all\r\n\r\n".to_vec();
        }
        with_body("200 OK", "", &[b'x'; 5000])
    })
    .await;
    let http = Http::new(reach(&[port]));
    let get = |path: &str| http.get(&format!("http://127.0.0.1:{port}{path}")).expect("allowed");
    for path in ["/told", "/chunks"] {
        let error = http.send_within(get(path), 4096).await.expect_err("too large");
        assert!(matches!(&error, NetworkError::Garbled(why) if why.contains("larger")), "{error:?}");
        assert_eq!(http.send_within(get(path), 5000).await.expect("just fits").body.len(), 5000);
    }
    assert!(matches!(http.send(get("/packed")).await, Err(NetworkError::Garbled(_))));
    for path in ["/short", "/noise"] {
        let error = http.send(get(path)).await.expect_err("broken");
        assert_eq!(error.happened(), Happened::Maybe, "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_never_finishes_is_given_up_and_may_have_done_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((mut wire, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
                for _ in 0..100 {
                    let _ = wire.write_all(b".").await;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    });
    let http = Http::with(reach(&[port]), guard::system_lookup(), Duration::from_millis(300));
    let began = std::time::Instant::now();
    let error = http.send(http.post(&format!("http://127.0.0.1:{port}/")).expect("allowed")).await.expect_err("too slow");
    assert!(matches!(error, NetworkError::Unanswered(_)), "{error:?}");
    assert_eq!(error.happened(), Happened::Maybe);
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn nobody_there_is_certain() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let http = Http::new(reach(&[port]));
    let error = http.send(http.post(&format!("http://127.0.0.1:{port}/")).expect("allowed")).await.expect_err("nobody");
    assert!(matches!(error, NetworkError::Away(_)), "{error:?}");
    let failing: Lookup = Arc::new(|_| Box::pin(async { Err(std::io::Error::other("no such name")) }));
    let http = Http::with(Reach::default(), failing, ANSWER_MAX);
    let error = fetch(&http, "https://nowhere.example/").await.expect_err("no name");
    assert!(matches!(error, NetworkError::Away(_)), "{error:?}");
    assert_eq!(error.happened(), Happened::No);
}

#[tokio::test]
async fn an_answer_lost_after_sending_may_have_happened() {
    let (port, _) = serve(|_| Vec::new()).await;
    let http = Http::new(reach(&[port]));
    let error = http.send(http.post(&format!("http://127.0.0.1:{port}/")).expect("allowed").body("words")).await.expect_err("lost");
    assert!(matches!(error, NetworkError::Unanswered(_)), "{error:?}");
}

#[tokio::test]
async fn pictures_are_what_their_bytes_say() {
    let (port, _) = serve(|head| match head.split(' ').nth(1).unwrap_or("") {
        "/fine" => with_body("200 OK", "Content-Type: image/jpeg\r\n", b"\x89PNG\r\n\x1a\nrest"),
        "/svg" => with_body("200 OK", "Content-Type: image/svg+xml\r\n", b"<svg/>"),
        "/lie" => with_body("200 OK", "Content-Type: image/png\r\n", b"<html><script>"),
        "/page" => with_body("200 OK", "Content-Type: text/html\r\n", b"\x89PNG\r\n\x1a\nrest"),
        "/large" => with_body("200 OK", "Content-Type: image/png\r\n", &vec![0; PICTURE_MAX + 1]),
        _ => with_body("404 Not Found", "", b""),
    })
    .await;
    let http = Http::new(reach(&[port]));
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    assert_eq!(http.picture(&url("/fine")).await.expect("a picture").0, "image/png");
    for path in ["/svg", "/lie", "/page"] {
        assert!(matches!(http.picture(&url(path)).await, Err(NetworkError::Refused(_))), "{path}");
    }
    assert!(matches!(http.picture(&url("/large")).await, Err(NetworkError::Garbled(_))));
    assert!(matches!(http.picture(&url("/gone")).await, Err(NetworkError::NotThere)));
}

#[tokio::test]
async fn a_stream_opens_with_its_header_and_large_messages_are_refused() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((wire, _)) = listener.accept().await {
            let mut socket = tokio_tungstenite::accept_async(wire).await.expect("a handshake");
            let _ = socket.send(Message::text("hello")).await;
            let _ = socket.send(Message::binary(vec![0; MESSAGE_MAX + 1])).await;
        }
    });
    let http = Http::new(reach(&[port]));
    let mut socket = http.websocket(&format!("ws://127.0.0.1:{port}/s"), Some(("authorization", "Bearer x"))).await.expect("open");
    assert_eq!(socket.next().await.expect("a message").expect("whole"), Message::text("hello"));
    assert!(socket.next().await.expect("something").is_err());
    let http_url = http.websocket(&format!("http://127.0.0.1:{port}/"), None).await;
    assert!(matches!(http_url, Err(NetworkError::Forbidden(_))));
    let (deaf, _) = serve(|_| with_body("401 Unauthorized", "", b"")).await;
    let refused = Http::new(reach(&[deaf])).websocket(&format!("ws://127.0.0.1:{deaf}/"), None).await;
    assert!(matches!(refused, Err(NetworkError::Refused(_))));
}

#[test]
fn what_stood_in_an_answer_never_enters_an_error() {
    #[derive(Debug, serde::Deserialize)]
    struct Wanted {
        #[allow(dead_code)]
        number: u32,
    }
    let reply = |body: &str| Reply {
        status: 200,
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
        url: "https://social.example/".parse().expect("an address"),
    };
    for body in [r#"{"number": "hunter2"}"#, r#"{"hunter2": 1}"#, "hunter2", r#"{"number": 1, hunter2"#] {
        let error = reply(body).json::<Wanted>().expect_err("not what is wanted");
        assert!(matches!(error, NetworkError::Garbled(_)));
        assert!(!format!("{error} {error:?} {:?}", reply(body)).contains("hunter2"));
    }
}
