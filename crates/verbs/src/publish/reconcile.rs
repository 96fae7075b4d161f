//! An attempt that was begun and never settled: looked up once its dust has settled, before anything is sent again.

use std::sync::Arc;

use jiff::SignedDuration;
use model::{AccountState, Delivery, Timestamp};
use networks::{Found, NetworkError};
use store::{Kept, Tx};

use super::deliver::{QUIET, hold_those_behind, settle};
use super::landed;
use crate::jobs::Next;
use crate::{Cx, Done, VerbError, calls};

/// So many looks without an answer, then a person is asked.
const LOOKS_MAX: u32 = 12;
/// The wait before the second look; it doubles.
const WAIT_FIRST: SignedDuration = SignedDuration::from_mins(1);
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);
/// An account that cannot speak cannot look either; no look is counted meanwhile.
const LOOK_AT_ACCOUNT: SignedDuration = SignedDuration::from_mins(15);

/// Did it land? Here: it is settled. Not there: back in line. Nobody can tell: a person is asked.
pub async fn reconcile(cx: Cx<'_>, delivery: Delivery) -> Done<Next> {
    let quiet_until = delivery.attempted_at.unwrap_or(cx.now) + QUIET;
    if cx.now < quiet_until {
        return Ok(Next::At(quiet_until));
    }
    let id = delivery.account;
    let account = cx.app.store.read(cx.seat, move |tx| tx.accounts().find(id)).await?;
    if account.is_some_and(|a| a.state != AccountState::Working) {
        return Ok(Next::At(cx.now + LOOK_AT_ACCOUNT));
    }
    let since = delivery.first_attempt_at.unwrap_or(cx.now);
    let sought = Arc::new((delivery.part.clone(), delivery.key.clone()));
    let found = calls::call(cx, delivery.account, move |network, call| {
        let sought = sought.clone();
        Box::pin(async move { network.publish().ok_or(NetworkError::NotOffered)?.find(call, &sought.0, &sought.1, since).await })
    })
    .await;
    let found = match found {
        Ok(found) => Ok(found),
        Err(VerbError::Network(error)) => Err(error),
        Err(VerbError::Missing(_)) => Err(NetworkError::NotOffered),
        Err(other) => return Err(other),
    };
    let now = cx.now;
    let next = cx.app.store.write(cx.seat, move |tx| conclude(tx, &delivery, found, now)).await?;
    cx.ring();
    Ok(next)
}

fn conclude(tx: &Tx<'_>, d: &Delivery, found: Result<Found, NetworkError>, now: Timestamp) -> Kept<Next> {
    match found {
        // The same words may have been sent twice on purpose: what is another delivery's is not ours.
        Ok(Found::Here(landing)) if tx.deliveries().find_landed(d.account, &landing.at.id)?.is_some_and(|other| other.id != d.id) => {
            ask(tx, d, now)
        }
        Ok(Found::Here(landing)) => settle(tx, d, Ok(landing), now),
        // Settled as a call that certainly did nothing, so that its tries stay bounded.
        Ok(Found::NotThere) => settle(tx, d, Err(NetworkError::Away("it did not land".into())), now),
        Ok(Found::CannotTell) => ask(tx, d, now),
        Err(NetworkError::SignInAgain) => Ok(Next::At(now + LOOK_AT_ACCOUNT)),
        Err(error) if error.may_pass() => {
            let looks = tx.deliveries().count_look(d.id, d.attempts)?;
            if looks >= LOOKS_MAX {
                return ask(tx, d, now);
            }
            let wait = (WAIT_FIRST * 2_i32.pow(looks.saturating_sub(1).min(10))).min(WAIT_MAX);
            Ok(Next::At(now + wait))
        }
        Err(_) => ask(tx, d, now),
    }
}

fn ask(tx: &Tx<'_>, d: &Delivery, now: Timestamp) -> Kept<Next> {
    tx.deliveries().end_attempt(d.id, d.attempts, "nobody can tell", now)?;
    let why = "No clear answer came, and it cannot be looked up. Please look whether it stands there.";
    if tx.deliveries().set_ask_human(d.id, d.attempts, why)? {
        hold_those_behind(tx, d)?;
        landed::not_landed(tx, d.draft, now)?;
    }
    Ok(Next::Over)
}
