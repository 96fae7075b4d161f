//! Servers that others wrote, started on loopback for the tests: a Bluesky network, Nostr relays, a stand-in for the Mastodon client
//! API, two people's own sites, a WordPress, a mail server, a hub of feeds, a PostgreSQL of our own. Not the tests themselves. Everything is installed into
//! `target/counterparts`, once.
//! Begin with `install.rs` (what is installed and how), then one file a server.

mod bluesky;
mod debian;
mod indieweb;
mod install;
mod mail;
mod mastodon;
mod nostr;
mod postgres;
mod websub;
mod wordpress;

use std::path::PathBuf;

pub use bluesky::Bluesky;
pub use debian::chromium;
pub use indieweb::IndieWeb;
pub use install::{Installing, Set};
pub use mail::Mail;
pub use mastodon::Mastodon;
pub use nostr::Nostr;
pub use postgres::Postgres;
pub use websub::WebSub;
pub use wordpress::WordPress;

use crate::machine;

/// A variable that a test reads.
pub type Setting = (&'static str, String);

/// Where installed sets live.
pub fn cache() -> anyhow::Result<PathBuf> {
    Ok(machine::target()?.join("counterparts"))
}

/// The counterparts that can be kept.
const NAMES: [&str; 8] = ["mastodon", "bluesky", "indieweb", "nostr", "wordpress", "mail", "websub", "postgres"];

/// `cargo x counterparts NAME...`: starts them, says how to reach them, and keeps them until Ctrl-C.
pub fn keep(names: &[&str]) -> anyhow::Result<bool> {
    for name in names {
        anyhow::ensure!(NAMES.contains(name), "there is no counterpart {name}; there are {}", NAMES.join(", "));
    }
    let mut installing = Installing::start(&install::wanted(names));
    let needs_postgres = |name: &&str| matches!(*name, "postgres" | "bluesky");
    let postgres = names.iter().any(needs_postgres).then(|| Postgres::start(&mut installing)).transpose()?;
    let mastodon = names.contains(&"mastodon").then(|| Mastodon::start(&mut installing)).transpose()?;
    let nostr = names.contains(&"nostr").then(|| Nostr::start(&mut installing)).transpose()?;
    let indieweb = names.contains(&"indieweb").then(|| IndieWeb::start(&mut installing)).transpose()?;
    let bluesky = match &postgres {
        Some(postgres) if names.contains(&"bluesky") => Some(Bluesky::start(&mut installing, postgres)?),
        _ => None,
    };
    let wordpress = names.contains(&"wordpress").then(|| WordPress::start(&mut installing)).transpose()?;
    let mail = names.contains(&"mail").then(|| Mail::start(&mut installing)).transpose()?;
    let websub = names.contains(&"websub").then(|| WebSub::start(&mut installing)).transpose()?;
    let settings = [
        postgres.as_ref().map(Postgres::settings),
        mastodon.as_ref().map(Mastodon::settings),
        nostr.as_ref().map(Nostr::settings),
        indieweb.as_ref().map(IndieWeb::settings),
        bluesky.as_ref().map(Bluesky::settings),
        wordpress.as_ref().map(WordPress::settings),
        mail.as_ref().map(Mail::settings),
        websub.as_ref().map(WebSub::settings),
    ];
    for (name, value) in settings.into_iter().flatten().flatten() {
        println!("export {name}='{value}'");
    }
    println!("# ready; Ctrl-C ends them");
    loop {
        std::thread::park();
    }
}
