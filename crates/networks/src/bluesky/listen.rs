//! Reading: the home timeline, hashtags, search, one author's posts, threads.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{Post, PostRef};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::reading::{Reading, onward};
use super::syntax::AtUri;
use super::translate::{Threaded, instant, line_from_feed, post_from_view, posts_from_thread};
use super::wire::{FeedLine, FeedPage, PostView, Posts, SearchPage, Thread};
use super::xrpc::Xrpc;
use super::{Bluesky, POST};
use crate::{Answer, Batch, Call, Cursor, Listen, NetworkError, Search};

/// Lines a page; the most the network gives.
const PAGE: &str = "100";
/// A first reading is one page.
const FIRST_PAGES: usize = 1;
/// Levels of answers asked for at once. Each takes two levels of JSON, of which our reader takes 128.
const THREAD_DEPTH: &str = "40";
/// Posts above the one asked for; each takes one level of JSON.
const THREAD_HEIGHT: &str = "80";
/// Calls made for one thread: the post, its root, and where branches went on below or above.
const THREAD_CALLS_MAX: usize = 8;
const THREAD_POSTS_MAX: usize = 1000;
/// How many posts can be asked for by address at once.
pub const POSTS_MAX: usize = 25;

#[async_trait]
impl Listen for Bluesky {
    fn can(&self, search: &Search) -> bool {
        !matches!(search, Search::Feed)
    }

    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        let (xrpc, _) = Xrpc::of(call)?;
        let mut reading = Reading::from(from, FIRST_PAGES);
        while let Some(page) = reading.wants() {
            match fetch(&xrpc, search, page.as_deref()).await {
                Ok((lines, next)) => reading.take(lines, next),
                Err(NetworkError::Refused(_)) if reading.give_up() => {}
                Err(other) => return Err(other),
            }
        }
        let batch = reading.finish();
        Ok(Batch { items: batch.items.into_iter().flatten().collect(), next: batch.next, has_more: batch.has_more })
    }

    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        let (xrpc, _) = Xrpc::of(call)?;
        let first = branch(&xrpc, &of.id, THREAD_HEIGHT).await?;
        let root = first.posts.get(&of.id).and_then(|p| p.root.clone()).filter(|r| *r != of.id);
        let mut posts = BTreeMap::new();
        let mut waiting = gather(&mut posts, first);
        // The answers beside this one hang below the root. They come first, and most often bring what was left out as well.
        waiting.extend(root.map(|uri| (uri, "0")));
        for _ in 1..THREAD_CALLS_MAX {
            let Some((uri, height)) = waiting.pop() else { break };
            match branch(&xrpc, &uri, height).await {
                Ok(more) => waiting.splice(0..0, gather(&mut posts, more)).for_each(drop),
                // A branch that is gone leaves a hole; the rest of the thread stands.
                Err(NetworkError::NotThere | NetworkError::Refused(_)) => {}
                Err(other) => return Err(other),
            }
            waiting.retain(|(uri, height)| *height == "0" || !posts.contains_key(uri));
        }
        let mut posts: Vec<Post> = posts.into_values().take(THREAD_POSTS_MAX).collect();
        posts.sort_by(|a, b| (a.created_at, &a.at.id).cmp(&(b.created_at, &b.at.id)));
        Ok(posts)
    }
}

/// Lines of a page with their times and names, and the cursor to the page after. A line without a post only marks the time.
type Lines = (Vec<(i64, String, Option<Post>)>, Option<String>);

