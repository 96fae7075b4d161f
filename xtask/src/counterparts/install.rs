//! What is installed, and how: each set once, into a folder of its own, by the package manager it comes from.
//! It goes on in the background and nicely, while the rest of the check compiles; who needs a set waits for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::{cache, debian};
use crate::{machine, process};

const INSTALL_MAX: Duration = Duration::from_secs(20 * 60);

/// Pinned, with what each of them needs: a newer one of these has broken the stand-in before.
const MASTODON_PACKAGES: &[&str] = &[
    "mastodon-mock==0.6.1",
    "fastapi==0.165.0",
    "starlette==1.10.0",
    "uvicorn==0.54.0",
    "pydantic==2.14.3",
    "SQLAlchemy==2.1.9",
    "alembic==1.20.1",
    "python-multipart==0.0.34",
    "websockets==17.4",
];
/// The relay does not pin what it needs; these are the versions it was tried with.
const NOSTR_PACKAGES: &[&str] = &[
    "nostr-relay==1.14",
    "gunicorn==27.0.1",
    "uvicorn==0.54.0",
    "websockets==17.4",
    "SQLAlchemy==2.1.9",
    "alembic==1.20.1",
    "aiosqlite==0.22.1",
    "falcon==4.4.0",
    "aionostr==0.20.0",
    "coincurve==21.0.0",
    "python-rapidjson==1.25",
];
const NOSTR_AROUND_PACKAGES: &[&str] = &["nostr-tools@2.25.2", "ws@8"];
/// Pinned likewise; the site stands on hooks of this very package.
const INDIEWEB_PACKAGES: &[&str] = &["django-indieweb==0.6.2", "Django==5.2.19", "waitress==3.0.2"];
/// A mail server in Python, and what makes certificates for it.
const MAIL_PACKAGES: &[&str] = &["aiosmtpd==1.4.6", "trustme==1.2.1"];
/// A hub of feeds, which pins nothing of what it needs.
const WEBSUB_PACKAGES: &[&str] = &["Flask-WebSub==0.4.1", "Flask==3.1.3", "Werkzeug==3.1.9", "requests==2.34.2"];
/// The newest set that runs on Node 20.
const BLUESKY_PACKAGES: &[&str] = &["@atproto/dev-env@0.3.215"];
const BROWSER_PACKAGES: &[&str] = &["playwright-core@1.65.1", "axe-core@4"];
const EXPRESS_PACKAGES: &[&str] = &["express@5", "ejs@7"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// PostgreSQL's programs, from Debian where they are missing.
    Postgres,
    Mastodon,
    /// A package for sites of one's own, and what serves them.
    IndieWeb,
    Bluesky,
    /// Relays, and what signs and keeps pictures beside them.
    Nostr,
    /// A mail server that delivers nothing.
    Mail,
    /// A hub that tells of feeds.
    WebSub,
    /// WordPress, PHP and MariaDB, from Debian.
    WordPress,
    /// Chromium, and what drives and judges pages.
    Browser,
    /// The page that ours is measured beside.
    Express,
}

/// The sets a counterpart stands on.
pub fn wanted(names: &[&str]) -> Vec<Set> {
    let mut sets = Vec::new();
    for name in names {
        match *name {
            "mastodon" => sets.push(Set::Mastodon),
            "nostr" => sets.push(Set::Nostr),
            "indieweb" => sets.push(Set::IndieWeb),
            "mail" => sets.push(Set::Mail),
            "websub" => sets.push(Set::WebSub),
            "postgres" => sets.push(Set::Postgres),
            "wordpress" => sets.push(Set::WordPress),
            _ => sets.extend([Set::Postgres, Set::Bluesky]),
        }
    }
    sets
}

/// Sets on their way. Those that are asked for first come first.
pub struct Installing {
    coming: Vec<(Set, Receiver<Result<PathBuf, String>>)>,
    here: Vec<(Set, Result<PathBuf, String>)>,
}

impl Installing {
    pub fn start(sets: &[Set]) -> Self {
        let mut coming = Vec::new();
        let mut work = Vec::new();
        for &set in sets {
            let (say, hear) = sync_channel(1);
            coming.push((set, hear));
            work.push((set, say));
        }
        std::thread::spawn(move || {
            for (set, say) in work {
                let _ = say.send(install(set).map_err(|e| format!("{e:#}")));
            }
        });
        Self { coming, here: Vec::new() }
    }

    /// The set's folder, once it is there.
    pub fn need(&mut self, set: Set) -> anyhow::Result<PathBuf> {
        if let Some(at) = self.coming.iter().position(|(s, _)| *s == set) {
            let (_, hear) = self.coming.remove(at);
            let answer = hear.recv().unwrap_or_else(|_| Err("the installing thread ended".to_owned()));
            self.here.push((set, answer));
        }
        match self.here.iter().find(|(s, _)| *s == set) {
            Some((_, Ok(folder))) => Ok(folder.clone()),
            Some((_, Err(why))) => bail!("{why}"),
            None => bail!("{set:?} was not asked for"),
        }
    }
}

