//! Holds what the database narrowed to against the query itself, newest first, with a bound.

use model::sieve::{Sieve, Times};
use model::{Query, Visibility};
use store::search::{Candidate, Narrowed};
use store::{Kept, Tx};

/// Matches that are gathered at once: what is ranked, counted and divided by facets.
pub const WINDOW: usize = 400;
/// Posts that are held against the query at once, matching or not; a page says so and goes on from there.
pub const LOOKED_AT_MAX: usize = 2_000;
/// Posts read at once.
const BATCH: usize = 100;

/// What matched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sifted {
    /// Newest first.
    pub matched: Vec<Candidate>,
    /// There are no more.
    pub is_whole: bool,
    /// The place that was looked at last.
    pub last: Option<i64>,
}

/// Up to `count` posts that match, below a place.
pub fn sift(tx: &Tx<'_>, query: &Query, under: Option<i64>, count: usize) -> Kept<Sifted> {
    let sieve = Sieve::of(query);
    let mut asked = Narrowed { sieve: sieve.as_ref(), times: Times::of(query), under };
    let mut sifted = Sifted::default();
    let mut looked_at = 0;
    while looked_at < LOOKED_AT_MAX && sifted.matched.len() < count {
        let batch = BATCH.min(count + 1 - sifted.matched.len()).max(BATCH / 4);
        let some = tx.search().candidates(&asked, batch)?;
        looked_at += batch;
        sifted.is_whole = some.len() < batch;
        asked.under = some.last().map(|c| c.place).or(asked.under);
        // What was said in private is found in its own box alone.
        let is_shown = |c: &Candidate| c.kept.deleted_at.is_none() && c.kept.post.visibility != Visibility::Direct;
        sifted.matched.extend(some.into_iter().filter(|c| is_shown(c) && query.matches(&c.kept.post)));
        if sifted.is_whole {
            break;
        }
    }
    if sifted.matched.len() > count {
        sifted.matched.truncate(count);
        sifted.is_whole = false;
    }
    sifted.last = if sifted.matched.len() == count { sifted.matched.last().map(|c| c.place) } else { asked.under };
    Ok(sifted)
}
