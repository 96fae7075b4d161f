//! `cargo x bench search`: how long a search takes of a million kept posts, newest first and by relevance, however common its words are.
//! What it runs is an example of the verbs' crate.

use crate::machine;

/// Runs it; whether no query took longer than it may.
pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let mut bench = machine::cargo();
    bench.current_dir(machine::root()?);
    bench.args(["run", "--quiet", "--locked", "--release", "--package", "hobnob-verbs", "--example", "bench_search", "--"]);
    Ok(bench.args(arguments).status()?.success())
}
