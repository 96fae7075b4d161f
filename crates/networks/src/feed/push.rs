//! Feeds whose hub tells us when there is something new: where a feed names its hub, asking it, and reading what it sends.

use async_trait::async_trait;
use model::{Post, Timestamp};
use reqwest::header::CONTENT_TYPE;
use url::Url;

use super::Feed;
use super::fetch::{Fetched, Version, charset, charset_of, fetch};
use super::listen::unseen_of;
use super::translate::{Source, posts, relations};
use crate::http::Reply;
use crate::link_header::by_header;
use crate::push::{Asking, Hubs, Push, Pushed};
use crate::{Answer, Call, Http, NetworkError};

/// Hubs of one feed that are remembered.
const HUBS_MAX: usize = 5;
/// The longest address that takes part.
const URL_BYTES_MAX: usize = 1000;
/// How often a hub may lead on to another address.
const LED_ON_MAX: usize = 3;
/// A hub's answer is of no interest but for its number and a line of words.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Letters kept of those words.
const WORDS_MAX: usize = 160;

#[async_trait]
impl Push for Feed {
    async fn hubs(&self, call: &Call<'_>) -> Answer<Option<Hubs>> {
        let server = &call.account.server;
        let Fetched::Changed(reply, _) = fetch(call.http, server, &Version::default(), call.now).await? else { return Ok(None) };
        let Some(named) = named(&reply, server, call.now) else { return Ok(None) };
        let mut refused = None;
        let may_be_asked = |hub: &Url| match call.http.check_onward(&reply.url, hub) {
            Ok(()) => true,
            Err(why) => {
                refused = Some(why);
                false
            }
        };
        let hubs: Vec<String> = named.hubs.iter().filter_map(|h| Url::parse(h).ok()).filter(may_be_asked).map(String::from).collect();
        match refused {
            Some(why) if hubs.is_empty() => Err(why),
            _ => Ok(Some(Hubs { hubs, topic: named.topic })),
        }
    }

    async fn ask(&self, http: &Http, asking: &Asking<'_>, now: Timestamp) -> Answer<()> {
        let lease = asking.lease_s.map(|s| s.to_string());
        let mut form = vec![
            ("hub.mode", if lease.is_some() { "subscribe" } else { "unsubscribe" }),
            ("hub.topic", asking.topic),
            ("hub.callback", asking.callback),
        ];
        if let Some(lease) = &lease {
            form.extend([("hub.lease_seconds", lease.as_str()), ("hub.secret", asking.secret.reveal())]);
        }
        let mut at = Url::parse(asking.hub).map_err(|_| NetworkError::Refused("the hub has no web address".into()))?;
        for _ in 0..=LED_ON_MAX {
            let reply = http.send_within(http.post(at.as_str())?.form(&form), ANSWER_BYTES_MAX).await?;
            match reply.status {
                200..=299 => return Ok(()),
                307 | 308 => at = led_on(http, &at, &reply)?,
                // Nothing was promised; asked again, nothing is doubled.
                408 | 500.. => return Err(NetworkError::Away(format!("the hub answered {}", reply.status))),
                429 => return Err(NetworkError::SlowDown { until: reply.wait_until(now) }),
                status => return Err(NetworkError::Refused(format!("the hub answered {status}{}", words(&reply)))),
            }
        }
        Err(NetworkError::Garbled("the hub leads on and on to other addresses".into()))
    }

    fn read(&self, pushed: &Pushed<'_>) -> Answer<Vec<Post>> {
        let source = Source { url: pushed.topic, blog: &pushed.account.server, charset: pushed.kind.and_then(charset_of), now: pushed.now };
        let (_, mut found) = posts(pushed.body, &source)?;
        Ok(unseen_of(&mut found, pushed.from))
    }
}

/// The hubs and the name that a feed gives itself: by its headers first, then in itself.
fn named(reply: &Reply, server: &str, now: Timestamp) -> Option<Hubs> {
    let by_header = |rel: &str| {
        let all = by_header(&reply.headers, rel).into_iter();
        all.filter_map(|to| reply.url.join(&to).ok()).map(String::from).collect::<Vec<_>>()
    };
    let source = Source { url: reply.url.as_str(), blog: server, charset: charset(reply), now };
    let inside = relations(&reply.body, &source, &["hub", "self"]).unwrap_or_default();
    let by_element = |rel: &str| inside.iter().filter(|(r, _)| r == rel).map(|(_, to)| to.clone()).collect::<Vec<_>>();
    let (headers, elements) = (by_header("hub"), by_element("hub"));
    let (mut hubs, mut names) = (headers.clone(), by_header("self"));
    if headers.is_empty() {
        hubs = elements;
        names = [by_element("self"), names].concat();
    } else {
        names.extend(by_element("self"));
    }
    let is_fine = |to: &String| to.len() <= URL_BYTES_MAX && (to.starts_with("https://") || to.starts_with("http://"));
    hubs.retain(is_fine);
    hubs.dedup();
    hubs.truncate(HUBS_MAX);
    let topic = names.into_iter().find(is_fine).or_else(|| Some(String::from(reply.url.clone())).filter(is_fine))?;
    (!hubs.is_empty()).then_some(Hubs { hubs, topic })
}

