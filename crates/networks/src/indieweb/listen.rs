//! Reading sites by their microformats: what stands on one's own front page, what somebody wrote on theirs, a post with the answers that
//! its page shows, and the person that a page belongs to.

use async_trait::async_trait;
use model::{Post, PostRef, Profile};
use url::Url;

use super::client::Keys;
use super::links::{self, Got};
use super::{IndieWeb, entry, translate};
use crate::{Answer, Batch, Call, Cursor, Http, Listen, NetworkError, People, Search};

/// The most entries taken of one page.
const ENTRIES_MAX: usize = 200;

#[async_trait]
impl Listen for IndieWeb {
    fn can(&self, search: &Search) -> bool {
        matches!(search, Search::Home | Search::By(_))
    }

    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        let at = match search {
            Search::Home => Keys::read(call.secret)?.me,
            Search::By(id) if entry::is_web(id) => id.clone(),
            _ => return Err(NetworkError::NotOffered),
        };
        let got = links::fetch(call.http, &at, call.now).await?;
        let mut posts = posts(&got, call.now);
        posts.retain(|p| p.created_at.to_string() > from.0);
        let next = posts.last().map_or_else(|| from.clone(), |p| Cursor(p.created_at.to_string()));
        Ok(Batch { items: posts, next, has_more: false })
    }

    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        if !entry::is_web(&of.id) {
            return Err(NetworkError::NotThere);
        }
        let got = links::fetch(call.http, &of.id, call.now).await?;
        let page = got.page();
        let Some(main) = page.of_kind("h-entry").into_iter().next() else { return Err(NetworkError::NotThere) };
        let mut thread = vec![translate::post_of_entry(main, &page, &got.reply.url, call.now)];
        // Another site's word for what somebody said: it counts for the thread, and for nothing else.
        for cited in main.all("comment").iter().filter_map(|c| c.item()).take(ENTRIES_MAX) {
            let mut post = translate::post_of_entry(cited, &page, &got.reply.url, call.now);
            if post.at.id == thread[0].at.id || !entry::is_web(&post.at.id) || post.text.is_empty() {
                continue;
            }
            post.reply_to = Some(thread[0].at.id.clone());
            post.root = Some(thread[0].at.id.clone());
            thread.push(post);
        }
        thread.sort_by_key(|p| p.created_at);
        Ok(thread)
    }
}

#[async_trait]
impl People for IndieWeb {
    async fn profile(&self, call: &Call<'_>, handle: &str) -> Answer<Profile> {
        profile(call.http, handle, call.now).await
    }
}

/// Whose page an address is, written with or without its scheme.
pub async fn profile(http: &Http, handle: &str, now: model::Timestamp) -> Answer<Profile> {
    let handle = handle.trim().trim_start_matches('@');
    let address = if entry::is_web(handle) { handle.to_owned() } else { format!("https://{handle}") };
    let url = Url::parse(&address).ok().filter(|u| u.host_str().is_some_and(|h| h.contains('.')) && u.username().is_empty());
    let url = url.ok_or(NetworkError::NotThere)?;
    let got = links::fetch(http, url.as_str(), now).await?;
    Ok(translate::owner(&got, got.reply.url.as_str()))
}

/// The entries of a page as posts, oldest first. Those that only cite somebody are not among them.
fn posts(got: &Got, now: model::Timestamp) -> Vec<Post> {
    let page = got.page();
    let mut entries: Vec<&super::mf::Item> = page.items.iter().filter(|i| i.is("h-entry")).collect();
    for feed in page.of_kind("h-feed") {
        entries.extend(feed.children.iter().filter(|i| i.is("h-entry")));
    }
    let says = |e: &&super::mf::Item| {
        e.text("url").is_some() && e.text("published").is_some() && !["like-of", "repost-of"].iter().any(|p| e.first(p).is_some())
    };
    let mut posts: Vec<Post> =
        entries.into_iter().filter(says).take(ENTRIES_MAX).map(|e| translate::post_of_entry(e, &page, &got.reply.url, now)).collect();
    posts.sort_by_key(|p| p.created_at);
    posts
}
