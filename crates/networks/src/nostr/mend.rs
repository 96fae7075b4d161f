//! A relay that was down when we spoke gets what it missed: our own words of the last days, handed from the relays that have them to
//! those that have not. What we took back is not brought back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::circle::Circle;
use super::event::{DELETION, Event, NOTE, REACTION, REPOST};

/// How far back is looked, how many events are compared, and how many are handed on in one go.
const DAYS: i64 = 3;
const COMPARED_MAX: usize = 200;
const HANDED_MAX: usize = 40;

/// How many events were handed to relays that lacked them. A trouble in this is no trouble: it is done again at the next look.
pub async fn mend(circle: &mut Circle<'_>, own: &str) -> usize {
    let from = circle.now.as_second() - DAYS * 86_400;
    let filter = json!({"kinds": [NOTE, DELETION, REPOST, REACTION], "authors": [own], "since": from, "limit": COMPARED_MAX});
    let told = circle.fetch_each(|_| Some(vec![filter.clone()])).await;
    let told: Vec<(String, Vec<Event>)> = told.into_iter().filter_map(|(url, answer)| Some((url, answer.ok()?))).collect();
    let mut handed = 0;
    for (url, event) in missing(&told, own).into_iter().take(HANDED_MAX) {
        handed += usize::from(circle.send_to(&url, &event).await.is_ok());
    }
    handed
}

/// What each relay lacks of our own, oldest first. A relay that gave a whole page may have more than it showed.
fn missing(told: &[(String, Vec<Event>)], own: &str) -> Vec<(String, Event)> {
    let all: BTreeMap<(i64, &str), &Event> =
        told.iter().flat_map(|(_, events)| events).filter(|e| e.pubkey == own).map(|e| ((e.created_at, e.id.as_str()), e)).collect();
    let gone: BTreeSet<&str> = all.values().filter(|e| e.kind == DELETION).flat_map(|e| e.values("e")).collect();
    let mut missing = Vec::new();
    for (url, events) in told.iter().filter(|(_, events)| events.len() < COMPARED_MAX) {
        let has: BTreeSet<&str> = events.iter().map(|e| e.id.as_str()).collect();
        let lacks = all.values().filter(|e| !has.contains(e.id.as_str()) && !gone.contains(e.id.as_str()));
        missing.extend(lacks.map(|e| (url.clone(), (*e).clone())));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::super::event::{Sketch, tag};
    use super::super::keys::Key;
    use super::*;

    #[test]
    fn what_is_missing_is_handed_on_and_what_was_taken_back_is_not() {
        let (own, ben) = (Key::make(), Key::make());
        let note = |at: i64, key: &Key| Sketch::new(NOTE, at, vec![], "x").sign(key);
        let (first, second, foreign) = (note(1, &own), note(2, &own), note(3, &ben));
        let deletion = Sketch::new(DELETION, 4, vec![tag(["e", &second.id])], "").sign(&own);
        let told = [
            ("wss://a".to_owned(), vec![first.clone(), second.clone(), foreign, deletion.clone()]),
            ("wss://b".to_owned(), vec![first.clone()]),
            ("wss://c".to_owned(), vec![]),
        ];
        let handed: Vec<(String, String)> = missing(&told, &own.public()).into_iter().map(|(url, e)| (url, e.id)).collect();
        let expected = [("wss://b", &deletion), ("wss://c", &first), ("wss://c", &deletion)];
        assert_eq!(handed, expected.map(|(url, e)| (url.to_owned(), e.id.clone())));
    }
}
