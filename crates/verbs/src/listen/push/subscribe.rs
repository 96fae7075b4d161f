//! Asking a hub to tell us, again before that ends, and in the end to tell us no more. That we ask is kept before the wire is touched, since
//! the hub may ask us in turn before it has answered.

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, Secret, SubscriptionId, Timestamp};
use networks::NetworkError;
use networks::push::{Asking, Hubs};
use store::subscriptions::{Known, Subscription, SubscriptionState, Wish};
use store::{Kept, StoreError, Tx};

use super::{PATH, base, can, hash_of, leave_one};
use crate::calls::call;
use crate::jobs::{Job, Next};
use crate::{Cx, Done, VerbError};

/// For how long we ask to be told: what the specification recommends.
pub(super) const LEASE_ASKED: SignedDuration = SignedDuration::from_hours(10 * 24);
/// So long the hub may take to ask whether we meant it.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// The wait after an asking; it doubles with each that came to nothing, up to a day, and after so many of them it is a week.
const WAIT_FIRST: SignedDuration = SignedDuration::from_mins(30);
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);
const TRIES_MAX: u32 = 6;
pub(super) const REST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A feed without a hub is looked at again after this: it may have one by then.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(3 * 24);
/// A hub that does not want to hear that we want no more is left alone after so many tries; what it sends is turned away.
const LEAVING_TRIES_MAX: u32 = 4;
/// A renewal begins when so much of its lease is left, or a quarter of a short one; and none sooner than five minutes after the last.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(24);
const RENEW_GAP: SignedDuration = SignedDuration::from_mins(5);

const UNANSWERED: &str = "It was asked, and has not answered.";

/// Who is asked what, as it was kept before the wire was touched.
struct Intent {
    id: SubscriptionId,
    hub: String,
    topic: String,
    callback: String,
    secret: Secret,
}

/// The job: finds a feed's hub and asks it to tell us, or asks once more.
pub async fn subscribe(cx: Cx<'_>, id: AccountId) -> Done<Next> {
    let found = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.accounts().find(id)).await?;
    let account = found.filter(|a| a.state == AccountState::Working && can(&cx.app.networks, a));
    let (Some(account), Some(base)) = (account, base(cx.app)) else { return Ok(Next::Over) };
    let looked =
        call(cx, id, |network, call| Box::pin(async move { network.push().ok_or(NetworkError::NotOffered)?.hubs(call).await })).await;
    let hubs = match looked {
        Ok(Some(hubs)) => hubs,
        Ok(None) => return no_hub(cx, id).await,
        // The feed itself cannot be had: reading it says so in its own time.
        Err(VerbError::Network(NetworkError::SlowDown { until })) => {
            return Ok(Next::At(until.clamp(cx.now + WAIT_FIRST, cx.now + WAIT_MAX)));
        }
        // Hubs that may not be called from here are none.
        Err(VerbError::Network(NetworkError::Forbidden(_))) => return no_hub(cx, id).await,
        Err(VerbError::Network(error)) if error.may_pass() => return Ok(Next::At(cx.now + WAIT_FIRST)),
        Err(VerbError::Network(_)) => return Ok(Next::At(cx.now + WAIT_MAX)),
        Err(other) => return Err(other),
    };
    let now = cx.now;
    let intent = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| intend(tx, id, &hubs, &base, now)).await?;
    ask(cx, &account, intent).await
}

/// Keeps whom we are about to ask. The same hub is asked at the same address as before; another one, or one that did not answer, at a new one.
fn intend(tx: &Tx<'_>, account: AccountId, hubs: &Hubs, base: &str, now: Timestamp) -> Kept<Intent> {
    let all = tx.subscriptions();
    let mut before = all.of_account(account)?;
    if let Some(kept) = before.as_mut().filter(|s| s.asked_at.is_some()) {
        kept.tries = all.count_try(kept.id, UNANSWERED)?;
    }
    let tries = before.as_ref().map_or(0, |s| s.tries);
    let turn = usize::try_from(tries).unwrap_or(0) % hubs.hubs.len().max(1);
    let is_same = |s: &Subscription| {
        let is_hub =
            hubs.hubs.get(turn).is_some_and(|hub| *hub == s.hub) || s.state == SubscriptionState::Active && hubs.hubs.contains(&s.hub);
        is_hub && s.topic == hubs.topic && s.base == base && s.state != SubscriptionState::NoHub
    };
    let same = match before.as_ref().filter(|s| is_same(s)) {
        Some(kept) => all.known(kept.id)?.map(|known| (kept.id, kept.hub.clone(), known)),
        None => None,
    };
    let (id, hub, known) = match same {
        Some(same) => same,
        None => {
            if let Some(kept) = &before {
                leave_one(tx, kept, now)?;
            }
            let hub = hubs.hubs.get(turn).or(hubs.hubs.first()).cloned().unwrap_or_default();
            let known = Known { key: fresh(), secret: Secret::new(fresh()) };
            let wish = Wish { account, hub: &hub, topic: &hubs.topic, base, tries };
            (all.put(&wish, &known, &hash_of(&known.key), now)?, hub, known)
        }
    };
    all.set_asked(id, now, now + ANSWER_WITHIN)?;
    Ok(Intent { id, hub, topic: hubs.topic.clone(), callback: format!("{base}{PATH}{}", known.key), secret: known.secret })
}

