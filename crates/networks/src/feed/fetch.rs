//! One feed over HTTP: asked for only if it changed, read with the server's word for its character set, failures told apart.

use model::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::http::Reply;
use crate::{Answer, Http, NetworkError};

const KINDS: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, \
                     application/json;q=0.8, text/html;q=0.5, */*;q=0.1";
/// The largest feed that is taken in.
const FEED_MAX: usize = 8 * 1024 * 1024;
/// The longest mark of a version that is kept.
const MARK_MAX: usize = 256;

/// By what a server knows which version we have.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Version {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

/// The answer to asking for a feed.
pub(super) enum Fetched {
    Unchanged,
    Changed(Box<Reply>, Version),
}

/// Asks for a feed, or a page that may name one. `NotThere`, `Refused`, `SlowDown` and `Away` as its server says.
pub(super) async fn fetch(http: &Http, url: &str, have: &Version, now: Timestamp) -> Answer<Fetched> {
    let mut request = http.get(url)?.header(ACCEPT, KINDS);
    if let Some(etag) = &have.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(modified) = &have.modified {
        request = request.header(IF_MODIFIED_SINCE, modified);
    }
    let reply = http.send_within(request, FEED_MAX).await?;
    match reply.status {
        200..=299 => {
            let mark = |name: &str| reply.header(name).filter(|v| v.len() <= MARK_MAX && !v.is_empty()).map(str::to_owned);
            let version = Version { etag: mark("etag"), modified: mark("last-modified") };
            Ok(Fetched::Changed(Box::new(reply), version))
        }
        304 if *have != Version::default() => Ok(Fetched::Unchanged),
        410 => Err(NetworkError::Refused("the feed is gone for good".into())),
        401 | 403 => Err(NetworkError::Refused("the feed is not open to everyone".into())),
        // Reading changes nothing, so a server out of order is merely away.
        code @ 500.. if !matches!(code, 501 | 503) => Err(NetworkError::Away(format!("the server answered {code}"))),
        _ => Err(reply.trouble(now)),
    }
}

/// The character set that the server told.
pub(super) fn charset(reply: &Reply) -> Option<&str> {
    charset_of(reply.header(CONTENT_TYPE.as_str())?)
}

/// The same in a `Content-Type`.
pub(super) fn charset_of(kind: &str) -> Option<&str> {
    let (_, rest) = kind.split_once("charset=")?;
    rest.split(';').next().map(|c| c.trim().trim_matches(['"', '\'']))
}
