//! Speaking: posts, likes, reposts, and taking them back. Every record has a key that we choose, so that a doubt is settled by asking
//! the account's own server for that very record.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{DeliveryKey, Part, PostRef, ReplyTo};
use serde_json::{Value, json};

use super::identity::resolve_at;
use super::listen::posts_at;
use super::syntax::{AtUri, at_uri, is_did, tid_of};
use super::translate::page_url;
use super::wire::{PostView, Record, StrongRef, Uploaded};
use super::xrpc::{Effect, Xrpc, beforehand};
use super::{Bluesky, POST, record, rules};
use crate::{Answer, Baggage, Call, Found, Landing, NetworkError, Proof, Publish, Sign, Sought, Upload};

const LIKE: &str = "app.bsky.feed.like";
const REPOST: &str = "app.bsky.feed.repost";
/// The most handles of one post that are looked up.
const MENTIONS_MAX: usize = 20;

#[async_trait]
impl Publish for Bluesky {
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, key: &DeliveryKey) -> Answer<Landing> {
        let (xrpc, session) = Xrpc::of(call)?;
        check_baggage(baggage)?;
        let dids = dids_in(&xrpc, part).await?;
        let reply = match &part.reply_to {
            Some(to) => Some(reply_refs(&xrpc, &session.did, to).await.map_err(beforehand)?),
            None => None,
        };
        let embed = send_up(&xrpc, baggage).await.map_err(beforehand)?;
        // The same record at every try, so that one written twice is still one.
        let record = record::post(part, baggage.begun.unwrap_or(call.now), &dids, reply, embed);
        let stands = create(&xrpc, &session.did, POST, &post_key(&session.did, key), &record).await;
        let stands = stands.map_err(|e| record::without_words(e, &part.text))?;
        Ok(landing(stands, &call.account.handle))
    }

    fn proof(&self, _call: &Call<'_>) -> Proof {
        Proof::ByName
    }

    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        let (xrpc, session) = Xrpc::of(call)?;
        let stands = get(&xrpc, &session.did, POST, &post_key(&session.did, sought.key)).await?;
        Ok(stands.map_or(Found::NotThere, |s| Found::Here(landing(s, &call.account.handle))))
    }

    async fn edit(&self, _call: &Call<'_>, _at: &PostRef, _part: &Part, _baggage: &Baggage) -> Answer<Landing> {
        Err(NetworkError::NotOffered)
    }

    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        let (xrpc, session) = Xrpc::of(call)?;
        match AtUri::record(&at.id) {
            Some((did, collection, rkey)) if did == session.did && collection == POST => remove(&xrpc, &did, POST, &rkey).await,
            _ => Err(NetworkError::Refused("Only a post of this account can be taken down.".into())),
        }
    }

    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String> {
        let (xrpc, session) = Xrpc::of(call)?;
        let collection = collection_of(sign);
        let view = posts_at(&xrpc, std::slice::from_ref(&at.id)).await.map_err(beforehand)?.remove(&at.id).ok_or(NetworkError::NotThere)?;
        if let Some(receipt) = standing(&xrpc, &session.did, &view, sign).await.map_err(beforehand)? {
            return Ok(receipt);
        }
        let rkey = sign_key(&session.did, collection, &at.id);
        let record = record::sign(collection, record::strong_ref(&view.uri, &view.cid), call.now);
        match create(&xrpc, &session.did, collection, &rkey, &record).await {
            Ok(stands) => Ok(stands.uri),
            // The same sign under the same key may stand already, or may just have come to stand.
            Err(e @ NetworkError::Unanswered(_)) => Ok(get(&xrpc, &session.did, collection, &rkey).await.ok().flatten().ok_or(e)?.uri),
            Err(e) => Err(e),
        }
    }

    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, receipt: &str) -> Answer<()> {
        let (xrpc, session) = Xrpc::of(call)?;
        let collection = collection_of(sign);
        match AtUri::record(receipt) {
            Some((did, kind, rkey)) if did == session.did && kind == collection => remove(&xrpc, &did, collection, &rkey).await,
            _ => remove(&xrpc, &session.did, collection, &sign_key(&session.did, collection, &at.id)).await,
        }
    }
}

fn collection_of(sign: Sign) -> &'static str {
    match sign {
        Sign::Like => LIKE,
        Sign::Boost => REPOST,
    }
}

fn post_key(did: &str, key: &DeliveryKey) -> String {
    tid_of(&[did, POST, &key.0])
}

fn sign_key(did: &str, collection: &str, subject: &str) -> String {
    tid_of(&[did, collection, subject])
}

fn landing(stands: StrongRef, handle: &str) -> Landing {
    let url = AtUri::record(&stands.uri).map(|(did, _, rkey)| page_url(if handle.is_empty() { &did } else { handle }, &rkey));
    Landing { at: PostRef::new(stands.uri, stands.cid), url }
}

fn check_baggage(baggage: &Baggage) -> Answer<()> {
    let rules = rules();
    let refused = |why: String| Err(NetworkError::Refused(why));
    if baggage.uploads.len() > rules.pictures_max as usize {
        return refused(format!("Bluesky takes {} pictures with a post at most.", rules.pictures_max));
    }
    if baggage.uploads.len() > 1 && baggage.uploads.iter().any(Upload::is_video) {
        return refused("Bluesky takes a video alone with a post.".into());
    }
    for upload in &baggage.uploads {
        if upload.is_video() {
            if upload.bytes.len() as u64 > rules.video_bytes_max || !rules.video_types.contains(&upload.mime) {
                return refused("Bluesky takes videos as MP4, up to 100 MB.".into());
            }
            continue;
        }
        if upload.bytes.len() as u64 > rules.picture_bytes_max {
            return refused("A picture is larger than the 1,000,000 bytes that Bluesky takes.".into());
        }
        if !rules.picture_types.contains(&upload.mime) {
            return refused("Bluesky takes JPEG, PNG and WebP pictures only.".into());
        }
    }
    Ok(())
}

