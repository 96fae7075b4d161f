//! The network's words into ours. Pure.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::SignedDuration;
use model::{Media, MediaKind, Mention, NetworkKey, Post, Profile, Timestamp};
use regex::Regex;
use serde::Deserialize;

use super::event::{Event, NOTE, PROFILE};
use super::keys::{Named, is_id, npub};
use super::place::{page_url, post_ref};

/// What is dated further ahead than this was dated wrongly, and is left out.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(15);
/// Tags, links, mentions and pictures taken of one post; letters of a name; letters of what somebody says of themselves.
const FEATURES_MAX: usize = 100;
const NAME_MAX: usize = 100;
const ABOUT_MAX: usize = 5000;

static NAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"nostr:((?:npub|nprofile|note|nevent)1[02-9ac-hj-np-z]{20,900})").expect("a fixed pattern"));
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"https?://[^\s<>"]{3,2000}"#).expect("a fixed pattern"));

/// Who is who, by public key.
#[derive(Default, Clone)]
pub struct Faces(pub HashMap<String, Profile>);

impl Faces {
    pub fn of(&self, public: &str) -> Profile {
        self.0.get(public).cloned().unwrap_or_else(|| nobody(public))
    }
}

pub fn network() -> NetworkKey {
    NetworkKey::new(super::ABOUT.key)
}

/// Somebody of whom we know the key alone.
pub fn nobody(public: &str) -> Profile {
    let handle = npub(public);
    let name = match (handle.get(..10), handle.get(handle.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => handle.clone(),
    };
    let url = Some(format!("https://njump.me/{handle}"));
    Profile { network: network(), remote_id: public.to_owned(), handle, name, url, ..Profile::default() }
}

/// What people say of themselves (kind 0).
#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default)]
pub struct About {
    name: serde_json::Value,
    display_name: serde_json::Value,
    about: serde_json::Value,
    picture: serde_json::Value,
    website: serde_json::Value,
    nip05: serde_json::Value,
    bot: serde_json::Value,
}

impl About {
    pub fn read(event: &Event) -> About {
        serde_json::from_str(&event.content).unwrap_or_default()
    }
    /// `name@domain`, as claimed; whether it is theirs is for `nip05.rs` to find out.
    pub fn claimed(&self) -> Option<String> {
        plain(&self.nip05, 200).filter(|c| c.contains('@') || c.contains('.'))
    }
}

/// A profile out of an event of kind 0. `proven`: the handle that their domain confirms.
pub fn profile_from_event(event: &Event, proven: Option<&str>) -> Option<Profile> {
    if event.kind != PROFILE {
        return None;
    }
    let told = About::read(event);
    let mut profile = nobody(&event.pubkey);
    if let Some(name) = plain(&told.display_name, NAME_MAX).or_else(|| plain(&told.name, NAME_MAX)) {
        profile.name = name;
    } else if let Some(handle) = proven {
        profile.name = handle.to_owned();
    }
    if let Some(handle) = proven {
        profile.handle = handle.to_owned();
    }
    profile.about = told.about.as_str().unwrap_or_default().chars().take(ABOUT_MAX).collect();
    profile.avatar_url = plain(&told.picture, 2000).filter(|u| is_web(u));
    profile.is_bot = told.bot.as_bool().unwrap_or(false);
    let mut links: Vec<String> = plain(&told.website, 2000).into_iter().filter(|u| is_web(u)).collect();
    links.extend(LINK.find_iter(&profile.about).take(FEATURES_MAX).map(|l| trimmed(l.as_str()).to_owned()));
    links.dedup();
    profile.links = links;
    Some(profile)
}

fn plain(value: &serde_json::Value, most: usize) -> Option<String> {
    let words: String = value.as_str()?.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect();
    Some(words.trim().to_owned()).filter(|w| !w.is_empty())
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A link without the marks that end the sentence around it.
fn trimmed(link: &str) -> &str {
    let link = link.trim_end_matches(['.', ',', ';', '!', '?', ':', '\'']);
    if link.ends_with(')') && !link.contains('(') { &link[..link.len() - 1] } else { link }
}

/// A checked note as a post; `None` where it is of another kind, or dated so far ahead that the date is wrong.
pub fn post_from_event(event: &Event, faces: &Faces, on: &[String], now: Timestamp) -> Option<Post> {
    if event.kind != NOTE {
        return None;
    }
    let created = Timestamp::from_second(event.created_at).ok()?;
    if created > now + AHEAD_MAX {
        return None;
    }
    let mut post = Post::new(post_ref(event, on), faces.of(&event.pubkey), "", created.min(now));
    post.url = Some(page_url(&event.id, Some(&event.pubkey)));
    post.warning = event.tags.iter().find(|t| t.first().is_some_and(|n| n == "content-warning")).map(|t| match t.get(1) {
        Some(why) if !why.trim().is_empty() => why.trim().to_owned(),
        _ => "Sensitive".to_owned(),
    });
    post.language = event.tags.iter().find(|t| t.len() > 2 && t[0] == "l" && t[2] == "ISO-639-1").map(|t| t[1].clone());
    post.tags = event.values("t").take(FEATURES_MAX).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    let thread = Thread::of(event);
    post.reply_to_author = thread.parent_author;
    post.root = thread.root;
    post.reply_to = thread.parent;
    let text = with_names(&mut post, &event.content, faces);
    post.media = media(event, &text);
    post.text = without_pictures(&text, &post.media);
    for link in LINK.find_iter(&post.text).take(FEATURES_MAX).map(|l| trimmed(l.as_str()).to_owned()) {
        if !post.links.contains(&link) {
            post.links.push(link);
        }
    }
    Some(post)
}

/// What a note answers: by marks, else by the older order of its tags (NIP-10).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Thread {
    pub root: Option<String>,
    pub parent: Option<String>,
    pub parent_author: Option<String>,
}

impl Thread {
    pub fn of(event: &Event) -> Thread {
        let all: Vec<&Vec<String>> =
            event.tags.iter().filter(|t| t.len() > 1 && t[0] == "e" && is_id(&t[1]) && t[1] != event.id).take(FEATURES_MAX).collect();
        let marked = |mark: &str| all.iter().find(|t| t.get(3).is_some_and(|m| m == mark)).copied();
        let is_marked = all.iter().any(|t| t.get(3).is_some_and(|m| matches!(m.as_str(), "root" | "reply" | "mention")));
        let (root, parent) = match (marked("root"), marked("reply")) {
            (None, None) if !is_marked => (all.first().copied(), all.last().copied()),
            (root, reply) => (root.or(reply), reply.or(root)),
        };
        let id = |t: Option<&Vec<String>>| t.map(|t| t[1].clone());
        let only_other = || {
            let mut others = event.values("p").filter(|p| is_id(p) && **p != event.pubkey);
            others.next().filter(|_| others.next().is_none()).map(str::to_owned)
        };
        let author = parent.and_then(|t| t.get(4)).filter(|a| is_id(a)).cloned();
        Thread { root: id(root), parent: id(parent), parent_author: author.or_else(|| parent.and_then(|_| only_other())) }
    }
}

/// The text with people by their handles and posts by their pages.
fn with_names(post: &mut Post, content: &str, faces: &Faces) -> String {
    NAMED
        .replace_all(content, |found: &regex::Captures<'_>| match Named::read(&found[1]) {
            Some(Named::Profile { public, .. }) => {
                let handle = faces.of(&public).handle;
                if post.mentions.len() < FEATURES_MAX && !post.mentions.iter().any(|m| m.remote_id == public) {
                    post.mentions.push(Mention { remote_id: public, handle: handle.clone() });
                }
                format!("@{handle}")
            }
            Some(Named::Post { id, author, .. }) => page_url(&id, author.as_deref()),
            _ => found[0].to_owned(),
        })
        .into_owned()
}

