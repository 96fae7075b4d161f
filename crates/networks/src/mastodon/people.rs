//! Looking a person up by their handle.

use async_trait::async_trait;
use model::Profile;

use super::client::Client;
use super::translate::{profile_from_account, remote_id};
use super::{Mastodon, wire};
use crate::{Answer, Call, NetworkError, People};

/// Matches looked at where a server can only search.
const MATCHES: &str = "5";

#[async_trait]
impl People for Mastodon {
    async fn profile(&self, call: &Call<'_>, handle: &str) -> Answer<Profile> {
        let client = Client::of(call)?;
        let account = account(&client, handle).await?;
        Ok(profile_from_account(&account, &client.here()))
    }
}

/// The server's own record of somebody. The quick look-up knows only whom the server has met; the search goes and asks.
pub async fn account(client: &Client<'_>, handle: &str) -> Answer<wire::Account> {
    let handle = handle.trim().trim_start_matches('@');
    let here = client.here();
    // Servers know their own people by the short name.
    let asked = handle.strip_suffix(&format!("@{}", here.domain)).unwrap_or(handle);
    match client.get(&["api", "v1", "accounts", "lookup"], &[("acct", asked)]).await {
        Ok(reply) => return reply.json(),
        Err(NetworkError::NotThere | NetworkError::NotOffered | NetworkError::Refused(_)) => {}
        Err(e) => return Err(e),
    }
    let query = [("q", handle), ("resolve", "true"), ("limit", MATCHES)];
    let reply = client.get(&["api", "v1", "accounts", "search"], &query).await?;
    let found = super::client::page::<wire::Account>(&reply)?.items;
    let wanted = remote_id(handle);
    let is_it = |a: &wire::Account| {
        let id = profile_from_account(a, &here).remote_id;
        id == wanted || id.strip_suffix(&format!("@{}", here.domain)) == Some(&wanted)
    };
    found.into_iter().find(is_it).ok_or(NetworkError::NotThere)
}
