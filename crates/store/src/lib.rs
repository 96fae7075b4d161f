//! The cellar: everything Hobnob keeps, in one concrete [`Store`] over SQLite and PostgreSQL.
//! It decides nothing. Reading and writing happen in closures over a [`Tx`], which runs on one of the store's own
//! threads and cannot wait on a network. Begin with `tx.rs`, then one noun's file.

pub mod accounts;
pub mod aims;
mod answered;
pub mod away;
pub mod balance;
pub mod between;
pub mod beyond;
mod calendar_feeds;
mod connection;
pub mod contact_points;
pub mod conversations;
pub mod deliveries;
pub mod desks;
mod dialect;
mod disk;
pub mod drafts;
pub mod dump;
pub mod error;
pub mod following;
pub mod follows;
pub mod gestures;
mod group;
pub mod history;
mod ids;
pub mod import_pictures;
pub mod imports;
pub mod introductions;
pub mod jobs;
pub mod joins;
pub mod json;
pub mod links;
mod many;
mod mark;
pub mod migrate;
mod named;
pub mod notes;
pub mod outcomes;
pub mod pairs;
pub mod persons;
pub mod pictures;
pub mod posts;
pub mod profiles;
pub mod progress;
pub mod promises;
pub mod said;
mod seal;
pub mod search;
pub mod sightings;
pub mod signs;
pub mod sittings;
pub mod slots;
mod store;
pub mod talk_days;
pub mod threads;
pub mod topics;
pub mod trials;
mod tx;
mod value;
pub mod visits;
pub mod watches;
pub mod ways;
pub mod webmentions;
pub mod weighing;

pub use dialect::Dialect;
pub use error::StoreError;
pub use ids::fresh_id;
pub use mark::Mark;
pub use seal::Key;
pub use store::{Backend, Store};
pub use tx::{Tx, Unscoped};
pub use value::{FromValue, Row, Value};

/// What a closure over a [`Tx`] answers.
pub type Kept<T> = Result<T, StoreError>;
