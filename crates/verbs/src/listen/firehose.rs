//! The whole of a network, held against every desk's topics as it is said. One connection a network serves all desks; what no topic asks
//! for is let go at once. How far was read is kept with what was caught, desk by desk, so that a restart loses and doubles nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use model::{Account, DeskId, NetworkKey, Post, Query, Seat, Timestamp, Topic};
use networks::{Cursor, Flow, NetworkError, Stretch};
use store::{StoreError, Unscoped};
use tokio::sync::{mpsc, watch};

use super::ears::AllEars;
use super::hear::threads;
use super::notice::notice;
use super::pruning::leave_out_old;
use crate::converse::{Arrival, take_down, take_in};
use crate::pauses::Pauses;
use crate::{App, Cx, Done, VerbError, calls};

/// Under this name an account keeps how far its network's firehose has been read.
const FIREHOSE: &str = "firehose";
/// Stretches that may wait to be looked at. While they wait nothing is read, and the network keeps what we have not read.
const QUEUE_MAX: usize = 8;
/// What was caught is kept after so long: by then the network itself knows the post, and who wrote it.
const KEEP_AFTER: Duration = Duration::from_secs(3);
/// So much caught is kept at once.
const CAUGHT_MAX: usize = 200;
/// How far was read is noted at least so often.
const NOTE_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether desks or their topics have changed.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether any desk listens, where none does.
const IDLE: Duration = Duration::from_secs(10);
/// What was taken down and not yet looked for. Past it, what was caught is kept earlier.
const GONE_MAX: usize = 2_000;

/// How it stands with each firehose, for the pages. Kept in memory: it is about this process.
#[derive(Default)]
pub struct Gauges(Mutex<HashMap<NetworkKey, Gauge>>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// What was read last was said at this time.
    pub read_to: Timestamp,
    /// When that was.
    pub at: Timestamp,
    /// It broke, and is opened again.
    pub is_broken: bool,
}

impl Gauge {
    /// How far we were behind when we last read.
    pub fn behind(&self) -> SignedDuration {
        self.at.duration_since(self.read_to).max(SignedDuration::ZERO)
    }
}

impl Gauges {
    pub fn of(&self, network: &NetworkKey) -> Option<Gauge> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(network).cloned()
    }
    fn set(&self, network: &NetworkKey, gauge: Gauge) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(network.clone(), gauge);
    }
    fn broke(&self, network: &NetworkKey) {
        if let Some(gauge) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(network) {
            gauge.is_broken = true;
        }
    }
}

/// A desk that listens: through which account, for what, and what was caught for it and not yet kept.
struct Ear {
    seat: Seat,
    account: Account,
    topics: Vec<Topic>,
    cursor: Cursor,
    noted_at: Timestamp,
    caught: Vec<Post>,
}

/// Reads a network's firehose for all desks until `stop` says so. `address`: where; `None` for the usual one. `now` is the clock.
pub async fn firehose(
    app: Arc<App>,
    network: NetworkKey,
    address: Option<String>,
    mut stop: watch::Receiver<bool>,
    now: fn() -> Timestamp,
) {
    let Some(source) = app.networks.get(&network).and_then(|n| n.firehose()) else { return };
    let address = address.unwrap_or_else(|| source.usual().to_owned());
    let mut pauses = Pauses::default();
    while !*stop.borrow() {
        let began = now();
        let outcome = tokio::select! {
            outcome = read(&app, &network, &address, now) => outcome,
            _ = stop.changed() => return,
        };
        match outcome {
            Ok(()) => {}
            Err(VerbError::Network(NetworkError::SlowDown { until })) => pauses.wait_until(until, now()),
            Err(error) => {
                tracing::info!(network = network.as_str(), code = error.code(), "a firehose broke; it is opened again");
                app.firehoses.broke(&network);
            }
        }
        if !pauses.rest(now().duration_since(began), &mut stop).await {
            return;
        }
    }
}

