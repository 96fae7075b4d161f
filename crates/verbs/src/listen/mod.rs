//! The room where talk is found that is worth joining: topics, where they are followed, and what they brought.
//! It answers nobody (that is converse) and ranks nothing by reach. Begin with `hear.rs`, then `worth/mod.rs`.

pub mod canned;
mod ears;
pub mod firehose;
pub mod following;
pub mod hear;
pub mod kinds;
pub mod notice;
mod own_words;
pub mod pace;
pub mod pruning;
pub mod push;
pub mod selling;
pub mod sightings;
pub mod topics;
pub mod venues;
pub mod weigh;
pub mod worth;

pub use hear::{hear, read_feed};
pub use notice::notice;
pub use sightings::{Filter, Sighting, sightings};
pub use topics::watch_everywhere;
