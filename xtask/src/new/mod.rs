//! `cargo x new`: the files and lines that a newcomer would otherwise have to guess. It writes, it never overwrites.
//! Begin with `network.rs`.

pub mod network;
pub mod page;

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

/// Names of files, modules and folders here: small letters, digits, underscores.
fn check_name(name: &str) -> anyhow::Result<()> {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        bail!("{name:?} can't be a name: small letters, digits and underscores, a letter first");
    }
    Ok(())
}

/// `pin_board` as a type: `PinBoard`.
fn type_name(name: &str) -> String {
    name.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

fn write_new(file: &Path, text: &str) -> anyhow::Result<()> {
    if file.exists() {
        bail!("{} is there already", file.display());
    }
    fs::create_dir_all(file.parent().context("a file in a folder")?)?;
    fs::write(file, text).with_context(|| file.display().to_string())
}

/// Puts `line` into `text` after the last line that satisfies `is_neighbour`.
fn after_last(text: &str, line: &str, is_neighbour: impl Fn(&str) -> bool) -> Option<String> {
    let at = text.lines().enumerate().filter(|(_, l)| is_neighbour(l)).map(|(at, _)| at).last()?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(at + 1, line);
    Some(lines.join("\n") + "\n")
}
