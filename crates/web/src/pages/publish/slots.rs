//! The hours that one account has for posts, and what one's own posts say about hours.

use askama::Template;
use axum::http::StatusCode;
use model::AccountId;
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::hours::{self, Finding, Hours, Tally};
use verbs::publish::slots::{self, SlotsPage};

use crate::errors::Fault;
use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::When;
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[derive(Template)]
#[template(path = "pages/publish/slots.html")]
struct Page {
    shell: Shell,
    id: AccountId,
    handle: String,
    place: &'static str,
    days: Vec<Day>,
    coming: Vec<(When, bool)>,
    zone_words: String,
    /// The sentence about hours, from one's own posts.
    finding: String,
    rows: Vec<HourRow>,
    weekdays: Vec<HourRow>,
    form: Wish,
    wrong: Option<String>,
}

struct Day {
    number: u8,
    name: &'static str,
    clocks: Vec<String>,
    is_chosen: bool,
}

/// Posts of one span of hours, or of one weekday.
struct HourRow {
    name: String,
    posts: u32,
    answered: u32,
    /// `39 to 84 in a hundred`, or that these are too few.
    between: String,
}

#[derive(Deserialize, Default)]
pub struct Wish {
    #[serde(default, rename = "do")]
    press: String,
    #[serde(default)]
    day: Vec<u8>,
    #[serde(default)]
    clock: String,
}

pub async fn show(seated: Seated, Row(id): Row<AccountId>) -> Answer {
    draw(&seated, id, Wish::default(), None).await
}

async fn draw(seated: &Seated, id: AccountId, form: Wish, wrong: Option<String>) -> Answer {
    let found = slots::show(seated.cx(), id).await?;
    let hours = hours::hours(seated.cx(), Some(id)).await?;
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&page(seated, found, &hours, form, wrong))?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn page(seated: &Seated, found: SlotsPage, hours: &Hours, form: Wish, wrong: Option<String>) -> Page {
    let days = (0..7_u8).zip(WEEKDAYS).map(|(number, name)| Day {
        number,
        name,
        clocks: found.slots.iter().filter(|s| s.weekday() == number).map(|s| s.clock()).collect(),
        is_chosen: form.day.contains(&number),
    });
    let row = |name: String, t: &Tally| HourRow { name, posts: t.posts, answered: t.answered, between: between(t) };
    Page {
        shell: seated.shell(Place::Settings),
        id: found.account,
        handle: found.handle,
        place: found.place,
        days: days.collect(),
        coming: found
            .coming
            .into_iter()
            .map(|(at, is_taken)| (When { at, words: words::day_and_clock(seated.now, at, seated.zone()) }, is_taken))
            .collect(),
        zone_words: format!("{} time", found.zone.rsplit('/').next().unwrap_or_default().replace('_', " ")),
        finding: finding(hours),
        rows: hours.spans.iter().filter(|(_, t)| t.posts > 0).map(|(hour, t)| row(span(*hour), t)).collect(),
        weekdays: hours.weekdays.iter().zip(WEEKDAYS).filter(|(t, _)| t.posts > 0).map(|(t, name)| row(name.to_owned(), t)).collect(),
        form,
        wrong,
    }
}

/// `08 to 10`
fn span(hour: u8) -> String {
    format!("{hour:02} to {:02}", hour + hours::SPAN)
}

fn between(t: &Tally) -> String {
    if t.posts < hours::HOUR_MIN {
        return "too few to say".into();
    }
    let (low, high) = t.interval();
    format!("{:.0} to {:.0} in a hundred", low * 100.0, high * 100.0)
}

/// One sentence, with the size of the evidence in it.
fn finding(hours: &Hours) -> String {
    let n = i64::from(hours.all.posts);
    let from = format!("From {} of yours", words::count(n, "post"));
    match hours.finding() {
        Finding::TooFew => format!("{from}: too few to say. {} are needed.", words::figures(i64::from(hours::POSTS_MIN))),
        Finding::NoneStandsOut => {
            format!(
                "{from}, of which {} were answered: no hour stands out. Any is as good as another.",
                words::figures(i64::from(hours.all.answered))
            )
        }
        Finding::Best(best) => {
            let spans: Vec<String> = best.into_iter().map(span).collect();
            let verb = if spans.len() == 1 { "is" } else { "are" };
            format!("{from}: {} {verb} answered more often than the rest, more than chance would do.", words::list(&spans))
        }
    }
}

pub async fn act(Row(id): Row<AccountId>, Posted { seated, form }: Posted<Wish>) -> Answer {
    let here = format!("/settings/accounts/{id}/slots");
    match form.press.as_str() {
        "add" => match slots::put(seated.cx(), id, &form.day, &form.clock).await {
            Ok(0) => seated.done(&here, Flash::plain("These hours were set aside already.")),
            Ok(n) => seated.done(&here, Flash::plain(format!("{} set aside.", words::count(n as i64, "slot")))),
            Err(VerbError::Wrong { why, .. }) => draw(&seated, id, form, Some(why)).await,
            Err(error) => Err(error.into()),
        },
        press => {
            let slot = press.strip_prefix("remove-").and_then(|s| s.split_once('-'));
            let Some((day, clock)) = slot.and_then(|(d, clock)| Some((d.parse::<u8>().ok()?, clock))) else {
                return Err(Fault::bad("That button is not known here."));
            };
            slots::delete(seated.cx(), id, day, clock).await?;
            let words = "The slot is taken away. What stands in it stays in the calendar.";
            let undo = Flash::plain(words).undo(here.clone(), &[("do", "add"), ("day", &day.to_string()), ("clock", clock)]);
            seated.done(&here, undo)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_evidence_is_said() {
        let few = Hours::of(&[("2026-09-08T09:00:00Z".parse().unwrap(), 1); 14], &jiff::tz::TimeZone::UTC);
        assert_eq!(finding(&few), "From 14 posts of yours: too few to say. 40 are needed.");
        assert_eq!(between(&Tally { posts: 4, answered: 4, answers: 9 }), "too few to say");
        assert_eq!(between(&Tally { posts: 14, answered: 9, answers: 12 }), "39 to 84 in a hundred");
    }
}
