//! What the account has begun on the site itself and not published there.

use async_trait::async_trait;

use super::WordPress;
use super::client::Client;
use super::place::Place;
use super::translate::{instant, names, number, rendered};
use crate::{Answer, BegunThere, Call, Drafts, html};

/// The most that are shown; last changed first.
const DRAFTS_MAX: &str = "50";

#[async_trait]
impl Drafts for WordPress {
    async fn begun(&self, call: &Call<'_>) -> Answer<Vec<BegunThere>> {
        let client = Client::of(call)?;
        let me = client.keys.user.to_string();
        let query = [
            ("author", me.as_str()),
            ("status", "draft,pending"),
            ("context", "edit"),
            ("orderby", "modified"),
            ("per_page", DRAFTS_MAX),
            ("_embed", "wp:term"),
        ];
        let all = client.list(&["wp", "v2", "posts"], &query).await?;
        Ok(all.iter().filter_map(|a| begun_from_article(a, &client)).collect())
    }
}

fn begun_from_article(article: &serde_json::Value, client: &Client<'_>) -> Option<BegunThere> {
    let id = number(&article["id"])?;
    let terms = &article["_embedded"]["wp:term"];
    let excerpt = html::text(article["excerpt"]["raw"].as_str().unwrap_or_default());
    Some(BegunThere {
        at: Place::Post(id).at(&client.keys.home),
        url: Some(format!("{}/post.php?post={id}&action=edit", client.keys.admin)).filter(|_| !client.keys.admin.is_empty()),
        title: Some(rendered(&article["title"])).filter(|t| !t.is_empty()),
        text: rendered(&article["content"]),
        article: model::Article {
            excerpt: Some(excerpt).filter(|e| !e.is_empty()),
            tags: names(terms, "post_tag"),
            categories: names(terms, "category"),
        },
        changed_at: instant(&article["modified_gmt"])?,
    })
}
