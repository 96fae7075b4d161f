//! Sending, changing and taking down entries by Micropub. The address that the site answers is where a post stands; whatever has no clear
//! answer is looked for by its mark (`find.rs`) and never sent a second time blindly.

use std::time::Duration;

use async_trait::async_trait;
use model::{DeliveryKey, Part, PostRef, Timestamp};
use reqwest::Method;
use reqwest::header::LOCATION;
use reqwest::multipart::{self, Form};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::client::{Act, Client, before};
use super::entry::{self, Photo, Way};
use super::find::{self, Wanted};
use super::{IndieWeb, links};
use crate::http::Reply;
use crate::{Answer, Baggage, Call, Found, Landing, NetworkError, Publish, Sign, Sought, Upload};

/// Everything before the entry itself. With the entry's own tries this stays below the time for which a delivery is leased.
const PREPARE_MAX: Duration = Duration::from_secs(60);
/// The most pictures sent with one post.
const PICTURES_MAX: usize = 32;

#[async_trait]
impl Publish for IndieWeb {
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        let client = Client::of(call)?;
        if part.reply_to.is_some() && entry::answers(part).is_none() {
            return Err(NetworkError::Refused("what it answers has no address on the web".into()));
        }
        let slug = entry::slug(part, key);
        if client.keys.media.is_none() && !baggage.uploads.is_empty() {
            return landing(&client, &post_with_files(&client, part, &baggage.uploads, &slug).await?);
        }
        let late = |_| NetworkError::Away("the pictures took too long to go up".into());
        let photos = tokio::time::timeout(PREPARE_MAX, upload_all(&client, &baggage.uploads)).await.map_err(late)?.map_err(before)?;
        landing(&client, &create(&client, part, &photos, &slug).await?)
    }

    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        find::find(&Client::of(call)?, &Wanted { mark: entry::mark(sought.key), part: Some(sought.part), since: sought.since }).await
    }

    async fn edit(&self, call: &Call<'_>, at: &PostRef, part: &Part, _baggage: &Baggage) -> Answer<Landing> {
        let client = Client::of(call)?;
        let mut refusal = None;
        for way in [Way::Whole, Way::Form] {
            let body = json!({"action": "update", "url": at.id, "replace": entry::changeable(part, way)});
            match client.post_json(&body).await {
                Ok(reply) => {
                    let moved = location(&client, &reply).filter(|_| reply.status == 201);
                    let at = moved.map_or_else(|| at.clone(), |to| PostRef::new(to, ""));
                    return Ok(Landing { url: Some(at.id.clone()), at });
                }
                Err(NetworkError::Refused(why)) => refusal = Some(NetworkError::Refused(why)),
                // It stands, and what is missing is the call.
                Err(NetworkError::NotThere) if stands(&client, &at.id).await => return Err(NetworkError::NotOffered),
                Err(other) => return Err(other),
            }
        }
        Err(refusal.unwrap_or(NetworkError::NotOffered))
    }

    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        let client = Client::of(call)?;
        match act(&client, "delete", &at.id).await {
            Err(NetworkError::NotThere) => Ok(()),
            // Some sites refuse what is gone already.
            Err(NetworkError::Refused(why)) => {
                if stands(&client, &at.id).await {
                    Err(NetworkError::Refused(why))
                } else {
                    Ok(())
                }
            }
            other => other,
        }
    }

    /// A sign is an entry of its own that names the post; its address is the receipt. A second one finds the first.
    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String> {
        let client = Client::of(call)?;
        if !entry::is_web(&at.id) {
            return Err(NetworkError::NotOffered);
        }
        let property = if sign == Sign::Like { "like-of" } else { "repost-of" };
        if let Some(there) = signed(&client, at, sign).await? {
            return Ok(there);
        }
        let mark = sign_mark(sign, &at.id);
        let form = [("h", "entry"), (property, at.id.as_str()), ("mp-slug", mark.as_str())];
        let form: Vec<(String, String)> = form.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        Ok(landing(&client, &client.post_form(&form).await?)?.at.id)
    }

    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, receipt: &str) -> Answer<()> {
        let receipt = if receipt.is_empty() { signed(&Client::of(call)?, at, sign).await? } else { Some(receipt.to_owned()) };
        match receipt {
            Some(receipt) => self.delete(call, &PostRef::new(receipt, "")).await,
            None => Ok(()),
        }
    }
}

impl IndieWeb {
    /// Puts back what was taken down, where the site keeps such things.
    pub async fn undelete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        act(&Client::of(call)?, "undelete", &at.id).await
    }
}

