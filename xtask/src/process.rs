//! Programs that we start: a step that runs to its end into a log, and a server that lives as long as its value.
//! Each has a process group of its own, so that nothing it started outlives it.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

const LOOK_AGAIN: Duration = Duration::from_millis(5);
const STOP_MAX: Duration = Duration::from_secs(10);
/// How much of a failed step's log is shown.
const TAIL_LINES: usize = 60;

/// Runs to the end, with its output in `log`, and is ended when it takes longer than `limit`.
pub fn run(mut command: Command, log: &Path, limit: Duration) -> anyhow::Result<ExitStatus> {
    let shown = format!("{command:?}");
    let mut child = into_log(&mut command, log)?.process_group(0).spawn().with_context(|| format!("can't start {shown}"))?;
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if began.elapsed() > limit {
            signal_group(&child, "KILL");
            child.wait()?;
            bail!("took longer than {} s and was ended: {shown}", limit.as_secs());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// The same, and anything but success is an error with the end of the log.
pub fn run_well(command: Command, log: &Path, limit: Duration) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let status = run(command, log, limit)?;
    if !status.success() {
        bail!("{shown} ended with {status}; the end of its log:\n{}", tail(log));
    }
    Ok(())
}

fn into_log<'a>(command: &'a mut Command, log: &Path) -> anyhow::Result<&'a mut Command> {
    fs::create_dir_all(log.parent().unwrap_or(Path::new(".")))?;
    let file = File::options().create(true).append(true).open(log).with_context(|| log.display().to_string())?;
    Ok(command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file))
}

pub fn tail(log: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// To a whole group, which is named after its first process.
fn signal_group(child: &Child, signal: &str) {
    let _ = Command::new("kill").arg(format!("-{signal}")).arg("--").arg(format!("-{}", child.id())).stderr(Stdio::null()).status();
}

/// A server of others (or our own binary) that ends when this value goes.
pub struct Server {
    name: String,
    child: Child,
    log: PathBuf,
    /// The signal it takes for "stop now, in order".
    stop_signal: &'static str,
}

impl Server {
    /// Starts it with its output in `log`. On Linux the kernel ends it should we be killed outright,
    /// which is why servers are started from the main thread alone: the kernel watches that thread.
    pub fn start(name: &str, command: &Command, log: &Path) -> anyhow::Result<Self> {
        let mut leashed = leash(command, "TERM");
        let child = into_log(&mut leashed, log)?.process_group(0).spawn().with_context(|| format!("can't start {name}"))?;
        Ok(Self { name: name.to_owned(), child, log: log.to_owned(), stop_signal: "TERM" })
    }

    pub fn stopped_by(mut self, signal: &'static str) -> Self {
        self.stop_signal = signal;
        self
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Asks until `ready` has an answer, the server ends, or the time is up.
    pub fn wait<T>(&mut self, limit: Duration, ready: impl Fn(&Self) -> Option<T>) -> anyhow::Result<T> {
        let began = Instant::now();
        loop {
            if let Some(answer) = ready(self) {
                return Ok(answer);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status} before it was ready; the end of its log:\n{}", self.name, tail(&self.log));
            }
            if began.elapsed() > limit {
                bail!("{} was not ready in {} s; the end of its log:\n{}", self.name, limit.as_secs(), tail(&self.log));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        signal_group(&self.child, self.stop_signal);
        let began = Instant::now();
        while began.elapsed() < STOP_MAX && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK_AGAIN);
        }
        signal_group(&self.child, "KILL");
        let _ = self.child.wait();
    }
}

/// The same command, ended by the kernel with `signal` when we are gone, where the machine can do that.
pub fn leash(command: &Command, signal: &str) -> Command {
    let Some(setpriv) = crate::machine::which("setpriv") else { return copy(command, None) };
    let mut leashed = Command::new(setpriv);
    leashed.args(["--pdeathsig", signal, "--"]);
    copy(command, Some(leashed))
}

fn copy(command: &Command, before: Option<Command>) -> Command {
    let mut copied = match before {
        Some(mut before) => {
            before.arg(command.get_program());
            before
        }
        None => Command::new(command.get_program()),
    };
    copied.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => copied.env(name, value),
            None => copied.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        copied.current_dir(folder);
    }
    copied
}

/// A port of the loopback address that nobody holds at this moment.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A folder that goes when this value goes.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> anyhow::Result<Self> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        if count == 0 {
            sweep();
        }
        let folder = std::env::temp_dir().join(format!("hobnob-{name}-{}-{count}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self(folder))
    }
}

/// Takes away folders whose maker was killed before it could.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let mut parts = name.strip_prefix("hobnob-").unwrap_or_default().rsplit('-');
        let (count, maker) = (parts.next().and_then(|c| c.parse::<u32>().ok()), parts.next().and_then(|m| m.parse::<u32>().ok()));
        if let (Some(_), Some(maker), true) = (count, maker, Path::new("/proc/self").exists())
            && !Path::new("/proc").join(maker.to_string()).exists()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_hangs_is_ended_with_all_it_started() {
        let scratch = Scratch::new("process").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 30 & sleep 30"]);
        let began = Instant::now();
        let error = run(command, &scratch.0.join("log"), Duration::from_millis(200)).unwrap_err();
        assert!(error.to_string().contains("took longer"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_server_goes_with_its_value() {
        let scratch = Scratch::new("process").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo here; sleep 30"]);
        let mut server = Server::start("sleeper", &command, &scratch.0.join("log")).unwrap();
        server.wait(Duration::from_secs(5), |s| s.log().contains("here").then_some(())).unwrap();
        let pid = server.pid().to_string();
        drop(server);
        assert!(!Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap().success());
    }

    #[test]
    fn a_server_that_ends_early_says_its_last_words() {
        let scratch = Scratch::new("process").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no port; exit 3"]);
        let mut server = Server::start("brief", &command, &scratch.0.join("log")).unwrap();
        let error = server.wait(Duration::from_secs(5), |_| None::<()>).unwrap_err();
        assert!(error.to_string().contains("no port"), "{error}");
    }
}
