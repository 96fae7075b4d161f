//! "What is new since" over pages that run newest first with cursors that only lead further back. Pure: it says which page is wanted
//! and takes what came; the facets make the calls.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Batch, Cursor};

/// The most pages read in one go; the rest waits for the next, which begins where this one ended.
pub const PAGES_MAX: usize = 4;
/// What the network sets in order late: lines this much older than the newest one we read may still be new to us.
const OVERLAP_MS: i64 = 120_000;
/// The longest cursor of the network that is kept.
const CURSOR_MAX: usize = 2048;
/// The most lines remembered as read, the newest of them.
const SEEN_MAX: usize = 200;

/// How far we have read, as it stands in our own cursor.
#[derive(Serialize, Deserialize, Default, Clone)]
struct Mark {
    /// The newest line's time.
    at: i64,
    /// Lines read within the overlap: their time and a short hash of their name.
    seen: Vec<(i64, String)>,
    /// An older stretch that was not read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<Gap>,
}

#[derive(Serialize, Deserialize, Clone)]
struct Gap {
    /// The network's cursor, to read on from.
    page: String,
    /// The mark before the stretch began.
    floor: i64,
    seen: Vec<(i64, String)>,
}

/// One go at reading on.
pub struct Reading<T> {
    mark: Mark,
    /// The stretch ends at this time …
    floor: i64,
    /// … and around it these were read.
    floor_seen: Vec<(i64, String)>,
    read_before: BTreeSet<String>,
    lines: Vec<(i64, String, T)>,
    page: Option<String>,
    pages_left: usize,
    is_first: bool,
    is_done: bool,
}

/// The network's cursor to the page after, where there is one worth following.
pub fn onward(cursor: Option<String>, lines: usize) -> Option<String> {
    cursor.filter(|c| lines > 0 && !c.is_empty() && c.len() <= CURSOR_MAX)
}

impl<T> Reading<T> {
    /// `first_pages`: how many pages a first reading brings.
    pub fn from(cursor: &Cursor, first_pages: usize) -> Reading<T> {
        let mark: Option<Mark> = serde_json::from_str(&cursor.0).ok();
        let is_first = mark.is_none();
        let mut mark = mark.unwrap_or_default();
        let gap = mark.gap.take();
        let (floor, floor_seen, page) = match gap {
            Some(gap) => (gap.floor, gap.seen, Some(gap.page)),
            None => (mark.at, mark.seen.clone(), None),
        };
        let read_before = mark.seen.iter().chain(&floor_seen).map(|(_, name)| name.clone()).collect();
        let pages_left = if is_first { first_pages.clamp(1, PAGES_MAX) } else { PAGES_MAX };
        Reading { floor, floor_seen, read_before, lines: Vec::new(), page, pages_left, is_first, is_done: false, mark }
    }

    /// The page to fetch next, by the network's cursor (`None` within: the newest); nothing when it is enough.
    pub fn wants(&self) -> Option<Option<String>> {
        (!self.is_done && self.pages_left > 0).then(|| self.page.clone())
    }

    /// Takes a page: each line with its time and its lasting name, newest first, and the network's cursor to the page after.
    pub fn take(&mut self, page: Vec<(i64, String, T)>, next: Option<String>) {
        self.pages_left = self.pages_left.saturating_sub(1);
        let from = self.floor.saturating_sub(OVERLAP_MS);
        // The last line decides: a single line further up may claim any time.
        let last = page.last().map(|(at, ..)| *at);
        for (at, name, line) in page {
            let name = short(&name);
            if (self.is_first || at >= from) && self.read_before.insert(name.clone()) {
                self.lines.push((at, name, line));
            }
        }
        let reached = !self.is_first && last.is_some_and(|at| at < from);
        self.is_done = reached || next.is_none() || next == self.page;
        self.page = next;
    }

    /// The network will not go on from its own cursor (any more): what lies behind it is given up. `false` where it refused the newest
    /// page, so that there is nothing to be had at all.
    pub fn give_up(&mut self) -> bool {
        self.is_done = true;
        self.page.is_some()
    }

