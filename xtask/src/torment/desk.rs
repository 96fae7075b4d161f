//! The real program: serving on a folder of its own, killed and started again, and its commands beside it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::clock::Clock;
use crate::http;

const START_MAX: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How the program is run, whichever of its commands.
pub struct Program {
    pub file: PathBuf,
    pub folder: PathBuf,
    /// PostgreSQL, or SQLite in the folder.
    pub database: Option<String>,
    /// What it listens to whole, if anything.
    pub firehose: Option<String>,
    clock: PathBuf,
}

impl Program {
    pub fn new(file: &Path, folder: &Path, database: Option<String>, clock: &Clock) -> Program {
        Program { file: file.to_owned(), folder: folder.to_owned(), database, firehose: None, clock: clock.file().to_owned() }
    }
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.file);
        command.args(["--allow-private", "127.0.0.1,localhost", "--data"]).arg(&self.folder);
        command.env("HOBNOB_CLOCK", &self.clock).env_remove("HOBNOB_DATABASE").stdin(Stdio::null());
        if let Some(firehose) = &self.firehose {
            command.env("HOBNOB_FIREHOSE", firehose);
        }
        if let Some(url) = &self.database {
            command.env("HOBNOB_DATABASE", url);
        }
        command
    }
}

/// One server process.
pub struct Server {
    pub port: u16,
    log: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Server {
    pub fn start(program: &Program, port: u16, log: &Path) -> anyhow::Result<Server> {
        let server = Server { port, log: log.to_owned(), child: Mutex::new(None) };
        server.start_again(program)?;
        Ok(server)
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `kill -9`.
    pub fn kill(&self) {
        if let Some(mut child) = self.child().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Its resident memory, while it lives.
    pub fn memory_mib(&self) -> Option<u64> {
        let id = self.child().as_ref()?.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let kib: u64 = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib / 1024)
    }

    /// Starts it, and waits until it answers.
    pub fn start_again(&self, program: &Program) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log).with_context(|| self.log.display().to_string())?;
        let mut command = program.command();
        command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        // Should we be killed ourselves, it goes too.
        let mut command = crate::process::leash(&command, "KILL");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut child = command.spawn().with_context(|| program.file.display().to_string())?;
        let began = Instant::now();
        while http::status(self.port, "/healthz") != Some(200) {
            if let Some(status) = child.try_wait()? {
                bail!("hobnob ended with {status}; the end of its log:\n{}", crate::process::tail(&self.log));
            }
            if began.elapsed() > START_MAX {
                let _ = child.kill();
                bail!("hobnob does not answer; the end of its log:\n{}", crate::process::tail(&self.log));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        *self.child() = Some(child);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
