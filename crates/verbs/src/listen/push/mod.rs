//! Being told at once, by the hub that a feed names, instead of looking at a pace (WebSub, as its subscriber). The wire of it is a facet of
//! the network; here stands whom we asked, until when it holds, and what becomes of a call that says it is from a hub. It makes no post of
//! its own: what a hub sends goes the way of what was read (`listen/hear.rs`). Begin with `subscribe.rs`, then `answer.rs` and `take.rs`.

mod answer;
mod subscribe;
mod take;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;
use model::{Account, AccountId, Post, SubscriptionId, Timestamp};
use networks::Networks;
use sha2::{Digest, Sha256};
use store::subscriptions::{Subscription, SubscriptionState};
use store::{Kept, StoreError, Tx};
use tokio::sync::Semaphore;

use super::pace;
use crate::jobs::Job;
use crate::{App, Cx, Done};

pub use answer::{Answered, Question, answer};
pub use subscribe::{subscribe, unsubscribe};
pub use take::{BODY_MAX, Door, Taken, door, take};

/// Where hubs call; the key stands behind it.
pub const PATH: &str = "/pushed/";
/// How often a feed is read whose hub tells us: its hub may be silent, and nobody would know.
const PUSHED_EVERY: SignedDuration = SignedDuration::from_hours(6);
/// Why a hub counts as silent, when a reading brought what it had not told us.
const SILENT: &str = "It did not tell us of what we found there ourselves.";
/// What hubs send is taken in so much at once, and so often a minute from one of them; more is asked to come again.
const AT_ONCE: usize = 4;
const A_MINUTE_MAX: u32 = 60;
const MINUTE: SignedDuration = SignedDuration::from_secs(60);
/// Hubs remembered at once.
const COUNTED_MAX: usize = 5_000;

/// Lets in what hubs send, not too much at once.
pub struct Gate {
    at_once: Semaphore,
    lately: Mutex<HashMap<SubscriptionId, (Timestamp, u32)>>,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate { at_once: Semaphore::new(AT_ONCE), lately: Mutex::default() }
    }
}

impl Gate {
    /// Whether one more may come now.
    fn counts(&self, id: SubscriptionId, now: Timestamp) -> bool {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if lately.len() >= COUNTED_MAX {
            lately.clear();
        }
        let (since, count) = lately.entry(id).or_insert((now, 0));
        if now.duration_since(*since).abs() >= MINUTE {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= A_MINUTE_MAX
    }
}

/// How what is new in a feed comes to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coming {
    /// At once, until the lease ends.
    Told { until: Timestamp },
    /// The hub was asked, and has not answered.
    Asked,
    /// The hub should tell us, and was found not to.
    Silent,
    /// The hub will not tell us.
    Denied,
    /// The hub could not be asked, or did not renew.
    Failed,
    /// The feed names no hub.
    NoHub,
    /// This desk has no address that a hub could call.
    NoAddress,
    /// It has not been looked at yet.
    Unknown,
}

/// The same of one account, for its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrives {
    pub coming: Coming,
    /// The hub's host, where there is a hub.
    pub hub: String,
    /// Why it is not told at once: the hub's words, or a sentence of ours.
    pub why: Option<String>,
    /// How often it is read then.
    pub pace: SignedDuration,
}

impl Arrives {
    /// The same as a sentence or two; `until` says an instant in the reader's own time.
    pub fn words(&self, until: impl Fn(Timestamp) -> String) -> String {
        let paced = format!("Read every {}.", pace::words(self.pace));
        let (hub, why) = (&self.hub, self.why.as_deref().unwrap_or_default());
        let rest = match self.coming {
            Coming::Told { until: at } => {
                return format!("What is new comes at once: {hub} tells us until {}, and is asked again before that.", until(at));
            }
            Coming::Unknown => return paced,
            Coming::Asked => format!("{hub} was asked to tell us at once, and has not answered yet."),
            Coming::Silent => format!("{hub} should tell us at once. {why}"),
            Coming::Denied if why.is_empty() => format!("{hub} will not tell us at once, and gives no reason."),
            Coming::Denied => format!("{hub} will not tell us at once: “{why}”"),
            Coming::Failed if why.is_empty() => format!("{hub} does not tell us at once."),
            Coming::Failed => format!("{hub} does not tell us at once: {}.", why.trim_end_matches('.')),
            Coming::NoHub => "It names no hub that could tell us at once.".to_owned(),
            Coming::NoAddress => "It could come at once if others could reach this desk at an address of its own.".to_owned(),
        };
        format!("{paced} {rest}")
    }
}

