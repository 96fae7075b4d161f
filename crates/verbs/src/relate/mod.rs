//! The room where people are known: who they are on every network, what is between us, and how strong the tie is.
//! No judgement of people by reach lives here, and nothing that writes to them. Begin with `tie.rs`, then `person.rs`.

pub mod contacts;
pub mod edit;
pub mod follow;
pub mod introduce;
pub mod ledger;
pub mod nature;
pub mod people;
pub mod person;
pub mod proof;
pub mod tie;
pub mod work;

pub use people::{a_while, people};
pub use person::person;
pub use tie::{signed, talked, tie_word};
