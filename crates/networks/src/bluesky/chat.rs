//! Private talk: the network keeps it on a service of its own, reached through the account's own server, for app passwords that were made
//! for it. What is said there is read from its log and answered; nothing of it is a record of anybody's.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{Mention, Part, Post, PostRef, Visibility};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::listen::readable;
use super::richtext::{self, Feature};
use super::translate::{instant, profile_from_actor};
use super::wire::Actor;
use super::xrpc::{Effect, Fault, Xrpc};
use crate::{Answer, Batch, Call, Cursor, Found, Heard, HeardKind, Inbox, Landing, NetworkError, Sought};

/// Where the account's own server is to hand these calls on to.
const SERVICE: (&str, &str) = ("atproto-proxy", "did:web:api.bsky.chat#bsky_chat");
/// The name of a message, and of its conversation, among our names of posts.
const NAME: &str = "chat:";
/// Conversations and messages of each that a first reading brings, as history.
const FIRST_CONVOS: &str = "20";
const FIRST_MESSAGES: &str = "20";
/// Pages of the log read in one go, and conversations whose members are asked for.
const LOG_PAGES_MAX: usize = 4;
const CONVOS_MAX: usize = 50;
/// The newest messages in which one of ours is looked for.
const LOOK_BACK: &str = "50";
/// A server's clock may be so far off.
const SLACK_S: i64 = 300;

/// The private side of an account.
pub struct Chat;

#[derive(Deserialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
struct Convo {
    id: String,
    rev: String,
    members: Vec<Actor>,
}

#[derive(Deserialize)]
struct Convos {
    convos: Vec<Value>,
}

#[derive(Deserialize)]
struct OneConvo {
    convo: Convo,
}

#[derive(Deserialize)]
struct Messages {
    messages: Vec<Value>,
}

#[derive(Deserialize)]
struct Log {
    logs: Vec<Value>,
    cursor: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    text: String,
    sender: Sender,
    sent_at: String,
    #[serde(default)]
    facets: Vec<Value>,
}

#[derive(Deserialize, Clone, Debug)]
struct Sender {
    did: String,
}

#[async_trait]
impl Inbox for Chat {
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        let (xrpc, _) = Xrpc::of(call)?;
        let xrpc = xrpc.by_way_of(SERVICE);
        if from.0.is_empty() { first(&xrpc).await } else { onward(&xrpc, &from.0).await }
    }
}

/// What stands there already, and where the log goes on from it.
async fn first(xrpc: &Xrpc<'_>) -> Answer<Batch<Heard>> {
    let page: Convos = ask(xrpc, "chat.bsky.convo.listConvos", &[("limit", FIRST_CONVOS)]).await?;
    let convos: Vec<Convo> = readable(page.convos);
    let mut items = Vec::new();
    for convo in &convos {
        let parameters = [("convoId", convo.id.as_str()), ("limit", FIRST_MESSAGES)];
        let page: Messages = ask(xrpc, "chat.bsky.convo.getMessages", &parameters).await?;
        items.extend(page.messages.iter().filter_map(|m| heard(m, convo)));
    }
    items.sort_by_key(|h| h.at);
    let next = convos.iter().map(|c| c.rev.clone()).max().unwrap_or_else(|| "0".to_owned());
    Ok(Batch { items, next: Cursor(next), has_more: false })
}

async fn onward(xrpc: &Xrpc<'_>, from: &str) -> Answer<Batch<Heard>> {
    let (mut cursor, mut has_more) = (from.to_owned(), false);
    let mut said: Vec<(String, Value)> = Vec::new();
    for page in 1..=LOG_PAGES_MAX {
        // The service itself begins at the start where it is told nothing.
        let parameters = [("cursor", cursor.as_str())];
        let log: Log = ask(xrpc, "chat.bsky.convo.getLog", if cursor == "0" { &[] } else { &parameters }).await?;
        let is_last = log.logs.is_empty() || log.cursor.as_deref().is_none_or(|c| c == cursor);
        said.extend(log.logs.into_iter().filter_map(|line| {
            let is_message = line["$type"].as_str()?.ends_with("#logCreateMessage");
            is_message.then(|| (line["convoId"].as_str().unwrap_or_default().to_owned(), line["message"].clone()))
        }));
        cursor = log.cursor.unwrap_or(cursor);
        has_more = !is_last && page == LOG_PAGES_MAX;
        if is_last {
            break;
        }
    }
    let mut convos: BTreeMap<String, Convo> = BTreeMap::new();
    for (id, _) in &said {
        if !convos.contains_key(id) && convos.len() < CONVOS_MAX {
            let found: OneConvo = ask(xrpc, "chat.bsky.convo.getConvo", &[("convoId", id)]).await?;
            convos.insert(id.clone(), found.convo);
        }
    }
    let nobody = |id: &str| Convo { id: id.to_owned(), ..Convo::default() };
    let items = said.iter().filter_map(|(id, m)| heard(m, convos.get(id).unwrap_or(&nobody(id)))).collect();
    Ok(Batch { items, next: Cursor(cursor), has_more })
}

