//! One part to one account, once. The heart of walk B: the attempt is committed before the wire is touched; whatever is not certain
//! afterwards is left as "sending", and the next worker to come by looks instead of sending again.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use model::{AccountState, Delivery, DeliveryId, DeliveryState, Hold, Timestamp};
use networks::{Baggage, Happened, Landing, NetworkError, Networks};
use store::{Kept, Tx};

use super::reconcile::{self, After};
use super::{baggage, landed};
use crate::desk::choices;
use crate::jobs::{Job, Next};
use crate::{Cx, Done, VerbError, calls};

/// The longest that one attempt may be on the wire, uploads and all.
pub const WIRE_MAX: Duration = Duration::from_secs(110);
/// How long a worker has a delivery to itself.
pub const LEASE: Duration = Duration::from_secs(120);
/// How long after an attempt without a clear answer we look for the first time whether it landed.
const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(5);
/// How long a network may take until what was sent to it surely shows among the account's own posts.
pub const QUIET: Duration = Duration::from_secs(600);
const _: () = assert!(networks::http::ANSWER_MAX.as_secs() < WIRE_MAX.as_secs());
const _: () = assert!(WIRE_MAX.as_secs() < LEASE.as_secs() && LEASE.as_secs() < QUIET.as_secs());

/// So many tries that certainly did nothing, then a person is told.
pub const TRIES_MAX: u32 = 8;
/// The wait before the second try; it doubles.
const WAIT_FIRST: SignedDuration = SignedDuration::from_secs(30);
/// A network may ask for at most so long a wait.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(6);
/// What was due longer ago than this and never tried does not go out unasked.
pub const LATE: SignedDuration = SignedDuration::from_hours(1);
/// How often a delivery of an account that cannot speak looks whether it can again.
const LOOK_AT_ACCOUNT: SignedDuration = SignedDuration::from_mins(15);

/// What there is to do about a delivery.
enum Step {
    Nothing,
    Wait(Timestamp),
    /// Begin an attempt.
    Send,
    /// An attempt was begun and never settled: look whether it landed.
    Look(Box<Delivery>),
}

/// Does what is next for a delivery.
pub async fn deliver(cx: Cx<'_>, id: DeliveryId) -> Done<Next> {
    let now = cx.now;
    let networks = cx.app.networks.clone();
    match cx.app.store.write(cx.seat, move |tx| step(tx, &networks, id, now)).await? {
        Step::Nothing => Ok(Next::Over),
        Step::Wait(until) => Ok(Next::At(until)),
        Step::Look(delivery) => match reconcile::reconcile(cx, *delivery).await? {
            After::Next(next) => Ok(next),
            After::Send(begun) => send_begun(cx, *begun).await,
        },
        Step::Send => send(cx, id).await,
    }
}

fn step(tx: &Tx<'_>, networks: &Networks, id: DeliveryId, now: Timestamp) -> Done<Step> {
    let Some(d) = tx.deliveries().find(id)? else { return Ok(Step::Nothing) };
    if d.state == DeliveryState::Sending {
        return Ok(Step::Look(Box::new(d)));
    }
    if d.state != DeliveryState::Planned {
        return Ok(Step::Nothing);
    }
    match d.hold {
        Some(Hold::Late | Hold::Before | Hold::Site | Hold::Hand) => return Ok(Step::Nothing),
        _ if d.due > now => return Ok(Step::Wait(d.due)),
        _ => {}
    }
    if !stands_before(tx, &d)? {
        // It is put in line by the part before it, once that stands and can be answered.
        return Ok(Step::Nothing);
    }
    let account = tx.accounts().find(d.account)?;
    let is_by_hand = account.as_ref().and_then(|a| networks.get(&a.network)).is_some_and(|n| n.by_hand().is_some());
    match account.map(|a| a.state) {
        Some(AccountState::Working) => {}
        Some(AccountState::SignInAgain) => {
            tx.deliveries().hold(id, Hold::SignIn, "The network asks you to sign in again. It waits until you have.")?;
            return Ok(Step::Wait(now + LOOK_AT_ACCOUNT));
        }
        Some(AccountState::Resting) => {
            tx.deliveries().hold(id, Hold::SignIn, "The account is resting. It waits until it is switched on.")?;
            return Ok(Step::Wait(now + LOOK_AT_ACCOUNT));
        }
        None => {
            tx.deliveries().hold(id, Hold::SignIn, "The account is not connected any more. It waits until it is connected again.")?;
            return Ok(Step::Nothing);
        }
    }
    if d.hold == Some(Hold::SignIn) {
        tx.deliveries().unhold(id)?;
    }
    if is_by_hand {
        tx.deliveries().hold(id, Hold::Hand, "It waits for your hand.")?;
        return Ok(Step::Nothing);
    }
    if d.tries == 0 && d.part_index == 0 && now.duration_since(d.due) > LATE && !choices::sends_late(tx)? {
        tx.deliveries().hold(
            id,
            Hold::Late,
            "Its time passed while Hobnob was not running. Nothing was sent: send it now, move it, or drop it.",
        )?;
        return Ok(Step::Nothing);
    }
    Ok(Step::Send)
}

