//! The room where talk is found that is worth joining: topics, where they are followed, and what they brought.
//! It answers nobody (that is converse) and ranks nothing by reach. Begin with `hear.rs`, then `worth.rs`.

pub mod selling;
pub mod worth;
