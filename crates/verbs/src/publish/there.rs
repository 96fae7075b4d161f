//! What was begun on a network itself and does not stand there yet: looked at when a person asks, and taken in as a draft of ours.

use std::time::Duration;

use model::{AccountId, AccountState, Draft, DraftId, Kind, Visibility};
pub use networks::BegunThere;
use networks::NetworkError;
use store::drafts::KeptDraft;

use crate::{Cx, Done, VerbError, calls};

/// The page does not wait longer for one site, and looks at no more of them.
const LOOK_MAX: Duration = Duration::from_secs(10);
const PLACES_MAX: usize = 5;

/// What stands half-written in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct There {
    pub account: AccountId,
    pub place: &'static str,
    pub handle: String,
    /// With the number that each would have as a draft of ours; or why it cannot be said, as a sentence.
    pub begun: Result<Vec<(DraftId, BegunThere)>, String>,
}

/// The accounts on whose network something may have been begun: whether there are any.
pub async fn has_any(cx: Cx<'_>) -> Done<bool> {
    Ok(!places(cx).await?.is_empty())
}

async fn places(cx: Cx<'_>) -> Done<Vec<(AccountId, &'static str, String)>> {
    let networks = cx.app.networks.clone();
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let accounts = tx.accounts().list()?.into_iter().filter(|a| a.state == AccountState::Working);
            let known = accounts.filter_map(|a| {
                let network = networks.get(&a.network).filter(|n| n.drafts().is_some())?;
                Some((a.id, network.about().name, a.handle))
            });
            Ok::<_, VerbError>(known.collect())
        })
        .await
}

/// All of it, place by place; a place that does not answer says so.
pub async fn there(cx: Cx<'_>) -> Done<Vec<There>> {
    let mut all = Vec::new();
    for (account, place, handle) in places(cx).await?.into_iter().take(PLACES_MAX) {
        let begun = match tokio::time::timeout(LOOK_MAX, begun(cx, account)).await {
            Ok(Ok(all)) => Ok(all.into_iter().map(|b| (number(account, &b), b)).collect()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("It did not answer in time. Look again later.".to_owned()),
        };
        all.push(There { account, place, handle, begun });
    }
    Ok(all)
}

async fn begun(cx: Cx<'_>, account: AccountId) -> Done<Vec<BegunThere>> {
    calls::call(cx, account, |network, call| Box::pin(async move { network.drafts().ok_or(NetworkError::NotOffered)?.begun(call).await }))
        .await
}

/// The same thing taken in twice is one draft: its number comes of what it is and when it was changed there.
fn number(account: AccountId, begun: &BegunThere) -> DraftId {
    use sha2::{Digest, Sha256};
    let hash = Sha256::new()
        .chain_update(account.0.to_be_bytes())
        .chain_update(begun.at.id.as_bytes())
        .chain_update(begun.changed_at.as_millisecond().to_be_bytes());
    let bytes: [u8; 32] = hash.finalize().into();
    let first = bytes[..8].try_into().expect("a hash is longer than a number");
    DraftId(i64::from_be_bytes(first) & (i64::MAX >> 10))
}

/// Takes one in as a draft of ours for that place. What was begun there stays there.
pub async fn take_in(cx: Cx<'_>, account: AccountId, wanted: DraftId) -> Done<DraftId> {
    let found = begun(cx, account).await?.into_iter().find(|b| number(account, b) == wanted);
    let begun = found.ok_or_else(|| VerbError::TooLate("It is not there any more, or it was changed there. Look again.".into()))?;
    let (voice, now) = (cx.seat.voice, cx.now);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            if let Some(kept) = tx.drafts().find(wanted)? {
                if kept.thrown_at.is_some() {
                    tx.drafts().restore(wanted)?;
                }
                return Ok(wanted);
            }
            let draft = Draft {
                id: wanted,
                voice,
                text: begun.text,
                title: begun.title,
                article: begun.article,
                language: None,
                warning: None,
                visibility: Visibility::Public,
                kind: Kind::Talks,
                is_personal: false,
                aim: None,
                reply: None,
                pictures: Vec::new(),
                created_at: now,
                updated_at: now,
            };
            tx.drafts().save(&KeptDraft::new(draft, vec![account], &tx.this_desk()?.zone), now)?;
            Ok(wanted)
        })
        .await
}
