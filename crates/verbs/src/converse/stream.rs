//! Listening without asking: one task an account keeps a stream open, and fetches what was missed each time it opens.

use std::sync::Arc;

use model::{Account, AccountId, AccountState, DeskId, Seat, Timestamp};
use networks::{Call, Event, NetworkError};
use store::StoreError;
use tokio::sync::{mpsc, watch};

use super::sync::{bring, take_heard};
use super::take_in::{Arrival, take_down, take_in};
use crate::jobs::Job;
use crate::pauses::Pauses;
use crate::{App, Cx, Done, VerbError, calls};

/// Events that may wait to be kept.
const QUEUE_MAX: usize = 200;
/// Tags heard by one stream.
const TAGS_MAX: usize = 20;
/// How often it is looked whether other tags are followed by now, as a stream is told its tags when it opens.
const TAGS_LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// Keeps an account's stream open until `stop` says so, the account is gone, or its network has no streams. `now` is the clock.
pub async fn stream(app: Arc<App>, desk: DeskId, id: AccountId, mut stop: watch::Receiver<bool>, now: fn() -> Timestamp) {
    let seat = Seat::of_clock(desk);
    let mut pauses = Pauses::default();
    while !*stop.borrow() {
        let began = now();
        let run = run_once(&app, &seat, id, now);
        let outcome = tokio::select! {
            outcome = run => outcome,
            _ = stop.changed() => return,
        };
        match outcome {
            Ok(true) => {}
            // Nothing to listen to any more: a new connection begins a new task.
            Ok(false)
            | Err(VerbError::Missing(_) | VerbError::NotYours | VerbError::Network(NetworkError::SignInAgain | NetworkError::NotOffered)) =>
            {
                return;
            }
            Err(VerbError::Network(NetworkError::SlowDown { until })) => pauses.wait_until(until, now()),
            Err(error) => tracing::debug!(account = id.0, code = error.code(), "a stream broke; it is opened again"),
        }
        if !pauses.rest(now().duration_since(began), &mut stop).await {
            return;
        }
    }
}

/// One connection, until it breaks. `false`: there is nothing to connect to.
async fn run_once(app: &App, seat: &Seat, id: AccountId, now: fn() -> Timestamp) -> Done<bool> {
    let cx = Cx { app, seat, now: now() };
    let account = app.store.read::<_, StoreError>(seat, move |tx| tx.accounts().get(id)).await?;
    let tags = tags_of(app, seat, id).await?;
    let network = app.networks.get(&account.network).ok_or(VerbError::Missing("network"))?;
    if network.stream().is_none() || account.state != AccountState::Working {
        return Ok(false);
    }
    let (out, mut events) = mpsc::channel(QUEUE_MAX);
    let keep = async {
        while let Some(event) = events.recv().await {
            if let Err(error) = take(Cx { app, seat, now: now() }, &account, event).await {
                tracing::info!(account = id.0, code = error.code(), "what a stream brought was not kept; the next sync brings it");
            }
        }
    };
    let run = calls::call(cx, id, |network, call: &Call<'_>| {
        let (out, tags) = (out.clone(), tags.clone());
        Box::pin(async move { network.stream().ok_or(NetworkError::NotOffered)?.run(call, &tags, out).await })
    });
    // Whichever ends first ends the other: the sender above would keep the queue open for ever.
    tokio::select! {
        outcome = run => outcome.map(|()| true),
        () = keep => Ok(true),
        outcome = until_other_tags(app, seat, id, &tags) => outcome.map(|()| true),
    }
}

async fn tags_of(app: &App, seat: &Seat, id: AccountId) -> Done<Vec<String>> {
    Ok(app.store.read::<_, StoreError>(seat, move |tx| tx.threads().watched_tags(id, TAGS_MAX)).await?)
}

/// Returns when other tags are followed than the stream was told of: it has to be opened again.
async fn until_other_tags(app: &App, seat: &Seat, id: AccountId, tags: &[String]) -> Done<()> {
    loop {
        tokio::time::sleep(TAGS_LOOK_EVERY).await;
        if tags_of(app, seat, id).await? != tags {
            return Ok(());
        }
    }
}

/// What was said under the followed tags while no stream was open is fetched too: their watches are due now.
async fn hear_what_was_missed(cx: Cx<'_>, id: AccountId) -> Done<()> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            for watch in tx.watches().list()?.into_iter().filter(|w| w.account == id && w.kind == "tag" && w.state == "listening") {
                Job::Hear(watch.id).put(tx, now, now)?;
            }
            Ok(())
        })
        .await?;
    cx.ring();
    Ok(())
}

/// Keeps what one event brought.
async fn take(cx: Cx<'_>, account: &Account, event: Event) -> Done<()> {
    let (account, now) = (account.clone(), cx.now);
    match event {
        Event::Open => {
            bring(cx, account.id).await?;
            hear_what_was_missed(cx, account.id).await?;
        }
        Event::Heard(heard) => {
            cx.app.store.write::<_, StoreError>(cx.seat, move |tx| take_heard(tx, &account, &[*heard], now)).await?;
        }
        Event::Post(post, _) | Event::Edited(post) => {
            cx.app
                .store
                .write::<_, StoreError>(cx.seat, move |tx| {
                    let ids = take_in(tx, &account, &[*post], Arrival::History, now)?;
                    crate::listen::notice(tx, &ids, now)
                })
                .await?;
        }
        Event::Deleted(name) => {
            cx.app.store.write::<_, StoreError>(cx.seat, move |tx| take_down(tx, &account, &name, now)).await?;
        }
    }
    Ok(())
}
