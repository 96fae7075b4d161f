//! Speaking: notes, likes, reposts, and taking them back. A note's id is the hash of its words and of when its first try began, so every
//! try is the same note; a relay that has it already says so, and that is a success.

use async_trait::async_trait;
use model::{DeliveryKey, Part, PostRef};
use serde_json::json;

use super::circle::{Circle, OTHERS_MAX};
use super::compose::note;
use super::event::{DELETION, Event, NOTE, REACTION, REPOST, Sketch, Tag, tag};
use super::keys::{is_id, to_hex};
use super::place::{Place, page_url, post_ref};
use super::us::Us;
use super::{Nostr, media};
use crate::{Answer, Baggage, Call, Found, Landing, NetworkError, Proof, Publish, Sign, Sought};

/// How many letters of a post in a row make a relay's reason count as repeating it.
const ECHO_MIN: usize = 12;
/// Signs of our own to one post that are looked at.
const SIGNS_MAX: usize = 20;

#[async_trait]
impl Publish for Nostr {
    async fn post(&self, call: &Call<'_>, part: &Part, baggage: &Baggage, _key: &DeliveryKey) -> Answer<Landing> {
        let us = Us::of(call)?;
        let at = baggage.begun.unwrap_or(call.now).as_second();
        let mut placed = Vec::new();
        if !baggage.uploads.is_empty() {
            // A picture's address is the server's to choose, and another one would be another note.
            if let Ok(Some(event)) = standing(&mut us.circle(call).await, part, us.public(), at).await {
                return Ok(landing(&event, &[]));
            }
            placed = media::place(call, &us, &baggage.uploads).await.map_err(beforehand)?;
        }
        let sketch = note(part, us.public(), at, &placed);
        let event = us.signer.sign(sketch, call.http, call.now).await.map_err(beforehand)?;
        let took = us.circle(call).await.send(&event).await.map_err(|e| without_words(e, &part.text))?;
        Ok(landing(&event, &took))
    }

    fn proof(&self, _call: &Call<'_>) -> Proof {
        Proof::ByName
    }

    async fn find(&self, call: &Call<'_>, sought: &Sought<'_>) -> Answer<Found> {
        let us = Us::of(call)?;
        let found = standing(&mut us.circle(call).await, sought.part, us.public(), sought.since.as_second()).await?;
        Ok(found.map_or(Found::NotThere, |event| Found::Here(landing(&event, &[]))))
    }

    async fn edit(&self, _call: &Call<'_>, _at: &PostRef, _part: &Part, _baggage: &Baggage) -> Answer<Landing> {
        Err(NetworkError::NotOffered)
    }

    async fn delete(&self, call: &Call<'_>, at: &PostRef) -> Answer<()> {
        let us = Us::of(call)?;
        let place = Place::read(&at.tag);
        if !is_id(&at.id) || place.by.as_deref().is_some_and(|by| by != us.public()) {
            return Err(NetworkError::Refused("Only a post of this account can be taken down.".into()));
        }
        let mut circle = us.circle(call).await;
        circle.open_more(&place.on, OTHERS_MAX).await;
        take_back(&mut circle, call, &us, &at.id, NOTE).await
    }

    async fn sign(&self, call: &Call<'_>, at: &PostRef, sign: Sign) -> Answer<String> {
        let us = Us::of(call)?;
        if !is_id(&at.id) {
            return Err(NetworkError::NotThere);
        }
        let mut circle = us.circle(call).await;
        if let Some(receipt) = given(&mut circle, &us, &at.id, sign).await.map_err(beforehand)? {
            return Ok(receipt);
        }
        let place = Place::read(&at.tag);
        circle.open_more(&place.on, OTHERS_MAX).await;
        let subject = circle.fetch(&[json!({"ids": [at.id]})]).await.map_err(beforehand)?.into_iter().find(|e| e.id == at.id);
        let by = subject.as_ref().map(|e| e.pubkey.clone()).or(place.by).ok_or(NetworkError::NotThere)?;
        let on = place.on.first().map_or("", String::as_str);
        let mut tags: Vec<Tag> = vec![tag(["e", &at.id, on]), tag(["p", &by])];
        let sketch = match sign {
            Sign::Like => {
                tags.push(tag(["k", &NOTE.to_string()]));
                Sketch::new(REACTION, call.now.as_second(), tags, "+")
            }
            Sign::Boost => {
                let carried = subject.and_then(|e| serde_json::to_string(&e).ok()).unwrap_or_default();
                Sketch::new(REPOST, call.now.as_second(), tags, carried)
            }
        };
        let event = us.signer.sign(sketch, call.http, call.now).await.map_err(beforehand)?;
        circle.send(&event).await?;
        Ok(event.id)
    }

    async fn unsign(&self, call: &Call<'_>, at: &PostRef, sign: Sign, receipt: &str) -> Answer<()> {
        let us = Us::of(call)?;
        let mut circle = us.circle(call).await;
        let receipt = match is_id(receipt) {
            true => Some(receipt.to_owned()),
            false if is_id(&at.id) => given(&mut circle, &us, &at.id, sign).await.map_err(beforehand)?,
            false => None,
        };
        match receipt {
            Some(receipt) => take_back(&mut circle, call, &us, &receipt, kind_of(sign)).await,
            None => Ok(()),
        }
    }
}

fn kind_of(sign: Sign) -> u32 {
    match sign {
        Sign::Like => REACTION,
        Sign::Boost => REPOST,
    }
}