fn install(set: Set) -> anyhow::Result<PathBuf> {
    let name = format!("{set:?}").to_lowercase();
    let folder = cache()?.join(&name);
    let log = cache()?.join(format!("{name}.log"));
    debian_part(set, &log)?;
    let recipe = recipe(set);
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|done| done == recipe) {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    let _ = fs::remove_file(&log);
    fs::create_dir_all(&folder)?;
    let began = Instant::now();
    match set {
        Set::Postgres => {}
        Set::WordPress => super::wordpress::install(&folder, &log)?,
        Set::Mastodon => python(&folder, &log, MASTODON_PACKAGES)?,
        Set::IndieWeb => python(&folder, &log, INDIEWEB_PACKAGES)?,
        Set::Mail => python(&folder, &log, MAIL_PACKAGES)?,
        Set::WebSub => python(&folder, &log, WEBSUB_PACKAGES)?,
        Set::Bluesky => npm(&folder, &log, BLUESKY_PACKAGES)?,
        Set::Nostr => {
            python(&folder, &log, NOSTR_PACKAGES)?;
            npm(&folder, &log, NOSTR_AROUND_PACKAGES)?;
        }
        Set::Browser => npm(&folder, &log, BROWSER_PACKAGES)?,
        Set::Express => npm(&folder, &log, EXPRESS_PACKAGES)?,
    }
    fs::write(&stamp, recipe).with_context(|| stamp.display().to_string())?;
    println!("  installed {name} in {} s", began.elapsed().as_secs());
    Ok(folder)
}

fn packages(set: Set) -> &'static [&'static str] {
    match set {
        Set::Postgres | Set::WordPress => &[],
        Set::Mastodon => MASTODON_PACKAGES,
        Set::IndieWeb => INDIEWEB_PACKAGES,
        Set::Mail => MAIL_PACKAGES,
        Set::WebSub => WEBSUB_PACKAGES,
        Set::Bluesky => BLUESKY_PACKAGES,
        Set::Nostr => NOSTR_PACKAGES,
        Set::Browser => BROWSER_PACKAGES,
        Set::Express => EXPRESS_PACKAGES,
    }
}

/// What the stamp of a set holds: another recipe, or another Node or Python to run it, installs anew.
fn recipe(set: Set) -> String {
    if set == Set::WordPress {
        return super::wordpress::recipe();
    }
    let runs_on = if matches!(set, Set::Mastodon | Set::IndieWeb | Set::Mail | Set::WebSub | Set::Nostr) {
        machine::output("python3", &["--version"])
    } else {
        machine::output("node", &["--version"])
    };
    let around: &[&str] = if set == Set::Nostr { NOSTR_AROUND_PACKAGES } else { &[] };
    format!("{}\n{}\n", [packages(set), around].concat().join(" "), runs_on.unwrap_or_default())
}

fn debian_part(set: Set, log: &Path) -> anyhow::Result<()> {
    match set {
        Set::Postgres => debian::need(log, "PostgreSQL", "postgresql", || super::postgres::programs().is_some()),
        Set::WordPress => super::wordpress::install_packages(log),
        Set::Mastodon | Set::IndieWeb | Set::Mail | Set::WebSub => python_itself(log),
        Set::Nostr => {
            python_itself(log)?;
            node(log)
        }
        Set::Browser => {
            node(log)?;
            debian::need(log, "Chromium", "chromium", || debian::chromium().is_some())
        }
        Set::Bluesky | Set::Express => node(log),
    }
}

fn python_itself(log: &Path) -> anyhow::Result<()> {
    debian::need(log, "Python", "python3", || machine::which("python3").is_some())?;
    debian::need(log, "Python's venv", "python3-venv", || machine::output("python3", &["-c", "import venv, ensurepip"]).is_some())
}

fn node(log: &Path) -> anyhow::Result<()> {
    debian::need(log, "Node", "nodejs", || machine::which("node").is_some())?;
    debian::need(log, "npm", "npm", || machine::which("npm").is_some())
}

fn nicely(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "15"]).arg(program);
    command
}

fn npm(folder: &Path, log: &Path, packages: &[&str]) -> anyhow::Result<()> {
    fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    let mut command = nicely("npm");
    command.current_dir(folder).args(["install", "--no-audit", "--no-fund"]).args(packages);
    // What compiles against Node finds its headers beside the Node that will run it.
    let node = machine::which("node").and_then(|n| n.canonicalize().ok());
    if let Some(prefix) = node.as_deref().and_then(|n| n.ancestors().nth(2)).filter(|p| p.join("include/node/node.h").is_file()) {
        command.env("npm_config_nodedir", prefix);
    }
    process::run_well(command, log, INSTALL_MAX)
}

fn python(folder: &Path, log: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let mut venv = nicely("python3");
    venv.args(["-m", "venv"]).arg(folder);
    process::run_well(venv, log, INSTALL_MAX)?;
    let mut pip = nicely(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    process::run_well(pip, log, INSTALL_MAX)
}
