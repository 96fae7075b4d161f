//! `cargo x torment publish`: the real program with a real store, against networks where everything goes wrong, killed at random moments;
//! and at the end the books are held against what stands there. Nothing here knows how Hobnob does it. The networks are simulated
//! (`town.rs`, `sky.rs`), or servers of others behind a bad line (`relay.rs`); what goes wrong is in `weather.rs`. Begin with [`run`],
//! then `storm.rs`, `people.rs` and `books.rs`.

mod books;
mod clock;
mod desk;
mod dice;
pub mod listen;
mod pages;
pub mod peers;
mod people;
mod places;
mod relay;
mod sky;
mod storm;
mod stream;
mod town;
mod weather;
mod wire;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::counterparts::{Bluesky, Installing, Mastodon, Postgres, Set};
use crate::machine;
use crate::process::{Scratch, free_port};
use books::Books;
use clock::Clock;
use desk::{Program, Server};
use pages::Hand;
use people::{Ledger, Settler};
pub use places::Place;
use weather::Mishap;

/// How many times as fast as the real one the clock goes.
const PACE: i64 = 40;
/// Accounts of each kind of simulated network.
const OF_A_KIND: usize = 2;

/// One thing that stands on a network.
pub struct Standing {
    pub text: String,
    /// The network's own name for it.
    pub at: String,
    pub parent: Option<String>,
}

/// What is known of a network without asking Hobnob.
pub trait World: Send + Sync {
    fn standing(&self) -> Vec<Standing>;
    /// What a network has to say of how it was used.
    fn complaints(&self) -> Vec<String>;
}

/// What everybody shares.
pub struct Run {
    pub program: Program,
    pub clock: Arc<Clock>,
    pub places: Vec<Place>,
    pub hands: Vec<Hand>,
    pub ledger: Ledger,
}

/// What was asked for on the command line.
pub struct Asked {
    pub seed: u64,
    pub deliveries: u64,
    /// The storm goes on until so many kills were made.
    pub kills: u64,
    on_postgres: bool,
    on_real: bool,
    /// People who write at the same time.
    pub writers: u64,
    /// The middle of the time between two kills.
    pub kill_every_ms: u64,
    pace: i64,
    keeps: bool,
}

fn asked(words: &[&str]) -> anyhow::Result<Asked> {
    let mut asked = Asked {
        seed: 1,
        deliveries: 400,
        kills: 0,
        on_postgres: false,
        on_real: false,
        writers: storm::WRITERS,
        kill_every_ms: storm::KILL_EVERY_MS,
        pace: PACE,
        keeps: false,
    };
    for pair in words.chunks(2) {
        match pair {
            ["--seed", n] => asked.seed = n.parse().context("--seed wants a whole number")?,
            ["--deliveries", n] => asked.deliveries = n.parse().context("--deliveries wants a whole number")?,
            ["--kills", n] => asked.kills = n.parse().context("--kills wants a whole number")?,
            ["--writers", n] => asked.writers = n.parse().context("--writers wants a whole number")?,
            ["--kill-every", ms] => asked.kill_every_ms = ms.parse().context("--kill-every wants milliseconds")?,
            ["--pace", n] => asked.pace = n.parse().context("--pace wants a whole number")?,
            ["--store", "sqlite"] => asked.on_postgres = false,
            ["--store", "postgres"] => asked.on_postgres = true,
            ["--networks", "simulated"] => asked.on_real = false,
            ["--networks", "real"] => asked.on_real = true,
            ["--keep", "data"] => asked.keeps = true,
            other => bail!(
                "torment knows --seed N, --deliveries N, --kills N, --store sqlite|postgres, --networks simulated|real, --writers N, --kill-every MS, --pace N, --keep data; not {}",
                other.join(" ")
            ),
        }
    }
    ensure!(asked.pace >= 1, "--pace wants at least 1");
    ensure!((1..=20).contains(&asked.writers), "--writers wants 1 to 20");
    ensure!(asked.kill_every_ms >= 100, "--kill-every wants at least 100");
    Ok(asked)
}

/// `cargo x torment publish …`; whether nothing was doubled, lost or stuck.
pub fn run(words: &[&str]) -> anyhow::Result<bool> {
    let asked = asked(words)?;
    let program = build()?;
    let sets: &[Set] = match (asked.on_real, asked.on_postgres) {
        (true, _) => &[Set::Postgres, Set::Mastodon, Set::Bluesky],
        (false, true) => &[Set::Postgres],
        (false, false) => &[],
    };
    let mut installing = Installing::start(sets);
    let postgres = if sets.is_empty() { None } else { Some(Postgres::start(&mut installing)?) };
    let database = match &postgres {
        Some(postgres) if asked.on_postgres => Some(postgres.make_database("torment")?),
        _ => None,
    };
    let others = match &postgres {
        Some(postgres) if asked.on_real => Some((Mastodon::start(&mut installing)?, Bluesky::start(&mut installing, postgres)?)),
        _ => None,
    };
    torment(&asked, &program, database, others.as_ref())
}

/// The program as it is built for tests, or the one that `HOBNOB_BIN` names.
fn build() -> anyhow::Result<PathBuf> {
    if let Some(file) = std::env::var_os("HOBNOB_BIN") {
        return Ok(file.into());
    }
    ensure!(machine::build()?.status()?.success(), "hobnob can't be built");
    Ok(machine::target()?.join("debug/hobnob"))
}

