//! `hobnob feeds`: many feeds at once, from and for other readers.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use networks::feed::{self, opml};
use serde_json::json;
use verbs::desk::accounts;

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON, one feed a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Follow every feed of a list (OPML)
    Import { file: PathBuf },
    /// Write the feeds that are followed to a list (OPML)
    Export { file: PathBuf },
    /// Say which feeds are followed, and how what is new in each comes
    List,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    match arguments.what {
        What::Import { file } => import(&file, arguments.json, flags).await,
        What::Export { file } => export(&file, flags).await,
        What::List => list(arguments.json, flags).await,
    }
}

async fn import(file: &Path, as_json: bool, flags: &Flags) -> Result<()> {
    let shown = file.display();
    let text = String::from_utf8(read(file, opml::LIST_MAX)?).map_err(|_| Wrong::said(format!("{shown} is not UTF-8")))?;
    let feeds = opml::read(&text).map_err(|e| Wrong::said(format!("{shown}, {e}")))?;
    if feeds.is_empty() {
        return Err(Wrong::said(format!("{shown} names no feed")));
    }
    let sitting = Sitting::open(flags).await?;
    let urls: Vec<String> = feeds.into_iter().map(|(_, url)| url).collect();
    let found = accounts::connect_feeds(sitting.cx(), feed::KEY, &urls).await?;
    let mut failed = 0;
    for (url, outcome) in &found {
        let why = outcome.as_ref().err().map(ToString::to_string);
        failed += usize::from(why.is_some());
        if as_json {
            say(json!({"url": url, "account": outcome.as_ref().ok().map(|id| id.0), "why": why}));
        } else if let Some(why) = why {
            say(format!("not followed  {url}  {why}"));
        } else {
            say(format!("followed      {url}"));
        }
    }
    if !as_json {
        say(format!("{} of {} feeds are followed.", found.len() - failed, found.len()));
    }
    if failed > 0 {
        anyhow::bail!("{failed} of {} feeds could not be read; the others are kept", found.len());
    }
    Ok(())
}

async fn export(file: &Path, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let feeds = accounts::list_feeds(sitting.cx(), feed::KEY).await?;
    let feeds: Vec<(String, String)> = feeds.into_iter().map(|(name, url, _)| (name, url)).collect();
    let list = opml::write("Feeds followed in Hobnob", &feeds);
    std::fs::write(file, list).map_err(|e| Wrong::said(format!("{} can't be written: {e}", file.display())))?;
    let are = if feeds.len() == 1 { "feed is" } else { "feeds are" };
    say(format!("{} {are} in {}.", feeds.len(), file.display()));
    Ok(())
}

async fn list(as_json: bool, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    for row in accounts::list(sitting.cx()).await?.into_iter().filter(|r| r.account.network.as_str() == feed::KEY) {
        let (account, comes) = (row.account, row.arrives.map(|a| a.words(|at| at.to_string())));
        if as_json {
            let why = row.why;
            say(json!({"account": account.id.0, "name": account.name, "url": account.server, "comes": comes, "why": why}));
        } else {
            say(format!("{}  {}", account.name, account.server));
            row.why.into_iter().chain(comes).for_each(|line| say(format!("    {line}")));
        }
    }
    Ok(())
}

/// A whole file, refused where it is larger than `max`.
pub fn read(file: &Path, max: usize) -> Result<Vec<u8>> {
    let cannot = |e: std::io::Error| Wrong::said(format!("{} can't be read: {e}", file.display()));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(cannot)?;
    opened.take(max as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > max {
        return Err(Wrong::said(format!("{} is larger than {} MB", file.display(), max / 1024 / 1024)));
    }
    Ok(bytes)
}
