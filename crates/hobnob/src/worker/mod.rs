//! The worker: asks the store for what is due and does it, much at once, but never so much for one account that others would wait.
//! It knows neither what a job does (`verbs/src/jobs.rs`) nor how work is claimed (`store/src/jobs.rs`). Begin with [`work`]; which
//! piece may begin when is decided in `hands.rs`, and when what has landed is filed in `files.rs`.

mod files;
mod hands;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use model::{Seat, Timestamp};
use store::StoreError;
use store::jobs::{Claimed, Wanted};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use verbs::jobs::{Next, perform_claimed};
use verbs::{App, Cx};

use crate::clock::steady;
use files::Files;
use hands::{Hands, Held};

/// How often the store is asked for due work when nobody rings.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How soon after the last look it is asked again, however often somebody rings.
const LOOK_GAP: Duration = Duration::from_millis(20);
/// How long one worker has a piece of work to itself.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// A piece that was claimed and could not begin for so long is given back; the rest of its lease is longer than any attempt.
const HELD_MAX: Duration = Duration::from_secs(60);
const _: () = assert!(HELD_MAX.as_secs() + verbs::publish::mail::ALL_MAX.as_secs() < LEASE.as_secs() as u64);
const _: () = assert!(HELD_MAX.as_secs() + verbs::publish::deliver::LEASE.as_secs() < LEASE.as_secs() as u64);
/// Pauses after failures: they double from the first to the longest.
const PAUSE_FIRST: SignedDuration = SignedDuration::from_secs(10);
const PAUSE_LONGEST: SignedDuration = SignedDuration::from_mins(30);
/// How often the worker leaves a sign of life.
const LIVES_EVERY: Duration = Duration::from_secs(30);

/// What a running task tells the worker.
enum News {
    /// A piece is done with, however it went. `is_sending`, and its account.
    Ended(bool, hands::Whose),
    Claimed(Vec<Claim>),
    /// Some of what has landed was filed; whether there may be more.
    Filed(bool),
}

/// What came of asking for work that sends, or that does not.
struct Claim {
    is_sending: bool,
    jobs: Vec<Claimed>,
}

/// Works until told to stop, and then ends what it has begun.
pub async fn work(app: Arc<App>, clock: fn() -> Timestamp, mut stopped: watch::Receiver<bool>) {
    let mut sending = Hands::sending();
    let mut bringing = Hands::bringing();
    let mut files = Files::new(Instant::now());
    let (tell, mut news) = mpsc::channel(sending.at_once() + bringing.at_once() + 2);
    let mut running = JoinSet::new();
    let name = format!("worker-{}", std::process::id());
    let mut lived: Option<Duration> = None;
    let (mut is_looking, mut is_rung) = (false, true);
    let mut looked = Instant::now();
    while !*stopped.borrow() {
        for hands in [&mut sending, &mut bringing] {
            while let Some(held) = hands.next() {
                let slot = Slot { is_sending: hands.is_sending, whose: held.job.account, tell: tell.clone() };
                running.spawn(do_one(app.clone(), clock, held, slot));
            }
        }
        if files.begin(sending.is_pressed(), Instant::now()) {
            running.spawn(file(app.clone(), tell.clone()));
        }
        if !is_looking && (looked.elapsed() >= LOOK_EVERY || (is_rung && looked.elapsed() >= LOOK_GAP)) {
            // By the clock that nobody can set: one that was set back must not silence us.
            let is_sign_due = lived.is_none_or(|at| steady().saturating_sub(at) >= LIVES_EVERY);
            let wanted = [&mut sending, &mut bringing].into_iter().filter_map(Hands::wanted).collect::<Vec<_>>();
            if is_sign_due {
                // Another server may have died before it filed what it sent.
                files.want(Instant::now());
            }
            if is_sign_due || !wanted.is_empty() {
                lived = if is_sign_due { Some(steady()) } else { lived };
                (is_looking, is_rung) = (true, false);
                running.spawn(look(app.clone(), clock(), wanted, is_sign_due.then(|| name.clone()), tell.clone()));
            }
            looked = Instant::now();
        }
        let nap = if is_rung && !is_looking { LOOK_GAP } else { LOOK_EVERY }.saturating_sub(looked.elapsed());
        tokio::select! {
            told = news.recv() => match told {
                Some(News::Ended(true, whose)) => {
                    files.want(Instant::now());
                    is_rung |= sending.ended(whose);
                }
                Some(News::Ended(false, whose)) => is_rung |= bringing.ended(whose),
                Some(News::Claimed(claims)) => {
                    is_looking = false;
                    for claim in claims {
                        // There may be more where that came from.
                        is_rung |= !claim.jobs.is_empty();
                        if claim.is_sending { sending.take(claim.jobs) } else { bringing.take(claim.jobs) }
                    }
                }
                Some(News::Filed(is_more)) => files.ended(is_more),
                None => return,
            },
            _ = app.bell.notified(), if !is_rung => is_rung = true,
            _ = tokio::time::sleep(nap) => {}
            _ = stopped.changed() => {}
        }
        while running.try_join_next().is_some() {}
    }
    let untouched = sending.drop_all().into_iter().chain(bringing.drop_all());
    for held in untouched {
        running.spawn(give_back(app.clone(), held.job));
    }
    while running.join_next().await.is_some() {}
}

