//! Who is at the desk: people who write, change their minds, press twice, and settle what they are asked. They are as impatient as people
//! are, and press again when no answer comes.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::{Delivery, DeliveryId, DeliveryState};

use super::books::Books;
use super::clock::Clock;
use super::dice::Dice;
use super::pages::{Hand, field};
use super::{Place, Run};

/// How long one thing is tried while the server is being killed under us.
const PATIENCE: Duration = Duration::from_secs(90);
/// A person who is asked looks when so much time has gone by on the networks; by then what was on its way has arrived.
const LOOKS_AFTER_MS: i64 = 12 * 60 * 1000;
/// What is said of a draft's number, so that every text is of its own.
const SENTENCES: [&str; 3] = [
    "begins with quite some words about paste, thread and patience, so that it fills one post of the shorter kind",
    "goes on for a while about cold kitchens, sulking starters and the people who ask about both of them in public",
    "ends with a question that nobody has to answer, and with thanks to all who have read as far as this last line",
];

/// What the people did and were asked.
#[derive(Default)]
pub struct Ledger {
    /// Drafts that were put in line, as the pages said.
    pub drafts: Mutex<Vec<u64>>,
    pub next: AtomicU64,
    pub double_presses: AtomicU64,
    pub changes_of_mind: AtomicU64,
    pub by_command: AtomicU64,
    /// Places that asked whether something stands there.
    pub asked: AtomicU64,
    /// The same, where it could have been looked up.
    pub asked_needlessly: AtomicU64,
    pub late: AtomicU64,
    pub refused: AtomicU64,
    pub kills: AtomicU64,
    pub jumps: AtomicU64,
    /// Enough is in line for now.
    pub is_full: AtomicBool,
    pub ends: AtomicBool,
}

impl Ledger {
    /// The drafts that the pages said are in line.
    pub fn planned(&self) -> Vec<i64> {
        drafts(self).iter().map(|n| i64::try_from(id_of(*n)).unwrap_or(0)).collect()
    }
}

fn drafts(ledger: &Ledger) -> std::sync::MutexGuard<'_, Vec<u64>> {
    ledger.drafts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number under which a draft of ours is kept.
fn id_of(n: u64) -> u64 {
    7_000_000 + n
}

fn words(n: u64, is_long: bool) -> String {
    if is_long { SENTENCES.map(|s| format!("Number {n} {s}.")).join("\n\n") } else { format!("Number {n}, short and whole.") }
}

/// Writes until told to stop.
pub fn write(run: &Run, dice: &Dice) {
    while !run.ledger.ends.load(Ordering::Relaxed) {
        if run.ledger.is_full.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        }
        let n = run.ledger.next.fetch_add(1, Ordering::Relaxed);
        let is_long = dice.is(300);
        let places: Vec<String> = run.places.iter().filter(|_| dice.is(800)).filter_map(|p| p.account).map(|a| a.0.to_string()).collect();
        if places.is_empty() {
            continue;
        }
        if run.program.database.is_none() && dice.is(20) && post_by_command(run, dice, n) {
            continue;
        }
        let at = dice.is(350).then(|| ahead(&run.clock, dice));
        if put_in_line(run, dice, n, &words(n, is_long), &places, at) {
            drafts(&run.ledger).push(n);
        }
    }
}

