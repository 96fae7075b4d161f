//! The room where people are known: who they are on every network, what is between us, and how strong the tie is.
//! Who gave leave to be written to stands here, too, and the letters to them. No judgement of people by reach lives here. Begin with `tie.rs`,
//! then `person.rs`; for letters, with `opt_ins.rs`.

pub mod bounces;
pub mod contacts;
pub mod edit;
pub mod follow;
pub mod follows;
pub mod introduce;
pub mod ledger;
pub mod nature;
pub mod opt_in_list;
pub mod opt_ins;
pub mod people;
pub mod person;
pub mod proof;
pub mod rounds;
pub mod tie;
pub mod work;

pub use people::{a_while, people};
pub use person::person;
pub use tie::{signed, talked, tie_word};