async fn fetch(xrpc: &Xrpc<'_>, search: &Search, page: Option<&str>) -> Answer<Lines> {
    let mut parameters = vec![("limit", PAGE)];
    parameters.extend(page.map(|c| ("cursor", c)));
    let tagged;
    match search {
        Search::Home => feed(xrpc, "app.bsky.feed.getTimeline", &parameters).await,
        Search::By(did) => {
            parameters.extend([("actor", did.as_str()), ("filter", "posts_with_replies")]);
            let (mut lines, next) = feed(xrpc, "app.bsky.feed.getAuthorFeed", &parameters).await?;
            // What they passed on is not what they wrote.
            lines.iter_mut().for_each(|(_, _, post)| *post = post.take().filter(|p| p.boost.is_none()));
            Ok((lines, next))
        }
        Search::Tag(tag) => {
            let tag = tag.trim_start_matches('#');
            tagged = format!("#{tag}");
            parameters.extend([("q", tagged.as_str()), ("tag", tag), ("sort", "latest")]);
            found(xrpc, &parameters).await
        }
        Search::Words(words) => {
            parameters.extend([("q", words.as_str()), ("sort", "latest")]);
            found(xrpc, &parameters).await
        }
        Search::Feed => Err(NetworkError::NotOffered),
    }
}

async fn feed(xrpc: &Xrpc<'_>, method: &str, parameters: &[(&str, &str)]) -> Answer<Lines> {
    let page: FeedPage = xrpc.query(method, parameters).await?;
    let next = onward(page.cursor, page.feed.len());
    let line = |line: FeedLine| line_from_feed(&line).map(|(at, name, post)| (at, name, Some(post)));
    Ok((readable(page.feed).into_iter().filter_map(line).collect(), next))
}

async fn found(xrpc: &Xrpc<'_>, parameters: &[(&str, &str)]) -> Answer<Lines> {
    let page: SearchPage = xrpc.query("app.bsky.feed.searchPosts", parameters).await?;
    let line = |view: PostView| {
        let post = post_from_view(&view)?;
        let at = instant(&view.indexed_at).unwrap_or(post.created_at);
        Some((at.as_millisecond(), view.uri, Some(post)))
    };
    let next = onward(page.cursor, page.posts.len());
    Ok((readable(page.posts).into_iter().filter_map(line).collect(), next))
}

/// Those of a list that are what they should be; an odd one spoils no other.
pub fn readable<T: DeserializeOwned>(list: Vec<Value>) -> Vec<T> {
    list.into_iter().filter_map(|v| serde_json::from_value(v).ok()).collect()
}

/// The posts at these addresses, as far as they are there, by address.
pub async fn posts_at(xrpc: &Xrpc<'_>, uris: &[String]) -> Answer<BTreeMap<String, PostView>> {
    let mut found = BTreeMap::new();
    for some in uris.chunks(POSTS_MAX) {
        let parameters: Vec<(&str, &str)> = some.iter().map(|uri| ("uris", uri.as_str())).collect();
        let answer: Posts = xrpc.query("app.bsky.feed.getPosts", &parameters).await?;
        found.extend(readable::<PostView>(answer.posts).into_iter().map(|view| (view.uri.clone(), view)));
    }
    Ok(found)
}

async fn branch(xrpc: &Xrpc<'_>, uri: &str, height: &str) -> Answer<Threaded> {
    if AtUri::record(uri).is_none_or(|(_, collection, _)| collection != POST) {
        return Err(NetworkError::NotThere);
    }
    let parameters = [("uri", uri), ("depth", THREAD_DEPTH), ("parentHeight", height)];
    let answer: Thread = xrpc.query("app.bsky.feed.getPostThread", &parameters).await?;
    let found = posts_from_thread(&answer.thread, THREAD_POSTS_MAX);
    if found.posts.is_empty() { Err(NetworkError::NotThere) } else { Ok(found) }
}

/// Adds a branch to what is there, and says what to ask for next: (address, how far up).
fn gather(posts: &mut BTreeMap<String, Post>, more: Threaded) -> Vec<(String, &'static str)> {
    let mut next: Vec<(String, &'static str)> = more.answers_missing.into_iter().map(|uri| (uri, "0")).collect();
    next.extend(more.parent_missing.map(|uri| (uri, THREAD_HEIGHT)));
    posts.extend(more.posts);
    next
}
