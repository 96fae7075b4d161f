//! The calendar for other calendars: its secret address, and what stands there.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use verbs::publish::feed;

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::Posted;
use crate::session::Seated;
use crate::shell::Answer;
use crate::site::Site;

#[derive(Deserialize)]
pub struct Press {
    #[serde(rename = "do")]
    press: String,
}

/// Gives the calendar an address, another one, or none.
pub async fn act(Posted { seated, form }: Posted<Press>) -> Answer {
    let words = match form.press.as_str() {
        "renew" => {
            feed::renew(seated.cx()).await?;
            "The calendar has a new address, at the foot of this page. An old one leads nowhere now."
        }
        "close" => {
            feed::close(seated.cx()).await?;
            "The address is taken away. Nobody can read the calendar from outside."
        }
        _ => return Err(Fault::bad("That button is not known here.")),
    };
    seated.done("/calendar", Flash::plain(words))
}

/// Where the feed of this desk is, if it has an address.
pub async fn address(seated: &Seated) -> Result<Option<String>, verbs::VerbError> {
    let secret = feed::secret(seated.cx()).await?;
    Ok(secret.map(|s| format!("{}/calendar/feed/{s}.ics", seated.site.app.config.public_url)))
}

/// The feed itself, for whoever has the address. Answers 304 to whom has it as it is.
pub async fn show(State(site): State<Site>, Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    let secret = name.strip_suffix(".ics").ok_or_else(Fault::missing)?;
    let text = feed::read(&site.app, secret, site.now()).await?;
    let tag = format!("\"{}\"", Sha256::digest(text.as_bytes()).iter().take(12).map(|b| format!("{b:02x}")).collect::<String>());
    let is_known = (headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()))
        .flat_map(|v| v.split(','))
        .any(|one| matches!(one.trim().trim_start_matches("W/"), "*") || one.trim().trim_start_matches("W/") == tag);
    let mut answer = Response::new(if is_known { Body::empty() } else { Body::from(text) });
    let out = answer.headers_mut();
    out.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(|_| Fault::broken("a tag is plain"))?);
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let out = answer.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
        out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"hobnob.ics\""));
    }
    Ok(answer)
}
