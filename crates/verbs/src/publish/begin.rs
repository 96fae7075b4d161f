//! May it go? And if so, its attempt begins: both in one transaction, so that what was taken back or moved before is never sent, and for
//! all that wait at the same time together. Nothing here touches the wire.

use std::collections::HashMap;

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, Cards, Delivery, DeliveryId, DeliveryState, Hold, Part, Secret, Timestamp};
use networks::Networks;
use store::jobs::Claimed;
use store::{Kept, Tx};

use crate::Done;
use crate::calls::Caller;
use crate::desk::choices;
use crate::jobs::Next;

/// What was due longer ago than this and never tried does not go out unasked.
pub const LATE: SignedDuration = SignedDuration::from_hours(1);
/// How often a delivery of an account that cannot speak looks whether it can again.
const LOOK_AT_ACCOUNT: SignedDuration = SignedDuration::from_mins(15);

/// One that asks whether it may go.
pub struct Ask {
    pub id: DeliveryId,
    pub now: Timestamp,
    /// The words for which all that takes long is done; `None` where nothing was looked at yet.
    pub packed: Option<Part>,
    /// The due work that it is, where a worker does it.
    pub job: Option<Claimed>,
}

/// What there is to do about a delivery.
pub enum Step {
    /// Nothing now. `None`: its due work was crossed off, too.
    Rest(Option<Next>),
    /// It may go, once its pictures or its card are at hand. Nothing was begun.
    Pack(Box<Delivery>),
    /// An attempt was begun and is committed: the wire is next.
    Send(Box<Delivery>, Box<Caller>),
    /// An attempt was begun before and never settled: look whether it landed.
    Look(Box<Delivery>),
}

/// What of a delivery is decided before the accounts' secrets are asked for.
enum May {
    Go(Box<(Delivery, Account)>),
    Pack(Box<Delivery>),
    Not(Next),
    Look(Box<Delivery>),
}

/// Asks for each, and begins those that may go.
pub fn begin(tx: &Tx<'_>, networks: &Networks, all: &[&Ask]) -> Done<Vec<Step>> {
    let ids: Vec<DeliveryId> = all.iter().map(|ask| ask.id).collect();
    let found = tx.deliveries().find_each(&ids)?;
    let accounts = accounts_of(tx, found.iter().flatten().map(|d| d.account))?;
    let mut steps: Vec<Option<Step>> = Vec::with_capacity(all.len());
    let (mut going, mut places) = (Vec::new(), Vec::new());
    let mut over: Vec<&Claimed> = Vec::new();
    for (place, (ask, found)) in all.iter().zip(found).enumerate() {
        let may = match found {
            Some(d) => may_go(tx, networks, d, &accounts, ask)?,
            None => May::Not(Next::Over),
        };
        steps.push(match may {
            May::Go(both) => {
                let (d, account) = *both;
                going.push((d, ask.now));
                places.push((place, account));
                None
            }
            May::Pack(d) => Some(Step::Pack(d)),
            May::Look(d) => Some(Step::Look(d)),
            May::Not(next) => Some(Step::Rest(rest(tx, ask, next, &mut over)?)),
        });
    }
    let secrets = secrets_of(tx, places.iter().map(|(_, account)| account.id))?;
    for ((place, account), begun) in places.into_iter().zip(tx.deliveries().begin_each(going)?) {
        let (secret, version) = secrets.get(&account.id).cloned().unwrap_or_else(|| (Secret::new(""), 0));
        steps[place] = Some(match begun {
            Some(d) => Step::Send(Box::new(d), Box::new(Caller { account, secret, version })),
            // Another server was first.
            None => Step::Rest(rest(tx, all[place], Next::Over, &mut over)?),
        });
    }
    tx.finish_jobs(&over)?;
    Ok(steps.into_iter().map(|step| step.unwrap_or(Step::Rest(Some(Next::Over)))).collect())
}

/// Crosses off the due work of one about which there is nothing to do now.
fn rest<'a>(tx: &Tx<'_>, ask: &'a Ask, next: Next, over: &mut Vec<&'a Claimed>) -> Kept<Option<Next>> {
    match (&ask.job, next) {
        (None, next) => return Ok(Some(next)),
        (Some(job), Next::Over) => over.push(job),
        (Some(job), Next::At(due)) => tx.finish_job(job, Some(due))?,
    }
    Ok(None)
}

