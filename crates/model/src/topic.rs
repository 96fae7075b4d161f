//! What we listen for. The first query language: words, "phrases", OR, -not, #tag, from:, on:, lang:.

use crate::{AimId, Timestamp, TopicId};

#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    pub id: TopicId,
    pub name: String,
    pub query: Query,
    pub aim: Option<AimId>,
    pub created_at: Timestamp,
}

/// A query as written, with its meaning. Printing gives back what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub text: String,
}

/// What is wrong with a query, and at which character (counted from 0, in characters).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    pub at: usize,
    pub why: String,
}
