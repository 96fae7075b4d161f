//! Bringing contacts in: handing a file over, and what came of it, line by line where something was wrong.

use askama::Template;
use axum::http::StatusCode;
use model::PersonId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::relate::contacts::{self, Imported, WRONGS_MAX, WrongLine};

use crate::forms::PostedParts;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// New people that are named one by one.
const NAMED_MAX: usize = 50;

#[derive(Template)]
#[template(path = "pages/relate/contacts.html")]
struct Page {
    shell: Shell,
    wrong: Option<String>,
    done: Option<DonePart>,
}

struct DonePart {
    sentence: String,
    new: Vec<(PersonId, String)>,
    /// New people beyond those named.
    more: Option<String>,
    wrong: Vec<WrongLine>,
    more_wrong: Option<String>,
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn show(seated: Seated) -> Answer {
    draw(&seated, None, None)
}

pub async fn import(PostedParts { seated, files, .. }: PostedParts<Nothing>) -> Answer {
    let Some(file) = files.into_iter().find(|f| f.field == "file") else {
        return draw(&seated, Some("Choose a file first.".into()), None);
    };
    if file.is_too_large {
        return draw(&seated, Some("The file is larger than a file may be here. Nothing was taken in.".into()), None);
    }
    match contacts::import(seated.cx(), &file.bytes).await {
        Ok(done) => {
            seated.changed();
            draw(&seated, None, Some(part(done)))
        }
        Err(VerbError::Wrong { why, .. }) => draw(&seated, Some(format!("{why} Nothing was taken in.")), None),
        Err(error) => Err(error.into()),
    }
}

fn draw(seated: &Seated, wrong: Option<String>, done: Option<DonePart>) -> Answer {
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Page { shell: seated.shell(Place::People), wrong, done })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn part(mut done: Imported) -> DonePart {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let people = |n: usize| format!("{} {}", words::number(number(n)), words::plural(number(n), "person", "people"));
    let sentence = format!(
        "{}: {} new to this desk, {} known and added to, {} known already.",
        done.kind,
        people(done.new.len()),
        words::number(number(done.added_to)),
        words::number(number(done.unchanged))
    );
    let (more, more_wrong) = (done.new.len().saturating_sub(NAMED_MAX), done.wrong.len().saturating_sub(WRONGS_MAX));
    done.new.truncate(NAMED_MAX);
    done.wrong.truncate(WRONGS_MAX);
    DonePart {
        sentence,
        new: done.new,
        more: (more > 0).then(|| format!("and {} more", words::figures(number(more)))),
        wrong: done.wrong,
        more_wrong: (more_wrong > 0).then(|| format!("And {} more lines.", words::figures(number(more_wrong)))),
    }
}
