//! Holds what the database narrowed to against the query itself, newest first, with a bound.

use std::ops::ControlFlow;

use model::sieve::{Sieve, Times};
use model::{Query, Reader, Visibility};
use store::search::{Candidate, Depth, Narrowed};
use store::{Kept, Tx};

/// Matches that are gathered at once: what is ranked, counted and divided by facets.
pub const WINDOW: usize = 400;
/// Posts that are held against the query at once, matching or not; a page says so and goes on from there.
pub const LOOKED_AT_MAX: usize = 2_000;
/// Bytes of text that are held against it at once, for the same: whole articles are posts as well.
pub const BYTES_MAX: usize = 1 << 20;

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
    let asked = Narrowed { sieve: sieve.as_ref(), times: Times::of(query), under, depth: Depth::default() };
    let mut reader = Reader::of(query);
    let (mut matched, mut last, mut bytes) = (Vec::new(), under, 0);
    let mut is_full = false;
    let walked = tx.search().walk(&asked, LOOKED_AT_MAX, |candidate| {
        // What was said in private is found in its own box alone.
        let is_shown = candidate.deleted_at.is_none() && candidate.post.visibility != Visibility::Direct;
        let is_match = is_shown && query.matches_reading(&reader.read(&candidate.post));
        if is_match && matched.len() == count {
            is_full = true;
            return ControlFlow::Break(());
        }
        (last, bytes) = (Some(candidate.place), bytes + candidate.post.text.len());
        if is_match {
            matched.push(candidate);
        }
        if bytes > BYTES_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(Sifted { matched, is_whole: walked.is_whole, last: if is_full { last } else { walked.last } })
}
