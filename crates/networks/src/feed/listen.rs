//! What is new in a feed, and the talk under one of its entries.

use std::collections::HashSet;

use async_trait::async_trait;
use model::{Post, PostRef};
use sha2::{Digest, Sha256};

use super::Feed;
use super::fetch::{Fetched, Version, charset, fetch};
use super::translate::{Source, posts};
use crate::{Answer, Batch, Call, Cursor, Listen, NetworkError, Search};

/// The newest entries of a feed that are looked at each time.
const ENTRIES_MAX: usize = 300;
/// How many of them a first reading brings.
const FIRST_MAX: usize = 50;
/// The entries remembered as seen: more than are looked at, so that none comes twice while it is in the feed.
const SEEN_MAX: usize = 600;
/// The most comments brought of one entry.
const COMMENTS_MAX: usize = 300;

/// How far a feed has been read, as it stands in the cursor.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Read {
    #[serde(flatten)]
    version: Version,
    /// A mark of each entry and its words, newest first.
    seen: Vec<String>,
}

#[async_trait]
impl Listen for Feed {
    fn can(&self, search: &Search) -> bool {
        matches!(search, Search::Feed)
    }

    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        if !self.can(search) {
            return Err(NetworkError::NotOffered);
        }
        let (read, is_first) = read_of(from);
        let url = &call.account.server;
        let (reply, version) = match fetch(call.http, url, &read.version, call.now).await? {
            Fetched::Unchanged => return Ok(Batch { items: Vec::new(), next: from.clone(), has_more: false }),
            Fetched::Changed(reply, version) => (reply, version),
        };
        let source = Source { url: reply.url.as_str(), blog: url, charset: charset(&reply), now: call.now };
        let (_, mut found) = posts(&reply.body, &source)?;
        let (items, seen) = unseen(&mut found, &read.seen, is_first);
        let next =
            serde_json::to_string(&Read { version, seen }).map_err(|_| NetworkError::Garbled("the cursor cannot be written".into()))?;
        Ok(Batch { items, next: Cursor(next), has_more: false })
    }

    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        let blog = &call.account.server;
        let mut thread = match read_all(call, blog).await {
            Ok(posts) => posts.into_iter().filter(|p| p.at.id == of.id).take(1).collect(),
            // The feed may be gone while the comments stand.
            Err(trouble) if trouble.may_pass() || of.tag.is_empty() => return Err(trouble),
            Err(_) => Vec::new(),
        };
        let has_entry = !thread.is_empty();
        if !of.tag.is_empty() {
            match read_all(call, &of.tag).await {
                Ok(comments) => thread.extend(comments.into_iter().filter(|c| c.at.id != of.id).take(COMMENTS_MAX).map(|c| under(c, of))),
                Err(trouble) if trouble.may_pass() || !has_entry => return Err(trouble),
                Err(_) => {}
            }
        }
        if thread.is_empty() { Err(NetworkError::NotThere) } else { Ok(thread) }
    }
}

async fn read_all(call: &Call<'_>, url: &str) -> Answer<Vec<Post>> {
    match fetch(call.http, url, &Version::default(), call.now).await? {
        Fetched::Unchanged => Ok(Vec::new()),
        Fetched::Changed(reply, _) => {
            let source = Source { url: reply.url.as_str(), blog: &call.account.server, charset: charset(&reply), now: call.now };
            Ok(posts(&reply.body, &source)?.1)
        }
    }
}

/// A comment in its place: under the comment that it names, else under the entry. What feeds call its title ("By: Ben") is nobody's words.
fn under(mut comment: Post, of: &PostRef) -> Post {
    if comment.reply_to.is_none() {
        comment.reply_to = Some(of.id.clone());
    }
    comment.title = None;
    comment.root = Some(of.id.clone());
    comment
}

/// What of a feed, oldest first, is new since a cursor.
pub(super) fn unseen_of(found: &mut Vec<Post>, from: &Cursor) -> Vec<Post> {
    let (read, is_first) = read_of(from);
    unseen(found, &read.seen, is_first).0
}

/// How far was read, and whether nothing was. A cursor that cannot be read is as none: the newest come again, and are known again by their ids.
fn read_of(from: &Cursor) -> (Read, bool) {
    serde_json::from_str(&from.0).map_or((Read::default(), true), |read| (read, false))
}

/// What of a feed, oldest first, is new or has new words; and the marks to remember, newest first.
fn unseen(found: &mut Vec<Post>, seen: &[String], is_first: bool) -> (Vec<Post>, Vec<String>) {
    let mut posts = found.split_off(found.len().saturating_sub(ENTRIES_MAX));
    let mut marks: Vec<String> = posts.iter().rev().map(mark).collect();
    if is_first {
        let newest = posts.split_off(posts.len().saturating_sub(FIRST_MAX));
        return (newest, marks);
    }
    let known: HashSet<&str> = seen.iter().map(String::as_str).collect();
    posts.retain(|p| !known.contains(mark(p).as_str()));
    let fresh: HashSet<String> = marks.iter().cloned().collect();
    marks.extend(seen.iter().filter(|s| !fresh.contains(*s)).cloned());
    marks.truncate(SEEN_MAX);
    (posts, marks)
}

/// Sixteen hexadecimal digits for an entry with its present words. The time is left out: some feeds tell a new one at every asking.
fn mark(post: &Post) -> String {
    let mut hash = Sha256::new();
    for part in [post.at.id.as_str(), post.title.as_deref().unwrap_or(""), &post.text, post.url.as_deref().unwrap_or("")] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Profile, Timestamp};

    fn post(n: usize, text: &str) -> Post {
        let at = Timestamp::from_second(n as i64).expect("in range");
        Post::new(PostRef::new(format!("urn:{n}"), ""), Profile::default(), text, at)
    }

    #[test]
    fn nothing_comes_twice_and_new_words_come_again() {
        let feed = |n: usize| (0..n).map(|i| post(i, "words")).collect::<Vec<_>>();
        let (first, seen) = unseen(&mut feed(400), &[], true);
        assert_eq!((first.len(), seen.len()), (FIRST_MAX, ENTRIES_MAX));
        assert_eq!(first.last().map(|p| p.at.id.as_str()), Some("urn:399"));
        let (none, seen) = unseen(&mut feed(400), &seen, false);
        assert!(none.is_empty());
        let mut later = feed(402);
        later[399].text = "better words".into();
        let (new, seen) = unseen(&mut later, &seen, false);
        assert_eq!(new.iter().map(|p| p.at.id.as_str()).collect::<Vec<_>>(), ["urn:399", "urn:400", "urn:401"]);
        let (_, seen) = unseen(&mut feed(5000), &seen, false);
        assert_eq!(seen.len(), SEEN_MAX);
    }
}
