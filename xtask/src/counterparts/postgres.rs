//! A PostgreSQL of our own: a new cluster in a scratch folder, on loopback, quick instead of durable, gone afterwards.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::{Installing, Set, Setting, cache};
use crate::machine;
use crate::process::{Scratch, Server, free_port, run_well};

const START_MAX: Duration = Duration::from_secs(60);
/// The tests of the store run side by side, each with connections of its own.
const CONNECTIONS_MAX: &str = "max_connections=300";
const SETTINGS: &[&str] = &[CONNECTIONS_MAX, "listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=128MB"];
/// Quick instead of durable: tests lose nothing when the machine stops.
const QUICK: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

pub struct Postgres {
    port: u16,
    programs: PathBuf,
    // Stopped first, then its folder goes: fields are dropped in order.
    _server: Server,
    _folder: Scratch,
}

/// The folder of PostgreSQL's own programs.
pub fn programs() -> Option<PathBuf> {
    let found = machine::which("initdb").and_then(|file| file.canonicalize().ok());
    let beside = found.and_then(|file| file.parent().map(Path::to_path_buf)).filter(|folder| folder.join("postgres").is_file());
    beside.or_else(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut folders: Vec<PathBuf> = versions.flatten().map(|v| v.path().join("bin")).filter(|b| b.join("initdb").is_file()).collect();
        folders.sort();
        folders.pop()
    })
}

impl Postgres {
    /// One for tests: quick instead of durable.
    pub fn start(installing: &mut Installing) -> anyhow::Result<Self> {
        Self::start_with(installing, QUICK)
    }
    /// One that brings every commit to the disk, as it comes.
    pub fn start_durable(installing: &mut Installing) -> anyhow::Result<Self> {
        Self::start_with(installing, &[])
    }

    fn start_with(installing: &mut Installing, quick: &[&str]) -> anyhow::Result<Self> {
        installing.need(Set::Postgres)?;
        let programs = programs().context("installed, but initdb is not to be found")?;
        let folder = Scratch::new("postgres")?;
        let log = cache()?.join("postgres-server.log");
        let _ = std::fs::remove_file(&log);
        let data = folder.0.join("data");
        if let Some(user) = humble() {
            let mut own = Command::new("chown");
            own.arg(user).arg(&folder.0);
            run_well(own, &log, START_MAX)?;
        }
        let mut init = humbly(&programs.join("initdb"));
        init.current_dir("/").arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        run_well(init, &log, START_MAX)?;
        let port = free_port()?;
        let mut serve = humbly(&programs.join("postgres"));
        serve.current_dir("/").arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for setting in SETTINGS.iter().chain(quick) {
            serve.args(["-c", setting]);
        }
        let mut server = Server::start("postgres", &serve, &log)?.stopped_by("INT");
        server.wait(START_MAX, |s| s.log().contains("ready to accept connections").then_some(()))?;
        server.wait(START_MAX, |_| TcpStream::connect(("127.0.0.1", port)).ok().map(drop))?;
        Ok(Self { port, programs, _server: server, _folder: folder })
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// A database of its own for one guest of the cluster.
    pub fn make_database(&self, name: &str) -> anyhow::Result<String> {
        let mut make = Command::new(self.programs.join("createdb"));
        make.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", name]);
        run_well(make, &cache()?.join("postgres-server.log"), START_MAX)?;
        Ok(self.url(name))
    }

    pub fn settings(&self) -> Vec<Setting> {
        vec![("HOBNOB_TEST_DB", self.url("postgres"))]
    }
}

/// PostgreSQL refuses to run as root; then it runs as its own user, or as nobody.
fn humble() -> Option<&'static str> {
    machine::is_root().then(|| if machine::has_user("postgres") { "postgres" } else { "nobody" })
}

fn humbly(program: &Path) -> Command {
    let Some(user) = humble() else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    // The kernel forgets the leash of whoever changes user, so it is put on again here.
    command.args(["--reuid", user, "--regid", user, "--clear-groups", "--pdeathsig", "INT", "--"]).arg(program);
    command
}
