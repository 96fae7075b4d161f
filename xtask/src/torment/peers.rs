//! `cargo x torment peers`: what a queue does to posts when it is killed at random moments, for comparison: apalis on SQLite, and the script with
//! `for update skip locked` on PostgreSQL. The network only counts, and is never at fault; nothing else goes wrong. Hobnob's own turn is
//! `cargo x torment publish`, where everything does.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::clock::Clock;
use super::dice::Dice;
use super::weather::{Mishap, Weather};
use super::wire::{self, Reply, Request, Site};
use crate::counterparts::{Installing, Postgres, Set};
use crate::process::{Scratch, leash};

/// How long a post takes on the network; it is done in the middle of it.
const TAKES: Duration = Duration::from_millis(40);
/// Between a start and the next kill.
const KILL_EVERY_MS: (u64, u64) = (150, 1_200);
/// After the last kill all has to be settled within this time.
const SETTLE_MAX: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How often each post came.
#[derive(Default)]
struct Counter(Mutex<HashMap<String, u32>>);

impl Site for Counter {
    fn writes(&self, _: &Request) -> bool {
        true
    }
    fn serve(&self, request: &Request) -> Reply {
        std::thread::sleep(TAKES / 2);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(request.path.clone()).or_default() += 1;
        std::thread::sleep(TAKES / 2);
        Reply::json(200, &serde_json::json!({}))
    }
    fn trouble(&self, _: Mishap) -> Reply {
        Reply::json(500, &serde_json::json!({}))
    }
}

struct Asked {
    seed: u64,
    kills: u64,
    jobs: u64,
}

fn asked(words: &[&str]) -> anyhow::Result<Asked> {
    let mut asked = Asked { seed: 1, kills: 100, jobs: 20_000 };
    for pair in words.chunks(2) {
        match pair {
            ["--seed", n] => asked.seed = n.parse().context("--seed wants a whole number")?,
            ["--kills", n] => asked.kills = n.parse().context("--kills wants a whole number")?,
            ["--posts", n] => asked.jobs = n.parse().context("--posts wants a whole number")?,
            other => bail!("torment peers knows --seed N, --kills N, --posts N; not {}", other.join(" ")),
        }
    }
    Ok(asked)
}

/// `cargo x torment peers …`. What the peers do is told, and no judgement of this run.
pub fn run(words: &[&str]) -> anyhow::Result<bool> {
    let asked = asked(words)?;
    let peer = crate::bench::publish::build_peer()?;
    let mut installing = Installing::start(&[Set::Postgres]);
    let scratch = Scratch::new("torment-peers")?;
    println!(
        "{} posts each, {} kills (-9) between {} and {} ms after a start, seed {}",
        asked.jobs, asked.kills, KILL_EVERY_MS.0, KILL_EVERY_MS.1, asked.seed
    );
    torment(&asked, &peer, "apalis on SQLite", &scratch.0.join("apalis.sqlite").display().to_string())?;
    let postgres = Postgres::start_durable(&mut installing)?;
    torment(&asked, &peer, "skip locked on PostgreSQL", &postgres.make_database("torment_peers")?)?;
    Ok(true)
}

fn torment(asked: &Asked, peer: &PathBuf, name: &str, store: &str) -> anyhow::Result<()> {
    let counter = Arc::new(Counter::default());
    let scratch = Scratch::new("torment-peer")?;
    let clock = Arc::new(Clock::start(&scratch.0.join("clock"), 1)?);
    let port = wire::open(counter.clone(), Arc::new(Weather::new(asked.seed, 1)), clock)?;
    let network = format!("127.0.0.1:{port}");
    let filled = Command::new(peer).args(["fill", store, &asked.jobs.to_string()]).output()?;
    ensure!(filled.status.success(), "{name}: {}", String::from_utf8_lossy(&filled.stderr));
    let dice = Dice::new(asked.seed, 2);
    let start = || -> anyhow::Result<Child> {
        let mut command = Command::new(peer);
        command.args(["post", store, &network]).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(leash(&command, "KILL").spawn()?)
    };
    let mut kills = 0;
    // It may end by itself: all is done, or it can't begin while the one before it counts as alive.
    while kills < asked.kills {
        let mut child = start()?;
        std::thread::sleep(Duration::from_millis(dice.between(KILL_EVERY_MS.0, KILL_EVERY_MS.1)));
        let is_over = child.try_wait()?.is_some_and(|status| status.success());
        child.kill()?;
        child.wait()?;
        if is_over {
            break;
        }
        kills += 1;
    }
    let (began, mut is_settled) = (Instant::now(), false);
    while !is_settled && began.elapsed() < SETTLE_MAX {
        let mut child = start()?;
        while began.elapsed() < SETTLE_MAX && child.try_wait()?.is_none() {
            std::thread::sleep(LOOK_EVERY);
        }
        is_settled = child.try_wait()?.is_some_and(|status| status.success());
        let _ = child.kill();
        child.wait()?;
    }
    let counts = counter.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (doubled, more) = counts.values().filter(|n| **n > 1).fold((0, 0), |(posts, more), n| (posts + 1, more + n - 1));
    println!(
        "{name}: {kills} kills, intended {}, stand at least once {}, doubled {doubled} ({more} too many), lost {}{}",
        asked.jobs,
        counts.len(),
        asked.jobs - counts.len() as u64,
        if is_settled { String::new() } else { format!("; not settled {} s after the last kill", SETTLE_MAX.as_secs()) }
    );
    Ok(())
}
