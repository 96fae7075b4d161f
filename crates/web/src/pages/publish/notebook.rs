//! The notebook: a box for quick notes, and making drafts of them.

use askama::Template;
use axum::http::StatusCode;
use model::{DraftId, NoteId, Timestamp};
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::notebook::{self, Note};

use super::acts::Nothing;
use super::subjects::{self, Fields, Shared};
use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::When;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

/// A note of so many bytes can be put back by Undo: it travels in a cookie.
const UNDO_BYTES_MAX: usize = 1_500;

#[derive(Template)]
#[template(path = "pages/publish/notebook.html")]
struct Page {
    shell: Shell,
    note: String,
    wrong: Option<String>,
    rows: Vec<Line>,
    /// Several sit at this desk.
    can_share: bool,
    shared: Vec<Shared>,
    fields: Fields,
}

struct Line {
    id: NoteId,
    text: String,
    when: When,
    draft: Option<DraftId>,
}

pub async fn show(seated: Seated) -> Answer {
    draw(&seated, String::new(), None, Fields::default()).await
}

/// The page with a subject that could not be shared.
pub async fn draw_shared(seated: &Seated, fields: Fields) -> Answer {
    draw(seated, String::new(), None, fields).await
}

async fn draw(seated: &Seated, note: String, wrong: Option<String>, fields: Fields) -> Answer {
    let can_share = verbs::publish::subjects::can_share(seated.cx()).await?;
    let shared = subjects::shared(seated).await?;
    let rows = notebook::list(seated.cx()).await?.into_iter();
    let rows =
        rows.map(|n| Line { id: n.id, text: n.text, when: When::long_ago(seated.now, n.at, seated.zone()), draft: n.draft }).collect();
    let is_wrong = wrong.is_some() || fields.wrong.is_some();
    let mut answer = seated.page(&Page { shell: seated.shell(Place::Write), note, wrong, rows, can_share, shared, fields })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

#[derive(Deserialize)]
pub struct Jot {
    note: String,
}

pub async fn jot(Posted { seated, form }: Posted<Jot>) -> Answer {
    match notebook::jot(seated.cx(), &form.note).await {
        Ok(_) => seated.done("/notebook", Flash::plain("Noted.")),
        Err(VerbError::Wrong { why, .. }) => draw(&seated, form.note, Some(why), Fields::default()).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn grow(Row(id): Row<NoteId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let draft = notebook::grow(seated.cx(), id).await?;
    seated.done(&format!("/write/{draft}"), Flash::plain("The note is a draft now. It stays in the notebook too."))
}

pub async fn throw(Row(id): Row<NoteId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let note = notebook::throw(seated.cx(), id).await?;
    let flash = Flash::plain("The note is thrown away.");
    if note.text.len() > UNDO_BYTES_MAX {
        return seated.done("/notebook", flash);
    }
    let (at, draft) = (note.at.as_millisecond().to_string(), note.draft.map_or(String::new(), |d| d.to_string()));
    let fields = [("text", note.text.as_str()), ("at", at.as_str()), ("draft", draft.as_str())];
    seated.done("/notebook", flash.undo(format!("/notebook/{id}/back"), &fields))
}

#[derive(Deserialize)]
pub struct Back {
    text: String,
    at: i64,
    draft: Option<i64>,
}

pub async fn back(Row(id): Row<NoteId>, Posted { seated, form }: Posted<Back>) -> Answer {
    let at = Timestamp::from_millisecond(form.at).map_err(|_| Fault::bad("That can't be taken back any more."))?;
    notebook::put_back(seated.cx(), Note { id, person: None, text: form.text, at, draft: form.draft.map(DraftId) }).await?;
    seated.done("/notebook", Flash::plain("The note is back."))
}
