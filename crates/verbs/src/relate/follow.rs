//! Following somebody with one of our accounts, where its network lets a program do that. Nobody is ever followed by itself.

use std::sync::Arc;

use model::{AccountId, Profile};
use networks::{Bond, NetworkError};

use crate::{Cx, Done, VerbError, calls};

/// The longest name that is looked up, in bytes.
const NAME_MAX: usize = 500;

/// Whether an account can follow by a press here.
pub async fn can(cx: Cx<'_>, account: AccountId) -> Done<bool> {
    let found = cx.app.store.read::<_, store::StoreError>(cx.seat, move |tx| Ok(tx.accounts().find(account)?.map(|a| a.network))).await?;
    Ok(found.and_then(|key| cx.app.networks.get(&key)).and_then(|n| n.people()).is_some_and(|p| p.can_follow()))
}

/// Follows somebody by the name people write for them there; answers who that is. Twice is no harm.
pub async fn follow(cx: Cx<'_>, account: AccountId, handle: &str) -> Done<Profile> {
    change(cx, account, handle, true).await
}

/// Follows them no more.
pub async fn unfollow(cx: Cx<'_>, account: AccountId, handle: &str) -> Done<Profile> {
    change(cx, account, handle, false).await
}

async fn change(cx: Cx<'_>, account: AccountId, handle: &str, is_on: bool) -> Done<Profile> {
    let handle = handle.trim();
    if handle.is_empty() || handle.len() > NAME_MAX {
        return Err(VerbError::wrong("handle", "Write whom, as they are named there."));
    }
    let handle = Arc::new(handle.to_owned());
    let answer = calls::call(cx, account, move |network, call| {
        let handle = handle.clone();
        Box::pin(async move {
            let people = network.people().filter(|p| p.can_follow()).ok_or(NetworkError::NotOffered)?;
            let who = people.profile(call, &handle).await?;
            if is_on {
                people.bind(call, &who, Bond::Follow).await?
            } else {
                people.unbind(call, &who, Bond::Follow).await?
            }
            Ok(who)
        })
    })
    .await;
    let profile = match answer {
        Ok(profile) => profile,
        Err(VerbError::Network(NetworkError::NotOffered)) => {
            return Err(VerbError::wrong("handle", "Following is not done from here on this network: follow them there."));
        }
        Err(VerbError::Network(NetworkError::NotThere)) => return Err(VerbError::wrong("handle", "Nobody by that name is there.")),
        Err(VerbError::Network(NetworkError::Refused(why) | NetworkError::Away(why))) => {
            return Err(VerbError::wrong("handle", sentence(&why)));
        }
        Err(other) => return Err(other),
    };
    let (kept, now) = (profile.clone(), cx.now);
    cx.app.store.write::<_, store::StoreError>(cx.seat, move |tx| tx.profiles().put(&kept, now).map(drop)).await?;
    Ok(profile)
}

pub(super) fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
