//! Brings what SQLite's writer has committed to the disk, while the writer goes on with the next closures. A commit leaves its pages in the
//! write-ahead log without waiting for the disk; this thread has the log synced, once for all commits that have come until then, and
//! only then tells those who asked. So nobody is told that something stands before it is on the disk, as with `synchronous = full`;
//! but the disk and the writer no longer wait for each other by turns.
//!
//! It is SQLite's own order of things: the log is read back up to the last commit that is whole, so what a power cut leaves is always a
//! beginning of what was committed, and what was answered is a part of it. Before the log is used anew, SQLite syncs it and the tables.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::group::Piece;
use crate::{Kept, StoreError};

/// Commits that may wait for the disk; past that, the writer waits, too.
const WAITING_MAX: usize = 16;

type Group = Vec<Box<dyn Piece>>;

/// The writer's end.
pub(crate) struct Disk {
    to: SyncSender<Group>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Commits that are not on the disk yet.
    waiting: AtomicUsize,
    has_failed: AtomicBool,
}

impl Disk {
    /// `syncs` counts what is brought to the disk.
    pub fn start(log: PathBuf, syncs: Arc<AtomicU64>) -> Disk {
        let (to, from) = sync_channel(WAITING_MAX);
        let state = Arc::new(State::default());
        let here = state.clone();
        crate::store::thread("store-disk", move || bring(Log { path: log, file: None }, &from, &here, &syncs));
        Disk { to, state }
    }
    /// Whether nothing is on its way to the disk.
    pub fn is_idle(&self) -> bool {
        self.state.waiting.load(Ordering::Acquire) == 0
    }
    /// After a sync that failed nobody knows what of the log is on the disk, and a later one that succeeds does not say so either: nothing
    /// is taken any more until the store is opened anew, and reads the log back.
    pub fn check(&self) -> Kept<()> {
        if self.state.has_failed.load(Ordering::Acquire) { Err(failed()) } else { Ok(()) }
    }
    /// Those who asked for what was just committed are told once it is on the disk.
    pub fn bring(&self, group: Group) {
        self.state.waiting.fetch_add(1, Ordering::AcqRel);
        if let Err(lost) = self.to.send(group) {
            lost.0.into_iter().for_each(|piece| piece.tell(&Err(failed())));
        }
    }
}

fn failed() -> StoreError {
    StoreError::Broken("the disk does not take what is written to it".into())
}

struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    /// Nothing is written through this file; syncing it syncs what SQLite wrote to the log.
    fn sync(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(File::options().read(true).write(true).open(&self.path)?);
        }
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}

fn bring(mut log: Log, from: &Receiver<Group>, state: &State, syncs: &AtomicU64) {
    while let Ok(first) = from.recv() {
        let mut groups = vec![first];
        groups.extend(from.try_iter().take(WAITING_MAX));
        let outcome = log.sync().map_err(|error| {
            state.has_failed.store(true, Ordering::Release);
            tracing::error!("the disk does not take what is written to it, and nothing is written any more until the next start: {error}");
            failed()
        });
        syncs.fetch_add(1, Ordering::Relaxed);
        state.waiting.fetch_sub(groups.len(), Ordering::AcqRel);
        for piece in groups.into_iter().flatten() {
            piece.tell(&outcome);
        }
    }
}
