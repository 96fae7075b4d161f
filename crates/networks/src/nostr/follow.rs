//! Whom we follow: a list that is replaced whole at every change (kind 3). What stands in it and is not ours to know stays as it is; and
//! a list that can't be read whole is not replaced, since what it held would be gone.

use serde_json::json;

use super::circle::Circle;
use super::event::{Event, FOLLOWS, Sketch, TAGS_MAX, Tag, tag};
use super::keys::is_id;
use super::us::Us;
use crate::{Answer, Call, NetworkError};

/// A list dated further ahead than this can't be followed by a newer one.
const AHEAD_MAX_S: i64 = 900;

/// Follows a key, or no more. Doing so twice changes nothing.
pub async fn follow(call: &Call<'_>, public: &str, is_on: bool) -> Answer<()> {
    let us = Us::of(call)?;
    if !is_id(public) {
        return Err(NetworkError::NotThere);
    }
    if public == us.public() {
        return Err(NetworkError::Refused("That is this account itself.".into()));
    }
    let mut circle = us.circle(call).await;
    let before = list(&mut circle, us.public()).await?;
    let Some(tags) = changed(before.as_ref().map_or(&[][..], |e| e.tags.as_slice()), public, is_on)? else { return Ok(()) };
    let now = call.now.as_second();
    let at = before.as_ref().map_or(now, |e| now.max(e.created_at + 1));
    if at > now + AHEAD_MAX_S {
        return Err(NetworkError::Refused("The list of whom you follow is dated in the future. Nothing was changed.".into()));
    }
    let content = before.map(|e| e.content).unwrap_or_default();
    let event = us.signer.sign(Sketch::new(FOLLOWS, at, tags, content), call.http, call.now).await?;
    circle.send(&event).await.map(drop)
}

/// The newest list. That there is none is believed only where every relay of ours says so.
async fn list(circle: &mut Circle<'_>, own: &str) -> Answer<Option<Event>> {
    let filter = json!({"kinds": [FOLLOWS], "authors": [own], "limit": 1});
    let told = circle.fetch_each(|_| Some(vec![filter.clone()])).await;
    let (mut newest, mut silent): (Option<Event>, Option<NetworkError>) = (None, None);
    for (_, answer) in told {
        match answer {
            Ok(events) => {
                let mine = events.into_iter().filter(|e| e.kind == FOLLOWS && e.pubkey == own);
                newest = mine.chain(newest).max_by(|a, b| (a.created_at, &b.id).cmp(&(b.created_at, &a.id)));
            }
            Err(error) => silent = Some(error),
        }
    }
    match (newest, silent) {
        (None, Some(_)) => {
            Err(NetworkError::Away("a relay that may have the list of whom you follow does not answer; nothing was changed".into()))
        }
        (newest, _) => Ok(newest),
    }
}

/// The list with somebody put behind it or taken out; `None` where that is so already.
fn changed(tags: &[Tag], public: &str, is_on: bool) -> Answer<Option<Vec<Tag>>> {
    let is_theirs = |t: &Tag| t.first().is_some_and(|n| n == "p") && t.get(1).is_some_and(|key| key == public);
    if tags.iter().any(is_theirs) == is_on {
        return Ok(None);
    }
    let mut all: Vec<Tag> = tags.iter().filter(|t| !is_theirs(t)).cloned().collect();
    if is_on {
        if all.len() >= TAGS_MAX {
            return Err(NetworkError::Refused(format!("{TAGS_MAX} people are followed already, and relays take no longer list.")));
        }
        all.push(tag(["p", public]));
    }
    Ok(Some(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_stays_in_the_list() {
        let list = vec![tag(["p", "aa", "wss://r.example", "Ben"]), tag(["t", "rye"]), tag(["p", "bb"])];
        assert_eq!(changed(&list, "aa", true), Ok(None));
        assert_eq!(changed(&list, "cc", false), Ok(None));
        let more = changed(&list, "cc", true).unwrap().unwrap();
        assert_eq!((&more[..3], &more[3]), (&list[..], &tag(["p", "cc"])));
        assert_eq!(changed(&list, "bb", false).unwrap().unwrap(), list[..2]);
        let full: Vec<Tag> = (0..TAGS_MAX).map(|n| tag(["p", &n.to_string()])).collect();
        assert!(changed(&full, "x", true).is_err());
        assert_eq!(changed(&full, "7", false).unwrap().unwrap().len(), TAGS_MAX - 1);
    }
}
