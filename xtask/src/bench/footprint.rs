//! `cargo x bench footprint`: how big the release build is, how soon it shows a first page, and what it holds when idle.
//! All of it on the demo desk, which has people, conversations and posts in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::process::{Scratch, Server, free_port};
use crate::{http, machine};

const START_MAX: Duration = Duration::from_secs(30);
const IDLE_AFTER: Duration = Duration::from_secs(10);
const REDIRECTS_MAX: usize = 4;
const STARTS: usize = 5;
/// What the house promises of itself.
const IDLE_MIB_MAX: f64 = 60.0;
const FIRST_PAGE_MS_MAX: f64 = 1000.0;

pub fn run() -> anyhow::Result<bool> {
    let binary = release()?;
    let size = fs::metadata(&binary)?.len() as f64 / f64::from(1 << 20);
    println!("binary            {size:8.1} MiB");
    let mut starts = Vec::new();
    let mut last = None;
    for _ in 0..STARTS {
        drop(last.take());
        let (desk, took) = Desk::open(&binary)?;
        starts.push(took.as_secs_f64() * 1000.0);
        last = Some(desk);
    }
    starts.sort_by(f64::total_cmp);
    let middle = starts[STARTS / 2];
    println!("first page        {middle:8.0} ms after the start (middle of {STARTS}; {:.0} to {:.0})", starts[0], starts[STARTS - 1]);
    let desk = last.context("started at least once")?;
    std::thread::sleep(IDLE_AFTER);
    let idle = desk.resident_mib()?;
    println!("idle memory       {idle:8.1} MiB resident, {} s after the start", IDLE_AFTER.as_secs());
    println!("load average      {:8.2}", machine::load().unwrap_or(f64::NAN));
    let well = idle < IDLE_MIB_MAX && middle < FIRST_PAGE_MS_MAX;
    println!("{}: under {IDLE_MIB_MAX} MiB and under {FIRST_PAGE_MS_MAX} ms", if well { "kept" } else { "BROKEN" });
    Ok(well)
}

/// The release build, made if it must be.
pub fn release() -> anyhow::Result<PathBuf> {
    let mut build = machine::cargo();
    build.current_dir(machine::root()?).args(["build", "--release", "--package", "hobnob", "--locked"]);
    if !build.status()?.success() {
        bail!("the release build failed");
    }
    Ok(machine::target()?.join("release/hobnob"))
}

/// A demo desk of the real binary, with nobody else at it.
pub struct Desk {
    pub server: Server,
    pub port: u16,
    /// The session that the demo gives to whoever opens its address.
    pub cookie: String,
    _folder: Scratch,
}

impl Desk {
    /// Opens one, and says how long it took from the start of the process to a first page.
    pub fn open(binary: &Path) -> anyhow::Result<(Self, Duration)> {
        let folder = Scratch::new("desk")?;
        let port = free_port()?;
        let mut serve = Command::new(binary);
        serve.args(["demo", "--listen", &format!("127.0.0.1:{port}")]).env("TMPDIR", &folder.0).env("HOME", &folder.0);
        let began = Instant::now();
        let mut server = Server::start("the demo desk", &serve, &folder.0.join("log"))?;
        let (cookie, took) = server.wait(START_MAX, |_| first_page(port).map(|cookie| (cookie, began.elapsed())))?;
        Ok((Self { server, port, cookie, _folder: folder }, took))
    }

    fn resident_mib(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.pid()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

/// Opens the demo's address as a browser would, and gives the session's cookie once a page for a person stands there.
fn first_page(port: u16) -> Option<String> {
    let mut path = "/demo".to_owned();
    let mut kept: Vec<String> = Vec::new();
    for _ in 0..=REDIRECTS_MAX {
        let head = if kept.is_empty() { String::new() } else { format!("Cookie: {}\r\n", kept.join("; ")) };
        let answer = http::ask(port, "GET", &path, &head, "").ok()?;
        kept.extend(answer.header("set-cookie").filter_map(|c| c.split(';').next()).map(str::to_owned));
        match answer.header("location").next() {
            Some(next) if (300..400).contains(&answer.status) => path = next.to_owned(),
            _ => return (answer.status == 200 && answer.body.windows(5).any(|w| w == b"<main")).then(|| kept.join("; ")),
        }
    }
    None
}
