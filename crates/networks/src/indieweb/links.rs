//! Where a page says that something is: by the `Link` header, or by `rel` on a `link` or `a`. And the page itself, fetched within bounds.

use model::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use url::Url;

use super::dom::{Dom, HTML_MAX};
use super::mf;
use crate::http::Reply;
use crate::link_header::by_header;
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

    #[test]
    fn the_first_on_the_page_holds() {
        let at = Url::parse("https://b.example/x/1").expect("an address");
        let find = |html: &str| by_element(&Dom::read(html), &at, "webmention").map(String::from);
        assert_eq!(find("<a rel=webmention href=wm>x</a><link rel=webmention href=/no>").as_deref(), Some("https://b.example/x/wm"));
        assert_eq!(find("<link rel=webmention><a rel='a webmention' href=''>").as_deref(), Some("https://b.example/x/1"));
        assert_eq!(find("<!-- <a rel=webmention href=/no> --><template><a rel=webmention href=/no></a></template>"), None);
    }
}
