//! `cargo x torment publish`: the real program with a real store, against networks where everything goes wrong, killed at random moments;
//! and at the end the books are held against what stands there. Nothing here knows how Hobnob does it. The networks are simulated
//! (`town.rs`, `sky.rs`, with the weather of `weather.rs`). Begin with [`run`], then `people.rs` and `books.rs`.

mod books;
mod clock;
mod desk;
mod dice;
mod pages;
mod people;
mod sky;
mod town;
mod weather;
mod wire;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use model::AccountId;

use crate::counterparts::{Installing, Postgres, Set};
use crate::machine;
use crate::process::{Scratch, free_port};
use books::Books;
use clock::Clock;
use desk::{Program, Server};
use dice::Dice;
use pages::Hand;
use people::{Ledger, Settler};
use sky::Sky;
use town::{Temper, Town};
use weather::{Mishap, Weather};
use wire::Site;

/// How many times as fast as the real one the clock goes.
const PACE: i64 = 40;
/// Accounts of each kind of network.
const OF_A_KIND: usize = 2;
/// People who write at the same time.
const WRITERS: u64 = 2;
/// More than so many deliveries in line, and the writers wait.
const IN_LINE_MAX: u64 = 1500;
/// After the storm, everything has to be settled within this time.
const SETTLE_MAX: Duration = Duration::from_secs(400);
/// Between kills.
const KILL_EVERY_MS: (u64, u64) = (2500, 9000);
/// Between jumps of the clock.
const JUMP_EVERY_MS: (u64, u64) = (9000, 25_000);
/// Between servers that go down.
const DOWN_EVERY_MS: (u64, u64) = (3000, 9000);
/// How far a clock jumps at most.
const JUMP_MAX_MS: u64 = 3 * 60 * 60 * 1000;
const TICK: Duration = Duration::from_millis(250);

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

/// One account on one server.
pub struct Place {
    pub kind: &'static str,
    pub handle: String,
    pub server: String,
    /// Whether a doubt can be settled there without a person.
    pub can_look: bool,
    pub account: Option<AccountId>,
    pub world: Arc<dyn World>,
    weather: Arc<Weather>,
    connect: (&'static str, Vec<(&'static str, String)>),
}

/// What everybody shares.
pub struct Run {
    pub program: Program,
    pub clock: Arc<Clock>,
    pub places: Vec<Place>,
    pub hands: Vec<Hand>,
    pub ledger: Ledger,
}

struct Asked {
    seed: u64,
    deliveries: u64,
    on_postgres: bool,
    pace: i64,
    keep: bool,
}

fn asked(words: &[&str]) -> anyhow::Result<Asked> {
    let mut asked = Asked { seed: 1, deliveries: 400, on_postgres: false, pace: PACE, keep: false };
    for pair in words.chunks(2) {
        match pair {
            ["--seed", n] => asked.seed = n.parse().context("--seed wants a whole number")?,
            ["--deliveries", n] => asked.deliveries = n.parse().context("--deliveries wants a whole number")?,
            ["--pace", n] => asked.pace = n.parse().context("--pace wants a whole number")?,
            ["--store", "sqlite"] => asked.on_postgres = false,
            ["--store", "postgres"] => asked.on_postgres = true,
            ["--keep", "data"] => asked.keep = true,
            other => bail!("torment knows --seed N, --deliveries N, --store sqlite|postgres, --pace N, --keep data; not {}", other.join(" ")),
        }
    }
    Ok(asked)
}

/// `cargo x torment publish …`; whether nothing was doubled, lost or stuck.
pub fn run(words: &[&str]) -> anyhow::Result<bool> {
    let asked = asked(words)?;
    let program = build()?;
    let postgres = if asked.on_postgres { Some(Postgres::start(&mut Installing::start(&[Set::Postgres]))?) } else { None };
    let database = postgres.as_ref().map(|p| p.make_database("torment")).transpose()?;
    simulated(&asked, &program, database)
}

/// The program as it is built for tests, or the one that `HOBNOB_BIN` names.
fn build() -> anyhow::Result<PathBuf> {
    if let Some(file) = std::env::var_os("HOBNOB_BIN") {
        return Ok(file.into());
    }
    let mut command: Command = machine::cargo();
    command.current_dir(machine::root()?).args(["build", "--package", "hobnob", "--locked", "--quiet"]);
    ensure!(command.status()?.success(), "hobnob can't be built");
    Ok(machine::target()?.join("debug/hobnob"))
}

