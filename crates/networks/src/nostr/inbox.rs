//! What was said to us and done about us: everything that names our key.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::Timestamp;
use serde_json::json;

use super::Nostr;
use super::event::{Event, FOLLOWS, NOTE, REACTION, REPOST};
use super::keys::is_id;
use super::listen::{carried, passed_on, people_in};
use super::people::faces;
use super::reading;
use super::translate::{Faces, post_from_event};
use super::us::Us;
use crate::{Answer, Batch, Call, Cursor, Heard, HeardKind, Inbox};

/// Kinds that tell us something when they name us.
pub const TELLING: [u32; 4] = [NOTE, REPOST, REACTION, FOLLOWS];

#[async_trait]
impl Inbox for Nostr {
    async fn since(&self, call: &Call<'_>, from: &Cursor) -> Answer<Batch<Heard>> {
        let us = Us::of(call)?;
        let mut circle = us.circle(call).await;
        let batch = reading::since(&mut circle, from, &json!({"kinds": TELLING, "#p": [us.public()]})).await?;
        let about: Vec<String> = batch.items.iter().filter_map(|(e, _)| subject(e)).collect();
        let mut posts = BTreeMap::new();
        if !about.is_empty() {
            let told = circle.fetch(&[json!({"ids": about})]).await.unwrap_or_default();
            posts.extend(told.into_iter().map(|e| (e.id.clone(), e)));
        }
        let mut people = people_in(&batch.items);
        people.extend(posts.values().map(|e| e.pubkey.clone()));
        let faces = faces(&mut circle, call.http, people).await;
        let items = batch.items.iter().filter_map(|(e, on)| heard(e, on, us.public(), &posts, &faces, call.now)).collect();
        Ok(Batch { items, next: batch.next, has_more: batch.has_more })
    }
}

/// The post that a like or a repost is about.
pub fn subject(event: &Event) -> Option<String> {
    match event.kind {
        REACTION => event.values("e").next_back().filter(|id| is_id(id)).map(str::to_owned),
        REPOST => passed_on(event),
        _ => None,
    }
}

/// What an event tells `own`; nothing where it is our own, or no sign of goodwill.
pub fn heard(event: &Event, on: &[String], own: &str, posts: &BTreeMap<String, Event>, faces: &Faces, now: Timestamp) -> Option<Heard> {
    if event.pubkey == own {
        return None;
    }
    let at = Timestamp::from_second(event.created_at).ok()?.min(now);
    let subject = subject(event).and_then(|id| posts.get(&id).cloned());
    let (kind, id, post) = match event.kind {
        NOTE => (HeardKind::Spoke, event.id.clone(), Some(event.clone())),
        // A minus is a thumb turned down.
        REACTION if event.content.trim() != "-" => (HeardKind::Liked, event.id.clone(), subject),
        REPOST => (HeardKind::PassedOn, event.id.clone(), subject.or_else(|| carried(event))),
        // A list of follows is sent anew whenever it changes; its news for us is one.
        FOLLOWS => (HeardKind::Followed, format!("follows:{}", event.pubkey), None),
        _ => return None,
    };
    let post = post.and_then(|e| post_from_event(&e, faces, on, now));
    if matches!(kind, HeardKind::Liked | HeardKind::PassedOn) && post.as_ref().is_none_or(|p| p.author.remote_id != own) {
        return None;
    }
    if kind == HeardKind::Spoke && post.is_none() {
        return None;
    }
    Some(Heard { id, kind, by: faces.of(&event.pubkey), at, post })
}

#[cfg(test)]
mod tests {
    use super::super::event::{Sketch, tag};
    use super::super::keys::Key;
    use super::*;

    #[test]
    fn what_names_us_and_what_it_tells() {
        let (own, ben) = (Key::make(), Key::make());
        let now = Timestamp::from_second(1_700_000_100).expect("an instant");
        let say = |key: &Key, kind: u32, e: Option<&str>, content: &str| {
            let mut tags = vec![tag(["p", &own.public()])];
            tags.extend(e.map(|id| tag(["e", id])));
            Sketch::new(kind, 1_700_000_000, tags, content).sign(key)
        };
        let mine = say(&own, NOTE, None, "A loaf");
        let posts: BTreeMap<String, Event> = [(mine.id.clone(), mine.clone())].into();
        let told = |e: &Event| heard(e, &[], &own.public(), &posts, &Faces::default(), now).map(|h| (h.kind, h.post.map(|p| p.text)));
        let loaf = Some("A loaf".to_owned());
        assert_eq!(told(&say(&ben, NOTE, Some(&mine.id), "Yes")), Some((HeardKind::Spoke, Some("Yes".into()))));
        assert_eq!(told(&say(&ben, REACTION, Some(&mine.id), "+")), Some((HeardKind::Liked, loaf.clone())));
        assert_eq!(told(&say(&ben, REACTION, Some(&mine.id), "🥖")), Some((HeardKind::Liked, loaf.clone())));
        assert_eq!(told(&say(&ben, REACTION, Some(&mine.id), "-")), None);
        assert_eq!(told(&say(&ben, REACTION, None, "+")), None, "a like of nothing");
        assert_eq!(told(&say(&ben, REPOST, Some(&mine.id), "")), Some((HeardKind::PassedOn, loaf.clone())));
        assert_eq!(told(&say(&ben, FOLLOWS, None, "")), Some((HeardKind::Followed, None)));
        assert_eq!(told(&mine), None, "our own words are no news");
        let foreign = say(&ben, NOTE, None, "His own");
        let like = say(&ben, REACTION, Some(&foreign.id), "+");
        let posts: BTreeMap<String, Event> = [(foreign.id.clone(), foreign)].into();
        assert_eq!(heard(&like, &[], &own.public(), &posts, &Faces::default(), now), None, "a like of somebody else's post");
    }
}
