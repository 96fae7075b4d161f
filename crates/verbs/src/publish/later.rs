//! What a person does with what is planned, stuck or in doubt: take back, move, send now, try again, settle by hand. Each is checked
//! in the transaction that claims, so that what is on its way is never promised to be stopped.

use model::{AccountId, Delivery, DeliveryId, DeliveryState, DraftId, Hold, PostRef, Timestamp};
use networks::Landing;
use store::Tx;

use super::when::{self, Wish};
use super::{landed, own_site};
use crate::jobs::Job;
use crate::{Cx, Done, VerbError};

/// What came of taking back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TakenBack {
    /// Places from which it was taken back in time.
    pub taken: usize,
    /// Places to which it is on its way, or where it stands already.
    pub gone: usize,
}

fn too_late() -> VerbError {
    VerbError::TooLate("It is on its way already. You can take it down once it stands there.".into())
}

/// The first part of each account's thread that has not settled, which is the one in line.
fn firsts(tx: &Tx<'_>, draft: DraftId) -> store::Kept<Vec<Vec<Delivery>>> {
    let mut by_account: Vec<Vec<Delivery>> = Vec::new();
    for d in tx.deliveries().of_draft(draft)? {
        match by_account.last_mut() {
            Some(these) if these[0].account == d.account => these.push(d),
            _ => by_account.push(vec![d]),
        }
    }
    Ok(by_account)
}

fn is_gone(d: &Delivery) -> bool {
    matches!(d.state, DeliveryState::Sending | DeliveryState::Landed | DeliveryState::AskHuman)
}

/// Takes back everything of a draft that has not gone out. Where nothing has gone anywhere, it is a draft again.
pub async fn take_back(cx: Cx<'_>, draft: DraftId) -> Done<TakenBack> {
    let now = cx.now;
    cx.app.store.write(cx.seat, move |tx| take_back_in(tx, draft, now)).await
}

/// [`take_back`] inside a transaction that does more.
pub fn take_back_in(tx: &Tx<'_>, draft: DraftId, now: Timestamp) -> Done<TakenBack> {
    let mut back = TakenBack::default();
    for these in firsts(tx, draft)? {
        let mut taken = false;
        for d in these.iter().filter(|d| matches!(d.state, DeliveryState::Planned | DeliveryState::Refused)) {
            if tx.deliveries().cancel(d.id)? {
                Job::Deliver(d.id).delete(tx)?;
                taken = true;
            }
        }
        back.taken += usize::from(taken);
        back.gone += usize::from(these.iter().any(is_gone));
    }
    if back.taken == 0 {
        return Err(too_late());
    }
    if back.gone == 0 {
        tx.drafts().set_planned(draft, None)?;
        landed::not_landed(tx, draft, now)?;
    }
    Ok(back)
}

/// Moves everything of a draft that has not gone out to another time.
pub async fn move_to(cx: Cx<'_>, draft: DraftId, words: &str, zone: &str) -> Done<Wish> {
    let wish = when::wish_ahead(words, zone, cx.now)?;
    let (w, zone, now) = (wish.clone(), zone.to_owned(), cx.now);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            again_all(tx, draft, (w.at, Some(&w.clock), &zone), now)?;
            Ok::<_, VerbError>(tx.drafts().set_wish(draft, Some(&w.clock), &zone)?)
        })
        .await?;
    cx.ring();
    Ok(wish)
}

/// Sends everything of a draft that is planned or held at once.
pub async fn send_now(cx: Cx<'_>, draft: DraftId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let zone = tx.drafts().get(draft)?.zone;
            again_all(tx, draft, (now, None, &zone), now)
        })
        .await?;
    cx.ring();
    Ok(())
}