/// One connection, until it breaks.
async fn read(app: &App, network: &NetworkKey, address: &str, now: fn() -> Timestamp) -> Done<()> {
    let mut ears = ears(app, network).await?;
    if ears.is_empty() {
        tokio::time::sleep(IDLE).await;
        return Ok(());
    }
    // A desk that was noted longer ago than the others was left behind when we broke off: it all is read again from there, and kept once.
    let from = ears.iter().filter(|ear| !ear.cursor.0.is_empty()).min_by_key(|ear| ear.noted_at);
    let from = from.map(|ear| ear.cursor.clone()).unwrap_or_default();
    let (out, stretches) = mpsc::channel(QUEUE_MAX);
    let source = app.networks.get(network).and_then(|n| n.firehose()).ok_or(NetworkError::NotOffered)?;
    let reading = source.read(&app.http, address, &from, out);
    let keeping = Keeping { app, network, now, pending: Pending::default(), topics: AllEars::new() }.run(&mut ears, stretches);
    let (read, kept) = tokio::join!(reading, keeping);
    kept?;
    match read {
        Err(NetworkError::Refused(why)) if !from.0.is_empty() => {
            // What we know of where we were means nothing there any more: it is read on from now.
            tracing::warn!(network = network.as_str(), "the firehose does not know our place in it: {why}");
            forget_place(app, &ears).await?;
            Ok(())
        }
        other => Ok(other?),
    }
}

async fn forget_place(app: &App, ears: &[Ear]) -> Done<()> {
    for ear in ears {
        let (id, now) = (ear.account.id, ear.noted_at);
        app.store.write::<_, StoreError>(&ear.seat, move |tx| tx.accounts().set_cursor(id, FIREHOSE, "", now)).await?;
    }
    Ok(())
}

/// Every desk with an account on the network and something to listen for.
async fn ears(app: &App, network: &NetworkKey) -> Done<Vec<Ear>> {
    let network = network.clone();
    let all = app.store.read_unscoped::<_, StoreError>(move |tx| ears_in(tx, &network)).await?;
    Ok(all)
}

fn ears_in(tx: &mut Unscoped<'_>, network: &NetworkKey) -> Result<Vec<Ear>, StoreError> {
    let mut first: HashMap<DeskId, model::AccountId> = HashMap::new();
    for (desk, account, of) in tx.working_accounts()? {
        if of == *network {
            first.entry(desk).or_insert(account);
        }
    }
    let mut found = Vec::new();
    for (desk, id) in first {
        let ear = tx.at(desk, |tx| -> Result<_, StoreError> {
            let topics = tx.topics().list()?;
            let topics: Vec<Topic> = topics.into_iter().filter(|t| may_be_on(t, network)).collect();
            if topics.is_empty() {
                return Ok(None);
            }
            let account = tx.accounts().get(id)?;
            let (cursor, noted_at) = tx.accounts().cursor_and_time(id, FIREHOSE)?.unwrap_or_default();
            Ok(Some(Ear { seat: Seat::of_clock(desk), account, topics, cursor: Cursor(cursor), noted_at, caught: Vec::new() }))
        })?;
        found.extend(ear);
    }
    found.sort_by_key(|ear| ear.seat.desk);
    Ok(found)
}

/// Whether a topic could catch anything there at all.
pub(super) fn may_be_on(topic: &Topic, network: &NetworkKey) -> bool {
    let named = topic.query.networks();
    named.is_empty() || named.contains(&network.as_str())
}

fn wanted(ears: &[Ear]) -> impl Iterator<Item = (DeskId, &Query)> {
    ears.iter().flat_map(|ear| ear.topics.iter().map(|topic| (ear.seat.desk, &topic.query)))
}

/// What was read and not yet kept.
#[derive(Default)]
struct Pending {
    gone: Vec<String>,
    next: Option<Cursor>,
    /// When the oldest of what was caught was caught.
    since: Option<tokio::time::Instant>,
}

struct Keeping<'a> {
    app: &'a App,
    network: &'a NetworkKey,
    now: fn() -> Timestamp,
    pending: Pending,
    /// The topics of all desks.
    topics: AllEars,
}