/// Whether the part that this one answers stands there. A first part answers none of ours.
fn stands_before(tx: &Tx<'_>, d: &Delivery) -> Kept<bool> {
    let Some(before) = d.part_index.checked_sub(1) else { return Ok(true) };
    let before = tx.deliveries().part(d.draft, d.account, before)?;
    Ok(before.is_some_and(|b| b.state == DeliveryState::Landed) && d.part.reply_to.is_some())
}

/// One attempt, from its beginning to its settling.
async fn send(cx: Cx<'_>, id: DeliveryId) -> Done<Next> {
    // What takes long is done before the attempt begins.
    let began = tokio::time::Instant::now();
    let Some(prepared) = cx.app.store.read(cx.seat, move |tx| tx.deliveries().find(id)).await? else { return Ok(Next::Over) };
    let (baggage, unfit) = pack(cx, &prepared).await?;
    let wire_at = cx.now + SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::ZERO);
    let Some(delivery) = cx.app.store.write(cx.seat, move |tx| tx.deliveries().begin_attempt(id, wire_at)).await? else {
        return Ok(Next::Over);
    };
    if delivery.part != prepared.part {
        // Somebody changed the words in between; nothing was sent, and the next look sends the new ones.
        let (attempt, due) = (delivery.attempts, delivery.due);
        cx.app.store.write(cx.seat, move |tx| tx.deliveries().set_planned(id, attempt, due, None, "")).await?;
        return Ok(Next::At(wire_at));
    }
    finish(cx, delivery, baggage, unfit).await
}

/// An attempt that follows straight on one in doubt: it has begun already.
async fn send_begun(cx: Cx<'_>, delivery: Delivery) -> Done<Next> {
    let (baggage, unfit) = pack(cx, &delivery).await?;
    finish(cx, delivery, baggage, unfit).await
}

/// The pictures of a part; or why they do not fit, which is a refusal like another.
async fn pack(cx: Cx<'_>, delivery: &Delivery) -> Done<(Baggage, Option<NetworkError>)> {
    match baggage::pack(cx, delivery).await {
        Ok(baggage) => Ok((baggage, None)),
        Err(VerbError::Wrong { why, .. }) => Ok((Baggage::default(), Some(NetworkError::Refused(why)))),
        Err(other) => Err(other),
    }
}

/// The wire, and what became of it.
async fn finish(cx: Cx<'_>, delivery: Delivery, mut baggage: Baggage, unfit: Option<NetworkError>) -> Done<Next> {
    baggage.begun = delivery.first_attempt_at;
    let wire_at = delivery.attempted_at.unwrap_or(cx.now);
    let begun = tokio::time::Instant::now();
    let outcome = match unfit {
        Some(why) => Err(why),
        None => on_the_wire(cx, &delivery, baggage, begun).await,
    };
    let now = wire_at + SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::ZERO);
    let next = cx.app.store.write(cx.seat, move |tx| settle(tx, &delivery, outcome, now)).await?;
    cx.ring();
    Ok(next)
}