/// Where a sign of ours to a post stands, if it does.
async fn signed(client: &Client<'_>, at: &PostRef, sign: Sign) -> Answer<Option<String>> {
    let wanted = Wanted { mark: sign_mark(sign, &at.id), part: None, since: Timestamp::UNIX_EPOCH };
    match find::find(client, &wanted).await? {
        Found::Here(there) => Ok(Some(there.at.id)),
        _ => Ok(None),
    }
}

fn sign_mark(sign: Sign, of: &str) -> String {
    let word = if sign == Sign::Like { "like" } else { "repost" };
    let hash: String = Sha256::digest(of.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("{word}-{hash}")
}

async fn act(client: &Client<'_>, action: &str, url: &str) -> Answer<()> {
    client.post_form(&[("action".to_owned(), action.to_owned()), ("url".to_owned(), url.to_owned())]).await.map(drop)
}

/// Sends the entry in the fullest way that the site takes. Only a clear refusal leads to the next: nothing has happened then.
async fn create(client: &Client<'_>, part: &Part, photos: &[Photo], slug: &str) -> Answer<Reply> {
    let mut first = None;
    for way in Way::ALL {
        let mut properties = entry::properties(part, photos, way);
        properties.insert("mp-slug".into(), json!([slug]));
        let sent = if way == Way::Form {
            client.post_form(&entry::form(&properties)).await
        } else {
            if client.keys.passes_on {
                // Passing on is ours to do; asked for nowhere, the site does it nowhere.
                properties.insert("mp-syndicate-to".into(), json!([]));
            }
            client.post_json(&json!({"type": ["h-entry"], "properties": properties})).await
        };
        match sent {
            Err(NetworkError::Refused(why)) => first = first.or(Some(NetworkError::Refused(why))),
            other => return other,
        }
    }
    Err(first.unwrap_or(NetworkError::NotOffered))
}

/// Without a media endpoint the pictures go with the entry itself.
async fn post_with_files(client: &Client<'_>, part: &Part, uploads: &[Upload], slug: &str) -> Answer<Reply> {
    let mut form = Form::new();
    for (name, value) in entry::form(&entry::properties(part, &[], Way::Form)) {
        form = form.text(name, value);
    }
    form = form.text("mp-slug", slug.to_owned());
    for upload in uploads.iter().take(PICTURES_MAX) {
        form = form.part(if uploads.len() == 1 { "photo" } else { "photo[]" }, file(upload)?);
        if !upload.alt.is_empty() {
            form = form.text("mp-photo-alt[]", upload.alt.clone());
        }
    }
    client.send(client.request(Method::POST, &client.keys.micropub)?.multipart(form), Act::Writes).await
}

async fn upload_all(client: &Client<'_>, uploads: &[Upload]) -> Answer<Vec<Photo>> {
    let mut photos = Vec::new();
    let Some(media) = client.keys.media.as_deref() else { return Ok(photos) };
    for upload in uploads.iter().take(PICTURES_MAX) {
        let form = Form::new().part("file", file(upload)?);
        let reply = client.send(client.request(Method::POST, media)?.multipart(form), Act::Writes).await?;
        let told = || reply.json::<Value>().ok()?["url"].as_str().map(str::to_owned);
        let said = reply.header(LOCATION.as_str()).map(str::to_owned).or_else(told);
        let url = said.and_then(|u| Url::parse(media).ok()?.join(&u).ok()).filter(|u| matches!(u.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| NetworkError::Refused("the site took a picture and did not say where it is".into()))?;
        photos.push(Photo { url: url.into(), alt: upload.alt.clone() });
    }
    Ok(photos)
}

fn file(upload: &Upload) -> Answer<multipart::Part> {
    let end = match upload.mime.rsplit('/').next() {
        Some("jpeg") | None => "jpg",
        Some(other) => other,
    };
    let bad = |_| NetworkError::Forbidden("that is no kind of picture".into());
    multipart::Part::bytes(upload.bytes.clone()).file_name(format!("picture.{end}")).mime_str(&upload.mime).map_err(bad)
}

/// Where a new entry stands: 201 where it is there already, 202 where it will be in a moment.
fn landing(client: &Client<'_>, reply: &Reply) -> Answer<Landing> {
    let at = location(client, reply).ok_or_else(|| NetworkError::Garbled("the site did not say where the post stands".into()))?;
    Ok(Landing { at: PostRef::new(at.clone(), ""), url: Some(at) })
}

fn location(client: &Client<'_>, reply: &Reply) -> Option<String> {
    let to = Url::parse(&client.keys.micropub).ok()?.join(reply.header(LOCATION.as_str())?).ok()?;
    matches!(to.scheme(), "http" | "https").then(|| to.into())
}

/// Whether a page is there for everyone; in doubt it is.
async fn stands(client: &Client<'_>, url: &str) -> bool {
    !matches!(links::fetch(client.http, url, client.now).await, Err(NetworkError::NotThere))
}
