//! The sitting: one at a time, in order, and then an end with an account of it.

use askama::Template;
use model::SittingId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::converse::sitting::{Account, Before, Greet, MINUTES_MAX, MINUTES_MIN, Open, Sitting, begin, end, sitting, skip};
use verbs::listen::sightings::Sighting;

use super::rows::{RowMaker, face};
use crate::flash::Flash;
use crate::forms::Posted;
use crate::parts::{Face, Net, TalkActs, TalkRow, TurnRow, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// Names of those to come that stand beside the page.
const TO_COME_MAX: usize = 8;

#[derive(Template)]
#[template(path = "pages/converse/sitting.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    step: Option<Step>,
    /// What the form holds where no sitting goes on.
    minutes: String,
    wrong: Option<String>,
    last: Option<Last>,
    to_come: Vec<String>,
    more_to_come: String,
}

struct Last {
    did: String,
    took: String,
    when: String,
    /// It ended just now.
    is_fresh: bool,
}

struct Step {
    id: SittingId,
    number: u32,
    place: String,
    left: String,
    talk: Option<TurnRow>,
    join: Option<TalkRow>,
    greet: Option<GreetRow>,
}

struct GreetRow {
    href: String,
    face: Face,
    name: String,
    about: String,
    last: String,
    talk: Option<(String, String)>,
}

pub async fn show(seated: Seated) -> Answer {
    let found = sitting(seated.cx()).await?;
    seated.page(&draw(&seated, found, None))
}

fn draw(seated: &Seated, found: Sitting, wrong: Option<(String, String)>) -> Page {
    let shell = seated.shell(Place::Today);
    match found {
        Sitting::Open(open) => going_on(seated, shell, *open),
        Sitting::Not { waiting, minutes, last } => {
            let last = last.map(|account| over(seated, account));
            let is_fresh = last.as_ref().is_some_and(|l| l.is_fresh);
            let (minutes, wrong) = match wrong {
                Some((minutes, why)) => (minutes, Some(why)),
                None => (minutes.to_string(), None),
            };
            Page {
                shell,
                title: if is_fresh { "That is it for now".to_owned() } else { "Sit down for a while".to_owned() },
                lede: match waiting {
                    0 => "Nobody waits for you. A sitting still finds what is worth joining, and somebody it has been a while with."
                        .to_owned(),
                    n => format!(
                        "{} {} for you. Who touches an aim comes first, then who waits longest, what is worth joining, and one person it has been a while with; one at a time, and then an end.",
                        words::number_first(n.into()),
                        words::plural(n.into(), "person waits", "people wait")
                    ),
                },
                step: None,
                minutes,
                wrong,
                last,
                to_come: Vec::new(),
                more_to_come: String::new(),
            }
        }
    }
}

/// A sitting that ended so long ago is told of as the one before.
const FRESH_S: i64 = 15 * 60;

fn over(seated: &Seated, account: Account) -> Last {
    Last {
        did: account.did,
        took: account.took,
        when: words::long_ago(seated.now, account.ended_at, seated.zone()),
        is_fresh: seated.now.as_second() - account.ended_at.as_second() < FRESH_S,
    }
}

