//! What has landed is kept as a post of its conversation, with all that hangs on it: the turn passes on, the ledger learns of it, pages
//! that it links to are told. That costs more than sending it did, so where much is due in the same second it comes after what still has to
//! leave at its minute. That it is to be done stands in the store from the moment a delivery is settled; whoever does it twice
//! changes nothing. Begin with [`file_some`].

use std::collections::{BTreeMap, HashMap};

use model::{Account, AccountId, Delivery, DeliveryId, DeskId, DraftId, Kind, Seat, Timestamp};
use networks::Landing;
use store::drafts::KeptDraft;
use store::gestures::Gesture;
use store::{Kept, StoreError, Tx};

use super::begin::accounts_of;
use super::{own_site, tell};
use crate::converse;
use crate::converse::landed::Stands;
use crate::{App, Done};

/// Looked up at once, of all desks.
const LOOK_MAX: u32 = 256;
/// Filed in one transaction: others wait for the same writer.
const TOGETHER_MAX: usize = 64;
/// Words of a post by which a gesture is remembered.
const WHAT_MAX: usize = 80;

/// Files some of what has landed, whatever the desk, the longest landed first. Answers whether there may be more.
pub async fn file_some(app: &App) -> Done<bool> {
    let all = app.store.read_unscoped::<_, StoreError>(|tx| tx.unfiled(LOOK_MAX)).await?;
    let mut by_desk: BTreeMap<DeskId, Vec<DeliveryId>> = BTreeMap::new();
    all.iter().for_each(|(desk, id)| by_desk.entry(*desk).or_default().push(*id));
    // Desks don't wait for each other where the store has several writers.
    futures_util::future::try_join_all(by_desk.into_iter().map(|(desk, ids)| file_of(app, Seat::of_clock(desk), ids))).await?;
    app.bell.notify_one();
    Ok(all.len() == LOOK_MAX as usize)
}

async fn file_of(app: &App, seat: Seat, all: Vec<DeliveryId>) -> Done<()> {
    for ids in all.chunks(TOGETHER_MAX) {
        let together = ids.to_vec();
        if app.store.write::<_, StoreError>(&seat, move |tx| file(tx, &together)).await.is_err() {
            // One that can't be filed holds up nobody else.
            for id in ids {
                file_alone(app, &seat, *id).await?;
            }
        }
    }
    Ok(())
}

async fn file_alone(app: &App, seat: &Seat, id: DeliveryId) -> Done<()> {
    let Err(error) = app.store.write::<_, StoreError>(seat, move |tx| file(tx, &[id])).await else { return Ok(()) };
    if error == StoreError::Busy {
        return Err(error.into());
    }
    // It stands on its network, and the account's own posts bring it in when they are read next.
    app.store.write::<_, StoreError>(seat, move |tx| tx.deliveries().leave_unfiled(id)).await?;
    tracing::error!(delivery = id.0, "what landed can't be filed: {error}");
    Ok(())
}

/// Files those of `ids` that have landed and are not filed yet.
pub fn file(tx: &Tx<'_>, ids: &[DeliveryId]) -> Kept<()> {
    let found: Vec<Delivery> = tx.deliveries().find_each(ids)?.into_iter().flatten().collect();
    let landed: Vec<(Delivery, Landing, Timestamp)> = found
        .into_iter()
        .filter_map(|d| {
            let (at, url, now) = (d.landed.clone()?, d.landed_url.clone(), d.landed_at?);
            Some((d, Landing { at, url }, now))
        })
        .collect();
    let accounts = accounts_of(tx, landed.iter().map(|(d, ..)| d.account))?;
    let drafts = drafts_of(tx, landed.iter().map(|(d, ..)| d.draft))?;
    // A part finds the one that it answers.
    let mut waves: BTreeMap<u32, Vec<&(Delivery, Landing, Timestamp)>> = BTreeMap::new();
    landed.iter().for_each(|one| waves.entry(one.0.part_index).or_default().push(one));
    for wave in waves.values() {
        let mut stands = with_talk(tx, wave, &accounts, &drafts)?;
        let posts: HashMap<_, _> = stands.iter().map(|s| (s.delivery.id, s.post)).collect();
        // Where the account is gone there is no talk to keep it with, and it stands all the same.
        let rows: Vec<_> = wave.iter().map(|(d, ..)| (d.id, posts.get(&d.id).copied())).collect();
        let is_mine = tx.deliveries().set_filed(&rows)?;
        let mine: Vec<DeliveryId> = rows.iter().zip(is_mine).filter(|(_, is)| *is).map(|((id, _), _)| *id).collect();
        stands.retain(|s| mine.contains(&s.delivery.id));
        keep(tx, &stands)?;
    }
    Ok(())
}

fn drafts_of(tx: &Tx<'_>, ids: impl Iterator<Item = DraftId>) -> Kept<HashMap<DraftId, KeptDraft>> {
    let mut ids: Vec<DraftId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(tx.drafts().find_bare(&ids)?.into_iter().flatten().map(|kept| (kept.draft.id, kept)).collect())
}

/// Each with what its talk needs; those whose account or draft is gone are left out.
fn with_talk<'a>(
    tx: &Tx<'_>,
    all: &[&'a (Delivery, Landing, Timestamp)],
    accounts: &'a HashMap<AccountId, Account>,
    drafts: &'a HashMap<DraftId, KeptDraft>,
) -> Kept<Vec<Stands<'a>>> {
    let Some(now) = all.iter().map(|(.., now)| *now).max() else { return Ok(Vec::new()) };
    let with: Vec<_> = all.iter().filter_map(|one| Some((*one, accounts.get(&one.0.account)?, &drafts.get(&one.0.draft)?.draft))).collect();
    let names: Vec<_> = with.iter().map(|((_, landing, _), account, _)| (&account.network, landing.at.id.as_str())).collect();
    let numbers = tx.posts().numbers(&names, now)?;
    let stands = with.into_iter().zip(numbers).map(|(((delivery, landing, now), account, draft), (post, is_known))| Stands {
        account,
        delivery,
        draft,
        landing,
        post,
        is_known,
        now: *now,
    });
    Ok(stands.collect())
}

fn keep(tx: &Tx<'_>, all: &[Stands<'_>]) -> Kept<()> {
    for s in all.iter().filter(|s| s.account.rules.site.is_own) {
        own_site::stands(tx, s.delivery, s.landing, s.now)?;
    }
    converse::landed(tx, all)?;
    for s in all {
        note_gesture(tx, s)?;
        let source = s.landing.url.as_deref().unwrap_or(&s.landing.at.id);
        tell::put(tx, s.account, s.delivery, Some(&s.delivery.part), source, s.now)?;
    }
    Ok(())
}

/// What we gave or asked for takes its place in the ledger.
fn note_gesture(tx: &Tx<'_>, s: &Stands<'_>) -> Kept<()> {
    let (draft, is_first) = (s.draft, s.delivery.part_index == 0);
    let Some(person) = draft.reply.as_ref().and_then(|r| r.person).filter(|_| draft.kind != Kind::Talks && is_first) else {
        return Ok(());
    };
    let what = draft.text.chars().take(WHAT_MAX).collect();
    let (post, delivery) = (Some(s.post), Some(s.delivery.id));
    tx.gestures().put(&Gesture { person, is_mine: true, kind: draft.kind, what, post, delivery, at: s.now }, s.now)
}
