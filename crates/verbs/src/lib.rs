//! The five rooms of the work, and the front desk: one function for one thing that a voice or the clock can ask for.
//! No HTTP, no HTML, no SQL, and no network is named here. Begin with [`Cx`], then one room; `jobs.rs` is the closed list of
//! all that happens by itself.

pub mod app;
pub mod calls;
pub mod converse;
pub mod desk;
pub mod error;
mod gather;
pub mod jobs;
pub mod listen;
mod pauses;
pub mod publish;
pub mod reflect;
pub mod relate;

pub use app::{App, Config, Cx};
pub use error::{Done, VerbError};
pub use networks::http::{Http, Reach};
pub use networks::{About, Field, NetworkError, Networks};
pub use store::{Mark, StoreError};
