//! Looking a person up by their handle; following and muting.

use async_trait::async_trait;
use model::Profile;
use reqwest::Method;

use super::client::{Client, before};
use super::translate::{profile_from_account, remote_id};
use super::{Mastodon, wire};
use crate::{Answer, Batch, Bond, Call, Cursor, NetworkError, People};

/// The most that servers give at once.
const FOLLOWING_PAGE: &str = "80";
/// Matches looked at where a server can only search.
const MATCHES: &str = "5";

#[async_trait]
impl People for Mastodon {
    async fn profile(&self, call: &Call<'_>, handle: &str) -> Answer<Profile> {
        let client = Client::of(call)?;
        let account = account(&client, handle).await?;
        Ok(profile_from_account(&account, &client.here()))
    }

    fn can_follow(&self) -> bool {
        true
    }
    async fn following(&self, call: &Call<'_>, whose: Option<&Profile>, from: &Cursor) -> Answer<Batch<Profile>> {
        let client = Client::of(call)?;
        let here = client.here();
        let of: wire::Account = match whose {
            Some(somebody) => account(&client, &somebody.handle).await?,
            None => client.get(&["api", "v1", "accounts", "verify_credentials"], &[]).await?.json()?,
        };
        let mut query = vec![("limit", FOLLOWING_PAGE)];
        if !from.0.is_empty() {
            query.push(("max_id", &from.0));
        }
        let reply = client.get(&["api", "v1", "accounts", &of.id, "following"], &query).await?;
        let next = reply.header("link").and_then(next_page);
        let items = super::client::page::<wire::Account>(&reply)?.items.iter().map(|a| profile_from_account(a, &here)).collect();
        Ok(Batch { items, has_more: next.is_some(), next: Cursor(next.unwrap_or_default()) })
    }

    async fn bind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        tell(call, who, if bond == Bond::Follow { "follow" } else { "mute" }).await
    }

    async fn unbind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        tell(call, who, if bond == Bond::Follow { "unfollow" } else { "unmute" }).await
    }
}

/// All four are the same call, and harmless when made twice.
async fn tell(call: &Call<'_>, who: &Profile, verb: &str) -> Answer<()> {
    let client = Client::of(call)?;
    let account = account(&client, &who.handle).await.map_err(before)?;
    client.form(Method::POST, &["api", "v1", "accounts", &account.id, verb], &[]).await.map(drop)
}

/// The id to ask on from, in the header that pages a list whose ids are not shown (RFC 8288).
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|one| one.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    let url = url::Url::parse(address).ok()?;
    url.query_pairs().find(|(key, _)| key == "max_id").map(|(_, id)| id.into_owned())
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

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn the_next_page_stands_in_a_header() {
        let both = r#"<https://s.example/api/v1/accounts/1/following?limit=80&max_id=7628164>; rel="next", <https://s.example/x?since_id=9>; rel="prev""#;
        assert_eq!(next_page(both).as_deref(), Some("7628164"));
        assert_eq!(next_page(r#"<https://s.example/x?since_id=9>; rel="prev""#), None);
        assert_eq!(next_page("nonsense"), None);
    }
}
