//! The front desk: first run, signing in, connecting accounts, the desk's own choices. Not one of the five rooms of the work; it is
//! what stands before them. Begin with `session.rs`.

pub mod accounts;
pub mod begin;
pub mod choices;
pub mod doctor;
pub mod mail_server;
pub mod own_key;
pub mod pictures;
pub mod sample;
pub mod search;
pub mod session;
