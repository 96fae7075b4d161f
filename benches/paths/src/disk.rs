//! F3: the same ties in SQLite, in the tables of the product, asked right after a cold start.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use model::paths::{Bond, Graph, HOPS_MAX, Room, Ties, Wish, strongest};
use model::{DeskId, ProfileId, Role, Seat, VoiceId};
use rusqlite::Connection;
use store::ways::{KeptTies, ME};
use store::{Backend, Key, Store, StoreError};

use crate::drawn::{Draw, Size, TODAY};
use crate::spread;

/// People whom we know.
const KNOWN: usize = 500;
const TARGETS: usize = 20;
/// The recursive question is stopped after this.
const CTE_MAX: Duration = Duration::from_secs(20);
const WISH: Wish = Wish { hops_max: HOPS_MAX, is_through_others: true };

fn open(file: &Path) -> anyhow::Result<Store> {
    Ok(Store::open(Backend::Lite(file.to_owned()), Key::new([7; 32]))?)
}

/// Profiles count from 1; ours is the one after the last.
fn known(size: Size) -> Vec<(u32, f32)> {
    let mut draw = Draw(6);
    (0..KNOWN).map(|_| (draw.below(size.people) as u32, TODAY - 4.0 + 6.0 * draw.share() as f32)).collect()
}

/// Fills a new file by way of the product's own tables.
pub fn fill(size: Size, file: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    drop(open(file)?);
    let graph = Graph::build(size.people, &size.bonds(1));
    let mut db = Connection::open(file)?;
    db.execute_batch("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000; pragma locking_mode = exclusive;")?;
    let tx = db.transaction()?;
    {
        let mut person = tx.prepare(
            "insert into persons (desk, id, name, about, nature, is_edited, tie, from_me, from_them, is_me, created_at) values (1, ?1, ?2, '', 'person', 0, ?3, ?4, ?4, 0, 0)",
        )?;
        let mut profile = tx.prepare(
            "insert into profiles (desk, id, network, remote_id, handle, name, about, links, is_bot, person, updated_at) values (1, ?1, 'n', ?2, ?2, ?2, '', '[]', 0, ?1, 0)",
        )?;
        let mut tie = tx.prepare("insert into pairs (desk, one, other, strength, said, heard, follows) values (1, ?1, ?2, ?3, 1, 1, 0)")?;
        let known: std::collections::HashMap<u32, f32> = known(size).into_iter().collect();
        let mut row: Vec<(u32, f32)> = Vec::new();
        for who in 0..size.people as u32 {
            let (id, name) = (i64::from(who) + 1, format!("p{who}"));
            let tie_to_us = known.get(&who).copied().unwrap_or(0.0);
            person.execute((id, &name, f64::from(tie_to_us), i64::from(tie_to_us > 0.0)))?;
            profile.execute((id, &name))?;
            row.clear();
            (&graph).each(who, f32::NEG_INFINITY, &mut |other, strength| row.push((other, strength)));
            row.sort_unstable_by_key(|r| r.0);
            for &(other, strength) in &row {
                tie.execute((id, i64::from(other) + 1, f64::from(strength)))?;
            }
        }
    }
    tx.commit()?;
    db.execute_batch("pragma locking_mode = normal; pragma journal_mode = wal;")?;
    println!("filled in {:.0} s: {} MiB", begun.elapsed().as_secs_f64(), std::fs::metadata(file)?.len() >> 20);
    Ok(())
}

/// Takes the file out of the system's memory.
fn cool(file: &Path) -> anyhow::Result<()> {
    let done = Command::new("dd").arg(format!("if={}", file.display())).args(["iflag=nocache", "count=0", "status=none"]).status()?;
    ensure!(done.success(), "dd could not drop {}", file.display());
    Ok(())
}

/// What of the file is in the system's memory, in bytes.
fn warm(file: &Path) -> Option<u64> {
    let told = Command::new("fincore").args(["-b", "-n", "-o", "RES"]).arg(file).output().ok()?;
    String::from_utf8_lossy(&told.stdout).trim().parse().ok()
}

