//! Pictures of people, through the desk: no browser of ours ever asks a network for one.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::ProfileId;
use verbs::desk::pictures::{self, FaceOf};

use crate::errors::Fault;
use crate::parts::Face;
use crate::session::Seated;
use crate::shell::Answer;

/// How long a browser keeps letters that stand for a picture, before it asks for the picture again.
const LETTERS_KEPT: &str = "private, max-age=600";

pub async fn show(seated: Seated, Path(id): Path<i64>) -> Answer {
    match pictures::face(seated.cx(), ProfileId(id)).await? {
        FaceOf::Picture(picture) => served(&picture),
        FaceOf::Drawing(name) => {
            Ok(axum::response::Redirect::to(&format!("{}/sample/{name}.svg", crate::assets::prefix())).into_response())
        }
        FaceOf::Name(name) => {
            let mut answer = Response::new(Body::from(Face::lettered(&name)));
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
            answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(LETTERS_KEPT));
            Ok(answer)
        }
    }
}

/// A fetched picture as an answer that the browser may keep for a day.
pub fn served(picture: &pictures::Picture) -> Answer {
    let mut answer = Response::new(Body::from(picture.1.clone()));
    let kind = HeaderValue::from_str(&picture.0).map_err(|_| Fault::missing())?;
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    Ok(answer)
}
