//! `hobnob backup`, `restore` and `export`: everything in one file, and back.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value as Json, json};
use store::{StoreError, dump};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::cli::desk::{Wrong, now, say};
use crate::config::Flags;
use crate::open;

#[derive(Args)]
pub struct Arguments {
    /// The file
    file: PathBuf,
}

/// The first entry of a backup: what it is, and at which step its tables stand.
const MANIFEST: &str = "hobnob.json";
/// Rows put back in one transaction.
const ROWS_AT_ONCE: usize = 500;
/// The longest row that is read back: a picture in base 64, and room to spare.
const ROW_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub async fn backup(arguments: Arguments, flags: &Flags) -> Result<()> {
    let tables: Vec<&'static str> = dump::TABLES.iter().copied().filter(|t| !dump::FLEETING_TABLES.contains(t)).collect();
    let rows = write(&arguments.file, flags, "backup", &tables).await?;
    say(format!("{rows} rows are in {}. Sign-ins in it are sealed: keep hobnob.key as well, in another place.", arguments.file.display()));
    Ok(())
}

pub async fn export(arguments: Arguments, flags: &Flags) -> Result<()> {
    let tables: Vec<&'static str> = dump::TABLES.iter().copied().filter(|t| !dump::PRIVATE_TABLES.contains(t)).collect();
    let rows = write(&arguments.file, flags, "export", &tables).await?;
    say(format!("{rows} rows are in {}, as JSON Lines, a file a table. No sign-in or password is in it.", arguments.file.display()));
    Ok(())
}

async fn write(path: &Path, flags: &Flags, kind: &'static str, tables: &[&'static str]) -> Result<u64> {
    let settings = flags.settle().map_err(Wrong::because)?;
    let store = open::store(&settings)?;
    let file = File::options().write(true).create_new(true).open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Wrong::said(format!("{} is there already; choose another name", path.display())),
        _ => Wrong::said(format!("{} can't be written: {e}", path.display())),
    })?;
    let (tables, at) = (tables.to_vec(), now());
    let written = store
        .read_unscoped::<_, StoreError>(move |tx| {
            tx.hold_still()?;
            let broken = |e: &dyn std::fmt::Display| StoreError::Broken(format!("the file can't be written: {e}"));
            let mut zip = ZipWriter::new(BufWriter::new(file));
            let options = SimpleFileOptions::default().large_file(true);
            zip.start_file(MANIFEST, options).map_err(|e| broken(&e))?;
            let manifest =
                json!({"hobnob": env!("CARGO_PKG_VERSION"), "kind": kind, "step": dump::step(), "at": at.to_string(), "tables": tables});
            writeln!(zip, "{manifest}").map_err(|e| broken(&e))?;
            let mut rows = 0u64;
            for table in &tables {
                zip.start_file(format!("{table}.jsonl"), options).map_err(|e| broken(&e))?;
                tx.dump(table, |row| {
                    rows += 1;
                    writeln!(zip, "{row}").map_err(|e| broken(&e))
                })?;
            }
            let mut file = zip.finish().map_err(|e| broken(&e))?;
            file.flush().map_err(|e| broken(&e))?;
            file.get_ref().sync_all().map_err(|e| broken(&e))?;
            Ok(rows)
        })
        .await;
    if written.is_err() {
        // Half a backup is worse than none.
        let _ = std::fs::remove_file(path);
    }
    Ok(written?)
}

pub async fn restore(arguments: Arguments, flags: &Flags) -> Result<()> {
    let settings = flags.settle().map_err(Wrong::because)?;
    let path = arguments.file.display().to_string();
    let file = File::open(&arguments.file).map_err(|e| Wrong::said(format!("{path} can't be read: {e}")))?;
    let mut zip =
        ZipArchive::new(BufReader::new(file)).map_err(|_| Wrong::said(format!("{path} is not a backup: it is not a zip file")))?;
    let manifest = manifest(&mut zip).map_err(|why| Wrong::said(format!("{path} is not a backup: {why}")))?;
    let has_key = settings.data.join("hobnob.key").exists();
    let store = open::store(&settings)?;
    if !store.read_unscoped::<_, StoreError>(|tx| tx.is_first_run()).await? {
        return Err(Wrong::said("this data folder holds a desk already; restore into an empty one, with --data FOLDER"));
    }
    let tables: Vec<String> = manifest["tables"].as_array().into_iter().flatten().filter_map(|t| t.as_str().map(str::to_owned)).collect();
    let put_back = put_back(&store, zip, tables).await;
    let rows = put_back.with_context(|| format!("{path} can't be put back; begin again with an empty data folder"))?;
    say(format!("{rows} rows are back."));
    if !has_key {
        say("The key file was not here, so a new one was made: sign in to each network again, or put the old hobnob.key in its place.");
    }
    Ok(())
}

fn manifest(zip: &mut ZipArchive<BufReader<File>>) -> Result<Json, String> {
    let entry = zip.by_name(MANIFEST).map_err(|_| format!("it has no {MANIFEST}"))?;
    let manifest: Json =
        serde_json::from_reader(std::io::Read::take(entry, 1 << 20)).map_err(|_| format!("its {MANIFEST} can't be read"))?;
    if manifest["kind"] != "backup" {
        return Err("it is an export, made for reading elsewhere; make one with `hobnob backup`".into());
    }
    match manifest["step"].as_u64() {
        Some(step) if step == dump::step() as u64 => Ok(manifest),
        Some(step) => {
            Err(format!("it was written by another Hobnob (tables at step {step}, here {}); restore it with that one", dump::step()))
        }
        None => Err("it does not say at which step its tables stand".into()),
    }
}

async fn put_back(store: &store::Store, mut zip: ZipArchive<BufReader<File>>, tables: Vec<String>) -> Result<u64> {
    let mut rows = 0u64;
    for table in tables {
        let entry = zip.by_name(&format!("{table}.jsonl")).with_context(|| format!("the table {table} is missing"))?;
        let mut lines = BufReader::new(entry);
        let mut number = 0u64;
        loop {
            let mut batch = Vec::new();
            while batch.len() < ROWS_AT_ONCE {
                let mut line = String::new();
                if std::io::Read::take(&mut lines, ROW_BYTES_MAX)
                    .read_line(&mut line)
                    .with_context(|| format!("{table}, after line {number}"))?
                    == 0
                {
                    break;
                }
                number += 1;
                batch.push(serde_json::from_str::<Json>(&line).with_context(|| format!("{table}, line {number}"))?);
            }
            if batch.is_empty() {
                break;
            }
            rows += batch.len() as u64;
            let name = table.clone();
            store
                .write_unscoped::<_, StoreError>(move |tx| batch.iter().try_for_each(|row| tx.undump(&name, row)))
                .await
                .with_context(|| format!("{table}, up to line {number}"))?;
        }
    }
    // What search looks in is in no file: it is made again from the posts.
    store.write_unscoped::<_, StoreError>(|tx| tx.look_for_unindexed()).await?;
    Ok(rows)
}
