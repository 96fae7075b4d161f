//! `hobnob lab`: one of Hobnob's judgements on a file of one's own, to see why. Reads and writes JSON, a value a line; needs no desk.

use std::io::{BufRead, Read};
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use model::Post;
use model::measure::length;
use model::split::{Numbering, split_numbered};
use networks::feed::posts_of_feed;
use networks::{NetworkError, Networks};
use serde_json::{Value as Json, json};

use crate::cli::desk::{Wrong, now, say};
use crate::cli::feeds::read;

/// The longest line that is read, in bytes.
const LINE_MAX: u64 = 16 * 1024 * 1024;
/// The largest feed that is read, as from the network.
const FEED_MAX: usize = 8 * 1024 * 1024;

#[derive(Subcommand)]
pub enum Lab {
    /// How long texts are by a network's own rule, and the texts they would be split into. Reads one JSON string a line on standard
    /// input; prints one JSON object a line: {length, limit, unit, parts}
    Measure(Measure),
    /// The posts of a feed's file (RSS, Atom or JSON Feed), oldest first, one JSON object a line:
    /// {id, network, author, created_at, text, reply_to, url, lang}
    Feed(FeedFile),
}

#[derive(Args)]
pub struct Measure {
    /// The network's key, such as it stands in `hobnob connect`
    #[arg(long, value_name = "NAME")]
    network: String,
    /// Number the parts as they are when sent: “… 1/2”
    #[arg(long)]
    numbered: bool,
}

#[derive(Args)]
pub struct FeedFile {
    /// The file
    file: PathBuf,
    /// Where it was got, so that relative addresses in it lead somewhere
    #[arg(long, default_value = "")]
    url: String,
}

pub fn run(lab: Lab) -> Result<()> {
    match lab {
        Lab::Measure(arguments) => measure(&arguments),
        Lab::Feed(arguments) => posts_of(&arguments),
    }
}

fn measure(arguments: &Measure) -> Result<()> {
    let networks = Networks::default();
    let wanted = model::NetworkKey::new(&arguments.network.to_lowercase());
    let Some(network) = networks.get(&wanted) else {
        let keys: Vec<_> = networks.all().map(|n| n.about().key).collect();
        return Err(Wrong::said(format!("there is no network called “{}”; there are {}", arguments.network, keys.join(", "))));
    };
    let rules = (network.about().rules)();
    let numbering = if arguments.numbered { Numbering::Suffix } else { Numbering::None };
    lines(std::io::stdin().lock(), |number, line| {
        let text: String = serde_json::from_str(line).map_err(|e| Wrong::said(format!("line {number}: this is not a JSON string: {e}")))?;
        let parts = split_numbered(&text, &rules, numbering);
        say(json!({"length": length(&text, &rules), "limit": rules.text_max, "unit": rules.unit.word(), "parts": parts}));
        Ok(())
    })
}

fn posts_of(arguments: &FeedFile) -> Result<()> {
    let bytes = read(&arguments.file, FEED_MAX)?;
    let (_, posts) = posts_of_feed(&bytes, &arguments.url, now()).map_err(|error| {
        let why = match error {
            NetworkError::Garbled(why) => why,
            other => other.to_string(),
        };
        Wrong::said(format!("{}: {why}", arguments.file.display()))
    })?;
    for post in &posts {
        say(post_json(post));
    }
    Ok(())
}

/// The form in which all of `lab` reads and writes posts.
fn post_json(post: &Post) -> Json {
    let author = [&post.author.name, &post.author.handle].into_iter().find(|name| !name.is_empty());
    // A headline that the words do not begin with belongs to them.
    let text = match post.title.as_deref().filter(|title| !post.text.starts_with(title)) {
        Some(title) if post.text.is_empty() => title.to_owned(),
        Some(title) => format!("{title}\n\n{}", post.text),
        None => post.text.clone(),
    };
    json!({
        "id": post.at.id, "network": post.network.as_str(), "author": author, "created_at": post.created_at.to_string(), "text": text,
        "reply_to": post.reply_to, "url": post.url, "lang": post.language,
    })
}

/// Hands on each line with its number, from 1; one that is too long or no UTF-8 is an error that names it.
fn lines(mut input: impl BufRead, mut take: impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == LINE_MAX && !line.ends_with(b"\n") {
            return Err(Wrong::said(format!("line {number}: it is longer than {} MB", LINE_MAX / 1024 / 1024)));
        }
        let text = std::str::from_utf8(&line).map_err(|_| Wrong::said(format!("line {number}: it is not UTF-8")))?;
        take(number, text.trim_end_matches(['\n', '\r']))?;
    }
    Ok(())
}
