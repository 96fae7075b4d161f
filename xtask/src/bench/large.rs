//! The second half of `cargo x bench pages`: Today, Inbox, People and a person's page of a large desk, each drawn anew at every request, beside the plain way of
//! gathering what they show, a query for everything that a row shows. By the clock, one request after the other, as one person reads.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::load::cpu_seconds;
use crate::process::Scratch;
use crate::{http, machine};

const TIMES: usize = 60;
/// What the house promises of itself: the middle of each page, in ms.
const PAGE_MS_MAX: f64 = 50.0;

/// How large, and where it is kept from one run to the next; without a folder it is made anew and thrown away.
pub struct Size {
    pub people: usize,
    pub posts: usize,
    pub folder: Option<PathBuf>,
}

impl Default for Size {
    fn default() -> Size {
        Size { people: 100_000, posts: 1_000_000, folder: None }
    }
}

struct Served {
    process: Child,
    told: Value,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn run(size: &Size) -> anyhow::Result<bool> {
    let program = super::built("pages")?;
    let scratch = Scratch::new("large-desk")?;
    let folder = size.folder.as_deref().unwrap_or(&scratch.0);
    std::fs::create_dir_all(folder)?;
    let served = serve(&program, folder, size)?;
    let port = served.told["port"].as_u64().and_then(|p| u16::try_from(p).ok()).context("no port")?;
    let head = format!("Cookie: {}\r\n", served.told["cookie"].as_str().context("no cookie")?);
    let bytes = std::fs::metadata(folder.join("desk.sqlite"))?.len();
    println!("{} people, {} posts; the file has {} MiB; each page {TIMES} times, drawn anew", size.people, size.posts, bytes >> 20);
    println!("{:<16} {:>9} {:>9} {:>9} {:>9} {:>11} {:>8}", "page", "KiB", "p50 ms", "p99 ms", "CPU ms", "a query a", "times as");
    println!("{:<16} {:>9} {:>9} {:>9} {:>9} {:>11} {:>8}", "", "", "", "", "each", "row, ms", "long");
    let mut is_kept = true;
    for page in served.told["pages"].as_array().context("no pages")? {
        let (name, path) =
            (page["name"].as_str().context("a page without a name")?, page["path"].as_str().context("a page without a path")?);
        let plain = page["plain_ms"].as_f64().context("a page without the plain way")?;
        let (mut times, mut bytes) = (Vec::new(), 0);
        let before = cpu_seconds(served.process.id())?;
        for n in 0..TIMES {
            let began = Instant::now();
            let answer = http::ask(port, "GET", &format!("{path}?n={n}"), &head, "")?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
            ensure!(answer.status == 200, "{name} answered {}", answer.status);
            bytes = answer.body.len();
        }
        let cpu = (cpu_seconds(served.process.id())? - before) * 1e3 / TIMES as f64;
        times.sort_by(f64::total_cmp);
        let (middle, last) = (times[TIMES / 2], times[TIMES * 99 / 100]);
        is_kept &= middle < PAGE_MS_MAX;
        println!("{name:<16} {:>9.1} {middle:>9.1} {last:>9.1} {cpu:>9.1} {plain:>11.1} {:>8.1}", bytes as f64 / 1024.0, plain / middle);
    }
    println!(
        "{}: each page under {PAGE_MS_MAX} ms at the middle; load {:.1}",
        if is_kept { "kept" } else { "BROKEN" },
        machine::load().unwrap_or(f64::NAN)
    );
    Ok(is_kept)
}

fn serve(program: &Path, folder: &Path, size: &Size) -> anyhow::Result<Served> {
    let mut process = Command::new(program)
        .arg(folder)
        .args([size.people.to_string(), size.posts.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
    let told = serde_json::from_str(&line).with_context(|| format!("it said: {line}"))?;
    Ok(Served { process, told })
}
