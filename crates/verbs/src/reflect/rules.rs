//! A desk's own rules of give and take: what it wants to be held against. They measure, and never block.

use store::{Kept, StoreError, Tx};

use crate::desk::accounts::must_own;
use crate::{Cx, Done, VerbError};

const GIFTS: &str = "gifts-for-an-ask";
const PERSONAL: &str = "personal-of-posts";
const ANSWERS: &str = "answers-for-a-post";
const MOST: u32 = 20;

/// What a desk wants of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Gifts for each ask.
    pub gifts: u32,
    /// One of so many posts is about the person.
    pub personal_of: u32,
    /// Answers for each post of one's own.
    pub answers: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { gifts: 3, personal_of: 5, answers: 2 }
    }
}

/// The desk's rules, in a transaction.
pub fn rules(tx: &Tx<'_>) -> Kept<Rules> {
    let usual = Rules::default();
    let of = |name, usual| Ok::<u32, StoreError>(tx.setting(name)?.and_then(|v| v.parse().ok()).unwrap_or(usual));
    Ok(Rules { gifts: of(GIFTS, usual.gifts)?, personal_of: of(PERSONAL, usual.personal_of)?, answers: of(ANSWERS, usual.answers)? })
}

/// Keeps the rules as they were filled in.
pub async fn set(cx: Cx<'_>, gifts: &str, personal_of: &str, answers: &str) -> Done<()> {
    must_own(cx)?;
    let read = |field: &'static str, written: &str| {
        let n = written.trim().parse::<u32>().ok().filter(|n| (1..=MOST).contains(n));
        n.ok_or_else(|| VerbError::wrong(field, format!("A rule is a whole number from 1 to {MOST}.")))
    };
    let pairs = [(GIFTS, read("gifts", gifts)?), (PERSONAL, read("personal", personal_of)?), (ANSWERS, read("answers", answers)?)];
    let work = move |tx: &Tx<'_>| pairs.iter().try_for_each(|(name, n)| tx.set_setting(name, &n.to_string()));
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, work).await?)
}
