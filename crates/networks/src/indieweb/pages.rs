//! Pages that tell each other that they link: Webmention, both ways, and `rel=me`. What is told is never believed: the page is read.
//! See w3.org/TR/webmention and microformats.org/wiki/rel-me.

use async_trait::async_trait;
use model::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use url::Url;

use super::dom::HTML_MAX;
use super::links::{self, Got};
use super::mf::{Item, Page};
use super::translate::{addresses, is_same, post_of_entry};
use super::{IndieWeb, entry};
use crate::link_header::by_header;
use crate::{Answer, Http, NetworkError, Pages, Saying, Speaks, Told};

const KINDS: &str = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5, application/json;q=0.5, */*;q=0.1";
/// The longest address that takes part.
const URL_MAX: usize = 2000;
/// An endpoint's answer is of no interest but for its number.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

#[async_trait]
impl Pages for IndieWeb {
    async fn tell(&self, http: &Http, source: &str, target: &str, now: Timestamp) -> Answer<()> {
        let got = links::fetch(http, target, now).await?;
        let endpoint = got.first("webmention").ok_or(NetworkError::NotOffered)?;
        http.check_onward(&got.reply.url, &endpoint)?;
        let form = [("source", source), ("target", target)];
        let reply = http.send_within(http.post(endpoint.as_str())?.form(&form), ANSWER_BYTES_MAX).await?;
        match reply.status {
            200..=299 => Ok(()),
            // Nothing was promised; told again, nothing is doubled.
            408 | 500.. => Err(NetworkError::Away(format!("the page's site answered {}", reply.status))),
            429 => Err(NetworkError::SlowDown { until: reply.wait_until(now) }),
            status => Err(NetworkError::Refused(format!("the page's site would not hear of it ({status})"))),
        }
    }

    async fn check(&self, http: &Http, source: &str, target: &str, now: Timestamp) -> Answer<Told> {
        let reply = http.send_within(http.get(source)?.header(ACCEPT, KINDS), HTML_MAX).await?;
        match reply.status {
            404 | 410 => return Ok(Told::Gone),
            200..=299 => {}
            code @ (401 | 403) => return Err(NetworkError::Refused(format!("the page is not open to everyone ({code})"))),
            code @ 500.. if !matches!(code, 501 | 503) => return Err(NetworkError::Away(format!("the server answered {code}"))),
            _ => return Err(reply.trouble(now)),
        }
        let kind = reply.header(CONTENT_TYPE.as_str()).unwrap_or("text/html").to_ascii_lowercase();
        if !kind.contains("html") {
            // A text or a data file links by saying the address.
            let says = (kind.contains("json") || kind.starts_with("text/")) && says_address(&reply.text(), target);
            if !says {
                return Ok(Told::Nothing);
            }
            let got = Got::of(reply);
            return Ok(Told::Says(Box::new(saying(&Page::default(), None, &got, source, target, now))));
        }
        let got = Got::of(reply);
        if !links_to(&got, target) {
            return Ok(Told::Nothing);
        }
        let page = got.page();
        let entries = page.of_kind("h-entry");
        let told = entries.iter().find(|e| how(e, target) != Speaks::Names).or(entries.first()).copied();
        Ok(Told::Says(Box::new(saying(&page, told, &got, source, target, now))))
    }

    async fn are_one(&self, http: &Http, one: &str, other: &str, now: Timestamp) -> Answer<bool> {
        Ok(names(http, one, other, now).await? && names(http, other, one, now).await?)
    }
}

/// Whether a page gives another as its owner's.
async fn names(http: &Http, page: &str, other: &str, now: Timestamp) -> Answer<bool> {
    let got = links::fetch(http, page, now).await?;
    let in_header = by_header(&got.reply.headers, "me").into_iter().filter_map(|to| got.reply.url.join(&to).ok()).map(String::from);
    Ok(in_header.chain(got.page().rels.all("me").iter().cloned()).any(|me| is_same(&me, other)))
}

/// Whether any element of a page leads to an address or shows it. Words and comments do not count.
fn links_to(got: &Got, target: &str) -> bool {
    got.dom.all_below(got.dom.root()).into_iter().any(|node| {
        ["href", "src", "data", "cite", "poster", "content"].iter().any(|name| {
            let Some(value) = got.dom.attr(node, name) else { return false };
            // `content` is an address in `meta` alone, and only as a whole.
            let counts = *name != "content" || got.dom.is(node, &["meta"]) && entry::is_web(value);
            counts && got.base.join(value.trim()).is_ok_and(|to| is_same(to.as_str(), target))
        })
    })
}

fn says_address(text: &str, target: &str) -> bool {
    let plain = text.replace("\\/", "/");
    plain.match_indices(target).any(|(at, _)| {
        let behind = plain[at + target.len()..].chars().next();
        behind.is_none_or(|c| c.is_whitespace() || "\"'<>).,;]}".contains(c))
    })
}

/// How an entry speaks of a page.
fn how(entry: &Item, target: &str) -> Speaks {
    let is_meant = |property: &str| addresses(entry, property).iter().any(|to| is_same(to, target));
    if is_meant("in-reply-to") {
        Speaks::Answers
    } else if is_meant("like-of") {
        Speaks::Likes
    } else if is_meant("repost-of") {
        Speaks::PassesOn
    } else {
        Speaks::Names
    }
}

/// The page as a post; a page without marks is its title and nothing more. It is known by the address that was told, so that what it
/// says of itself can take no other's place.
fn saying(page: &Page, entry: Option<&Item>, got: &Got, source: &str, target: &str, now: Timestamp) -> Saying {
    let at = Url::parse(source).unwrap_or_else(|_| got.reply.url.clone());
    let how = entry.map_or(Speaks::Names, |e| how(e, target));
    let title = || {
        let title = got.dom.all_below(got.dom.root()).into_iter().find(|n| got.dom.is(*n, &["title"]))?;
        let words: String = got.dom.children(title).iter().filter_map(|c| got.dom.words(*c)).collect();
        Some(words.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|t| !t.is_empty())
    };
    let mut post = post_of_entry(entry.unwrap_or(&Item::default()), page, &at, now);
    // A page may speak for people elsewhere, as bridges do. It is not believed to be them: they are known by the page's own site.
    let site = at.host_str().unwrap_or("site");
    if host(&post.author.remote_id).as_deref() != Some(site) {
        post.author.handle = format!("{}@{site}", post.author.handle);
        post.author.remote_id = format!("{}#{}", at.origin().ascii_serialization(), post.author.remote_id);
    }
    post.at.id = source.to_owned();
    if post.url.as_deref().is_none_or(|u| u.len() > URL_MAX || host(u) != at.host_str().map(str::to_owned)) {
        post.url = Some(source.to_owned());
    }
    if post.text.is_empty() && how == Speaks::Names {
        post.text = title().unwrap_or_else(|| source.to_owned());
    }
    Saying { how, post }
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Reply;

    fn got(html: &str) -> Got {
        let url = "https://ben.example/1".parse().expect("an address");
        Got::of(Reply { status: 200, headers: Default::default(), body: html.as_bytes().to_vec(), url })
    }
    fn said(html: &str) -> Option<Saying> {
        let got = got(html);
        let (source, target) = ("https://ben.example/1", "https://ada.example/7");
        if !links_to(&got, target) {
            return None;
        }
        let page = got.page();
        let entries = page.of_kind("h-entry");
        Some(saying(&page, entries.first().copied(), &got, source, target, Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn how_a_page_speaks() {
        for (class, how) in
            [("u-in-reply-to", Speaks::Answers), ("u-like-of", Speaks::Likes), ("u-repost-of", Speaks::PassesOn), ("x", Speaks::Names)]
        {
            let html =
                format!(r#"<div class="h-entry"><a class="{class}" href="https://ada.example/7">x</a><p class="e-content">Hm</p></div>"#);
            assert_eq!(said(&html).expect("it links").how, how, "{class}");
        }
        assert_eq!(said("<title> A  page </title><img src='//ada.example/7'>").expect("it links").post.text, "A page");
    }

    #[test]
    fn words_and_comments_are_no_links() {
        assert!(said("<!-- <a href=https://ada.example/7>x</a> --> https://ada.example/7").is_none());
        assert!(said("<a href=https://ada.example/77>x</a>").is_none());
        assert!(said("<template><a href=https://ada.example/7>x</a></template>").is_none());
        assert!(says_address("{\"a\":\"https:\\/\\/ada.example\\/7\"}", "https://ada.example/7"));
        assert!(!says_address("see https://ada.example/77", "https://ada.example/7"));
    }

    #[test]
    fn nobody_speaks_for_another_site() {
        let html = r#"<div class="h-entry"><a class="u-url" href="https://cleo.example/9"></a><a class="p-author h-card" href="https://dan.example/">Dan</a>
            <a class="u-in-reply-to" href="https://ada.example/7">x</a><p class="e-content">I am Dan</p></div>"#;
        let post = said(html).expect("it links").post;
        assert_eq!(
            (post.author.remote_id.as_str(), post.at.id.as_str()),
            ("https://ben.example#https://dan.example/", "https://ben.example/1")
        );
        assert_eq!((post.author.name.as_str(), post.author.handle.as_str()), ("Dan", "dan.example@ben.example"));
        assert_eq!(post.url.as_deref(), Some("https://ben.example/1"));
    }
}
