//! "What is new since" over several relays, each with a mark of its own: one that was down is read from where it was left.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::circle::Circle;
use super::event::Event;
use super::translate::AHEAD_MAX;
use crate::{Answer, Batch, Cursor, NetworkError};

/// Events asked for at a time.
pub const PAGE: usize = 200;
/// Pages read back in one go, of each relay; a first reading is one. What is older than that is passed over.
const PAGES_MAX: usize = 6;
/// Events reach relays late, and clocks differ: so many seconds are read again.
const OVERLAP_S: i64 = 300;
/// Ids remembered of what was read again.
const SEEN_MAX: usize = 600;
/// Letters of an id that are remembered.
const SHORT: usize = 12;

#[derive(Serialize, Deserialize, Default)]
struct Mark {
    /// The newest second read, by relay.
    at: BTreeMap<String, i64>,
    /// What was read around there: second, and the beginning of the id.
    seen: Vec<(i64, String)>,
}

/// What is new, oldest first, each with the relays that had it. `filter` is the question without its times.
pub async fn since(circle: &mut Circle<'_>, from: &Cursor, filter: &Value) -> Answer<Batch<(Event, Vec<String>)>> {
    let mark: Mark = serde_json::from_str(&from.0).unwrap_or_default();
    let latest = (circle.now + AHEAD_MAX).as_second();
    let mut found: HashMap<String, (Event, Vec<String>)> = HashMap::new();
    let mut next_at: BTreeMap<String, i64> = mark.at.clone();
    // The relays still to be read further back, and the second up to which.
    let mut until: HashMap<String, Option<i64>> = HashMap::new();
    let (mut has_answer, mut trouble) = (false, None);
    for page in 0..PAGES_MAX {
        let told = circle
            .fetch_each(|url| {
                let until = if page == 0 { None } else { *until.get(url)? };
                Some(vec![timed(filter, mark.at.get(url).map(|at| at - OVERLAP_S), until)])
            })
            .await;
        until.clear();
        for (url, answer) in told {
            let events = match answer {
                Ok(events) => events,
                // Half read is not read: the next time begins where this one did.
                Err(error) => {
                    trouble = Some(error);
                    match mark.at.get(&url) {
                        Some(at) => drop(next_at.insert(url, *at)),
                        None => drop(next_at.remove(&url)),
                    }
                    continue;
                }
            };
            has_answer = true;
            let (oldest, count) = (events.iter().map(|e| e.created_at).min(), events.len());
            let newest = events.iter().map(|e| e.created_at).filter(|at| *at <= latest).max().unwrap_or(0).min(circle.now.as_second());
            let known = next_at.entry(url.clone()).or_insert(newest);
            *known = (*known).max(newest);
            if count >= PAGE && mark.at.contains_key(&url) {
                // Some relays leave the last second out.
                until.insert(url.clone(), oldest.map(|at| at + 1));
            }
            for event in events.into_iter().filter(|e| e.created_at <= latest) {
                let (_, on) = found.entry(event.id.clone()).or_insert_with(|| (event, Vec::new()));
                if !on.contains(&url) {
                    on.push(url.clone());
                }
            }
        }
        if until.is_empty() {
            break;
        }
    }
    if !has_answer {
        return Err(trouble.unwrap_or(NetworkError::Refused("No relay is named for this account.".into())));
    }
    Ok(batch(mark, next_at, found))
}

fn batch(mark: Mark, at: BTreeMap<String, i64>, found: HashMap<String, (Event, Vec<String>)>) -> Batch<(Event, Vec<String>)> {
    let read: HashSet<&str> = mark.seen.iter().map(|(_, id)| id.as_str()).collect();
    let mut items: Vec<(Event, Vec<String>)> = found.into_values().filter(|(e, _)| !read.contains(&e.id[..SHORT])).collect();
    items.sort_by(|(a, _), (b, _)| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    let floor = at.values().min().copied().unwrap_or(0) - OVERLAP_S;
    let mut seen = mark.seen;
    seen.extend(items.iter().map(|(e, _)| (e.created_at, e.id[..SHORT].to_owned())));
    seen.retain(|(second, _)| *second >= floor);
    seen.sort();
    seen.drain(..seen.len().saturating_sub(SEEN_MAX));
    let next = Cursor(serde_json::to_string(&Mark { at, seen }).expect("numbers and texts are JSON"));
    Batch { items, next, has_more: false }
}

fn timed(filter: &Value, since: Option<i64>, until: Option<i64>) -> Value {
    let mut filter = filter.clone();
    filter["limit"] = PAGE.into();
    if let Some(since) = since {
        filter["since"] = since.max(0).into();
    }
    if let Some(until) = until {
        filter["until"] = until.into();
    }
    filter
}
