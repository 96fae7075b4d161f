//! From a feed's own words to posts: ids, authors, text, times. Pure; begin with [`posts_of_feed`].

use model::{Media, NetworkKey, Post, PostRef, Profile, Timestamp};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use url::Url;

use super::read::{Document, Entry, Words, document};
use super::{KEY, encoding, json, xml};
use crate::{Answer, NetworkError, html};

/// The most letters kept of an entry's text.
const TEXT_MAX: usize = 20_000;
/// The most links, tags and letters of a title kept of an entry.
const LINKS_MAX: usize = 50;
const TAGS_MAX: usize = 32;
const TITLE_MAX: usize = 500;

/// What a feed says about itself.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FeedHead {
    /// Its title; the host of its address where it has none.
    pub title: String,
    /// Its own words about itself, as plain text.
    pub about: String,
    /// The page that it is the feed of.
    pub home: Option<String>,
    pub language: Option<String>,
    pub icon: Option<String>,
    pub authors: Vec<String>,
}

/// The posts of a feed, oldest first. `url` is where it was got, or empty; `Garbled` says where it is no feed.
pub fn posts_of_feed(bytes: &[u8], url: &str, now: Timestamp) -> Answer<(FeedHead, Vec<Post>)> {
    let source = Source { url, blog: url, charset: None, now };
    posts(bytes, &source)
}

/// Where a feed was got, and what it belongs to.
pub(super) struct Source<'a> {
    pub url: &'a str,
    /// The address under which its authors are known: its own, or for comments that of the feed they are about.
    pub blog: &'a str,
    /// The character set that the server told.
    pub charset: Option<&'a str>,
    pub now: Timestamp,
}

pub(super) fn posts(bytes: &[u8], source: &Source<'_>) -> Answer<(FeedHead, Vec<Post>)> {
    let document = read(bytes, source)?;
    let head = head(&document, source);
    let mut posts: Vec<Post> = document.items.iter().map(|e| post(e, &document, &head, source)).collect();
    posts.sort_by_key(|p| p.created_at);
    Ok((head, posts))
}

/// What a feed's own head says that something is: pairs of such a relation and an address.
pub(super) fn relations(bytes: &[u8], source: &Source<'_>, rels: &[&str]) -> Answer<Vec<(String, String)>> {
    let document = read(bytes, source)?;
    let all = document.head.links.into_iter();
    Ok(all
        .filter_map(|link| {
            let rel = link.rel.split_ascii_whitespace().find(|r| rels.contains(r))?;
            Some((rel.to_owned(), link.href))
        })
        .collect())
}

fn read(bytes: &[u8], source: &Source<'_>) -> Answer<Document> {
    let garbled = |why: &str| NetworkError::Garbled(format!("that is not a feed: {why}"));
    let text = encoding::decode(bytes, source.charset);
    let base = Url::parse(source.url).ok();
    match text.trim_start_matches(['\u{feff}', '\0']).trim_start().chars().next() {
        None => Err(garbled("it is empty")),
        Some('{') => json::document(text.trim_start_matches('\u{feff}'), base.as_ref()).map_err(|why| garbled(&why)),
        Some(_) => {
            let root = xml::tree(&text, base).ok_or_else(|| garbled("no element begins in it"))?;
            document(&root).ok_or_else(|| match root.name.as_str() {
                "html" | "head" | "body" => garbled("it is a web page"),
                _ => garbled("it is neither RSS nor Atom nor JSON Feed"),
            })
        }
    }
}

fn head(document: &Document, source: &Source<'_>) -> FeedHead {
    let h = &document.head;
    let title = plain(&h.title).0;
    FeedHead {
        title: if title.is_empty() { host(source.blog) } else { cut(&title, TITLE_MAX) },
        about: cut(&plain(&h.summary).0, TEXT_MAX),
        home: page(h),
        language: h.language.clone().and_then(language),
        icon: document.icon.clone().filter(|i| is_web(i)),
        authors: h.authors.iter().map(|a| a.name.clone()).collect(),
    }
}