fn landing(event: &Event, took: &[String]) -> Landing {
    Landing { at: post_ref(event, took), url: Some(page_url(&event.id, Some(&event.pubkey))) }
}

/// The note that this part became at that second, where a relay has it. With pictures its addresses are not known from here, so all that
/// is known of it has to be the same.
async fn standing(circle: &mut Circle<'_>, part: &Part, own: &str, at: i64) -> Answer<Option<Event>> {
    let expected = note(part, own, at, &[]);
    let filter = match part.pictures.is_empty() {
        true => json!({"ids": [to_hex(&expected.id(own))]}),
        // Some relays leave out the seconds at both ends.
        false => json!({"kinds": [NOTE], "authors": [own], "since": at - 1, "until": at + 1}),
    };
    Ok(circle.fetch(&[filter]).await?.into_iter().find(|e| e.pubkey == own && is_same(e, &expected, part.pictures.len())))
}

fn is_same(event: &Event, expected: &Sketch, pictures: usize) -> bool {
    let (imeta, rest): (Vec<&Tag>, Vec<&Tag>) = event.tags.iter().partition(|t| t.first().is_some_and(|n| n == "imeta"));
    let has_words = match pictures {
        0 => event.content == expected.content,
        _ => event.content.strip_prefix(&expected.content).is_some_and(|after| after.trim_start().starts_with("http")),
    };
    has_words
        && event.kind == expected.kind
        && event.created_at == expected.created_at
        && imeta.len() == pictures
        && rest.into_iter().eq(&expected.tags)
}

/// The like or repost that we gave already and have not taken back.
async fn given(circle: &mut Circle<'_>, us: &Us, id: &str, sign: Sign) -> Answer<Option<String>> {
    let kind = kind_of(sign);
    let told = circle.fetch(&[json!({"kinds": [kind], "authors": [us.public()], "#e": [id], "limit": SIGNS_MAX})]).await?;
    let signs: Vec<&Event> = told.iter().filter(|e| e.kind == kind && e.pubkey == us.public() && e.content != "-").collect();
    if signs.is_empty() {
        return Ok(None);
    }
    let ids: Vec<&String> = signs.iter().map(|e| &e.id).collect();
    let gone = circle.fetch(&[json!({"kinds": [DELETION], "authors": [us.public()], "#e": ids})]).await?;
    let is_gone = |id: &str| gone.iter().any(|d| d.pubkey == us.public() && d.values("e").any(|e| e == id));
    Ok(signs.into_iter().map(|e| e.id.clone()).find(|id| !is_gone(id)))
}

/// Asks all relays to take an event of ours out. They are asked, not made to.
async fn take_back(circle: &mut Circle<'_>, call: &Call<'_>, us: &Us, id: &str, kind: u32) -> Answer<()> {
    let tags = vec![tag(["e", id]), tag(["k", &kind.to_string()])];
    let event = us.signer.sign(Sketch::new(DELETION, call.now.as_second(), tags, ""), call.http, call.now).await.map_err(beforehand)?;
    circle.send(&event).await.map(drop)
}

/// What fails before an event was handed over has not happened.
fn beforehand(error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Unanswered(why) | NetworkError::Garbled(why) => NetworkError::Away(why),
        other => other,
    }
}

/// A relay's reason without the words of the post, which some repeat.
fn without_words(error: NetworkError, text: &str) -> NetworkError {
    let NetworkError::Refused(why) = &error else { return error };
    let letters: Vec<char> = text.chars().collect();
    let echoes = if letters.len() < ECHO_MIN {
        !text.trim().is_empty() && why.contains(text.trim())
    } else {
        letters.windows(ECHO_MIN).any(|some| why.contains(&some.iter().collect::<String>()))
    };
    if echoes { NetworkError::Refused("A relay does not take it.".into()) } else { error }
}

#[cfg(test)]
mod tests {
    use super::super::compose::Placed;
    use super::super::keys::Key;
    use super::*;

    #[test]
    fn a_note_with_pictures_is_known_again() {
        let key = Key::make();
        let part = Part::of_text("A loaf #bread");
        let picture = |n: u8| Placed {
            url: format!("https://m.example/{n}"),
            mime: "image/png".into(),
            width: 1,
            height: 1,
            alt: "x".into(),
            hash: String::new(),
        };
        let expected = note(&part, &key.public(), 7, &[]);
        let with = |pictures: &[Placed], at: i64| note(&part, &key.public(), at, pictures).sign(&key);
        assert!(is_same(&with(&[], 7), &expected, 0));
        assert!(is_same(&with(&[picture(1), picture(2)], 7), &expected, 2));
        assert!(!is_same(&with(&[picture(1)], 7), &expected, 2));
        assert!(!is_same(&with(&[picture(1)], 8), &expected, 1));
        assert!(!is_same(&with(&[], 7), &expected, 1));
        let other = note(&Part::of_text("A loaf and more #bread"), &key.public(), 7, &[picture(1)]).sign(&key);
        assert!(!is_same(&other, &expected, 1));
    }

    #[test]
    fn a_reason_does_not_repeat_the_post() {
        let told = |why: &str| without_words(NetworkError::Refused(why.into()), "My starter sulks in the cold").to_string();
        assert_eq!(told("blocked: My starter sulks"), "A relay does not take it.");
        assert_eq!(told("blocked: go away"), "blocked: go away");
    }
}
