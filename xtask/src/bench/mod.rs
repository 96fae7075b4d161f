//! `cargo x bench`: what a release build costs to run. Not part of the check, since a crowded machine says nothing true.
//! Begin with `footprint.rs`.

pub mod canned;
pub mod footprint;
pub mod listen;
mod load;
pub mod pages;
pub mod paths;
pub mod publish;
pub mod search;
pub mod visits;
