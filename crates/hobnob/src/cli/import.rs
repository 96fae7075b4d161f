//! `hobnob import`: many drafts from one file, shown first and taken in whole.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use verbs::publish::import::{self, BYTES_MAX, Given, Preview, pictures};
use verbs::publish::picture::VIDEO_FILE_MAX;

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// A CSV whose first line names its columns, or a JSON list of objects: text, to, when, zone, title, link, warning, language,
    /// visibility, kind, aim, pictures (paths beside the file, or addresses) and alt
    file: PathBuf,
    /// Show what would come of it, and take nothing in
    #[arg(long)]
    dry_run: bool,
    /// Take in the rows that are right although others are not
    #[arg(long)]
    partly: bool,
    /// Take in a file that was taken in before
    #[arg(long)]
    again: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let unreadable = |e: std::io::Error| Wrong::said(format!("{}: {e}", arguments.file.display()));
    if std::fs::metadata(&arguments.file).map_err(unreadable)?.len() > BYTES_MAX as u64 {
        return Err(Wrong::said(format!("{}: larger than {} MB; cut it in two", arguments.file.display(), BYTES_MAX / 1_000_000)));
    }
    let bytes = std::fs::read(&arguments.file).map_err(unreadable)?;
    let name = arguments.file.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    let sitting = Sitting::open(flags).await?;
    let pictures = beside(&arguments.file, &bytes)?;
    let preview = import::look(sitting.cx(), &name, &bytes, pictures).await?;
    report(&preview, arguments.json);
    let stop = stop(&preview, &arguments);
    if arguments.dry_run || stop.is_some() {
        import::put_away(sitting.cx(), preview.id).await?;
        return match stop {
            Some(why) if !arguments.dry_run => Err(Wrong::said(why)),
            _ => Ok(()),
        };
    }
    let taken = import::take_in(sitting.cx(), preview.id).await?;
    if arguments.json {
        let drafts: Vec<i64> = taken.drafts.iter().map(|d| d.0).collect();
        say(json!({"taken": drafts, "planned": taken.planned, "left": taken.left}));
    } else {
        say(format!("Taken in: {} drafts, {} of them in the calendar. {} rows left out.", taken.drafts.len(), taken.planned, taken.left));
    }
    Ok(())
}

/// The pictures that the file names by path, read from beside it. What isn't there is said with the row that names it.
fn beside(file: &Path, bytes: &[u8]) -> Result<Vec<Given>> {
    let Ok(content) = std::str::from_utf8(bytes) else { return Ok(Vec::new()) };
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut given = Vec::new();
    for name in pictures::paths(content)? {
        let path = folder.join(&name);
        // One that is too large is read as far as shows that it is.
        let Ok(opened) = std::fs::File::open(&path) else { continue };
        let mut bytes = Vec::new();
        opened.take(VIDEO_FILE_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|e| Wrong::said(format!("{}: {e}", path.display())))?;
        given.push(Given { name, bytes });
    }
    Ok(given)
}

/// Why nothing is taken in, if so.
fn stop(preview: &Preview, arguments: &Arguments) -> Option<String> {
    let wrong = preview.lines.len() - preview.good();
    if preview.taken_before.is_some() && !arguments.again {
        return Some("this very file was taken in before; nothing was done. --again takes it in a second time".into());
    }
    if wrong > 0 && !arguments.partly {
        return Some(format!("{wrong} of {} rows are not right; nothing was taken in. --partly takes in the others", preview.lines.len()));
    }
    None
}

fn report(preview: &Preview, as_json: bool) {
    if as_json {
        let rows: Vec<_> = (preview.lines.iter())
            .map(|l| {
                let wrong: Vec<_> = l.wrong.iter().map(|w| json!({"column": w.column, "why": w.why})).collect();
                json!({"row": l.number, "words": l.words, "to": l.to, "at": l.at.map(|t| t.to_string()), "slot": l.is_slot, "pictures": l.pictures, "wrong": wrong, "tells": l.tells})
            })
            .collect();
        let before = preview.taken_before.map(|(at, n)| json!({"at": at.to_string(), "drafts": n}));
        say(json!({"file": preview.name, "rows": rows, "taken_before": before}));
        return;
    }
    if let Some((at, n)) = preview.taken_before {
        say(format!("This very file was taken in at {at}: {n} drafts came of it."));
    }
    for line in &preview.lines {
        let when = match line.at {
            _ if line.is_slot => "next free slot".to_owned(),
            Some(at) => at.to_string(),
            None => "draft".to_owned(),
        };
        let pictures = match line.pictures {
            0 => String::new(),
            1 => " · 1 picture".into(),
            n => format!(" · {n} pictures"),
        };
        say(format!("{}: {when} · {} · {}{pictures}", line.number, line.to.join(", "), line.words));
        for wrong in &line.wrong {
            say(format!("   wrong, {}: {}", wrong.column, wrong.why));
        }
        for tell in &line.tells {
            say(format!("   {tell}"));
        }
    }
}