async fn on_the_wire(cx: Cx<'_>, delivery: &Delivery, baggage: Baggage, begun: tokio::time::Instant) -> Result<Landing, NetworkError> {
    let goods = Arc::new((delivery.part.clone(), delivery.key.clone(), baggage));
    let call = calls::call(cx, delivery.account, move |network, call| {
        let goods = goods.clone();
        Box::pin(async move {
            // A worker that slept on the way must not wake up and send.
            if begun.elapsed() > LEASE {
                return Err(NetworkError::Away("we were held up".into()));
            }
            let (part, key, baggage) = &*goods;
            network.publish().ok_or(NetworkError::NotOffered)?.post(call, part, baggage, key).await
        })
    });
    match tokio::time::timeout(WIRE_MAX, call).await {
        Ok(Ok(landing)) => Ok(landing),
        Ok(Err(VerbError::Network(error))) => Err(error),
        // The store failed us between: nobody can say from here.
        Ok(Err(other)) => Err(NetworkError::Unanswered(other.code().into())),
        Err(_) => Err(NetworkError::Unanswered("it took too long".into())),
    }
}

/// What became of an attempt. Changes nothing if the attempt is no longer the current one.
pub(super) fn settle(tx: &Tx<'_>, d: &Delivery, outcome: Result<Landing, NetworkError>, now: Timestamp) -> Kept<Next> {
    let (id, attempt, all) = (d.id, d.attempts, tx.deliveries());
    let told = match &outcome {
        Ok(_) => "landed".to_owned(),
        Err(error) => format!("{:?}: {error}", error.happened()),
    };
    all.end_attempt(id, attempt, &told, now)?;
    let error = match outcome {
        Ok(landing) => {
            if all.set_landed(id, attempt, &landing.at, landing.url.as_deref(), now)? {
                landed::landed(tx, d, &landing, now)?;
            }
            return Ok(Next::Over);
        }
        Err(error) => error,
    };
    if error.happened() == Happened::Maybe {
        return Ok(Next::At(now + FIRST_LOOK));
    }
    // A clear no to this try says nothing of an earlier one that may still arrive: until that has settled, it is not in line again.
    let earlier = all.last_doubt(id, attempt)?.map(|then| now.duration_since(then).as_secs());
    if d.tries < TRIES_MAX && earlier.is_some_and(|ago| (0..QUIET.as_secs() as i64).contains(&ago)) {
        return Ok(Next::At(again_at(&error, d.tries, now)));
    }
    match error {
        NetworkError::SignInAgain => {
            all.set_planned(id, attempt, d.due, Some(Hold::SignIn), "The network asks you to sign in again. It waits until you have.")?;
            Ok(Next::At(now + LOOK_AT_ACCOUNT))
        }
        error if error.may_pass() && d.tries < TRIES_MAX => {
            let again = again_at(&error, d.tries, now);
            all.set_planned(id, attempt, again, None, &format!("{}. It is tried again by itself.", capital(&error.to_string())))?;
            Ok(Next::At(again))
        }
        error => {
            if all.set_refused(id, attempt, &sentence(&error))? {
                hold_those_behind(tx, d)?;
                landed::not_landed(tx, d.draft, now)?;
            }
            Ok(Next::Over)
        }
    }
}

/// The rest of a thread waits for what becomes of the part before.
pub(super) fn hold_those_behind(tx: &Tx<'_>, d: &Delivery) -> Kept<()> {
    for later in tx.deliveries().of_draft(d.draft)?.into_iter().filter(|l| l.account == d.account && l.part_index > d.part_index) {
        tx.deliveries().hold(later.id, Hold::Before, "It waits for the part before it.")?;
        Job::Deliver(later.id).delete(tx)?;
    }
    Ok(())
}

fn again_at(error: &NetworkError, tries: u32, now: Timestamp) -> Timestamp {
    let wait = WAIT_FIRST * 2_i32.pow(tries.saturating_sub(1).min(10));
    match error {
        NetworkError::SlowDown { until } => (*until).clamp(now + WAIT_FIRST, now + WAIT_MAX),
        _ => now + wait.min(WAIT_MAX),
    }
}

fn sentence(error: &NetworkError) -> String {
    match error {
        NetworkError::Refused(why) => why.clone(),
        NetworkError::NotThere => "What it answers is not there any more.".into(),
        NetworkError::NotOffered => "This server cannot take it.".into(),
        NetworkError::Away(_) => format!("The server could not be reached, {TRIES_MAX} times. Nothing was sent."),
        NetworkError::SlowDown { .. } => format!("The network asked us to wait, {TRIES_MAX} times. Nothing was sent."),
        other => capital(&other.to_string()),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
