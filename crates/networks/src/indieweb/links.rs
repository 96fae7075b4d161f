//! Where a page says that something is: by the `Link` header, or by `rel` on a `link` or `a`. And the page itself, fetched within bounds.

use model::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LINK};
use url::Url;

use super::dom::{Dom, HTML_MAX};
use super::mf;
use crate::http::Reply;
use crate::{Answer, Http, NetworkError};

const KINDS: &str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";

/// A page as it was got.
pub struct Got {
    pub reply: Reply,
    pub dom: Dom,
    /// What its addresses are relative to.
    pub base: Url,
}

impl Got {
    pub fn of(reply: Reply) -> Got {
        let dom = if is_html(&reply) { Dom::read(&reply.text()) } else { Dom::read("") };
        let base = mf::base(&dom, &reply.url);
        Got { reply, dom, base }
    }
    pub fn page(&self) -> mf::Page {
        mf::of_dom(&self.dom, &self.reply.url)
    }
    /// The first address that the page gives for one of these kinds: its header before its elements.
    pub fn first(&self, rel: &str) -> Option<Url> {
        let header = by_header(&self.reply.headers, rel).into_iter().find_map(|to| self.reply.url.join(&to).ok());
        header.or_else(|| by_element(&self.dom, &self.base, rel))
    }
}

fn is_html(reply: &Reply) -> bool {
    let kind = reply.header(CONTENT_TYPE.as_str()).unwrap_or("text/html").to_ascii_lowercase();
    kind.contains("html") || kind.contains("text/plain") && reply.text().trim_start().starts_with('<')
}

/// Fetches a page. Reading changes nothing, so a server out of order is merely away.
pub async fn fetch(http: &Http, url: &str, now: Timestamp) -> Answer<Got> {
    let reply = http.send_within(http.get(url)?.header(ACCEPT, KINDS), HTML_MAX).await?;
    match reply.status {
        200..=299 => Ok(Got::of(reply)),
        401 | 403 => Err(NetworkError::Refused("the page is not open to everyone".into())),
        code @ 500.. if !matches!(code, 501 | 503) => Err(NetworkError::Away(format!("the server answered {code}"))),
        _ => Err(reply.trouble(now)),
    }
}

/// The addresses that `Link` headers give for a kind, as written.
pub fn by_header(headers: &HeaderMap, rel: &str) -> Vec<String> {
    headers.get_all(LINK).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| of_header(v, rel)).collect()
}

/// One header's value: `<address>; rel="a b", <address>; rel=c`. See RFC 8288.
pub fn of_header(value: &str, rel: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(from) = rest.find('<') {
        let Some(to) = rest[from..].find('>').map(|i| from + i) else { break };
        let address = rest[from + 1..to].trim().to_owned();
        let (parameters, after) = until_comma(&rest[to + 1..]);
        if rels_of(parameters).is_some_and(|rels| rels.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(rel))) {
            found.push(address);
        }
        rest = after;
    }
    found
}

/// Splits at the first comma that stands in no quotes.
fn until_comma(text: &str) -> (&str, &str) {
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn rels_of(parameters: &str) -> Option<String> {
    parameters.split(';').find_map(|one| {
        let (key, value) = one.split_once('=')?;
        key.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The first `link` or `a` of the page with that kind and an address. An empty address means the page itself.
pub fn by_element(dom: &Dom, base: &Url, rel: &str) -> Option<Url> {
    dom.all_below(dom.root()).into_iter().filter(|n| dom.is(*n, &["link", "a"])).find_map(|node| {
        let rels = dom.attr(node, "rel")?;
        let href = dom.attr(node, "href")?;
        if !rels.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(rel)) {
            return None;
        }
        base.join(href.trim()).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_in_many_forms() {
        for (value, expected) in [
            ("</a>; rel=webmention", vec!["/a"]),
            ("<https://x.example/?a=1,2>; rel=\"x webmention\"", vec!["https://x.example/?a=1,2"]),
            ("</a>; title=\"b, c\"; REL=WebMention, </b>; rel=webmention", vec!["/a", "/b"]),
            ("</a>; rel=\"not-webmention\"", vec![]),
            ("<>; rel=webmention", vec![""]),
            ("</a; rel=webmention", vec![]),
        ] {
            assert_eq!(of_header(value, "webmention"), expected, "{value}");
        }
    }

    #[test]
    fn the_first_on_the_page_holds() {
        let at = Url::parse("https://b.example/x/1").expect("an address");
        let find = |html: &str| by_element(&Dom::read(html), &at, "webmention").map(String::from);
        assert_eq!(find("<a rel=webmention href=wm>x</a><link rel=webmention href=/no>").as_deref(), Some("https://b.example/x/wm"));
        assert_eq!(find("<link rel=webmention><a rel='a webmention' href=''>").as_deref(), Some("https://b.example/x/1"));
        assert_eq!(find("<!-- <a rel=webmention href=/no> --><template><a rel=webmention href=/no></a></template>"), None);
    }

    proptest! {
        #[test]
        fn any_header_is_borne(value in "[<>;,=\"a-z /é]{0,60}") {
            let _ = of_header(&value, "webmention");
        }
    }
}
