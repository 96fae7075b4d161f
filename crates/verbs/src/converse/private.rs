//! What is said to an account alone, where its network keeps that apart. An account that may not read it, or a service that is away, never
//! stops what is public: it is noted once, and asked again much later.

use jiff::SignedDuration;
use model::{Account, AccountId, Timestamp};
use networks::{Batch, Cursor, Heard, NetworkError};
use store::{Kept, StoreError, Tx};

use super::sync::{Brought, take_heard};
use crate::calls::call;
use crate::{Cx, Done, VerbError};

/// Where it was read to.
const PRIVATE: &str = "private";
/// Batches read in one go.
const BATCHES_MAX: u32 = 5;
/// After a clear no it is asked again so much later, and after a failure so much.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(24);
const AWAY_FOR: SignedDuration = SignedDuration::from_mins(15);

/// The setting that says until when it is not asked for, and whether that was a clear no.
fn setting(account: AccountId) -> String {
    format!("private-{account}")
}

/// Brings in what was said in private, where that may be read.
pub(super) async fn bring(cx: Cx<'_>, account: &Account) -> Done<Brought> {
    let (id, now) = (account.id, cx.now);
    let rests = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| Ok(noted(tx, id)?.is_some_and(|(_, until)| until > now))).await?;
    let mut brought = Brought::default();
    if rests {
        return Ok(brought);
    }
    for _ in 0..BATCHES_MAX {
        match bring_some(cx, account).await {
            Ok((some, has_more)) => {
                brought.add(some);
                if !has_more {
                    break;
                }
            }
            Err(VerbError::Network(error @ NetworkError::SignInAgain)) => return Err(error.into()),
            Err(VerbError::Network(error)) => {
                note(cx, id, &error).await?;
                break;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(brought)
}

async fn bring_some(cx: Cx<'_>, account: &Account) -> Done<(Brought, bool)> {
    let id = account.id;
    let from = Cursor(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.accounts().cursor(id, PRIVATE)).await?);
    let batch: Batch<Heard> = call(cx, id, |network, call| {
        let from = from.clone();
        Box::pin(async move { network.private().ok_or(NetworkError::NotOffered)?.since(call, &from).await })
    })
    .await?;
    let has_more = batch.has_more && batch.next != from;
    let (account, now) = (account.clone(), cx.now);
    let brought = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let brought = take_heard(tx, &account, &batch.items, now)?;
            tx.accounts().set_cursor(account.id, PRIVATE, &batch.next.0, now)?;
            if noted(tx, account.id)?.is_some() {
                tx.set_setting(&setting(account.id), "")?;
            }
            Ok(brought)
        })
        .await?;
    Ok((brought, has_more))
}

async fn note(cx: Cx<'_>, id: AccountId, error: &NetworkError) -> Done<()> {
    let now = cx.now;
    let (word, until) = match error {
        NetworkError::Refused(_) | NetworkError::NotOffered | NetworkError::NotThere => ("no", now + REFUSED_FOR),
        NetworkError::SlowDown { until } => ("away", (*until).max(now + AWAY_FOR)),
        _ => ("away", now + AWAY_FOR),
    };
    let text = format!("{word} {}", until.as_millisecond());
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.set_setting(&setting(id), &text)).await?)
}

/// Whether it was a clear no, and until when it is not asked again.
fn noted(tx: &Tx<'_>, account: AccountId) -> Kept<Option<(bool, Timestamp)>> {
    let Some(kept) = tx.setting(&setting(account))? else { return Ok(None) };
    let mut words = kept.split(' ');
    let is_no = words.next() == Some("no");
    Ok(words.next().and_then(|ms| ms.parse().ok()).and_then(|ms| Timestamp::from_millisecond(ms).ok()).map(|until| (is_no, until)))
}

/// Whether the network said that this account may not read what is private.
pub fn is_refused(tx: &Tx<'_>, account: AccountId) -> Kept<bool> {
    Ok(noted(tx, account)?.is_some_and(|(is_no, _)| is_no))
}

/// It was signed in anew, perhaps by another password: it is asked again at once.
pub fn ask_again(tx: &Tx<'_>, account: AccountId) -> Kept<()> {
    if noted(tx, account)?.is_some() { tx.set_setting(&setting(account), "") } else { Ok(()) }
}
