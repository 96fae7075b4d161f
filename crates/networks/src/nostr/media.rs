//! Pictures, which Nostr does not keep: they go to a server that the account names, by Blossom or by NIP-96, and the note links to them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::compose::Placed;
use super::event::{BLOSSOM_LEAVE, HTTP_LEAVE, Sketch, tag};
use super::keys::to_hex;
use super::us::Us;
use crate::http::Reply;
use crate::{Answer, Call, Http, NetworkError, Upload};

const BODY_MAX: usize = 256 * 1024;
/// How long leave to upload holds.
const LEAVE_S: i64 = 600;
/// Letters of the server's own words that are handed on.
const REASON_MAX: usize = 200;

/// A server that takes pictures, and how it wants them.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct MediaServer {
    /// Where uploads go.
    pub url: String,
    pub is_blossom: bool,
}

impl MediaServer {
    /// Looks at a server that a person named.
    pub async fn find(http: &Http, typed: &str) -> Answer<MediaServer> {
        let refused = |why: &str| NetworkError::Refused(why.to_owned());
        let typed = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let url = url::Url::parse(&typed).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some());
        let url = url.ok_or_else(|| refused("The picture server has to be an address that begins with https://."))?;
        let base = url.origin().ascii_serialization();
        let answer = http.send_within(http.get(&format!("{base}/.well-known/nostr/nip96.json"))?, BODY_MAX).await;
        let told: Option<Value> = answer.ok().filter(Reply::is_success).and_then(|a| a.json().ok());
        if let Some(api) = told.as_ref().and_then(|t| t["api_url"].as_str()).filter(|u| !u.is_empty()) {
            let api = url.join(api).map_err(|_| refused("The picture server names no address for uploads."))?;
            return Ok(MediaServer { url: api.into(), is_blossom: false });
        }
        // Whether it takes pictures is asked with leave for none: a Blossom server answers that it wants some.
        let asked = http.send_within(http.request(Method::PUT, &format!("{base}/upload"))?, BODY_MAX).await?;
        match asked.status {
            404 | 405 | 501 => Err(refused("The picture server speaks neither Blossom nor NIP-96.")),
            _ => Ok(MediaServer { url: format!("{base}/upload"), is_blossom: true }),
        }
    }
}

/// Sends the pictures up, one after the other. The same bytes have the same address there, so doing it again does no harm.
pub async fn place(call: &Call<'_>, us: &Us, uploads: &[Upload]) -> Answer<Vec<Placed>> {
    let Some(server) = &us.kept.media else {
        return Err(NetworkError::Refused(
            "This account names no server for pictures. Connect it again with one, or leave the picture out.".into(),
        ));
    };
    let mut placed = Vec::with_capacity(uploads.len());
    for upload in uploads {
        let hash = to_hex(&Sha256::digest(&upload.bytes));
        let url = if server.is_blossom {
            blossom(call, us, server, upload, &hash).await?
        } else {
            nip96(call, us, server, upload, &hash).await?
        };
        let is_web = url::Url::parse(&url).is_ok_and(|u| matches!(u.scheme(), "http" | "https"));
        if !is_web || url.len() > 2000 || url.contains(char::is_whitespace) {
            return Err(NetworkError::Away("the picture server names no address for the picture".into()));
        }
        placed.push(Placed { url, mime: upload.mime.clone(), width: upload.width, height: upload.height, alt: upload.alt.clone(), hash });
    }
    Ok(placed)
}

async fn blossom(call: &Call<'_>, us: &Us, server: &MediaServer, upload: &Upload, hash: &str) -> Answer<String> {
    let until = (call.now.as_second() + LEAVE_S).to_string();
    let tags = vec![tag(["t", "upload"]), tag(["x", hash]), tag(["expiration", &until])];
    let leave = leave(call, us, Sketch::new(BLOSSOM_LEAVE, call.now.as_second(), tags, "Upload a picture")).await?;
    let request = call.http.request(Method::PUT, &server.url)?.header("authorization", leave);
    let request = request.header("content-type", &upload.mime).header("x-sha-256", hash).body(upload.bytes.clone());
    let told: Value = well(call.http.send_within(request, BODY_MAX).await?, call.now)?.json()?;
    told["url"].as_str().map(str::to_owned).ok_or_else(|| NetworkError::Away("the picture server names no address".into()))
}

async fn nip96(call: &Call<'_>, us: &Us, server: &MediaServer, upload: &Upload, hash: &str) -> Answer<String> {
    let tags = vec![tag(["u", &server.url]), tag(["method", "POST"]), tag(["payload", hash])];
    let leave = leave(call, us, Sketch::new(HTTP_LEAVE, call.now.as_second(), tags, "")).await?;
    let name = format!("picture.{}", upload.mime.rsplit('/').next().unwrap_or("bin"));
    let file = reqwest::multipart::Part::bytes(upload.bytes.clone()).file_name(name).mime_str(&upload.mime);
    let file = file.map_err(|_| NetworkError::Refused("The picture is of no kind that can be sent.".into()))?;
    let form = reqwest::multipart::Form::new()
        .text("size", upload.bytes.len().to_string())
        .text("content_type", upload.mime.clone())
        .text("alt", upload.alt.clone())
        .text("no_transform", "true")
        .part("file", file);
    let request = call.http.post(&server.url)?.header("authorization", leave).multipart(form);
    let told: Value = well(call.http.send_within(request, BODY_MAX).await?, call.now)?.json()?;
    let tags = told["nip94_event"]["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let url = tags.iter().find(|t| t[0] == "url").and_then(|t| t[1].as_str());
    url.map(str::to_owned).ok_or_else(|| NetworkError::Away("the picture server names no address".into()))
}

/// Leave to upload: a signed event in the header.
async fn leave(call: &Call<'_>, us: &Us, sketch: Sketch) -> Answer<String> {
    let event = us.signer.sign(sketch, call.http, call.now).await?;
    Ok(format!("Nostr {}", STANDARD.encode(serde_json::to_vec(&event).expect("an event is JSON"))))
}

fn well(reply: Reply, now: Timestamp) -> Answer<Reply> {
    if reply.is_success() {
        return Ok(reply);
    }
    let said = reply.header("x-reason").map(str::to_owned).or_else(|| {
        let told: Value = serde_json::from_slice(&reply.body).ok()?;
        told["message"].as_str().map(str::to_owned)
    });
    let said: Option<String> = said.map(|s| s.chars().filter(|c| !c.is_control()).take(REASON_MAX).collect());
    Err(match (reply.status, said) {
        (429 | 500.., _) => reply.trouble(now),
        (413, _) => NetworkError::Refused("The picture is too large for the picture server.".into()),
        (_, Some(why)) if !why.trim().is_empty() => NetworkError::Refused(format!("The picture server does not take it: {why}")),
        (code, _) => NetworkError::Refused(format!("The picture server does not take it: it answered {code}.")),
    })
}