/// By what a desk could be told: the networks at hand, and our own address, if others can call it.
pub(crate) struct Ears {
    networks: Networks,
    base: Option<String>,
}

impl Ears {
    pub(crate) fn of(app: &App) -> Ears {
        Ears { networks: app.networks.clone(), base: base(app) }
    }
}

/// How what is new comes from each account that a hub could tell us of.
pub(crate) fn arrivals(ears: &Ears, tx: &Tx<'_>, accounts: &[Account], now: Timestamp) -> Kept<BTreeMap<AccountId, Arrives>> {
    let mut kept: BTreeMap<AccountId, Subscription> = tx.subscriptions().list()?.into_iter().map(|s| (s.account, s)).collect();
    let could = accounts.iter().filter(|a| can(&ears.networks, a));
    could.map(|a| Ok((a.id, Arrives { pace: pace::of(tx, a.id)?, ..arrives(kept.remove(&a.id), ears.base.as_deref(), now) }))).collect()
}

fn arrives(kept: Option<Subscription>, base: Option<&str>, now: Timestamp) -> Arrives {
    let Some(s) = kept else {
        let coming = if base.is_some() { Coming::Unknown } else { Coming::NoAddress };
        return Arrives { coming, hub: String::new(), why: None, pace: pace::FIRST };
    };
    let coming = match (s.state, s.lease_until) {
        _ if base.is_none() => Coming::NoAddress,
        // It tells us at an address that is ours no longer.
        (SubscriptionState::Active | SubscriptionState::Asked, _) if base != Some(&s.base) => Coming::Unknown,
        (SubscriptionState::Active, _) if s.silent_since.is_some() => Coming::Silent,
        (SubscriptionState::Active, Some(until)) if until > now => Coming::Told { until },
        (SubscriptionState::Active | SubscriptionState::Failed, _) => Coming::Failed,
        (SubscriptionState::Asked, _) => Coming::Asked,
        (SubscriptionState::Denied, _) => Coming::Denied,
        (SubscriptionState::NoHub | SubscriptionState::Leaving, _) => Coming::NoHub,
    };
    Arrives { coming, hub: crate::publish::tell::host(&s.hub).unwrap_or_default(), why: s.why, pace: pace::FIRST }
}

/// Our own address, if others can call it: hubs are asked only then.
fn base(app: &App) -> Option<String> {
    let url = app.config.public_url.trim_end_matches('/');
    app.http.get(url).is_ok().then(|| url.to_owned())
}

fn can(networks: &Networks, account: &Account) -> bool {
    networks.get(&account.network).is_some_and(|n| n.push().is_some())
}

/// Sees to it that a feed's hub is asked, where that can be. Called whenever the feed was read.
pub(crate) async fn begin(cx: Cx<'_>, account: &Account) -> Done<()> {
    let Some(base) = base(cx.app).filter(|_| can(&cx.app.networks, account)) else { return Ok(()) };
    let (job, id, now) = (Job::Subscribe(account.id), account.id, cx.now);
    let work = move |tx: &Tx<'_>| {
        let (kind, subject) = job.row();
        // A hub that was told an address which is ours no longer is asked anew.
        let is_elsewhere = |s: &Subscription| s.state != SubscriptionState::NoHub && s.base != base;
        Ok(tx.jobs().due(kind, subject)?.is_none() || tx.subscriptions().of_account(id)?.as_ref().is_some_and(is_elsewhere))
    };
    if cx.app.store.read::<_, StoreError>(cx.seat, work).await? {
        cx.app.store.write::<_, StoreError>(cx.seat, move |tx| job.put(tx, now, now)).await?;
        cx.ring();
    }
    Ok(())
}