/// 64 hexadecimal digits that nobody can guess.
fn fresh() -> String {
    rand::random::<[u8; 32]>().iter().map(|b| format!("{b:02x}")).collect()
}

async fn ask(cx: Cx<'_>, account: &Account, intent: Intent) -> Done<Next> {
    let push = cx.app.networks.get(&account.network).and_then(|n| n.push()).ok_or(VerbError::Missing("network"))?;
    let lease_s = u64::try_from(LEASE_ASKED.as_secs()).ok();
    let asking = Asking { hub: &intent.hub, topic: &intent.topic, callback: &intent.callback, secret: &intent.secret, lease_s };
    let (id, now) = (intent.id, cx.now);
    let tries = match push.ask(&cx.app.http, &asking, now).await {
        Ok(()) => cx.app.store.read::<_, StoreError>(cx.seat, move |tx| Ok(tx.subscriptions().find(id)?.map_or(0, |s| s.tries))).await?,
        Err(error) => {
            let why = error.to_string();
            let tries = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.subscriptions().count_try(id, &why)).await?;
            let again = now + wait(tries);
            return Ok(Next::At(match error {
                NetworkError::SlowDown { until } => until.clamp(now + WAIT_FIRST, now + WAIT_MAX),
                error if error.may_pass() => again,
                _ => again.max(now + WAIT_MAX),
            }));
        }
    };
    // When it has asked us in turn, this is moved to the renewal.
    Ok(Next::At(now + wait(tries)))
}

fn wait(tries: u32) -> SignedDuration {
    if tries >= TRIES_MAX { REST } else { (WAIT_FIRST * 2_i32.pow(tries.min(10))).min(WAIT_MAX) }
}

/// When a lease is to be renewed.
pub(super) fn renew_at(now: Timestamp, lease_until: Timestamp) -> Timestamp {
    let lease = lease_until.duration_since(now);
    (lease_until - (lease / 4).min(RENEW_BEFORE)).max(now + RENEW_GAP)
}

/// The feed names no hub, or none any more.
async fn no_hub(cx: Cx<'_>, id: AccountId) -> Done<Next> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            match tx.subscriptions().of_account(id)? {
                Some(kept) if kept.state == SubscriptionState::NoHub => return Ok(()),
                Some(kept) => leave_one(tx, &kept, now)?,
                None => {}
            }
            tx.subscriptions().put_no_hub(id, now)
        })
        .await?;
    Ok(Next::At(now + LOOK_AGAIN))
}

/// The job: tells a hub that we want nothing more. Whether it hears or not, nothing that it sends is taken any more.
pub async fn unsubscribe(cx: Cx<'_>, id: SubscriptionId) -> Done<Next> {
    let now = cx.now;
    let work = move |tx: &Tx<'_>| {
        let all = tx.subscriptions();
        let Some(mut kept) = all.find(id)?.filter(|s| s.state == SubscriptionState::Leaving) else { return Ok(None) };
        if kept.asked_at.is_some() {
            kept.tries = all.count_try(id, UNANSWERED)?;
        }
        let Some(known) = all.known(id)?.filter(|_| kept.tries < LEAVING_TRIES_MAX) else {
            all.delete(id)?;
            return Ok(None);
        };
        let Some((account, _)) = tx.accounts().known(kept.account)? else { return Ok(None) };
        all.set_asked(id, now, now + ANSWER_WITHIN)?;
        Ok(Some((account, kept, known)))
    };
    let Some((account, kept, known)) = cx.app.store.write::<_, StoreError>(cx.seat, work).await? else { return Ok(Next::Over) };
    let Some(push) = cx.app.networks.get(&account.network).and_then(|n| n.push()) else { return Ok(Next::Over) };
    let callback = format!("{}{PATH}{}", kept.base, known.key);
    let asking = Asking { hub: &kept.hub, topic: &kept.topic, callback: &callback, secret: &known.secret, lease_s: None };
    match push.ask(&cx.app.http, &asking, now).await {
        // Not asked us in turn by then, it is told again.
        Ok(()) => Ok(Next::At(now + wait(kept.tries))),
        Err(error) if error.may_pass() => {
            let why = error.to_string();
            let tries = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.subscriptions().count_try(id, &why)).await?;
            Ok(Next::At(now + wait(tries)))
        }
        Err(_) => {
            cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.subscriptions().delete(id)).await?;
            Ok(Next::Over)
        }
    }
}

/// Puts the next asking off to then.
pub(super) fn move_to(tx: &Tx<'_>, account: AccountId, due: Timestamp, now: Timestamp) -> Kept<()> {
    Job::Subscribe(account).move_to(tx, due, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_renewed_before_it_ends_and_not_all_the_time() {
        let now = Timestamp::UNIX_EPOCH;
        let hours = |n: i64| SignedDuration::from_hours(n);
        assert_eq!(renew_at(now, now + hours(240)), now + hours(239) - hours(23));
        assert_eq!(renew_at(now, now + hours(8)), now + hours(6));
        assert_eq!(renew_at(now, now + SignedDuration::from_secs(1)), now + RENEW_GAP);
        assert_eq!(renew_at(now, now), now + RENEW_GAP);
    }

    #[test]
    fn waits_grow_and_then_rest() {
        assert_eq!((0..TRIES_MAX + 1).map(|n| wait(n).as_mins()).collect::<Vec<_>>(), [30, 60, 120, 240, 480, 960, 7 * 24 * 60]);
        assert_eq!(wait(u32::MAX), REST);
    }
}
