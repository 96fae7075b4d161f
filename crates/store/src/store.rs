//! The store itself: threads that own connections, and the two short ways in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use model::{DeskId, Seat};

use crate::StoreError;
use crate::connection::Connection;
use crate::mark::{Mark, Watch};
use crate::seal::Key;
use crate::tx::{Tx, Unscoped};

/// SQLite: one writes, these read.
const READERS: usize = 2;
/// PostgreSQL: so many connections in all.
const PG_CONNECTIONS: usize = 6;
/// Closures that may wait for a thread; past that, the caller waits to hand its own over.
const QUEUE_MAX: usize = 256;

/// Where the data live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Lite(PathBuf),
    /// `postgres://…`
    Pg(String),
}

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// Everything Hobnob keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    writers: Arc<SyncSender<Work>>,
    readers: Arc<SyncSender<Work>>,
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
        let (writers, readers) = match &backend {
            Backend::Lite(_) => {
                let reading = (0..READERS).map(|_| connect(&backend, false)).collect::<Result<Vec<_>, _>>()?;
                (threads("store-write", vec![first]), threads("store-read", reading))
            }
            Backend::Pg(_) => {
                let mut all = vec![first];
                for _ in 1..PG_CONNECTIONS {
                    all.push(connect(&backend, true)?);
                }
                let all = threads("store", all);
                (all.clone(), all)
            }
        };
        let watch = Watch::over(&backend)?.map(Arc::new);
        Ok(Store { writers, readers, key: Arc::new(key), backend: Arc::new(backend), watch })
    }

    pub fn backend(&self) -> &Backend {
        &self.backend
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
        self.hop(&self.readers, seat.desk, false, |unscoped| work(unscoped)).await
    }
    /// Writes inside the seat's desk: one transaction, all or nothing.
    pub async fn write<T, E>(&self, seat: &Seat, work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.hop(&self.writers, seat.desk, true, |unscoped| work(unscoped)).await
    }
    /// Reads without a desk: signing in, following a link, keeping house.
    pub async fn read_unscoped<T, E>(&self, work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.hop(&self.readers, NOBODYS, false, work).await
    }
    /// Writes without a desk: claiming a job, signing in, following a link, keeping house.
    pub async fn write_unscoped<T, E>(&self, work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.hop(&self.writers, NOBODYS, true, work).await
    }

    async fn hop<T, E>(
        &self,
        to: &SyncSender<Work>,
        desk: DeskId,
        is_write: bool,
        work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, wait) = tokio::sync::oneshot::channel();
        let key = self.key.clone();
        let work: Work = Box::new(move |connection| {
            let _ = answer.send(connection.transact(&key, desk, is_write, work));
        });
        let mut work = Some(work);
        // The queue is bounded; when it is full we give way rather than block the runtime.
        while let Some(given) = work.take() {
            match to.try_send(given) {
                Ok(()) => {}
                Err(std::sync::mpsc::TrySendError::Full(back)) => {
                    work = Some(back);
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
                Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return Err(StoreError::Broken("the store is closed".into()).into()),
            }
        }
        wait.await.unwrap_or_else(|_| Err(StoreError::Broken("the store's work broke off".into()).into()))
    }
}

/// No desk has this number.
const NOBODYS: DeskId = DeskId(0);

fn connect(backend: &Backend, is_writer: bool) -> Result<Connection, StoreError> {
    match backend {
        Backend::Lite(path) => Connection::open_lite(Path::new(path), is_writer),
        Backend::Pg(url) => Connection::open_pg(url),
    }
}

/// A thread a connection, all fed from one queue.
fn threads(name: &str, connections: Vec<Connection>) -> Arc<SyncSender<Work>> {
    let (to, from) = sync_channel::<Work>(QUEUE_MAX);
    let from: Arc<Mutex<Receiver<Work>>> = Arc::new(Mutex::new(from));
    for mut connection in connections {
        let from = from.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .stack_size(1024 * 1024)
            .spawn(move || {
                loop {
                    let next = match from.lock() {
                        Ok(queue) => queue.recv(),
                        Err(_) => break,
                    };
                    let Ok(work) = next else { break };
                    // A panic in one closure must not take the thread, and with it the store, down.
                    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut connection)));
                }
            })
            .expect("the system starts a thread");
    }
    Arc::new(to)
}