/// When a feed is to be read again whose hub tells us of it; `None`: at its own pace.
pub(crate) async fn read_again(cx: Cx<'_>, id: AccountId) -> Done<Option<Timestamp>> {
    let (now, base) = (cx.now, base(cx.app));
    let kept = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.subscriptions().of_account(id)).await?;
    let told = kept.filter(|s| s.state == SubscriptionState::Active && s.silent_since.is_none() && base.as_deref() == Some(&s.base));
    Ok(told.and_then(|s| s.lease_until).filter(|until| *until > now).map(|until| until.min(now + PUSHED_EVERY)))
}

/// Looks, before they are kept, whether posts that a reading brought were all told of by the hub; if not, it counts as silent, and the feed
/// is read at its own pace until it tells us again. `before`: when it was read last.
pub(crate) fn notice_silence(tx: &Tx<'_>, id: AccountId, brought: &[Post], before: Option<Timestamp>, now: Timestamp) -> Kept<()> {
    let Some(before) = before else { return Ok(()) };
    let Some(told) = tx.subscriptions().of_account(id)?.filter(|s| s.state == SubscriptionState::Active) else { return Ok(()) };
    // What was said before the hub began is none of its business.
    if told.silent_since.is_some() || told.verified_at.is_none_or(|since| since > before) {
        return Ok(());
    }
    for post in brought {
        if tx.posts().find_remote(&post.network, &post.at.id)?.is_none() {
            return tx.subscriptions().set_silent(told.id, now, SILENT);
        }
    }
    Ok(())
}

/// The feed is followed no longer, or rests: its hub is told so.
pub(crate) fn leave(tx: &Tx<'_>, id: AccountId, now: Timestamp) -> Kept<()> {
    Job::Subscribe(id).delete(tx)?;
    let Some(kept) = tx.subscriptions().of_account(id)? else { return Ok(()) };
    leave_one(tx, &kept, now)
}

/// Takes one out of use. A hub that was asked is told; of others nothing is left.
fn leave_one(tx: &Tx<'_>, kept: &Subscription, now: Timestamp) -> Kept<()> {
    if !matches!(kept.state, SubscriptionState::Asked | SubscriptionState::Active) {
        return tx.subscriptions().delete(kept.id);
    }
    tx.subscriptions().set_state(kept.id, SubscriptionState::Leaving, None)?;
    back_to_pace(tx, kept.account, now)?;
    Job::Unsubscribe(kept.id).put(tx, now, now)
}

/// The feed is read again soon, at its own pace.
fn back_to_pace(tx: &Tx<'_>, account: AccountId, now: Timestamp) -> Kept<()> {
    let (kind, subject) = Job::Sync(account).row();
    // One that rests is not woken by its hub.
    if tx.jobs().due(kind, subject)?.is_some() { Job::Sync(account).put(tx, now, now) } else { Ok(()) }
}

/// What a key is found by.
fn hash_of(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_a_minute_and_no_more() {
        let (gate, now) = (Gate::default(), Timestamp::UNIX_EPOCH);
        let counts = |id, now| gate.counts(SubscriptionId(id), now);
        assert!((0..A_MINUTE_MAX).all(|_| counts(1, now)));
        assert!(!counts(1, now) && counts(2, now), "each by itself");
        assert!(counts(1, now + MINUTE));
        (0..2 * COUNTED_MAX as i64).for_each(|id| assert!(counts(id + 9, now)));
        assert!(gate.lately.lock().expect("unpoisoned").len() <= COUNTED_MAX);
    }
}
