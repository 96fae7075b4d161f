//! Whether it takes us where we wanted: aims, links, visits, balance. It counts and says so; what it counts was kept by others.
//! Begin with `visit.rs`, then `aims.rs` and `progress.rs`.

pub mod aims;
pub mod balance;
pub mod links;
pub mod progress;
pub mod rules;
pub mod verdict;
pub mod visit;
pub mod weeks;
mod words;
