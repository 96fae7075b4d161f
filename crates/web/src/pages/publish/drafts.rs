//! All drafts that have no day yet, and the small pictures of any.

use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use model::DraftId;
use verbs::publish::{calendar, drafts, there};

use crate::errors::Fault;
use crate::parts::{Empty, KindMark, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/publish/drafts.html")]
struct Page {
    shell: Shell,
    rows: Vec<Line>,
    nothing: Option<Empty>,
    thrown: Vec<Thrown>,
    /// There is an own site on which something may have been begun.
    has_site: bool,
}

/// Thrown away, and until when it can come back.
struct Thrown {
    id: DraftId,
    words: String,
    lang: Option<String>,
    until: When,
}

struct Line {
    id: DraftId,
    words: String,
    lang: Option<String>,
    kind: KindMark,
    when: When,
    is_reply: bool,
}

pub async fn list(seated: Seated) -> Answer {
    let rows: Vec<Line> = (drafts::list(seated.cx()).await?.into_iter())
        .map(|kept| Line {
            id: kept.draft.id,
            words: calendar::first_words(&kept),
            lang: kept.draft.language.clone(),
            kind: KindMark(kept.draft.kind),
            when: When::long_ago(seated.now, kept.draft.updated_at, seated.zone()),
            is_reply: kept.draft.reply.is_some(),
        })
        .collect();
    let nothing = rows.is_empty().then(|| Empty::first("No drafts", "Whatever you begin to write is kept here.", "Write", "/write"));
    let thrown = drafts::thrown(seated.cx()).await?.into_iter().map(|(kept, until)| Thrown {
        id: kept.draft.id,
        words: calendar::first_words(&kept),
        lang: kept.draft.language.clone(),
        until: When { at: until, words: words::day(seated.now, until, seated.zone()) },
    });
    let has_site = there::has_any(seated.cx()).await?;
    seated.page(&Page { shell: seated.shell(Place::Write), rows, nothing, thrown: thrown.collect(), has_site })
}

/// A small picture, by its place in the draft.
pub async fn picture(seated: Seated, Path((id, place)): Path<(String, String)>) -> Result<Response, Fault> {
    let (id, place) = (id.parse().map_err(|_| Fault::missing())?, place.parse().map_err(|_| Fault::missing())?);
    let (mime, bytes) = drafts::thumb(seated.cx(), id, place).await?;
    let mut answer = Response::new(Body::from(bytes));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(answer)
}
