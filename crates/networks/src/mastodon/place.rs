//! Finding a post's number on the account's own server, and reading lists page by page.

use model::PostRef;
use serde::de::DeserializeOwned;

use super::client::{Client, page};
use super::wire;
use crate::{Answer, Cursor, NetworkError};

/// Entries asked for in one page; servers give at most this many.
pub const PAGE: &str = "40";
/// Pages read in one go when catching up; what is left is read next time.
const PAGES_MAX: usize = 5;
/// Matches looked at when a post is looked up by its address.
const MATCHES: &str = "5";

/// The number by which this account's server knows a post. A post met through another server is looked up by its global id.
pub async fn local_id(client: &Client<'_>, of: &PostRef) -> Answer<String> {
    let here = client.here();
    if let Some(id) = here.local_id(&of.tag).or_else(|| here.local_id(&of.id)) {
        return Ok(id.to_owned());
    }
    if !of.id.starts_with("http://") && !of.id.starts_with("https://") {
        return Err(NetworkError::NotThere);
    }
    let is_it = |s: &&wire::Status| s.uri.as_deref() == Some(&of.id) || s.url.as_deref() == Some(&of.id);
    // A server's own posts mostly carry their number at the end, which spares a search.
    let own = of.id.split_once("://").filter(|(_, rest)| rest.split('/').next().is_some_and(|h| h.eq_ignore_ascii_case(&here.host)));
    if let Some(number) = own.and_then(|(_, rest)| rest.rsplit('/').next()).filter(|n| !n.is_empty()) {
        match client.get(&["api", "v1", "statuses", number], &[]).await.and_then(|r| r.json::<wire::Status>()) {
            Ok(status) if is_it(&&status) => return Ok(status.id),
            Ok(_) | Err(NetworkError::NotThere | NetworkError::Refused(_) | NetworkError::Garbled(_)) => {}
            Err(e) => return Err(e),
        }
    }
    let found = search(client, &[("q", &of.id), ("type", "statuses"), ("resolve", "true"), ("limit", MATCHES)]).await?.statuses;
    let only = || found.first().filter(|_| found.len() == 1);
    found.iter().find(is_it).or_else(only).map(|s| s.id.clone()).ok_or(NetworkError::NotThere)
}

/// The server's search; older servers have it under an older address.
pub async fn search(client: &Client<'_>, query: &[(&str, &str)]) -> Answer<wire::Found> {
    match client.get(&["api", "v2", "search"], query).await {
        Err(NetworkError::NotThere | NetworkError::NotOffered) => {
            let reply = client.get(&["api", "v1", "search"], query).await;
            reply.map_err(|e| if e == NetworkError::NotThere { NetworkError::NotOffered } else { e })?.json()
        }
        reply => reply?.json(),
    }
}

/// What came since, oldest first.
pub struct Since<T> {
    pub items: Vec<T>,
    pub next: Cursor,
    pub has_more: bool,
}

/// Reads on from an id: by `min_id`, which gives the pages next to it first. Without one, the newest `first_pages` pages.
pub async fn since<T: DeserializeOwned>(
    client: &Client<'_>,
    path: &[&str],
    query: &[(&str, &str)],
    from: &str,
    first_pages: usize,
) -> Answer<Since<T>> {
    if from.is_empty() { newest(client, path, query, first_pages).await } else { onward(client, path, query, from).await }
}

async fn newest<T: DeserializeOwned>(client: &Client<'_>, path: &[&str], query: &[(&str, &str)], pages: usize) -> Answer<Since<T>> {
    let (mut items, mut next, mut before) = (Vec::new(), String::new(), None::<String>);
    for _ in 0..pages {
        let mut asked = vec![("limit", PAGE)];
        asked.extend_from_slice(query);
        asked.extend(before.as_deref().map(|id| ("max_id", id)));
        let read = match client.get(path, &asked).await {
            Ok(reply) => page(&reply)?,
            // The newest page is in hand; the older ones are history, and none of it is missed for good reasons.
            Err(_) if before.is_some() => break,
            Err(e) => return Err(e),
        };
        if next.is_empty() {
            next = read.newest.unwrap_or_default();
        }
        items.extend(read.items);
        if read.oldest.is_none() || read.oldest == before {
            break;
        }
        before = read.oldest;
    }
    items.reverse();
    Ok(Since { items, next: Cursor(next), has_more: false })
}

async fn onward<T: DeserializeOwned>(client: &Client<'_>, path: &[&str], query: &[(&str, &str)], from: &str) -> Answer<Since<T>> {
    let (mut items, mut at) = (Vec::new(), from.to_owned());
    for turn in 0..PAGES_MAX {
        let mut asked = vec![("limit", PAGE), ("min_id", at.as_str())];
        asked.extend_from_slice(query);
        let read = match client.get(path, &asked).await.and_then(|reply| page(&reply)) {
            Ok(read) => read,
            Err(e) if turn == 0 => return Err(e),
            // What was read stands; the trouble will show when the rest is asked for.
            Err(_) => break,
        };
        match read.newest {
            // A server that does not know `min_id` gives the same page again.
            Some(newest) if newest != at => at = newest,
            _ => return Ok(Since { items, next: Cursor(at), has_more: false }),
        }
        items.extend(read.items.into_iter().rev());
    }
    Ok(Since { items, next: Cursor(at), has_more: true })
}
