//! One connection of either kind, as one of the store's threads owns it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use model::DeskId;

use crate::seal::Key;
use crate::tx::{Inner, Tx, Unscoped};
use crate::{Kept, StoreError};

/// Pages in the write-ahead log after which it is brought into the tables: 16 MB, so that a page that is written again and again is
/// copied once.
const LOG_PAGES: u32 = 4000;
/// Pages kept in memory, at most, in KiB. The writer touches many at a time.
const CACHE_KIB_WRITER: i64 = 16 * 1024;
const CACHE_KIB_READER: i64 = 4 * 1024;
/// Prepared statements kept by each PostgreSQL connection; more than the product has.
const STATEMENTS_MAX: usize = 512;

/// PostgreSQL's prepared statements, by their text: unprepared text costs a second round trip.
#[derive(Default)]
pub struct Statements(HashMap<String, postgres::Statement>);

impl Statements {
    pub fn get(&mut self, transaction: &mut postgres::Transaction<'_>, sql: &str) -> Kept<postgres::Statement> {
        if let Some(statement) = self.0.get(sql) {
            return Ok(statement.clone());
        }
        if self.0.len() >= STATEMENTS_MAX {
            self.0.clear();
        }
        let statement = transaction.prepare(sql)?;
        self.0.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// The statement over arrays that a statement for one row becomes (`many.rs`). Its arguments' types are those of the one for one row.
    pub fn get_for_many(&mut self, transaction: &mut postgres::Transaction<'_>, sql: &str) -> Kept<postgres::Statement> {
        let name = format!("many: {sql}");
        if let Some(statement) = self.0.get(&name) {
            return Ok(statement.clone());
        }
        let types: Vec<String> = transaction.prepare(sql)?.params().iter().map(|kind| kind.name().to_owned()).collect();
        let statement = transaction.prepare(&crate::many::over_arrays(sql, &types)?)?;
        self.0.insert(name, statement.clone());
        Ok(statement)
    }
}

pub(crate) enum Connection {
    Lite(rusqlite::Connection),
    Pg { client: Box<postgres::Client>, statements: RefCell<Statements>, url: String },
}

impl Connection {
    pub fn open_lite(path: &Path, is_writer: bool) -> Kept<Connection> {
        use rusqlite::OpenFlags;
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
        if is_writer {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        if is_writer {
            let mode = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))?;
            if mode != "wal" {
                return Err(StoreError::Broken(
                    "this file system can't keep a write-ahead log: keep the data on a disk of this machine".into(),
                ));
            }
        }
        // A post's intent must be on the disk before the wire is touched, also when the power goes: `disk.rs` sees to that for what the
        // writer commits, so that SQLite itself need not wait.
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", if is_writer { -CACHE_KIB_WRITER } else { -CACHE_KIB_READER })?;
        // What a savepoint would need to undo is kept in memory, and not in a file that is never read.
        connection.pragma_update(None, "temp_store", "memory")?;
        // One plan a statement: else every statement is parsed and planned anew at each use, for the values it is given.
        connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if !is_writer {
            connection.pragma_update(None, "query_only", true)?;
        }
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Connection::Lite(connection))
    }

    pub fn open_pg(url: &str) -> Kept<Connection> {
        let client = postgres::Client::connect(url, postgres::NoTls).map_err(|e| {
            StoreError::Broken(format!(
                "PostgreSQL cannot be reached: {}",
                e.as_db_error().map_or_else(|| "no answer at that address".to_owned(), |d| d.message().to_owned())
            ))
        })?;
        Ok(Connection::Pg { client: Box::new(client), statements: RefCell::default(), url: url.to_owned() })
    }

    /// A PostgreSQL connection that was lost is opened anew; a transaction is never half done by that.
    fn mend(&mut self) -> Kept<()> {
        if let Connection::Pg { client, url, .. } = self
            && client.is_closed()
        {
            *self = Connection::open_pg(&url.clone())?;
        }
        Ok(())
    }

    /// Runs `work` in a transaction: committed when it answers `Ok`, undone when it answers `Err`.
    pub fn transact<T, E: From<StoreError>>(
        &mut self,
        key: &Key,
        desk: DeskId,
        is_write: bool,
        work: impl FnOnce(&mut Unscoped<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.mend()?;
        match self {
            Connection::Lite(connection) => {
                connection.execute_batch(if is_write { "begin immediate" } else { "begin deferred" }).map_err(StoreError::from)?;
                let guard = Rollback(connection);
                let answer = work(&mut Unscoped(Tx { inner: Inner::Lite(connection), desk, key }))?;
                connection.execute_batch("commit").map_err(StoreError::from)?;
                std::mem::forget(guard);
                Ok(answer)
            }
            Connection::Pg { client, statements, .. } => {
                let transaction = client.transaction().map_err(StoreError::from)?;
                let mut unscoped = Unscoped(Tx { inner: Inner::Pg(RefCell::new(transaction), statements), desk, key });
                let answer = work(&mut unscoped)?;
                if let Inner::Pg(transaction, _) = unscoped.0.inner {
                    transaction.into_inner().commit().map_err(StoreError::from)?;
                }
                Ok(answer)
            }
        }
    }

    /// Runs a text of several statements outside any transaction.
    pub fn batch(&mut self, sql: &str) -> Kept<()> {
        match self {
            Connection::Lite(connection) => Ok(connection.execute_batch(sql)?),
            Connection::Pg { client, .. } => Ok(client.batch_execute(sql)?),
        }
    }
}

/// Undoes an open SQLite transaction when the work fails or panics.
struct Rollback<'c>(&'c rusqlite::Connection);
impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        let _ = self.0.execute_batch("rollback");
    }
}
