//! The week's letter by mail: when it goes, who gets it and why, and the letters that were sent, word for word.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use model::{LeaveFor, OptIn, WeekLetterId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::desk::mail_server;
use verbs::reflect::by_mail::{self, When};
use verbs::relate::opt_ins::{self, Noted};

use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// A kept letter is shown as it was sent: its own styles, and nothing else at all.
const SHEET_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'");

#[derive(Template)]
#[template(path = "pages/reflect/letter_mail.html")]
struct Page {
    shell: Shell,
    has_server: bool,
    days: Vec<(i8, &'static str, bool)>,
    hours: Vec<(i8, bool)>,
    is_on: bool,
    readers: Vec<Reader>,
    sent: Vec<(String, String, String)>,
    form: Noted,
    wrong: Option<(&'static str, String)>,
}

impl Page {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
}

struct Reader {
    id: String,
    who: String,
    proof: String,
    over: Option<String>,
}

pub async fn show(seated: Seated) -> Answer {
    page(&seated, Noted::default(), None).await
}

async fn page(seated: &Seated, form: Noted, wrong: Option<(&'static str, String)>) -> Answer {
    let when = by_mail::when(seated.cx()).await?;
    let chosen = when.unwrap_or(When { day: 1, hour: 8 });
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let readers = opt_ins::week_readers(seated.cx()).await?;
    let sent = by_mail::sent(seated.cx()).await?;
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::Aims),
        has_server: mail_server::get(seated.cx()).await?.is_some(),
        days: (1..=7).zip(DAYS).map(|(n, name)| (n, name, n == chosen.day)).collect(),
        hours: (0..24).map(|n| (n, n == chosen.hour)).collect(),
        is_on: when.is_some(),
        readers: readers.into_iter().map(|r| reader(seated, r)).collect(),
        sent: sent.into_iter().map(|row| (row.id.to_string(), row.subject, crate::pages::relate::yes::how_far(&row.counts))).collect(),
        form,
        wrong,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}

fn reader(seated: &Seated, r: OptIn) -> Reader {
    let when = |at| words::day_and_clock(seated.site.now(), at, seated.zone());
    Reader {
        id: r.id.to_string(),
        who: if r.name.is_empty() { r.address.clone() } else { format!("{} <{}>", r.name, r.address) },
        proof: format!("{}, {}: “{}”", when(r.asked_at), r.place, r.words),
        over: match (r.withdrawn_at, r.bounced_at) {
            (Some(at), _) => Some(format!("taken back {} by {}", when(at), r.withdrawn_by.unwrap_or_default())),
            (None, Some(at)) => Some(format!("letters come back since {}. {}", when(at), r.bounced_why.unwrap_or_default())),
            _ => None,
        },
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Act {
    act: String,
    day: String,
    hour: String,
    address: String,
    name: String,
    place: String,
    words: String,
    reader: String,
}

pub async fn act(Posted { seated, form }: Posted<Act>) -> Answer {
    const HERE: &str = "/letter/mail";
    match form.act.as_str() {
        "when" => {
            let when = match (form.day.parse(), form.hour.parse()) {
                (Ok(day), Ok(hour)) => When { day, hour },
                _ => return Err(VerbError::wrong("when", "A day of the week and an hour are wanted.").into()),
            };
            let next = by_mail::choose(seated.cx(), Some(when)).await?;
            let next = next.map(|at| words::day_and_clock(seated.site.now(), at, seated.zone())).unwrap_or_default();
            seated.done(HERE, Flash::wait(format!("The next letter goes {next}.")))
        }
        "off" => {
            by_mail::choose(seated.cx(), None).await?;
            seated.done(HERE, Flash::plain("No letter goes by itself."))
        }
        "now" => match by_mail::send_now(seated.cx()).await {
            Ok(0) => seated.done(HERE, Flash::plain("Everybody has got that letter already. Nobody gets it twice.")),
            Ok(n) => seated.done(
                HERE,
                Flash::wait(format!(
                    "It is on its way to {} {}.",
                    words::number(n as i64),
                    words::plural(n as i64, "address", "addresses")
                )),
            ),
            Err(VerbError::Wrong { field, why }) => page(&seated, Noted::default(), Some((field, why))).await,
            Err(error) => Err(error.into()),
        },
        "withdraw" => {
            let id = form.reader.parse().map_err(|_| VerbError::Missing("reader"))?;
            let address = opt_ins::withdraw(seated.cx(), id).await?;
            seated.done(HERE, Flash::said("No letter goes to ", address, " any more. What waited is stopped."))
        }
        _ => {
            let noted = Noted { address: form.address, name: form.name, place: form.place, words: form.words };
            match opt_ins::note(seated.cx(), LeaveFor::Week, &noted).await {
                Ok(_) => seated.done(HERE, Flash::said("The week’s letter goes to ", noted.address.trim(), " from now on.")),
                Err(VerbError::Wrong { field, why }) => page(&seated, noted, Some((field, why))).await,
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// A letter as it was sent.
pub async fn sheet(seated: Seated, Row(id): Row<WeekLetterId>) -> Answer {
    let letter = by_mail::kept(seated.cx(), id).await?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, SHEET_POLICY)], letter.html).into_response())
}
