//! What colleagues talk about in common: shared, shown and closed on the notebook's page, shown beside one's words on Write.

use model::SubjectId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::subjects::{self, Subject, Wish};

use super::acts::Nothing;
use super::notebook;
use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::session::Seated;
use crate::shell::Answer;
use crate::words;

/// A subject as it is shown.
pub struct Shared {
    pub id: SubjectId,
    pub title: String,
    pub notes: String,
    pub link: Option<String>,
    /// "Cleo shared it, until Friday."
    pub how: String,
}

/// What the form holds, and what is wrong with it.
#[derive(Clone, Deserialize, Default)]
#[serde(default)]
pub struct Fields {
    pub title: String,
    pub notes: String,
    pub link: String,
    pub until: String,
    #[serde(skip)]
    pub wrong: Option<(&'static str, String)>,
}

impl Fields {
    /// What is wrong with one field.
    pub fn wrong_with(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(f, _)| *f == field).map(|(_, why)| why.as_str())
    }
}

/// What is shared now.
pub async fn shared(seated: &Seated) -> Result<Vec<Shared>, Fault> {
    Ok(subjects::open(seated.cx()).await?.into_iter().map(|(subject, by)| of(seated, subject, &by)).collect())
}

fn of(seated: &Seated, s: Subject, by: &str) -> Shared {
    let who = if by.is_empty() { "It is shared".to_owned() } else { format!("{by} shared it") };
    let how = match s.until {
        // The moment after its last day.
        Some(until) => {
            format!("{who}, until the end of {}.", words::day(seated.now, until - jiff::SignedDuration::from_secs(1), seated.zone()))
        }
        None => format!("{who}."),
    };
    Shared { id: s.id, title: s.title, notes: s.notes, link: s.link, how }
}

pub async fn share(Posted { seated, form }: Posted<Fields>) -> Answer {
    let wish = Wish { title: form.title.clone(), notes: form.notes.clone(), link: form.link.clone(), until: form.until.clone() };
    match subjects::share(seated.cx(), wish).await {
        Ok(_) => seated.done("/notebook#shared", Flash::plain("It is shared. Each says it in their own words.")),
        Err(VerbError::Wrong { field, why }) => notebook::draw_shared(&seated, Fields { wrong: Some((field, why)), ..form }).await,
        Err(error) => Err(error.into()),
    }
}

pub async fn close(Row(id): Row<SubjectId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    subjects::set_open(seated.cx(), id, false).await?;
    seated.done("/notebook#shared", Flash::plain("It is shared no more.").undo(format!("/notebook/shared/{id}/back"), &[]))
}

pub async fn back(Row(id): Row<SubjectId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    subjects::set_open(seated.cx(), id, true).await?;
    seated.done("/notebook#shared", Flash::plain("It is shared again."))
}
