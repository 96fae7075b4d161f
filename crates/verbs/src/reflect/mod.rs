//! Whether it takes us where we wanted: aims, links, visits, balance. It counts and says so; what it counts was kept by others.
//! Begin with `visit.rs`, then `aims.rs` and `progress.rs`.

pub mod aims;
pub mod balance;
pub mod beyond;
pub mod bring_in;
pub mod by_mail;
pub mod everyone;
pub mod hanging;
pub mod letter;
pub mod links;
pub mod outcomes;
pub mod progress;
pub mod readers;
pub mod rules;
pub mod sites;
pub mod spoken;
pub mod trials;
pub mod visit;
pub mod visitor;
pub mod weeks;
mod words;
