//! The same words from many mouths: near-duplicates among very many posts, looked up by what three of their rarer words have in common, in a
//! table that never grows. Not: how like two texts at hand are, which is `likeness`; nor whether canned words are bad. Begin with [`Canned`];
//! a [`Sketch`] is all that is kept of a text.

mod bucket;
mod cut;
mod index;
mod record;
mod sketch;

pub use index::{BYTES_A_POST, Canned, Found};
pub use record::NEARLY;
pub use sketch::Sketch;

#[cfg(test)]
mod tests;
