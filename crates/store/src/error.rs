//! What can go wrong in the cellar, told by what the caller can do.

/// Never holds a value that was being written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row that must be there is not.
    #[error("{0} is not there")]
    Missing(&'static str),
    /// A row of that key is there already, or somebody else changed it first.
    #[error("somebody else was first: {0}")]
    Conflict(String),
    /// Too much at once; try again.
    #[error("the store is busy")]
    Busy,
    /// It can't be read or written; stop.
    #[error("the store is broken: {0}")]
    Broken(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match &error {
            rusqlite::Error::SqliteFailure(failure, words) => match failure.code {
                Code::ConstraintViolation => StoreError::Conflict(words.clone().unwrap_or_default()),
                Code::DatabaseBusy | Code::DatabaseLocked => StoreError::Busy,
                code => StoreError::Broken(format!("{code:?}: {}", words.clone().unwrap_or_default())),
            },
            other => StoreError::Broken(other.to_string()),
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        match error.as_db_error() {
            // Class 23 of the standard: an integrity constraint was violated. Only its name is kept, never the row.
            Some(db) if db.code().code().starts_with("23") => {
                StoreError::Conflict(db.constraint().unwrap_or("a rule of the table").to_owned())
            }
            // 40001 and 40P01: serialisation failure and deadlock; 55P03: lock not available.
            Some(db) if matches!(db.code().code(), "40001" | "40P01" | "55P03") => StoreError::Busy,
            Some(db) => StoreError::Broken(format!("{}: {}", db.code().code(), db.message())),
            None => StoreError::Broken(error.to_string()),
        }
    }
}