fn torment(asked: &Asked, program: &Path, database: Option<String>, others: Option<&(Mastodon, Bluesky)>) -> anyhow::Result<bool> {
    let scratch = Scratch::new("torment")?;
    let clock = Arc::new(Clock::start(&scratch.0.join("clock"), asked.pace)?);
    let program = Program::new(program, &scratch.0.join("data"), database, &clock);
    let log = machine::target()?.join("torment.log");
    let _ = std::fs::remove_file(&log);
    // A PostgreSQL may have two servers; beside the one on SQLite there is the command line.
    let processes = if program.database.is_some() { 2 } else { 1 };
    let servers = (0..processes).map(|_| Server::start(&program, free_port()?, &log)).collect::<anyhow::Result<Vec<_>>>()?;
    let first = Hand::new(servers[0].port);
    first.begin()?;
    let mut places = match others {
        Some((mastodon, bluesky)) => places::real(asked.seed, &clock, (mastodon, bluesky))?,
        None => places::simulated(asked.seed, &clock)?,
    };
    for place in &places {
        let fields: Vec<(&str, &str)> = place.connect.1.iter().map(|(n, v)| (*n, v.as_str())).collect();
        first.connect(place.connect.0, &fields)?;
    }
    let books = Arc::new(Books::open(&program)?);
    for (account, server) in books.accounts()? {
        if let Some(place) = places.iter_mut().find(|p| p.server == server) {
            place.account = Some(account);
        }
    }
    ensure!(places.iter().all(|p| p.account.is_some()), "an account is missing: {:?}", books.accounts()?);
    first.look("/write")?;
    let hands = servers.iter().map(|s| first.at(s.port)).collect();
    let run = Run { program, clock, places, hands, ledger: Ledger::default() };
    let mut settler = Settler::new(books.clone());
    let began = Instant::now();
    storm::storm(asked, &run, &servers, &mut settler)?;
    let stormy = began.elapsed();
    let settled = storm::calm(asked, &run, &mut settler)?;
    let is_well = report(asked, &run, &books, (stormy, settled))?;
    if asked.keeps || !is_well {
        // Scratch folders of runs that are over are swept away; this one is to be looked at.
        let kept = std::env::temp_dir().join(format!("kept-torment-{}", std::process::id()));
        std::fs::rename(&scratch.0, &kept)?;
        println!("the data stay in {}; the log is {}", kept.display(), log.display());
    }
    Ok(is_well)
}

fn report(asked: &Asked, run: &Run, books: &Books, (stormy, settled): (Duration, Duration)) -> anyhow::Result<bool> {
    let all = books.all()?;
    let figures = books::judge(&all, &run.places);
    let ledger = &run.ledger;
    let n = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let mut met: BTreeMap<Mishap, u64> = BTreeMap::new();
    for place in &run.places {
        for (mishap, count) in place.weather.met() {
            *met.entry(mishap).or_default() += count;
        }
    }
    println!(
        "seed {}, {} deliveries on {}, {}, clock {} times as fast: {:.0} s of storm, {:.0} s until all was settled",
        asked.seed,
        figures.intended,
        if asked.on_real { "servers of others" } else { "simulated networks" },
        if run.program.database.is_some() { "PostgreSQL, two servers" } else { "SQLite, one server and the command line" },
        asked.pace,
        stormy.as_secs_f64(),
        settled.as_secs_f64()
    );
    println!(
        "{} kills, {} jumps of the clock, {} double presses, {} changes of mind, {} posts by command, {} were late, {} times refused",
        n(&ledger.kills),
        n(&ledger.jumps),
        n(&ledger.double_presses),
        n(&ledger.changes_of_mind),
        n(&ledger.by_command),
        n(&ledger.late),
        n(&ledger.refused)
    );
    println!("mishaps: {}", met.iter().map(|(m, n)| format!("{m:?} {n}")).collect::<Vec<_>>().join(", "));
    for (kind, (landed, of)) in &figures.by_kind {
        println!("  {kind:<20} {landed:>6} of {of:>6} landed");
    }
    for words in &figures.wrong {
        println!("WRONG {words}");
    }
    let missing = missing(ledger, &all);
    if missing > 0 {
        println!("WRONG {missing} drafts that were put in line are nowhere");
    }
    let needless = n(&ledger.asked_needlessly);
    if needless > 0 {
        println!("WRONG a person was asked {needless} times where it could have been looked up");
    }
    println!(
        "intended {}  landed {}  refused {}  asked {}  cancelled {}  doubled {}  lost {}  stuck {}",
        figures.intended,
        figures.landed,
        figures.refused,
        n(&ledger.asked),
        figures.cancelled,
        figures.doubled,
        figures.lost + missing,
        figures.stuck
    );
    Ok(figures.is_well() && missing == 0 && needless == 0)
}

/// Drafts of which the pages said that they are in line, and the books know nothing.
fn missing(ledger: &Ledger, all: &[model::Delivery]) -> u64 {
    let known: HashSet<i64> = all.iter().map(|d| d.draft.0).collect();
    ledger.planned().into_iter().filter(|id| !known.contains(id)).count() as u64
}
