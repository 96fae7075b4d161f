//! Did an article land? Looked for among the account's own, in every state, by the marker in its words.

use jiff::SignedDuration;
use model::{DeliveryKey, Part, Timestamp};
use serde_json::Value;

use super::client::{Client, PAGE};
use super::markup;
use super::publish::landing;
use super::translate::instant;
use crate::{Answer, Found, NetworkError, html};

/// Pages looked through, newest first.
const PAGES_MAX: u64 = 3;
/// A site's clock may be so far behind ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);
/// States an article of ours may have got into by the site's own ways. What lies in the bin was taken down.
const STATES: &str = "publish,future,draft,pending,private";

pub async fn find(client: &Client<'_>, part: &Part, key: &DeliveryKey, since: Timestamp) -> Answer<Found> {
    let (marker, since) = (markup::marker(key), since - CLOCKS_APART);
    let user = client.keys.user.to_string();
    for page in 1..=PAGES_MAX {
        let query = [
            ("author", user.as_str()),
            ("status", STATES),
            ("context", "edit"),
            ("orderby", "date"),
            ("order", "desc"),
            ("per_page", "100"),
            ("page", &page.to_string()),
            ("_fields", "id,link,date_gmt,modified_gmt,title,content"),
        ];
        let some = match client.list(&["wp", "v2", "posts"], &query).await {
            // Behind the last page there is none.
            Err(NetworkError::Refused(_)) if page > 1 => return Ok(Found::NotThere),
            answer => answer?,
        };
        if let Some(article) = some.iter().find(|a| is_it(a, part, &marker, since)) {
            return Ok(Found::Here(landing(client, article)?));
        }
        // Drafts and waiting articles may have no date yet; those are the newest that there are.
        let is_old = some.last().is_some_and(|a| instant(&a["date_gmt"]).is_some_and(|at| at < since));
        if is_old || (some.len() as u64) < PAGE {
            return Ok(Found::NotThere);
        }
    }
    Ok(Found::CannotTell)
}

/// By its marker; where a filter of the site took that away, by the very same title and words since the first try.
fn is_it(article: &Value, part: &Part, marker: &str, since: Timestamp) -> bool {
    let raw = article["content"]["raw"].as_str().unwrap_or_default();
    if let Some(found) = markup::marker_in(raw) {
        return found == marker;
    }
    let is_new = instant(&article["date_gmt"]).is_some_and(|at| at >= since);
    let words = markup::folded(&part.text);
    let title = article["title"]["raw"].as_str().or(article["title"]["rendered"].as_str()).unwrap_or_default();
    let has_title = markup::folded(&html::text(title)) == markup::folded(part.title.as_deref().unwrap_or_default());
    is_new && !words.is_empty() && has_title && markup::folded(&html::text(raw)) == words
}