/// A message as a post for those named alone. One that was deleted, or that we cannot read, is left out.
fn heard(value: &Value, convo: &Convo) -> Option<Heard> {
    let message = Message::deserialize(value).ok().filter(|m| !m.id.is_empty() && !convo.id.is_empty())?;
    let at = instant(&message.sent_at)?;
    let by = convo.members.iter().find(|m| m.did == message.sender.did).cloned();
    let by = profile_from_actor(&by.unwrap_or_else(|| Actor { did: message.sender.did.clone(), ..Actor::default() }));
    let name = message_name(&convo.id, &message.id);
    let mut post = Post::new(PostRef::new(name.clone(), ""), by.clone(), message.text, at);
    post.visibility = Visibility::Direct;
    post.root = Some(convo_name(&convo.id));
    post.url = Some(format!("https://bsky.app/messages/{}", convo.id));
    let others = convo.members.iter().filter(|m| m.did != by.remote_id);
    post.mentions = others.map(|m| Mention { remote_id: m.did.clone(), handle: profile_from_actor(m).handle }).collect();
    let features = message.facets.iter().flat_map(|f| f["features"].as_array().cloned().unwrap_or_default());
    post.links = features.filter_map(|f| f["uri"].as_str().map(str::to_owned)).take(100).collect();
    Some(Heard { id: name, kind: HeardKind::Spoke, by, at, post: Some(post) })
}

fn convo_name(convo: &str) -> String {
    format!("{NAME}{convo}")
}
fn message_name(convo: &str, message: &str) -> String {
    format!("{NAME}{convo}:{message}")
}
/// The conversation that a part answers in; nothing where it answers a post.
fn convo_of(part: &Part) -> Answer<&str> {
    let parent = part.reply_to.as_ref().and_then(|to| to.parent.id.strip_prefix(NAME));
    let convo = parent.map(|rest| rest.split(':').next().unwrap_or(rest)).filter(|c| !c.is_empty());
    convo.ok_or_else(|| NetworkError::Refused("On Bluesky only a private message can be answered in private.".into()))
}

/// Sends a part into the private conversation that it answers.
pub async fn send(call: &Call<'_>, part: &Part) -> Answer<Landing> {
    let convo = convo_of(part)?;
    let (xrpc, _) = Xrpc::of(call)?;
    let facets: Vec<Value> = richtext::detect(&part.text)
        .into_iter()
        .filter_map(|f| match f.feature {
            Feature::Link(uri) => Some(json!({
                "index": {"byteStart": f.start, "byteEnd": f.end}, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}],
            })),
            _ => None,
        })
        .collect();
    let body = json!({"convoId": convo, "message": {"text": part.text, "facets": facets}});
    let xrpc = xrpc.by_way_of(SERVICE);
    let sent = xrpc.tell::<Message>("chat.bsky.convo.sendMessage", Some(&body)).await?.map_err(|f| meaning(&f, Effect::Record))?;
    Ok(landing(convo, &sent.id))
}

/// Whether a part stands in its conversation: by its words and its time. That it is not seen proves nothing, for a message has no name
/// that we choose; then a person is asked.
pub async fn find(call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
    let part = sought.part;
    let convo = convo_of(part)?;
    let (xrpc, session) = Xrpc::of(call)?;
    let parameters = [("convoId", convo), ("limit", LOOK_BACK)];
    let page: Messages = ask(&xrpc.by_way_of(SERVICE), "chat.bsky.convo.getMessages", &parameters).await?;
    let since = sought.since.as_second() - SLACK_S;
    let is_it = |m: &Message| {
        let is_another = sought.others.contains(&message_name(convo, &m.id));
        let is_ours = m.sender.did == session.did && m.text == part.text;
        is_ours && !is_another && instant(&m.sent_at).is_some_and(|t| t.as_second() >= since)
    };
    let found = readable::<Message>(page.messages).into_iter().find(is_it);
    Ok(found.map_or(Found::CannotTell, |m| Found::Here(landing(convo, &m.id))))
}

fn landing(convo: &str, message: &str) -> Landing {
    Landing { at: PostRef::new(message_name(convo, message), ""), url: Some(format!("https://bsky.app/messages/{convo}")) }
}

async fn ask<T: DeserializeOwned>(xrpc: &Xrpc<'_>, method: &str, parameters: &[(&str, &str)]) -> Answer<T> {
    xrpc.ask(method, parameters).await?.map_err(|fault| meaning(&fault, Effect::Nothing))
}

/// A password that was not made for private talk is told so in several ways; none of them means signing in again.
fn meaning(fault: &Fault, effect: Effect) -> NetworkError {
    let is_about_scope = fault.message.to_lowercase().contains("bad token") || fault.name == "ScopeMissingError";
    match (fault.status, fault.name.as_str()) {
        (_, "ExpiredToken") => NetworkError::TokenOld,
        (400 | 401 | 403, "InvalidToken") if !is_about_scope => NetworkError::TokenOld,
        (400 | 401 | 403, "InvalidToken" | "ScopeMissingError") | (401 | 403, _) => {
            NetworkError::Refused("This app password was not made for private messages.".into())
        }
        _ => fault.meaning(effect),
    }
}
