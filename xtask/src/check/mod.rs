//! `cargo x check`: everything CI does, in the same order. It runs the parts of `parts.rs` one after another, says how
//! long each took, and ends with one line of counts. A part that this machine can't do is skipped aloud; in CI that is
//! a failure. It holds no knowledge of any part; begin with `parts.rs`.

mod counts;
mod parts;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;

pub use counts::Counts;

use crate::counterparts::{Installing, Postgres, Set};
use crate::{machine, process};

/// No part may take longer; a cold build of everything takes under half of it on two cores.
const PART_MAX: Duration = Duration::from_secs(40 * 60);
const LONGEST_SHOWN: usize = 5;

/// What the parts share.
pub struct Check {
    pub installing: Installing,
    postgres: Option<Postgres>,
    logs: PathBuf,
}

/// How a part ended, if nothing went wrong with the running itself.
pub enum Verdict {
    /// The part counts tests of its own.
    Counted(Counts),
    /// The part is one thing that holds or doesn't.
    Holds,
    /// It broke; what a person needs to see.
    Broke(Counts, String),
    /// This machine can't; why.
    Skipped(String),
}

pub struct Part {
    pub name: &'static str,
    pub what: &'static str,
    /// What must be installed for it.
    pub sets: &'static [Set],
    pub run: fn(&mut Check) -> anyhow::Result<Verdict>,
}

impl Check {
    /// Runs a command to its end with its output in the log of that name, which it hands back too.
    pub fn logged(&self, name: &str, command: Command) -> anyhow::Result<(bool, String)> {
        let log = self.log(name);
        let _ = fs::remove_file(&log);
        let status = process::run(command, &log, PART_MAX)?;
        Ok((status.success(), String::from_utf8_lossy(&fs::read(&log)?).into_owned()))
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// The PostgreSQL of this check, started when it is first needed.
    pub fn postgres(&mut self) -> anyhow::Result<&Postgres> {
        if self.postgres.is_none() {
            self.postgres = Some(Postgres::start(&mut self.installing)?);
        }
        Ok(self.postgres.as_ref().expect("started just above"))
    }
}

pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    if arguments == ["--list"] {
        for part in parts::ALL {
            println!("{:<10} {}", part.name, part.what);
        }
        return Ok(true);
    }
    let chosen = choose(arguments)?;
    let logs = machine::target()?.join("check");
    fs::create_dir_all(&logs)?;
    println!("{} parts; what each says is kept in {}", chosen.len(), logs.display());
    let mut check = Check { installing: Installing::start(&sets(&chosen)), postgres: None, logs };
    let mut done = Vec::new();
    for part in chosen {
        let began = Instant::now();
        let verdict = (part.run)(&mut check);
        let counts = tell(part, verdict, began.elapsed(), &check);
        done.push((part.name, began.elapsed(), counts));
    }
    Ok(close(&mut done))
}

fn choose(arguments: &[&str]) -> anyhow::Result<Vec<&'static Part>> {
    let mut chosen = Vec::new();
    for pair in arguments.chunks(2) {
        let ["--only", name] = pair else { bail!("check knows --list and --only NAME, not {}", pair.join(" ")) };
        match parts::ALL.iter().find(|p| p.name == *name) {
            Some(part) => chosen.push(part),
            None => bail!("there is no part {name}; `cargo x check --list` names them"),
        }
    }
    Ok(if chosen.is_empty() { parts::ALL.iter().collect() } else { chosen })
}

/// Every set once, in the order in which the parts come to need them.
fn sets(parts: &[&Part]) -> Vec<Set> {
    let mut sets: Vec<Set> = Vec::new();
    for set in parts.iter().flat_map(|p| p.sets) {
        if !sets.contains(set) {
            sets.push(*set);
        }
    }
    sets
}

/// Prints how a part went, and gives what it adds to the sum.
fn tell(part: &Part, verdict: anyhow::Result<Verdict>, took: Duration, check: &Check) -> Counts {
    let seconds = took.as_secs_f64();
    let line = |word: &str, rest: &str| println!("{:<10} {word:<7} {seconds:>7.1} s  {rest}", part.name);
    match verdict {
        Ok(Verdict::Holds) => {
            line("ok", part.what);
            Counts::default()
        }
        Ok(Verdict::Counted(counts)) if machine::in_ci() && counts.must_not_skip().is_some() => {
            line("FAILED", &format!("nothing may be skipped in CI: {}", counts.must_not_skip().unwrap_or_default()));
            Counts { failed: counts.failed + 1, ..counts }
        }
        Ok(Verdict::Counted(counts)) if counts.failed == 0 => {
            line("ok", &counts.to_string());
            for reason in &counts.reasons {
                println!("           skipped: {reason}");
            }
            counts
        }
        Ok(Verdict::Skipped(why)) if machine::in_ci() => {
            line("FAILED", &format!("nothing may be skipped in CI: {why}"));
            Counts::one_failed()
        }
        Ok(Verdict::Skipped(why)) => {
            line("SKIPPED", &why);
            Counts { skipped: 1, ..Counts::default() }
        }
        Ok(Verdict::Counted(counts)) => {
            line("FAILED", &counts.to_string());
            println!("{}\n", process::tail(&check.log(part.name)));
            counts
        }
        Ok(Verdict::Broke(counts, words)) => {
            line("FAILED", &counts.to_string());
            println!("{words}\n");
            Counts { failed: counts.failed.max(1), ..counts }
        }
        Err(error) => {
            line("FAILED", &format!("{error:#}"));
            Counts::one_failed()
        }
    }
}

/// The longest parts, and the line that CI reads. Whether all is well.
fn close(done: &mut [(&str, Duration, Counts)]) -> bool {
    let sum = done.iter().fold(Counts::default(), |sum, (_, _, counts)| sum.and(counts));
    let whole: Duration = done.iter().map(|(_, took, _)| *took).sum();
    done.sort_by_key(|(_, took, _)| std::cmp::Reverse(*took));
    println!("\n{:.0} s in all; the longest parts:", whole.as_secs_f64());
    for (name, took, _) in done.iter().take(LONGEST_SHOWN) {
        println!("  {name:<10} {:>7.1} s", took.as_secs_f64());
    }
    println!("\n{sum}");
    sum.failed == 0
}
