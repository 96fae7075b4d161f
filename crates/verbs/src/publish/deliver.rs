//! One part to one account, once. The heart of walk B: the attempt is committed before the wire is touched; whatever is not certain
//! afterwards is left as "sending", and the next worker to come by looks instead of sending again. The two transactions of it are in
//! `begin.rs` and `settle.rs`, each for all deliveries that are so far at the same time.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use model::{Delivery, DeliveryId, Part};
use networks::{Baggage, Landing, NetworkError};
use store::jobs::Claimed;

use super::baggage;
use super::begin::{Ask, Step, begin};
use super::reconcile::{self, After};
use super::settle::{Ending, settle_each};
use crate::calls::Caller;
use crate::jobs::Next;
use crate::{Cx, Done, VerbError, calls};

pub use super::begin::LATE;

/// The longest that one attempt may be on the wire, uploads and all.
pub const WIRE_MAX: Duration = Duration::from_secs(110);
/// How long a worker has a delivery to itself.
pub const LEASE: Duration = Duration::from_secs(120);
/// How long a network may take until what was sent to it surely shows among the account's own posts.
pub const QUIET: Duration = Duration::from_secs(600);
const _: () = assert!(networks::http::ANSWER_MAX.as_secs() < WIRE_MAX.as_secs());
const _: () = assert!(WIRE_MAX.as_secs() < LEASE.as_secs() && LEASE.as_secs() < QUIET.as_secs());

/// So many tries follow straight on one another where a second one can't make a second post; further ones take their time.
pub const TRIES_MAX: u32 = 8;

/// Does what is next for a delivery.
pub async fn deliver(cx: Cx<'_>, id: DeliveryId) -> Done<Next> {
    Ok(deliver_claimed(cx, id, None).await?.unwrap_or(Next::Over))
}

/// The same for the due work `job`, which is crossed off in the transaction that settles it; then the answer is `None`.
pub async fn deliver_claimed(cx: Cx<'_>, id: DeliveryId, job: Option<&Claimed>) -> Done<Option<Next>> {
    let began = tokio::time::Instant::now();
    match ask(cx, Ask { id, now: cx.now, packed: None, job: job.cloned() }).await? {
        Step::Rest(next) => Ok(next),
        Step::Send(delivery, caller) => finish(cx, *delivery, Some(*caller), (Baggage::default(), None), job).await,
        Step::Look(delivery) => match reconcile::reconcile(cx, *delivery).await? {
            After::Next(next) => Ok(Some(next)),
            // An attempt that follows straight on one in doubt: it has begun already.
            After::Send(begun) => {
                let packed = pack(cx, &begun).await?;
                finish(cx, *begun, None, packed, job).await
            }
        },
        Step::Pack(prepared) => {
            // What takes long is done before the attempt begins.
            let packed = pack(cx, &prepared).await?;
            let now = cx.now + SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::ZERO);
            match ask(cx, Ask { id, now, packed: Some(prepared.part), job: job.cloned() }).await? {
                Step::Rest(next) => Ok(next),
                Step::Send(delivery, caller) => finish(cx, *delivery, Some(*caller), packed, job).await,
                // Somebody else began it meanwhile: the next look finds out what became of it.
                Step::Pack(_) | Step::Look(_) => Ok(Some(Next::At(now))),
            }
        }
    }
}

async fn ask(cx: Cx<'_>, ask: Ask) -> Done<Step> {
    let networks = cx.app.networks.clone();
    cx.app.beginning.ask(cx, ask, move |tx, all| begin(tx, &networks, all)).await
}

/// What goes along with a part, or why it can't.
type Packed = (Baggage, Option<NetworkError>);

/// The pictures of a part; or why they do not fit, which is a refusal like another.
async fn pack(cx: Cx<'_>, delivery: &Delivery) -> Done<Packed> {
    match baggage::pack(cx, delivery).await {
        Ok(baggage) => Ok((baggage, None)),
        Err(VerbError::Wrong { why, .. }) => Ok((Baggage::default(), Some(NetworkError::Refused(why)))),
        Err(other) => Err(other),
    }
}

/// The wire, and what became of it.
async fn finish(
    cx: Cx<'_>,
    delivery: Delivery,
    caller: Option<Caller>,
    (mut baggage, unfit): Packed,
    job: Option<&Claimed>,
) -> Done<Option<Next>> {
    baggage.begun = delivery.first_attempt_at;
    let wire_at = delivery.attempted_at.unwrap_or(cx.now);
    let begun = tokio::time::Instant::now();
    let outcome = match unfit {
        Some(why) => Err(why),
        None => on_the_wire(cx, &delivery, caller, baggage, begun).await,
    };
    let now = wire_at + SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::ZERO);
    let next = cx.app.ending.ask(cx, Ending { delivery, outcome, now, job: job.cloned() }, settle_each).await?;
    cx.ring();
    Ok(next)
}

async fn on_the_wire(
    cx: Cx<'_>,
    delivery: &Delivery,
    caller: Option<Caller>,
    baggage: Baggage,
    begun: tokio::time::Instant,
) -> Result<Landing, NetworkError> {
    let goods: Arc<(Part, _, Baggage)> = Arc::new((delivery.part.clone(), delivery.key.clone(), baggage));
    let call = calls::call_as(cx, delivery.account, caller, move |network, call| {
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
