//! Promises in our own words: found, proposed, and, once somebody said yes, ours to do on the day named.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::speech::promise;
use model::{ConversationId, PostId, Timestamp};
use store::promises::KeptPromise;
use store::threads::Said;
use store::{Kept, StoreError, Tx};

use super::refresh::refresh;
use crate::jobs::Job;
use crate::{Cx, Done, VerbError};

/// Words of ours that are looked through for promises, the newest.
const LOOK: usize = 20;
/// What is due on a day comes back at this hour of it.
const HOUR: i8 = 9;

pub(super) const KEPT: &str = "kept";
const NO: &str = "no";
const DONE: &str = "done";

/// A promise that somebody may say yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub post: PostId,
    pub words: String,
    /// The day it names, or a day soon.
    pub day: Date,
}

/// The newest promise of ours in a thread that nothing was decided about.
pub(super) fn proposed(tx: &Tx<'_>, id: ConversationId, said: &[Said], zone: &TimeZone) -> Kept<Option<Proposed>> {
    let mut mine: Vec<&Said> = said.iter().filter(|s| s.is_mine && !s.is_deleted && s.heard_at.is_some()).collect();
    mine.sort_by_key(|s| std::cmp::Reverse((s.created_at, s.id)));
    let found = mine.into_iter().take(LOOK).find_map(|s| Some((s, promise(&s.text)?)));
    let Some((said, promise)) = found else { return Ok(None) };
    if tx.promises().of_conversation(id)?.iter().any(|p| p.post == said.id) {
        return Ok(None);
    }
    let day = promise.when.day(said.created_at.to_zoned(zone.clone()).date());
    Ok(Some(Proposed { post: said.id, words: promise.words, day }))
}

/// Promises of a conversation that are ours to do, the soonest first.
pub(super) fn open(tx: &Tx<'_>, id: ConversationId) -> Kept<Vec<KeptPromise>> {
    Ok(tx.promises().of_conversation(id)?.into_iter().filter(|p| p.state == KEPT).collect())
}

/// Yes: it is ours to do, and comes back on that day.
pub async fn keep(cx: Cx<'_>, id: ConversationId, post: PostId, day: &str) -> Done<String> {
    let day: Date = day.trim().parse().map_err(|_| VerbError::wrong("day", "Give the day as 2026-09-14."))?;
    let (now, voice) = (cx.now, cx.seat.voice);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let zone = TimeZone::get(&tx.this_desk()?.zone).unwrap_or(TimeZone::UTC);
            if day < now.to_zoned(zone.clone()).date() {
                return Err(VerbError::wrong("day", "That day is over. Choose one to come."));
            }
            let due_at = day.at(HOUR, 0, 0, 0).to_zoned(zone).map_err(|_| VerbError::wrong("day", "That is no day."))?.timestamp();
            let (id, mut promise) = decided(tx, id, post, now)?;
            (promise.voice, promise.due_at, promise.state) = (voice, due_at, KEPT.to_owned());
            tx.promises().put(&promise)?;
            let mut marks = tx.conversations().get(id)?.marks;
            marks.done_at = None;
            if due_at > now {
                (marks.later_at, marks.later_until, marks.later_until_reply, marks.later_firmly) = (Some(now), Some(due_at), false, false);
                Job::KeepHouse.put(tx, due_at, now)?;
            }
            tx.conversations().set_marks(id, &marks)?;
            refresh(tx, id, now)?;
            Ok(promise.words)
        })
        .await
}

/// No: it was none, and is not proposed again.
pub async fn decline(cx: Cx<'_>, id: ConversationId, post: PostId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let (id, promise) = decided(tx, id, post, now)?;
            tx.promises().put(&promise)?;
            Ok(refresh(tx, id, now)?)
        })
        .await
}

/// The promise in a post of ours, not yet ours to do.
fn decided(tx: &Tx<'_>, id: ConversationId, post: PostId, now: Timestamp) -> Done<(ConversationId, KeptPromise)> {
    let id = tx.conversations().resolve(id)?;
    let said = tx.threads().said(id)?.into_iter().find(|s| s.id == post && s.is_mine).ok_or(VerbError::Missing("promise"))?;
    let found = promise(&said.text).ok_or(VerbError::Missing("promise"))?;
    let promise = KeptPromise {
        post,
        conversation: id,
        voice: None,
        words: found.words,
        due_at: now,
        state: NO.to_owned(),
        said_at: said.created_at,
        decided_at: now,
        done_at: None,
    };
    Ok((id, promise))
}

/// What was promised is done where we have spoken there since we said yes, or where somebody pressed Done.
pub(super) fn settle(tx: &Tx<'_>, id: ConversationId, said: &[Said], done_at: Option<Timestamp>, now: Timestamp) -> Kept<Vec<KeptPromise>> {
    let mut left = Vec::new();
    for mut promise in open(tx, id)? {
        let spoke = said.iter().any(|s| s.is_mine && !s.is_deleted && s.id != promise.post && s.created_at > promise.decided_at);
        if spoke || done_at.is_some_and(|at| at >= promise.decided_at) {
            (promise.state, promise.done_at) = (DONE.to_owned(), Some(now));
            tx.promises().put(&promise)?;
        } else {
            left.push(promise);
        }
    }
    Ok(left)
}

/// Says no longer that it was decided: the proposal comes back.
pub async fn undecide(cx: Cx<'_>, id: ConversationId, post: PostId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let id = tx.conversations().resolve(id)?;
            tx.promises().forget(post)?;
            let mut marks = tx.conversations().get(id)?.marks;
            (marks.later_at, marks.later_until) = (None, None);
            tx.conversations().set_marks(id, &marks)?;
            refresh(tx, id, now)
        })
        .await?;
    Ok(())
}
