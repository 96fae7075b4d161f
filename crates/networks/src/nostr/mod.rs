//! Nostr: signed events on relays that anybody may run. A thin client of our own over the relays' sockets.
//! What is not here: a relay, private messages, payments, and anything that is true of another network.
//! Begin with `event.rs` (what everything is made of), `relay.rs` (one relay), `circle.rs` (all of an account's), then one facet a file.

mod bunker;
mod circle;
mod event;
mod info;
mod keys;
mod nip44;
mod relay;
mod signer;