impl Keeping<'_> {
    /// Looks through what comes, until nothing more does. What was caught last is kept before it ends.
    async fn run(mut self, ears: &mut Vec<Ear>, mut stretches: mpsc::Receiver<Stretch>) -> Done<()> {
        let mut looked = tokio::time::Instant::now();
        let mut noted = looked;
        let mut mark = self.app.store.mark();
        self.topics.set(wanted(ears));
        loop {
            let next = tokio::time::timeout(Duration::from_secs(1), stretches.recv()).await;
            match next {
                Ok(None) => return self.keep(ears).await,
                Ok(Some(stretch)) => self.catch(ears, stretch),
                Err(_) => {}
            }
            let is_ripe = self.pending.since.is_some_and(|since| since.elapsed() >= KEEP_AFTER);
            let is_full = ears.iter().any(|ear| ear.caught.len() >= CAUGHT_MAX) || self.pending.gone.len() >= GONE_MAX;
            if is_ripe || is_full || noted.elapsed() >= NOTE_EVERY {
                self.keep(ears).await?;
                noted = tokio::time::Instant::now();
            }
            if looked.elapsed() >= LOOK_EVERY {
                looked = tokio::time::Instant::now();
                let other = self.app.store.mark();
                if other.is_none() || other != mark {
                    mark = other;
                    self.keep(ears).await?;
                    *ears = self::ears(self.app, self.network).await?;
                    self.topics.set(wanted(ears));
                    if ears.is_empty() {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn catch(&mut self, ears: &mut [Ear], stretch: Stretch) {
        for flow in stretch.flow {
            match flow {
                Flow::Said(post) => {
                    let desks = self.topics.of(&post);
                    for ear in ears.iter_mut().filter(|ear| desks.binary_search(&ear.seat.desk).is_ok()) {
                        ear.caught.retain(|p| p.at.id != post.at.id);
                        ear.caught.push((*post).clone());
                        self.pending.since.get_or_insert_with(tokio::time::Instant::now);
                    }
                }
                Flow::Gone(id) => {
                    ears.iter_mut().for_each(|ear| ear.caught.retain(|p| p.at.id != id));
                    self.pending.gone.push(id);
                }
            }
        }
        self.pending.next = Some(stretch.next);
        self.app.firehoses.set(self.network, Gauge { read_to: stretch.at, at: (self.now)(), is_broken: false });
    }

    /// Keeps what was caught, with how far was read, for every desk.
    async fn keep(&mut self, ears: &mut [Ear]) -> Done<()> {
        let Some(next) = self.pending.next.take() else { return Ok(()) };
        let gone = std::mem::take(&mut self.pending.gone);
        self.pending.since = None;
        for ear in ears {
            let caught = std::mem::take(&mut ear.caught);
            self.keep_for(ear, caught, &gone, &next).await?;
        }
        Ok(())
    }

    async fn keep_for(&self, ear: &Ear, caught: Vec<Post>, gone: &[String], next: &Cursor) -> Done<()> {
        let now = (self.now)();
        let cx = Cx { app: self.app, seat: &ear.seat, now };
        let mut caught = fill(cx, &ear.account, caught).await;
        let mut threads = threads(cx, &ear.account, &caught).await;
        let (account, next, gone) = (ear.account.clone(), next.clone(), gone.to_vec());
        self.app
            .store
            .write::<_, StoreError>(&ear.seat, move |tx| {
                leave_out_old(tx, &mut [&mut threads, &mut caught], now)?;
                take_in(tx, &account, &threads, Arrival::History, now)?;
                let ids = take_in(tx, &account, &caught, Arrival::History, now)?;
                notice(tx, &ids, now)?;
                for id in &gone {
                    take_down(tx, &account, id, now)?;
                }
                tx.accounts().set_cursor(account.id, FIREHOSE, &next.0, now)
            })
            .await
            .map_err(VerbError::from)
    }
}

/// The posts as their network shows them, who wrote them named. What it does not show, or not now, stays as it was said.
async fn fill(cx: Cx<'_>, account: &Account, caught: Vec<Post>) -> Vec<Post> {
    if caught.is_empty() {
        return caught;
    }
    let ids: Vec<String> = caught.iter().map(|p| p.at.id.clone()).collect();
    let filled = calls::call(cx, account.id, |network, call| {
        let ids = ids.clone();
        Box::pin(async move { network.firehose().ok_or(NetworkError::NotOffered)?.fill(call, &ids).await })
    })
    .await;
    let mut filled: HashMap<String, Post> = filled.unwrap_or_default().into_iter().map(|p| (p.at.id.clone(), p)).collect();
    caught.into_iter().map(|post| filled.remove(&post.at.id).unwrap_or(post)).collect()
}
