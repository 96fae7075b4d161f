//! `/pushed/{key}`: where a feed's hub asks whether we meant it, and where it sends what is new. Needs no sign-in: the key is known to the hub
//! and to us alone, and what is sent is believed for its signature.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use verbs::VerbError;
use verbs::listen::push::{self, Answered, BODY_MAX, Door, Question};

use crate::site::Site;

/// When a hub that was turned away may come again, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("60");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// It is drawn already: no page is put in its place.
const DRAWN: HeaderValue = HeaderValue::from_static("application/json");
/// Longer than any question of a hub.
const ASKED_BYTES_MAX: usize = 8 * 1024;

/// The hub asks.
pub async fn answer(State(site): State<Site>, Path(key): Path<String>, RawQuery(asked): RawQuery) -> Response {
    let asked = asked.filter(|a| a.len() <= ASKED_BYTES_MAX).unwrap_or_default();
    match push::answer(&site.app, &key, question(&asked), site.now()).await {
        Ok(Answered::Meant(challenge)) => (StatusCode::OK, [(header::CONTENT_TYPE, PLAIN)], challenge).into_response(),
        Ok(Answered::Noted) => StatusCode::OK.into_response(),
        Ok(Answered::Unknown) => told(StatusCode::NOT_FOUND),
        Ok(Answered::Busy) => again(StatusCode::TOO_MANY_REQUESTS),
        Err(error) => trouble(&error),
    }
}

fn question(asked: &str) -> Question {
    let mut question = Question::default();
    for (name, value) in url::form_urlencoded::parse(asked.as_bytes()) {
        match &*name {
            "hub.mode" => question.mode = value.into_owned(),
            "hub.topic" => question.topic = value.into_owned(),
            "hub.challenge" => question.challenge = value.into_owned(),
            "hub.lease_seconds" => question.lease_s = value.trim().parse().ok(),
            "hub.reason" => question.reason = value.into_owned(),
            _ => {}
        }
    }
    question
}

/// The hub sends. Nothing is read of it before it is known who may send, and that there is room.
pub async fn take(State(site): State<Site>, Path(key): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let sender = match push::door(&site.app, &key, site.now()).await {
        Ok(Door::Open(sender)) => sender,
        // A hub that hears this sends nothing more.
        Ok(Door::Gone) => return told(StatusCode::GONE),
        Ok(Door::Busy) => return again(StatusCode::TOO_MANY_REQUESTS),
        Err(error) => return trouble(&error),
    };
    let Ok(body) = to_bytes(body, BODY_MAX).await else { return told(StatusCode::PAYLOAD_TOO_LARGE) };
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let (signature, kind) = (said("x-hub-signature").unwrap_or_default(), said(header::CONTENT_TYPE.as_str()));
    match push::take(&site.app, *sender, signature, kind, &body, site.now()).await {
        // Believed or not, it came: whoever sends what is not signed learns nothing from us.
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => trouble(&error),
    }
}

/// Our own trouble. The address is not written down: whoever reads the log could answer for us.
fn trouble(error: &VerbError) -> Response {
    tracing::warn!(code = error.code(), "what a hub said could not be kept");
    again(StatusCode::SERVICE_UNAVAILABLE)
}

fn again(status: StatusCode) -> Response {
    let mut answer = told(status);
    answer.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN);
    answer
}

fn told(status: StatusCode) -> Response {
    (status, [(header::CONTENT_TYPE, DRAWN)], "{}\n").into_response()
}
