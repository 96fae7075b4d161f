//! Beyond one's circle: do our conversations cross networks, languages, sizes of following, new and old faces; and how rich are they. No score of
//! people, and nobody is named.

use jiff::SignedDuration;
use model::Timestamp;
use store::{Kept, StoreError, Tx};

use super::words::{capital, count, number};
use crate::{Cx, Done};

/// Days that are looked at.
const DAYS: i64 = 84;
/// An exchange is rich from so many words of each side on.
pub const RICH_TURNS: u32 = 3;
/// Somebody came back who spoke to us again so long after the first time.
const BACK_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Followed by fewer is a small circle, by more than the second a great one.
const SMALL_BELOW: u64 = 500;
const GREAT_FROM: u64 = 10_000;

/// What was counted over twelve weeks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    pub people: u64,
    pub new: u64,
    pub came_back: u64,
    /// By how many follow them: few, some, many, and not known.
    pub sizes: [u64; 4],
    /// Networks' names and languages, with words to and fro, most first.
    pub networks: Vec<(String, u64)>,
    pub languages: Vec<(String, u64)>,
    pub talks: u64,
    pub rich: u64,
}

impl Beyond {
    /// In sentences.
    pub fn said(&self) -> Vec<String> {
        if self.people == 0 {
            return vec!["You talked with nobody in these twelve weeks.".to_owned()];
        }
        let people = |n: u64| count(n, "person", "people");
        let mut said = vec![format!(
            "{} in twelve weeks: {} new, {} you knew.",
            capital(&people(self.people)),
            if self.new == 0 { "none".to_owned() } else { number(self.new) },
            if self.people == self.new { "none".to_owned() } else { number(self.people - self.new) }
        )];
        said.push(format!("{} came back of themselves, two weeks or more after the first time.", capital(&number(self.came_back))));
        said.push(format!(
            "Of {}, {} had three words or more from each side.",
            count(self.talks, "conversation", "conversations"),
            number(self.rich)
        ));
        if self.networks.len() > 1 || self.languages.len() > 1 {
            let languages = if self.languages.is_empty() {
                String::new()
            } else {
                format!(" and {}", count(self.languages.len() as u64, "language", "languages"))
            };
            said.push(format!("They run on {}{languages}.", count(self.networks.len() as u64, "network", "networks")));
        } else {
            said.push("All of it on one network, and in one language.".to_owned());
        }
        let [small, some, great, unknown] = self.sizes;
        if unknown < self.people {
            said.push(format!(
                "Followed by fewer than 500: {}; by more than 10,000: {}; in between: {}.",
                number(small),
                number(great),
                number(some)
            ));
        }
        said
    }
}

/// Counts, in a transaction.
pub fn count_in(tx: &Tx<'_>, now: Timestamp) -> Kept<Beyond> {
    let since = now - SignedDuration::from_hours(24 * DAYS);
    let met = tx.beyond().met(since)?;
    let (talks, rich) = tx.beyond().exchanges(since, RICH_TURNS)?;
    let mut sizes = [0; 4];
    for one in &met {
        let at = match one.followers {
            None => 3,
            Some(..SMALL_BELOW) => 0,
            Some(SMALL_BELOW..GREAT_FROM) => 1,
            Some(_) => 2,
        };
        sizes[at] += 1;
    }
    let came_back = |first: Option<Timestamp>, last: Option<Timestamp>| matches!((first, last), (Some(first), Some(last)) if last.duration_since(first) >= BACK_AFTER);
    Ok(Beyond {
        people: met.len() as u64,
        new: met.iter().filter(|m| m.first_at.is_some_and(|at| at >= since)).count() as u64,
        came_back: met.iter().filter(|m| came_back(m.first_at, m.last_theirs)).count() as u64,
        sizes,
        networks: tx.beyond().networks(since)?,
        languages: tx.beyond().languages(since)?,
        talks,
        rich,
    })
}

/// Counts over the last twelve weeks.
pub async fn look(cx: Cx<'_>) -> Done<Beyond> {
    let (now, networks) = (cx.now, cx.app.networks.clone());
    let mut found = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| count_in(tx, now)).await?;
    for (key, _) in &mut found.networks {
        if let Some(network) = networks.get(&model::NetworkKey(key.clone())) {
            *key = network.about().name.to_owned();
        }
    }
    Ok(found)
}
