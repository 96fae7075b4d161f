//! `hobnob lab visitor`: who sent the lines of a log, by the same judgement as a short link's.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};
use verbs::reflect::visitor::crowd::{Crowd, LINES_MAX};
use verbs::reflect::visitor::log::{self, Line};
use verbs::reflect::visitor::{Own, Rule};

use crate::cli::desk::{Wrong, say};

/// The longest line that is read whole, in bytes; of a longer one the rest is passed over.
const LINE_MAX: u64 = 64 * 1024;

#[derive(Args)]
#[command(after_help = "\
A line is of the Combined or the Common form, an access line of Caddy's in JSON, or a user agent alone.
Printed is a line for each, in order: {line, visitor, rule, why}. `visitor` is person, machine or ourselves. All lines are read first, for what somebody
did later tells who they were: who asks for robots.txt, who looks for ways in, who is faster than anybody reads.
What can't be read is printed with `visitor` null, and the exit code is 2.")]
pub struct Arguments {
    /// The log; standard input where it is left out, or -
    file: Option<PathBuf>,
    /// An address, a network of them (203.0.113.0/24) or a part of a user agent that is our own; say it again for more
    #[arg(long, value_name = "OWN")]
    own: Vec<String>,
    /// Print the rules, in the order in which they are asked, and no more
    #[arg(long)]
    rules: bool,
}

pub fn run(a: &Arguments) -> Result<()> {
    if a.rules {
        for rule in Rule::ALL {
            say(json!({"rule": rule.word(), "visitor": rule.visitor().word(), "why": rule.why()}));
        }
        return Ok(());
    }
    let own = Own::read(a.own.iter().map(String::as_str)).map_err(|error| Wrong::said(format!("--own: {error}")))?;
    let lines = read(a)?;
    let mut crowd = Crowd::new(own);
    lines.iter().filter_map(|(_, line)| line.as_ref().ok()).for_each(|line| crowd.note(line));
    for (number, line) in &lines {
        say(judged(*number, line.as_ref(), &crowd));
    }
    match lines.iter().find_map(|(number, line)| Some((number, line.as_ref().err()?))) {
        Some((number, why)) => Err(Wrong::said(format!("line {number}: {why}"))),
        None => Ok(()),
    }
}

fn judged(number: usize, line: Result<&Line, &String>, crowd: &Crowd) -> Json {
    match line.map(|line| crowd.judge(line)) {
        Ok(rule) => json!({"line": number, "visitor": rule.visitor().word(), "rule": rule.word(), "why": rule.why()}),
        Err(why) => json!({"line": number, "visitor": null, "rule": null, "why": why}),
    }
}

/// Every line that is not empty, with its number from 1.
fn read(a: &Arguments) -> Result<Vec<(usize, Result<Line, String>)>> {
    let mut input: Box<dyn BufRead> = match a.file.as_deref().filter(|f| f.as_os_str() != "-") {
        Some(file) => {
            Box::new(BufReader::new(File::open(file).map_err(|error| Wrong::said(format!("{} can't be read: {error}", file.display())))?))
        }
        None => Box::new(std::io::stdin().lock()),
    };
    let mut lines = Vec::new();
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if input.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() as u64 == LINE_MAX && !bytes.ends_with(b"\n") {
            input.skip_until(b'\n')?;
        }
        // What was sent to a server need not be text.
        let text = String::from_utf8_lossy(&bytes);
        if text.trim().is_empty() {
            continue;
        }
        if lines.len() >= LINES_MAX {
            return Err(Wrong::said(format!("line {number}: these are more than {LINES_MAX} lines; cut the log into pieces")));
        }
        lines.push((number, log::read(&text)));
    }
    Ok(lines)
}
