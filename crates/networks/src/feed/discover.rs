//! The feed behind what a person typed: a feed's own address, or a page that names its feed, or a page with one in a usual place.

use std::cell::RefCell;

use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use model::Timestamp;
use url::Url;

use super::fetch::{Fetched, Version, charset, fetch};
use super::translate::{FeedHead, Source, posts};
use crate::http::Reply;
use crate::{Answer, Http, NetworkError};

/// The most addresses asked in one search.
const TRIES_MAX: usize = 10;
/// The most feeds that a page is heard to name.
const NAMED_MAX: usize = 5;
/// How much of a page is looked through.
const PAGE_MAX: usize = 512 * 1024;
/// Where feeds usually are, when the page does not say.
const USUAL: [&str; 7] = ["/feed", "/feed.xml", "/atom.xml", "/rss.xml", "/index.xml", "/rss", "/feed.json"];

/// Finds the feed of an address as typed. `Refused` where there is none; the trouble with the address itself where that cannot be had.
pub(super) async fn discover(http: &Http, typed: &str, now: Timestamp) -> Answer<(String, FeedHead)> {
    let (page, address) = first_page(http, typed, now).await?;
    if let Some(head) = head_of(&page, &address, now) {
        return Ok((address, head));
    }
    let base = page.url.clone();
    let mut places = named_feeds(&String::from_utf8_lossy(&page.body[..page.body.len().min(PAGE_MAX)]), &base);
    places.extend(USUAL.iter().filter_map(|path| base.join(path).ok()).map(String::from).filter(|u| *u != address));
    let mut asked = Vec::new();
    for place in places {
        if asked.len() >= TRIES_MAX || asked.contains(&place) {
            continue;
        }
        asked.push(place.clone());
        match fetch(http, &place, &Version::default(), now).await {
            Ok(Fetched::Changed(reply, _)) => {
                if let Some(head) = head_of(&reply, &place, now) {
                    return Ok((place, head));
                }
            }
            // Asked to wait, it is not asked further.
            Err(trouble @ NetworkError::SlowDown { .. }) => return Err(trouble),
            _ => {}
        }
    }
    Err(NetworkError::Refused("There is no feed at that address, and the page names none.".into()))
}

/// The page or feed at the address as typed; without a scheme, https is tried and then http.
async fn first_page(http: &Http, typed: &str, now: Timestamp) -> Answer<(Reply, String)> {
    let typed = typed.trim();
    let bare = typed.strip_prefix("feed:").unwrap_or(typed).trim_start_matches("//");
    let candidates = if bare.contains("://") { vec![bare.to_owned()] } else { vec![format!("https://{bare}"), format!("http://{bare}")] };
    let mut last = NetworkError::Refused("That is not a web address.".into());
    for candidate in candidates {
        let Ok(address) = Url::parse(&candidate).map(String::from) else { continue };
        match fetch(http, &address, &Version::default(), now).await {
            Ok(Fetched::Changed(reply, _)) => return Ok((*reply, address)),
            Ok(Fetched::Unchanged) => {}
            Err(trouble @ NetworkError::Away(_)) => last = trouble,
            Err(trouble) => return Err(trouble),
        }
    }
    Err(last)
}

fn head_of(reply: &Reply, address: &str, now: Timestamp) -> Option<FeedHead> {
    let source = Source { url: reply.url.as_str(), blog: address, charset: charset(reply), now };
    posts(&reply.body, &source).ok().map(|(head, _)| head)
}

/// The feeds that a page names, whole, in its order, those of comments last.
pub(super) fn named_feeds(page: &str, at: &Url) -> Vec<String> {
    let input = BufferQueue::default();
    input.push_back(crate::tags::bounded(page).as_ref().into());
    let tokenizer = Tokenizer::new(Names(RefCell::new((at.clone(), Vec::new()))), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let (_, mut found) = tokenizer.sink.0.into_inner();
    found.sort_by_key(|(_, is_comments)| *is_comments);
    found.into_iter().map(|(url, _)| url).collect()
}

/// The base so far, and each feed with whether it is one of comments.
struct Names(RefCell<(Url, Vec<(String, bool)>)>);

impl TokenSink for Names {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        let (base, found) = &mut *self.0.borrow_mut();
        match &*tag.name {
            "base" => *base = attr(&tag, "href").and_then(|h| base.join(h).ok()).unwrap_or_else(|| base.clone()),
            "link" if found.len() < NAMED_MAX && names_feed(&tag) => {
                if let Some(url) = attr(&tag, "href").and_then(|h| base.join(h.trim()).ok()) {
                    let words = format!("{} {}", attr(&tag, "title").unwrap_or(""), url.path()).to_lowercase();
                    found.push((String::from(url), words.contains("comment")));
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn names_feed(tag: &Tag) -> bool {
    let has = |name: &str, words: &[&str]| {
        attr(tag, name).is_some_and(|v| v.to_ascii_lowercase().split([' ', ';']).any(|w| words.contains(&w.trim())))
    };
    has("rel", &["feed"])
        || has("rel", &["alternate"])
            && has("type", &["application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"])
}

fn attr<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_that_a_page_names() {
        let at = Url::parse("https://blog.example/2026/bread").expect("an address");
        let named = |page: &str| named_feeds(page, &at);
        assert_eq!(
            named(
                r#"<html><head><LINK REL="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
                <link rel="stylesheet alternate" href="x.css" type="text/css"><link rel=alternate type='application/atom+xml; charset=utf-8' href=atom.xml>
                <link rel="alternate" type="application/feed+json" href="//cdn.example/f.json"><link rel="alternate" hreflang="de" href="/de">"#
            ),
            ["https://blog.example/2026/atom.xml", "https://cdn.example/f.json", "https://blog.example/comments/feed"]
        );
        assert_eq!(named(r#"<base href="https://other.example/x/"><link rel="feed" href="y">"#), ["https://other.example/x/y"]);
        assert!(named("<p>nothing<link rel=alternate type=application/rss+xml>").is_empty());
    }
}
