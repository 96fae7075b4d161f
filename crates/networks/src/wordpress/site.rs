//! The REST root behind what a person typed: any page of a WordPress site names it, in a header and in its head.

use std::cell::RefCell;

use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use serde_json::Value;
use url::{Host, Url};

use super::client::before;
use super::translate::{web, words};
use crate::http::Reply;
use crate::{Answer, Http, NetworkError, html};

/// By this relation a page names the root.
const REL: &str = "https://api.w.org/";
/// How much of a page is looked through, and the largest root that is read.
const PAGE_MAX: usize = 512 * 1024;
const ROOT_MAX: usize = 4 * 1024 * 1024;
/// Of the root, which lists every route of the site, only these are asked for.
const FIELDS: &str = "name,url,home,namespaces,authentication";

/// What a site says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub rest: String,
    pub home: String,
    pub admin: String,
    pub name: String,
    /// The page on which a person gives us a password of our own, where the site offers such.
    pub authorize: Option<String>,
}

/// Finds the site of an address as typed: `blog.example`, a page of it, or the REST root itself.
pub async fn discover(http: &Http, typed: &str) -> Answer<Site> {
    let mut why = refused("Say where your site is, for example blog.example.");
    for start in candidates(typed) {
        let page = match get(http, start.as_str(), PAGE_MAX).await {
            Ok(page) => page,
            Err(NetworkError::SlowDown { until }) => return Err(NetworkError::SlowDown { until }),
            Err(e) => {
                why = e;
                continue;
            }
        };
        let found = roots(&page, &start);
        why = refused("There is no WordPress at that address, or its REST interface is switched off.");
        for root in found {
            if let Ok(reply) = get(http, &with_fields(&root), ROOT_MAX).await
                && let Some(site) = site_of(&reply, &root, start.scheme() == "https")
            {
                return Ok(site);
            }
        }
    }
    Err(why)
}

/// Without a word said it is https. A password goes in the clear only to a server of one's own, by its number or as `localhost`.
fn candidates(typed: &str) -> Vec<Url> {
    let typed = typed.trim();
    let with_scheme =
        if typed.contains("://") { vec![typed.to_owned()] } else { vec![format!("https://{typed}"), format!("http://{typed}")] };
    with_scheme.iter().filter_map(|t| Url::parse(t).ok()).filter(is_safe).collect()
}

/// Whether a password may go there.
fn is_safe(url: &Url) -> bool {
    let (is_own, is_full) = match url.host() {
        Some(Host::Domain(name)) => (name == "localhost" || name.ends_with(".localhost"), name.contains('.')),
        Some(_) => (true, true),
        None => return false,
    };
    match url.scheme() {
        "https" => is_own || is_full,
        "http" => is_own,
        _ => false,
    }
}

async fn get(http: &Http, url: &str, body_max: usize) -> Answer<Reply> {
    http.send_within(http.get(url)?.header("accept", "text/html, application/json;q=0.9"), body_max).await.map_err(before)
}

/// Where the root may be: as the page says, else where it usually is.
fn roots(page: &Reply, typed: &Url) -> Vec<String> {
    let mut all: Vec<String> = page.headers.get_all("link").iter().filter_map(|h| from_header(h.to_str().ok()?)).collect();
    all.extend(from_page(&String::from_utf8_lossy(&page.body[..page.body.len().min(PAGE_MAX)])));
    let mut whole: Vec<String> = all.iter().filter_map(|r| page.url.join(r).ok()).map(String::from).collect();
    // The root itself may have been typed.
    if typed.path().contains("/wp-json") || typed.query().is_some_and(|q| q.contains("rest_route=")) {
        whole.push(typed.to_string());
    }
    for usual in ["wp-json/", "/wp-json/", "/?rest_route=/"] {
        whole.extend(page.url.join(usual).ok().map(String::from));
    }
    let mut once: Vec<String> = Vec::new();
    for root in whole {
        if !once.contains(&root) {
            once.push(root);
        }
    }
    once
}

/// `<https://a.example/wp-json/>; rel="https://api.w.org/"`, among others.
fn from_header(value: &str) -> Option<String> {
    value.split('<').skip(1).find_map(|one| {
        let (address, rest) = one.split_once('>')?;
        rest.split(',').next()?.contains(REL).then(|| address.trim().to_owned())
    })
}

