//! What a draft said before, and bringing it back.

use askama::Template;
use axum::extract::Path;
use model::DraftId;
use verbs::VerbError;
use verbs::publish::{calendar, history};

use super::acts::Nothing;
use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::When;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};

#[derive(Template)]
#[template(path = "pages/publish/versions.html")]
struct Page {
    shell: Shell,
    id: DraftId,
    title: String,
    lang: Option<String>,
    rows: Vec<Line>,
}

struct Line {
    version: i64,
    when: When,
    title: Option<String>,
    warning: Option<String>,
    text: String,
}

pub async fn show(seated: Seated, Row(id): Row<DraftId>) -> Answer {
    let (kept, versions) = history::list(seated.cx(), id).await?;
    let rows = versions.into_iter().map(|v| Line {
        version: v.version,
        when: When::long_ago(seated.now, v.at, seated.zone()),
        title: v.title,
        warning: v.warning,
        text: v.text,
    });
    let page = Page {
        shell: seated.shell(Place::Write),
        id,
        title: calendar::first_words(&kept),
        lang: kept.draft.language.clone(),
        rows: rows.collect(),
    };
    seated.page(&page)
}

pub async fn bring_back(Path((id, version)): Path<(String, String)>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let (id, version): (DraftId, i64) = (id.parse().map_err(|_| Fault::missing())?, version.parse().map_err(|_| Fault::missing())?);
    let here = format!("/write/{id}");
    match history::bring_back(seated.cx(), id, version).await {
        Ok(was) => seated.done(&here, Flash::plain("The earlier words are back.").undo(format!("{here}/versions/{was}"), &[])),
        Err(VerbError::TooLate(why)) => seated.done(&here, Flash::bad(why)),
        Err(error) => Err(error.into()),
    }
}
