//! Where a draft that went out stands, place by place, and what can still be done about it.

use askama::Template;
use axum::http::StatusCode;
use model::{DeliveryState, DraftId, Hold, Timestamp};
use serde::Deserialize;
use verbs::VerbError;
use verbs::publish::drafts::{self, KeptDraft};
use verbs::publish::follow::{self, FollowState, Followed};
use verbs::publish::placed::{self, Doubt, Mend, Placed, Waiting};

use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::{Net, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "pages/publish/standing.html")]
struct Page {
    shell: Shell,
    id: DraftId,
    title: String,
    lang: Option<String>,
    text: String,
    rows: Vec<Line>,
    followed: Vec<Said>,
    can_change: bool,
    can_take_back: bool,
    wrong: Option<String>,
    /// Which places have no edits, in a sentence; empty where all have.
    no_edits: String,
}

/// How a change or a taking down stands in one place.
struct Said {
    words: String,
    /// The delivery, where something can be pressed: again, or done by hand.
    again: String,
    is_by_hand: bool,
}

struct Line {
    id: i64,
    net: Net,
    handle: String,
    part: String,
    words: String,
    state: String,
    is_bad: bool,
    when: When,
    url: Option<String>,
    /// What mends the account: words and address.
    mend: Option<(&'static str, String)>,
    /// What can be pressed: (value, label).
    acts: Vec<(&'static str, &'static str)>,
    /// It can be moved to another time from here.
    can_move: bool,
    asks_address: bool,
    /// Where it is carried over by hand.
    hand: Option<String>,
}

/// Whether something of it is under way or out, so that this page shows it instead of the writing page.
pub(super) fn is_for(placed: &[Placed], now: Timestamp) -> bool {
    placed.iter().any(|p| match p.state {
        DeliveryState::Landed | DeliveryState::Sending | DeliveryState::AskHuman | DeliveryState::Refused => true,
        // A reason: it was tried, and is tried again.
        DeliveryState::Planned => p.hold.is_some() || p.due <= now || p.why.as_ref().is_some_and(|w| !w.is_empty()),
        DeliveryState::Cancelled => false,
    })
}

pub(super) async fn draw(seated: &Seated, kept: KeptDraft, placed: Vec<Placed>, wrong: Option<String>) -> Answer {
    let followed = follow::followed(seated.cx(), kept.draft.id).await?;
    let stands = placed.iter().any(|p| p.state == DeliveryState::Landed && !p.is_taken_down);
    let is_wrong = wrong.is_some();
    let page = Page {
        shell: seated.shell(Place::Calendar),
        id: kept.draft.id,
        title: verbs::publish::calendar::first_words(&kept),
        lang: kept.draft.language,
        text: kept.draft.text,
        can_take_back: placed.iter().any(|p| p.state == DeliveryState::Planned),
        no_edits: no_edits(&placed),
        rows: placed.into_iter().map(|p| line(seated, p)).collect(),
        followed: followed.iter().map(said).collect(),
        can_change: stands,
        wrong,
    };
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

/// `Nook has no edits: what stands there stays.`
fn no_edits(placed: &[Placed]) -> String {
    let mut places: Vec<String> = (placed.iter().filter(|p| p.state == DeliveryState::Landed && !p.is_taken_down && !p.has_edit))
        .map(|p| p.place.to_owned())
        .collect();
    places.dedup();
    if places.is_empty() {
        return String::new();
    }
    let verb = if places.len() == 1 { "has" } else { "have" };
    format!("{} {verb} no edits: what stands there stays, and you can take it down and post anew.", words::list(&places))
}

/// What mends an account: words and address.
pub(super) fn mending(mend: &Mend) -> (&'static str, String) {
    match mend {
        Mend::SignIn(network) => ("Sign in again", format!("/settings/accounts/add/{network}")),
        Mend::Connect(network) => ("Connect it again", format!("/settings/accounts/add/{network}")),
        Mend::Wake(account) => ("Switch it on", format!("/settings/accounts/{account}")),
    }
}

/// That nothing stands there, where the reason does not say so itself.
pub(super) fn safe(why: &str) -> String {
    if why.contains("Nothing was sent") {
        why.to_owned()
    } else {
        format!("{why} Nothing was sent there; your words are kept here.").trim_start().to_owned()
    }
}

fn line(seated: &Seated, p: Placed) -> Line {
    let why = p.why.clone().unwrap_or_default();
    let (state, is_bad) = match (&p.state, p.hold) {
        (DeliveryState::Landed, _) if p.is_taken_down => ("taken down".into(), false),
        (DeliveryState::Landed, _) => ("gone out".into(), false),
        (DeliveryState::Sending, _) if p.is_clock_back => (
            "on its way since a time that is yet to come: this machine’s clock was set back. Nothing is sent twice; we look when that time comes".into(),
            true,
        ),
        (DeliveryState::Sending, _) if p.doubt.is_some() => (p.doubt.as_ref().map_or_else(String::new, |d| doubtful(seated, d)), true),
        (DeliveryState::Sending, _) => ("on its way; without a clear answer we look before trying again".into(), false),
        (DeliveryState::Refused, _) => (format!("{} did not take it: {}", p.place, safe(&why)), true),
        (DeliveryState::AskHuman, _) => (why, true),
        (DeliveryState::Cancelled, _) => ("left out".into(), false),
        (DeliveryState::Planned, Some(Hold::Late)) => (format!("late. {why}"), true),
        (DeliveryState::Planned, Some(Hold::Site)) => (why, false),
        (DeliveryState::Planned, Some(Hold::Hand)) => ("waits for your hand".into(), false),
        (DeliveryState::Planned, Some(_)) => (safe(&why), true),
        (DeliveryState::Planned, None) if matches!(p.mend, Some(Mend::Connect(_))) => (safe("waits: the account is not connected any more."), true),
        (DeliveryState::Planned, None) if p.waits.is_some() => (p.waits.as_ref().map_or_else(String::new, |w| waiting(seated, p.place, w)), true),
        (DeliveryState::Planned, None) if why.is_empty() => ("goes out".into(), false),
        (DeliveryState::Planned, None) => (format!("goes out. {why}"), false),
    };
    let acts = match (&p.state, p.hold) {
        (DeliveryState::Refused, _) => vec![("again", "Try again"), ("leave", "Leave out")],
        (DeliveryState::AskHuman, _) => vec![("not-there", "It does not: send again"), ("leave", "Drop it")],
        (DeliveryState::Planned, Some(Hold::Late)) => vec![("again", "Send now"), ("leave", "Drop it")],
        (DeliveryState::Planned, None) if p.waits.is_some() => vec![("again", "Send now"), ("leave", "Drop it")],
        (DeliveryState::Planned, Some(Hold::SignIn | Hold::Hand)) => vec![("leave", "Leave out")],
        (DeliveryState::Planned, Some(Hold::Site)) => vec![("without-site", "Send without it"), ("leave", "Leave out")],
        _ => Vec::new(),
    };
    let waits_for_hand = p.state == DeliveryState::Planned && p.hold == Some(Hold::Hand);
    Line {
        id: p.delivery.0,
        hand: waits_for_hand.then(|| format!("/deliveries/{}/hand", p.delivery)),
        net: Net::named(p.mark, p.place),
        handle: p.handle,
        part: if p.of > 1 { format!("{} of {}", p.part + 1, p.of) } else { String::new() },
        words: p.text,
        mend: p.mend.as_ref().filter(|_| p.state == DeliveryState::Planned).map(mending),
        asks_address: p.state == DeliveryState::AskHuman,
        can_move: p.hold == Some(Hold::Late) || p.waits.is_some(),
        is_bad,
        state,
        when: short(seated, p.due),
        url: p.url.filter(|u| u.starts_with("https://") || u.starts_with("http://")).filter(|_| !p.is_taken_down),
        acts,
    }
}

/// Beside a row there is room for a clock or a day.
fn short(seated: &Seated, at: Timestamp) -> When {
    let zoned = |at: Timestamp| at.to_zoned(seated.zone().clone());
    let is_today = zoned(at).date() == zoned(seated.now).date();
    When { at, words: if is_today { words::clock(at, seated.zone()) } else { words::short_date(&zoned(at)) } }
}

/// That it waits for the network: since when, what is safe, and when it is tried again.
pub(super) fn waiting(seated: &Seated, place: &str, w: &Waiting) -> String {
    let at = |then| words::day_and_clock(seated.now, then, seated.zone());
    let what = if w.is_asked {
        format!("waits: {place} asks us to come back later, since {}", at(w.since))
    } else {
        format!("waits for {place}’s server, which can’t be reached since {}", at(w.since))
    };
    let tries = if w.tries == 1 { "one try".to_owned() } else { format!("{} tries", words::number(i64::from(w.tries))) };
    format!("{what} ({tries}). Nothing was sent there; your words are kept here. It is tried again by itself: next {}.", at(w.next))
}

/// That no clear answer came: since when, what is safe, and that there is nothing to press.
fn doubtful(seated: &Seated, d: &Doubt) -> String {
    let at = |then| words::day_and_clock(seated.now, then, seated.zone());
    let next = d.looks_at.map_or_else(|| "now".to_owned(), at);
    format!(
        "sent {}, and no clear answer came. We look there before anything is sent again, next {next}. Nothing is sent twice, your words are kept here, and there is nothing to press.",
        at(d.since)
    )
}

/// One sentence for each change or taking down.
fn said(f: &Followed) -> Said {
    let what = if f.is_taking_down { "Taking it down" } else { "The change" };
    let words = match f.state {
        FollowState::Planned if f.tries > 0 => {
            let tries = words::count(i64::from(f.tries), "try").replace("trys", "tries");
            format!("{what} waits for {}, after {tries} in vain. It is tried again by itself.", f.place)
        }
        FollowState::Planned => format!("{what} is on its way to {}.", f.place),
        FollowState::Done if f.is_taking_down => format!("It is taken down on {}.", f.place),
        FollowState::Done => format!("It is changed on {}.", f.place),
        FollowState::Refused if f.is_by_hand => format!("{}: {}", f.place, f.why.clone().unwrap_or_default()),
        FollowState::Refused => format!("{what} did not go through on {}: {}", f.place, f.why.clone().unwrap_or_default()),
    };
    let again = if f.can_again || (f.is_by_hand && f.state == FollowState::Refused) { f.delivery.to_string() } else { String::new() };
    Said { words, again, is_by_hand: f.is_by_hand }
}

#[derive(Deserialize)]
pub struct Change {
    text: String,
}

pub async fn change(Row(id): Row<DraftId>, Posted { seated, form }: Posted<Change>) -> Answer {
    let why = match follow::change(seated.cx(), id, &form.text.replace("\r\n", "\n")).await {
        Ok(_) => return seated.done(&format!("/write/{id}"), Flash::plain("The new words follow to where the old ones stand.")),
        Err(VerbError::Wrong { why, .. }) => why,
        Err(VerbError::Misfits(all)) => all.into_iter().map(|m| m.why).collect::<Vec<_>>().join(" "),
        Err(other) => return Err(other.into()),
    };
    let (mut kept, _) = drafts::get(seated.cx(), id).await?;
    kept.draft.text = form.text;
    let placed = placed::placed(seated.cx(), id).await?;
    draw(&seated, kept, placed, Some(why)).await
}
