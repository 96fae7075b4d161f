//! Did an entry land whose answer was lost? Asked of the site's own list of entries (`?q=source`), else read from the front page and the
//! feed it names. The mark at the end of the entry's name tells; a site that drops it still shows the words. Never searched elsewhere.

use std::collections::HashSet;

use model::{Part, PostRef, Timestamp};
use serde_json::Value;

use super::client::Client;
use super::entry::{self, core_of};
use super::links::{self, Got};
use super::{mf, translate};
use crate::{Answer, Found, Landing, NetworkError};

/// How far a site's clock may differ from ours.
const CLOCKS_MS: i64 = 5 * 60 * 1000;
/// Entries asked for at once, and how often.
const PAGE: usize = 50;
const PAGES_MAX: usize = 20;
/// The largest feed that is looked through.
const FEED_MAX: usize = 4 * 1024 * 1024;

/// What is looked for.
pub struct Wanted<'a> {
    /// What the entry's name ends in.
    pub mark: String,
    /// The words, where those count too.
    pub part: Option<&'a Part>,
    /// When the first attempt began.
    pub since: Timestamp,
}

impl Wanted<'_> {
    /// Whether an address or a slug ends in the mark, so far as the site let it: an ending of figures may have been added.
    fn is_named_by(&self, name: &str) -> bool {
        name.contains(&self.mark)
    }
    fn says_the_same(&self, content: &str, in_reply_to: Option<&str>) -> bool {
        let Some(part) = self.part else { return false };
        !part.text.trim().is_empty() && core_of(content) == core_of(&part.text) && in_reply_to == entry::answers(part)
    }
    fn begins_ms(&self) -> i64 {
        self.since.as_millisecond() - CLOCKS_MS
    }
}

/// One entry of the site, as far as it matters here.
struct Known {
    url: Option<String>,
    slugs: Vec<String>,
    content: String,
    in_reply_to: Option<String>,
    published: Option<Timestamp>,
}

pub async fn find(client: &Client<'_>, wanted: &Wanted<'_>) -> Answer<Found> {
    match in_source(client, wanted).await {
        Ok(Found::CannotTell) | Err(NetworkError::NotOffered | NetworkError::Refused(_) | NetworkError::NotThere) => {}
        other => return other,
    }
    on_the_site(client, wanted).await
}

/// By the site's own list, page by page.
async fn in_source(client: &Client<'_>, wanted: &Wanted<'_>) -> Answer<Found> {
    let (limit, mut after) = (PAGE.to_string(), None::<String>);
    let (mut seen, mut unsure) = (HashSet::new(), false);
    for page in 0..PAGES_MAX {
        let offset = (page * PAGE).to_string();
        let mut query = vec![("q", "source"), ("limit", limit.as_str())];
        match &after {
            Some(after) => query.push(("after", after)),
            None if page > 0 => query.push(("offset", offset.as_str())),
            None => {}
        }
        let told = client.query(&query).await?;
        let Some(items) = told["items"].as_array() else {
            return Err(if told.is_object() { NetworkError::NotOffered } else { NetworkError::Garbled("not a list of entries".into()) });
        };
        let known: Vec<Known> = items.iter().map(known_from_source).collect();
        let before = seen.len();
        for one in &known {
            match judge(one, wanted) {
                Judged::It(landing) => return Ok(Found::Here(landing)),
                Judged::Maybe => unsure = true,
                Judged::Not => {}
            }
            seen.insert(one.url.clone().unwrap_or_default());
        }
        after = told["paging"]["after"].as_str().filter(|a| !a.is_empty()).map(str::to_owned);
        let is_last = after.is_none() && known.len() < PAGE;
        // A site that knows no paging gives the same page again.
        let stands_still = seen.len() == before;
        if is_last || stands_still || reaches_back(&known, wanted) {
            return Ok(if unsure || (stands_still && !is_last) { Found::CannotTell } else { Found::NotThere });
        }
    }
    Ok(Found::CannotTell)
}

/// The newest come first, and the last of them is older than what we look for.
fn reaches_back(known: &[Known], wanted: &Wanted<'_>) -> bool {
    let times: Vec<i64> = known.iter().filter_map(|k| k.published).map(|t| t.as_millisecond()).collect();
    times.len() == known.len() && times.is_sorted_by(|a, b| a >= b) && times.last().is_some_and(|last| *last < wanted.begins_ms())
}

enum Judged {
    It(Landing),
    /// The same words, and nothing says when.
    Maybe,
    Not,
}

fn judge(one: &Known, wanted: &Wanted<'_>) -> Judged {
    let Some(url) = &one.url else { return Judged::Not };
    let is_marked = wanted.is_named_by(url) || one.slugs.iter().any(|s| wanted.is_named_by(s));
    if !is_marked && !wanted.says_the_same(&one.content, one.in_reply_to.as_deref()) {
        return Judged::Not;
    }
    match one.published {
        _ if is_marked => {}
        Some(at) if at.as_millisecond() >= wanted.begins_ms() => {}
        Some(_) => return Judged::Not,
        None => return Judged::Maybe,
    }
    Judged::It(Landing { at: PostRef::new(url.clone(), ""), url: Some(url.clone()) })
}

