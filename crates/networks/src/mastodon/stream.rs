//! What comes by itself: the account's own stream and hashtags, by WebSocket. One connection where the server lets us subscribe on it,
//! else one a stream.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, select_all};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::Sender;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::client::Client;
use super::sign_in::instance;
use super::translate::{Here, Parents, heard_from_notification, post_from_status};
use super::{Mastodon, wire};
use crate::http::Socket;
use crate::{Answer, Call, Event, NetworkError, Search, Stream};

/// Hashtags followed on one connection; further ones come by reading their timelines.
const TAGS_MAX: usize = 50;
/// Hashtags followed where each needs a connection of its own.
const SOCKETS_MAX: usize = 8;
/// How long a server may take to say that it knows no such stream, which shows that it listens.
const PROBE_MAX: Duration = Duration::from_secs(3);
/// A stream so long silent is asked for a sign of life; once more, and it is given up.
const QUIET_MAX: Duration = Duration::from_secs(60);
/// Messages kept that come in while the server's answer is awaited.
const EARLY_MAX: usize = 100;

#[async_trait]
impl Stream for Mastodon {
    async fn run(&self, call: &Call<'_>, tags: &[String], out: Sender<Event>) -> Answer<()> {
        let client = Client::of(call)?;
        let base = base(&instance(&client).await?.0, &client.server);
        let here = client.here();
        let tags: Vec<&str> = tags.iter().map(|t| t.trim_start_matches('#')).filter(|t| !t.is_empty()).take(TAGS_MAX).collect();
        let mut early = Vec::new();
        let mut own = open(&client, &base, &[("stream", "user")]).await?;
        let mut others = Vec::new();
        if !tags.is_empty() {
            match takes_orders(&mut own, &mut early).await {
                Takes::Orders => order(&mut own, &tags).await?,
                Takes::None => others = open_tags(&client, &base, &tags).await?,
                Takes::Offence => {
                    own = open(&client, &base, &[("stream", "user")]).await?;
                    others = open_tags(&client, &base, &tags).await?;
                }
            }
        }
        if out.send(Event::Open).await.is_err() {
            return Ok(());
        }
        for message in early {
            if let Some(event) = event(&message, &Search::Home, &here)
                && out.send(event).await.is_err()
            {
                return Ok(());
            }
        }
        let mut pumps: Vec<BoxFuture<'_, Answer<()>>> = vec![Box::pin(pump(own, Search::Home, &here, &out))];
        pumps.extend(others.into_iter().map(|(s, tag)| -> BoxFuture<'_, Answer<()>> { Box::pin(pump(s, Search::Tag(tag), &here, &out)) }));
        select_all(pumps).await.0
    }
}

/// Where the server says its streams are, else where it is itself; never in the clear where the server is not.
fn base(instance: &wire::Instance, server: &str) -> url::Url {
    let urls = [&instance.configuration.urls, &instance.urls];
    let stated = urls.iter().find_map(|u| u.streaming.as_deref().or(u.streaming_api.as_deref()));
    let parse = |text: &str| {
        let text = match text.split_once("://") {
            Some(("http", rest)) => format!("ws://{rest}"),
            Some(("https", rest)) => format!("wss://{rest}"),
            Some(_) => text.to_owned(),
            None => format!("wss://{text}"),
        };
        url::Url::parse(&text).ok().filter(|u| matches!(u.scheme(), "ws" | "wss"))
    };
    let mut url = stated.and_then(parse).or_else(|| parse(server)).expect("the account's server has been called by this address");
    if server.starts_with("https:") && url.scheme() == "ws" {
        let _ = url.set_scheme("wss");
    }
    url.set_path("/api/v1/streaming");
    url.set_query(None);
    url
}

async fn open(client: &Client<'_>, base: &url::Url, query: &[(&str, &str)]) -> Answer<Socket> {
    let mut url = base.clone();
    // In the address for servers that look only there, and as a header for those that want it out of their logs.
    url.query_pairs_mut().extend_pairs(query).append_pair("access_token", &client.keys.token);
    let bearer = format!("Bearer {}", client.keys.token);
    client.stream(url.as_str(), ("Authorization", &bearer)).await
}

/// A tag that the server will not stream is left to reading; a server in trouble is not.
async fn open_tags(client: &Client<'_>, base: &url::Url, tags: &[&str]) -> Answer<Vec<(Socket, String)>> {
    let mut open_ones = Vec::new();
    for tag in tags.iter().take(SOCKETS_MAX) {
        match open(client, base, &[("stream", "hashtag"), ("tag", tag)]).await {
            Ok(socket) => open_ones.push((socket, (*tag).to_owned())),
            Err(NetworkError::Refused(_) | NetworkError::NotOffered) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(open_ones)
}

/// Whether streams can be ordered on an open connection.
enum Takes {
    Orders,
    None,
    /// It hung up on being asked.
    Offence,
}

/// Servers do not say what they can. One that is asked for a stream that does not exist and complains has understood the question.
async fn takes_orders(socket: &mut Socket, early: &mut Vec<wire::Message>) -> Takes {
    let probe = serde_json::json!({"type": "subscribe", "stream": "hobnob:probe"});
    if socket.send(Frame::text(probe.to_string())).await.is_err() {
        return Takes::Offence;
    }
    let until = tokio::time::Instant::now() + PROBE_MAX;
    loop {
        match tokio::time::timeout_at(until, socket.next()).await {
            Err(_) => return Takes::None,
            Ok(None | Some(Err(_)) | Some(Ok(Frame::Close(_)))) => return Takes::Offence,
            Ok(Some(Ok(Frame::Text(text)))) => match serde_json::from_str::<wire::Message>(&text) {
                Ok(m) if m.error.is_some() || m.event.as_deref() == Some("pleroma:respond") => return Takes::Orders,
                Ok(m) if early.len() < EARLY_MAX => early.push(m),
                _ => {}
            },
            Ok(Some(Ok(_))) => {}
        }
    }
}

async fn order(socket: &mut Socket, tags: &[&str]) -> Answer<()> {
    for tag in tags {
        let wish = serde_json::json!({"type": "subscribe", "stream": "hashtag", "tag": tag});
        socket.send(Frame::text(wish.to_string())).await.map_err(|_| broke_off())?;
    }
    Ok(())
}

fn broke_off() -> NetworkError {
    NetworkError::Away("the stream broke off".into())
}

/// Hands on what one connection brings, until it breaks or nobody listens.
async fn pump(mut socket: Socket, label: Search, here: &Here, out: &Sender<Event>) -> Answer<()> {
    let mut is_asked = false;
    loop {
        let next = tokio::select! {
            () = out.closed() => {
                let _ = tokio::time::timeout(PROBE_MAX, socket.close(None)).await;
                return Ok(());
            }
            next = tokio::time::timeout(QUIET_MAX, socket.next()) => next,
        };
        match next {
            Err(_) if is_asked => return Err(NetworkError::Away("the stream went quiet".into())),
            Err(_) => {
                is_asked = true;
                socket.send(Frame::Ping(Default::default())).await.map_err(|_| broke_off())?;
                continue;
            }
            Ok(None | Some(Err(_)) | Some(Ok(Frame::Close(_)))) => return Err(broke_off()),
            Ok(Some(Ok(Frame::Text(text)))) => {
                let message = serde_json::from_str::<wire::Message>(&text);
                if let Some(event) = message.ok().and_then(|m| event(&m, &label, here))
                    && out.send(event).await.is_err()
                {
                    return Ok(());
                }
            }
            Ok(Some(Ok(_))) => {}
        }
        is_asked = false;
    }
}

/// One message in our words; `label` says which stream it came by where the message does not.
fn event(message: &wire::Message, label: &Search, here: &Here) -> Option<Event> {
    let by = match message.stream.as_slice() {
        [name, tag, ..] if name.starts_with("hashtag") => Search::Tag(tag.clone()),
        [] => label.clone(),
        [name, ..] if name.starts_with("hashtag") => label.clone(),
        _ => Search::Home,
    };
    let payload = || match &message.payload {
        serde_json::Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    };
    let post = || {
        let status: wire::Status = serde_json::from_value(payload()?).ok()?;
        post_from_status(&status, here, &Parents::default()).map(Box::new)
    };
    match message.event.as_deref()? {
        "update" => Some(Event::Post(post()?, by)),
        "status.update" => Some(Event::Edited(post()?)),
        "notification" => {
            let notification: wire::Notification = serde_json::from_value(payload()?).ok()?;
            heard_from_notification(&notification, here, &Parents::default()).map(|h| Event::Heard(Box::new(h)))
        }
        "delete" => match &message.payload {
            serde_json::Value::String(id) if !id.is_empty() => Some(Event::Deleted(here.alias(id))),
            serde_json::Value::Number(id) => Some(Event::Deleted(here.alias(&id.to_string()))),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(json: &str, label: Search) -> Option<Event> {
        let here = Here::new("https://s.example", "");
        event(&serde_json::from_str(json).expect("a message"), &label, &here)
    }

    const STATUS: &str = r#"{\"id\":\"5\",\"uri\":\"https://s.example/p/5\",\"created_at\":\"2026-01-02T03:04:05Z\",\"content\":\"<p>hi</p>\",\"account\":{\"id\":1,\"acct\":\"ben\"}}"#;

    #[test]
    fn messages_in_our_words() {
        let tag = || Search::Tag("bread".into());
        let of = |stream: &str, name: &str| format!(r#"{{{stream}"event":"{name}","payload":"{STATUS}"}}"#);
        let Some(Event::Post(post, by)) = heard(&of(r#""stream":["hashtag","bread"],"#, "update"), Search::Home) else { panic!("a post") };
        assert_eq!((post.text.as_str(), post.at.id.as_str(), by), ("hi", "https://s.example/p/5", tag()));
        assert_eq!(post.local.as_deref(), Some("local:s.example:5"));
        assert!(matches!(heard(&of("", "update"), tag()), Some(Event::Post(_, by)) if by == tag()));
        assert!(matches!(heard(&of(r#""stream":["user"],"#, "update"), tag()), Some(Event::Post(_, Search::Home))));
        assert!(matches!(heard(&of("", "status.update"), Search::Home), Some(Event::Edited(_))));
        for payload in [r#""5""#, "5"] {
            let gone = heard(&format!(r#"{{"event":"delete","payload":{payload}}}"#), Search::Home);
            assert_eq!(gone, Some(Event::Deleted("local:s.example:5".into())));
        }
        assert_eq!(heard(r#"{"event":"filters_changed"}"#, Search::Home), None);
        assert_eq!(heard(r#"{"event":"update","payload":"{cut"}"#, Search::Home), None);
        assert_eq!(heard(r#"{"error":"Unknown stream type","status":400}"#, Search::Home), None);
    }

    #[test]
    fn where_streams_are() {
        let at = |json: &str, server: &str| base(&serde_json::from_str(json).expect("an instance"), server).to_string();
        let https = "https://s.example";
        assert_eq!(at("{}", https), "wss://s.example/api/v1/streaming");
        assert_eq!(at(r#"{"urls":{"streaming_api":"wss://st.example"}}"#, https), "wss://st.example/api/v1/streaming");
        assert_eq!(
            at(r#"{"configuration":{"urls":{"streaming":"https://st.example/api/v1/streaming/"}}}"#, https),
            "wss://st.example/api/v1/streaming"
        );
        assert_eq!(at(r#"{"urls":{"streaming_api":"ws://st.example"}}"#, https), "wss://st.example/api/v1/streaming");
        assert_eq!(at(r#"{"urls":{"streaming_api":"not an address"}}"#, "http://127.0.0.1:3300"), "ws://127.0.0.1:3300/api/v1/streaming");
    }
}
