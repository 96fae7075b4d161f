//! The store itself: threads that own connections, and the two short ways in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{DeskId, Seat};
use tokio::sync::{mpsc, oneshot};

use crate::StoreError;
use crate::connection::Connection;
use crate::disk::Disk;
use crate::group::{self, Asked, Piece, Way};
use crate::mark::{Mark, Watch};
use crate::seal::Key;
use crate::tx::{Tx, Unscoped};

/// SQLite: one writes, these read.
const READERS: usize = 2;
/// PostgreSQL: so many connections write and so many read. A desk always writes by the same one, so that the closures of a desk never
/// wait for each other's rows, and rows of two desks never meet.
const PG_WRITERS: usize = 3;
const PG_READERS: usize = 3;
/// Of each of the store's threads, in bytes.
const STACK: usize = 1024 * 1024;
/// Closures that may wait for a thread; past that, the caller waits to hand its own over.
const QUEUE_MAX: usize = 1024;

/// Where the data live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Lite(PathBuf),
    /// `postgres://…`
    Pg(String),
}

type Reading = Box<dyn FnOnce(&mut Connection) + Send>;

/// Everything Hobnob keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    writers: Arc<[mpsc::Sender<Box<dyn Piece>>]>,
    readers: mpsc::Sender<Reading>,
    commits: Arc<AtomicU64>,
    key: Arc<Key>,
    backend: Arc<Backend>,
    watch: Option<Arc<Watch>>,
}

impl Store {
    /// Opens, brings the tables up to date, and starts the threads. Blocking; called once at the start.
    pub fn open(backend: Backend, key: Key) -> Result<Store, StoreError> {
        // The PostgreSQL client waits in its own way, which must not happen on a thread of the async runtime.
        std::thread::scope(|scope| scope.spawn(|| Self::open_here(backend, key)).join())
            .unwrap_or_else(|_| Err(StoreError::Broken("opening broke off".into())))
    }

    fn open_here(backend: Backend, key: Key) -> Result<Store, StoreError> {
        let mut first = connect(&backend, true)?;
        crate::migrate::migrate(&mut first)?;
        let (writing, reading) = match &backend {
            Backend::Lite(_) => (1, READERS),
            Backend::Pg(_) => (PG_WRITERS, PG_READERS),
        };
        let key = Arc::new(key);
        let commits = Arc::new(AtomicU64::new(0));
        let way = || match &backend {
            Backend::Lite(path) => Way::Disk(Disk::start(log_of(path), commits.clone())),
            Backend::Pg(_) => Way::Itself(commits.clone()),
        };
        let mut writers = vec![writer(first, key.clone(), way())];
        for _ in 1..writing {
            writers.push(writer(connect(&backend, true)?, key.clone(), way()));
        }
        let reading = (0..reading).map(|_| connect(&backend, false)).collect::<Result<Vec<_>, _>>()?;
        let watch = Watch::over(&backend)?.map(Arc::new);
        Ok(Store { writers: writers.into(), readers: readers(reading), key, backend: Arc::new(backend), watch, commits })
    }

    pub fn backend(&self) -> &Backend {
        &self.backend
    }
    /// How often something was brought to the disk since it was opened; each time it may be what many asked for.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Stays the same as long as nobody, in this process or in another, has written anything. `None` where the database has no such
    /// word that costs less than reading again (PostgreSQL). It waits for no disk, so it may be asked on any thread.
    pub fn mark(&self) -> Option<Mark> {
        self.watch.as_ref()?.mark()
    }

    /// Reads inside the seat's desk: one transaction, one hop.
    pub async fn read<T, E>(&self, seat: &Seat, work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.look(seat.desk, |unscoped| work(unscoped)).await
    }
    /// Writes inside the seat's desk: all or nothing, and on the disk when it answers. Several callers may share one commit (`group.rs`).
    pub async fn write<T, E>(&self, seat: &Seat, work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.change(seat.desk, |unscoped| work(unscoped)).await
    }
    /// Reads without a desk: signing in, following a link, keeping house.
    pub async fn read_unscoped<T, E>(&self, work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.look(NOBODYS, work).await
    }
    /// Writes without a desk: claiming a job, signing in, following a link, keeping house.
    pub async fn write_unscoped<T, E>(&self, work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.change(NOBODYS, work).await
    }

    async fn look<T, E>(&self, desk: DeskId, work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (to, wait) = oneshot::channel();
        let key = self.key.clone();
        let reading: Reading = Box::new(move |connection| {
            let _ = to.send(connection.transact(&key, desk, false, work));
        });
        self.readers.send(reading).await.map_err(|_| closed())?;
        wait.await.unwrap_or_else(|_| Err(broke_off().into()))
    }

    async fn change<T, E>(&self, desk: DeskId, work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (to, wait) = oneshot::channel();
        let piece = Box::new(Asked { desk, work: Some(work), answer: None, to });
        let lane = desk.0.unsigned_abs() % self.writers.len() as u64;
        self.writers[lane as usize].send(piece).await.map_err(|_| closed())?;
        wait.await.unwrap_or_else(|_| Err(broke_off().into()))
    }
}

fn closed() -> StoreError {
    StoreError::Broken("the store is closed".into())
}

fn broke_off() -> StoreError {
    StoreError::Broken("the store's work broke off".into())
}

/// No desk has this number.
pub(crate) const NOBODYS: DeskId = DeskId(0);

fn connect(backend: &Backend, is_writer: bool) -> Result<Connection, StoreError> {
    match backend {
        Backend::Lite(path) => Connection::open_lite(Path::new(path), is_writer),
        Backend::Pg(url) => Connection::open_pg(url),
    }
}

/// A thread of its own for a connection that writes.
fn writer(mut connection: Connection, key: Arc<Key>, way: Way) -> mpsc::Sender<Box<dyn Piece>> {
    let (to, from) = mpsc::channel(QUEUE_MAX);
    thread("store-write", move || group::write(&mut connection, &key, from, &way));
    to
}

/// A thread for each connection that reads, all fed from one queue.
fn readers(connections: Vec<Connection>) -> mpsc::Sender<Reading> {
    let (to, from) = mpsc::channel::<Reading>(QUEUE_MAX);
    let from = Arc::new(Mutex::new(from));
    for mut connection in connections {
        let from = from.clone();
        thread("store-read", move || {
            loop {
                let next = match from.lock() {
                    Ok(mut queue) => queue.blocking_recv(),
                    Err(_) => break,
                };
                let Some(reading) = next else { break };
                // A panic in one closure must not take the thread, and with it the store, down.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| reading(&mut connection)));
            }
        });
    }
    to
}

/// SQLite's write-ahead log of a file.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

pub(crate) fn thread(name: &str, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work).expect("the system starts a thread");
}
