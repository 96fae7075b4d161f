//! Pictures of people, through the desk: no browser of ours ever asks a network for one.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::ProfileId;
use verbs::desk::pictures;

use crate::errors::Fault;
use crate::session::Seated;
use crate::shell::Answer;

pub async fn show(seated: Seated, Path(id): Path<i64>) -> Answer {
    // Sample people are drawn by us; their pictures are among our own.
    if let Some(drawn) = pictures::drawn(seated.cx(), ProfileId(id)).await? {
        return Ok(axum::response::Redirect::to(&format!("{}/sample/{drawn}.svg", crate::assets::prefix())).into_response());
    }
    let picture = pictures::face(seated.cx(), ProfileId(id)).await?;
    served(&picture)
}

/// A fetched picture as an answer that the browser may keep for a day.
pub fn served(picture: &pictures::Picture) -> Answer {
    let mut answer = Response::new(Body::from(picture.1.clone()));
    let kind = HeaderValue::from_str(&picture.0).map_err(|_| Fault::missing())?;
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    Ok(answer)
}
