//! Many callers, one sync: the closures that wait for a writer run one after another in one transaction, each inside a savepoint of
//! its own, and all of them are answered after its commit. One that fails, or panics, is undone alone.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::DeskId;
use tokio::sync::{mpsc, oneshot};

use crate::connection::Connection;
use crate::dialect::Dialect;
use crate::disk::Disk;
use crate::seal::Key;
use crate::store::NOBODYS;
use crate::tx::Unscoped;
use crate::{Kept, StoreError};

/// Closures that share one commit, at most.
const GROUP_MAX: usize = 512;
/// After so long a group takes no further closure in: whoever was first waits for the last.
const GROUP_FOR: Duration = Duration::from_millis(20);

/// And after so long none where the disk has nothing to do.
const GROUP_FOR_IDLE: Duration = Duration::from_millis(2);

/// A closure in line for a writer, and whoever waits for its answer.
pub(crate) trait Piece: Send {
    /// Runs it. `false`: what it changed is to be undone.
    fn run(&mut self, unscoped: &mut Unscoped<'_>) -> bool;
    /// It was content, but the database was not.
    fn spoil(&mut self, error: StoreError);
    /// Answers the caller. `group` says whether the commit that was shared stands.
    fn tell(self: Box<Self>, group: &Kept<()>);
}

/// What [`Piece`] is made of.
pub(crate) struct Asked<W, T, E> {
    pub desk: DeskId,
    pub work: Option<W>,
    pub answer: Option<Result<T, E>>,
    pub to: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Piece for Asked<W, T, E>
where
    W: FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, unscoped: &mut Unscoped<'_>) -> bool {
        unscoped.0.desk = self.desk;
        self.answer = self.work.take().map(|work| work(unscoped));
        matches!(self.answer, Some(Ok(_)))
    }
    fn spoil(&mut self, error: StoreError) {
        self.answer = Some(Err(error.into()));
    }
    fn tell(self: Box<Self>, group: &Kept<()>) {
        let answer = match (group, self.answer) {
            // Even a refusal may rest on what a neighbour had written, and that is gone.
            (Err(error), _) => Err(error.clone().into()),
            (Ok(()), Some(answer)) => answer,
            (Ok(()), None) => Err(StoreError::Broken("the store's work broke off".into()).into()),
        };
        let _ = self.to.send(answer);
    }
}

/// How a commit gets to the disk.
pub(crate) enum Way {
    /// By itself, before it returns: each is counted.
    Itself(Arc<AtomicU64>),
    /// By a thread that is told of it, and answers in the end.
    Disk(Disk),
}

/// A writer's whole life: takes what waits, runs it, commits, answers. Ends when nobody can ask any more.
pub(crate) fn write(connection: &mut Connection, key: &Key, mut from: mpsc::Receiver<Box<dyn Piece>>, way: &Way) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match from.blocking_recv() {
                Some(piece) => waiting.push_back(piece),
                None => return,
            }
        }
        // Nobody is waited for: while one group is on its way to the disk, the next one gathers by itself.
        while waiting.len() < GROUP_MAX
            && let Ok(piece) = from.try_recv()
        {
            waiting.push_back(piece);
        }
        commit(connection, key, &mut waiting, way);
    }
}

/// Runs and commits as many of `waiting` as make one group: at least one, and in order.
fn commit(connection: &mut Connection, key: &Key, waiting: &mut VecDeque<Box<dyn Piece>>, way: &Way) {
    if let Way::Disk(disk) = way
        && let Err(error) = disk.check()
    {
        waiting.drain(..).for_each(|piece| piece.tell(&Err(error.clone())));
        return;
    }
    let mut ran: Vec<Box<dyn Piece>> = Vec::with_capacity(waiting.len());
    let mut is_undone_alone = false;
    let outcome = connection.transact::<(), StoreError>(key, NOBODYS, true, |unscoped| {
        // Alone it needs no savepoint: the transaction is its own. (PostgreSQL's commit hides that a statement had failed.)
        if waiting.len() == 1 && unscoped.dialect() == Dialect::Lite {
            is_undone_alone = !run_next(unscoped, waiting, &mut ran);
            return if is_undone_alone { Err(StoreError::Busy) } else { Ok(()) };
        }
        run_all(unscoped, waiting, &mut ran, way)
    });
    if ran.is_empty() {
        // The transaction could not even begin.
        ran.extend(waiting.drain(..));
    }
    let outcome = if is_undone_alone { Ok(()) } else { outcome };
    match way {
        Way::Disk(disk) if outcome.is_ok() && !is_undone_alone => disk.bring(ran),
        Way::Itself(commits) => {
            commits.fetch_add(1, Ordering::Relaxed);
            ran.into_iter().for_each(|piece| piece.tell(&outcome));
        }
        Way::Disk(_) => ran.into_iter().for_each(|piece| piece.tell(&outcome)),
    }
}

fn run_all(unscoped: &mut Unscoped<'_>, waiting: &mut VecDeque<Box<dyn Piece>>, ran: &mut Vec<Box<dyn Piece>>, way: &Way) -> Kept<()> {
    let began = Instant::now();
    let is_open = |ran: &[Box<dyn Piece>]| {
        let gone = began.elapsed();
        ran.is_empty() || (gone < GROUP_FOR && !(gone >= GROUP_FOR_IDLE && matches!(way, Way::Disk(disk) if disk.is_idle())))
    };
    unscoped.command("savepoint piece")?;
    while !waiting.is_empty() && is_open(ran) {
        let is_content = run_next(unscoped, waiting, ran);
        // SQLite undoes a whole transaction by itself when the disk fails or is full.
        if !unscoped.is_open() {
            return Err(StoreError::Broken("the transaction broke off".into()));
        }
        if is_content {
            // PostgreSQL does not let go of a savepoint in which a statement failed, even if the closure forgave it.
            match unscoped.command("release piece; savepoint piece") {
                Ok(()) => continue,
                Err(error) => ran.iter_mut().last().expect("it was just run").spoil(error),
            }
        }
        unscoped.command("rollback to piece")?;
    }
    Ok(())
}

/// Whether what the next one changed may stand. A panic in it is its own affair.
fn run_next(unscoped: &mut Unscoped<'_>, waiting: &mut VecDeque<Box<dyn Piece>>, ran: &mut Vec<Box<dyn Piece>>) -> bool {
    let Some(mut piece) = waiting.pop_front() else { return false };
    let is_content = catch_unwind(AssertUnwindSafe(|| piece.run(unscoped))).unwrap_or(false);
    ran.push(piece);
    is_content
}