/// Asks for due work, and leaves the sign of life on the way.
async fn look(app: Arc<App>, at: Timestamp, wanted: Vec<Wanted>, sign: Option<String>, tell: mpsc::Sender<News>) {
    let claims = claim(&app, at, wanted, sign).await.unwrap_or_else(|error| {
        tracing::error!("due work can't be read: {error}");
        Vec::new()
    });
    let _ = tell.send(News::Claimed(claims)).await;
}

async fn claim(app: &App, at: Timestamp, wanted: Vec<Wanted>, sign: Option<String>) -> Result<Vec<Claim>, StoreError> {
    // Most of the time nothing is due: a read is cheaper than a write.
    let wanted = app
        .store
        .read_unscoped::<_, StoreError>(move |tx| {
            let mut due = Vec::new();
            for want in wanted {
                if tx.has_due_job(want.is_sending.unwrap_or_default(), at)? {
                    due.push(want);
                }
            }
            Ok(due)
        })
        .await?;
    if wanted.is_empty() && sign.is_none() {
        return Ok(Vec::new());
    }
    app.store
        .write_unscoped(move |tx| {
            if let Some(name) = sign {
                tx.worker_lives(&name, at)?;
            }
            let claim =
                |want: Wanted| Ok(Claim { is_sending: want.is_sending.unwrap_or_default(), jobs: tx.claim(at, at + LEASE, &want)? });
            wanted.into_iter().map(claim).collect()
        })
        .await
}

async fn file(app: Arc<App>, tell: mpsc::Sender<News>) {
    let is_more = verbs::publish::filing::file_some(&app).await.unwrap_or_else(|error| {
        tracing::error!("what has landed can't be filed just now: {}", error.code());
        false
    });
    let _ = tell.send(News::Filed(is_more)).await;
}

/// A running piece's place; given up when the piece ends, also by a panic.
struct Slot {
    is_sending: bool,
    whose: hands::Whose,
    tell: mpsc::Sender<News>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        // The channel has room for everything that can run at once.
        let _ = self.tell.try_send(News::Ended(self.is_sending, self.whose));
    }
}

async fn do_one(app: Arc<App>, clock: fn() -> Timestamp, held: Held, slot: Slot) {
    if held.since.elapsed() > HELD_MAX {
        give_back(app, held.job).await;
        return;
    }
    let claimed = held.job;
    let seat = Seat::of_clock(claimed.desk);
    let done = perform_claimed(Cx { app: &app, seat: &seat, now: clock() }, &claimed).await.map_err(|e| e.code());
    let kept = match done {
        // It was crossed off with what came of it.
        Ok(None) => Ok(()),
        Ok(Some(next)) => {
            let again = if let Next::At(due) = next { Some(due) } else { None };
            app.store.write::<_, StoreError>(&seat, move |tx| tx.finish_job(&claimed, again)).await
        }
        Err(code) => {
            let due = clock() + pause(claimed.tries);
            tracing::info!(kind = claimed.kind, subject = claimed.subject, code, "did not go well; it is tried again");
            app.store.write::<_, StoreError>(&seat, move |tx| tx.fail_job(&claimed, due, code)).await
        }
    };
    if let Err(error) = kept {
        tracing::error!("what came of due work can't be kept: {error}");
    }
    drop(slot);
}

async fn give_back(app: Arc<App>, job: Claimed) {
    let seat = Seat::of_clock(job.desk);
    if let Err(error) = app.store.write::<_, StoreError>(&seat, move |tx| tx.give_back_job(&job)).await {
        tracing::error!("due work can't be given back, and waits for its lease to end: {error}");
    }
}

/// 10 s, 20 s, 40 s … half an hour, after so many failures in a row.
fn pause(tries: u32) -> SignedDuration {
    let doubled = PAUSE_FIRST.as_secs().saturating_mul(1i64.checked_shl(tries.min(16)).unwrap_or(i64::MAX));
    SignedDuration::from_secs(doubled.min(PAUSE_LONGEST.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        assert_eq!(pause(0).as_secs(), 10);
        assert_eq!(pause(3).as_secs(), 80);
        assert_eq!(pause(40), PAUSE_LONGEST);
    }
}
