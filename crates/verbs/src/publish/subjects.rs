//! What colleagues talk about in common, each in their own voice: a title, notes and a link to take from. Nothing of it is a text to send.

use jiff::tz::TimeZone;
use model::{SubjectId, Timestamp};
pub use store::subjects::Subject;

use crate::{Cx, Done, VerbError};

/// Letters of a title, of the notes and of a link.
pub const TITLE_MAX: usize = 120;
pub const NOTES_MAX: usize = 4_000;
pub const LINK_MAX: usize = 2_000;

/// What somebody wants to share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub title: String,
    pub notes: String,
    /// Empty: none.
    pub link: String,
    /// The last day, `YYYY-MM-DD` by the desk's clock; empty: until somebody closes it.
    pub until: String,
}

/// Shares a subject with the desk.
pub async fn share(cx: Cx<'_>, wish: Wish) -> Done<SubjectId> {
    let title = within("title", "The title", &wish.title, TITLE_MAX)?;
    if title.is_empty() {
        return Err(VerbError::wrong("title", "A subject wants a title."));
    }
    let notes = within("notes", "The notes", &wish.notes, NOTES_MAX)?;
    let link = within("link", "The link", &wish.link, LINK_MAX)?;
    if !link.is_empty() && !link.starts_with("https://") && !link.starts_with("http://") {
        return Err(VerbError::wrong("link", "A link begins with https:// or http://."));
    }
    let (now, voice) = (cx.now, cx.seat.voice);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let zone = TimeZone::get(&tx.this_desk()?.zone).unwrap_or(TimeZone::UTC);
            let until = end_of(&wish.until, &zone, now)?;
            let id: SubjectId = tx.fresh(now);
            let link = (!link.is_empty()).then_some(link);
            tx.subjects().put(&Subject { id, voice, title, notes, link, until, at: now, closed_at: None })?;
            Ok(id)
        })
        .await
}

fn within(field: &'static str, what: &str, text: &str, max: usize) -> Done<String> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(VerbError::wrong(field, format!("{what} has at most {max} letters.")));
    }
    Ok(text.to_owned())
}

/// The first moment after a day.
fn end_of(day: &str, zone: &TimeZone, now: Timestamp) -> Done<Option<Timestamp>> {
    if day.trim().is_empty() {
        return Ok(None);
    }
    let end = (day.trim().parse::<jiff::civil::Date>().ok())
        .and_then(|d| d.tomorrow().ok())
        .and_then(|d| d.to_zoned(zone.clone()).ok())
        .map(|z| z.timestamp());
    match end {
        Some(end) if end > now => Ok(Some(end)),
        Some(_) => Err(VerbError::wrong("until", "That day is over.")),
        None => Err(VerbError::wrong("until", format!("“{}” is not a day such as 2026-09-30.", day.trim()))),
    }
}

/// What is shared now, newest first, each with the name of who shared it.
pub async fn open(cx: Cx<'_>) -> Done<Vec<(Subject, String)>> {
    let now = cx.now;
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let voices = tx.voices()?;
            let name = |s: &Subject| voices.iter().find(|(v, _)| Some(v.id) == s.voice).map_or(String::new(), |(v, _)| v.name.clone());
            Ok(tx.subjects().open(now)?.into_iter().map(|s| (s.clone(), name(&s))).collect())
        })
        .await
}

/// Closes a subject, or opens it again.
pub async fn set_open(cx: Cx<'_>, id: SubjectId, is_open: bool) -> Done<()> {
    let at = (!is_open).then_some(cx.now);
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(tx.subjects().set_closed(id, at)?)).await
}

/// Whether several voices sit at this desk, so that something can be shared.
pub async fn can_share(cx: Cx<'_>) -> Done<bool> {
    cx.app.store.read::<_, VerbError>(cx.seat, |tx| Ok(tx.voices()?.len() > 1)).await
}