/// The people a note names, so that their profiles can be fetched before it is translated.
pub fn named_in(content: &str) -> Vec<String> {
    let keys = NAMED.captures_iter(content).take(FEATURES_MAX).filter_map(|c| match Named::read(&c[1]) {
        Some(Named::Profile { public, .. }) => Some(public),
        _ => None,
    });
    keys.collect()
}

fn media(event: &Event, text: &str) -> Vec<Media> {
    let mut all: Vec<Media> = Vec::new();
    for words in event.tags.iter().filter(|t| t.first().is_some_and(|n| n == "imeta")).take(FEATURES_MAX) {
        let word = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)?.strip_prefix(' ')).map(str::trim);
        let Some(url) = word("url").filter(|u| is_web(u)) else { continue };
        let kind = word("m").map_or_else(|| kind_of(url).unwrap_or(MediaKind::Other), kind_of_mime);
        all.push(Media { kind, url: url.to_owned(), preview_url: None, alt: word("alt").unwrap_or_default().to_owned() });
    }
    for link in LINK.find_iter(text).take(FEATURES_MAX).map(|l| trimmed(l.as_str())) {
        if let Some(kind) = kind_of(link)
            && !all.iter().any(|m| m.url == link)
        {
            all.push(Media { kind, url: link.to_owned(), preview_url: None, alt: String::new() });
        }
    }
    all
}

fn kind_of_mime(mime: &str) -> MediaKind {
    match mime.split('/').next() {
        Some("image") => MediaKind::Picture,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Sound,
        _ => MediaKind::Other,
    }
}

fn kind_of(url: &str) -> Option<MediaKind> {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is = |endings: &[&str]| endings.iter().any(|e| path.ends_with(e));
    if is(&[".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"]) {
        Some(MediaKind::Picture)
    } else if is(&[".mp4", ".webm", ".mov"]) {
        Some(MediaKind::Video)
    } else if is(&[".mp3", ".ogg", ".m4a"]) {
        Some(MediaKind::Sound)
    } else {
        None
    }
}

/// Pictures stand beside a text, not in it: their addresses at its end are left out.
fn without_pictures(text: &str, media: &[Media]) -> String {
    let mut text = text.trim_end();
    while let Some(rest) = media.iter().find_map(|m| text.strip_suffix(m.url.as_str())) {
        if !rest.is_empty() && !rest.ends_with(char::is_whitespace) {
            break;
        }
        text = rest.trim_end();
    }
    text.to_owned()
}

#[cfg(test)]
mod tests;
