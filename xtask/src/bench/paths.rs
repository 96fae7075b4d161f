//! `cargo x bench paths`: ways between people among a million with twenty million ties, beside petgraph and textbook searches in the same
//! process; then from SQLite after a cold start. The peers and the drawn people are in `benches/paths`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

use crate::machine;
use crate::process::Scratch;

const PEOPLE: &str = "1000000";
const PARTS: [&str; 2] = ["memory", "disk"];

pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let (mut people, mut only, mut file) = (PEOPLE, None, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match (*word, words.next()) {
            ("--people", Some(n)) => people = n,
            ("--only", Some(part)) if PARTS.contains(part) => only = Some(*part),
            // A file that was filled before, or that is to be kept.
            ("--file", Some(path)) => file = Some(PathBuf::from(path)),
            (other, _) => anyhow::bail!("bench paths knows --people N, --only memory or disk, --file PATH, not {other}"),
        }
    }
    let program = build()?;
    println!("load average {:.1}", machine::load().unwrap_or(f64::NAN));
    if only != Some("disk") {
        tell(&program, &["memory", people], None)?;
    }
    if only != Some("memory") {
        let scratch = Scratch::new("bench-paths")?;
        let file = file.unwrap_or_else(|| scratch.0.join("store.sqlite"));
        if !file.exists() {
            tell(&program, &["fill", people], Some(&file))?;
        }
        tell(&program, &["disk", people], Some(&file))?;
    }
    println!("load average {:.1}", machine::load().unwrap_or(f64::NAN));
    Ok(true)
}

fn tell(program: &Path, words: &[&str], file: Option<&Path>) -> anyhow::Result<()> {
    let done = Command::new(program).args(words).args(file).status()?;
    ensure!(done.success(), "{} {} failed: ways that are not equal are told above", program.display(), words.join(" "));
    Ok(())
}

fn build() -> anyhow::Result<PathBuf> {
    let target = machine::target()?.join("paths");
    let mut build = machine::cargo();
    let manifest = "benches/paths/Cargo.toml";
    build.current_dir(machine::root()?).args(["build", "--release", "--locked", "--manifest-path", manifest, "--target-dir"]);
    ensure!(build.arg(&target).status()?.success(), "the build of the peers failed");
    Ok(target.join("release/peer-paths"))
}
