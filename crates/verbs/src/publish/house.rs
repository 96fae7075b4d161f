//! What is tidied up after publishing, from the desk's own house-keeping.

use jiff::SignedDuration;
use model::Timestamp;
use store::{Kept, Tx};

use super::drafts::THROWN_FOR;

/// Drafts forgotten in one go; the rest next time.
const FORGET_MAX: u32 = 50;
/// A file of drafts that nobody confirmed is kept so long.
const IMPORT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Forgets what was thrown away long ago, with its pictures, and files that nobody confirmed.
pub fn tidy(tx: &Tx<'_>, now: Timestamp) -> Kept<()> {
    crate::relate::opt_ins::tidy(tx, now)?;
    tx.drafts().forget_thrown(now - THROWN_FOR, FORGET_MAX)?;
    tx.imports().delete_before(now - IMPORT_FOR)
}
