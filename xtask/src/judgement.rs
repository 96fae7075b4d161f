//! `cargo x train` and `cargo x eval`: the programs that teach Hobnob's judgements and say how right they are. Each is an example of
//! the crate that holds the judgement, named `train_NAME` or `eval_NAME`.

use std::path::Path;
use std::process::Command;

use crate::machine;

/// Where judgements live, and whether they are built with all optimisation: the nouns' crate is quick to build so.
const HOMES: &[(&str, bool)] = &[("model", true), ("verbs", false)];
/// One that has so much to hold against each other that building it so is quicker all the same.
const LONG: &str = "eval_match";

/// Runs one; whether it was content.
pub fn run(what: &str, name: &str, arguments: &[&str]) -> anyhow::Result<bool> {
    let root = machine::root()?;
    let example = format!("{what}_{name}");
    let Some((_, is_released)) = HOMES.iter().find(|(home, _)| is_there(&root, home, &example)) else {
        anyhow::bail!("there is nothing to {what} called {name}; there is {}", all(&root, what).join(", "));
    };
    let program = machine::built("--example", &example, *is_released || example == LONG)?;
    Ok(Command::new(program).current_dir(&root).args(arguments).status()?.success())
}

fn is_there(root: &Path, home: &str, example: &str) -> bool {
    let examples = root.join("crates").join(home).join("examples");
    examples.join(format!("{example}.rs")).is_file() || examples.join(example).join("main.rs").is_file()
}

fn all(root: &Path, what: &str) -> Vec<String> {
    let mut names: Vec<String> = HOMES
        .iter()
        .flat_map(|(home, _)| std::fs::read_dir(root.join("crates").join(home).join("examples")).into_iter().flatten().flatten())
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.strip_prefix(&format!("{what}_"))?.to_owned()))
        .collect();
    names.sort();
    names
}
