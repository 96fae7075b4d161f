//! Among colleagues: whose conversation it is, what is said about it behind the scenes, who else is writing there just now; and muting.

use jiff::SignedDuration;
use model::{ConversationId, Timestamp, VoiceId};
use store::conversations::Marks;
use store::{Kept, StoreError, Tx};

use super::later::{Undoable, mark, write_marks};
use super::refresh::refresh;
use crate::{Cx, Done, VerbError};

/// Letters of a note among colleagues.
const ASIDE_MAX: usize = 5000;
/// Whoever kept a draft within this time is writing.
const WRITING: SignedDuration = SignedDuration::from_mins(10);
/// Conversations that are acted on at once: a page of them.
pub const MANY_MAX: usize = 50;

/// Gives a conversation to a colleague, or to nobody in particular.
pub async fn assign(cx: Cx<'_>, id: ConversationId, to: Option<VoiceId>) -> Done<Undoable> {
    if let Some(to) = to {
        let all = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.voices()).await?;
        if !all.iter().any(|(voice, _)| voice.id == to) {
            return Err(VerbError::wrong("to", "Nobody of that number sits at this desk."));
        }
    }
    mark(cx, id, move |marks| marks.assigned = to).await
}

/// From now on nothing that is said there is anybody's turn.
pub async fn mute(cx: Cx<'_>, id: ConversationId) -> Done<Undoable> {
    let now = cx.now;
    mark(cx, id, move |marks| marks.muted_at = Some(now)).await
}

/// Heard again from now on.
pub async fn unmute(cx: Cx<'_>, id: ConversationId) -> Done<Undoable> {
    mark(cx, id, |marks| marks.muted_at = None).await
}

/// What can be done with many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    Done,
    Until(Timestamp),
    Mute,
    Back,
}

/// Acts on many conversations in one go, all or none; what takes each back is answered.
pub async fn many(cx: Cx<'_>, ids: Vec<ConversationId>, act: Many) -> Done<Vec<Undoable>> {
    if ids.is_empty() {
        return Err(VerbError::wrong("id", "None was chosen."));
    }
    if ids.len() > MANY_MAX {
        return Err(VerbError::wrong("id", format!("At most {MANY_MAX} at once.")));
    }
    let now = cx.now;
    if matches!(act, Many::Until(then) if then <= now) {
        return Err(VerbError::wrong("until", "That time is over. Choose one to come."));
    }
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let mut undo: Vec<Undoable> = Vec::new();
            for id in ids {
                let id = tx.conversations().resolve(id)?;
                if undo.iter().any(|u| u.conversation == id) {
                    continue;
                }
                let kept = tx.conversations().get(id)?;
                let clear = Marks {
                    later_until: None,
                    later_until_reply: false,
                    later_firmly: false,
                    later_at: None,
                    done_at: None,
                    ..kept.marks.clone()
                };
                let marks = match act {
                    Many::Done => Marks { done_at: Some(now), ..clear },
                    Many::Until(then) => Marks { later_until: Some(then), later_at: Some(now), ..clear },
                    Many::Mute => Marks { muted_at: Some(now), ..kept.marks.clone() },
                    Many::Back => Marks { muted_at: None, ..clear },
                };
                tx.conversations().set_marks(id, &marks)?;
                if let Some(until) = marks.later_until {
                    crate::jobs::Job::KeepHouse.put(tx, until, now)?;
                }
                refresh(tx, id, now)?;
                undo.push(Undoable { conversation: id, who: kept.face.who, before: write_marks(&kept.marks) });
            }
            Ok::<_, VerbError>(undo)
        })
        .await
}

/// A note among colleagues about a conversation; nobody outside the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    pub by: Option<String>,
    pub text: String,
    pub at: Timestamp,
}

/// Keeps a note among colleagues.
pub async fn say_aside(cx: Cx<'_>, id: ConversationId, text: &str) -> Done<()> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(VerbError::wrong("aside", "There is nothing in the note yet."));
    }
    if text.chars().count() > ASIDE_MAX {
        return Err(VerbError::wrong("aside", format!("A note of at most {ASIDE_MAX} letters is wanted.")));
    }
    let (now, voice) = (cx.now, cx.seat.voice);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let id = tx.conversations().resolve(id)?;
            tx.conversations().get(id)?;
            tx.notes().put_aside(id, voice, &text, now)?;
            Ok(())
        })
        .await
}

/// What a conversation's page shows of the colleagues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Colleagues {
    /// Everybody at the desk, by name.
    pub voices: Vec<(VoiceId, String)>,
    pub assigned: Option<VoiceId>,
    pub is_muted: bool,
    pub asides: Vec<Aside>,
    /// Others who are writing an answer there, and since when their words are kept.
    pub writing: Vec<(String, Timestamp)>,
}

pub(super) fn colleagues(tx: &Tx<'_>, id: ConversationId, marks: &Marks, me: Option<VoiceId>, now: Timestamp) -> Kept<Colleagues> {
    let voices: Vec<(VoiceId, String)> = tx.voices()?.into_iter().map(|(voice, _)| (voice.id, voice.name)).collect();
    let name = |id: Option<VoiceId>| voices.iter().find(|(v, _)| Some(*v) == id).map(|(_, name)| name.clone());
    let asides = tx.notes().asides(id)?.into_iter().map(|(by, text, at)| Aside { by: name(by), text, at }).collect();
    let drafts = if voices.len() > 1 { tx.drafts().writing_in(id, now - WRITING)? } else { Vec::new() };
    let others = drafts.into_iter().filter(|(voice, _)| voice.is_some() && *voice != me);
    let writing = others.filter_map(|(voice, at)| Some((name(voice)?, at))).collect();
    Ok(Colleagues { assigned: marks.assigned, is_muted: marks.muted_at.is_some(), asides, writing, voices })
}
