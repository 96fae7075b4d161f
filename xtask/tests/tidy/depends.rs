//! Every dependency has a line in DESIGN.md that says what it is for.

use crate::tree::{Finding, Tree};

const WHY: &str = "DESIGN.md";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let why = tree.get(WHY).unwrap_or_default();
    let mut found = Vec::new();
    for (path, text) in tree.ending(&["Cargo.toml"]) {
        for (line, name) in outside(text) {
            if !why.lines().any(|l| l.contains(&format!("`{name}`"))) {
                found.push(Finding::new(path, line, format!("{name}: say in {WHY} what it is for, in a line with `{name}`")));
            }
        }
    }
    found
}

/// Dependencies with a version, in any section: the ones that come from outside.
fn outside(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut names = Vec::new();
    for (at, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if let Some((name, value)) = line.split_once('=').filter(|_| inside)
            && !line.starts_with('#')
            && !name.contains('.')
            && !value.contains("path =")
            && !value.contains("workspace = true")
        {
            names.push((at + 1, name.trim()));
        }
    }
    names
}

#[test]
fn a_dependency_without_a_reason_is_seen() {
    use crate::tree::assert_one;
    let manifest = "[workspace.dependencies]\nmodel = { path = \"x\" }\njiff = \"0.2\"\n\n[profile.dev]\ndebug = 1\n";
    assert!(check(&Tree::invented(&[("Cargo.toml", manifest), (WHY, "- `jiff`: time.\n")])).is_empty());
    assert_one(&check(&Tree::invented(&[("Cargo.toml", manifest), (WHY, "time\n")])), "Cargo.toml:3: jiff");
    assert_one(
        &check(&Tree::invented(&[("crates/a/Cargo.toml", "[dev-dependencies]\nx = \"1\"\ny.workspace = true\n")])),
        "a/Cargo.toml:2: x",
    );
}