fn from_page(page: &str) -> Option<String> {
    let input = BufferQueue::default();
    input.push_back(crate::tags::bounded(page).as_ref().into());
    let tokenizer = Tokenizer::new(Named(RefCell::new(None)), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

struct Named(RefCell<Option<String>>);

impl TokenSink for Named {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
            && &*tag.name == "link"
            && attr(&tag, "rel").is_some_and(|rel| rel.split_whitespace().any(|r| r == REL))
            && self.0.borrow().is_none()
        {
            *self.0.borrow_mut() = attr(&tag, "href").map(str::to_owned);
        }
        TokenSinkResult::Continue
    }
}

fn attr<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

fn with_fields(root: &str) -> String {
    match Url::parse(root) {
        Ok(mut url) => {
            url.query_pairs_mut().append_pair("_fields", FIELDS);
            url.into()
        }
        Err(_) => root.to_owned(),
    }
}

fn site_of(reply: &Reply, root: &str, is_secure: bool) -> Option<Site> {
    let says: Value = reply.is_success().then(|| reply.json().ok()).flatten()?;
    says["namespaces"].as_array()?.iter().find(|n| *n == "wp/v2")?;
    // Behind some proxies a site believes that it is not secure; what was reached securely stays so.
    let secured = |url: String| if is_secure { url.replacen("http://", "https://", 1) } else { url };
    let rest = secured(root.to_owned());
    let home = secured(web(&says["home"]).or_else(|| web(&says["url"]))?).trim_end_matches('/').to_owned();
    let admin = secured(web(&says["url"]).unwrap_or_else(|| home.clone())).trim_end_matches('/').to_owned();
    if !is_safe(&Url::parse(&rest).ok()?) || Url::parse(&home).is_err() {
        return None;
    }
    let authorize = web(&says["authentication"]["application-passwords"]["endpoints"]["authorization"]).map(secured);
    let name = words(&says["name"]).map(|n| html::text(&n)).unwrap_or_default();
    Some(Site { rest, home, admin: format!("{admin}/wp-admin"), name, authorize })
}

fn refused(why: &str) -> NetworkError {
    NetworkError::Refused(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_says_the_root_is() {
        let header = r#"<https://a.example/x>; rel="next", <https://a.example/wp-json/>; rel="https://api.w.org/""#;
        assert_eq!(from_header(header).as_deref(), Some("https://a.example/wp-json/"));
        assert_eq!(from_header(r#"<https://a.example/?p=3>; rel=shortlink"#), None);
        let page =
            "<html><head><link rel=stylesheet href=x><link rel='https://api.w.org/' href='https://a.example/?rest_route=/' /></head>";
        assert_eq!(from_page(page).as_deref(), Some("https://a.example/?rest_route=/"));
        assert_eq!(from_page("<p>no</p>"), None);
    }

    #[test]
    fn a_password_goes_nowhere_in_the_clear() {
        let of = |typed: &str| candidates(typed).into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(of("blog.example/2026/bread"), ["https://blog.example/2026/bread"]);
        assert_eq!(of("127.0.0.1:8480"), ["https://127.0.0.1:8480/", "http://127.0.0.1:8480/"]);
        for none in ["http://blog.example", "ftp://blog.example", "ada", "", "https://"] {
            assert!(of(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn roots_as_sites_give_them() {
        let reply = |body: &str, status: u16| Reply {
            status,
            headers: Default::default(),
            body: body.as_bytes().to_vec(),
            url: "https://a.example/".parse().expect("an address"),
        };
        let says = r#"{"name":"Ada &amp; co","url":"http://a.example/wp","home":"http://a.example","namespaces":["oembed/1.0","wp/v2"],
            "authentication":{"application-passwords":{"endpoints":{"authorization":"http://a.example/wp/wp-admin/authorize-application.php"}}}}"#;
        let site = site_of(&reply(says, 200), "http://a.example/wp-json/", true).expect("a site");
        assert_eq!((site.rest.as_str(), site.home.as_str()), ("https://a.example/wp-json/", "https://a.example"));
        assert_eq!((site.admin.as_str(), site.name.as_str()), ("https://a.example/wp/wp-admin", "Ada & co"));
        assert!(site.authorize.expect("a page").starts_with("https://a.example/wp/wp-admin/authorize"));
        assert_eq!(site_of(&reply(says, 200), "http://a.example/wp-json/", false), None, "in the clear");
        for (body, status) in [("{}", 200), ("[]", 200), (says, 404), (r#"{"namespaces":["wp/v1"],"home":"https://a.example"}"#, 200)] {
            assert_eq!(site_of(&reply(body, status), "https://a.example/wp-json/", true), None);
        }
    }
}
