//! Reading: those we follow, hashtags, words where a relay can search, one person's posts, and the thread around a post.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use model::{Boost, Post, PostRef, Timestamp};
use serde_json::{Value, json};

use super::circle::{Circle, OTHERS_MAX};
use super::event::{DELETION, Event, FOLLOWS, NOTE, REPOST};
use super::keys::is_id;
use super::people::{faces, writes_at};
use super::place::Place;
use super::reading;
use super::translate::{Faces, Thread, named_in, post_from_event};
use super::us::Us;
use super::{Nostr, info};
use crate::{Answer, Batch, Call, Cursor, Listen, NetworkError, Search};

/// People followed whose posts are asked for; relays refuse longer lists.
pub const FOLLOWS_MAX: usize = 1000;
/// Posts taken of one thread, and how often missing ones above are asked for.
const THREAD_MAX: usize = 500;
const CLIMBS_MAX: usize = 4;

#[async_trait]
impl Listen for Nostr {
    fn can(&self, search: &Search) -> bool {
        !matches!(search, Search::Feed)
    }

    async fn search(&self, call: &Call<'_>, search: &Search, from: &Cursor) -> Answer<Batch<Post>> {
        let us = Us::of(call)?;
        match search {
            Search::Home => {
                let mut circle = us.circle(call).await;
                let authors = follows(&mut circle, us.public()).await?;
                if authors.is_empty() {
                    return Ok(Batch { items: Vec::new(), next: from.clone(), has_more: false });
                }
                read(&mut circle, call, from, json!({"kinds": [NOTE, REPOST], "authors": authors})).await
            }
            Search::Tag(tag) => {
                let tag = tag.trim_start_matches('#');
                let written: BTreeSet<String> = [tag.to_lowercase(), tag.to_owned()].into();
                read(&mut us.circle(call).await, call, from, json!({"kinds": [NOTE], "#t": written})).await
            }
            Search::Words(words) => {
                let infos = info::of_all(call.http, &us.kept.relays).await;
                let able: Vec<String> = infos.into_iter().filter(|(_, i)| i.has(50)).map(|(url, _)| url).collect();
                if able.is_empty() {
                    // A relay that is down can't say what it offers.
                    us.circle(call).await.fetch(&[json!({"kinds": [NOTE], "limit": 1})]).await?;
                    return Err(NetworkError::NotOffered);
                }
                let mut circle = Circle::open(call.http, &us.signer, &able, call.now).await;
                read(&mut circle, call, from, json!({"kinds": [NOTE], "search": words})).await
            }
            Search::By(public) => {
                if !is_id(public) {
                    return Err(NetworkError::NotThere);
                }
                let mut circle = us.circle(call).await;
                let theirs = writes_at(&mut circle, public).await;
                circle.open_more(&theirs, OTHERS_MAX).await;
                read(&mut circle, call, from, json!({"kinds": [NOTE], "authors": [public]})).await
            }
            Search::Feed => Err(NetworkError::NotOffered),
        }
    }

