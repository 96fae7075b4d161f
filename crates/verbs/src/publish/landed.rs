//! A part stands on its network: the next one may follow, and what we said is kept with the talk it belongs to. For all that landed at the
//! same time together.

use std::collections::HashMap;

use model::{Account, Delivery, DraftId, Hold, Kind, ReplyTo, Timestamp};
use networks::Landing;
use store::deliveries::Landed;
use store::drafts::KeptDraft;
use store::gestures::Gesture;
use store::{Kept, Tx};

use super::begin::accounts_of;
use super::{own_site, tell};
use crate::converse;
use crate::converse::landed::Stands;
use crate::jobs::Job;

/// Words of a post by which a gesture is remembered.
const WHAT_MAX: usize = 80;

/// One that came to stand somewhere.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// With the attempt that got it there.
    pub delivery: &'a Delivery,
    pub landing: &'a Landing,
    pub now: Timestamp,
}

/// Settles them as landed and keeps what we said. `false`, and nothing changed, where the attempt is no longer the current one.
pub fn settle(tx: &Tx<'_>, all: &[Standing<'_>]) -> Kept<Vec<bool>> {
    let accounts = accounts_of(tx, all.iter().map(|s| s.delivery.account))?;
    let drafts = drafts_of(tx, all)?;
    let mut stands = with_talk(tx, all, &accounts, &drafts)?;
    let posts: HashMap<_, _> = stands.iter().map(|kept| (kept.delivery.id, kept.post)).collect();
    let mut rows = Vec::with_capacity(all.len());
    for s in all {
        // Where the account is gone there is no talk to keep it with, and it stands all the same.
        let post = posts.get(&s.delivery.id).copied();
        rows.push(Landed { delivery: s.delivery, at: &s.landing.at, url: s.landing.url.as_deref(), now: s.now, post });
    }
    let is_current = tx.deliveries().set_landed(&rows)?;
    let mut current = all.iter().zip(&is_current).filter(|(_, is)| **is).map(|(s, _)| s.delivery.id).collect::<Vec<_>>();
    current.sort_unstable();
    stands.retain(|kept| current.binary_search(&kept.delivery.id).is_ok());
    keep(tx, &stands)?;
    Ok(is_current)
}

/// Keeps what we said with one that was settled otherwise. Called in the transaction that settles it.
pub fn landed(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    let all = [Standing { delivery, landing, now }];
    let accounts = accounts_of(tx, [delivery.account].into_iter())?;
    let drafts = drafts_of(tx, &all)?;
    let stands = with_talk(tx, &all, &accounts, &drafts)?;
    for kept in &stands {
        tx.deliveries().set_post(delivery.id, kept.post)?;
    }
    keep(tx, &stands)
}

fn drafts_of(tx: &Tx<'_>, all: &[Standing<'_>]) -> Kept<HashMap<DraftId, KeptDraft>> {
    let mut ids: Vec<DraftId> = all.iter().map(|s| s.delivery.draft).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(tx.drafts().find_bare(&ids)?.into_iter().flatten().map(|kept| (kept.draft.id, kept)).collect())
}

/// Each with what its talk needs; those whose account or draft is gone are left out.
fn with_talk<'a>(
    tx: &Tx<'_>,
    all: &[Standing<'a>],
    accounts: &'a HashMap<model::AccountId, Account>,
    drafts: &'a HashMap<DraftId, KeptDraft>,
) -> Kept<Vec<Stands<'a>>> {
    let Some(now) = all.iter().map(|s| s.now).max() else { return Ok(Vec::new()) };
    let with: Vec<_> =
        all.iter().filter_map(|s| Some((s, accounts.get(&s.delivery.account)?, &drafts.get(&s.delivery.draft)?.draft))).collect();
    let names: Vec<_> = with.iter().map(|(s, account, _)| (&account.network, s.landing.at.id.as_str())).collect();
    let numbers = tx.posts().numbers(&names, now)?;
    Ok(with
        .into_iter()
        .zip(numbers)
        .map(|((s, account, draft), (post, is_known))| Stands {
            account,
            delivery: s.delivery,
            draft,
            landing: s.landing,
            post,
            is_known,
            now: s.now,
        })
        .collect())
}

fn keep(tx: &Tx<'_>, all: &[Stands<'_>]) -> Kept<()> {
    next_parts(tx, all)?;
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

/// The next part of each thread learns what it answers, and is put in line.
fn next_parts(tx: &Tx<'_>, all: &[Stands<'_>]) -> Kept<()> {
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

/// An answer will not land as things are: its conversation waits again.
pub fn not_landed(tx: &Tx<'_>, draft: DraftId, now: Timestamp) -> Kept<()> {
    match tx.drafts().find(draft)?.and_then(|kept| kept.draft.reply) {
        Some(reply) => converse::landed::not_landed(tx, reply.conversation, now),
        None => Ok(()),
    }
}
