//! `/webmention`: other sites tell us that a page of theirs links to one of ours. Needs no sign-in and answers at once; what is told is
//! looked at later, by a job.

use axum::Form;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use verbs::converse::webmention::{Hearing, hear};

use crate::shell::Answer;
use crate::site::Site;

/// What is told is two addresses; a larger form is something else.
pub const FORM_BYTES_MAX: usize = 8 * 1024;

#[derive(Deserialize)]
pub struct Told {
    #[serde(default)]
    source: String,
    #[serde(default)]
    target: String,
}

pub async fn take(State(site): State<Site>, Form(told): Form<Told>) -> Answer {
    let heard = hear(&site.app, &told.source, &told.target, site.now()).await?;
    Ok(match heard {
        Hearing::Kept => says(StatusCode::ACCEPTED, json!({"status": "It will be looked at in a moment."})),
        Hearing::Known => says(StatusCode::ACCEPTED, json!({"status": "It was told a moment ago."})),
        Hearing::Wrong(why) => says(StatusCode::BAD_REQUEST, json!({"error": "invalid_request", "error_description": why})),
        Hearing::TooMany => {
            let why = json!({"error": "too_many", "error_description": "Too many at once. Tell it again later."});
            let mut answer = says(StatusCode::TOO_MANY_REQUESTS, why);
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("120"));
            answer
        }
    })
}

fn says(status: StatusCode, body: serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
