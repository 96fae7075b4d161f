//! The network's words into ours. Pure.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use model::{Boost, Media, MediaKind, Mention, NetworkKey, Post, PostRef, Profile, Quote, Quoted, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::richtext::{self, Feature};
use super::syntax::{AtUri, is_handle};
use super::wire::{Actor, Facet, FeedLine, Label, Notification, PostRecord, PostView, ReplyRef};

/// What stands for a handle that no longer points back to its owner.
const BROKEN_HANDLE: &str = "handle.invalid";
/// The most tags, links and mentions taken from one post.
const FEATURES_MAX: usize = 100;

pub fn network() -> NetworkKey {
    NetworkKey::new(super::ABOUT.key)
}

/// A time as records claim it. One without a zone is taken for UTC, as the network does.
pub fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp()))
}

pub fn profile_from_actor(actor: &Actor) -> Profile {
    let handle = if actor.handle.is_empty() || actor.handle == BROKEN_HANDLE { &actor.did } else { &actor.handle };
    let about = actor.description.clone().unwrap_or_default();
    let links = richtext::detect(&about)
        .into_iter()
        .filter_map(|f| match f.feature {
            Feature::Link(uri) => Some(uri),
            _ => None,
        })
        .collect();
    let name = actor.display_name.as_deref().map(str::trim).filter(|n| !n.is_empty()).unwrap_or(handle);
    Profile {
        network: network(),
        remote_id: actor.did.clone(),
        handle: handle.clone(),
        name: name.to_owned(),
        url: Some(format!("https://bsky.app/profile/{handle}")),
        avatar_url: actor.avatar.clone(),
        about,
        links,
        is_bot: actor.labels.iter().any(|l| l.val == "bot" && !l.neg),
        followers: actor.followers_count,
    }
}

/// A post's page for people.
pub fn page_url(handle: &str, rkey: &str) -> String {
    format!("https://bsky.app/profile/{handle}/post/{rkey}")
}

/// `None` where it is not a post that we can read.
pub fn post_from_view(view: &PostView) -> Option<Post> {
    let mut post = post_from_record(&view.uri, &view.cid, &view.author, &view.record, &view.indexed_at)?;
    if let Some(embed) = &view.embed {
        add_embed(&mut post, embed);
    }
    post.warning = post.warning.or_else(|| warning_from(&view.labels));
    post.replies = view.reply_count;
    Some(post)
}

/// What a notification itself says of a post: everything but pictures.
pub fn post_from_notification(n: &Notification) -> Option<Post> {
    post_from_record(&n.uri, &n.cid, &n.author, &n.record, &n.indexed_at)
}

/// A line of a timeline: when it came there, its name there, and the post with whoever brought it.
pub fn line_from_feed(line: &FeedLine) -> Option<(i64, String, Post)> {
    let mut post = post_from_view(&line.post)?;
    let indexed = instant(&line.post.indexed_at).unwrap_or(post.created_at);
    let Some(reason) = line.reason.as_ref().filter(|r| r.kind.ends_with("#reasonRepost")) else {
        return Some((indexed.as_millisecond(), line.post.uri.clone(), post));
    };
    let by = reason.by.as_ref().filter(|a| !a.did.is_empty())?;
    let at = reason.indexed_at.as_deref().and_then(instant).unwrap_or(indexed);
    post.boost = Some(Boost { by: profile_from_actor(by), at });
    Some((at.as_millisecond(), format!("{} {}", line.post.uri, by.did), post))
}

fn post_from_record(uri: &str, cid: &str, author: &Actor, record: &Value, indexed_at: &str) -> Option<Post> {
    post_as_written(uri, cid, author, PostRecord::deserialize(record).ok()?, instant(indexed_at))
}

/// A post from its record alone; `seen` is when the network saw it.
pub fn post_as_written(uri: &str, cid: &str, author: &Actor, record: PostRecord, seen: Option<Timestamp>) -> Option<Post> {
    let (_, _, rkey) = AtUri::record(uri)?;
    // A writer may claim any time; one after the network saw the post cannot be true.
    let created = match (instant(&record.created_at), seen) {
        (Some(said), Some(seen)) => said.min(seen),
        (said, seen) => said.or(seen)?,
    };
    let author = profile_from_actor(author);
    let url = page_url(&author.handle, &rkey);
    let mut post = Post::new(PostRef::new(uri, cid), author, record.text.clone(), created);
    post.url = Some(url);
    post.language = record.langs.first().cloned();
    post.warning = record.labels.as_ref().and_then(|l| warning_from(&l.values));
    if let Some(reply) = &record.reply {
        add_reply(&mut post, reply);
    }
    add_facets(&mut post, &record);
    if let Some(embed) = &record.embed {
        add_card_link(&mut post, embed);
    }
    Some(post)
}

fn add_reply(post: &mut Post, reply: &ReplyRef) {
    post.reply_to_author = AtUri::parse(&reply.parent.uri).map(|u| u.authority);
    post.reply_to = Some(reply.parent.uri.clone());
    post.root = Some(reply.root.uri.clone());
}

fn add_facets(post: &mut Post, record: &PostRecord) {
    for facet in record.facets.iter().take(FEATURES_MAX).filter_map(|f| serde_json::from_value::<Facet>(f.clone()).ok()) {
        let words = record.text.get(facet.index.byte_start..facet.index.byte_end);
        for feature in facet.features.iter().take(FEATURES_MAX) {
            let text = |key: &str| feature[key].as_str().map(str::to_owned);
            match feature["$type"].as_str().and_then(|t| t.rsplit('#').next()) {
                Some("mention") => post.mentions.extend(text("did").map(|did| Mention {
                    handle: words.and_then(|w| w.strip_prefix('@')).filter(|w| is_handle(w)).unwrap_or(&did).to_owned(),
                    remote_id: did,
                })),
                Some("link") => push_new(&mut post.links, text("uri")),
                Some("tag") => push_new(&mut post.tags, text("tag")),
                _ => {}
            }
        }
    }
    for tag in record.tags.iter().take(FEATURES_MAX) {
        push_new(&mut post.tags, Some(tag.clone()));
    }
}

