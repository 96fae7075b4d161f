//! Outcomes: what an aim counts on our own site or by hand, each joined, as far as it is known, to the visit, the link, the talk and the person
//! it came from. Whoever has no visit is joined by nothing: nothing is guessed.

use model::{AimId, ConversationId, LinkId, Outcome, OutcomeId, PersonId, Source, Timestamp, VisitId};
pub use store::outcomes::Told;
use store::{StoreError, Tx};

use crate::{Cx, Done, VerbError};

const NAME_MAX: usize = 60;
const WORDS_MAX: usize = 500;
/// So many at once are noted as one line.
const N_MAX: u32 = 100_000;
/// An outcome may be noted that lies so far back, or ahead by a clock that goes wrong.
const AHEAD_SECONDS_MAX: i64 = 24 * 3_600;
/// Outcomes listed for one talk or person.
const BESIDE_MAX: u32 = 20;

/// What somebody noted by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeWish {
    /// `booking`, `meeting`, `introduction` …
    pub name: String,
    /// The aim's number; empty for the conversation's own.
    pub aim: String,
    /// An instant or a day, or empty for now.
    pub at: String,
    pub conversation: Option<ConversationId>,
    pub person: Option<PersonId>,
    pub said_by: String,
    pub note: String,
    pub value: String,
}

/// What came from a site, before it is joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    pub name: String,
    pub said_by: Option<String>,
    pub value: Option<f64>,
    pub remote_id: Option<String>,
    pub at: Option<Timestamp>,
    pub n: Option<u32>,
}

/// The visit that led to it.
pub type Way = Option<(Option<VisitId>, LinkId)>;

/// A name as it is counted by: small letters, and no more than a few words.
pub fn name_of(written: &str) -> Done<String> {
    let name = written.trim().to_lowercase();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(VerbError::wrong("name", format!("An outcome has a name of at most {NAME_MAX} letters, such as booking.")));
    }
    Ok(name)
}

/// Notes an outcome by hand: "she booked".
pub async fn note(cx: Cx<'_>, wish: &OutcomeWish) -> Done<OutcomeId> {
    let (wish, now) = (wish.clone(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let aim = match wish.aim.trim() {
                "" => wish.conversation.map(|id| tx.conversations().get(id)).transpose()?.and_then(|c| c.face.touches),
                written => {
                    let id: AimId = written.parse().map_err(|_| VerbError::wrong("aim", "There is no such aim."))?;
                    Some(tx.aims().get(id)?.id)
                }
            };
            if let Some(person) = wish.person {
                tx.persons().get(person)?;
            }
            let outcome = Outcome {
                id: tx.fresh(now),
                aim,
                name: name_of(&wish.name)?,
                at: when(&wish.at, now)?,
                source: Source::Hand,
                site: None,
                visit: None,
                link: None,
                conversation: wish.conversation,
                person: wish.person,
                said_by: words("said_by", &wish.said_by)?,
                note: words("note", &wish.note)?,
                value: value(&wish.value)?,
                n: 1,
                remote_id: None,
            };
            tx.outcomes().put(&outcome, now)?;
            Ok(outcome.id)
        })
        .await
}

/// Keeps what a site sent, joined to the visit it came from. Whether it was new.
pub(super) fn keep(tx: &Tx<'_>, site: &model::Site, sent: &Sent, way: Way, source: Source, now: Timestamp) -> Done<bool> {
    let link = way.map(|(_, link)| tx.links().find(link)).transpose()?.flatten();
    let outcome = Outcome {
        id: tx.fresh(now),
        // What the link serves goes before what the site counts for.
        aim: link.as_ref().and_then(|l| l.aim).or(site.aim),
        name: name_of(&sent.name)?,
        at: sent.at.filter(|at| *at <= now + jiff::SignedDuration::from_secs(AHEAD_SECONDS_MAX)).unwrap_or(now),
        source,
        site: Some(site.id),
        visit: way.and_then(|(visit, _)| visit),
        link: link.as_ref().map(|l| l.id),
        conversation: link.as_ref().and_then(|l| l.conversation),
        person: link.as_ref().and_then(|l| l.person),
        said_by: words("said_by", sent.said_by.as_deref().unwrap_or_default())?,
        note: None,
        value: sent.value.filter(|v| v.is_finite()),
        n: sent.n.unwrap_or(1).clamp(1, N_MAX),
        remote_id: sent.remote_id.as_deref().map(|id| id.chars().take(WORDS_MAX).collect()),
    };
    Ok(tx.outcomes().put(&outcome, now)?)
}

/// One outcome with the way that led to it.
pub async fn one(cx: Cx<'_>, id: OutcomeId) -> Done<Told> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.outcomes().told(id)).await?)
}

/// What a person led to.
pub async fn of_person(cx: Cx<'_>, person: PersonId) -> Done<Vec<Told>> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.outcomes().of_person(person, BESIDE_MAX)).await?)
}

/// What a conversation led to.
pub async fn of_conversation(cx: Cx<'_>, conversation: ConversationId) -> Done<Vec<Told>> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.outcomes().of_conversation(conversation, BESIDE_MAX)).await?)
}

/// Takes an outcome back; it was a mistake.
pub async fn take_back(cx: Cx<'_>, id: OutcomeId) -> Done<()> {
    let now = cx.now;
    let gone = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.outcomes().delete(id, Some(now))).await?;
    if gone { Ok(()) } else { Err(VerbError::Missing("outcome")) }
}

/// Takes that back.
pub async fn put_back(cx: Cx<'_>, id: OutcomeId) -> Done<()> {
    let there = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.outcomes().delete(id, None)).await?;
    if there { Ok(()) } else { Err(VerbError::Missing("outcome")) }
}

fn words(field: &'static str, written: &str) -> Done<Option<String>> {
    let written = written.trim();
    match written.chars().count() {
        0 => Ok(None),
        n if n > WORDS_MAX => Err(VerbError::wrong(field, format!("That is {n} letters; at most {WORDS_MAX} are kept."))),
        _ => Ok(Some(written.to_owned())),
    }
}

fn value(written: &str) -> Done<Option<f64>> {
    let written = written.trim().replace(',', ".");
    if written.is_empty() {
        return Ok(None);
    }
    let value = written.parse::<f64>().ok().filter(|v| v.is_finite() && v.abs() < 1e12);
    value.map(Some).ok_or_else(|| VerbError::wrong("value", "What it was worth is a number, such as 40."))
}

fn when(written: &str, now: Timestamp) -> Done<Timestamp> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(now);
    }
    let day = || {
        written
            .parse::<jiff::civil::Date>()
            .ok()
            .and_then(|d| d.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map(|z| z.timestamp())
    };
    let at = written.parse::<Timestamp>().ok().or_else(day);
    let at = at.filter(|at| *at <= now + jiff::SignedDuration::from_secs(AHEAD_SECONDS_MAX));
    at.ok_or_else(|| VerbError::wrong("at", "When it was is a day such as 2026-09-08, and not to come."))
}
