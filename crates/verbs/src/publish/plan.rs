//! Putting a draft in line: every part to every account, in one transaction, or nothing.

use model::{AccountId, Delivery, DeliveryId, DeliveryKey, DeliveryState, DraftId, Hold, Misfit, Part, Timestamp};
use store::Tx;
use store::drafts::{Choice, KeptDraft};

use super::own_site;
use super::render::{Press, render};
use crate::jobs::Job;
use crate::{Cx, Done, VerbError};

/// No draft goes to more accounts at once.
const ACCOUNTS_MAX: usize = 50;
/// No thread is longer.
pub const PARTS_MAX: usize = 50;

/// Puts a draft in line for `accounts`, to go out at `due`. One misfit plans nothing. Planning the same again changes nothing; planning
/// what has not gone out yet replaces it; what is on its way or stands there is left as it is.
/// Answers the deliveries that hold, part by part.
pub async fn plan(cx: Cx<'_>, draft: DraftId, accounts: &[AccountId], due: Timestamp) -> Done<Vec<DeliveryId>> {
    let press = Press::of(cx);
    let (accounts, now) = (accounts.to_vec(), cx.now);
    let planned = cx.app.store.write(cx.seat, move |tx| plan_in(tx, &press, draft, &accounts, due, now)).await?;
    cx.ring();
    Ok(planned)
}

/// [`plan`] inside a transaction that does more. Ring after it.
pub fn plan_in(
    tx: &Tx<'_>,
    press: &Press,
    draft: DraftId,
    accounts: &[AccountId],
    due: Timestamp,
    now: Timestamp,
) -> Done<Vec<DeliveryId>> {
    let wished_at = tx.drafts().get(draft)?.wished_at.filter(|_| due > now);
    let each: Vec<_> = accounts.iter().map(|&account| (account, Due { at: due, wished_at: wished_at.clone() })).collect();
    plan_each_in(tx, press, draft, &each, now)
}

/// When a post goes out through one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: Timestamp,
    /// The wish as wall-clock time in the draft's zone; `None`: at once.
    pub wished_at: Option<String>,
}

/// [`plan_in`] with a time of its own for each account, as where each has its own slots.
pub fn plan_each_in(tx: &Tx<'_>, press: &Press, draft: DraftId, each: &[(AccountId, Due)], now: Timestamp) -> Done<Vec<DeliveryId>> {
    let kept = tx.drafts().get(draft)?;
    if kept.thrown_at.is_some() {
        return Err(VerbError::TooLate("This draft was thrown away. Take it back first.".into()));
    }
    if each.is_empty() || each.len() > ACCOUNTS_MAX {
        let why = if each.is_empty() { "Choose at least one place." } else { "These are too many places at once." };
        return Err(VerbError::wrong("to", why));
    }
    let edits = tx.drafts().edits(draft)?;
    let mut wrong: Vec<Misfit> = Vec::new();
    let mut holding = Vec::new();
    for (id, due) in each {
        let id = *id;
        let edit = edits.iter().find(|e| e.account == id);
        if edit.is_some_and(|e| e.choice == Choice::Out) {
            continue;
        }
        let standing = standing(tx, draft, id)?;
        if standing.iter().any(|d| is_live(&d.state)) {
            holding.extend(standing.iter().map(|d| d.id));
            continue;
        }
        let rendered = render(tx, press, &kept, &tx.accounts().get(id)?, edit)?;
        match rendered.outcome {
            Err(misfits) => wrong.extend(misfits),
            Ok(r) if r.parts.len() > PARTS_MAX => wrong.push(Misfit {
                why: format!("That would be {} posts in a row on {}; {PARTS_MAX} are the most.", r.parts.len(), rendered.place),
                part: None,
            }),
            Ok(r) => holding.extend(put(tx, &kept, id, (r.parts, standing, rendered.waits_for_site), due, now)?),
        }
    }
    if !wrong.is_empty() {
        return Err(VerbError::Misfits(wrong));
    }
    if holding.is_empty() {
        return Err(VerbError::wrong("to", "Every place is left out. Choose at least one."));
    }
    tx.drafts().set_planned(draft, Some(now))?;
    Ok(holding)
}

/// What was planned for an account before.
fn standing(tx: &Tx<'_>, draft: DraftId, account: AccountId) -> store::Kept<Vec<Delivery>> {
    Ok(tx.deliveries().of_draft(draft)?.into_iter().filter(|d| d.account == account).collect())
}

/// On its way, there, or perhaps there: never planned over.
fn is_live(state: &DeliveryState) -> bool {
    matches!(state, DeliveryState::Sending | DeliveryState::Landed | DeliveryState::AskHuman)
}

/// Puts the parts for one account, in place of what was planned and certainly does not stand there.
fn put(
    tx: &Tx<'_>,
    kept: &KeptDraft,
    account: AccountId,
    (parts, standing, waits): (Vec<Part>, Vec<Delivery>, bool),
    due: &Due,
    now: Timestamp,
) -> Done<Vec<DeliveryId>> {
    let is_same = standing.len() == parts.len()
        && standing.iter().zip(&parts).all(|(d, part)| {
            d.state == DeliveryState::Planned
                && d.hold == waits.then_some(Hold::Site)
                && d.part == *part
                && (d.due == due.at || (d.due <= now && due.at <= now))
        });
    if is_same {
        return Ok(standing.iter().map(|d| d.id).collect());
    }
    for old in standing {
        tx.deliveries().cancel(old.id)?;
        tx.deliveries().delete_cancelled(old.id)?;
        Job::Deliver(old.id).delete(tx)?;
    }
    let mut ids = Vec::with_capacity(parts.len());
    for (i, part) in parts.into_iter().enumerate() {
        let delivery = fresh(tx, kept, account, (i, part), due, now);
        tx.deliveries().put(&delivery, now)?;
        // A later part of a thread is put in line when the one before has landed: it answers it.
        if waits {
            own_site::wait(tx, &delivery)?;
        } else if i == 0 {
            Job::Deliver(delivery.id).put(tx, due.at, now)?;
        }
        ids.push(delivery.id);
    }
    Ok(ids)
}

fn fresh(tx: &Tx<'_>, kept: &KeptDraft, account: AccountId, (index, part): (usize, Part), due: &Due, now: Timestamp) -> Delivery {
    Delivery {
        id: tx.fresh(now),
        draft: kept.draft.id,
        account,
        part_index: u32::try_from(index).expect("PARTS_MAX bounds it"),
        part,
        key: fresh_key(),
        state: DeliveryState::Planned,
        hold: None,
        due: due.at,
        wished_at: due.wished_at.clone(),
        zone: kept.zone.clone(),
        attempts: 0,
        tries: 0,
        looks: 0,
        waited_ms: 0,
        attempted_at: None,
        first_attempt_at: None,
        landed: None,
        landed_url: None,
        landed_at: None,
        why: None,
        post: None,
        deleted_at: None,
    }
}

/// Chance alone, in the form of a UUID (version 4).
fn fresh_key() -> DeliveryKey {
    let n: u128 = (rand::random::<u128>() & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{n:032x}");
    DeliveryKey(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
