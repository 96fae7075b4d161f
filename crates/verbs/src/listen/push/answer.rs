//! What a hub asks at our address: whether we meant it, or that it will not tell us. Whoever has the key is asked nothing else; what does not
//! fit what we asked for is answered as if nothing were there.

use jiff::SignedDuration;
use model::{AccountId, Seat, Timestamp};
use store::subscriptions::{Subscription, SubscriptionState};
use store::{Kept, StoreError, Tx};

use super::subscribe::{LEASE_ASKED, REST, move_to, renew_at};
use super::{back_to_pace, hash_of};
use crate::jobs::Job;
use crate::{App, Done};

/// The longest lease that is believed; it is asked for again then.
const LEASE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest challenge that is given back.
const CHALLENGE_BYTES_MAX: usize = 2048;
/// Letters kept of a hub's reason.
const REASON_MAX: usize = 200;
/// Our answer may be lost on its way: so long the hub may ask once more.
const ASK_ONCE_MORE: SignedDuration = SignedDuration::from_mins(10);

/// What a hub asks.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// `subscribe`, `unsubscribe` or `denied`.
    pub mode: String,
    pub topic: String,
    pub challenge: String,
    /// Seconds.
    pub lease_s: Option<u64>,
    pub reason: String,
}

/// What it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Yes: its own words, given back.
    Meant(String),
    /// It was heard, and asks for nothing.
    Noted,
    /// There is no such thing here.
    Unknown,
    /// Too much at once; it may come again.
    Busy,
}

/// Answers a hub. Needs no sign-in; nothing is fetched.
pub async fn answer(app: &App, key: &str, question: Question, now: Timestamp) -> Done<Answered> {
    let hash = hash_of(key);
    // Who knows no key is kept from the store's one writer.
    let found = app.store.read_unscoped::<_, StoreError>(move |tx| tx.subscription_by_key(&hash)).await?;
    let Some((desk, id)) = found else { return Ok(Answered::Unknown) };
    if !app.pushes.counts(id, now) {
        return Ok(Answered::Busy);
    }
    let answered = app
        .store
        .write::<_, StoreError>(&Seat::of_clock(desk), move |tx| match tx.subscriptions().find(id)? {
            Some(kept) if kept.topic == question.topic => answer_one(tx, &kept, question, now),
            _ => Ok(Answered::Unknown),
        })
        .await?;
    if answered != Answered::Unknown {
        app.bell.notify_one();
    }
    Ok(answered)
}

fn answer_one(tx: &Tx<'_>, kept: &Subscription, question: Question, now: Timestamp) -> Kept<Answered> {
    use SubscriptionState as State;
    let is_awaited = kept.answer_until.is_some_and(|until| until >= now);
    let is_whole = !question.challenge.is_empty() && question.challenge.len() <= CHALLENGE_BYTES_MAX;
    match (question.mode.as_str(), kept.state) {
        ("subscribe", State::Asked | State::Active | State::Failed) if is_awaited && is_whole => {
            begin_lease(tx, kept, question.lease_s, now)?;
            Ok(Answered::Meant(question.challenge))
        }
        ("unsubscribe", State::Leaving) if is_awaited && is_whole => {
            forget(tx, kept)?;
            Ok(Answered::Meant(question.challenge))
        }
        ("denied", State::Leaving) => forget(tx, kept).map(|()| Answered::Noted),
        ("denied", State::Asked | State::Active | State::Failed) => {
            let reason = plain(&question.reason);
            tx.subscriptions().set_state(kept.id, State::Denied, (!reason.is_empty()).then_some(&*reason))?;
            move_to(tx, kept.account, now + REST, now)?;
            back_to_pace(tx, kept.account, now)?;
            Ok(Answered::Noted)
        }
        _ => Ok(Answered::Unknown),
    }
}

fn begin_lease(tx: &Tx<'_>, kept: &Subscription, lease_s: Option<u64>, now: Timestamp) -> Kept<()> {
    let lease = lease_s.map_or(LEASE_ASKED, |s| SignedDuration::from_secs(i64::try_from(s).unwrap_or(i64::MAX)).min(LEASE_MAX));
    let until = now + lease;
    tx.subscriptions().set_active(kept.id, now, until, now + ASK_ONCE_MORE)?;
    move_to(tx, kept.account, renew_at(now, until), now)?;
    if is_fresh(kept, now) { look_once(tx, kept.account, now) } else { Ok(()) }
}

/// Whether it did not tell us until now.
fn is_fresh(kept: &Subscription, now: Timestamp) -> bool {
    kept.state != SubscriptionState::Active || kept.lease_until.is_none_or(|until| until < now)
}

/// What was said between the last reading and now was told to nobody: it is read once more.
fn look_once(tx: &Tx<'_>, account: AccountId, now: Timestamp) -> Kept<()> {
    back_to_pace(tx, account, now)
}

fn forget(tx: &Tx<'_>, kept: &Subscription) -> Kept<()> {
    Job::Unsubscribe(kept.id).delete(tx)?;
    tx.subscriptions().delete(kept.id)
}

/// A stranger's words on one line, not too many of them.
fn plain(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(REASON_MAX).collect()
}
