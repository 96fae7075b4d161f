//! Pictures going up before the post that shows them.

use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::client::{Act, Client};
use super::wire;
use crate::{Answer, NetworkError, Upload};

/// How often a server that still works on a picture is asked again, and how long we wait between.
const LOOKS_MAX: u32 = 30;
const LOOK_PAUSE: Duration = Duration::from_millis(1000);
/// The most pictures sent with one post, whatever a server allows.
const PICTURES_MAX: usize = 32;

/// Sends the pictures up, one after the other; the answer is their numbers on the server.
pub async fn upload_all(client: &Client<'_>, uploads: &[Upload]) -> Answer<Vec<String>> {
    let mut ids = Vec::new();
    for upload in uploads.iter().take(PICTURES_MAX) {
        ids.push(upload_one(client, upload).await?);
    }
    Ok(ids)
}

async fn upload_one(client: &Client<'_>, upload: &Upload) -> Answer<String> {
    let reply = match send(client, "v2", upload).await {
        Err(NetworkError::NotThere | NetworkError::NotOffered) => send(client, "v1", upload).await?,
        reply => reply?,
    };
    let is_ready = reply.status == 200;
    let picture: wire::Attachment = reply.json()?;
    if is_ready && picture.url.is_some() {
        return Ok(picture.id);
    }
    for _ in 0..LOOKS_MAX {
        match client.get(&["api", "v1", "media", &picture.id], &[]).await {
            Ok(reply) if reply.status == 200 => return Ok(picture.id),
            Ok(_) => {}
            // A server that cannot be asked has taken the picture all the same.
            Err(NetworkError::NotThere | NetworkError::NotOffered) if is_ready => return Ok(picture.id),
            Err(e) => return Err(e),
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
    Err(NetworkError::Away("the server is still working on a picture".into()))
}

async fn send(client: &Client<'_>, version: &str, upload: &Upload) -> Answer<crate::http::Reply> {
    let (name, end) = match upload.mime.split_once('/') {
        Some(("video", "quicktime")) => ("video", "mov"),
        Some(("video", end)) => ("video", end),
        Some((_, end)) => ("picture", end),
        None => ("picture", "jpeg"),
    };
    let bad = |_| NetworkError::Forbidden("that is no kind of picture".into());
    let file = Part::bytes(upload.bytes.clone()).file_name(format!("{name}.{end}")).mime_str(&upload.mime).map_err(bad)?;
    let mut form = Form::new().part("file", file);
    if !upload.alt.is_empty() {
        form = form.text("description", upload.alt.clone());
    }
    client.send(client.request(Method::POST, &["api", version, "media"])?.multipart(form), Act::Writes).await
}
