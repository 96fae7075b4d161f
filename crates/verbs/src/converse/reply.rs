//! Answering: from the conversation's page, in the account and network that the talk is on. An answer is a draft that publish puts in
//! line; it is held for some seconds, so that it can be taken back.

use jiff::SignedDuration;
use model::{ConversationId, DraftId, Timestamp};

use super::answering::{Words, answering, keep, save};
use super::refresh::{WAITING, refresh};
use crate::desk::choices;
use crate::publish::later::take_back_in;
use crate::publish::plan::plan_in;
use crate::publish::render::Press;
use crate::{Cx, Done, VerbError};

/// What becomes of the conversation after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Stay,
    Done,
}

/// An answer in line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replied {
    pub draft: DraftId,
    pub conversation: ConversationId,
    pub who: String,
    pub network: &'static str,
    /// When it goes out; until then it can be taken back.
    pub due: Timestamp,
    pub hold_seconds: u32,
    /// Who waits next.
    pub next: Option<(ConversationId, String)>,
}

/// Answers; the answer is held as long as the desk chose. The words are kept whatever comes of it.
pub async fn reply(cx: Cx<'_>, words: Words, then: Then) -> Done<Replied> {
    let hold_seconds = cx.app.store.read::<_, VerbError>(cx.seat, |tx| Ok(choices::hold(tx)?)).await?;
    reply_held(cx, words, then, hold_seconds).await
}

/// [`reply`], held for so many seconds.
pub async fn reply_held(cx: Cx<'_>, words: Words, then: Then, hold_seconds: u32) -> Done<Replied> {
    if words.is_empty() {
        return Err(VerbError::wrong("text", "There is nothing to say yet."));
    }
    keep(cx, words.clone()).await?;
    let press = Press::of(cx);
    let (now, voice) = (cx.now, cx.seat.voice);
    let replied = cx
        .app
        .store
        .write(cx.seat, move |tx| {
            let id = tx.conversations().resolve(words.conversation)?;
            let kept = tx.conversations().get(id)?;
            let found = answering(tx, &press, &kept, &tx.threads().said(id)?, (words.to, words.from), voice)?;
            let answering = found.ok_or_else(|| VerbError::wrong("text", "No account of yours can answer there."))?;
            let whole = answering.whole(words.text.trim_end());
            let draft = save(tx, &kept, &answering, &words, &whole, (voice, now))?.ok_or(VerbError::Missing("draft"))?;
            let due = now + SignedDuration::from_secs(i64::from(hold_seconds));
            plan_in(tx, &press, draft, &[answering.account], due, now)?;
            let mut marks = kept.marks.clone();
            marks.answering = Some(draft);
            marks.done_at = (then == Then::Done).then_some(now);
            (marks.later_at, marks.later_until, marks.later_until_reply, marks.later_firmly) = (None, None, false, false);
            tx.conversations().set_marks(id, &marks)?;
            refresh(tx, id, now)?;
            let next = tx.threads().walk(WAITING, 1)?.into_iter().next();
            Ok::<_, VerbError>(Replied { draft, conversation: id, who: answering.to, network: answering.network, due, hold_seconds, next })
        })
        .await?;
    cx.ring();
    Ok(replied)
}

/// Takes an answer back that has not gone out: the words are a draft again, and the conversation waits as before.
pub async fn take_back(cx: Cx<'_>, draft: DraftId) -> Done<ConversationId> {
    let (now, voice, press) = (cx.now, cx.seat.voice, Press::to_look(cx));
    cx.app
        .store
        .write(cx.seat, move |tx| {
            take_back_in(tx, draft, now)?;
            let mut back = tx.drafts().get(draft)?;
            let reply = back.draft.reply.clone().ok_or(VerbError::Missing("answer"))?;
            let id = tx.conversations().resolve(reply.conversation)?;
            super::landed::not_landed(tx, id, now)?;
            let kept = tx.conversations().get(id)?;
            if let Some(answering) = answering(tx, &press, &kept, &tx.threads().said(id)?, (None, None), voice)? {
                back.draft.text = answering.without_names(&back.draft.text).to_owned();
                tx.drafts().save(&back, now)?;
            }
            Ok(id)
        })
        .await
}
