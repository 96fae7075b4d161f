//! Topics: the list, a new one, changing one, closing one.

use askama::Template;
use axum::http::StatusCode;
use model::TopicId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::listen::topics::{self, TopicRow, TopicWish, WatchRow};
use verbs::reflect::aims;

use super::sightings::Nothing;
use super::{At, tabs};
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::{Course, Tabs, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WishForm {
    name: String,
    query: String,
    aim: Option<i64>,
}

#[derive(Template)]
#[template(path = "pages/listen/topics.html")]
struct Page {
    shell: Shell,
    tabs: Tabs,
    rows: Vec<RowPart>,
    form: FormPart,
}

struct RowPart {
    id: TopicId,
    name: String,
    query: String,
    aim: Option<String>,
    posts: String,
    course: Course,
    places: Vec<PlacePart>,
}

struct PlacePart {
    what: String,
    on: String,
    why: Option<String>,
    heard: Option<When>,
}

/// The fields, with what is wrong with them.
struct FormPart {
    action: String,
    name: String,
    query: String,
    /// Number, name, chosen.
    aims: Vec<(i64, String, bool)>,
    wrong_name: Option<String>,
    wrong_query: Option<Wrong>,
}

/// What is wrong with a query: the words before the letter, the letter, the words after it.
struct Wrong {
    why: String,
    before: String,
    at: String,
    after: String,
}

impl Wrong {
    fn new(query: &str, at: usize, why: String) -> Wrong {
        let letters: Vec<char> = query.chars().collect();
        let at = at.min(letters.len());
        let end = (at + 1).min(letters.len());
        Wrong {
            why,
            before: letters[..at].iter().collect(),
            at: if at == end { " ".into() } else { letters[at..end].iter().collect() },
            after: letters[end..].iter().collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/listen/topic.html")]
struct OnePage {
    shell: Shell,
    name: String,
    form: FormPart,
}

async fn form_part(seated: &Seated, action: String, wish: &WishForm, error: Option<&VerbError>) -> Result<FormPart, crate::errors::Fault> {
    let aims = aims::list(seated.cx()).await?;
    let (wrong_name, wrong_query) = match error {
        Some(VerbError::Query(error)) => (None, Some(Wrong::new(&wish.query, error.at, error.why.clone()))),
        Some(VerbError::Wrong { field: "query", why }) => (None, Some(Wrong::new("", 0, why.clone()))),
        Some(other) => (Some(other.to_string()), None),
        None => (None, None),
    };
    Ok(FormPart {
        action,
        name: wish.name.clone(),
        query: wish.query.clone(),
        aims: aims.open.into_iter().map(|a| (a.aim.id.0, a.aim.name, Some(a.aim.id.0) == wish.aim)).collect(),
        wrong_name,
        wrong_query,
    })
}

async fn draw(seated: &Seated, wish: WishForm, error: Option<VerbError>) -> Answer {
    let rows = topics::list(seated.cx()).await?;
    let form = form_part(seated, "/listen/topics".into(), &wish, error.as_ref()).await?;
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::Listen),
        tabs: tabs(At::Topics, None, Some(rows.len()), None),
        rows: rows.into_iter().map(|r| row(seated, r)).collect(),
        form,
    })?;
    if error.is_some() {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn row(seated: &Seated, r: TopicRow) -> RowPart {
    let posts = words::count(r.posts().into(), "post");
    RowPart {
        id: r.topic.id,
        name: r.topic.name,
        query: r.topic.query.text().to_owned(),
        aim: r.aim_name,
        posts: if r.is_more_than_usual { format!("{posts} in four weeks, more than usual") } else { format!("{posts} in four weeks") },
        course: Course { values: r.course, is_more: r.is_more_than_usual },
        places: r.watches.into_iter().map(|w| place(seated, w)).collect(),
    }
}

fn place(seated: &Seated, w: WatchRow) -> PlacePart {
    PlacePart {
        what: w.what,
        on: format!("{}, {}", w.network_name, w.handle),
        why: w.why,
        heard: w.heard_at.map(|at| When::long_ago(seated.now, at, seated.zone())),
    }
}

pub async fn list(seated: Seated) -> Answer {
    draw(&seated, WishForm::default(), None).await
}

fn is_the_person_s(error: &VerbError) -> bool {
    matches!(error, VerbError::Query(_) | VerbError::Wrong { .. })
}

pub async fn add(Posted { seated, form }: Posted<WishForm>) -> Answer {
    let wish = TopicWish { name: form.name.clone(), query: form.query.clone(), aim: form.aim.map(model::AimId) };
    match topics::add(seated.cx(), wish).await {
        Ok(id) => {
            let topic = topics::one(seated.cx(), id).await?;
            let flash = Flash::said("Listening for ", topic.name, ".").undo(format!("/listen/topics/{id}/close"), &[]);
            seated.done("/listen/topics", flash)
        }
        Err(error) if is_the_person_s(&error) => draw(&seated, form, Some(error)).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn form(seated: Seated, Row(id): Row<TopicId>) -> Answer {
    let topic = topics::one(seated.cx(), id).await?;
    let wish = WishForm { name: topic.name, query: topic.query.text().to_owned(), aim: topic.aim.map(|a| a.0) };
    draw_one(&seated, id, wish, None).await
}

async fn draw_one(seated: &Seated, id: TopicId, wish: WishForm, error: Option<VerbError>) -> Answer {
    let form = form_part(seated, format!("/listen/topics/{id}"), &wish, error.as_ref()).await?;
    let name = topics::one(seated.cx(), id).await?.name;
    let mut answer = seated.page(&OnePage { shell: seated.shell(Place::Listen), name, form })?;
    if error.is_some() {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn change(Row(id): Row<TopicId>, Posted { seated, form }: Posted<WishForm>) -> Answer {
    let wish = TopicWish { name: form.name.clone(), query: form.query.clone(), aim: form.aim.map(model::AimId) };
    match topics::change(seated.cx(), id, wish).await {
        Ok(()) => seated.done("/listen/topics", Flash::said("Kept ", form.name, ".")),
        Err(error) if is_the_person_s(&error) => draw_one(&seated, id, form, Some(error)).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn close(Row(id): Row<TopicId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let name = topics::close(seated.cx(), id).await?;
    seated.done("/listen/topics", Flash::said("No longer listening for ", name, ".").undo(format!("/listen/topics/{id}/open"), &[]))
}

pub async fn reopen(Row(id): Row<TopicId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let name = topics::reopen(seated.cx(), id).await?;
    seated.done("/listen/topics", Flash::said("Listening for ", name, " again."))
}
