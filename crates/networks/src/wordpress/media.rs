//! Pictures going up before the article that shows them. A file is named after what it holds, so that one that went up already (its
//! answer was lost, or the article is changed) is found and not sent a second time.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{Act, Client};
use super::markup::Shown;
use super::translate::{number, web, words};
use crate::{Answer, NetworkError, Upload};

/// The most pictures sent with one article.
const PICTURES_MAX: usize = 40;
/// Letters of the hash that stand in a file's name.
const HASH_LETTERS: usize = 20;

/// Sends the pictures up, one after the other.
pub async fn upload_all(client: &Client<'_>, uploads: &[Upload]) -> Answer<Vec<Shown>> {
    let mut all = Vec::new();
    for upload in uploads.iter().take(PICTURES_MAX) {
        all.push(upload_one(client, upload).await?);
    }
    Ok(all)
}

async fn upload_one(client: &Client<'_>, upload: &Upload) -> Answer<Shown> {
    let name = name_of(upload);
    let there = client.list(&["wp", "v2", "media"], &[("slug", &name), ("_fields", "id,source_url,alt_text,slug")]).await?;
    let sent = match there.into_iter().find(|m| m["slug"] == name.as_str()) {
        Some(media) => media,
        None => send(client, upload, &name).await?,
    };
    let garbled = || NetworkError::Garbled("a picture without a number".into());
    let (id, url) = (number(&sent["id"]).ok_or_else(garbled)?, web(&sent["source_url"]).ok_or_else(garbled)?);
    if words(&sent["alt_text"]).unwrap_or_default() != upload.alt.trim() {
        client.post(&["wp", "v2", "media", &id.to_string()], &json!({"alt_text": upload.alt.trim()})).await?;
    }
    Ok(Shown { id, url, alt: upload.alt.clone() })
}

async fn send(client: &Client<'_>, upload: &Upload, name: &str) -> Answer<Value> {
    let end = match upload.mime.rsplit('/').next() {
        Some("jpeg") | None => "jpg",
        Some(end) => end,
    };
    let bad = |_| NetworkError::Forbidden("that is no kind of picture".into());
    let file = Part::bytes(upload.bytes.clone()).file_name(format!("{name}.{end}")).mime_str(&upload.mime).map_err(bad)?;
    let form = Form::new().part("file", file).text("alt_text", upload.alt.trim().to_owned()).text("title", name.to_owned());
    client.send(client.request(Method::POST, &["wp", "v2", "media"])?.multipart(form), Act::Writes).await?.json()
}

/// The same bytes with the same words are the same picture.
fn name_of(upload: &Upload) -> String {
    let hash = Sha256::new().chain_update(upload.alt.as_bytes()).chain_update([0]).chain_update(&upload.bytes).finalize();
    let hex: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    format!("hobnob-{}", &hex[..HASH_LETTERS])
}