fn again_all(tx: &Tx<'_>, draft: DraftId, (due, wished_at, zone): (Timestamp, Option<&str>, &str), now: Timestamp) -> Done<()> {
    let mut moved = 0;
    for these in firsts(tx, draft)? {
        let mut is_first = true;
        for d in these.iter().filter(|d| d.state == DeliveryState::Planned && d.hold != Some(Hold::Before)) {
            if tx.deliveries().again(d.id, due, wished_at, zone)? {
                moved += 1;
                if d.hold == Some(Hold::Site) {
                    own_site::wait(tx, d)?;
                    continue;
                }
                let is_behind = these.iter().any(|b| b.part_index < d.part_index && b.state != DeliveryState::Landed);
                if is_first && !is_behind {
                    Job::Deliver(d.id).move_to(tx, due, now)?;
                }
                is_first = false;
            }
        }
    }
    if moved == 0 { Err(too_late()) } else { Ok(()) }
}

/// Tries one place again that refused it, or that was held. Only that place.
pub async fn try_again(cx: Cx<'_>, id: DeliveryId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let d = tx.deliveries().get(id)?;
            if !tx.deliveries().again(id, now, None, &d.zone)? {
                return Err(too_late());
            }
            Ok(Job::Deliver(id).put(tx, now, now)?)
        })
        .await?;
    cx.ring();
    Ok(())
}

/// Leaves one place out: this part and what would follow it there.
pub async fn leave_out(cx: Cx<'_>, id: DeliveryId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let d = tx.deliveries().get(id)?;
            let is_done = tx.deliveries().cancel(id)? || tx.deliveries().drop_doubt(id)?;
            if !is_done {
                return Err(too_late());
            }
            Job::Deliver(id).delete(tx)?;
            drop_those_behind(tx, &d)?;
            let is_nowhere = tx.deliveries().of_draft(d.draft)?.iter().all(|d| d.state == DeliveryState::Cancelled);
            if is_nowhere {
                tx.drafts().set_planned(d.draft, None)?;
            }
            Ok(landed::not_landed(tx, d.draft, now)?)
        })
        .await
}

fn drop_those_behind(tx: &Tx<'_>, d: &Delivery) -> store::Kept<()> {
    for later in tx.deliveries().of_draft(d.draft)?.into_iter().filter(|l| l.account == d.account && l.part_index > d.part_index) {
        if tx.deliveries().cancel(later.id)? {
            Job::Deliver(later.id).delete(tx)?;
        }
    }
    Ok(())
}

/// A person looked: it stands there, at `address`.
pub async fn stands_there(cx: Cx<'_>, id: DeliveryId, address: &str) -> Done<()> {
    let address = address.trim().to_owned();
    if !url::Url::parse(&address).is_ok_and(|u| matches!(u.scheme(), "http" | "https")) {
        return Err(VerbError::wrong("address", "Paste the address of the post, as https://…"));
    }
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let d = tx.deliveries().get(id)?;
            // The network may have shown it to us meanwhile, under its own name.
            let at = tx.find_own_post(&address)?.unwrap_or_else(|| PostRef::new(address.clone(), ""));
            let landing = Landing { at, url: Some(address) };
            let standing = landed::Standing { delivery: &d, landing: &landing, now };
            if d.state != DeliveryState::AskHuman || !landed::settle_filed(tx, standing)? {
                return Err(VerbError::TooLate("That was settled already.".into()));
            }
            Ok(())
        })
        .await?;
    cx.ring();
    Ok(())
}

/// A person looked: it does not stand there, and shall be sent again.
pub async fn not_there(cx: Cx<'_>, id: DeliveryId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let d = tx.deliveries().get(id)?;
            if d.state != DeliveryState::AskHuman || !tx.deliveries().set_planned(id, d.attempts, now, None, "")? {
                return Err(VerbError::TooLate("That was settled already.".into()));
            }
            tx.deliveries().again(id, now, None, &d.zone)?;
            Ok(Job::Deliver(id).put(tx, now, now)?)
        })
        .await?;
    cx.ring();
    Ok(())
}

/// An account can speak again: what waited for it goes out. Called where a sign-in ends.
pub fn wake(tx: &Tx<'_>, account: AccountId, now: Timestamp) -> store::Kept<()> {
    for id in tx.deliveries().waiting_for(account)? {
        tx.deliveries().unhold(id)?;
        Job::Deliver(id).put(tx, now, now)?;
    }
    Ok(())
}
