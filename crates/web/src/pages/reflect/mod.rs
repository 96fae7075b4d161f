//! Reflect: aims, balance, and the way through our short links. Nothing is counted here: that is `verbs/src/reflect`.
//! Begin with `go.rs`, then `aims.rs`.

pub mod aims;
pub mod balance;
pub mod everyone;
pub mod go;
pub mod letter;
pub mod letter_mail;
mod measures;
pub mod outcomes;
pub mod sites;
pub mod spoken;
pub mod trials;
