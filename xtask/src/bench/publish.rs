//! `cargo x bench publish`: 10,000 posts due in the same second, on SQLite with every commit on the disk and on PostgreSQL with the same,
//! beside apalis. Each turn is a process of its own on a store of its own; the disk's own syncs are counted before and after it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::counterparts::{Installing, Postgres, Set};
use crate::machine;
use crate::process::Scratch;

const JOBS: u32 = 10_000;
const ROUNDS: usize = 3;
const SYNC_FOR: Duration = Duration::from_millis(1500);
/// A page of SQLite's log, and of PostgreSQL's nearly.
const SYNC_BYTES: usize = 4096;
/// What the house promises of itself: begun within so many seconds, all and 99 of 100; so many times apalis on SQLite; so much of what
/// the disk allows.
const BEGUN_S_MAX: f64 = 2.0;
const BEGUN_99_S_MAX: f64 = 1.0;
const RATIO_MIN: f64 = 50.0;
const SHARE_MIN: f64 = 0.8;

/// Who takes a turn.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    /// Deliveries: the attempt committed, the network called, what came of it settled; and then the post kept with its talk, which the rate
    /// leaves out and `filed` tells.
    Deliveries,
    /// Due work alone, which is what the peer does.
    Jobs,
    /// apalis as it comes.
    PeerAsItComes,
    /// With the batch and the concurrency at which it was quickest here.
    PeerAtItsBest,
}

const TURNS: [Who; 4] = [Who::Deliveries, Who::PeerAsItComes, Who::Jobs, Who::PeerAtItsBest];
/// Jobs fetched together, and at work at once: what apalis has where nothing is said, and the quickest on SQLite of 10/10, 100/100,
/// 1,000/100, 1,000/1,000 and 5,000/1,000.
const AS_IT_COMES: [&str; 2] = ["10", "10"];
const AT_ITS_BEST: [&str; 2] = ["100", "100"];

impl Who {
    fn name(self) -> &'static str {
        match self {
            Who::Deliveries => "hobnob, deliveries",
            Who::Jobs => "hobnob, jobs alone",
            Who::PeerAsItComes => "apalis as it comes",
            Who::PeerAtItsBest => "apalis at its best",
        }
    }
}

/// The two programs.
struct Programs {
    ours: PathBuf,
    peer: PathBuf,
}

/// What came of one turn.
struct Turn {
    rate: f64,
    /// Middle, 99th of 100, last, in ms.
    begun: [f64; 3],
    /// Commits a second, of what the disk can do: where we count them.
    share: Option<f64>,
}

pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let rounds = match arguments {
        [] => ROUNDS,
        ["--rounds", n] => n.parse()?,
        other => anyhow::bail!("bench publish knows --rounds N, not {}", other.join(" ")),
    };
    let programs = Programs { ours: super::built("publish")?, peer: build_peer()? };
    println!(
        "{JOBS} due in the same second; 4 desks, 100 accounts; apalis 1.0.0 (a batch of {}, {} at once as it comes; {}, {} at its best)",
        AS_IT_COMES[0], AS_IT_COMES[1], AT_ITS_BEST[0], AT_ITS_BEST[1]
    );
    println!(
        "lateness of the first touch in ms; a commit may hold many deliveries, `disk` is the share of its syncs that were our commits"
    );
    let mut installing = Installing::start(&[Set::Postgres]);
    let lite = on(&programs, None, rounds)?;
    let postgres = Postgres::start_durable(&mut installing)?;
    on(&programs, Some(&postgres), rounds)?;
    Ok(judge(&lite))
}

/// All rounds on one store, by turns.
fn on(programs: &Programs, postgres: Option<&Postgres>, rounds: usize) -> anyhow::Result<Vec<(Who, Turn)>> {
    let store = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut all = Vec::new();
    for round in 1..=rounds {
        for who in TURNS {
            let scratch = Scratch::new("bench-publish")?;
            let place = match postgres {
                Some(server) => server.make_database(&format!("turn_{}", all.len()))?,
                None => scratch.0.join("store.sqlite").display().to_string(),
            };
            let before = syncs(&scratch.0)?;
            let told = turn(programs, who, &place)?;
            let disk = (before + syncs(&scratch.0)?) / 2.0;
            let turn = read(&told, disk)?;
            let [middle, late, last] = turn.begun;
            println!(
                "{store:<10} round {round}  {:<18} {:8.0} /s   begun {middle:6.0} {late:6.0} {last:6.0} ms   {:>7} us CPU each{}   disk {disk:5.0} syncs/s{}   load {:.1}",
                who.name(),
                turn.rate,
                each(&told["cpu"]).unwrap_or("-".to_owned()),
                filed(&told),
                turn.share.map_or(String::new(), |share| format!(", {share:.2} of it used")),
                machine::load().unwrap_or(f64::NAN)
            );
            all.push((who, turn));
        }
    }
    for (ours, theirs) in [
        (Who::Deliveries, Who::PeerAsItComes),
        (Who::Deliveries, Who::PeerAtItsBest),
        (Who::Jobs, Who::PeerAsItComes),
        (Who::Jobs, Who::PeerAtItsBest),
    ] {
        let [middle, least, most] = ratio(&all, ours, theirs);
        println!("{store:<10} {} : {}  {middle:.1} times ({least:.1} to {most:.1})", ours.name(), theirs.name());
    }
    Ok(all)
}

