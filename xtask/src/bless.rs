//! `cargo x demo` and `cargo x bless`: short ways to say longer commands.

use std::fs;

use anyhow::{Context, bail};

use crate::machine;

/// Pictures for the README and docs/: pages of the demo that show what Hobnob is.
const CHOSEN: &[&str] = &["today", "inbox", "conversation", "listen", "write", "calendar", "person", "aim"];

pub fn demo(arguments: &[&str]) -> anyhow::Result<bool> {
    let mut command = machine::cargo();
    command.current_dir(machine::root()?).args(["run", "--package", "hobnob", "--", "demo"]).args(arguments);
    Ok(command.status()?.success())
}

pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    match arguments {
        [] => texts(),
        ["--screenshots"] => screenshots(),
        other => bail!("bless knows --screenshots, not {}", other.join(" ")),
    }
}

/// Tests that compare with an expected text write it anew when `HOBNOB_BLESS` is set.
fn texts() -> anyhow::Result<bool> {
    let mut command = machine::cargo();
    command.current_dir(machine::root()?).args(["test", "--workspace", "--quiet"]).env("HOBNOB_BLESS", "1");
    let well = command.status()?.success();
    println!("Renewed. Read `git diff` before you commit it.");
    Ok(well)
}

fn screenshots() -> anyhow::Result<bool> {
    let from = machine::target()?.join("screenshots");
    let to = machine::root()?.join("docs");
    fs::create_dir_all(&to)?;
    for name in CHOSEN {
        for form in ["1280", "390", "1280-dark"] {
            let file = format!("{name}-{form}.png");
            if from.join(&file).is_file() {
                fs::copy(from.join(&file), to.join(&file)).with_context(|| file.clone())?;
                println!("docs/{file}");
            } else if form != "1280-dark" {
                bail!("{file} is not there: run `cargo x check --only pages` first");
            }
        }
    }
    Ok(true)
}
