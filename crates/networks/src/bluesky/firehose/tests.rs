use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use super::*;
use crate::http::Reach;

fn event(us: i64, operation: &str, rkey: &str, text: &str) -> String {
    let record = (operation != "delete").then(|| json!({"text": text, "createdAt": "2026-01-02T03:04:05Z", "langs": ["en"]}));
    json!({"did": "did:plc:ben", "time_us": us, "kind": "commit",
           "commit": {"rev": "r", "operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record, "cid": "bafy"}})
    .to_string()
}

/// The same in Jetstream's second form.
fn wrapped(time: &str, operation: &str, rkey: &str, text: &str) -> String {
    let record = (operation != "delete").then(|| json!({"text": text, "createdAt": "2026-01-02T03:04:05Z", "langs": ["en"]}));
    json!({"$type": "message", "payload": {
        "$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": 7, "did": "did:plc:ben", "time": "2020-01-01T00:00:00.000000Z",
        "witnessedAt": time, "rev": "r", "operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record, "cid": "bafy",
    }})
    .to_string()
}

/// A server that says `messages` to everyone who comes, then hangs up; and the addresses it was asked for. It has no dictionary.
async fn server(messages: Vec<Message>) -> (String, Arc<Mutex<Vec<String>>>) {
    server_with(None, messages).await
}

/// The same of one that hands out a dictionary.
async fn server_with(dictionary: Option<Vec<u8>>, messages: Vec<Message>) -> (String, Arc<Mutex<Vec<String>>>) {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}/subscribe", door.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut wire, _)) = door.accept().await {
            let mut head = [0; 64];
            let length = wire.peek(&mut head).await.unwrap();
            if String::from_utf8_lossy(&head[..length]).starts_with("GET /xrpc/network.bsky.jetstream.getZstdDictionary ") {
                hand_out(&mut wire, dictionary.as_deref()).await;
                continue;
            }
            let mut path = String::new();
            #[allow(clippy::result_large_err)]
            let note = |request: &Request, response: Response| {
                path = request.uri().to_string();
                Ok(response)
            };
            let mut socket = tokio_tungstenite::accept_hdr_async(wire, note).await.unwrap();
            noted.lock().await.push(path);
            for message in &messages {
                socket.send(message.clone()).await.unwrap();
            }
            let _ = socket.close(None).await;
            while let Some(Ok(_)) = socket.next().await {}
        }
    });
    (address, asked)
}

async fn hand_out(wire: &mut TcpStream, dictionary: Option<&[u8]>) {
    let mut asked = vec![0; 4096];
    let _ = wire.read(&mut asked).await.unwrap();
    let status = if dictionary.is_some() { "200 OK" } else { "404 Not Found" };
    let body = dictionary.unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    wire.write_all(head.as_bytes()).await.unwrap();
    wire.write_all(body).await.unwrap();
}

/// A dictionary for what these tests say.
fn dictionary() -> Vec<u8> {
    let samples: Vec<String> =
        (0..400).map(|n| wrapped("2026-01-02T03:04:05.000000Z", "create", &format!("3{n}"), &"rye ".repeat(n % 9))).collect();
    zstd::dict::from_samples(&samples, 4096).unwrap()
}

fn packed(dictionary: &[u8], text: &str) -> Message {
    Message::binary(zstd::bulk::Compressor::with_dictionary(3, dictionary).unwrap().compress(text.as_bytes()).unwrap())
}

fn http() -> Http {
    Http::new(Reach { private_hosts: vec!["127.0.0.1".into()] })
}

async fn read(address: &str, from: &Cursor) -> (Vec<Stretch>, Answer<()>) {
    let (out, mut stretches) = mpsc::channel(8);
    let ended = Bluesky.read(&http(), address, from, out).await;
    let mut all = Vec::new();
    while let Ok(stretch) = stretches.try_recv() {
        all.push(stretch);
    }
    (all, ended)
}

