//! What an account's page tells besides its rules, and the account's own key, for its owner to keep elsewhere.

use model::{AccountId, Secret};
use store::StoreError;

use super::accounts::must_own;
use super::session::must_know_password;
use crate::{Cx, Done, VerbError};

/// What a network tells of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By label; nothing secret.
    pub told: Vec<(&'static str, String)>,
    /// Whether the account is a key that its owner may take out.
    pub has_key: bool,
}

/// What the network tells of an account.
pub async fn facts(cx: Cx<'_>, id: AccountId) -> Done<Facts> {
    let (network, secret) = fetch(cx, id).await?;
    let Some(sign_in) = cx.app.networks.get(&network).and_then(|n| n.sign_in()) else { return Ok(Facts::default()) };
    Ok(Facts { told: sign_in.facts(&secret), has_key: sign_in.key_of(&secret).is_some() })
}

/// The account's own key. Only its desk's owner may have it, and only by saying the password once more.
pub async fn take_out(cx: Cx<'_>, id: AccountId, password: String) -> Done<String> {
    must_own(cx)?;
    must_know_password(cx, password).await?;
    let (network, secret) = fetch(cx, id).await?;
    let sign_in = cx.app.networks.get(&network).and_then(|n| n.sign_in());
    sign_in.and_then(|s| s.key_of(&secret)).ok_or(VerbError::Missing("key"))
}

async fn fetch(cx: Cx<'_>, id: AccountId) -> Done<(model::NetworkKey, Secret)> {
    let kept = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| {
        let account = tx.accounts().get(id)?;
        let secret = tx.accounts().secret(id)?.map_or_else(|| Secret::new(""), |(secret, _)| secret);
        Ok((account.network, secret))
    });
    Ok(kept.await?)
}
