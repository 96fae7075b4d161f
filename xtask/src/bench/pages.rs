//! `cargo x bench pages`: the real inbox page, with its session, its permission and its database, beside an Express page
//! of the same bytes drawn from memory. In one run, by turns, in requests per CPU second of the server. Ours asks the database at
//! every request whether anybody wrote, and draws again only then; what the drawing itself costs is printed beside.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::footprint::{Desk, release};
use super::large::{self, Size};
use super::load::{Ask, cpu_seconds, run as load};
use crate::counterparts::{Installing, Set};
use crate::process::{Scratch, Server, free_port};
use crate::{http, machine};

const EXPRESS: &str = include_str!("express.cjs");
const ROUNDS: usize = 3;
const WARM: Duration = Duration::from_secs(2);
const ROUND: Duration = Duration::from_secs(6);
const START_MAX: Duration = Duration::from_secs(30);
/// What the house promises of itself.
const RATIO_MIN: f64 = 10.0;

/// `[--only express|large] [--people N] [--posts N] [--folder PATH]`
pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let (mut size, mut only) = (Size::default(), "");
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} wants a value"))?;
        match *word {
            "--only" if ["express", "large"].contains(value) => only = *value,
            "--people" => size.people = value.parse().context("--people is a number")?,
            "--posts" => size.posts = value.parse().context("--posts is a number")?,
            "--folder" => size.folder = Some(value.into()),
            _ => anyhow::bail!("bench pages knows --only express|large, --people, --posts and --folder, not {word} {value}"),
        }
    }
    let is_kept = if only == "large" { true } else { beside_express()? };
    Ok((only == "express" || large::run(&size)?) && is_kept)
}

fn beside_express() -> anyhow::Result<bool> {
    let mut installing = Installing::start(&[Set::Express]);
    let (desk, _) = Desk::open(&release()?)?;
    let head = format!("Cookie: {}\r\n", desk.cookie);
    let page = http::ask(desk.port, "GET", "/inbox", &head, "")?;
    ensure!(page.status == 200, "the inbox answered {}", page.status);
    let ours = Ask { port: desk.port, path: "/inbox".to_owned(), head, body_bytes: page.body.len() };
    let (express, theirs) = start_express(&mut installing, &page.body)?;
    println!("{} bytes a page on both sides; {} s a turn; requests per CPU second of the server", ours.body_bytes, ROUND.as_secs());
    load(&ours, WARM)?;
    load(&theirs, WARM)?;
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let hobnob = rate(&ours, desk.server.pid())?;
        let other = rate(&theirs, express.pid())?;
        println!("round {round}: hobnob {hobnob:9.0}   express {other:9.0}   {:6.1} times", hobnob / other);
        ratios.push(hobnob / other);
    }
    ratios.sort_by(f64::total_cmp);
    let middle = ratios[ROUNDS / 2];
    println!(
        "{middle:.1} times (from {:.1} to {:.1}), load average {:.2}",
        ratios[0],
        ratios[ROUNDS - 1],
        machine::load().unwrap_or(f64::NAN)
    );
    let anew = Ask { path: "/inbox?n={n}".to_owned(), ..ours };
    println!("drawn anew at every request: {:.1} times", rate(&anew, desk.server.pid())? / rate(&theirs, express.pid())?);
    println!("{}: at least {RATIO_MIN} times", if middle >= RATIO_MIN { "kept" } else { "BROKEN" });
    Ok(middle >= RATIO_MIN)
}

fn rate(ask: &Ask, pid: u32) -> anyhow::Result<f64> {
    let before = cpu_seconds(pid)?;
    let answered = load(ask, ROUND)?;
    Ok(answered as f64 / (cpu_seconds(pid)? - before))
}

fn start_express(installing: &mut Installing, page: &[u8]) -> anyhow::Result<(Server, Ask)> {
    let set = installing.need(Set::Express)?;
    let scratch = Scratch::new("express")?;
    fs::write(set.join("page.html"), page)?;
    fs::write(set.join("express.cjs"), EXPRESS)?;
    let port = free_port()?;
    let mut serve = Command::new("node");
    serve.current_dir(&set).args(["express.cjs", "page.html", &port.to_string()]).env("NODE_ENV", "production");
    let mut server = Server::start("Express", &serve, &scratch.0.join("log"))?;
    server.wait(START_MAX, |s| s.log().contains("READY").then_some(()))?;
    let drawn = http::get(port, "/inbox").context("Express's page")?;
    let (theirs, ours) = (drawn.body.len(), page.len());
    ensure!(theirs == ours, "Express's page has {theirs} bytes and ours {ours}: they must be equal");
    Ok((server, Ask { port, path: "/inbox".to_owned(), head: String::new(), body_bytes: ours }))
}
