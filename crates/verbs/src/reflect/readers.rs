//! Readers of a feed of our own, by its server's log: services that fetch it for many say for how many, and whatever else fetches it is one reader by
//! address and agent for that day. What is counted for an aim is each reader above the highest mean of seven days before.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use model::{Aim, Timestamp};
use store::{Kept, Tx};

use super::sites::day_of;
use super::visitor::log::Line;

/// Days of one mean, and how many of them must be known.
const SPAN_DAYS: i64 = 7;
const KNOWN_MIN: usize = 4;
/// Nobody fetches for more than these.
const READERS_MAX: u64 = 10_000_000;
const PATH_MAX: usize = 300;
/// New readers that are counted one by one.
const NEW_MAX: u64 = 100_000;

/// Readers by day and path.
pub(super) fn of_log(lines: &[Line]) -> BTreeMap<(String, String), u64> {
    #[derive(Default)]
    struct Day {
        /// By service: the most it said that day.
        said: BTreeMap<String, u64>,
        single: BTreeSet<u64>,
    }
    let salt = RandomState::new();
    let mut days: BTreeMap<(String, String), Day> = BTreeMap::new();
    for line in lines {
        let fetched = line.facts.method == "GET" && matches!(line.status, None | Some(200 | 304));
        let path = line.path.split(['?', '#']).next().unwrap_or_default();
        let (Some(at), true, true) = (line.at, fetched, is_feed(path)) else { continue };
        let agent = line.facts.user_agent.as_deref().unwrap_or_default();
        let day = days.entry((day_of(at), path.chars().take(PATH_MAX).collect())).or_default();
        match subscribers(agent) {
            Some((service, n)) => {
                let most = day.said.entry(service).or_default();
                *most = (*most).max(n);
            }
            None if is_crawler(agent) => {}
            None => {
                day.single.insert(salt.hash_one((&line.facts.place, agent)));
            }
        }
    }
    days.into_iter().map(|(key, day)| (key, (day.said.values().sum::<u64>() + day.single.len() as u64).min(READERS_MAX))).collect()
}

/// Whether a path is a feed's, by the names under which programs that make sites put them.
fn is_feed(path: &str) -> bool {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(name, "feed" | "rss" | "atom" | "feed.xml" | "feed.json" | "rss.xml" | "atom.xml" | "index.xml" | "index.rss" | "rss2")
        || name.ends_with(".rss")
        || name.ends_with(".atom")
}

/// `Feedly/1.0 (…; 12 subscribers; …)`: the service, and for how many it fetches. A number of the feed beside it tells several of one service apart.
fn subscribers(agent: &str) -> Option<(String, u64)> {
    let lower = agent.to_ascii_lowercase();
    let at = lower.find(" subscriber").or_else(|| lower.find(" reader"))?;
    let number = lower[..at].rsplit(|c: char| !c.is_ascii_digit() && c != ',').next()?.replace(',', "");
    let n = number.parse::<u64>().ok()?.min(READERS_MAX);
    let service = agent.split(['/', ' ', '(', ';']).next().unwrap_or_default().to_ascii_lowercase();
    let feed = lower.split("feed-id=").nth(1).map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>());
    Some((format!("{service} {}", feed.unwrap_or_default()), n))
}

/// Whatever reads for a search engine or a test, and for nobody.
fn is_crawler(agent: &str) -> bool {
    let lower = agent.to_ascii_lowercase();
    agent.trim().is_empty() || ["bot", "crawl", "spider", "monitor", "validator", "curl/", "wget/"].iter().any(|word| lower.contains(word))
}

/// When each new reader was counted, oldest first.
pub(super) fn instants(tx: &Tx<'_>, aim: &Aim) -> Kept<Vec<Timestamp>> {
    let since = day_of(aim.created_at - SignedDuration::from_hours(24 * SPAN_DAYS));
    let url = aim.url.as_deref().and_then(|u| url::Url::parse(u).ok());
    let at = url.as_ref().and_then(|u| Some((u.host_str()?.trim_start_matches("www."), u.path()))).filter(|(_, path)| is_feed(path));
    let days = tx.outcomes().feed_days(&since, at)?;
    let began = aim.created_at.to_zoned(TimeZone::UTC).date();
    Ok(new_readers(&days.into_iter().filter_map(|(day, n)| Some((day.parse().ok()?, n))).collect::<Vec<_>>(), began))
}