    async fn thread(&self, call: &Call<'_>, of: &PostRef) -> Answer<Vec<Post>> {
        let us = Us::of(call)?;
        if !is_id(&of.id) {
            return Err(NetworkError::NotThere);
        }
        let mut circle = us.circle(call).await;
        let place = Place::read(&of.tag);
        circle.open_more(&place.on, OTHERS_MAX).await;
        let asked = circle.fetch(&[json!({"ids": [of.id]}), below(&of.id)]).await?;
        let mut known: BTreeMap<String, Event> = notes(asked);
        let root = known.get(&of.id).ok_or(NetworkError::NotThere)?;
        let root = Thread::of(root).root.unwrap_or_else(|| of.id.clone());
        if root != of.id {
            known.extend(notes(circle.fetch(&[json!({"ids": [root]}), below(&root)]).await.unwrap_or_default()));
        }
        for _ in 0..CLIMBS_MAX {
            let missing: BTreeSet<String> =
                known.values().filter_map(|e| Thread::of(e).parent).filter(|id| !known.contains_key(id)).take(100).collect();
            if missing.is_empty() {
                break;
            }
            let more = notes(circle.fetch(&[json!({"ids": missing})]).await.unwrap_or_default());
            if more.is_empty() {
                break;
            }
            known.extend(more);
        }
        let mut events: Vec<(Event, Vec<String>)> = known.into_values().take(THREAD_MAX).map(|e| (e, place.on.clone())).collect();
        take_out_deleted(&mut circle, &mut events).await;
        events.sort_by(|(a, _), (b, _)| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let faces = faces(&mut circle, call.http, people_in(&events)).await;
        Ok(events.iter().filter_map(|(e, on)| post_from_event(e, &faces, on, call.now)).collect())
    }
}

fn below(id: &str) -> Value {
    json!({"kinds": [NOTE], "#e": [id], "limit": THREAD_MAX})
}

fn notes(events: Vec<Event>) -> BTreeMap<String, Event> {
    events.into_iter().filter(|e| e.kind == NOTE).map(|e| (e.id.clone(), e)).collect()
}

/// Whom a key follows, as its newest list says.
pub async fn follows(circle: &mut Circle<'_>, public: &str) -> Answer<Vec<String>> {
    let told = circle.fetch(&[json!({"kinds": [FOLLOWS], "authors": [public], "limit": 1})]).await?;
    let list = told.into_iter().find(|e| e.kind == FOLLOWS && e.pubkey == public);
    let all: BTreeSet<String> = list.iter().flat_map(|l| l.values("p")).filter(|k| is_id(k)).take(FOLLOWS_MAX).map(str::to_owned).collect();
    Ok(all.into_iter().collect())
}

async fn read(circle: &mut Circle<'_>, call: &Call<'_>, from: &Cursor, filter: Value) -> Answer<Batch<Post>> {
    let mut batch = reading::since(circle, from, &filter).await?;
    take_out_deleted(circle, &mut batch.items).await;
    let carried: Vec<String> =
        batch.items.iter().filter(|(e, _)| e.kind == REPOST && carried(e).is_none()).filter_map(|(e, _)| passed_on(e)).collect();
    let mut fetched = BTreeMap::new();
    if !carried.is_empty() {
        fetched = notes(circle.fetch(&[json!({"ids": carried})]).await.unwrap_or_default());
    }
    let mut people: Vec<String> = people_in(&batch.items);
    people.extend(fetched.values().map(|e| e.pubkey.clone()));
    let faces = faces(circle, call.http, people).await;
    let items = batch.items.iter().filter_map(|(e, on)| post_of(e, on, &fetched, &faces, call.now)).collect();
    Ok(Batch { items, next: batch.next, has_more: batch.has_more })
}

/// A note, or what a repost carries, with whoever passed it on.
pub fn post_of(event: &Event, on: &[String], known: &BTreeMap<String, Event>, faces: &Faces, now: Timestamp) -> Option<Post> {
    if event.kind != REPOST {
        return post_from_event(event, faces, on, now);
    }
    let note = carried(event).or_else(|| known.get(&passed_on(event)?).cloned())?;
    let mut post = post_from_event(&note, faces, on, now)?;
    post.boost = Some(Boost { by: faces.of(&event.pubkey), at: Timestamp::from_second(event.created_at).ok()?.min(now) });
    Some(post)
}

/// The note inside a repost; `None` where there is none, or it is not what its author signed.
pub fn carried(repost: &Event) -> Option<Event> {
    let note: Event = serde_json::from_str(&repost.content).ok()?;
    (note.kind == NOTE && note.is_true()).then_some(note)
}

/// The id of the note that a repost passes on.
pub fn passed_on(repost: &Event) -> Option<String> {
    repost.value("e").filter(|id| is_id(id)).map(str::to_owned)
}

pub fn people_in(events: &[(Event, Vec<String>)]) -> Vec<String> {
    let mut people = Vec::new();
    for (event, _) in events {
        people.push(event.pubkey.clone());
        match carried(event).filter(|_| event.kind == REPOST) {
            Some(note) => {
                people.extend(named_in(&note.content));
                people.push(note.pubkey);
            }
            None => people.extend(named_in(&event.content)),
        }
    }
    people
}

/// What its author took back is left out, also where a relay still has it.
async fn take_out_deleted(circle: &mut Circle<'_>, events: &mut Vec<(Event, Vec<String>)>) {
    let ids: Vec<&String> = events.iter().map(|(e, _)| &e.id).collect();
    if ids.is_empty() {
        return;
    }
    let told = circle.fetch(&[json!({"kinds": [DELETION], "#e": ids, "limit": THREAD_MAX})]).await.unwrap_or_default();
    let gone: BTreeSet<(String, String)> = told
        .iter()
        .filter(|d| d.kind == DELETION)
        .flat_map(|d| d.values("e").map(|id| (d.pubkey.clone(), id.to_owned())).collect::<Vec<_>>())
        .collect();
    events.retain(|(e, _)| !gone.contains(&(e.pubkey.clone(), e.id.clone())));
}
