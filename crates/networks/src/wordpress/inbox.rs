//! Comments on our own posts, and answers to our own comments. A comment may be let through days after it was written, and two may bear
//! the same second, so a stretch of the past is read again each time, and what was handed on once is left out.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::SignedDuration;
use model::{Post, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WordPress;
use super::client::{Client, PAGE};
use super::place::user_name;
use super::translate::{instant, number, post_from_comment};
use crate::{Answer, Batch, Call, Cursor, Heard, HeardKind, Inbox, NetworkError};

/// How much of the past is read again.
pub const AGAIN: SignedDuration = SignedDuration::from_hours(72);
/// Pages read in one go, newest first; a first reading brings one.
const PAGES_MAX: u64 = 5;
/// The most numbers remembered of what was handed on.
const SEEN_MAX: usize = 1000;

/// How far we have read.
#[derive(Serialize, Deserialize, Default)]
pub struct Read {
    /// The newest that was handed on, in milliseconds.
    newest: Option<i64>,
    /// The numbers handed on of the stretch that is read again.
    #[serde(default)]
    seen: BTreeSet<u64>,
}

impl Read {
    pub fn of(cursor: &Cursor) -> Read {
        serde_json::from_str(&cursor.0).unwrap_or_default()
    }
    pub fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).expect("numbers are always JSON"))
    }
    /// From when on it has to be read.
    pub fn since(&self) -> Option<Timestamp> {
        self.newest.and_then(|ms| Timestamp::from_millisecond(ms).ok()).map(|at| at - AGAIN)
    }
    /// Leaves out what was handed on before, and notes the rest. Entries come newest first and leave oldest first.
    pub fn fresh(&mut self, entries: Vec<Value>) -> Vec<Value> {
        let mut now_seen = BTreeSet::new();
        let mut fresh = Vec::new();
        for entry in entries {
            let (Some(id), Some(at)) = (number(&entry["id"]), instant(&entry["date_gmt"])) else { continue };
            let is_known = self.seen.contains(&id) || !now_seen.insert(id);
            now_seen.insert(id);
            self.newest = self.newest.max(Some(at.as_millisecond()));
            if !is_known {
                fresh.push(entry);
            }
        }
        // Whatever is older than the stretch will not be read again.
        self.seen = if now_seen.is_empty() { std::mem::take(&mut self.seen) } else { now_seen };
        while self.seen.len() > SEEN_MAX {
            self.seen.pop_first();
        }
        fresh.reverse();
        fresh
    }
}

/// Reads entries of a list newest first, back to where it was read before.
pub async fn read_back(client: &Client<'_>, what: &str, query: &[(&str, &str)], read: &mut Read) -> Answer<Vec<Value>> {
    let since = read.since().map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let mut all = Vec::new();
    for page in 1..=if since.is_some() { PAGES_MAX } else { 1 } {
        let number_of_page = page.to_string();
        let mut asked = vec![("per_page", "100"), ("order", "desc"), ("page", number_of_page.as_str())];
        asked.extend_from_slice(query);
        asked.extend(since.as_deref().map(|at| ("after", at)));
        let some = match client.list(&["wp", "v2", what], &asked).await {
            Err(NetworkError::Refused(_)) if page > 1 => break,
            some => some?,
        };
        let is_last = (some.len() as u64) < PAGE;
        all.extend(some);
        if is_last {
            break;
        }
    }
    Ok(read.fresh(all))
}

#[async_trait]
impl Inbox for WordPress {
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        let client = Client::of(call)?;
        let mut read = Read::of(from);
        let comments = read_back(&client, "comments", &[("_embed", "up,in-reply-to,author")], &mut read).await?;
        let me = user_name(&client.keys.home, client.keys.user);
        let heard = comments.iter().filter(|c| c["type"].as_str().is_none_or(|kind| kind == "comment"));
        let items = heard.filter_map(|c| said_to(&me, post_from_comment(c, &client.keys.home)?, c)).collect();
        Ok(Batch { items, next: read.cursor(), has_more: false })
    }
}

/// What somebody else said under our post, or to our comment.
fn said_to(me: &str, post: Post, comment: &Value) -> Option<Heard> {
    let under = number(&comment["_embedded"]["up"][0]["author"]);
    let is_under_ours = under.is_some_and(|user| me.ends_with(&format!("/?author={user}")));
    let is_for_us = is_under_ours || post.reply_to_author.as_deref() == Some(me);
    (is_for_us && post.author.remote_id != me).then(|| Heard {
        id: post.at.id.clone(),
        kind: HeardKind::Spoke,
        by: post.author.clone(),
        at: post.created_at,
        post: Some(post),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_comes_twice_and_nothing_is_missed() {
        let at = |id: u64, second: u32| json!({"id": id, "date_gmt": format!("2026-11-22T08:00:{second:02}")});
        let ids = |all: &[Value]| all.iter().filter_map(|v| v["id"].as_u64()).collect::<Vec<_>>();
        let mut read = Read::default();
        assert_eq!(read.since(), None);
        assert_eq!(ids(&read.fresh(vec![at(3, 9), at(2, 5), json!({"id": 1})])), [2, 3]);
        let mut read = Read::of(&read.cursor());
        assert_eq!(read.since().map(|s| s + AGAIN).map(|s| s.to_string()).as_deref(), Some("2026-11-22T08:00:09Z"));
        // Two of the same second, and one that was let through late.
        assert_eq!(ids(&read.fresh(vec![at(5, 9), at(3, 9), at(4, 7), at(2, 5)])), [4, 5]);
        assert!(read.fresh(vec![at(5, 9), at(3, 9), at(4, 7), at(2, 5)]).is_empty());
        assert!(read.fresh(Vec::new()).is_empty() && read.seen.len() == 4, "an empty answer forgets nothing");
    }
}
