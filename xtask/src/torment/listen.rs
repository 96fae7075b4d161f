//! `cargo x torment listen`: the real program reads the whole of a simulated network at thousands of posts a second, is killed every few
//! minutes while lines break; and at the end what it kept is held against what was said. `stream.rs` is the network. With `--pace N` the
//! clock goes N times as fast as the real one, so that a day takes an hour.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use model::Seat;
use store::{Store, StoreError};

use super::clock::Clock;
use super::desk::{Program, Server};
use super::dice::Dice;
use super::pages::Hand;
use super::sky::{self, Sky};
use super::stream::{Stream, TOPICS};
use super::weather::Weather;
use super::{books, wire};
use crate::machine;
use crate::process::{Scratch, free_port};

/// Nothing that a topic asks for is said before so many real seconds: until then the program has read its topics.
const QUIET_S: u64 = 20;
/// Once all was said, it has to be kept within this time.
const KEEP_MAX: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// In so long something has to be read.
const STUCK_MAX: Duration = Duration::from_secs(120);
const TELL_EVERY: Duration = Duration::from_secs(60);

struct Asked {
    seed: u64,
    rate: u64,
    /// By the clock.
    minutes: u64,
    /// The middle of the time between two kills, in seconds of the clock.
    kill_every_s: u64,
    /// How many times as fast as the real one the clock goes.
    pace: u64,
}

fn asked(words: &[&str]) -> anyhow::Result<Asked> {
    let mut asked = Asked { seed: 1, rate: 2000, minutes: 2, kill_every_s: 120, pace: 1 };
    for pair in words.chunks(2) {
        let (name, number) = match pair {
            [name, n] => (*name, n.parse().with_context(|| format!("{name} wants a whole number"))?),
            _ => bail!("{} wants a number", pair.join(" ")),
        };
        match name {
            "--seed" => asked.seed = number,
            "--rate" => asked.rate = number,
            "--minutes" => asked.minutes = number,
            "--kill-every" => asked.kill_every_s = number,
            "--pace" => asked.pace = number,
            other => {
                bail!("torment listen knows --seed N, --rate POSTS-A-SECOND, --minutes N, --kill-every SECONDS, --pace N; not {other}")
            }
        }
    }
    ensure!((1..=20_000).contains(&asked.rate), "--rate wants 1 to 20000");
    ensure!((1..=1440).contains(&asked.minutes), "--minutes wants 1 to 1440");
    ensure!((1..=60).contains(&asked.pace), "--pace wants 1 to 60");
    ensure!(asked.kill_every_s >= 5 * asked.pace, "--kill-every wants at least 5, times the pace");
    Ok(asked)
}

/// Whether nothing was lost, doubled, or kept unasked.
pub fn run(words: &[&str]) -> anyhow::Result<bool> {
    let asked = asked(words)?;
    let file = super::build()?;
    let scratch = Scratch::new("torment")?;
    let clock = Arc::new(Clock::start(&scratch.0.join("clock"), i64::try_from(asked.pace)?)?);
    let log = machine::target()?.join("torment.log");
    let _ = std::fs::remove_file(&log);

    let quiet = QUIET_S * asked.pace;
    let end = (quiet + asked.minutes * 60) * asked.rate;
    let stream = Arc::new(Stream::new(asked.seed, asked.rate, clock.clone(), quiet * asked.rate, end)?);
    let port = stream.open()?;
    let weather = Arc::new(Weather::new(asked.seed, 1));
    let sky = Arc::new(Sky::new(0, clock.clone()).with_stream(stream.clone()));
    let sky_port = wire::open(sky.clone(), weather, clock.clone())?;

    let mut program = Program::new(&file, &scratch.0.join("data"), None, &clock);
    program.firehose = Some(format!("bluesky=ws://127.0.0.1:{port}/subscribe"));
    let server = Server::start(&program, free_port()?, &log)?;
    let hand = Hand::new(server.port);
    hand.begin()?;
    for (name, query) in TOPICS {
        hand.look("/listen/topics")?;
        let status = hand.press("/listen/topics", &[("name", name), ("query", query)])?;
        ensure!(status == 303, "the topic {name} was not taken: {status}");
    }
    let address = format!("http://127.0.0.1:{sky_port}");
    hand.connect("bluesky", &[("its-handle", sky.handle.as_str()), ("its-password", sky::PASSWORD), ("its-server", address.as_str())])?;
    while stream.connections.load(Ordering::Relaxed) == 0 {
        ensure!(clock.now_us() < stream.time_of(stream.first), "the firehose was not opened within {QUIET_S} s");
        std::thread::sleep(Duration::from_millis(50));
    }
    let memory = storm(&asked, &stream, &program, &server, end)?;
    report(&asked, &stream, &program, &memory, end)
}