/// A wish a few minutes from what Hobnob shows as now.
fn ahead(clock: &Clock, dice: &Dice) -> String {
    let ms = clock.shown_ms() + i64::try_from(dice.between(2, 20)).unwrap_or(2) * 60_000;
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Whether the draft is in line in the end, as far as the pages say.
fn put_in_line(run: &Run, dice: &Dice, n: u64, text: &str, places: &[String], mut at: Option<String>) -> bool {
    let (path, began) = (format!("/write/{}", id_of(n)), Instant::now());
    let mut version = "0".to_owned();
    while began.elapsed() < PATIENCE {
        let mut fields =
            vec![("text", text), ("version", version.as_str()), ("visibility", "public"), ("kind", "talks"), ("zone", "Etc/UTC")];
        fields.extend(places.iter().map(|p| ("to", p.as_str())));
        match &at {
            Some(at) => fields.extend([("when", "at"), ("at", at.as_str()), ("do", "queue")]),
            None => fields.extend([("when", "now"), ("do", "now")]),
        }
        let hand = run.hand(dice);
        let answer = if dice.is(250) {
            run.ledger.double_presses.fetch_add(1, Ordering::Relaxed);
            let both = std::thread::scope(|s| {
                let other = s.spawn(|| hand.press(&path, &fields));
                [hand.press(&path, &fields), other.join().unwrap_or_else(|_| Ok(500))]
            });
            both.into_iter().find(|a| matches!(a, Ok(303))).unwrap_or(Ok(409))
        } else {
            hand.press(&path, &fields)
        };
        match answer {
            Ok(303) => return true,
            // Its time went by while we pressed.
            Ok(422) if at.is_some() => at = None,
            Ok(422) => return false,
            // Somebody was first, or no answer came: look how it stands.
            _ => match standing(run, dice, &path) {
                Some(Some(kept)) => version = kept,
                Some(None) => return true,
                None => version = "0".into(),
            },
        }
    }
    false
}

/// How a draft stands: its version while it is a draft, nothing once it is on its way; `None` where it is not known.
fn standing(run: &Run, dice: &Dice, path: &str) -> Option<Option<String>> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match run.hand(dice).look(path) {
            Ok(page) if page.status == 200 => return Some(field(&page.body, "version")),
            Ok(page) if page.status == 404 => return None,
            _ => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    None
}

/// The command line sends beside the server: a second worker.
fn post_by_command(run: &Run, dice: &Dice, n: u64) -> bool {
    let place = &run.places[usize::try_from(dice.roll(run.places.len() as u64)).unwrap_or(0)];
    if place.handle.is_empty() {
        return false;
    }
    let mut command = run.program.command();
    command
        .args(["post", &words(n, dice.is(300)), "--to", &place.handle])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    run.ledger.by_command.fetch_add(1, Ordering::Relaxed);
    if dice.is(300) {
        std::thread::sleep(Duration::from_millis(dice.between(20, 600)));
        let _ = child.kill();
    }
    let _ = child.wait();
    true
}

/// Takes back, moves, sends now, plans again: whatever people do while something is on its way.
pub fn meddle(run: &Run, dice: &Dice) {
    while !run.ledger.ends.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(dice.between(50, 500)));
        let some = {
            let all = drafts(&run.ledger);
            let lately = all.len().min(40);
            all.get(all.len() - lately + usize::try_from(dice.roll(lately.max(1) as u64)).unwrap_or(0)).copied()
        };
        let Some(n) = some else { continue };
        let path = format!("/write/{}", id_of(n));
        let hand = run.hand(dice);
        // It may come too late, and then the page says so; it may fall on a server that is being killed.
        let _ = match dice.roll(10) {
            0 => hand.press(&format!("{path}/back"), &[]),
            1..=4 => hand.press(&format!("{path}/move"), &[("at", &ahead(&run.clock, dice)), ("zone", "Etc/UTC")]),
            5 | 6 => hand.press(&format!("{path}/now"), &[]),
            _ => match standing(run, dice, &path) {
                Some(Some(version)) => {
                    let places: Vec<String> = run.places.iter().filter_map(|p| p.account).map(|a| a.0.to_string()).collect();
                    let text = words(n, dice.is(300));
                    let mut fields = vec![
                        ("text", text.as_str()),
                        ("version", version.as_str()),
                        ("visibility", "public"),
                        ("when", "now"),
                        ("do", "now"),
                    ];
                    fields.extend(places.iter().map(|p| ("to", p.as_str())));
                    hand.press(&path, &fields)
                }
                _ => Ok(303),
            },
        };
        run.ledger.changes_of_mind.fetch_add(1, Ordering::Relaxed);
    }
}

/// Whoever looks after what waits for a person.
pub struct Settler {
    pub books: Arc<Books>,
    /// Already counted, by delivery and attempt.
    seen: HashSet<(DeliveryId, u32, &'static str)>,
}

impl Settler {
    pub fn new(books: Arc<Books>) -> Settler {
        Settler { books, seen: HashSet::new() }
    }

    /// Goes through all that waits once. At the end every other refused one is tried again.
    pub fn settle(&mut self, run: &Run, dice: &Dice, is_end: bool) -> anyhow::Result<()> {
        for d in self.books.stuck()? {
            let Some(place) = run.places.iter().find(|p| p.account == Some(d.account)) else { continue };
            let is_new = self.seen.insert((d.id, d.attempts, d.state.word()));
            let path = format!("/deliveries/{}", d.id.0);
            match d.state {
                DeliveryState::AskHuman => {
                    if is_new {
                        run.ledger.asked.fetch_add(1, Ordering::Relaxed);
                        if place.can_look {
                            run.ledger.asked_needlessly.fetch_add(1, Ordering::Relaxed);
                            println!("  asked needlessly, {} “{}”: {:?}", place.kind, d.part.text, self.books.outcomes(d.id)?);
                        }
                    }
                    answer(run, dice, &d, place, &path);
                }
                DeliveryState::Refused => {
                    if is_new {
                        run.ledger.refused.fetch_add(1, Ordering::Relaxed);
                    }
                    if is_new && d.draft.0 % 2 == 0 || is_end && d.draft.0 % 4 == 1 {
                        let _ = run.hand(dice).press(&path, &[("do", "again")]);
                    }
                }
                _ => {
                    run.ledger.late.fetch_add(u64::from(is_new), Ordering::Relaxed);
                    let press = if d.draft.0 % 5 == 0 { "leave" } else { "again" };
                    let _ = run.hand(dice).press(&path, &[("do", press)]);
                }
            }
        }
        Ok(())
    }
}

/// Looks at the network with one's own eyes, and says what is there.
fn answer(run: &Run, dice: &Dice, d: &Delivery, place: &Place, path: &str) {
    let asked_at = d.attempted_at.map_or(0, |t| t.as_millisecond());
    if run.clock.shown_ms() - asked_at < LOOKS_AFTER_MS {
        return;
    }
    let stands = place.world.standing().into_iter().find(|s| s.text == d.part.text);
    let _ = match stands {
        Some(one) => run.hand(dice).press(path, &[("do", "there"), ("address", &format!("{}/@ada/{}", place.server, one.at))]),
        None => run.hand(dice).press(path, &[("do", "not-there")]),
    };
}

impl Run {
    /// A person at one of the servers.
    fn hand(&self, dice: &Dice) -> &Hand {
        &self.hands[usize::try_from(dice.roll(self.hands.len() as u64)).unwrap_or(0)]
    }
}