/// Of so many CPU seconds, the share of each, in us.
fn each(cpu: &Value) -> Option<String> {
    cpu.as_f64().map(|cpu| format!("{:.0}", cpu * 1e6 / f64::from(JOBS)))
}

/// What was filed after what had to leave: how much of the CPU until it was settled, and when the last was filed.
fn filed(told: &Value) -> String {
    match (each(&told["settled_cpu"]), told["filed"].as_f64()) {
        (Some(settled), Some(filed)) => format!(" ({settled} until settled), all filed after {filed:.1} s"),
        _ => String::new(),
    }
}

fn turn(programs: &Programs, who: Who, place: &str) -> anyhow::Result<Value> {
    let jobs = JOBS.to_string();
    let mut command = match who {
        Who::Deliveries | Who::Jobs => Command::new(&programs.ours),
        Who::PeerAsItComes | Who::PeerAtItsBest => Command::new(&programs.peer),
    };
    command.args([place, &jobs]);
    match who {
        Who::Deliveries => command.arg("deliveries"),
        Who::Jobs => command.arg("jobs"),
        Who::PeerAsItComes => command.args(AS_IT_COMES),
        Who::PeerAtItsBest => command.args(AT_ITS_BEST),
    };
    let done = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(done.status.success(), "{}: {}", who.name(), String::from_utf8_lossy(&done.stderr));
    let told = String::from_utf8_lossy(&done.stdout);
    serde_json::from_str(told.lines().last().unwrap_or_default()).with_context(|| format!("{} said: {told}", who.name()))
}

fn read(told: &Value, disk: f64) -> anyhow::Result<Turn> {
    let number = |value: &Value| value.as_f64().context("not a number");
    let seconds = number(&told["seconds"])?;
    let mut begun = [0.0; 3];
    for (at, begun) in begun.iter_mut().enumerate() {
        *begun = number(&told["begun_ms"][at])?;
    }
    let share = told["commits"].as_f64().map(|commits| commits / seconds / disk);
    Ok(Turn { rate: number(&told["jobs"])? / seconds, begun, share })
}

/// What the disk can do by itself: appends of a page, each brought to the disk, a second.
fn syncs(folder: &Path) -> anyhow::Result<f64> {
    let mut file = File::create(folder.join("syncs"))?;
    let page = [7; SYNC_BYTES];
    let began = Instant::now();
    let mut count = 0.0;
    while began.elapsed() < SYNC_FOR {
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1.0;
    }
    Ok(count / began.elapsed().as_secs_f64())
}

/// How many times the rate of `theirs`, round by round: the middle, the least, the most.
fn ratio(all: &[(Who, Turn)], ours: Who, theirs: Who) -> [f64; 3] {
    let rates = |who: Who| all.iter().filter(move |(w, _)| *w == who).map(|(_, turn)| turn.rate);
    spread(rates(ours).zip(rates(theirs)).map(|(a, b)| a / b).collect())
}

/// The middle, the least, the most.
fn spread(mut all: Vec<f64>) -> [f64; 3] {
    all.sort_by(f64::total_cmp);
    let at = |n: usize| all.get(n).copied().unwrap_or(f64::NAN);
    [at(all.len() / 2), at(0), at(all.len().saturating_sub(1))]
}

/// Whether the house keeps what it promises of itself on SQLite.
fn judge(all: &[(Who, Turn)]) -> bool {
    let of = |pick: &dyn Fn(&Turn) -> f64| {
        spread(all.iter().filter(|(who, _)| *who == Who::Deliveries).map(|(_, turn)| pick(turn)).collect())[0]
    };
    let said = [
        (of(&|t| t.begun[2] / 1e3) <= BEGUN_S_MAX, format!("all begun within {BEGUN_S_MAX} s")),
        (of(&|t| t.begun[1] / 1e3) <= BEGUN_99_S_MAX, format!("99 of 100 begun within {BEGUN_99_S_MAX} s")),
        (
            ratio(all, Who::Deliveries, Who::PeerAsItComes)[0] >= RATIO_MIN,
            format!("deliveries at least {RATIO_MIN} times apalis as it comes"),
        ),
        (ratio(all, Who::Jobs, Who::PeerAtItsBest)[0] >= RATIO_MIN, format!("jobs alone at least {RATIO_MIN} times apalis at its best")),
        (of(&|t| t.share.unwrap_or(0.0)) >= SHARE_MIN, format!("at least {SHARE_MIN} of the disk's syncs")),
    ];
    for (is_kept, what) in &said {
        println!("{}: {what}", if *is_kept { "kept" } else { "BROKEN" });
    }
    said.iter().all(|(is_kept, _)| *is_kept)
}

/// The peer, built.
pub fn build_peer() -> anyhow::Result<PathBuf> {
    let target = machine::target()?.join("apalis");
    let mut build = machine::cargo();
    build.current_dir(machine::root()?).args([
        "build",
        "--release",
        "--locked",
        "--manifest-path",
        "benches/apalis/Cargo.toml",
        "--target-dir",
    ]);
    ensure!(build.arg(&target).status()?.success(), "the build of the peer failed");
    Ok(target.join("release/peer-apalis"))
}