fn post(e: &Entry, document: &Document, head: &FeedHead, source: &Source<'_>) -> Post {
    let (mut text, mut links) = plain(if e.content.text.is_empty() { &e.summary } else { &e.content });
    // A link without a base of its own is relative to the entry.
    links = links.iter().filter_map(|l| xml::resolve(e.base.as_ref(), l)).filter(|l| is_web(l)).collect();
    links.extend(e.links.iter().filter(|l| matches!(l.rel.as_str(), "related" | "via")).map(|l| l.href.clone()));
    links.extend(model::measure::links(&text).into_iter().map(|(from, to)| text[from..to].to_owned()));
    let mut title = super::read::some(cut(&plain(&e.title).0, TITLE_MAX));
    if text.is_empty() {
        text = title.take().unwrap_or_default();
    }
    let url = page(e);
    let said_at = e.published.or(e.updated).or(document.head.published).or(document.head.updated).unwrap_or(source.now);
    let at = PostRef::new(id(e, url.as_deref(), &text, source), e.comments_feed.clone().filter(|c| is_web(c)).unwrap_or_default());
    let mut post = Post::new(at, author(e, document, head, source), cut(&text, TEXT_MAX), said_at.min(source.now));
    post.title = title;
    post.url = url;
    post.edited_at = e.updated.filter(|u| *u > post.created_at && e.published.is_some()).map(|u| u.min(source.now));
    post.language = e.language.clone().and_then(language).or_else(|| head.language.clone());
    post.reply_to = e.reply_to.clone();
    post.tags = unique(e.tags.iter().map(|t| cut(t.trim_start_matches('#'), TITLE_MAX)), TAGS_MAX);
    post.links = unique(links.into_iter(), LINKS_MAX);
    post.media = e.media.iter().filter(|m| is_web(&m.url)).map(media).collect();
    post.replies = e.comments;
    post.comments_url = e.comments_feed.clone().or_else(|| e.comments_page.clone()).filter(|c| is_web(c));
    post
}

fn media(m: &super::read::Medium) -> Media {
    Media { kind: m.kind, url: m.url.clone(), preview_url: m.preview.clone().filter(|p| is_web(p)), alt: cut(&m.alt, TEXT_MAX) }
}

/// The id by which an entry is known wherever its feed is read: its own where that is global, else made so by the feed's address.
fn id(e: &Entry, url: Option<&str>, text: &str, source: &Source<'_>) -> String {
    match (&e.id, url) {
        (Some(own), _) if is_global(own) || source.blog.is_empty() => own.clone(),
        (Some(own), _) => format!("{}#{own}", source.blog),
        (None, Some(url)) => url.to_owned(),
        (None, None) => {
            let mut hash = Sha256::new();
            hash.update(plain(&e.title).0);
            hash.update([0]);
            hash.update(text);
            let short: String = hash.finalize().iter().take(12).map(|b| format!("{b:02x}")).collect();
            format!("{}#{short}", source.blog)
        }
    }
}

/// Whether an id is an address of some scheme.
fn is_global(id: &str) -> bool {
    id.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.len() >= 2
            && !rest.is_empty()
            && !id.contains(char::is_whitespace)
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
    })
}

/// The page for people: the alternate link, best as HTML, else the id where that is one.
fn page(e: &Entry) -> Option<String> {
    let alternate = || e.links.iter().filter(|l| l.rel == "alternate" && is_web(&l.href));
    let best = alternate().find(|l| l.mime.contains("html")).or_else(|| alternate().next());
    best.map(|l| l.href.clone()).or_else(|| e.id.clone().filter(|id| e.id_is_link && is_web(id)))
}

/// The entry's author, else the feed's, else the feed itself. The same name in the same feed is the same profile.
fn author(e: &Entry, document: &Document, head: &FeedHead, source: &Source<'_>) -> Profile {
    let named = e.authors.first().or_else(|| document.head.authors.first());
    let host = host(source.blog);
    let name = named.map_or_else(|| head.title.clone(), |a| cut(&a.name, TITLE_MAX));
    let slug = named.map(|a| slug(&a.name)).filter(|s| !s.is_empty());
    Profile {
        network: NetworkKey::new(KEY),
        remote_id: format!("{}#{name}", source.blog),
        handle: slug.map_or_else(|| host.clone(), |s| format!("{s}@{host}")),
        name,
        url: named.and_then(|a| a.url.clone()).filter(|u| is_web(u)).or_else(|| head.home.clone()),
        ..Profile::default()
    }
}

/// A name as one word.
fn slug(name: &str) -> String {
    let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    cut(&words.join("-"), 60)
}

pub(super) fn host(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_else(|| "feed".to_owned());
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A language tag, where it is one.
fn language(tag: String) -> Option<String> {
    let is_tag = (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    is_tag.then(|| tag.replace('_', "-"))
}

/// Words as plain text, with the addresses they link to as they stand.
fn plain(words: &Words) -> (String, Vec<String>) {
    if !words.is_html {
        return (words.text.trim().to_owned(), Vec::new());
    }
    // Words that hold no element are plain in all but their entities: their line breaks stay.
    let is_marked =
        words.text.match_indices('<').any(|(i, _)| words.text[i + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
    if !is_marked {
        return (words.text.lines().map(html::text).collect::<Vec<_>>().join("\n").trim().to_owned(), Vec::new());
    }
    let found = RefCell::new(Vec::new());
    let (text, _) = html::read(&words.text, &|anchor| {
        let mut found = found.borrow_mut();
        if found.len() < LINKS_MAX {
            found.push(anchor.href.to_owned());
        }
        None
    });
    (text, found.into_inner())
}

/// At most so many letters.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

fn unique(all: impl Iterator<Item = String>, max: usize) -> Vec<String> {
    let mut kept = Vec::new();
    for one in all {
        if kept.len() < max && !one.is_empty() && !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
