//! Our answers as comments. A site takes the same words in the same place from the same person only once (409), and that is a comment's
//! proof; it has no marker of its own.

use model::{Part, PostRef};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Act, Client, PAGE, before, code};
use super::markup;
use super::place::{Place, place};
use super::translate::{number, web};
use crate::{Answer, Found, Landing, NetworkError, html};

/// Pages of a post's comments looked through, newest first.
const PAGES_MAX: u64 = 5;

/// Says something under a post, or under a comment there.
pub async fn say(client: &Client<'_>, part: &Part, to: &PostRef) -> Answer<Landing> {
    if !part.pictures.is_empty() {
        return Err(NetworkError::Refused("A comment takes no pictures. Take the pictures away, or link to them.".into()));
    }
    let to = place(&client.keys.home, to)?;
    let mut body = json!({"post": to.post(), "content": markup::comment(&part.text, &part.mentions)});
    if let Place::Comment { comment, .. } = to {
        body["parent"] = json!(comment);
    }
    let request = client.request(Method::POST, &["wp", "v2", "comments"])?.json(&body);
    let reply = client.try_send(request, Act::Writes).await?;
    if reply.is_success() {
        return landing(client, &reply.json()?);
    }
    if reply.status == 409 || code(&reply).as_deref() == Some("comment_duplicate") {
        return match look(client, part, to).await.map_err(before)? {
            Some(landing) => Ok(landing),
            None => {
                Err(NetworkError::Refused("The site has these words from you there already; they may wait for its owner's yes.".into()))
            }
        };
    }
    Err(match client.judge(&reply, Act::Writes).await {
        NetworkError::NotThere => NetworkError::Refused("What it answers is not there any more.".into()),
        other => other,
    })
}

pub async fn find(client: &Client<'_>, part: &Part, to: &PostRef) -> Answer<Found> {
    let to = place(&client.keys.home, to)?;
    match look(client, part, to).await {
        Ok(Some(landing)) => Ok(Found::Here(landing)),
        // A second try of the same words would be refused by the site itself.
        Ok(None) | Err(NetworkError::NotThere) => Ok(Found::NotThere),
        Err(e) => Err(e),
    }
}

/// Our own comment with these words in that place, held ones included where we may see them.
async fn look(client: &Client<'_>, part: &Part, to: Place) -> Answer<Option<Landing>> {
    let post = to.post().to_string();
    let parent = if let Place::Comment { comment, .. } = to { comment } else { 0 };
    let words = markup::folded(&part.text);
    let mut status = Some("all");
    for page in 1..=PAGES_MAX {
        let number_of_page = page.to_string();
        let ask = |status: Option<&'static str>| {
            let mut query = vec![("post", post.as_str()), ("order", "desc"), ("per_page", "100"), ("page", &number_of_page)];
            query.extend(status.map(|s| ("status", s)));
            query
        };
        let mut some = client.list(&["wp", "v2", "comments"], &ask(status)).await;
        if matches!(some, Err(NetworkError::Refused(_))) && status.is_some() {
            // Those who may only comment see what everybody sees.
            status = None;
            some = client.list(&["wp", "v2", "comments"], &ask(None)).await;
        }
        let some = match some {
            Err(NetworkError::Refused(_)) if page > 1 => return Ok(None),
            some => some?,
        };
        let is_it = |c: &&Value| {
            number(&c["author"]) == Some(client.keys.user)
                && number(&c["parent"]).unwrap_or(0) == parent
                && markup::folded(&html::text(c["content"]["rendered"].as_str().unwrap_or_default())) == words
        };
        if let Some(comment) = some.iter().find(is_it) {
            return landing(client, comment).map(Some);
        }
        if (some.len() as u64) < PAGE {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Changes a comment of ours, where the site lets us.
pub async fn change(client: &Client<'_>, part: &Part, post: u64, comment: u64) -> Answer<Landing> {
    let body = json!({"content": markup::comment(&part.text, &part.mentions)});
    let changed = client.post(&["wp", "v2", "comments", &comment.to_string()], &body).await?;
    let url = web(&changed["link"]);
    Ok(Landing { at: Place::Comment { post, comment }.at(&client.keys.home), url })
}

fn landing(client: &Client<'_>, comment: &Value) -> Answer<Landing> {
    let garbled = || NetworkError::Garbled("a comment without a number".into());
    let (post, id) = (number(&comment["post"]).ok_or_else(garbled)?, number(&comment["id"]).ok_or_else(garbled)?);
    Ok(Landing { at: Place::Comment { post, comment: id }.at(&client.keys.home), url: web(&comment["link"]) })
}
