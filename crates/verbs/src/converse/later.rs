//! Later and Done: what a person does with a conversation instead of answering it, and taking it back.

use jiff::SignedDuration;
use model::{ConversationId, Timestamp};
use store::StoreError;
use store::conversations::Marks;

use super::refresh::refresh;
use crate::jobs::{Job, Next};
use crate::{Cx, Done, VerbError};

/// Nothing is put off for longer than this.
const LATER_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Conversations that come back in one go.
const BACK_MAX: u32 = 200;
/// The house is kept at least this often.
const HOUSE_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// When something comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Then(Timestamp),
    TheyWrite,
}

/// What was done, to whom, and what takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoable {
    pub conversation: ConversationId,
    pub who: String,
    /// For [`put_back`].
    pub before: String,
}

/// Puts a conversation off. It comes back sooner if they write sooner, unless `firmly`.
pub async fn later(cx: Cx<'_>, id: ConversationId, until: Until, firmly: bool) -> Done<Undoable> {
    let now = cx.now;
    if let Until::Then(then) = until {
        if then <= now {
            return Err(VerbError::wrong("until", "That time is over. Choose one to come."));
        }
        if then.duration_since(now) > LATER_MAX {
            return Err(VerbError::wrong("until", "That is more than a year away. Choose a nearer day."));
        }
    }
    mark(cx, id, move |marks| {
        *marks = Marks {
            later_until: if let Until::Then(then) = until { Some(then) } else { None },
            later_until_reply: until == Until::TheyWrite,
            later_firmly: firmly && until != Until::TheyWrite,
            later_at: Some(now),
            done_at: None,
            ..marks.clone()
        }
    })
    .await
}

/// Finishes a conversation; it comes back if they write again.
pub async fn done(cx: Cx<'_>, id: ConversationId) -> Done<Undoable> {
    let now = cx.now;
    mark(cx, id, move |marks| *marks = Marks { done_at: Some(now), ..cleared(marks) }).await
}

/// Out of Later or Done, back to where it belongs.
pub async fn bring_back(cx: Cx<'_>, id: ConversationId) -> Done<Undoable> {
    mark(cx, id, |marks| *marks = Marks { muted_at: None, ..cleared(marks) }).await
}

/// Takes back what [`Undoable`] was answered for.
pub async fn put_back(cx: Cx<'_>, id: ConversationId, before: &str) -> Done<Undoable> {
    let was = read_marks(before).ok_or_else(|| VerbError::wrong("before", "That can't be taken back any more."))?;
    mark(cx, id, move |marks| *marks = Marks { answering: marks.answering, joined_at: marks.joined_at, aim: marks.aim, ..was }).await
}

/// Neither put off nor done.
fn cleared(marks: &Marks) -> Marks {
    Marks { later_until: None, later_until_reply: false, later_firmly: false, later_at: None, done_at: None, ..marks.clone() }
}

pub(crate) async fn mark(cx: Cx<'_>, id: ConversationId, change: impl FnOnce(&mut Marks) + Send + 'static) -> Done<Undoable> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let id = tx.conversations().resolve(id)?;
            let kept = tx.conversations().get(id)?;
            let mut marks = kept.marks.clone();
            change(&mut marks);
            tx.conversations().set_marks(id, &marks)?;
            if let Some(until) = marks.later_until {
                Job::KeepHouse.put(tx, until, now)?;
            }
            refresh(tx, id, now)?;
            Ok::<_, StoreError>(Undoable { conversation: id, who: kept.face.who, before: write_marks(&kept.marks) })
        })
        .await
        .map_err(VerbError::from)
}

/// What was pressed, as it was before, in a few letters for a form.
pub(super) fn write_marks(m: &Marks) -> String {
    let ms = |t: Option<Timestamp>| t.map_or(String::new(), |t| t.as_millisecond().to_string());
    let bit = |b: bool| if b { "1" } else { "0" };
    let whose = m.assigned.map_or(String::new(), |v| v.to_string());
    [ms(m.later_until), bit(m.later_until_reply).into(), bit(m.later_firmly).into(), ms(m.later_at), ms(m.done_at), whose, ms(m.muted_at)]
        .join(",")
}

fn read_marks(text: &str) -> Option<Marks> {
    let ms = |s: &str| if s.is_empty() { Some(None) } else { s.parse().ok().and_then(|n| Timestamp::from_millisecond(n).ok()).map(Some) };
    let [until, reply, firmly, at, done, whose, muted] = text.split(',').collect::<Vec<_>>()[..] else { return None };
    Some(Marks {
        later_until: ms(until)?,
        later_until_reply: reply == "1",
        later_firmly: firmly == "1",
        later_at: ms(at)?,
        done_at: ms(done)?,
        assigned: if whose.is_empty() { None } else { Some(whose.parse().ok()?) },
        muted_at: ms(muted)?,
        ..Marks::default()
    })
}

/// The job: brings back what was put off until now, and says when to look again.
pub async fn keep_house(cx: Cx<'_>) -> Done<Next> {
    let now = cx.now;
    let next = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            for id in tx.conversations().due_back(now, BACK_MAX)? {
                let mut marks = tx.conversations().get(id)?.marks;
                (marks.later_until, marks.later_until_reply, marks.later_firmly, marks.later_at) = (None, false, false, None);
                tx.conversations().set_marks(id, &marks)?;
                refresh(tx, id, now)?;
            }
            crate::publish::house::tidy(tx, now)?;
            if crate::relate::tie::tell_again(tx)? || tx.search().catch_up()? {
                return Ok((Some(now + SignedDuration::from_secs(1)), 0));
            }
            if crate::relate::nature::look(tx)? {
                return Ok((Some(now + SignedDuration::from_secs(1)), 0));
            }
            tx.conversations().next_back(now + HOUSE_EVERY)
        })
        .await?;
    let has_more = crate::listen::pruning::step(cx).await?;
    let next = if has_more { Some(now) } else { next.0 };
    Ok(Next::At(next.unwrap_or(now + HOUSE_EVERY).max(now + SignedDuration::from_secs(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_through_a_form() {
        let marks = Marks {
            later_until: Timestamp::from_second(7).ok(),
            later_firmly: true,
            later_at: Timestamp::from_second(5).ok(),
            assigned: Some(model::VoiceId(3)),
            muted_at: Timestamp::from_second(6).ok(),
            ..Marks::default()
        };
        assert_eq!(read_marks(&write_marks(&marks)), Some(marks));
        assert_eq!(read_marks(&write_marks(&Marks::default())), Some(Marks::default()));
        for bad in ["", "1,2", "x,0,0,,,,", "99999999999999999999,0,0,,,,", ",0,0,,,x,"] {
            assert_eq!(read_marks(bad), None, "{bad}");
        }
    }
}
