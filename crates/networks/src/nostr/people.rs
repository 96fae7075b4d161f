//! Profiles: by the words people use for somebody, and of everybody in what was just read.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::future::join_all;
use model::Profile;
use serde_json::json;

use super::Nostr;
use super::circle::{Circle, OTHERS_MAX};
use super::event::{Event, PROFILE, RELAY_LIST};
use super::follow;
use super::keys::{Named, is_id};
use super::listen::follows;
use super::nip05;
use super::signer::relay_url;
use super::translate::{About, Faces, nobody, profile_from_event};
use super::us::Us;
use crate::{Answer, Batch, Bond, Call, Cursor, Http, NetworkError, People};

/// People looked up for one reading; the rest stay known by their keys.
const FACES_MAX: usize = 300;
/// People whom we follow, told at one call.
const FOLLOWING_A_PAGE: usize = 100;
/// Domains asked for one reading; the rest are asked at a later one.
const CHECKS_MAX: usize = 6;

#[async_trait]
impl People for Nostr {
    async fn profile(&self, call: &Call<'_>, handle: &str) -> Answer<Profile> {
        let us = Us::of(call)?;
        let (public, hints) = whose(call.http, handle).await?;
        let mut circle = us.circle(call).await;
        circle.open_more(&hints, OTHERS_MAX).await;
        profile_of(&mut circle, call.http, &public).await
    }
    fn can_follow(&self) -> bool {
        true
    }
    async fn following(&self, call: &Call<'_>, whose: Option<&Profile>, from: &Cursor) -> Answer<Batch<Profile>> {
        let us = Us::of(call)?;
        let mut circle = us.circle(call).await;
        let all = follows(&mut circle, whose.map_or(us.public(), |p| p.remote_id.as_str())).await?;
        let start = from.0.parse().unwrap_or(0_usize).min(all.len());
        let end = (start + FOLLOWING_A_PAGE).min(all.len());
        let faces = faces(&mut circle, call.http, all[start..end].iter().cloned()).await;
        let items = all[start..end].iter().map(|key| faces.0.get(key).cloned().unwrap_or_else(|| nobody(key))).collect();
        Ok(Batch { items, next: Cursor(end.to_string()), has_more: end < all.len() })
    }
    async fn bind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        match bond {
            Bond::Follow => follow::follow(call, &who.remote_id, true).await,
            Bond::Mute => Err(NetworkError::NotOffered),
        }
    }
    async fn unbind(&self, call: &Call<'_>, who: &Profile, bond: Bond) -> Answer<()> {
        match bond {
            Bond::Follow => follow::follow(call, &who.remote_id, false).await,
            Bond::Mute => Err(NetworkError::NotOffered),
        }
    }
}

/// The profile of a key, as far as the relays know it.
pub async fn profile_of(circle: &mut Circle<'_>, http: &Http, public: &str) -> Answer<Profile> {
    let told = circle.fetch(&[json!({"kinds": [PROFILE], "authors": [public], "limit": 1})]).await?;
    let Some(event) = told.iter().find(|e| e.kind == PROFILE && e.pubkey == public) else { return Ok(nobody(public)) };
    let proven = match About::read(event).claimed() {
        Some(claimed) => nip05::proven(http, public, &claimed, circle.now).await,
        None => None,
    };
    Ok(profile_from_event(event, proven.as_deref()).unwrap_or_else(|| nobody(public)))
}

/// The public key behind what a person wrote (`npub…`, `nprofile…`, hex, `name@domain`), and relays where they are said to be.
async fn whose(http: &Http, written: &str) -> Answer<(String, Vec<String>)> {
    let written = written.trim().trim_start_matches('@');
    match Named::read(written) {
        Some(Named::Profile { public, relays }) => return Ok((public, relays.iter().filter_map(|r| relay_url(r)).collect())),
        Some(Named::Secret(_)) => {
            return Err(NetworkError::Refused("That is a secret key. Keep it to yourself; it was not looked up.".into()));
        }
        Some(Named::Post { .. }) | None => {}
    }
    if is_id(&written.to_ascii_lowercase()) {
        return Ok((written.to_ascii_lowercase(), Vec::new()));
    }
    if nip05::parts(written).is_none() {
        return Err(NetworkError::Refused("That is no name on Nostr. One looks like npub1…, or like ada@domain.example.".into()));
    }
    Ok((nip05::look_up(http, written).await?, Vec::new()))
}

/// Who these keys are. Nobody is missed: one whose profile cannot be had is known by their key.
pub async fn faces(circle: &mut Circle<'_>, http: &Http, of: impl IntoIterator<Item = String>) -> Faces {
    let wanted: Vec<String> = of.into_iter().filter(|k| is_id(k)).collect::<BTreeSet<_>>().into_iter().take(FACES_MAX).collect();
    let mut faces = Faces::default();
    if wanted.is_empty() {
        return faces;
    }
    let told = circle.fetch(&[json!({"kinds": [PROFILE], "authors": wanted, "limit": wanted.len()})]).await.unwrap_or_default();
    // Newest first: an older profile that another relay still has is passed over.
    let mut newest: Vec<(&Event, Option<String>)> = Vec::new();
    for event in told.iter().filter(|e| e.kind == PROFILE) {
        if !newest.iter().any(|(known, _)| known.pubkey == event.pubkey) {
            newest.push((event, About::read(event).claimed()));
        }
    }
    let mut checks = 0;
    let now = circle.now;
    let proven = join_all(newest.into_iter().map(|(event, claimed)| {
        let claimed = claimed.filter(|c| {
            let is_known = nip05::remembered(&event.pubkey, c, now).is_some();
            checks += usize::from(!is_known);
            is_known || checks <= CHECKS_MAX
        });
        async move {
            match claimed {
                Some(claimed) => (event, nip05::proven(http, &event.pubkey, &claimed, now).await),
                None => (event, None),
            }
        }
    }))
    .await;
    for (event, proven) in proven {
        faces.0.extend(profile_from_event(event, proven.as_deref()).map(|p| (event.pubkey.clone(), p)));
    }
    faces
}

/// The relays that somebody says they write to (NIP-65).
pub async fn writes_at(circle: &mut Circle<'_>, public: &str) -> Vec<String> {
    let told = circle.fetch(&[json!({"kinds": [RELAY_LIST], "authors": [public], "limit": 1})]).await.unwrap_or_default();
    let Some(list) = told.iter().find(|e| e.kind == RELAY_LIST && e.pubkey == public) else { return Vec::new() };
    relays_in(list, "read")
}

/// The relays of a list, without those marked for the other direction alone.
pub fn relays_in(list: &Event, not: &str) -> Vec<String> {
    let lines = list.tags.iter().filter(|t| t.len() > 1 && t[0] == "r" && t.get(2).is_none_or(|mark| mark != not));
    let mut relays: Vec<String> = Vec::new();
    for url in lines.filter_map(|t| relay_url(&t[1])) {
        if !relays.contains(&url) {
            relays.push(url);
        }
    }
    relays
}