/// Whose the handles in the text are. One that belongs to nobody stays plain text.
async fn dids_in(xrpc: &Xrpc<'_>, part: &Part) -> Answer<BTreeMap<String, String>> {
    let mut dids = BTreeMap::new();
    for handle in record::handles_in(&part.text).into_iter().take(MENTIONS_MAX) {
        let known = part.mentions.iter().find(|(h, did)| h.eq_ignore_ascii_case(&handle) && is_did(did));
        let found = match known {
            Some((_, did)) => Ok(did.clone()),
            None => resolve_at(xrpc, &handle.to_ascii_lowercase()).await,
        };
        match found {
            Ok(did) => drop(dids.insert(handle, did)),
            Err(e @ (NetworkError::TokenOld | NetworkError::SignInAgain | NetworkError::SlowDown { .. })) => return Err(e),
            // A name that cannot be looked up must not hold the post back.
            Err(_) => {}
        }
    }
    Ok(dids)
}

async fn reply_refs(xrpc: &Xrpc<'_>, own: &str, to: &ReplyTo) -> Answer<Value> {
    let parent = strong(xrpc, own, &to.parent).await?;
    let root = if to.root.id == to.parent.id { parent.clone() } else { strong(xrpc, own, &to.root).await? };
    Ok(json!({"root": root, "parent": parent}))
}

/// A post's address with its hash, which is asked for where it is not known.
async fn strong(xrpc: &Xrpc<'_>, own: &str, at: &PostRef) -> Answer<Value> {
    let (did, collection, rkey) = AtUri::record(&at.id).ok_or(NetworkError::NotThere)?;
    if !at.tag.is_empty() {
        return Ok(record::strong_ref(&at.id, &at.tag));
    }
    // What is our own may be so new that the network at large does not show it yet.
    let cid = if did == own {
        get(xrpc, &did, &collection, &rkey).await?.map(|s| s.cid)
    } else {
        posts_at(xrpc, std::slice::from_ref(&at.id)).await?.remove(&at.id).map(|view| view.cid)
    };
    Ok(record::strong_ref(&at.id, &cid.ok_or(NetworkError::NotThere)?))
}

/// Pictures and videos go up first; a card goes where there are none. A video is kept by the account's own server like a picture, and the
/// network makes it ready to be shown once the post that names it is seen.
async fn send_up(xrpc: &Xrpc<'_>, baggage: &Baggage) -> Answer<Option<Value>> {
    if baggage.uploads.is_empty() {
        return Ok(baggage.card.as_ref().and_then(record::card));
    }
    let mut blobs = Vec::new();
    for upload in &baggage.uploads {
        let answer: Uploaded = xrpc.upload(&upload.mime, upload.bytes.clone()).await?;
        blobs.push(answer.blob);
    }
    Ok(Some(match (&baggage.uploads[..], &blobs[..]) {
        ([video], [blob]) if video.is_video() => record::video(video, blob.clone()),
        _ => record::images(&baggage.uploads, blobs),
    }))
}

pub async fn create(xrpc: &Xrpc<'_>, did: &str, collection: &str, rkey: &str, record: &Value) -> Answer<StrongRef> {
    let body = json!({"repo": did, "collection": collection, "rkey": rkey, "record": record});
    match xrpc.procedure("com.atproto.repo.createRecord", &body, Effect::Record).await {
        // Some servers answer a second try in this way; then the record stands.
        Err(e @ NetworkError::Refused(_)) => get(xrpc, did, collection, rkey).await.ok().flatten().ok_or(e),
        other => other,
    }
}

/// A record of our own, read from the account's own server, so that what was just written is seen.
async fn get(xrpc: &Xrpc<'_>, did: &str, collection: &str, rkey: &str) -> Answer<Option<StrongRef>> {
    let parameters = [("repo", did), ("collection", collection), ("rkey", rkey)];
    match xrpc.query::<Record>("com.atproto.repo.getRecord", &parameters).await {
        Ok(found) if found.uri == at_uri(did, collection, rkey) => {
            let cid = found.cid.ok_or_else(|| NetworkError::Garbled("the server left out the record's hash".into()))?;
            Ok(Some(StrongRef { uri: found.uri, cid }))
        }
        Ok(_) => Err(NetworkError::Garbled("the server gave another record than the one asked for".into())),
        Err(NetworkError::NotThere) => Ok(None),
        Err(e) => Err(e),
    }
}

/// One that is gone already is a success.
pub async fn remove(xrpc: &Xrpc<'_>, did: &str, collection: &str, rkey: &str) -> Answer<()> {
    let body = json!({"repo": did, "collection": collection, "rkey": rkey});
    match xrpc.procedure::<Value>("com.atproto.repo.deleteRecord", &body, Effect::Record).await {
        Ok(_) | Err(NetworkError::NotThere) => Ok(()),
        Err(e) => Err(e),
    }
}

/// The sign that we gave already, wherever we gave it. The network at large shows one a moment longer than it stands, so our own server
/// is asked as well.
async fn standing(xrpc: &Xrpc<'_>, own: &str, view: &PostView, sign: Sign) -> Answer<Option<String>> {
    let shown = match sign {
        Sign::Like => &view.viewer.like,
        Sign::Boost => &view.viewer.repost,
    };
    let Some((did, collection, rkey)) = shown.as_deref().and_then(AtUri::record).filter(|(did, ..)| did == own) else { return Ok(None) };
    Ok(get(xrpc, &did, &collection, &rkey).await?.map(|s| s.uri))
}
