//! The settings' page of what is kept: for how long, how much, and what was forgotten so far.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;
use verbs::VerbError;
use verbs::listen::pruning::{self, Keeping, Standing};

use super::settings::{TABS, Tab};
use crate::flash::Flash;
use crate::forms::Posted;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/desk/kept.html")]
struct Page {
    shell: Shell,
    tabs: &'static [Tab],
    at: &'static str,
    form: Wish,
    standing: Standing,
    walked: Option<String>,
    wrong: Option<(&'static str, String)>,
}

impl Page {
    // A template hands references on.
    fn number(&self, n: &u64) -> String {
        words::figures(i64::try_from(*n).unwrap_or(i64::MAX))
    }
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

#[derive(Deserialize)]
pub struct Wish {
    days: String,
    posts: String,
}

impl Wish {
    fn read(&self) -> Result<Keeping, VerbError> {
        let days = self.days.trim().parse().map_err(|_| VerbError::wrong("days", "A whole number of days is wanted."))?;
        let posts = self.posts.trim().parse().map_err(|_| VerbError::wrong("posts", "A whole number of posts is wanted."))?;
        Ok(Keeping { days, posts })
    }
}

pub async fn show(seated: Seated) -> Answer {
    let Keeping { days, posts } = pruning::standing(seated.cx()).await?.keeping;
    show_with(&seated, Wish { days: days.to_string(), posts: posts.to_string() }, None).await
}

async fn show_with(seated: &Seated, form: Wish, wrong: Option<(&'static str, String)>) -> Answer {
    let standing = pruning::standing(seated.cx()).await?;
    let walked = standing.walked_at.map(|at| words::day_and_clock(seated.cx().now, at, seated.zone()));
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Page { shell: seated.shell(Place::Settings), tabs: TABS, at: "kept", form, standing, walked, wrong })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn keep(Posted { seated, form }: Posted<Wish>) -> Answer {
    let set = match form.read() {
        Ok(keeping) => pruning::set(seated.cx(), keeping).await,
        Err(wrong) => Err(wrong),
    };
    match set {
        Ok(()) => seated.done("/settings/kept", Flash::plain("Kept.")),
        Err(VerbError::Wrong { field, why }) => show_with(&seated, form, Some((field, why))).await,
        Err(error) => Err(error.into()),
    }
}