type Way = Option<(f32, usize)>;

fn ask(file: &Path, target: u32) -> anyhow::Result<(Way, Duration)> {
    let begun = Instant::now();
    let store = open(file)?;
    let seat = Seat::of_voice(DeskId(1), VoiceId(1), Role::Owner);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let found = runtime.block_on(store.read::<_, StoreError>(&seat, move |tx| {
        let mut ties = KeptTies::open(tx)?;
        let barred = ties.barred()?;
        let to = ties.node(ProfileId(i64::from(target) + 1));
        let found = strongest(&mut ties, (ME, to), WISH, &|who| barred.contains(&who), &mut Room::new());
        ties.finish()?;
        Ok(found.map(|c| (c.weakest, c.hops())))
    }))?;
    Ok((found, begun.elapsed()))
}

pub fn run(size: Size, file: &Path) -> anyhow::Result<()> {
    let me = size.people as u32;
    let mut bonds = size.bonds(1);
    bonds.extend(known(size).into_iter().collect::<std::collections::HashMap<_, _>>().into_iter().map(|(b, strength)| Bond { a: me, b, strength }));
    let graph = Graph::build(size.people + 1, &bonds);
    drop(bonds);
    let (mut draw, mut room) = (Draw(7), Room::new());
    let (mut cold, mut again) = (Vec::new(), Vec::new());
    let mut targets = Vec::new();
    for _ in 0..TARGETS {
        let target = draw.below(size.people) as u32;
        let expected = strongest(&mut &graph, (me, target), WISH, &|_| false, &mut room).map(|c| (c.weakest, c.hops()));
        cool(file)?;
        let left = warm(file);
        let (found, took) = ask(file, target)?;
        ensure!(found == expected, "to {target}: {found:?} from the disk, {expected:?} from memory");
        cold.push(took.as_secs_f64());
        again.push(ask(file, target)?.1.as_secs_f64());
        targets.push(target);
        if targets.len() == 1 {
            println!("F3: {} MiB on the disk, {} of it in memory before the first question", std::fs::metadata(file)?.len() >> 20, left.map_or("unknown".into(), |b| format!("{} KiB", b >> 10)));
        }
    }
    let (c, a) = (spread(&mut cold), spread(&mut again));
    println!(
        "F3: same ways as from memory to {TARGETS} people; opening, first way: cold p50 {:.0} ms, last {:.0} ms; asked again p50 {:.0} ms, last {:.0} ms",
        c[0] * 1e3, c[2] * 1e3, a[0] * 1e3, a[2] * 1e3
    );
    println!("F3 {}: first way at most 200 ms after a cold start", if c[0] <= 0.2 { "kept" } else { "MISSED" });
    cool(file)?;
    recursive(file, targets[0])
}

/// The anchor: whether there is a way in three steps from somebody we know, as one recursive question in the same file.
fn recursive(file: &Path, target: u32) -> anyhow::Result<()> {
    let db = Connection::open(file)?;
    let stop = db.get_interrupt_handle();
    let (over, waits) = std::sync::mpsc::channel::<()>();
    let timer = std::thread::spawn(move || {
        if waits.recv_timeout(CTE_MAX).is_err() {
            stop.interrupt();
        }
    });
    let begun = Instant::now();
    let found: Result<Option<i64>, rusqlite::Error> = db.query_row(
        "with recursive walk (who, steps) as (
           select id, 1 from persons where desk = 1 and tie > 0
           union select p.other, steps + 1 from walk join pairs p on p.desk = 1 and p.one = walk.who where steps < 4)
         select min(steps) from walk where who = ?1",
        [i64::from(target) + 1],
        |row| row.get(0),
    );
    let took = begun.elapsed().as_secs_f64();
    let _ = over.send(());
    timer.join().ok().context("the timer")?;
    match found {
        Ok(steps) => println!("F3: the recursive question in the same file answered {steps:?} steps in {took:.1} s"),
        Err(_) => println!("F3: the recursive question in the same file had no answer after {took:.0} s"),
    }
    Ok(())
}
