//! The same words from many mouths: near-duplicates among very many posts, found by MinHash (Broder, "On the resemblance and containment of
//! documents", 1997) in a table that never grows. Not: how like two texts at hand are, which is `likeness`; nor whether canned words are bad.
//! Begin with [`Canned`]; a [`Sketch`] is all that is kept of a text.

mod index;
mod sketch;

pub use index::{BYTES_A_POST, Canned, Found};
pub use sketch::{NEARLY, Sketch};

#[cfg(test)]
mod tests;
