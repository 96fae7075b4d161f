//! What a verb may answer instead of what was asked for: a sentence for a person, a code for a program.

use model::{Misfit, QueryError};
use networks::NetworkError;
use store::StoreError;

pub type Done<T> = Result<T, VerbError>;

/// Holds no secret and nobody's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerbError {
    /// The seat may not do that.
    #[error("You have no right to do that at this desk.")]
    NotYours,
    /// What was asked for is not there; the word says what.
    #[error("There is no such {0} here.")]
    Missing(&'static str),
    /// Something a person filled in: which field, and what is wrong with it, as a sentence.
    #[error("{why}")]
    Wrong { field: &'static str, why: String },
    /// A draft does not fit where it shall go.
    #[error("{}", .0.iter().map(|m| m.why.as_str()).collect::<Vec<_>>().join(" "))]
    Misfits(Vec<Misfit>),
    /// A query that can't be read.
    #[error("{}", .0.why)]
    Query(QueryError),
    /// Too late, or somebody else was first; nothing was changed.
    #[error("{0}")]
    TooLate(String),
    /// Asked too often.
    #[error("Too many attempts. Try again in {minutes} minutes.")]
    TooOften { minutes: u32 },
    #[error("{}", network_sentence(.0))]
    Network(NetworkError),
    #[error("{}", store_sentence(.0))]
    Store(StoreError),
}

impl VerbError {
    pub fn wrong(field: &'static str, why: impl Into<String>) -> Self {
        VerbError::Wrong { field, why: why.into() }
    }
    /// A code for programs; lasting.
    pub fn code(&self) -> &'static str {
        match self {
            VerbError::NotYours => "not-yours",
            VerbError::Missing(_) => "missing",
            VerbError::Wrong { .. } => "wrong",
            VerbError::Misfits(_) => "misfits",
            VerbError::Query(_) => "query",
            VerbError::TooLate(_) => "too-late",
            VerbError::TooOften { .. } => "too-often",
            VerbError::Network(_) => "network",
            VerbError::Store(_) => "store",
        }
    }
}

impl From<NetworkError> for VerbError {
    fn from(error: NetworkError) -> Self {
        VerbError::Network(error)
    }
}
impl From<StoreError> for VerbError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(what) => {
                VerbError::Missing(what.trim_start_matches("an ").trim_start_matches("a ").trim_start_matches("the "))
            }
            other => VerbError::Store(other),
        }
    }
}
impl From<QueryError> for VerbError {
    fn from(error: QueryError) -> Self {
        VerbError::Query(error)
    }
}

fn network_sentence(error: &NetworkError) -> String {
    match error {
        NetworkError::TokenOld | NetworkError::SignInAgain => "The network asks you to sign in again. Nothing was sent.".into(),
        NetworkError::Refused(why) => format!("The network did not take it: {why}"),
        NetworkError::NotThere => "It is not there any more.".into(),
        NetworkError::NotOffered => "This server cannot do that.".into(),
        NetworkError::SlowDown { .. } => "The network asks us to wait. It is tried again by itself.".into(),
        NetworkError::Away(_) => "The server cannot be reached just now. Nothing was sent.".into(),
        NetworkError::Unanswered(_) | NetworkError::Garbled(_) => "The server gave no clear answer. We look before trying again.".into(),
        NetworkError::Forbidden(why) => format!("That address is not called: {why}."),
    }
}

fn store_sentence(error: &StoreError) -> String {
    match error {
        StoreError::Busy => "Too much at once. Nothing was lost; try again.".into(),
        StoreError::Conflict(_) => "Somebody else changed it first. Nothing was lost.".into(),
        _ => "What is kept could not be read or written. See `hobnob doctor`.".into(),
    }
}