fn simulated(asked: &Asked, program: &std::path::Path, database: Option<String>) -> anyhow::Result<bool> {
    let scratch = Scratch::new("torment")?;
    let clock = Arc::new(Clock::start(&scratch.0.join("clock"), asked.pace)?);
    let data = scratch.0.join("data");
    let program = Program::new(program, &data, database, &clock);
    let log = machine::target()?.join("torment.log");
    let _ = std::fs::remove_file(&log);
    let processes = if program.database.is_some() { 2 } else { 1 };
    let servers = (0..processes).map(|_| Server::start(&program, free_port()?, &log)).collect::<anyhow::Result<Vec<_>>>()?;
    let first = Hand::new(servers[0].port);
    first.begin()?;
    let mut places = places(asked.seed, &clock)?;
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
    ensure!(places.iter().all(|p| p.account.is_some()), "an account is missing");
    first.look("/write")?;
    let hands = servers.iter().map(|s| first.at(s.port)).collect();
    let run = Run { program, clock, places, hands, ledger: Ledger::default() };
    let began = Instant::now();
    storm(asked, &run, &servers, &books)?;
    let stormy = began.elapsed();
    let settled = calm(asked, &run, &books)?;
    let is_well = report(asked, &run, &books, (stormy, settled))?;
    if asked.keep || !is_well {
        println!("the data stay in {}", scratch.0.display());
        std::mem::forget(scratch);
    }
    Ok(is_well)
}

fn places(seed: u64, clock: &Arc<Clock>) -> anyhow::Result<Vec<Place>> {
    let mut places = Vec::new();
    let tempers =
        [("honours a key", Temper::HonoursKey), ("can be looked up", Temper::LooksUp), ("hides new posts", Temper::Hides), ("can't be looked up", Temper::CannotTell)];
    for (kind, temper) in tempers {
        for _ in 0..OF_A_KIND {
            let weather = Arc::new(Weather::new(seed, 100 + places.len() as u64));
            let town = Arc::new(Town::new(temper, clock.clone()));
            let port = wire::open(town.clone() as Arc<dyn Site>, weather.clone(), clock.clone())?;
            let server = format!("http://127.0.0.1:{port}");
            places.push(Place {
                kind,
                handle: format!("ada@127.0.0.1:{port}"),
                can_look: temper != Temper::CannotTell,
                account: None,
                world: town,
                weather,
                connect: ("mastodon", vec![("its-server", server.clone()), ("its-token", town::TOKEN.to_owned())]),
                server,
            });
        }
    }
    for number in 0..OF_A_KIND {
        let weather = Arc::new(Weather::new(seed, 200 + number as u64));
        let sky = Arc::new(Sky::new(number, clock.clone()));
        let port = wire::open(sky.clone() as Arc<dyn Site>, weather.clone(), clock.clone())?;
        let server = format!("http://127.0.0.1:{port}");
        places.push(Place {
            kind: "names by key",
            handle: sky.handle.clone(),
            can_look: true,
            account: None,
            weather,
            connect: (
                "bluesky",
                vec![("its-handle", sky.handle.clone()), ("its-password", sky::PASSWORD.to_owned()), ("its-server", server.clone())],
            ),
            world: sky,
            server,
        });
    }
    Ok(places)
}

/// Everybody at once, until enough was put in line.
fn storm(asked: &Asked, run: &Run, servers: &[Server], books: &Arc<Books>) -> anyhow::Result<()> {
    let ends = &run.ledger.ends;
    run.places.iter().for_each(|p| p.weather.turn(false));
    let answer = std::thread::scope(|scope| {
        for who in 0..WRITERS {
            scope.spawn(move || people::write(run, &Dice::new(asked.seed, 10 + who)));
        }
        scope.spawn(move || people::meddle(run, &Dice::new(asked.seed, 30)));
        // Kills and starts belong to the main thread: the kernel watches it on behalf of what it started.
        let answer = conduct(asked, run, servers, books);
        ends.store(true, Ordering::Relaxed);
        answer
    });
    run.places.iter().for_each(|p| p.weather.turn(true));
    run.clock.jump_to(0)?;
    answer
}

