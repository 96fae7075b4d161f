//! Later: one of the usual times, or a day and time of one's own.

use askama::Template;
use jiff::civil::{Date, Time};
use model::{ConversationId, Timestamp};
use serde::Deserialize;
use verbs::VerbError;
use verbs::converse::later::{Until, later};
use verbs::converse::talk::name_of;

use super::acts::{From, with_undo};
use crate::flash::Flash;
use crate::forms::{Asked, Posted, Row};
use crate::parts::{LaterChoice, LaterMenu};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/converse/later.html")]
struct Page {
    shell: Shell,
    id: ConversationId,
    from: &'static str,
    who: String,
    choices: Vec<LaterChoice>,
    day: String,
    clock: String,
    is_firm: bool,
    zone: String,
    wrong: Option<String>,
}

pub async fn show(seated: Seated, Row(id): Row<ConversationId>, Asked(from): Asked<From>) -> Answer {
    let tomorrow = seated.now + jiff::SignedDuration::from_hours(24);
    let day = tomorrow.to_zoned(seated.zone().clone()).date().to_string();
    draw(&seated, id, &from, (day, "09:00".into(), false), None).await
}

async fn draw(
    seated: &Seated,
    id: ConversationId,
    from: &From,
    (day, clock, is_firm): (String, String, bool),
    wrong: Option<String>,
) -> Answer {
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::Inbox),
        id,
        from: from.word(),
        who: name_of(seated.cx(), id).await?,
        choices: LaterMenu::usual(seated.now, seated.zone()),
        day,
        clock,
        is_firm,
        zone: seated.zone().iana_name().unwrap_or("UTC").to_owned(),
        wrong,
    })?;
    if is_wrong {
        *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LaterWish {
    /// Seconds since 1970, `reply`, or `own` for the day and clock below.
    until: String,
    day: String,
    clock: String,
    firmly: Option<String>,
}

pub async fn put_off(Row(id): Row<ConversationId>, Asked(from): Asked<From>, Posted { seated, form }: Posted<LaterWish>) -> Answer {
    let is_firm = form.firmly.is_some();
    let until = match read_until(&form, &seated) {
        Ok(until) => until,
        Err(why) => return draw(&seated, id, &from, (form.day, form.clock, is_firm), Some(why)).await,
    };
    let undo = match later(seated.cx(), id, until, is_firm).await {
        Ok(undo) => undo,
        Err(VerbError::Wrong { why, .. }) => return draw(&seated, id, &from, (form.day, form.clock, is_firm), Some(why)).await,
        Err(error) => return Err(error.into()),
    };
    let when = match until {
        Until::Then(then) => words::day_and_clock(seated.now, then, seated.zone()),
        Until::TheyWrite => "when they write again".to_owned(),
    };
    let path = match from.word() {
        "talk" if verbs::converse::sitting::is_going_on(seated.cx()).await? => "/sitting".to_owned(),
        "talk" => "/inbox".to_owned(),
        _ => from.path(id),
    };
    seated.done(&path, with_undo(Flash::said("", &undo.who, format!(" comes back {when}.")), &undo, &from))
}

fn read_until(form: &LaterWish, seated: &Seated) -> Result<Until, String> {
    if form.until == "reply" {
        return Ok(Until::TheyWrite);
    }
    if let Ok(seconds) = form.until.parse() {
        return Timestamp::from_second(seconds).map(Until::Then).map_err(|_| "That is no time.".to_owned());
    }
    let day: Date = form.day.parse().map_err(|_| "Give a day as 2026-09-14.".to_owned())?;
    let clock: Time = form.clock.parse().map_err(|_| "Give a time as 09:00.".to_owned())?;
    let at = day.to_datetime(clock).to_zoned(seated.zone().clone()).map_err(|_| "That is no time.".to_owned())?;
    Ok(Until::Then(at.timestamp()))
}
