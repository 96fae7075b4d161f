//! A letter to those who said yes: written, looked at as it will arrive, sent once.

use askama::Template;
use axum::http::StatusCode;
use model::RoundId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::relate::rounds::{self, RoundPage};

use super::yes::how_far;
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::pages::desk::mail::{MailRow, mail_row};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/relate/round.html")]
struct Page {
    shell: Shell,
    id: String,
    voice: String,
    subject: String,
    words: String,
    preview: String,
    readers: String,
    is_sent: bool,
    sent: String,
    far: String,
    a_minute: i64,
    mails: Vec<MailRow>,
    wrong: Option<(&'static str, String)>,
}

impl Page {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
    /// What is wrong with no field of it.
    fn wrong_elsewhere(&self) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| !matches!(*at, "subject" | "words")).map(|(_, why)| why.as_str())
    }
}

pub async fn show(seated: Seated, Row(id): Row<RoundId>) -> Answer {
    let found = rounds::get(seated.cx(), id).await?;
    draw(&seated, found, None)
}

fn draw(seated: &Seated, found: RoundPage, wrong: Option<(&'static str, String)>) -> Answer {
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let n = found.readers as i64;
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::People),
        id: found.round.id.to_string(),
        voice: found.voice,
        readers: format!("{} {}", words::number(n), words::plural(n, "person", "people")),
        is_sent: found.round.sent_at.is_some(),
        sent: found.round.sent_at.map(|at| words::day_and_clock(seated.site.now(), at, seated.zone())).unwrap_or_default(),
        subject: found.round.subject,
        words: found.round.words,
        preview: found.preview,
        far: how_far(&found.counts),
        a_minute: rounds::A_MINUTE,
        mails: found.mails.into_iter().map(|m| mail_row(seated, m)).collect(),
        wrong,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wish {
    act: String,
    subject: String,
    words: String,
}

pub async fn act(Row(id): Row<RoundId>, Posted { seated, form }: Posted<Wish>) -> Answer {
    let here = format!("/people/rounds/{id}");
    if form.act == "throw" {
        rounds::throw(seated.cx(), id).await?;
        return seated.done("/people/yes", Flash::plain("The letter is thrown away."));
    }
    let kept = rounds::write(seated.cx(), Some(id), &form.subject, &form.words).await;
    if form.act != "send" || kept.is_err() {
        return match kept {
            Ok(_) => seated.done(&here, Flash::plain("Kept. Below it stands as it will arrive.")),
            Err(VerbError::Wrong { field, why }) => {
                let mut found = rounds::get(seated.cx(), id).await?;
                (found.round.subject, found.round.words) = (form.subject, form.words);
                draw(&seated, found, Some((field, why)))
            }
            Err(error) => Err(error.into()),
        };
    }
    match rounds::send(seated.cx(), id).await {
        Ok(n) => {
            let people = words::plural(n as i64, "person", "people");
            seated.done(&here, Flash::wait(format!("It is on its way to {} {people}.", words::number(n as i64))))
        }
        Err(VerbError::Wrong { field, why }) => draw(&seated, rounds::get(seated.cx(), id).await?, Some((field, why))),
        Err(error) => Err(error.into()),
    }
}
