//! Profiles, by the handle people write.

use async_trait::async_trait;
use model::Profile;

use super::Bluesky;
use super::syntax::{is_did, is_handle};
use super::translate::profile_from_actor;
use super::wire::Actor;
use super::xrpc::{Effect, Xrpc};
use crate::{Answer, Call, NetworkError, People};

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
