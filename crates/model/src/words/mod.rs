//! How text becomes words that can be compared: cut by Unicode's boundaries, made alike whatever their case, marks kept or left out as
//! the language wants, brought to their stems where the language is known. Not what a query means by them: that is `topic`. Everything
//! that looks for words in posts cuts and folds them here, so that all find the same. Begin with `cut`.

mod cut;
mod fold;
mod hash;
mod plain;
mod signs;
#[cfg(test)]
mod tests;
mod tongue;

pub use cut::{LOOKED_AT_MAX, Span, cut, looked_at, words};
pub use fold::{Marks, case_folded, unmarked};
pub use hash::{hash, hash_lower, hash_more};
pub use signs::signs;
pub use tongue::Tongue;
