//! Profiles, by the handle people write; following and muting.

use async_trait::async_trait;
use model::Profile;
use serde::Deserialize;
use serde_json::{Value, json};

use super::listen::readable;
use super::publish::{create, remove};
use super::syntax::{AtUri, is_did, is_handle, tid_of};
use super::translate::profile_from_actor;
use super::wire::Actor;
use super::xrpc::{Effect, Xrpc, beforehand};
use super::{Bluesky, record};
use crate::{Answer, Batch, Bond, Call, Cursor, NetworkError, People};

const FOLLOW: &str = "app.bsky.graph.follow";
/// The most that the network gives at once.
const FOLLOWING_PAGE: &str = "100";

pub const NOT_A_HANDLE: &str = "That is not a Bluesky handle. One looks like ada.bsky.social.";

#[async_trait]
impl People for Bluesky {
    async fn profile(&self, call: &Call<'_>, handle: &str) -> Answer<Profile> {
        let handle = plain_handle(handle);
        if !is_handle(&handle) && !is_did(&handle) {
            return Err(NetworkError::Refused(NOT_A_HANDLE.into()));
        }
        let (xrpc, _) = Xrpc::of(call)?;
        look_up(&xrpc, &handle).await
    }

    fn can_follow(&self) -> bool {
        true
    }
    async fn following(&self, call: &Call<'_>, whose: Option<&Profile>, from: &Cursor) -> Answer<Batch<Profile>> {
        let (xrpc, session) = Xrpc::of(call)?;
        let actor = whose.map_or(session.did.as_str(), |p| p.remote_id.as_str());
        let mut parameters = vec![("actor", actor), ("limit", FOLLOWING_PAGE)];
        if !from.0.is_empty() {
            parameters.push(("cursor", &from.0));
        }
        let page: Follows = xrpc.query("app.bsky.graph.getFollows", &parameters).await?;
        let items: Vec<Profile> = readable::<Actor>(page.follows).iter().map(profile_from_actor).collect();
        // A cursor with nothing before it leads nowhere.
        let next = page.cursor.filter(|_| !items.is_empty());
        Ok(Batch { items, has_more: next.is_some(), next: Cursor(next.unwrap_or_default()) })
    }

    async fn bind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        let (xrpc, session) = Xrpc::of(call)?;
        if bond == Bond::Mute {
            return mute(&xrpc, &who.remote_id, "app.bsky.graph.muteActor").await;
        }
        if followed(&xrpc, &session.did, &who.remote_id).await?.is_some() {
            return Ok(());
        }
        let record = record::sign(FOLLOW, json!(who.remote_id), call.now);
        create(&xrpc, &session.did, FOLLOW, &tid_of(&[&session.did, FOLLOW, &who.remote_id]), &record).await.map(drop)
    }

    async fn unbind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        let (xrpc, session) = Xrpc::of(call)?;
        if bond == Bond::Mute {
            return mute(&xrpc, &who.remote_id, "app.bsky.graph.unmuteActor").await;
        }
        // Ours may stand where we wrote it and not be shown yet; another program's is known by what is shown.
        remove(&xrpc, &session.did, FOLLOW, &tid_of(&[&session.did, FOLLOW, &who.remote_id])).await?;
        match followed(&xrpc, &session.did, &who.remote_id).await? {
            Some(rkey) => remove(&xrpc, &session.did, FOLLOW, &rkey).await,
            None => Ok(()),
        }
    }
}

/// What the server answers to `getFollows`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Follows {
    follows: Vec<Value>,
    cursor: Option<String>,
}

/// The key of the record by which we follow somebody, as the network shows it.
async fn followed(xrpc: &Xrpc<'_>, own: &str, did: &str) -> Answer<Option<String>> {
    let seen: Value = xrpc.query("app.bsky.actor.getProfile", &[("actor", did)]).await.map_err(beforehand)?;
    let uri = seen.pointer("/viewer/following").and_then(Value::as_str).and_then(AtUri::record);
    Ok(uri.filter(|(by, collection, _)| by == own && collection == FOLLOW).map(|(_, _, rkey)| rkey))
}

/// Muting is kept by the server, not written into the account's records; nothing comes back.
async fn mute(xrpc: &Xrpc<'_>, did: &str, method: &str) -> Answer<()> {
    xrpc.tell::<Value>(method, Some(&json!({"actor": did}))).await?.map(drop).map_err(|fault| fault.meaning(Effect::Record))
}

/// As it stands in addresses: without `@`, in small letters, without the invisible marks that come along when a handle is copied.
pub fn plain_handle(written: &str) -> String {
    let visible: String = written.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c)).collect();
    let bare = visible.trim_start_matches('@');
    if bare.starts_with("did:") { bare.to_owned() } else { bare.to_ascii_lowercase() }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// `NotThere` where there is nobody by that name.
pub async fn look_up(xrpc: &Xrpc<'_>, actor: &str) -> Answer<Profile> {
    let answer: Result<Actor, _> = xrpc.ask("app.bsky.actor.getProfile", &[("actor", actor)]).await?;
    match answer {
        Ok(actor) => Ok(profile_from_actor(&actor)),
        // The network has no name of its own for this.
        Err(fault) if fault.status == 400 && fault.message == "Profile not found" => Err(NetworkError::NotThere),
        Err(fault) => Err(fault.meaning(Effect::Nothing)),
    }
}
