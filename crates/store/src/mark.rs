//! Has anybody written? Asked of the database itself, in a few microseconds, so that what was read or drawn a moment ago can
//! serve again without ever being old.

use std::path::Path;
use std::sync::Mutex;

use crate::connection::Connection;
use crate::store::Backend;
use crate::{Kept, StoreError};

/// Stays the same as long as nobody commits anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(i64);

/// A connection that is only ever asked for the mark: the mark does not move for what a connection writes itself.
pub(crate) struct Watch(Mutex<rusqlite::Connection>);

impl Watch {
    pub fn over(backend: &Backend) -> Result<Option<Watch>, StoreError> {
        let Backend::Lite(path) = backend else { return Ok(None) };
        match Connection::open_lite(Path::new(path), false)? {
            Connection::Lite(connection) => Ok(Some(Watch(Mutex::new(connection)))),
            Connection::Pg { .. } => Ok(None),
        }
    }

    pub fn mark(&self) -> Option<Mark> {
        read(&*self.0.lock().ok()?).ok()
    }
}

/// `data_version` changes when another connection has committed: <https://sqlite.org/pragma.html#pragma_data_version>.
fn read(connection: &rusqlite::Connection) -> Kept<Mark> {
    Ok(Mark(connection.prepare_cached("pragma data_version")?.query_row([], |row| row.get(0))?))
}