/// The first mean is where it begins; from then on each reader above the highest before is one.
fn new_readers(days: &[(Date, u64)], began: Date) -> Vec<Timestamp> {
    let mut highest: Option<u64> = None;
    let mut found = Vec::new();
    for (at, (day, _)) in days.iter().enumerate() {
        let first = day.checked_sub((SPAN_DAYS - 1).days()).unwrap_or(*day);
        let span: Vec<u64> = days[..=at].iter().rev().take_while(|(d, _)| *d >= first).map(|(_, n)| *n).collect();
        if span.len() < KNOWN_MIN {
            continue;
        }
        let mean = span.iter().sum::<u64>() / span.len() as u64;
        let before = *highest.get_or_insert(mean);
        if mean > before {
            highest = Some(mean);
            if *day >= began
                && let Ok(noon) = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC)
            {
                found.extend(std::iter::repeat_n(noon.timestamp(), (mean - before).min(NEW_MAX) as usize));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::visitor::log::read;
    use super::*;

    #[test]
    fn a_log_tells_of_a_feeds_readers() {
        let line = |place: &str, day: &str, path: &str, status: u16, agent: &str| {
            read(&format!("{place} - - [{day}/Sep/2026:09:14:07 +0000] \"GET {path} HTTP/1.1\" {status} 10 \"-\" \"{agent}\"")).unwrap()
        };
        let feedly = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers; like FeedFetcher-Google)";
        let lines = [
            line("203.0.113.1", "07", "/feed/", 200, feedly),
            line("203.0.113.2", "07", "/feed/", 304, &feedly.replace("12", "13")),
            line("203.0.113.3", "07", "/feed/", 200, "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1,200 subscribers; )"),
            line("203.0.113.4", "07", "/feed/", 200, "NetNewsWire (RSS Reader; https://netnewswire.com/)"),
            line("203.0.113.4", "07", "/feed/", 304, "NetNewsWire (RSS Reader; https://netnewswire.com/)"),
            line("203.0.113.5", "07", "/feed/", 200, "Mozilla/5.0 Thunderbird/128.0"),
            line("203.0.113.6", "07", "/feed/", 200, "Mozilla/5.0 (compatible; Googlebot/2.1)"),
            line("203.0.113.7", "07", "/feed/", 404, "Liferea/1.15"),
            line("203.0.113.7", "07", "/about", 200, "Liferea/1.15"),
            line("203.0.113.7", "08", "/feed/", 200, "Liferea/1.15"),
        ];
        let found: Vec<(String, u64)> = of_log(&lines).into_iter().map(|((day, path), n)| (day + " " + &path, n)).collect();
        assert_eq!(found, [("2026-09-07 /feed/".to_owned(), 13 + 1200 + 2), ("2026-09-08 /feed/".to_owned(), 1)]);
    }

    #[test]
    fn new_is_who_is_above_the_most_before() {
        let days = |numbers: &[u64]| -> Vec<(Date, u64)> {
            numbers.iter().enumerate().map(|(i, n)| (jiff::civil::date(2026, 9, 1 + i as i8), *n)).collect()
        };
        let began = jiff::civil::date(2026, 9, 3);
        assert!(new_readers(&days(&[10, 10, 10]), began).is_empty(), "too few days are known");
        assert_eq!(new_readers(&days(&[10, 10, 10, 10, 14, 14, 14, 14, 14, 14, 14]), began).len(), 4);
        assert!(new_readers(&days(&[10; 20]), began).is_empty());
        // One busy day is no growth beyond what the mean says, and its end is no loss.
        assert_eq!(new_readers(&days(&[10, 10, 10, 10, 10, 10, 10, 24, 10, 10, 10, 10, 10, 10, 10, 10, 11]), began).len(), 2);
    }
}
