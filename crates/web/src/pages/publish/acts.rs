//! What is done with a draft or one of its places by one press, from the calendar, a flash or where it stands.

use askama::Template;
use model::{DeliveryId, DraftId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::drafts::Thrown;
use verbs::publish::{drafts, follow, later, own_site, slots};

use crate::errors::Fault;
use crate::flash::{Flash, Tone};
use crate::forms::{Posted, Row};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize)]
pub struct Nothing {}

/// Too late is no failure: it is said, and nothing was lost.
fn or_said(seated: &Seated, back: &str, error: VerbError) -> Answer {
    match error {
        VerbError::TooLate(why) | VerbError::Wrong { why, .. } => seated.done(back, Flash::bad(why)),
        other => Err(other.into()),
    }
}

pub async fn back(Row(id): Row<DraftId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let here = format!("/write/{id}");
    match later::take_back(seated.cx(), id).await {
        Ok(back) if back.gone > 0 => seated.done(&here, Flash::wait("Taken back where it had not gone out. Elsewhere it stands already.")),
        Ok(_) => seated.done(&here, Flash::plain("Taken back. It is a draft again.")),
        Err(error) => or_said(&seated, &here, error),
    }
}

pub async fn restore(Row(id): Row<DraftId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    drafts::restore(seated.cx(), id).await?;
    seated.done(&format!("/write/{id}"), Flash::plain("The draft is back."))
}

pub async fn throw(Row(id): Row<DraftId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    match drafts::throw(seated.cx(), id).await {
        Ok(thrown) => seated.done("/drafts", thrown_away(id, thrown)),
        Err(error) => or_said(&seated, &format!("/write/{id}"), error),
    }
}

pub(super) fn thrown_away(id: DraftId, thrown: Thrown) -> Flash {
    let words = match thrown {
        Thrown::Draft => "The draft is thrown away.",
        Thrown::OutOfTheCalendar => "Taken out of the calendar and thrown away. It can come back as a draft.",
    };
    Flash::plain(words).undo(format!("/write/{id}/restore"), &[])
}

pub async fn send_now(Row(id): Row<DraftId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let here = format!("/write/{id}");
    match later::send_now(seated.cx(), id).await {
        Ok(()) => seated.done(&here, Flash::plain("It goes out now.")),
        Err(error) => or_said(&seated, &here, error),
    }
}

pub async fn down(Row(id): Row<DraftId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let here = format!("/write/{id}");
    match follow::take_down(seated.cx(), id).await {
        Ok(_) => seated.done(&here, Flash::wait("It is being taken down.")),
        Err(error) => or_said(&seated, &here, error),
    }
}

#[derive(Template)]
#[template(path = "pages/publish/move.html")]
struct Pick {
    shell: Shell,
    id: DraftId,
    title: String,
    at: String,
    is_planned: bool,
    zone: String,
    wrong: Option<String>,
}

/// A day and a time for something that is planned.
pub async fn pick(seated: Seated, Row(id): Row<DraftId>) -> Answer {
    draw_pick(&seated, id, None).await
}

async fn draw_pick(seated: &Seated, id: DraftId, wrong: Option<(String, String)>) -> Answer {
    let (kept, _) = drafts::get(seated.cx(), id).await?;
    let (at, wrong) = match wrong {
        Some((at, why)) => (at, Some(why)),
        None => (kept.wished_at.clone().filter(|w| w != slots::NEXT).unwrap_or_default().replace(' ', "T"), None),
    };
    let title = verbs::publish::calendar::first_words(&kept);
    seated.page(&Pick {
        shell: seated.shell(Place::Calendar),
        id,
        title,
        at,
        is_planned: kept.planned_at.is_some(),
        zone: kept.zone,
        wrong,
    })
}

#[derive(Deserialize)]
pub struct Moving {
    at: String,
    zone: String,
}

pub async fn moved(Row(id): Row<DraftId>, Posted { seated, form }: Posted<Moving>) -> Answer {
    match later::move_to(seated.cx(), id, &form.at, &form.zone).await {
        Ok(wish) => {
            let zone = verbs::publish::when::zone(&form.zone)?;
            let day = format!("{}, {}", words::full_day(seated.now, wish.at, &zone), words::clock(wish.at, &zone));
            let tell = wish.tell.map_or(String::new(), |t| format!(" {t}"));
            let there = super::calendar::address(seated.now, wish.at, seated.zone());
            seated.done(&there, Flash { tone: Tone::Wait, ..Flash::said("Moved to ", day, format!(".{tell}")) })
        }
        Err(VerbError::Wrong { why, .. }) => draw_pick(&seated, id, Some((form.at, why))).await,
        Err(error) => or_said(&seated, "/calendar", error),
    }
}

#[derive(Deserialize)]
pub struct Settling {
    #[serde(rename = "do")]
    press: String,
    #[serde(default)]
    address: String,
}

/// One place that needs a hand.
pub async fn settle(Row(id): Row<DeliveryId>, Posted { seated, form }: Posted<Settling>) -> Answer {
    let cx = seated.cx();
    let (done, words) = match form.press.as_str() {
        "again" => (later::try_again(cx, id).await, "It is tried again, there alone."),
        "leave" => (later::leave_out(cx, id).await, "Left out. Elsewhere it stays as it is."),
        "there" => (later::stands_there(cx, id, &form.address).await, "Good: it stands there."),
        "not-there" => (later::not_there(cx, id).await, "It is sent again, there alone."),
        "without-site" => (own_site::send_without(cx, id).await, "What waited for your own site goes out without its address."),
        _ => return Err(Fault::bad("That button is not known here.")),
    };
    match done {
        Ok(()) => seated.done("/calendar", Flash::plain(words)),
        Err(error) => or_said(&seated, "/calendar", error),
    }
}

#[derive(Deserialize)]
pub struct Following {
    #[serde(rename = "do", default)]
    press: String,
}

/// A change or a taking down that did not go through: again, or it was done there by hand.
pub async fn follow_again(Row(id): Row<DeliveryId>, Posted { seated, form }: Posted<Following>) -> Answer {
    if form.press == "done" {
        return match follow::done_by_hand(seated.cx(), id).await {
            Ok(()) => seated.done("/calendar", Flash::plain("Good: it is done there.")),
            Err(error) => or_said(&seated, "/calendar", error),
        };
    }
    follow::follow_again(seated.cx(), id).await?;
    seated.done("/calendar", Flash::plain("It is tried again."))
}
