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
use std::process::Stdio;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::machine;

/// A bench of the program's own crate, in its release build.
fn built(name: &str) -> anyhow::Result<PathBuf> {
    let mut build = machine::cargo();
    build.current_dir(machine::root()?).args(["build", "--release", "--package", "hobnob", "--bench", name, "--locked"]);
    build.args(["--message-format", "json-render-diagnostics"]);
    let done = build.stderr(Stdio::inherit()).output()?;
    ensure!(done.status.success(), "the bench {name} could not be built");
    let said = String::from_utf8_lossy(&done.stdout);
    let made = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let file = made.filter(|m| m["target"]["name"] == name).find_map(|m| m["executable"].as_str().map(PathBuf::from));
    file.context("cargo did not say where it put the bench")
}