fn known_from_source(item: &Value) -> Known {
    let properties = &item["properties"];
    let texts = |key: &str| -> Vec<String> { properties[key].as_array().into_iter().flatten().filter_map(text_of).collect() };
    let own = |key: &str| item[key].as_str().map(str::to_owned);
    Known {
        url: own("url").or_else(|| texts("url").into_iter().next()).filter(|u| entry::is_web(u)),
        slugs: [texts("mp-slug"), texts("slug")].concat(),
        content: texts("content").into_iter().next().map(|c| crate::html::text(&c)).unwrap_or_default(),
        in_reply_to: texts("in-reply-to").into_iter().next(),
        published: texts("published").first().and_then(|t| translate::instant(t)),
    }
}

/// A value as text: plain, or its HTML, or its value.
fn text_of(value: &Value) -> Option<String> {
    [value, &value["html"], &value["value"], &value["url"]].into_iter().find_map(|v| v.as_str().map(str::to_owned))
}

/// By the front page's entries and the feed that it names.
async fn on_the_site(client: &Client<'_>, wanted: &Wanted<'_>) -> Answer<Found> {
    let got = links::fetch(client.http, &client.keys.me, client.now).await?;
    let known = entries(&got);
    for one in &known {
        if let Judged::It(landing) = judge(one, wanted) {
            return Ok(Found::Here(landing));
        }
    }
    if let Some(landing) = in_feed(client, &got, wanted).await? {
        return Ok(Found::Here(landing));
    }
    // Answers are often kept off the front page, so that only for other posts its silence says something.
    let is_answer = wanted.part.is_some_and(|p| p.reply_to.is_some());
    let reaches = wanted.part.is_some() && !is_answer && reaches_back(&known, wanted) && !known.is_empty();
    Ok(if reaches { Found::NotThere } else { Found::CannotTell })
}

fn entries(got: &Got) -> Vec<Known> {
    let page = got.page();
    let known = |item: &&mf::Item| Known {
        url: item.text("url").filter(|u| entry::is_web(u)).map(str::to_owned),
        slugs: Vec::new(),
        content: item.first("content").map(translate::plain).unwrap_or_default(),
        in_reply_to: item.text("in-reply-to").map(str::to_owned),
        published: item.text("published").and_then(translate::instant),
    };
    page.of_kind("h-entry").iter().map(known).collect()
}

/// The address with the mark, wherever it stands in the feed's text: any feed's form will do.
async fn in_feed(client: &Client<'_>, got: &Got, wanted: &Wanted<'_>) -> Answer<Option<Landing>> {
    let rels = got.page().rels;
    let is_feed = |url: &&String| {
        let kind = rels.by_url.get(*url).and_then(|u| u.says.get("type")).map_or("", String::as_str);
        kind.contains("rss") || kind.contains("atom") || kind.contains("feed+json")
    };
    let Some(feed) = rels.all("alternate").iter().find(is_feed) else { return Ok(None) };
    let Ok(at) = feed.parse::<url::Url>() else { return Ok(None) };
    client.http.check_onward(&got.reply.url, &at)?;
    let reply = client.http.send_within(client.http.get(feed)?, FEED_MAX).await?;
    let text = reply.text();
    let found = text.find(&wanted.mark).and_then(|mark| {
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
        let from = text[..mark].rfind(is_end).map_or(0, |i| i + 1);
        let to = text[mark..].find(is_end).map_or(text.len(), |i| mark + i);
        let url = text[from..to].replace("&amp;", "&").replace("\\/", "/");
        entry::is_web(&url).then_some(url)
    });
    Ok(found.map(|url| Landing { at: PostRef::new(url.clone(), ""), url: Some(url) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted(part: &Part) -> Wanted<'_> {
        Wanted { mark: "0a1b2c3d4e".into(), part: Some(part), since: "2026-11-21T12:00:00Z".parse().expect("an instant") }
    }
    fn item(properties: Value) -> Known {
        known_from_source(&json!({"type": ["h-entry"], "properties": properties}))
    }

    #[test]
    fn an_entry_is_known_again() {
        let part = Part::of_text("One loaf, see https://a.example/1");
        let wanted = wanted(&part);
        let is_it = |properties: Value| matches!(judge(&item(properties), &wanted), Judged::It(_));
        assert!(is_it(json!({"url": ["https://a.example/one-loaf-0a1b2c3d4e"]})));
        assert!(is_it(json!({"url": ["https://a.example/7"], "mp-slug": ["one-loaf-0a1b2c3d4e"]})));
        let content = json!([{"html": "<p>One loaf, see <a href='https://a.example/1'>https://a.example/1</a></p>"}]);
        assert!(is_it(json!({"url": ["https://a.example/7"], "content": content, "published": ["2026-11-21T12:01:00Z"]})));
        assert!(!is_it(json!({"url": ["https://a.example/7"], "content": content, "published": ["2026-11-20T12:01:00Z"]})));
        assert!(!is_it(json!({"url": ["https://a.example/7"], "content": content, "in-reply-to": ["https://b.example/"],
            "published": ["2026-11-21T12:01:00Z"]})));
        assert!(matches!(judge(&item(json!({"url": ["https://a.example/7"], "content": content})), &wanted), Judged::Maybe));
    }
}
