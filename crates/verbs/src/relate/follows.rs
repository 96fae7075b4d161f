//! Whom somebody follows in public, read because a person asked for it: other people's ties, for ways to somebody. Only follows between people
//! whom this desk knows already are kept; of strangers nothing is.

use jiff::SignedDuration;
use model::{Account, AccountState, PersonId, Profile, ProfileId, Timestamp};
use networks::{Cursor, NetworkError, Networks};
use store::{Kept, StoreError, Tx};

use super::follow::sentence;
use super::person::standing;
use super::tie;
use crate::{Cx, Done, VerbError, calls};

/// Pages read of one profile, and profiles of one person: some hundreds of people each, and then it is enough.
const PAGES_MAX: usize = 5;
const PROFILES_MAX: usize = 3;
/// Nobody's follows are read again sooner.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// What was read of somebody's follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub at: Timestamp,
    /// How many follows were read.
    pub n: u32,
    /// Whether those were all.
    pub is_whole: bool,
    /// Of those whom they follow, the people whom this desk knows.
    pub known: u32,
}

/// One profile of theirs, and the account of ours by which its network is asked.
struct Asked {
    profile: ProfileId,
    who: Profile,
    account: Account,
}

/// Whether somebody's follows can be asked for, and what was read of them last.
pub(super) fn told(tx: &Tx<'_>, networks: &Networks, person: PersonId) -> Kept<(bool, Option<Reading>)> {
    Ok((!asked(tx, networks, person)?.is_empty(), reading(tx, person)?))
}

fn reading(tx: &Tx<'_>, person: PersonId) -> Kept<Option<Reading>> {
    let mut all: Option<Reading> = None;
    for profile in tx.profiles().of_person(person)? {
        if let Some((at, n, is_whole)) = tx.pairs().reading(profile.id)? {
            let before = all.unwrap_or(Reading { at, n: 0, is_whole: true, known: 0 });
            all = Some(Reading {
                at: before.at.min(at),
                n: before.n.saturating_add(n),
                is_whole: before.is_whole && is_whole,
                known: before.known.saturating_add(tx.pairs().count_follows(profile.id)?),
            });
        }
    }
    Ok(all)
}

fn asked(tx: &Tx<'_>, networks: &Networks, person: PersonId) -> Kept<Vec<Asked>> {
    let tells = |a: &Account| networks.get(&a.network).and_then(|n| n.people()).is_some_and(|p| p.can_follow());
    let accounts: Vec<Account> = tx.accounts().list()?.into_iter().filter(|a| a.state == AccountState::Working && tells(a)).collect();
    let theirs = tx.profiles().of_person(person)?.into_iter().filter(|p| p.account.is_none());
    let one = |p: store::profiles::KeptProfile| {
        let account = accounts.iter().find(|a| a.network == p.profile.network)?.clone();
        Some(Asked { profile: p.id, who: p.profile, account })
    };
    Ok(theirs.filter_map(one).take(PROFILES_MAX).collect())
}

/// Reads whom somebody follows in public. Once a day is enough: sooner, what was read then is answered, and nobody is asked.
pub async fn read(cx: Cx<'_>, id: PersonId) -> Done<Reading> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    let (asked, before) = cx
        .app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            Ok((asked(tx, &networks, person.id)?, reading(tx, person.id)?))
        })
        .await?;
    if let Some(before) = before.filter(|b| now.duration_since(b.at) < AGAIN) {
        return Ok(before);
    }
    if asked.is_empty() {
        return Err(VerbError::wrong("person", "No account of yours is on a network that tells whom they follow."));
    }
    for one in asked {
        let (all, is_whole) = match pages(cx, &one).await {
            Ok(read) => read,
            Err(VerbError::Network(NetworkError::NotOffered)) => {
                return Err(VerbError::wrong("person", "Their server does not tell whom they follow."));
            }
            Err(VerbError::Network(NetworkError::NotThere)) => {
                return Err(VerbError::wrong("person", "Their server knows nobody by that name any more."));
            }
            Err(VerbError::Network(NetworkError::Refused(why) | NetworkError::Away(why))) => {
                return Err(VerbError::wrong("person", sentence(&why)));
            }
            Err(other) => return Err(other),
        };
        cx.app.store.write::<_, StoreError>(cx.seat, move |tx| keep(tx, one.profile, &all, is_whole, now)).await?;
    }
    let found = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(reading(tx, standing(tx, id)?.id)?)).await?;
    found.ok_or(VerbError::Missing("person"))
}

/// Their list, a page after the other, and whether it was read to its end.
async fn pages(cx: Cx<'_>, one: &Asked) -> Done<(Vec<Profile>, bool)> {
    let (mut from, mut all) = (Cursor::default(), Vec::new());
    for _ in 0..PAGES_MAX {
        let page = calls::call(cx, one.account.id, |network, call| {
            let (from, who) = (from.clone(), one.who.clone());
            Box::pin(async move { network.people().ok_or(NetworkError::NotOffered)?.following(call, Some(&who), &from).await })
        })
        .await?;
        all.extend(page.items);
        from = page.next;
        if !page.has_more {
            return Ok((all, true));
        }
    }
    Ok((all, false))
}

fn keep(tx: &Tx<'_>, follower: ProfileId, all: &[Profile], is_whole: bool, now: Timestamp) -> Kept<()> {
    let mut known = Vec::new();
    for followed in all {
        let kept = tx.profiles().find_remote(&followed.network, &followed.remote_id)?;
        known.extend(kept.filter(|p| p.account.is_none()).map(|p| p.id));
    }
    tie::follows(tx, follower, &known, now)?;
    if is_whole {
        for gone in tx.pairs().drop_unseen(follower, now)? {
            tie::pair_up(tx, follower, gone)?;
        }
    }
    tx.pairs().put_reading(follower, now, u32::try_from(all.len()).unwrap_or(u32::MAX), is_whole)
}