/// Where a hub sends us on to, if we may follow: never inside the house, and never from an encrypted address to an open one, since our
/// secret goes with it.
fn led_on(http: &Http, from: &Url, reply: &Reply) -> Answer<Url> {
    let to = reply.header("location").and_then(|to| from.join(to).ok());
    let to = to.ok_or_else(|| NetworkError::Garbled("the hub leads on to no address".into()))?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(NetworkError::Refused("the hub leads on to an address that is not encrypted".into()));
    }
    http.check_onward(from, &to)?;
    Ok(to)
}

/// The hub's own words about why, where it has some in plain text.
fn words(reply: &Reply) -> String {
    if !reply.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("text/plain")) {
        return String::new();
    }
    let text = reply.text();
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect();
    if line.is_empty() { line } else { format!(": {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(header: Option<&str>, body: &str) -> Option<(Vec<String>, String)> {
        let mut headers = reqwest::header::HeaderMap::new();
        for value in header.into_iter().flat_map(|h| h.split('|')) {
            headers.append("link", value.parse().expect("a header"));
        }
        let url = "https://blog.example/feed".parse().expect("an address");
        let reply = Reply { status: 200, headers, body: body.as_bytes().to_vec(), url };
        named(&reply, "https://blog.example/feed", Timestamp::UNIX_EPOCH).map(|h| (h.hubs, h.topic))
    }
    fn hubs(hubs: &[&str], topic: &str) -> Option<(Vec<String>, String)> {
        Some((hubs.iter().map(|h| (*h).to_owned()).collect(), topic.to_owned()))
    }

    const ATOM: &str = "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='hub' href='https://hub.example/'/><link rel='self' href='/atom'/>\
        <link rel='alternate' href='/'/><entry><id>urn:1</id><link rel='hub' href='https://no.example/'/></entry></feed>";
    const RSS: &str = "<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>x</title><atom:link rel='self' href='https://blog.example/rss'/>\
        <atom:link rel='hub' href='https://one.example/'/><atom:link rel='HUB' href='https://two.example/'/><link>https://blog.example/</link></channel></rss>";

    #[test]
    fn a_feed_names_its_hub_in_itself() {
        assert_eq!(found(None, ATOM), hubs(&["https://hub.example/"], "https://blog.example/atom"));
        assert_eq!(found(None, RSS), hubs(&["https://one.example/", "https://two.example/"], "https://blog.example/rss"));
        let json = r#"{"feed_url": "https://blog.example/f.json", "hubs": [{"type": "rssCloud", "url": "https://no.example/"},
            {"type": "WebSub", "url": "/hub"}, 3, {"type": "websub"}], "items": []}"#;
        assert_eq!(found(None, json), hubs(&["https://blog.example/hub"], "https://blog.example/f.json"));
        assert_eq!(found(None, "<rss><channel><title>no hub</title></channel></rss>"), None);
        assert_eq!(found(None, "no feed"), None);
        let far = ATOM.replace("https://hub.example/", &format!("https://hub.example/{}", "x".repeat(URL_BYTES_MAX)));
        assert_eq!(found(None, &far), None);
        assert_eq!(found(None, &ATOM.replace("https://hub.example/", "ftp://hub.example/")), None);
    }

    #[test]
    fn headers_come_before_what_stands_inside() {
        let header = "</hub>; rel=hub, <https://blog.example/own>; rel=\"self\"";
        assert_eq!(found(Some(header), ATOM), hubs(&["https://blog.example/hub"], "https://blog.example/own"));
        assert_eq!(found(Some("</a>; rel=hub|</b>; rel=\"x hub\""), ATOM).expect("hubs").0.len(), 2);
        // A name without a hub beside it is only for want of a better one.
        assert_eq!(found(Some("</own>; rel=self"), ATOM), hubs(&["https://hub.example/"], "https://blog.example/atom"));
        assert_eq!(found(Some("</a>; rel=hub"), "no feed"), hubs(&["https://blog.example/a"], "https://blog.example/feed"));
    }
}
