//! What is wrong, said plainly: no worker running, clock off, disk full, token refused, public address unreachable.

use jiff::SignedDuration;
use model::AccountState;
use networks::NetworkError;
use store::StoreError;

use crate::{Cx, Done};

/// A worker leaves a sign of life twice a minute; silence longer than this is a worker that is gone.
const SILENCE_MAX: SignedDuration = SignedDuration::from_mins(2);
/// Work that waits longer than this is stuck.
const OVERDUE_MAX: SignedDuration = SignedDuration::from_mins(15);
/// A clock further off than this breaks sign-ins and calendars.
const CLOCK_OFF_MAX: SignedDuration = SignedDuration::from_secs(90);
/// Less free space than this is too little.
const FREE_BYTES_MIN: u64 = 200 * 1024 * 1024;
/// Servers asked for the time.
const ASKED_MAX: usize = 3;

/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub is_well: bool,
    /// What was looked at, in two words.
    pub what: &'static str,
    /// How it is, and if it is not well, what to do.
    pub words: String,
}

fn well(what: &'static str, words: impl Into<String>) -> Finding {
    Finding { is_well: true, what, words: words.into() }
}
fn ill(what: &'static str, words: impl Into<String>) -> Finding {
    Finding { is_well: false, what, words: words.into() }
}

/// Looks at everything. `free_bytes` is what the disk of the data folder has left, where it can be known.
pub async fn examine(cx: Cx<'_>, free_bytes: Option<u64>) -> Done<Vec<Finding>> {
    let now = cx.now;
    let (seen, overdue) =
        cx.app.store.read_unscoped::<_, StoreError>(move |tx| Ok((tx.worker_seen()?, tx.overdue(now - OVERDUE_MAX)?))).await?;
    let mut found = vec![match seen {
        Some(at) if now.duration_since(at) <= SILENCE_MAX => well("worker", "is running"),
        Some(at) => {
            ill("worker", format!("is not running; it was last seen at {at}. Start `hobnob`: without it nothing comes in or goes out."))
        }
        None => ill("worker", "has never run. Start `hobnob`: without it nothing comes in or goes out."),
    }];
    found.push(match overdue {
        0 => well("due work", "is done in time"),
        n => ill("due work", format!("{n} pieces of work are more than a quarter of an hour late")),
    });
    found.push(match free_bytes {
        Some(free) if free < FREE_BYTES_MIN => {
            ill("disk", format!("only {} MB are free where the data are. Make room: what comes in can't be kept.", free / 1_000_000))
        }
        Some(free) => well("disk", format!("{} MB are free", free / 1_000_000)),
        None => well("disk", "can't be asked for its free space on this system"),
    });
    found.extend(accounts(cx).await?);
    found.push(clock(cx).await?);
    found.push(public_address(cx).await);
    Ok(found)
}

async fn accounts(cx: Cx<'_>) -> Done<Vec<Finding>> {
    let kept = cx
        .app
        .store
        .read::<_, StoreError>(cx.seat, |tx| {
            let accounts = tx.accounts().list()?;
            // Opening each secret shows whether the key file is the one that belongs to these data.
            Ok(accounts
                .into_iter()
                .map(|a| (tx.accounts().health(a.id).ok().and_then(|h| h.0), tx.accounts().secret(a.id).is_ok(), a))
                .collect::<Vec<_>>())
        })
        .await?;
    if kept.is_empty() {
        return Ok(vec![well("accounts", "none is connected")]);
    }
    Ok(kept
        .into_iter()
        .map(|(why, opens, account)| match (&account.state, opens, why) {
            (_, false, _) => ill(
                "account",
                format!(
                    "{}: its sign-in does not open with this hobnob.key. Put the right key file back, or connect it again.",
                    account.handle
                ),
            ),
            (AccountState::SignInAgain, _, _) => {
                ill("account", format!("{}: the network refused our sign-in. Connect it again in Settings.", account.handle))
            }
            (AccountState::Resting, _, _) => well("account", format!("{} rests", account.handle)),
            (AccountState::Working, _, Some(why)) => ill("account", format!("{}: {why}", account.handle)),
            (AccountState::Working, _, None) => well("account", format!("{} is well", account.handle)),
        })
        .collect())
}

/// Our clock against what the servers of our accounts say in their answers.
async fn clock(cx: Cx<'_>) -> Done<Finding> {
    let accounts = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.accounts().list()).await?;
    for account in accounts.iter().take(ASKED_MAX) {
        let Ok(request) = cx.app.http.get(&account.server) else { continue };
        let Ok(reply) = cx.app.http.send(request).await else { continue };
        let Some(theirs) = reply.date() else { continue };
        let off = cx.now.duration_since(theirs).abs();
        return Ok(if off > CLOCK_OFF_MAX {
            ill(
                "clock",
                format!("is {} seconds off from {}. Set it: sign-ins and the calendar depend on it.", off.as_secs(), account.server),
            )
        } else {
            well("clock", "agrees with the networks")
        });
    }
    Ok(well("clock", "could not be compared: no server told the time"))
}

async fn public_address(cx: Cx<'_>) -> Finding {
    let url = &cx.app.config.public_url;
    let asked = async {
        let request = cx.app.http.get(&format!("{url}/healthz"))?;
        cx.app.http.send(request).await
    };
    match asked.await {
        Ok(reply) if reply.status == 200 => well("public address", format!("{url} answers")),
        Ok(reply) => ill("public address", format!("{url} answers {}, not as Hobnob does: short links would lead nowhere", reply.status)),
        Err(NetworkError::Forbidden(_)) => {
            well("public address", format!("{url} is a private address: short links can be followed from there only"))
        }
        Err(_) => ill("public address", format!("{url} can't be reached from here: short links would lead nowhere. See --public-url.")),
    }
}