    /// What was new, oldest first, and where to read on.
    pub fn finish(mut self) -> Batch<T> {
        // Lines of the same instant stay in the network's order.
        self.lines.reverse();
        self.lines.sort_by_key(|l| l.0);
        let mut mark = self.mark;
        mark.at = self.lines.last().map_or(mark.at, |l| l.0.max(mark.at));
        mark.seen.extend(self.lines.iter().map(|(at, name, _)| (*at, name.clone())));
        mark.seen.retain(|(at, _)| *at >= mark.at.saturating_sub(OVERLAP_MS));
        mark.seen.sort();
        mark.seen.drain(..mark.seen.len().saturating_sub(SEEN_MAX));
        if !self.is_done && !self.is_first {
            mark.gap = self.page.map(|page| Gap { page, floor: self.floor, seen: self.floor_seen });
        }
        let has_more = mark.gap.is_some();
        let next = Cursor(serde_json::to_string(&mark).expect("numbers and short texts are JSON"));
        Batch { items: self.lines.into_iter().map(|l| l.2).collect(), next, has_more }
    }
}

fn short(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(name.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: usize = 5;

    /// A network's list, newest first, whose cursor is the number of lines below it.
    fn read(list: &[(i64, String)], cursor: &Cursor) -> Batch<String> {
        let mut reading = Reading::from(cursor, 1);
        while let Some(page) = reading.wants() {
            let below = page.map_or(list.len(), |c| c.parse().unwrap());
            let start = below.saturating_sub(PAGE);
            let lines = list[start..below].iter().rev().map(|(at, name)| (*at, name.clone(), name.clone())).collect();
            reading.take(lines, (start > 0).then(|| start.to_string()));
        }
        reading.finish()
    }

    proptest! {
        #[test]
        fn whatever_comes_after_the_first_reading_is_read_once_and_in_order(
            bursts in proptest::collection::vec(proptest::collection::vec(0i64..90_000, 0..60), 1..8)
        ) {
            let (mut list, mut cursor, mut got, mut at) = (Vec::new(), Cursor::default(), Vec::new(), 1_000_000);
            for i in 0..7 {
                list.push((at, format!("old{i}")));
            }
            let first = read(&list, &cursor);
            prop_assert_eq!(first.items, (2..7).map(|i| format!("old{i}")).collect::<Vec<_>>());
            prop_assert!(!first.has_more);
            cursor = first.next;
            let known = list.len();
            for burst in bursts {
                for step in burst {
                    at += step;
                    list.push((at, format!("new{}", list.len())));
                }
                for _ in 0..30 {
                    let batch = read(&list, &cursor);
                    prop_assert!(batch.items.len() <= PAGE * PAGES_MAX);
                    got.extend(batch.items);
                    cursor = batch.next;
                    if !batch.has_more {
                        break;
                    }
                }
                prop_assert!(cursor.0.len() < 30_000);
            }
            got.retain(|n| n.starts_with("new"));
            let mut expected: Vec<_> = list[known..].iter().map(|l| l.1.clone()).collect();
            got.sort();
            expected.sort();
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn a_stretch_that_the_network_gives_no_more_is_given_up() {
        let mut reading: Reading<u8> = Reading::from(&Cursor(r#"{"at":1000000,"seen":[]}"#.into()), 1);
        for i in 0..PAGES_MAX {
            assert!(reading.wants().is_some());
            reading.take(vec![(2_000_000 - i as i64, i.to_string(), 0)], Some(format!("page {i}")));
        }
        let batch = reading.finish();
        assert!(batch.has_more);
        let mut reading: Reading<u8> = Reading::from(&batch.next, 1);
        assert_eq!(reading.wants(), Some(Some("page 3".into())));
        assert!(reading.give_up());
        assert!(!reading.finish().has_more);
        assert!(!Reading::<u8>::from(&Cursor::default(), 1).give_up());
    }

    #[test]
    fn a_cursor_that_is_not_ours_begins_anew() {
        let list = vec![(1, "a".to_owned()), (2, "b".to_owned())];
        assert_eq!(read(&list, &Cursor("rubbish".into())).items, ["a", "b"]);
    }
}
