//! One transaction, in one desk. Every query in it is meant for that desk; the store's nouns hang on it as methods.

use std::cell::RefCell;
use std::ops::ControlFlow;

use model::{DeskId, Id, Timestamp};

use crate::dialect::Dialect;
use crate::seal::Key;
use crate::value::{Row, Value};
use crate::{Kept, StoreError};

pub(crate) enum Inner<'c> {
    Lite(&'c rusqlite::Connection),
    Pg(RefCell<postgres::Transaction<'c>>, &'c RefCell<crate::connection::Statements>),
}

/// A transaction inside one desk.
pub struct Tx<'c> {
    pub(crate) inner: Inner<'c>,
    pub(crate) desk: DeskId,
    pub(crate) key: &'c Key,
}

/// A transaction without a desk: claiming a job, signing in, following a link, keeping house. Derefs to [`Tx`], whose desk is
/// then nobody's; use [`Unscoped::at`] to step inside one.
pub struct Unscoped<'c>(pub(crate) Tx<'c>);

impl<'c> std::ops::Deref for Unscoped<'c> {
    type Target = Tx<'c>;
    fn deref(&self) -> &Tx<'c> {
        &self.0
    }
}

impl<'c> Unscoped<'c> {
    /// The same transaction, inside a desk.
    pub fn at<T>(&mut self, desk: DeskId, work: impl FnOnce(&Tx<'c>) -> T) -> T {
        let before = std::mem::replace(&mut self.0.desk, desk);
        let answer = work(&self.0);
        self.0.desk = before;
        answer
    }
}

impl Tx<'_> {
    /// The desk that every row of this transaction belongs to.
    pub fn desk(&self) -> DeskId {
        self.desk
    }
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Lite(_) => Dialect::Lite,
            Inner::Pg(..) => Dialect::Pg,
        }
    }
    /// A word to the database itself, such as a savepoint.
    pub(crate) fn command(&self, sql: &str) -> Kept<()> {
        match &self.inner {
            Inner::Lite(connection) => Ok(connection.execute_batch(sql)?),
            Inner::Pg(transaction, _) => Ok(transaction.borrow_mut().batch_execute(sql)?),
        }
    }
    /// Whether the transaction is still there. SQLite may have undone it by itself.
    pub(crate) fn is_open(&self) -> bool {
        match &self.inner {
            Inner::Lite(connection) => !connection.is_autocommit(),
            Inner::Pg(..) => true,
        }
    }
    pub fn fresh<I: Id>(&self, now: Timestamp) -> I {
        crate::fresh_id(now)
    }
    /// Seals `words` for the row named by `place`.
    pub(crate) fn seal(&self, place: &str, words: &str) -> Kept<Vec<u8>> {
        self.key.seal(&format!("{}/{place}", self.desk), words)
    }
    pub(crate) fn unseal(&self, place: &str, sealed: &[u8]) -> Kept<String> {
        self.key.open(&format!("{}/{place}", self.desk), sealed)
    }

    /// Runs a statement that changes rows; answers how many.
    pub fn run(&self, sql: &str, args: &[Value]) -> Kept<usize> {
        match &self.inner {
            Inner::Lite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, args)?;
                Ok(statement.raw_execute()?)
            }
            Inner::Pg(transaction, statements) => {
                let mut transaction = transaction.borrow_mut();
                let statement = statements.borrow_mut().get(&mut transaction, sql)?;
                let refs: Vec<&(dyn postgres::types::ToSql + Sync)> = args.iter().map(|v| v as _).collect();
                Ok(usize::try_from(transaction.execute(&statement, &refs)?).unwrap_or(usize::MAX))
            }
        }
    }

    /// All rows, each through `read`. Statements that can answer many rows carry a `limit`.
    pub fn all<T>(&self, sql: &str, args: &[Value], mut read: impl FnMut(&Row<'_>) -> Kept<T>) -> Kept<Vec<T>> {
        let mut found = Vec::new();
        self.each(sql, args, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first row, if there is one.
    pub fn find<T>(&self, sql: &str, args: &[Value], mut read: impl FnMut(&Row<'_>) -> Kept<T>) -> Kept<Option<T>> {
        let mut found = None;
        self.each(sql, args, |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The one row that must be there; `what` names it in the error.
    pub fn get<T>(&self, what: &'static str, sql: &str, args: &[Value], read: impl FnMut(&Row<'_>) -> Kept<T>) -> Kept<T> {
        self.find(sql, args, read)?.ok_or(StoreError::Missing(what))
    }

    /// One number, as `select count(*)` answers it.
    pub fn count(&self, sql: &str, args: &[Value]) -> Kept<u64> {
        self.get("a count", sql, args, |row| row.get(0))
    }

    /// Each row of a table that may be larger than memory; `take` may not use this transaction meanwhile.
    pub(crate) fn stream(&self, sql: &str, take: &mut dyn FnMut(&Row<'_>) -> Kept<()>) -> Kept<()> {
        use postgres::fallible_iterator::FallibleIterator;
        match &self.inner {
            Inner::Lite(_) => self.each(sql, &[], take),
            Inner::Pg(transaction, _) => {
                let mut transaction = transaction.borrow_mut();
                let mut rows = transaction.query_raw(sql, std::iter::empty::<i64>())?;
                while let Some(row) = rows.next()? {
                    take(&Row::Pg(&row))?;
                }
                Ok(())
            }
        }
    }

    /// Each row, as it comes.
    pub fn each(&self, sql: &str, args: &[Value], mut take: impl FnMut(&Row<'_>) -> Kept<()>) -> Kept<()> {
        self.walk(sql, args, |row| take(row).map(ControlFlow::Continue))
    }

    /// Each row, as it comes, as long as `take` wants more. What is not taken costs nothing on SQLite, and was read already on PostgreSQL.
    pub(crate) fn walk(&self, sql: &str, args: &[Value], mut take: impl FnMut(&Row<'_>) -> Kept<ControlFlow<()>>) -> Kept<()> {
        match &self.inner {
            Inner::Lite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, args)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    if take(&Row::Lite(row))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
            Inner::Pg(transaction, statements) => {
                let rows = {
                    let mut transaction = transaction.borrow_mut();
                    let statement = statements.borrow_mut().get(&mut transaction, sql)?;
                    let refs: Vec<&(dyn postgres::types::ToSql + Sync)> = args.iter().map(|v| v as _).collect();
                    transaction.query(&statement, &refs)?
                };
                for row in &rows {
                    if take(&Row::Pg(row))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Binds by the name `$n`, so that one text serves both databases and an argument may be used twice.
fn bind(statement: &mut rusqlite::Statement<'_>, args: &[Value]) -> Kept<()> {
    const NAMES: [&str; 32] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19", "$20",
        "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
    ];
    for (i, value) in args.iter().enumerate() {
        let place = match NAMES.get(i) {
            Some(name) => statement.parameter_index(name)?,
            None => statement.parameter_index(&format!("${}", i + 1))?,
        };
        let place = place.ok_or_else(|| StoreError::Broken(format!("a statement has no ${}", i + 1)))?;
        put_at(statement, place, value)?;
    }
    Ok(())
}

/// Binds a value at a place that is known.
pub(crate) fn put_at(statement: &mut rusqlite::Statement<'_>, place: usize, value: &Value) -> Kept<()> {
    Ok(statement.raw_bind_parameter(place, value)?)
}
