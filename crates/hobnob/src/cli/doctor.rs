//! `hobnob doctor`: says plainly what is wrong.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use verbs::desk::doctor;

use crate::cli::desk::{Sitting, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON, an object a line
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let found = doctor::examine(sitting.cx(), free_bytes(&sitting.app.config.data)).await?;
    for finding in &found {
        say(if arguments.json {
            json!({"what": finding.what, "is_well": finding.is_well, "words": finding.words}).to_string()
        } else {
            format!("{} {}: {}", if finding.is_well { "well " } else { "WRONG" }, finding.what, finding.words)
        });
    }
    let wrong = found.iter().filter(|f| !f.is_well).count();
    if wrong > 0 {
        anyhow::bail!("{wrong} of {} things are not well", found.len());
    }
    Ok(())
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}
#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}
