//! Articles and comments going out, being changed and taken down. A taken slug quietly becomes another, so an article of ours is known by
//! a marker in its words and never by its address.

use std::time::Duration;

use async_trait::async_trait;
use model::{DeliveryKey, Part, PostRef};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Act, Client, before, code};
use super::place::{Place, place};
use super::translate::{number, web};
use super::{WordPress, comments, find, markup, media, terms};
use crate::{Answer, Baggage, Call, Found, Landing, NetworkError, Publish, Sign, Sought};

/// Everything before the article itself. With its own time this stays below the time for which a delivery is leased.
const PREPARE_MAX: Duration = Duration::from_secs(75);

#[async_trait]
impl Publish for WordPress {
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        let client = Client::of(call)?;
        if let Some(to) = &part.reply_to {
            return comments::say(&client, part, &to.parent).await;
        }
        let mut body = prepared(&client, part, baggage, Some(&markup::marker(key))).await?;
        body["status"] = json!("publish");
        landing(&client, &client.post(&["wp", "v2", "posts"], &body).await?)
    }

    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        let client = Client::of(call)?;
        match &sought.part.reply_to {
            Some(to) => comments::find(&client, sought.part, &to.parent).await,
            None => find::find(&client, sought.part, sought.key, sought.since).await,
        }
    }

    async fn edit(&self, call: &Call<'_>, at: &PostRef, part: &Part, baggage: &Baggage) -> Answer<Landing> {
        let client = Client::of(call)?;
        let id = match place(&client.keys.home, at)? {
            Place::Comment { post, comment } => return comments::change(&client, part, post, comment).await,
            Place::Post(id) => id.to_string(),
        };
        let path = ["wp", "v2", "posts", &id];
        let stands = client.get(&path, &[("context", "edit"), ("_fields", "id,content,status")]).await?;
        if stands["status"] == "trash" {
            return Err(NetworkError::NotThere);
        }
        let marker = stands["content"]["raw"].as_str().and_then(markup::marker_in);
        landing(&client, &client.post(&path, &prepared(&client, part, baggage, marker).await?).await?)
    }

    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        let client = Client::of(call)?;
        let (kind, id) = match place(&client.keys.home, at)? {
            Place::Post(post) => ("posts", post),
            Place::Comment { comment, .. } => ("comments", comment),
        };
        let id = id.to_string();
        let path = ["wp", "v2", kind, &id];
        // Into the site's own bin, where its owner can still take it out; a site without one deletes.
        let reply = client.try_send(client.request(Method::DELETE, &path)?, Act::Writes).await?;
        let outcome = if code(&reply).as_deref() == Some("rest_trash_not_supported") {
            client.send(client.request(Method::DELETE, &path)?.query(&[("force", "true")]), Act::Writes).await.map(drop)
        } else if reply.is_success() {
            Ok(())
        } else {
            Err(client.judge(&reply, Act::Writes).await)
        };
        if outcome == Err(NetworkError::NotThere) { Ok(()) } else { outcome }
    }

    async fn sign(&self, _call: &Call<'_>, _at: &PostRef, _sign: Sign) -> Answer<String> {
        Err(NetworkError::NotOffered)
    }
    async fn unsign(&self, _call: &Call<'_>, _at: &PostRef, _sign: Sign, _receipt: &str) -> Answer<()> {
        Err(NetworkError::NotOffered)
    }
}

/// The article as the site wants it, with its pictures and tags there already. Whatever fails here, no article stands yet.
async fn prepared(client: &Client<'_>, part: &Part, baggage: &Baggage, marker: Option<&str>) -> Answer<Value> {
    let late = |_| NetworkError::Away("the pictures took too long to go up".into());
    let goods = tokio::time::timeout(PREPARE_MAX, async {
        let shown = media::upload_all(client, &baggage.uploads).await?;
        let tags = terms::numbers(client, "tags", &part.article.tags).await?;
        let categories = terms::numbers(client, "categories", &part.article.categories).await?;
        Ok((shown, tags, categories))
    });
    let (mut shown, tags, categories) = goods.await.map_err(late)?.map_err(before)?;
    let first = if shown.is_empty() { None } else { Some(shown.remove(0)) };
    let mut body = json!({
        "title": part.title.as_deref().unwrap_or_default(),
        "content": markup::article(&part.text, &part.mentions, &shown, marker),
        "excerpt": part.article.excerpt.as_deref().unwrap_or_default(),
        "featured_media": first.map_or(0, |p| p.id),
        "tags": tags,
    });
    // Without one, the site's own default category holds.
    if !categories.is_empty() {
        body["categories"] = json!(categories);
    }
    Ok(body)
}

/// Where an answer says that an article stands.
pub fn landing(client: &Client<'_>, article: &Value) -> Answer<Landing> {
    let id = number(&article["id"]).ok_or_else(|| NetworkError::Garbled("an article without a number".into()))?;
    Ok(Landing { at: Place::Post(id).at(&client.keys.home), url: web(&article["link"]) })
}