fn conduct(asked: &Asked, run: &Run, servers: &[Server], books: &Arc<Books>) -> anyhow::Result<()> {
    let dice = Dice::new(asked.seed, 1);
    let mut settler = Settler::new(books.clone());
    let began = Instant::now();
    let wait = |(from, until): (u64, u64)| Instant::now() + Duration::from_millis(dice.between(from, until));
    let (mut kill_at, mut jump_at, mut down_at) = (wait(KILL_EVERY_MS), wait(JUMP_EVERY_MS), wait(DOWN_EVERY_MS));
    let mut told = Instant::now();
    loop {
        std::thread::sleep(TICK);
        let (all, moving) = books.count()?;
        if all >= asked.deliveries {
            return Ok(());
        }
        run.ledger.is_full.store(moving > IN_LINE_MAX, Ordering::Relaxed);
        if told.elapsed() > Duration::from_secs(15) {
            told = Instant::now();
            println!("  {:>5.0} s: {all} deliveries, {moving} on their way", began.elapsed().as_secs_f64());
        }
        let now = Instant::now();
        if now >= kill_at {
            let server = &servers[usize::try_from(dice.roll(servers.len() as u64)).unwrap_or(0)];
            server.kill();
            run.ledger.kills.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(dice.roll(400)));
            server.start_again(&run.program)?;
            kill_at = wait(KILL_EVERY_MS);
        }
        if now >= jump_at {
            let off = i64::try_from(dice.roll(2 * JUMP_MAX_MS)).unwrap_or(0) - i64::try_from(JUMP_MAX_MS).unwrap_or(0);
            run.clock.jump_to(if dice.is(500) { 0 } else { off })?;
            run.ledger.jumps.fetch_add(1, Ordering::Relaxed);
            jump_at = wait(JUMP_EVERY_MS);
        }
        if now >= down_at {
            run.places[usize::try_from(dice.roll(run.places.len() as u64)).unwrap_or(0)].weather.go_down();
            down_at = wait(DOWN_EVERY_MS);
        }
        settler.settle(run, &dice, false)?;
    }
}

/// The weather is fine again: everything must come to rest. Answers how long that took.
fn calm(asked: &Asked, run: &Run, books: &Arc<Books>) -> anyhow::Result<Duration> {
    let dice = Dice::new(asked.seed, 2);
    let mut settler = Settler::new(books.clone());
    let began = Instant::now();
    while began.elapsed() < SETTLE_MAX {
        settler.settle(run, &dice, true)?;
        let (_, moving) = books.count()?;
        let waits = books.stuck()?.iter().any(|d| d.state != model::DeliveryState::Refused);
        if moving == 0 && !waits {
            break;
        }
        std::thread::sleep(TICK);
    }
    Ok(began.elapsed())
}

fn report(asked: &Asked, run: &Run, books: &Books, (stormy, settled): (Duration, Duration)) -> anyhow::Result<bool> {
    let all = books.all()?;
    let figures = books::judge(&all, &run.places);
    let ledger = &run.ledger;
    let n = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let mut met: BTreeMap<Mishap, u64> = BTreeMap::new();
    for place in &run.places {
        for (mishap, count) in place.weather.met() {
            *met.entry(mishap).or_default() += count;
        }
    }
    println!(
        "seed {}, {} deliveries, {}, clock {} times as fast: {:.0} s of storm, {:.0} s until all was settled",
        asked.seed,
        figures.intended,
        if run.program.database.is_some() { "PostgreSQL, two servers" } else { "SQLite, one server and the command line" },
        asked.pace,
        stormy.as_secs_f64(),
        settled.as_secs_f64()
    );
    println!(
        "{} kills, {} jumps of the clock, {} double presses, {} changes of mind, {} posts by command, {} were late, {} times refused",
        n(&ledger.kills), n(&ledger.jumps), n(&ledger.double_presses), n(&ledger.changes_of_mind), n(&ledger.by_command), n(&ledger.late), n(&ledger.refused)
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
        figures.intended, figures.landed, figures.refused, n(&ledger.asked), figures.cancelled, figures.doubled, figures.lost + missing, figures.stuck
    );
    Ok(figures.is_well() && missing == 0 && needless == 0)
}

/// Drafts of which the pages said that they are in line, and the books know nothing.
fn missing(ledger: &Ledger, all: &[model::Delivery]) -> u64 {
    let known: std::collections::HashSet<i64> = all.iter().map(|d| d.draft.0).collect();
    ledger.planned().into_iter().filter(|id| !known.contains(id)).count() as u64
}
