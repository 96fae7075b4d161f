//! Did a post land whose answer was lost? Read from the account's own posts, never from search.

use model::{Part, Timestamp};

use super::client::Client;
use super::place::{PAGE, local_id};
use super::translate::{Parents, instant, post_from_status};
use super::wire;
use crate::{Answer, Found, Landing, NetworkError, Sought};

/// How far a server's clock may differ from ours.
const CLOCKS_MS: i64 = 5 * 60 * 1000;
/// How many of our own posts are looked through, in pages: a thousand, for an account that speaks for many.
const PAGES_MAX: usize = 25;

pub async fn find(client: &Client<'_>, sought: &Sought<'_>) -> Answer<Found> {
    let (part, since) = (sought.part, sought.since);
    let mine = own_id(client).await?;
    let parent = match &part.reply_to {
        Some(to) => match local_id(client, &to.parent).await {
            Ok(id) => Parent::Is(id),
            Err(NetworkError::NotThere) => Parent::Gone,
            Err(e) => return Err(e),
        },
        None => Parent::None,
    };
    let path = ["api", "v1", "accounts", &mine, "statuses"];
    let mut before = None::<String>;
    for _ in 0..PAGES_MAX {
        let mut query = vec![("limit", PAGE), ("exclude_reblogs", "true")];
        query.extend(before.as_deref().map(|id| ("max_id", id)));
        let reply = client.get(&path, &query).await?;
        let from_ms = since_there(since, client.now, reply.date());
        let read = super::client::page::<wire::Status>(&reply)?;
        let is_new = |s: &wire::Status| {
            made(s).is_some_and(|ms| ms >= from_ms) && !sought.others.contains(&super::translate::at(s, &client.here()).id)
        };
        if let Some(status) = read.items.iter().find(|s| is_new(s) && is_same(s, part, &parent, client)) {
            return Ok(Found::Here(Landing { at: super::translate::at(status, &client.here()), url: status.url.clone() }));
        }
        // Own posts come newest first; one pinned to the top does not end the search, the page's last does.
        let reaches_back = read.items.last().and_then(made).is_none_or(|ms| ms < from_ms);
        if reaches_back || read.oldest.is_none() || read.oldest == before {
            return Ok(Found::NotThere);
        }
        before = read.oldest;
    }
    Ok(Found::CannotTell)
}

/// The first attempt's time as the server's own clock may have shown it. Ours may be hours ahead, and what it calls "since then" would
/// pass over the very post that is sought; a post is dated by the server.
fn since_there(since: Timestamp, now: Timestamp, there: Option<Timestamp>) -> i64 {
    let ahead_ms = there.map_or(0, |there| now.as_millisecond() - there.as_millisecond()).max(0);
    since.as_millisecond() - ahead_ms - CLOCKS_MS
}

enum Parent {
    None,
    Is(String),
    /// It was taken down in the meantime, and answers to it may have lost their parent.
    Gone,
}

async fn own_id(client: &Client<'_>) -> Answer<String> {
    if !client.keys.account_id.is_empty() {
        return Ok(client.keys.account_id.clone());
    }
    let me: wire::Account = client.get(&["api", "v1", "accounts", "verify_credentials"], &[]).await?.json()?;
    Ok(me.id)
}

fn made(status: &wire::Status) -> Option<i64> {
    status.created_at.as_deref().and_then(instant).map(|t| t.as_millisecond())
}

fn is_same(status: &wire::Status, part: &Part, parent: &Parent, client: &Client<'_>) -> bool {
    let same_parent = match parent {
        Parent::None => status.in_reply_to_id.is_none(),
        Parent::Is(id) => status.in_reply_to_id.as_ref() == Some(id),
        Parent::Gone => true,
    };
    if !same_parent || status.reblog.is_some() {
        return false;
    }
    let Some(post) = post_from_status(status, &client.here(), &Parents::default()) else { return false };
    let warning = |w: &Option<String>| core_of(w.as_deref().unwrap_or_default());
    core_of(&post.text) == core_of(&part.text)
        && warning(&post.warning) == warning(&part.warning)
        && (!part.text.trim().is_empty() || post.media.len() == part.pictures.len())
}

/// What of a text survives a server's hands: its letters and figures in order. Servers change spaces, quotes and marks of emphasis, show
/// links without their beginning, and mentions with or without the server.
fn core_of(text: &str) -> String {
    let mut core = String::new();
    for word in text.split_whitespace() {
        let word = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://")).unwrap_or(word);
        let name_only = match word.find('@').and_then(|at| word[at + 1..].find('@').map(|n| at + 1 + n)) {
            Some(second) => &word[..second],
            None => word,
        };
        core.extend(name_only.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    }
    if core.is_empty() {
        // Nothing but pictures of feelings.
        core.extend(text.chars().filter(|c| !c.is_whitespace()));
    }
    core
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_ours_that_is_ahead_hides_nothing() {
        let at = |s: i64| Timestamp::from_second(s).unwrap();
        let (hour, minutes) = (3600, 5 * 60);
        assert_eq!(since_there(at(10 * hour), at(10 * hour + 60), None), (10 * hour - minutes) * 1000);
        assert_eq!(since_there(at(10 * hour), at(10 * hour + 60), Some(at(9 * hour + 60))), (9 * hour - minutes) * 1000);
        assert_eq!(since_there(at(10 * hour), at(10 * hour + 60), Some(at(12 * hour))), (10 * hour - minutes) * 1000);
    }

    #[test]
    fn a_text_is_known_again() {
        let same = |a: &str, b: &str| core_of(a) == core_of(b);
        assert!(same("Hello  @ben@s.example, see https://b.example/x?y=1", "hello @ben, see b.example/x?y=1"));
        assert!(same("*loud* “words”\n\nand more", "loud \"words\" and more"));
        assert!(same("🎉 🎉", "🎉🎉"));
        assert!(!same("🎉", "🥳"));
        assert!(!same("see https://b.example/go/a1", "see https://b.example/go/a2"));
        assert!(!same("one", "one two"));
    }
}
