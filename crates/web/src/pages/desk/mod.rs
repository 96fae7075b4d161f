//! The front desk's pages: first run, signing in and out, settings, and pictures of people through the desk.
//! Begin with `hello.rs` and `accounts.rs`.

pub mod accounts;
pub mod face;
pub mod hello;
pub mod kept;
pub mod mail;
pub mod search;
pub mod settings;
pub mod sign_in;
