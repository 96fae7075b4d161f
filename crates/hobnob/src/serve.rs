//! Serving: the pages, and beside them the worker that does what is due.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::SignedDuration;
use model::Seat;
use store::StoreError;
use store::jobs::Claimed;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use verbs::jobs::{Job, Next, perform};
use verbs::{App, Cx};

use crate::cli::desk::{now, say};
use crate::config::Settings;
use crate::open;

/// How often the store is asked for due work when nobody rings.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Pieces of work done at once.
const AT_ONCE: usize = 6;
/// How long one worker has a piece of work to itself; longer than the longest call out.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Pauses after failures: they double from the first to the longest.
const PAUSE_FIRST: SignedDuration = SignedDuration::from_secs(10);
const PAUSE_LONGEST: SignedDuration = SignedDuration::from_mins(30);
/// How long running work may take to end when we are told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often the worker leaves a sign of life.
const LIVES_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// Opens the desk and serves it until told to stop.
pub async fn run(settings: Settings) -> Result<()> {
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("the address {} can't be answered on", settings.listen))?;
    let address = listener.local_addr()?;
    let public = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let app = open::app(&settings, &public)?;
    let _alone = alone(&app, &settings).await?;
    serve(app, listener, &format!("http://{address}")).await
}

/// One server a data folder. What a server that was killed had claimed is then free at once, and does not wait for its lease to end.
/// A PostgreSQL may have several servers, whose leases stand.
async fn alone(app: &App, settings: &Settings) -> Result<std::fs::File> {
    let path = settings.data.join("hobnob.lock");
    let file =
        std::fs::File::options().create(true).append(true).open(&path).with_context(|| format!("{} can't be written", path.display()))?;
    if settings.database.is_none() {
        if file.try_lock().is_err() {
            anyhow::bail!("another Hobnob serves {} already: stop it first, or choose another folder with --data", settings.data.display());
        }
        app.store.write_unscoped::<_, StoreError>(|tx| tx.free_jobs()).await?;
    }
    Ok(file)
}

/// Serves an app that is open already.
pub async fn serve(app: Arc<App>, listener: TcpListener, address: &str) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(work(app.clone(), stopped.clone()));
    let streams = tokio::spawn(crate::streams::keep(app.clone(), stopped.clone()));
    say(format!("Hobnob is at {address}"));
    let mut stopping = stopped.clone();
    let site = web::Site::new(web::Wiring { public_address: url::Url::parse(&app.config.public_url).ok(), app, clock: now });
    let pages = axum::serve(listener, web::routes(site).into_make_service_with_connect_info::<std::net::SocketAddr>());
    let pages = tokio::spawn(
        pages
            .with_graceful_shutdown(async move {
                let _ = stopping.changed().await;
            })
            .into_future(),
    );
    told_to_stop().await;
    let _ = stop.send(true);
    let _ = tokio::time::timeout(STOP_WITHIN, async {
        let _ = worker.await;
        let _ = streams.await;
        let _ = pages.await;
    })
    .await;
    Ok(())
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}

/// The worker: asks for due work, twice a second and when rung for, and does it.
pub async fn work(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    let name = format!("worker-{}", std::process::id());
    let mut lived = now() - LIVES_EVERY;
    while !*stopped.borrow() {
        let free = room.available_permits();
        let is_sign_due = now().duration_since(lived) >= LIVES_EVERY;
        match claim(&app, free, is_sign_due.then(|| name.clone())).await {
            Ok(jobs) => {
                if is_sign_due {
                    lived = now();
                }
                for job in jobs {
                    let Ok(permit) = room.clone().acquire_owned().await else { return };
                    let app = app.clone();
                    running.spawn(async move {
                        do_one(&app, job).await;
                        app.bell.notify_one();
                        drop(permit);
                    });
                }
            }
            Err(error) => tracing::error!("due work can't be read: {error}"),
        }
        while running.try_join_next().is_some() {}
        tokio::select! {
            _ = app.bell.notified() => {}
            _ = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopped.changed() => {}
        }
    }
    while running.join_next().await.is_some() {}
}

async fn claim(app: &App, free: usize, sign_of_life: Option<String>) -> Result<Vec<Claimed>, StoreError> {
    let at = now();
    let free = u32::try_from(free).unwrap_or(0);
    // Most of the time nothing is due: a read is cheaper than a write.
    let is_due = app.store.read_unscoped::<_, StoreError>(move |tx| tx.has_due_job(at)).await?;
    if (!is_due || free == 0) && sign_of_life.is_none() {
        return Ok(Vec::new());
    }
    app.store
        .write_unscoped(move |tx| {
            if let Some(name) = sign_of_life {
                tx.worker_lives(&name, at)?;
            }
            if free == 0 { Ok(Vec::new()) } else { tx.claim_jobs(at, at + LEASE, free) }
        })
        .await
}

async fn do_one(app: &App, claimed: Claimed) {
    let seat = Seat::of_clock(claimed.desk);
    let done = match Job::from_row(&claimed.kind, claimed.subject) {
        Some(job) => perform(Cx { app, seat: &seat, now: now() }, job).await.map_err(|e| e.code()),
        None => Err("unknown"),
    };
    let kept = match done {
        Ok(Next::Over) => app.store.write_unscoped::<_, StoreError>(move |tx| tx.finish_job(&claimed, None)).await,
        Ok(Next::At(due)) => app.store.write_unscoped::<_, StoreError>(move |tx| tx.finish_job(&claimed, Some(due))).await,
        Err(code) => {
            let due = now() + pause(claimed.tries);
            tracing::info!(kind = claimed.kind, subject = claimed.subject, code, "did not go well; it is tried again");
            app.store.write_unscoped::<_, StoreError>(move |tx| tx.fail_job(&claimed, due, code)).await
        }
    };
    if let Err(error) = kept {
        tracing::error!("what came of due work can't be kept: {error}");
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
