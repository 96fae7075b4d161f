//! Tags and categories: the site knows them by number, people by name. A new tag is made; a new category where the role allows it.

use serde_json::{Value, json};

use super::client::{Act, Client, code};
use super::translate::number;
use crate::{Answer, NetworkError, html};

/// The most tags or categories that go with one article.
const TERMS_MAX: usize = 40;

/// The numbers of these names, in order; `taxonomy` is `tags` or `categories`.
pub async fn numbers(client: &Client<'_>, taxonomy: &str, names: &[String]) -> Answer<Vec<u64>> {
    let mut all = Vec::new();
    for name in names.iter().map(|n| n.trim().trim_start_matches('#')).filter(|n| !n.is_empty()).take(TERMS_MAX) {
        let id = one(client, taxonomy, name).await?;
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}

async fn one(client: &Client<'_>, taxonomy: &str, name: &str) -> Answer<u64> {
    let found = client.list(&["wp", "v2", taxonomy], &[("search", name), ("per_page", "100"), ("_fields", "id,name,slug")]).await?;
    let is_it = |term: &&Value| term["name"].as_str().is_some_and(|n| html::text(n).to_lowercase() == name.to_lowercase());
    if let Some(id) = found.iter().find(is_it).and_then(|t| number(&t["id"])) {
        return Ok(id);
    }
    let request = client.request(reqwest::Method::POST, &["wp", "v2", taxonomy])?.json(&json!({ "name": name }));
    let reply = client.try_send(request, Act::Writes).await?;
    if reply.is_success() {
        return number(&reply.json::<Value>()?["id"]).ok_or_else(|| NetworkError::Garbled("a tag without a number".into()));
    }
    // Somebody else was quicker, or the site writes the name another way: the refusal says which one it is.
    if code(&reply).as_deref() == Some("term_exists")
        && let Some(id) = reply.json::<Value>().ok().and_then(|v| number(&v["data"]["term_id"]))
    {
        return Ok(id);
    }
    Err(match client.judge(&reply, Act::Writes).await {
        NetworkError::Refused(_) if taxonomy == "categories" => {
            NetworkError::Refused(format!("The site has no category “{name}”, and this account may not make one."))
        }
        other => other,
    })
}