fn push_new(list: &mut Vec<String>, word: Option<String>) {
    if let Some(word) = word.filter(|w| !w.is_empty() && !list.contains(w)) {
        list.push(word);
    }
}

/// The link of a card, as the record names it (a view names it in the same way).
fn add_card_link(post: &mut Post, embed: &Value) {
    for external in [&embed["external"], &embed["media"]["external"]] {
        push_new(&mut post.links, external["uri"].as_str().map(str::to_owned));
    }
}

/// Pictures, films and quoted posts, as the network shows them.
fn add_embed(post: &mut Post, embed: &Value) {
    let media = if embed["media"].is_object() { &embed["media"] } else { embed };
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    match media["$type"].as_str().unwrap_or_default() {
        "app.bsky.embed.images#view" => {
            let images = media["images"].as_array().map(Vec::as_slice).unwrap_or_default();
            post.media.extend(images.iter().take(FEATURES_MAX).map(|image| Media {
                kind: MediaKind::Picture,
                url: text(&image["fullsize"]),
                preview_url: image["thumb"].as_str().map(str::to_owned),
                alt: text(&image["alt"]),
            }));
        }
        "app.bsky.embed.video#view" => post.media.push(Media {
            kind: MediaKind::Video,
            url: text(&media["playlist"]),
            preview_url: media["thumbnail"].as_str().map(str::to_owned),
            alt: text(&media["alt"]),
        }),
        "app.bsky.embed.external#view" => add_card_link(post, media),
        _ => {}
    }
    // A quote beside pictures stands one level deeper than a quote alone.
    let records = [&embed["record"]["record"], &embed["record"]];
    post.quote = records.into_iter().find(|r| r["$type"].is_string()).and_then(quote);
    let quoted = records.into_iter().find(|r| r["author"].is_object());
    push_new(&mut post.links, quoted.and_then(quoted_url));
}

/// A post that another quotes, as the view shows it; lists, feeds and starter packs are no quotes.
fn quote(record: &Value) -> Option<Quote> {
    match record["$type"].as_str().and_then(|t| t.rsplit('#').next()) {
        Some("viewNotFound" | "viewBlocked" | "viewDetached") => return Some(Quote::Gone),
        Some("viewRecord") => {}
        _ => return None,
    }
    let url = quoted_url(record)?;
    let author = profile_from_actor(&Actor::deserialize(&record["author"]).ok()?);
    let value = &record["value"];
    let labels = Vec::<Label>::deserialize(&record["labels"]).unwrap_or_default();
    Some(Quote::Here(Quoted {
        id: record["uri"].as_str()?.to_owned(),
        who: author.name,
        handle: author.handle,
        url: Some(url),
        text: value["text"].as_str().unwrap_or_default().to_owned(),
        warning: warning_from(&labels),
        at: value["createdAt"].as_str().and_then(instant),
    }))
}

fn quoted_url(quoted: &Value) -> Option<String> {
    let (did, collection, rkey) = AtUri::record(quoted["uri"].as_str()?)?;
    let handle = quoted["author"]["handle"].as_str().filter(|h| *h != BROKEN_HANDLE).unwrap_or(&did);
    (collection == "app.bsky.feed.post").then(|| page_url(handle, &rkey))
}

/// What to fold a post behind, from the words its author or the network put on it.
fn warning_from(labels: &[Label]) -> Option<String> {
    let words = labels.iter().filter(|l| !l.neg).find_map(|l| match l.val.as_str() {
        "porn" => Some("Adult content"),
        "sexual" => Some("Sexually suggestive"),
        "nudity" => Some("Nudity"),
        "graphic-media" | "gore" => Some("Graphic media"),
        "!warn" => Some("Marked by the network"),
        _ => None,
    });
    words.map(str::to_owned)
}

/// The posts of a thread's tree, each once, and where it goes on beyond what was sent.
pub struct Threaded {
    pub posts: BTreeMap<String, Post>,
    /// Addresses of posts whose answers, or whose forerunner, were left out.
    pub answers_missing: Vec<String>,
    pub parent_missing: Option<String>,
}

/// Walks a thread's tree without recursion, `posts_max` nodes at most. What is gone or blocked is stepped over.
pub fn posts_from_thread(thread: &Value, posts_max: usize) -> Threaded {
    let mut found = Threaded { posts: BTreeMap::new(), answers_missing: Vec::new(), parent_missing: None };
    let mut waiting = vec![(thread, true)];
    while let Some((node, is_upward)) = waiting.pop() {
        let Some(post) = serde_json::from_value::<PostView>(node["post"].clone()).ok().as_ref().and_then(post_from_view) else { continue };
        if found.posts.len() >= posts_max {
            break;
        }
        let answers = node["replies"].as_array().map(Vec::as_slice).unwrap_or_default();
        waiting.extend(answers.iter().map(|a| (a, false)));
        if is_upward {
            match node.get("parent") {
                Some(parent) => waiting.push((parent, true)),
                None => found.parent_missing = post.reply_to.clone(),
            }
        } else if answers.is_empty() && post.replies.unwrap_or(0) > 0 {
            found.answers_missing.push(post.at.id.clone());
        }
        found.posts.entry(post.at.id.clone()).or_insert(post);
    }
    found
}

#[cfg(test)]
mod tests;
