//! Quick notes to oneself, which may grow into drafts.

use model::{DraftId, NoteId};
pub use store::notes::Note;

use super::drafts::{self, Saved};
use crate::{Cx, Done, VerbError};

/// Notes that one page shows.
const LIST_MAX: u32 = 200;
/// The longest note, in bytes.
pub const TEXT_MAX: usize = 20_000;

/// The notebook, newest first.
pub async fn list(cx: Cx<'_>) -> Done<Vec<Note>> {
    Ok(cx.app.store.read(cx.seat, |tx| tx.notes().notebook(LIST_MAX)).await?)
}

pub async fn jot(cx: Cx<'_>, text: &str) -> Done<NoteId> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(VerbError::wrong("note", "There is nothing in it yet."));
    }
    if text.len() > TEXT_MAX {
        return Err(VerbError::wrong("note", "That is more than a note holds. Begin a draft with it."));
    }
    let (voice, now) = (cx.seat.voice, cx.now);
    Ok(cx.app.store.write(cx.seat, move |tx| tx.notes().jot(voice, &text, now)).await?)
}

/// Makes a draft of a note, once: asked again, it answers the same draft while that is there.
pub async fn grow(cx: Cx<'_>, id: NoteId) -> Done<DraftId> {
    let mut kept = drafts::fresh(cx).await?;
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let note = tx.notes().jotted(id)?;
            if let Some(before) = note.draft
                && tx.drafts().find(before)?.is_some_and(|k| k.thrown_at.is_none())
            {
                return Ok(before);
            }
            kept.draft.text = note.text;
            match drafts::save_in(tx, &kept, &[], now)? {
                Saved::Kept(kept) => {
                    tx.notes().set_draft(id, kept.draft.id)?;
                    Ok(kept.draft.id)
                }
                Saved::TooLate { .. } => Err(VerbError::TooLate("That was done already.".into())),
            }
        })
        .await
}

/// Throws a note away and answers it, so that it can be put back.
pub async fn throw(cx: Cx<'_>, id: NoteId) -> Done<Note> {
    cx.app
        .store
        .write(cx.seat, move |tx| {
            tx.notes().jotted(id)?;
            Ok(tx.notes().take(id)?)
        })
        .await
}

/// Puts a note back that was just thrown away.
pub async fn put_back(cx: Cx<'_>, note: Note) -> Done<()> {
    if note.text.trim().is_empty() || note.text.len() > TEXT_MAX || note.at > cx.now {
        return Err(VerbError::wrong("note", "That can't be taken back any more."));
    }
    let voice = cx.seat.voice;
    Ok(cx.app.store.write(cx.seat, move |tx| tx.notes().put_back(&Note { person: None, ..note }, voice)).await?)
}
