//! What the machine at hand is and has.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

/// The root of the repository: the folder that holds xtask.
pub fn root() -> anyhow::Result<PathBuf> {
    let here = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(own) => PathBuf::from(own),
        None => std::env::current_dir().context("no current folder")?,
    };
    let found = here.ancestors().find(|f| f.join("xtask/Cargo.toml").is_file());
    found.map(Path::to_path_buf).context("not inside the repository")
}

/// Where builds go, and everything else that can be made again.
pub fn target() -> anyhow::Result<PathBuf> {
    Ok(match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root()?.join(folder),
        None => root()?.join("target"),
    })
}

pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|v| v == "true" || v == "1")
}

pub fn is_root() -> bool {
    output("id", &["-u"]).is_some_and(|id| id == "0")
}

/// The program's place on the search path.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What a command prints, if there is such a command and it is content.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// The cargo that started us.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo told us of our own crate is not for the crates that we build.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
        command.env_remove(name);
    }
    if in_ci() {
        // What a second build would be quicker by, and what a debugger would read, is most of what a build writes; CI has neither of the two.
        command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "none");
    }
    command
}

/// Builds what the tests build, the program among it, and nothing that they do not.
pub fn build() -> anyhow::Result<Command> {
    let mut command = cargo();
    command.current_dir(root()?).args(["test", "--workspace", "--no-run", "--locked", "--quiet"]);
    Ok(command)
}

/// Builds a bench or an example, `--bench` or `--example`, and says where it lies. Like the check, with the whole workspace's choice of features:
/// otherwise what it rests on is built anew for each.
pub fn built(kind: &str, name: &str, is_released: bool) -> anyhow::Result<PathBuf> {
    let mut build = cargo();
    build.current_dir(root()?).args(["build", "--workspace", "--locked", kind, name, "--message-format", "json-render-diagnostics"]);
    if is_released {
        build.arg("--release");
    }
    let done = build.stderr(Stdio::inherit()).output()?;
    ensure!(done.status.success(), "{name} could not be built");
    let said = String::from_utf8_lossy(&done.stdout);
    let made = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let file = made.filter(|m| m["target"]["name"] == name).find_map(|m| m["executable"].as_str().map(PathBuf::from));
    file.with_context(|| format!("cargo did not say where it put {name}"))
}

pub fn has_nextest() -> bool {
    which("cargo-nextest").is_some()
}

pub fn has_user(name: &str) -> bool {
    std::fs::read_to_string("/etc/passwd").is_ok_and(|users| users.lines().any(|l| l.split(':').next() == Some(name)))
}

/// One-minute load average, where the machine tells it.
pub fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}
