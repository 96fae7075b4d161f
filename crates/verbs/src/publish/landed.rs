//! A part stands on its network: the next one may follow, and what we said is filed (`filing.rs`). For all that landed at the same time
//! together.

use model::{Delivery, DraftId, Hold, ReplyTo, Timestamp};
use networks::Landing;
use store::deliveries::Landed;
use store::{Kept, Tx};

use super::filing;
use crate::converse;
use crate::jobs::Job;

/// One that came to stand somewhere.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// With the attempt that got it there.
    pub delivery: &'a Delivery,
    pub landing: &'a Landing,
    pub now: Timestamp,
}

/// Settles them as landed; each is filed later. `false`, and nothing changed, where the attempt is no longer the current one.
pub fn settle(tx: &Tx<'_>, all: &[Standing<'_>]) -> Kept<Vec<bool>> {
    let rows = all.iter().map(|s| Landed { delivery: s.delivery, at: &s.landing.at, url: s.landing.url.as_deref(), now: s.now });
    let is_current = tx.deliveries().set_landed(&rows.collect::<Vec<_>>())?;
    next_parts(tx, all.iter().zip(&is_current).filter(|(_, is)| **is).map(|(s, _)| *s).collect())?;
    Ok(is_current)
}

/// The same for one that is filed at once.
pub fn settle_filed(tx: &Tx<'_>, one: Standing<'_>) -> Kept<bool> {
    let is_current = settle(tx, &[one])? == [true];
    filing::file(tx, &[one.delivery.id])?;
    Ok(is_current)
}

/// One that was settled otherwise is filed at once, and the next part may follow.
pub fn landed(tx: &Tx<'_>, one: Standing<'_>) -> Kept<()> {
    next_parts(tx, vec![one])?;
    filing::file(tx, &[one.delivery.id])
}

/// The next part of each thread learns what it answers, and is put in line.
fn next_parts(tx: &Tx<'_>, all: Vec<Standing<'_>>) -> Kept<()> {
    let sought: Vec<_> = all.iter().map(|s| (s.delivery.draft, s.delivery.account, s.delivery.part_index + 1)).collect();
    for (s, next) in all.iter().zip(tx.deliveries().parts(&sought)?) {
        let Some(mut next) = next else { continue };
        let root = s.delivery.part.reply_to.as_ref().map_or_else(|| s.landing.at.clone(), |r| r.root.clone());
        next.part.reply_to = Some(ReplyTo { parent: s.landing.at.clone(), root });
        tx.deliveries().set_part(next.id, &next.part)?;
        if next.hold == Some(Hold::Before) {
            tx.deliveries().unhold(next.id)?;
        }
        Job::Deliver(next.id).put(tx, next.due.max(s.now), s.now)?;
    }
    Ok(())
}

/// An answer will not land as things are: its conversation waits again.
pub fn not_landed(tx: &Tx<'_>, draft: DraftId, now: Timestamp) -> Kept<()> {
    match tx.drafts().find(draft)?.and_then(|kept| kept.draft.reply) {
        Some(reply) => converse::landed::not_landed(tx, reply.conversation, now),
        None => Ok(()),
    }
}
