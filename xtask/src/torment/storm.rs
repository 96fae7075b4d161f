//! The storm, in which everybody does everything at once while servers go down, clocks jump and Hobnob is killed; and the calm after it,
//! in which all must come to rest.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::desk::Server;
use super::dice::Dice;
use super::people::{self, Settler};
use super::{Asked, Run};

/// People who write at the same time.
pub const WRITERS: u64 = 2;
/// More deliveries on their way than a share of the whole, and the writers wait: so that a short run is stormy as well.
const IN_LINE: (u64, u64) = (60, 300);
const IN_LINE_SHARE: u64 = 6;
/// After the storm, everything has to be settled within this time.
const SETTLE_MAX: Duration = Duration::from_secs(400);
/// Between kills, in the middle; from a third of it to five thirds.
pub const KILL_EVERY_MS: u64 = 8500;
/// Between jumps of the clock.
const JUMP_EVERY_MS: (u64, u64) = (9000, 25_000);
/// Between servers that go down.
const DOWN_EVERY_MS: (u64, u64) = (3000, 9000);
/// How far a clock jumps at most.
const JUMP_MAX_MS: u64 = 3 * 60 * 60 * 1000;
const TICK: Duration = Duration::from_millis(250);
const STALLED: Duration = Duration::from_secs(5);
const TELL_EVERY: Duration = Duration::from_secs(15);

/// Everybody at once, until enough was put in line and enough kills were made.
pub fn storm(asked: &Asked, run: &Run, servers: &[Server], settler: &mut Settler) -> anyhow::Result<()> {
    let ends = &run.ledger.ends;
    run.places.iter().for_each(|p| p.weather.turn(false));
    let answer = std::thread::scope(|scope| {
        for who in 0..asked.writers {
            scope.spawn(move || people::write(run, &Dice::new(asked.seed, 10 + who)));
        }
        scope.spawn(move || people::meddle(run, &Dice::new(asked.seed, 30)));
        // Kills and starts belong to the main thread: the kernel watches it on behalf of what it started.
        let answer = conduct(asked, run, servers, settler);
        ends.store(true, Ordering::Relaxed);
        answer
    });
    run.places.iter().for_each(|p| p.weather.turn(true));
    run.clock.jump_to(0)?;
    answer
}

fn conduct(asked: &Asked, run: &Run, servers: &[Server], settler: &mut Settler) -> anyhow::Result<()> {
    let dice = Dice::new(asked.seed, 1);
    let in_line_max = (asked.deliveries / IN_LINE_SHARE).clamp(IN_LINE.0, IN_LINE.1);
    let began = Instant::now();
    let wait = |(from, until): (u64, u64)| Instant::now() + Duration::from_millis(dice.between(from, until));
    let kill_every = (asked.kill_every_ms / 3, asked.kill_every_ms * 5 / 3);
    let (mut kill_at, mut jump_at, mut down_at) = (wait(kill_every), wait(JUMP_EVERY_MS), wait(DOWN_EVERY_MS));
    let mut told = Instant::now();
    let (mut most, mut grew) = (0, Instant::now());
    loop {
        std::thread::sleep(TICK);
        let (all, moving) = settler.books.count()?;
        if all >= asked.deliveries && run.ledger.kills.load(Ordering::Relaxed) >= asked.kills {
            return Ok(());
        }
        if all > most {
            (most, grew) = (all, Instant::now());
        }
        // On a crowded machine what is in line may hardly move between two kills; then more is written all the same.
        run.ledger.is_full.store(moving > in_line_max && grew.elapsed() < STALLED, Ordering::Relaxed);
        if told.elapsed() > TELL_EVERY {
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
            kill_at = wait(kill_every);
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
pub fn calm(asked: &Asked, run: &Run, settler: &mut Settler) -> anyhow::Result<Duration> {
    let dice = Dice::new(asked.seed, 2);
    let began = Instant::now();
    while began.elapsed() < SETTLE_MAX {
        settler.settle(run, &dice, true)?;
        let (_, moving) = settler.books.count()?;
        let waits = settler.books.stuck()?.iter().any(|d| d.state != model::DeliveryState::Refused);
        if moving == 0 && !waits {
            break;
        }
        std::thread::sleep(TICK);
    }
    Ok(began.elapsed())
}