fn going_on(seated: &Seated, shell: Shell, open: Open) -> Page {
    let more = open.to_come.len().saturating_sub(TO_COME_MAX);
    let title = match &open.before {
        Before::Talk(row) => format!("{} waits for you", row.who),
        Before::Join(_) => "A conversation worth joining".to_owned(),
        Before::Greet(greet) => format!("It has been a while with {}", greet.name),
    };
    let mut step = Step {
        id: open.id,
        number: open.step,
        place: format!("{} of {}", open.place, open.of),
        left: match (open.is_over_time, open.minutes_left) {
            (true, _) => "The time is over; this is the last one.".to_owned(),
            (_, 1) => "One minute left".to_owned(),
            (_, n) => format!("{} minutes left", words::number_first(n.into())),
        },
        talk: None,
        join: None,
        greet: None,
    };
    match open.before {
        Before::Talk(row) => step.talk = Some(RowMaker::new(seated, "sitting").turn(*row, true)),
        Before::Join(one) => step.join = Some(join(seated, &one)),
        Before::Greet(greet) => step.greet = Some(greeted(seated, greet)),
    }
    Page {
        shell,
        title,
        lede: open.why,
        step: Some(step),
        minutes: String::new(),
        wrong: None,
        last: None,
        to_come: open.to_come.into_iter().take(TO_COME_MAX).collect(),
        more_to_come: if more == 0 { String::new() } else { format!("And {} more.", words::number(i64::try_from(more).unwrap_or(0))) },
    }
}

fn join(seated: &Seated, s: &Sighting) -> TalkRow {
    let (reasons, minuses): (Vec<_>, Vec<_>) = s.worth.shorts().partition(|(_, is_minus)| !is_minus);
    let href = s.conversation.map_or_else(|| "/listen".to_owned(), |id| format!("/talks/{id}"));
    TalkRow {
        place: 0,
        face: None,
        name: Some((s.who.clone(), s.person.map(|id| format!("/people/{id}")))),
        net: Net::named(s.mark.clone(), s.network_name.clone()),
        when: When::long_ago(seated.now, s.said_at, seated.zone()),
        words: s.warning.as_ref().or(s.title.as_ref()).unwrap_or(&s.words).clone(),
        lang: s.language.clone(),
        reasons: reasons.into_iter().map(|(words, _)| words.to_owned()).collect(),
        minuses: minuses.into_iter().map(|(words, _)| words.to_owned()).collect(),
        points: None,
        weigh: None,
        acts: Some(TalkActs {
            join: format!("/listen/{}/join", s.id),
            open: s.is_read_only.then(|| s.url.clone()).flatten(),
            later: None,
            pass: format!("/listen/{}/pass?from=sitting", s.id),
            token: seated.token(),
            is_first: true,
        }),
        href,
    }
}

fn greeted(seated: &Seated, greet: Greet) -> GreetRow {
    GreetRow {
        href: format!("/people/{}", greet.person),
        face: face(greet.face, &greet.name, 44),
        about: greet.about.lines().next().unwrap_or_default().chars().take(120).collect(),
        last: greet.last_at.map_or(String::new(), |at| format!("You last talked {}.", words::long_ago(seated.now, at, seated.zone()))),
        talk: greet.talk.map(|(id, words)| (format!("/talks/{id}"), words)),
        name: greet.name,
    }
}

#[derive(Deserialize)]
pub struct Minutes {
    #[serde(default)]
    minutes: String,
}

pub async fn sit_down(Posted { seated, form }: Posted<Minutes>) -> Answer {
    let begun = match form.minutes.trim().parse() {
        Ok(minutes) => begin(seated.cx(), minutes).await.map(|_| ()),
        Err(_) => Err(VerbError::wrong("minutes", format!("Give minutes as a number, {MINUTES_MIN} to {MINUTES_MAX}."))),
    };
    match begun {
        Ok(()) => seated.go("/sitting"),
        Err(VerbError::Wrong { why, .. }) => {
            let found = sitting(seated.cx()).await?;
            let mut answer = seated.page(&draw(&seated, found, Some((form.minutes, why))))?;
            *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Which {
    sitting: i64,
    #[serde(default)]
    step: u32,
}

pub async fn leave(Posted { seated, form }: Posted<Which>) -> Answer {
    skip(seated.cx(), SittingId(form.sitting), form.step).await?;
    seated.go("/sitting")
}

pub async fn stop(Posted { seated, form }: Posted<Which>) -> Answer {
    end(seated.cx(), SittingId(form.sitting)).await?;
    seated.done("/sitting", Flash::plain("The sitting is over. What is left keeps until another day."))
}