#[tokio::test]
async fn what_is_said_and_taken_down_comes_in_order_and_is_read_on_where_it_broke_off() {
    let messages = [
        event(1_767_323_045_000_000, "create", "3a", "Cold kitchen"),
        "{\"did\":\"did:plc:ben\",\"time_us\":1767323045000001,\"kind\":\"identity\"}".to_owned(),
        "no JSON".to_owned(),
        json!({"did": "did:plc:ben", "time_us": 1_767_323_045_000_002_i64, "kind": "commit",
               "commit": {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3b", "record": {"text": 7}}})
        .to_string(),
        event(1_767_323_046_000_000, "delete", "3a", ""),
    ];
    let (address, asked) = server(messages.into_iter().map(Message::text).collect()).await;
    let (all, ended) = read(&address, &Cursor::default()).await;
    assert!(matches!(ended, Err(NetworkError::Away(_))), "{ended:?}");
    let flow: Vec<&Flow> = all.iter().flat_map(|s| &s.flow).collect();
    let [Flow::Said(post), Flow::Gone(id)] = flow[..] else { panic!("{flow:?}") };
    assert_eq!((post.text.as_str(), post.author.remote_id.as_str(), post.language.as_deref()), ("Cold kitchen", "did:plc:ben", Some("en")));
    assert_eq!((&post.at.id, id.as_str()), (id, "at://did:plc:ben/app.bsky.feed.post/3a"));
    let next = all.last().unwrap().next.clone();
    assert_eq!(next.0, "us:1767323046000000");
    let _ = read(&address, &next).await;
    let asked = asked.lock().await;
    assert_eq!(asked[0], "/subscribe?wantedCollections=app.bsky.feed.post");
    assert_eq!(asked[1], "/subscribe?wantedCollections=app.bsky.feed.post&cursor=1767323044000000");
}

#[tokio::test]
async fn a_servers_own_firehose_is_read_by_its_numbers_and_by_no_other_servers() {
    let frames = vec![Message::binary(repos::frame(7, "did:plc:ben", "3k", "Cold kitchen")), Message::binary(vec![0xff; 8])];
    let (address, asked) = server(frames).await;
    let address = address.replace("/subscribe", "/xrpc/com.atproto.sync.subscribeRepos");
    let (all, _) = read(&address, &Cursor::default()).await;
    assert_eq!((all.len(), all[0].flow.len(), all[0].next.0.as_str()), (1, 1, format!("seq:7:{address}").as_str()));
    let _ = read(&address, &all[0].next).await;
    let _ = read(&address, &Cursor("seq:9:wss://other.example/xrpc/com.atproto.sync.subscribeRepos".into())).await;
    let _ = read(&address, &Cursor("us:1767323046000000".into())).await;
    let path = "/xrpc/com.atproto.sync.subscribeRepos";
    assert_eq!(*asked.lock().await, [path.to_owned(), format!("{path}?cursor=7"), path.to_owned(), path.to_owned()]);
}

#[tokio::test]
async fn a_private_address_is_not_called_unasked() {
    let (address, _) = server(Vec::new()).await;
    let (out, _stretches) = mpsc::channel(1);
    let ended = Bluesky.read(&Http::new(Reach::default()), &address, &Cursor::default(), out).await;
    assert!(matches!(ended, Err(NetworkError::Forbidden(_))), "{ended:?}");
}

#[tokio::test]
async fn where_a_server_packs_it_is_read_packed_and_a_place_means_the_same() {
    let dictionary = dictionary();
    let id = zstd::zstd_safe::get_dict_id_from_dict(&dictionary).unwrap();
    let messages = vec![
        packed(&dictionary, &wrapped("2026-01-02T03:04:05.000000Z", "create", "3a", "Cold kitchen")),
        Message::binary(b"no zstd at all".to_vec()),
        packed(&dictionary, &json!({"$type": "message", "payload": {"$type": "x#info", "name": "OutdatedCursor"}}).to_string()),
        packed(&dictionary, &wrapped("2026-01-02T03:04:06.000000Z", "delete", "3a", "")),
        packed(&dictionary, &json!({"$type": "error", "error": "ConsumerTooSlow", "message": "too slow"}).to_string()),
    ];
    let (address, asked) = server_with(Some(dictionary), messages).await;
    let (all, ended) = read(&address, &Cursor("us:1767323046000000".into())).await;
    assert!(matches!(&ended, Err(NetworkError::Away(why)) if why.contains("ConsumerTooSlow")), "{ended:?}");
    let flow: Vec<&Flow> = all.iter().flat_map(|s| &s.flow).collect();
    let [Flow::Said(post), Flow::Gone(id_gone)] = flow[..] else { panic!("{flow:?}") };
    assert_eq!((post.text.as_str(), id_gone), ("Cold kitchen", &post.at.id));
    assert_eq!(all.last().unwrap().next.0, "us:1767323046000000", "when it was seen, not when it says it was");
    let path = format!("/xrpc/{EVENTS}?kinds=commit&collections=app.bsky.feed.post&zstdDictionary={id}&cursor=1767323044000000");
    assert_eq!(*asked.lock().await, [path]);
}

#[tokio::test]
async fn a_server_that_packs_otherwise_than_it_says_is_read_plain() {
    let other = zstd::dict::from_samples(&(0..400).map(|n| format!("{n} {}", "spelt ".repeat(n % 7))).collect::<Vec<_>>(), 4096).unwrap();
    let plain = Message::text(event(1_767_323_045_000_000, "create", "3a", "Cold kitchen"));
    let (address, asked) = server_with(Some(other), vec![packed(&dictionary(), "{}"), plain]).await;
    let (all, _) = read(&address, &Cursor::default()).await;
    assert_eq!(all.iter().flat_map(|s| &s.flow).count(), 1);
    let asked = asked.lock().await;
    assert!(asked[0].starts_with("/xrpc/") && asked[1] == "/subscribe?wantedCollections=app.bsky.feed.post", "{asked:?}");
}

#[tokio::test]
async fn the_second_form_is_read_unpacked_where_there_is_no_dictionary() {
    let (address, asked) = server(vec![Message::text(wrapped("2026-01-02T03:04:05.000000Z", "create", "3a", "Cold kitchen"))]).await;
    let (all, _) = read(&address.replace("/subscribe", &format!("/xrpc/{EVENTS}")), &Cursor::default()).await;
    assert_eq!(all.iter().flat_map(|s| &s.flow).count(), 1);
    assert_eq!(*asked.lock().await, [format!("/xrpc/{EVENTS}?kinds=commit&collections=app.bsky.feed.post")]);
}
