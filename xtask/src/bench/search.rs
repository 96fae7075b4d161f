//! `cargo x bench search`: how long a search takes of a million kept posts, newest first and by relevance, however common its words are.
//! What it runs is an example of the verbs' crate.

use std::process::Command;

use crate::machine;

/// Runs it; whether no query took longer than it may.
pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let program = machine::built("--example", "bench_search", true)?;
    Ok(Command::new(program).current_dir(machine::root()?).args(arguments).status()?.success())
}
