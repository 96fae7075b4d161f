//! `cargo x bench`: what a release build costs to run. Not part of the check, since a crowded machine says nothing true.
//! Begin with `footprint.rs`.

pub mod canned;
pub mod footprint;
mod large;
pub mod listen;
mod load;
pub mod pages;
pub mod paths;
pub mod publish;
pub mod search;
pub mod visits;

use std::path::PathBuf;

/// A bench of the program's own crate, in its release build.
fn built(name: &str) -> anyhow::Result<PathBuf> {
    crate::machine::built("--bench", name, true)
}
