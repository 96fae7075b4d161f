//! Debian's packages, where we are root on a Debian. No package may start a service: it would listen where nobody asked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::bail;

use crate::{machine, process};

const APT_MAX: Duration = Duration::from_secs(15 * 60);
/// Asked by every package before it starts a service; this answer means "not allowed".
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_NO: &str = "#!/bin/sh\nexit 101\n";

/// Whether the lists of packages are fresh; also, one installation at a time.
static LISTED: Mutex<bool> = Mutex::new(false);

/// Chromium, under any of its names.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| machine::which(name))
}

/// Makes sure that `what` is there, by installing `package` if it must and may.
pub fn need(log: &Path, what: &str, package: &str, is_there: impl Fn() -> bool) -> anyhow::Result<()> {
    need_all(log, what, &[package], is_there)
}

/// The same for what comes in several packages at once.
pub fn need_all(log: &Path, what: &str, packages: &[&str], is_there: impl Fn() -> bool) -> anyhow::Result<()> {
    if is_there() {
        return Ok(());
    }
    let named = packages.join(", ");
    if machine::which("apt-get").is_none() || !machine::is_root() {
        bail!("{what} is missing (Debian has it as {named}, and only root may install it)");
    }
    let mut listed = LISTED.lock().expect("no installation panics");
    if !*listed {
        process::run_well(apt(&["update", "-qq"]), log, APT_MAX)?;
        *listed = true;
    }
    let policy = Policy::set()?;
    let arguments = [&["install", "-y", "-qq", "--no-install-recommends"], packages].concat();
    let done = process::run_well(apt(&arguments), log, APT_MAX);
    drop(policy);
    done?;
    if !is_there() {
        bail!("{what} is still missing after installing {named}");
    }
    Ok(())
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// "No services" for as long as it lives, if the machine did not say so already.
struct Policy {
    is_ours: bool,
}

impl Policy {
    fn set() -> anyhow::Result<Self> {
        let is_ours = !Path::new(POLICY).exists();
        if is_ours {
            fs::write(POLICY, POLICY_NO)?;
            fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { is_ours })
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.is_ours {
            let _ = fs::remove_file(POLICY);
        }
    }
}
