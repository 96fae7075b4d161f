//! Calling a network for an account: its secret fetched, an old token renewed by one refresher at a time, a refused one noted.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, Secret};
use networks::{Call, Network, NetworkError};

use crate::{Cx, Done, VerbError};

/// What a call is made with: one closure, called again once if the token had to be renewed.
pub type Calling<'f, T> = Pin<Box<dyn Future<Output = Result<T, NetworkError>> + Send + 'f>>;

/// Calls a network for an account. `work` may run twice, with a fresh token the second time; a token that is merely old was refused
/// before anything happened, so nothing is doubled by that.
pub async fn call<T: Send>(
    cx: Cx<'_>,
    id: AccountId,
    work: impl for<'f> Fn(&'f dyn Network, &'f Call<'f>) -> Calling<'f, T> + Send + Sync,
) -> Done<T> {
    call_as(cx, id, None, work).await
}

/// Whom a call is made as: the account as it was read just now, its secret and the secret's version.
pub struct Caller {
    pub account: Account,
    pub secret: Secret,
    pub version: i64,
}

/// [`call`] as somebody who was read already.
pub async fn call_as<T: Send>(
    cx: Cx<'_>,
    id: AccountId,
    caller: Option<Caller>,
    work: impl for<'f> Fn(&'f dyn Network, &'f Call<'f>) -> Calling<'f, T> + Send + Sync,
) -> Done<T> {
    let Caller { account, secret, version } = match caller {
        Some(caller) => caller,
        None => fetch(cx, id).await?,
    };
    let network = cx.app.networks.get(&account.network).ok_or(VerbError::Missing("network"))?;
    let first = work(network, &Call { http: &cx.app.http, account: &account, secret: &secret, now: cx.now }).await;
    let answer = match first {
        Err(NetworkError::TokenOld) => match renew(cx, &account, network, version).await {
            Ok(secret) => work(network, &Call { http: &cx.app.http, account: &account, secret: &secret, now: cx.now }).await,
            Err(VerbError::Network(error)) => Err(error),
            Err(other) => return Err(other),
        },
        other => other,
    };
    if matches!(answer, Err(NetworkError::SignInAgain)) {
        cx.app
            .store
            .write(cx.seat, move |tx| {
                tx.accounts().set_state(id, &AccountState::SignInAgain, Some("The network asks you to sign in again."))
            })
            .await?;
    }
    Ok(answer?)
}

async fn fetch(cx: Cx<'_>, id: AccountId) -> Done<Caller> {
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let account = tx.accounts().get(id)?;
            // A feed has no secret.
            let (secret, version) = tx.accounts().secret(id)?.unwrap_or((Secret::new(""), 0));
            Ok(Caller { account, secret, version })
        })
        .await
}

/// Longer than any renewal takes.
const RENEWAL_MAX: SignedDuration = SignedDuration::from_secs(60);
const _: () = assert!(networks::http::ANSWER_MAX.as_secs() < RENEWAL_MAX.as_secs() as u64);
/// Another server of the same desk may be renewing: so often its token is looked for, and so long between.
const LOOKS_MAX: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Renews a token, unless somebody else did so since `seen`. Only a recognised refusal asks the person to sign in again; any other
/// failure leaves the account as it is, to be tried again.
pub async fn renew(cx: Cx<'_>, account: &Account, network: &dyn Network, seen: i64) -> Done<Secret> {
    let id = account.id;
    // Within this process, and then among all that serve the desk.
    let lock = cx.app.refresher(cx.seat.desk, id);
    let _one_at_a_time = lock.lock().await;
    let began = tokio::time::Instant::now();
    for _ in 0..LOOKS_MAX {
        let Caller { secret, version, .. } = fetch(cx, id).await?;
        if version != seen {
            return Ok(secret);
        }
        let now = cx.now + SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::ZERO);
        if !cx.app.store.write(cx.seat, move |tx| tx.accounts().begin_renewal(id, seen, now, now + RENEWAL_MAX)).await? {
            tokio::time::sleep(LOOK_EVERY).await;
            continue;
        }
        let sign_in = network.sign_in().ok_or(NetworkError::SignInAgain)?;
        let answer = sign_in.refresh(&Call { http: &cx.app.http, account, secret: &secret, now: cx.now }).await;
        return match answer {
            Ok(fresh) => {
                let kept = fresh.clone();
                cx.app.store.write(cx.seat, move |tx| tx.accounts().put_secret(id, &kept, now)).await?;
                Ok(fresh)
            }
            Err(error) => {
                cx.app.store.write(cx.seat, move |tx| tx.accounts().end_renewal(id, seen)).await?;
                Err(error.into())
            }
        };
    }
    Err(NetworkError::Away("the token is being renewed".into()).into())
}
