//! Reading: the home timeline, hashtags, words, one person's posts, and the thread around a post.

use std::collections::HashSet;

use async_trait::async_trait;
use model::{Post, PostRef};

use super::client::Client;
use super::place::{PAGE, Since, local_id, search, since};
use super::translate::{Parents, posts_from_statuses};
use super::{Mastodon, people, wire};
use crate::{Answer, Batch, Call, Cursor, Listen, NetworkError, Search};

/// The most posts taken of one thread.
const THREAD_MAX: usize = 2000;

/// Rules of a server that are shown, and letters of each.
const NORMS_MAX: usize = 40;
const NORM_LETTERS_MAX: usize = 400;

#[async_trait]
impl Listen for Mastodon {
    fn can(&self, search: &Search) -> bool {
        !matches!(search, Search::Feed)
    }

    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        let client = Client::of(call)?;
        match search {
            Search::Home => Ok(batch(&client, since(&client, &["api", "v1", "timelines", "home"], &[], &from.0, 1).await?)),
            Search::Tag(tag) => {
                let tag = tag.trim_start_matches('#');
                Ok(batch(&client, since(&client, &["api", "v1", "timelines", "tag", tag], &[], &from.0, 1).await?))
            }
            Search::Words(words) => by_words(&client, words, from).await,
            Search::By(remote_id) => by_person(&client, remote_id, from).await,
            Search::Feed => Err(NetworkError::NotOffered),
        }
    }

    async fn norms(&self, call: &Call<'_>) -> Answer<Vec<String>> {
        let reply = Client::of(call)?.get(&["api", "v1", "instance", "rules"], &[]).await;
        // Servers of kin without the list have no such address.
        let rules: Vec<serde_json::Value> =
            reply.map_err(|e| if e == NetworkError::NotThere { NetworkError::NotOffered } else { e })?.json()?;
        let text = |rule: &serde_json::Value| Some(rule.get("text")?.as_str()?.trim().chars().take(NORM_LETTERS_MAX).collect::<String>());
        Ok(rules.iter().filter_map(text).filter(|t| !t.is_empty()).take(NORMS_MAX).collect())
    }

    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        let client = Client::of(call)?;
        let id = local_id(&client, of).await?;
        let status: wire::Status = client.get(&["api", "v1", "statuses", &id], &[]).await?.json()?;
        let context: wire::Context = client.get(&["api", "v1", "statuses", &id, "context"], &[]).await?.json()?;
        let mut all = context.ancestors;
        all.push(status);
        all.extend(context.descendants);
        all.truncate(THREAD_MAX);
        let mut posts = posts_from_statuses(&all, &client.here(), &Parents::default());
        let first = posts.first().filter(|p| p.reply_to.is_none()).map(|p| p.at.id.clone());
        for post in &mut posts {
            post.root = first.clone();
        }
        Ok(posts)
    }
}

fn batch(client: &Client<'_>, read: Since<wire::Status>) -> Batch<Post> {
    let items = posts_from_statuses(&read.items, &client.here(), &Parents::default());
    Batch { items, next: read.next, has_more: read.has_more }
}

/// Search has no ids to read on from: the cursor holds the ids of the last page, and what was on it is not handed on again.
async fn by_words(client: &Client<'_>, words: &str, from: &Cursor) -> Answer<Batch<Post>> {
    let mut found = search(client, &[("q", words), ("type", "statuses"), ("limit", PAGE)]).await?.statuses;
    if found.is_empty() {
        return Ok(Batch { items: Vec::new(), next: from.clone(), has_more: false });
    }
    let next = Cursor(found.iter().map(|s| s.id.as_str()).collect::<Vec<_>>().join(" "));
    let seen: HashSet<&str> = from.0.split(' ').collect();
    found.retain(|s| !seen.contains(s.id.as_str()));
    found.reverse();
    Ok(batch(client, Since { items: found, next, has_more: false }))
}

/// The cursor holds the person's number on this server, then the newest post's.
async fn by_person(client: &Client<'_>, remote_id: &str, from: &Cursor) -> Answer<Batch<Post>> {
    let (person, at) = match from.0.split_once(' ') {
        Some((person, at)) => (person.to_owned(), at),
        None => (people::account(client, remote_id).await?.id, ""),
    };
    let path = ["api", "v1", "accounts", &person, "statuses"];
    let mut read = since(client, &path, &[("exclude_reblogs", "true")], at, 1).await?;
    read.next = Cursor(format!("{person} {}", read.next.0));
    Ok(batch(client, read))
}
