//! What a hub sends. It is believed for its signature alone, goes the way of what was read, and is there before the hub is answered. Whatever
//! is wrong with it, the hub hears no more than that it came: then the feed is read, which brings the same.

use model::{Account, DeskId, Post, Seat, SubscriptionId, Timestamp};
use networks::Cursor;
use networks::push::{Pushed, is_signed};
use store::StoreError;
use store::subscriptions::{Known, Subscription, SubscriptionState};
use tokio::sync::SemaphorePermit;

use super::{back_to_pace, hash_of};
use crate::listen::hear::{FEED, keep_feed};
use crate::listen::pruning::leave_out_old;
use crate::{App, Done, VerbError};

/// The largest body that is taken.
pub const BODY_MAX: usize = 4 * 1024 * 1024;
const UNSIGNED: &str = "What it sends is not signed as we asked for, and is left out.";
const GARBLED: &str = "What it sends cannot be read.";

/// Whether a hub may send.
pub enum Door<'a> {
    Open(Box<Sender<'a>>),
    /// Nothing is wanted here, or not any more.
    Gone,
    /// Too much at once; it may come again.
    Busy,
}

/// A hub that may send, as long as it holds this.
pub struct Sender<'a> {
    desk: DeskId,
    kept: Subscription,
    account: Account,
    known: Known,
    /// How far we have read ourselves.
    cursor: String,
    _permit: SemaphorePermit<'a>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many posts were new.
    Kept(usize),
    /// It was not believed.
    Dropped,
}

/// Looks who calls, before anything that they send is read.
pub async fn door<'a>(app: &'a App, key: &str, now: Timestamp) -> Done<Door<'a>> {
    let hash = hash_of(key);
    let found = app
        .store
        .read_unscoped::<_, StoreError>(move |tx| {
            let Some((desk, id)) = tx.subscription_by_key(&hash)? else { return Ok(None) };
            tx.at(desk, |tx| {
                let Some(kept) = tx.subscriptions().find(id)?.filter(may_tell) else { return Ok(None) };
                let (account, known) = (tx.accounts().find(kept.account)?, tx.subscriptions().known(id)?);
                let cursor = tx.accounts().cursor(kept.account, FEED)?;
                Ok(account.zip(known).map(|(account, known)| (desk, kept, account, known, cursor)))
            })
        })
        .await?;
    let Some((desk, kept, account, known, cursor)) = found else { return Ok(Door::Gone) };
    if !app.pushes.counts(kept.id, now) {
        return Ok(Door::Busy);
    }
    let Ok(_permit) = app.pushes.at_once.try_acquire() else { return Ok(Door::Busy) };
    Ok(Door::Open(Box::new(Sender { desk, kept, account, known, cursor, _permit })))
}

/// A hub tells us once it has been answered that we meant it, and until it is told that we want no more. A renewal that hangs changes nothing.
fn may_tell(kept: &Subscription) -> bool {
    let is_wanted = matches!(kept.state, SubscriptionState::Asked | SubscriptionState::Active | SubscriptionState::Failed);
    is_wanted && kept.verified_at.is_some()
}

/// Takes what a hub sent, if it is signed. `Err` is our own trouble: then the hub may send it again.
pub async fn take(app: &App, sender: Sender<'_>, signature: &str, kind: Option<&str>, body: &[u8], now: Timestamp) -> Done<Taken> {
    if !is_signed(&sender.known.secret, signature, body) {
        return doubt(app, &sender, UNSIGNED, now).await;
    }
    let push = app.networks.get(&sender.account.network).and_then(|n| n.push()).ok_or(VerbError::Missing("network"))?;
    let from = Cursor(sender.cursor.clone());
    let pushed = Pushed { account: &sender.account, topic: &sender.kept.topic, kind, body, from: &from, now };
    match push.read(&pushed) {
        Ok(posts) => keep(app, &sender, posts, now).await,
        Err(_) => doubt(app, &sender, GARBLED, now).await,
    }
}

async fn keep(app: &App, sender: &Sender<'_>, mut posts: Vec<Post>, now: Timestamp) -> Done<Taken> {
    let (seat, id, account) = (Seat::of_clock(sender.desk), sender.kept.id, sender.account.clone());
    let taken = app
        .store
        .write::<_, StoreError>(&seat, move |tx| {
            // It may have been left meanwhile.
            if !still(tx, id)? {
                return Ok(Taken::Dropped);
            }
            leave_out_old(tx, &mut [&mut posts], now)?;
            let kept = keep_feed(tx, &account, &posts, &[], now)?;
            tx.subscriptions().set_heard(id, now)?;
            Ok(Taken::Kept(kept.len()))
        })
        .await?;
    app.bell.notify_one();
    Ok(taken)
}

fn still(tx: &store::Tx<'_>, id: SubscriptionId) -> Result<bool, StoreError> {
    Ok(tx.subscriptions().find(id)?.is_some_and(|s| may_tell(&s)))
}

/// It is not believed: the feed is read by ourselves, at its own pace, until its hub tells us something that is.
async fn doubt(app: &App, sender: &Sender<'_>, why: &'static str, now: Timestamp) -> Done<Taken> {
    if sender.kept.silent_since.is_none() {
        let (seat, id, account) = (Seat::of_clock(sender.desk), sender.kept.id, sender.kept.account);
        app.store
            .write::<_, StoreError>(&seat, move |tx| {
                tx.subscriptions().set_silent(id, now, why)?;
                back_to_pace(tx, account, now)
            })
            .await?;
        app.bell.notify_one();
    }
    Ok(Taken::Dropped)
}
