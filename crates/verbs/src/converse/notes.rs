//! A note to oneself about the person a conversation is with.

use model::ConversationId;

use crate::{Cx, Done, VerbError};

/// Letters of a note.
const NOTE_MAX: usize = 5000;

/// Keeps a note about whom the conversation is with; answers their name.
pub async fn keep_note(cx: Cx<'_>, id: ConversationId, text: &str) -> Done<String> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(VerbError::wrong("note", "There is nothing in the note yet."));
    }
    if text.chars().count() > NOTE_MAX {
        return Err(VerbError::wrong("note", format!("A note of at most {NOTE_MAX} letters is wanted.")));
    }
    let (now, voice) = (cx.now, cx.seat.voice);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let kept = tx.conversations().get(tx.conversations().resolve(id)?)?;
            let person = kept.face.person.ok_or(VerbError::Missing("person"))?;
            tx.notes().put(person, voice, &text, now)?;
            Ok(kept.face.who)
        })
        .await
}
