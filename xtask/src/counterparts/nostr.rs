//! Nostr out of the software of others: two relays, and around them a signer that keeps a key, servers for pictures, and a domain that
//! vouches for a name. Relays have no accounts; whoever signs is somebody.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::{Installing, Set, Setting, cache};
use crate::http;
use crate::process::{Scratch, Server, free_port};

const START_MAX: Duration = Duration::from_secs(60);
const GLUE: &str = include_str!("nostr.cjs");
/// What the glue prints before the line that says all is up.
const READY: &str = "READY ";

pub struct Nostr {
    relays: Vec<String>,
    told: Value,
    _servers: Vec<Server>,
    _folder: Scratch,
}

impl Nostr {
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        let set = installing.need(Set::Nostr)?;
        let folder = Scratch::new("nostr")?;
        let (mut relays, mut servers, mut ports) = (Vec::new(), Vec::new(), Vec::new());
        for name in ["one", "two"] {
            let port = free_port()?;
            servers.push(relay(&set, &folder.0.join(name), name, port)?);
            relays.push(format!("ws://127.0.0.1:{port}"));
            ports.push(port);
        }
        for (server, port) in servers.iter_mut().zip(ports) {
            server.wait(START_MAX, |_| http::status(port, "/").filter(|s| *s < 500))?;
        }
        let glue = set.join("hobnob-glue.cjs");
        fs::write(&glue, GLUE)?;
        let log = cache()?.join("nostr-around.log");
        let _ = fs::remove_file(&log);
        let settings = json!({"relay": relays[0], "blossomPort": free_port()?, "nip96Port": free_port()?});
        let mut serve = Command::new("node");
        serve.current_dir(&set).arg(&glue).arg(settings.to_string());
        let mut around = Server::start("what stands around the Nostr relays", &serve, &log)?;
        let told = around.wait(START_MAX, |s| s.log().lines().find_map(|l| l.strip_prefix(READY).map(str::to_owned)))?;
        let told = serde_json::from_str(&told).context("the glue says what it made as JSON")?;
        servers.push(around);
        Ok(Self { relays, told, _servers: servers, _folder: folder })
    }

    pub fn settings(&self) -> Vec<Setting> {
        let said = |key: &str| self.told[key].as_str().unwrap_or_default().to_owned();
        vec![
            ("HOBNOB_CP_NOSTR", self.relays[0].clone()),
            ("HOBNOB_CP_NOSTR_OTHER", self.relays[1].clone()),
            ("HOBNOB_CP_NOSTR_BUNKER", said("bunker")),
            ("HOBNOB_CP_NOSTR_ACCOUNT", said("account")),
            ("HOBNOB_CP_NOSTR_BLOSSOM", said("blossom")),
            ("HOBNOB_CP_NOSTR_NIP96", said("nip96")),
        ]
    }
}

fn relay(set: &Path, folder: &Path, name: &str, port: u16) -> anyhow::Result<Server> {
    fs::create_dir_all(folder)?;
    let settings = folder.join("settings.yaml");
    fs::write(&settings, settings_text(folder, port))?;
    let log = cache()?.join(format!("nostr-relay-{name}.log"));
    let _ = fs::remove_file(&log);
    let mut serve = Command::new(set.join("bin/nostr-relay"));
    // It keeps a socket of its own under the home folder.
    serve.current_dir(folder).env("HOME", folder).arg("-c").arg(&settings).arg("serve");
    Server::start("a Nostr relay", &serve, &log)
}

fn settings_text(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "relay_name: counterpart\nrelay_description: throw-away relay for tests\n\
         storage:\n  sqlalchemy.url: sqlite+aiosqlite:///{folder}/relay.sqlite3\n  num_concurrent_reqs: 10\n  num_concurrent_adds: 2\n\
         \x20 validators:\n    - nostr_relay.validators.is_not_too_large\n    - nostr_relay.validators.is_signed\n\
         verification:\n  nip05_verification: disabled\n\
         gunicorn:\n  bind: 127.0.0.1:{port}\n  workers: 1\n  loglevel: info\n  graceful_timeout: 2\n\
         authentication:\n  enabled: false\n\
         subscription_limit: 32\nmax_limit: 6000\n"
    )
}
