//! A part stands on its network: the next one may follow, and what we said is kept with the talk it belongs to.

use model::{Delivery, DraftId, Hold, Kind, ReplyTo, Timestamp};
use networks::Landing;
use store::gestures::Gesture;
use store::{Kept, Tx};

use super::{own_site, tell};
use crate::converse;
use crate::jobs::Job;

/// Words of a post by which a gesture is remembered.
const WHAT_MAX: usize = 80;

/// Called in the transaction that settles a delivery as landed.
pub fn landed(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    next_part(tx, delivery, landing, now)?;
    own_site::stands(tx, delivery, landing, now)?;
    keep_own_post(tx, delivery, landing, now)?;
    match tx.accounts().find(delivery.account)? {
        Some(account) => tell::put(tx, &account, delivery, Some(&delivery.part), landing.url.as_deref().unwrap_or(&landing.at.id), now),
        None => Ok(()),
    }
}

/// The next part of the thread learns what it answers, and is put in line.
fn next_part(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    let Some(mut next) = tx.deliveries().part(delivery.draft, delivery.account, delivery.part_index + 1)? else { return Ok(()) };
    let root = delivery.part.reply_to.as_ref().map_or_else(|| landing.at.clone(), |r| r.root.clone());
    next.part.reply_to = Some(ReplyTo { parent: landing.at.clone(), root });
    tx.deliveries().set_part(next.id, &next.part)?;
    if next.hold == Some(Hold::Before) {
        tx.deliveries().unhold(next.id)?;
    }
    Job::Deliver(next.id).put(tx, next.due.max(now), now)
}

/// What we said takes its place in its conversation, and in the ledger of give and ask.
fn keep_own_post(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    let (Some(account), Some(kept)) = (tx.accounts().find(delivery.account)?, tx.drafts().find(delivery.draft)?) else { return Ok(()) };
    let draft = &kept.draft;
    converse::landed(tx, &account, delivery, draft, landing, now)?;
    let post = tx.posts().find_remote(&account.network, &landing.at.id)?.map(|p| p.id);
    if let Some(post) = post {
        tx.deliveries().set_post(delivery.id, post)?;
    }
    let person = draft.reply.as_ref().and_then(|r| r.person).filter(|_| draft.kind != Kind::Talks && delivery.part_index == 0);
    if let Some(person) = person {
        let what = draft.text.chars().take(WHAT_MAX).collect();
        let gesture = Gesture { person, is_mine: true, kind: draft.kind, what, post, delivery: Some(delivery.id), at: now };
        tx.gestures().put(&gesture, now)?;
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
