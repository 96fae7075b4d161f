//! Reading the site itself: its articles, what we commented there by another way, and a post with all its comments.

use async_trait::async_trait;
use jiff::SignedDuration;
use model::{Post, PostRef};
use serde::{Deserialize, Serialize};

use super::WordPress;
use super::client::{Client, PAGE};
use super::inbox::{Read, read_back};
use super::place::{Place, place, user_of};
use super::translate::{post_from_article, post_from_comment};
use crate::{Answer, Batch, Call, Cursor, Listen, NetworkError, Search};

/// A site says little in an hour; it is not asked more often than this.
const EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Pages of comments of one post.
const COMMENT_PAGES_MAX: u64 = 5;
const EMBEDS: &str = "author,wp:featuredmedia,wp:term";

/// How far the site was read, and when.
#[derive(Serialize, Deserialize, Default)]
struct Reading {
    posts: String,
    comments: String,
    asked_ms: i64,
}

#[async_trait]
impl Listen for WordPress {
    fn can(&self, search: &Search) -> bool {
        matches!(search, Search::Home | Search::By(_))
    }

    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        let client = Client::of(call)?;
        let home = &client.keys.home;
        let mut reading: Reading = serde_json::from_str(&from.0).unwrap_or_default();
        let is_home = *search == Search::Home;
        if is_home && call.now.as_millisecond() - reading.asked_ms < EVERY.as_millis() as i64 {
            return Ok(Batch { items: Vec::new(), next: from.clone(), has_more: false });
        }
        let author = match search {
            Search::Home => None,
            Search::By(name) => Some(user_of(home, name).ok_or(NetworkError::NotThere)?.to_string()),
            _ => return Err(NetworkError::NotOffered),
        };
        let mut query = vec![("_embed", EMBEDS)];
        query.extend(author.as_deref().map(|a| ("author", a)));
        let mut read = Read::of(&Cursor(std::mem::take(&mut reading.posts)));
        let articles = read_back(&client, "posts", &query, &mut read).await?;
        let mut items: Vec<Post> = articles.iter().filter_map(|a| post_from_article(a, home)).collect();
        reading.posts = read.cursor().0;
        if is_home {
            let me = client.keys.user.to_string();
            let mut read = Read::of(&Cursor(std::mem::take(&mut reading.comments)));
            // Those who may not write articles may not ask whose comments are whose either; then there are none to bring.
            let own = read_back(&client, "comments", &[("author", &me), ("_embed", "up,in-reply-to,author")], &mut read).await;
            match own {
                Ok(own) => items.extend(own.iter().filter_map(|c| post_from_comment(c, home))),
                Err(NetworkError::Refused(_)) => {}
                Err(e) => return Err(e),
            }
            reading.comments = read.cursor().0;
        }
        items.sort_by_key(|p| p.created_at);
        reading.asked_ms = call.now.as_millisecond();
        let next = Cursor(serde_json::to_string(&reading).expect("text and a number are always JSON"));
        Ok(Batch { items, next, has_more: false })
    }

    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        let client = Client::of(call)?;
        let home = &client.keys.home;
        let post = place(home, of)?.post().to_string();
        let mut all = Vec::new();
        match client.get(&["wp", "v2", "posts", &post], &[("_embed", EMBEDS)]).await {
            Ok(article) => all.extend(post_from_article(&article, home)),
            // A page of the site, which has comments as well.
            Err(NetworkError::NotThere) => {
                let page = client.get(&["wp", "v2", "pages", &post], &[("_embed", "author")]).await?;
                all.extend(post_from_article(&page, home));
            }
            Err(e) => return Err(e),
        }
        let Some(author) = all.first().map(|p| p.author.remote_id.clone()) else {
            return Err(NetworkError::Garbled("not the article we asked for".into()));
        };
        for page in 1..=COMMENT_PAGES_MAX {
            let number = page.to_string();
            let query =
                [("post", post.as_str()), ("order", "asc"), ("per_page", "100"), ("page", &number), ("_embed", "in-reply-to,author")];
            let some = match client.list(&["wp", "v2", "comments"], &query).await {
                Err(NetworkError::Refused(_)) if page > 1 => break,
                some => some?,
            };
            let is_last = (some.len() as u64) < PAGE;
            all.extend(some.iter().filter_map(|c| post_from_comment(c, home)));
            if is_last {
                break;
            }
        }
        let top = Place::Post(post.parse().map_err(|_| NetworkError::NotThere)?).name(home);
        for said in &mut all {
            if said.reply_to.as_ref() == Some(&top) {
                said.reply_to_author = Some(author.clone());
            }
        }
        Ok(all)
    }
}
