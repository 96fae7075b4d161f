//! `cargo x bench listen`: the matcher beside other engines. Both are built into `benches/listen`, which makes the topics, lets every engine
//! run in a process of its own, holds their answers against each other and says how quick they were.

use std::process::Command;

use anyhow::ensure;

use crate::machine;

/// Runs it; whether all engines answered alike.
pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let (root, target) = (machine::root()?, machine::target()?.join("listen"));
    let corpora = root.join("../shared/corpora");
    ensure!(arguments.len() <= 1, "bench listen knows a SEED, not {}", arguments.join(" "));
    ensure!(corpora.join("posts").is_dir(), "skipped: the posts are not in {}", corpora.display());
    let mut build = machine::cargo();
    build.current_dir(&root).args(["build", "--release", "--locked", "--manifest-path", "benches/listen/Cargo.toml", "--target-dir"]);
    ensure!(build.arg(&target).status()?.success(), "the build of the peers failed");
    println!("load average {:.1}", machine::load().unwrap_or(f64::NAN));
    Ok(Command::new(target.join("release/peers-listen")).arg(corpora).args(arguments).status()?.success())
}
