//! Reflect: aims, balance, and the way through our short links. Begin with `go.rs`.

pub mod aims;
pub mod balance;
pub mod go;