/// Each account once, where it is connected.
pub(super) fn accounts_of(tx: &Tx<'_>, ids: impl Iterator<Item = AccountId>) -> Kept<HashMap<AccountId, Account>> {
    let mut ids: Vec<AccountId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(tx.accounts().find_each(&ids)?.into_iter().flatten().map(|account| (account.id, account)).collect())
}

fn secrets_of(tx: &Tx<'_>, ids: impl Iterator<Item = AccountId>) -> Kept<HashMap<AccountId, (Secret, i64)>> {
    let mut ids: Vec<AccountId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let secrets = tx.accounts().secrets(&ids)?;
    Ok(ids.into_iter().zip(secrets).filter_map(|(id, secret)| Some((id, secret?))).collect())
}

fn may_go(tx: &Tx<'_>, networks: &Networks, d: Delivery, accounts: &HashMap<AccountId, Account>, ask: &Ask) -> Kept<May> {
    let (id, now) = (d.id, ask.now);
    match (&d.state, d.hold) {
        (DeliveryState::Sending, _) => return Ok(May::Look(Box::new(d))),
        (DeliveryState::Planned, Some(Hold::Late | Hold::Before | Hold::Site | Hold::Hand)) => return Ok(May::Not(Next::Over)),
        (DeliveryState::Planned, _) if d.due > now => return Ok(May::Not(Next::At(d.due))),
        (DeliveryState::Planned, _) => {}
        _ => return Ok(May::Not(Next::Over)),
    }
    if !stands_before(tx, &d)? {
        // It is put in line by the part before it, once that stands and can be answered.
        return Ok(May::Not(Next::Over));
    }
    let account = match accounts.get(&d.account) {
        Some(account) if account.state == AccountState::Working => account,
        Some(account) => {
            let why = match account.state {
                AccountState::SignInAgain => "The network asks you to sign in again. It waits until you have.",
                _ => "The account is resting. It waits until it is switched on.",
            };
            tx.deliveries().hold(id, Hold::SignIn, why)?;
            return Ok(May::Not(Next::At(now + LOOK_AT_ACCOUNT)));
        }
        None => {
            tx.deliveries().hold(id, Hold::SignIn, "The account is not connected any more. It waits until it is connected again.")?;
            return Ok(May::Not(Next::Over));
        }
    };
    if d.hold == Some(Hold::SignIn) {
        tx.deliveries().unhold(id)?;
    }
    if networks.get(&account.network).is_some_and(|n| n.by_hand().is_some()) {
        tx.deliveries().hold(id, Hold::Hand, "It waits for your hand.")?;
        return Ok(May::Not(Next::Over));
    }
    if d.tries == 0 && d.part_index == 0 && now.duration_since(d.due) > LATE && !choices::sends_late(tx)? {
        tx.deliveries().hold(
            id,
            Hold::Late,
            "Its time passed while Hobnob was not running. Nothing was sent: send it now, move it, or drop it.",
        )?;
        return Ok(May::Not(Next::Over));
    }
    Ok(match &ask.packed {
        // Somebody changed the words while the pictures were packed: they are packed anew.
        Some(packed) if *packed != d.part => May::Not(Next::At(now)),
        None if takes_long(&d.part, account) => May::Pack(Box::new(d)),
        _ => May::Go(Box::new((Delivery { hold: None, ..d }, account.clone()))),
    })
}

/// Whether something is to be done before it can go that no transaction waits for: pictures to be fitted, a page to be looked at.
fn takes_long(part: &Part, account: &Account) -> bool {
    !part.pictures.is_empty() || account.rules.cards == Cards::Sent
}

/// Whether the part that this one answers stands there. A first part answers none of ours.
fn stands_before(tx: &Tx<'_>, d: &Delivery) -> Kept<bool> {
    let Some(before) = d.part_index.checked_sub(1) else { return Ok(true) };
    let before = tx.deliveries().part(d.draft, d.account, before)?;
    Ok(before.is_some_and(|b| b.state == DeliveryState::Landed) && d.part.reply_to.is_some())
}