/// Kills and watches until all was said. Answers the resident memory of each life, in MiB: at its first look, at its last, at its most.
fn storm(asked: &Asked, stream: &Stream, program: &Program, server: &Server, end: u64) -> anyhow::Result<Vec<[u64; 3]>> {
    let dice = Dice::new(asked.seed, 2);
    let mut lives: Vec<[u64; 3]> = vec![[0; 3]];
    let real = |ms: u64| Duration::from_millis(ms / asked.pace);
    let until = |now: Instant| now + real(dice.between(asked.kill_every_s * 500, asked.kill_every_s * 1500));
    let (mut kill_at, mut told) = (until(Instant::now()), Instant::now());
    // Before the first place was noted a life that ends has read nothing that anybody could come back to.
    kill_at += Duration::from_secs(QUIET_S);
    let (mut furthest, mut went_on) = (0, Instant::now());
    while furthest < end {
        std::thread::sleep(LOOK_AGAIN);
        let now = stream.furthest.load(Ordering::Relaxed);
        if now > furthest {
            (furthest, went_on) = (now, Instant::now());
        }
        ensure!(went_on.elapsed() < STUCK_MAX, "nothing was read for {} s, behind {furthest} posts", STUCK_MAX.as_secs());
        if let Some(mib) = server.memory_mib() {
            let life = lives.last_mut().context("a life")?;
            *life = [if life[0] == 0 { mib } else { life[0] }, mib, life[2].max(mib)];
        }
        if told.elapsed() > TELL_EVERY {
            told = Instant::now();
            println!("  {furthest} posts said, {} lives, {} MiB", lives.len(), lives.last().map_or(0, |l| l[1]));
        }
        if Instant::now() >= kill_at {
            server.kill();
            std::thread::sleep(real(dice.roll(3000)));
            server.start_again(program)?;
            lives.push([0; 3]);
            kill_at = until(Instant::now());
        }
    }
    stream.is_calm.store(true, Ordering::Relaxed);
    Ok(lives)
}

/// More lives than this are told by quarters.
const LIVES_TOLD: usize = 16;

fn tell_memory(lives: &[[u64; 3]]) {
    if lives.len() <= LIVES_TOLD {
        let each = lives.iter().map(|[a, b, c]| format!("{a} {b} {c}")).collect::<Vec<_>>().join(" · ");
        return println!("resident MiB of each life, first, last, most: {each}");
    }
    for (quarter, some) in lives.chunks(lives.len().div_ceil(4)).enumerate() {
        let mut most: Vec<u64> = some.iter().map(|life| life[2]).collect();
        most.sort_unstable();
        let at = |n: usize| most.get(n).copied().unwrap_or(0);
        println!(
            "resident MiB at its most, of {} lives of quarter {}: {} in the middle, {} to {}",
            some.len(),
            quarter + 1,
            at(most.len() / 2),
            at(0),
            at(most.len() - 1)
        );
    }
}

/// What stands in the store and was not taken down, by text, with how often; and what of it is shown for a topic.
fn kept(store: &Store, seat: &Seat, runtime: &tokio::runtime::Runtime) -> anyhow::Result<BTreeMap<String, (u64, u64)>> {
    let rows = runtime.block_on(store.read::<_, StoreError>(seat, |tx| {
        tx.all(
            "select p.text, count(distinct p.id), count(s.id) from posts p left join sightings s on s.desk = p.desk and s.post = p.id
             where p.deleted_at is null group by p.text",
            &[],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
        )
    }))?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(rows.into_iter().map(|(text, posts, shown)| (text, (count(posts), count(shown)))).collect())
}

fn report(asked: &Asked, stream: &Stream, program: &Program, lives: &[[u64; 3]], end: u64) -> anyhow::Result<bool> {
    let wanted = stream.wanted(end);
    let (store, seat, runtime) = books::open(program)?;
    let began = Instant::now();
    let mut found = kept(&store, &seat, &runtime)?;
    while wanted.keys().any(|text| !found.contains_key(text)) || found.len() > wanted.len() {
        if began.elapsed() > KEEP_MAX {
            break;
        }
        std::thread::sleep(LOOK_EVERY);
        found = kept(&store, &seat, &runtime)?;
    }
    let lost: Vec<_> = wanted.keys().filter(|text| !found.contains_key(*text)).collect();
    let unshown = wanted.keys().filter(|text| found.get(*text).is_some_and(|(_, shown)| *shown != 1)).count();
    let doubled: u64 = found.values().map(|(n, _)| n.saturating_sub(1)).sum();
    let unasked: Vec<_> = found.keys().filter(|text| !wanted.contains_key(*text)).collect();
    println!(
        "seed {}, {} posts a second for {} minutes of a clock {} times as fast: {} said, {} had to be kept; {} kills, {} lines broke, {} connections",
        asked.seed,
        asked.rate,
        asked.minutes,
        asked.pace,
        end,
        wanted.len(),
        lives.len() - 1,
        stream.breaks.load(Ordering::Relaxed),
        stream.connections.load(Ordering::Relaxed)
    );
    tell_memory(lives);
    for text in lost.iter().take(5) {
        println!("WRONG lost: {text}");
    }
    for text in unasked.iter().take(5) {
        println!("WRONG kept unasked, or after it was taken down: {text}");
    }
    println!("kept {}  lost {}  doubled {doubled}  unasked {}  not shown once {unshown}", found.len(), lost.len(), unasked.len());
    Ok(lost.is_empty() && unasked.is_empty() && doubled == 0 && unshown == 0)
}
