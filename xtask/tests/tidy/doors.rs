//! Which crate may lean on which, and which outside crate has only one door into the house.

use crate::tree::{Finding, Tree};

/// A crate, and the crates of ours that it may depend on.
pub const DOORS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("networks", &["model"]),
    ("store", &["model"]),
    ("verbs", &["model", "networks", "store"]),
    ("web", &["model", "verbs"]),
    ("testkit", &["model", "networks", "store"]),
    ("hobnob", &["model", "networks", "store", "verbs", "web"]),
];

/// Outside crates that one room alone may use: the wire, the databases, the pages. The workshop may, for its tests.
const ONE_DOOR: &[(&str, &str)] = &[
    ("reqwest", "networks"),
    ("tokio-tungstenite", "networks"),
    ("rusqlite", "store"),
    ("postgres", "store"),
    ("tower-http", "web"),
    ("askama", "web"),
    ("clap", "hobnob"),
];

/// What the nouns must never need: they do no I/O, are never async, and derive no serialisation.
const NOT_IN_MODEL: &[&str] = &["tokio", "async-trait", "serde", "serde_json"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.ending(&["/Cargo.toml"]).filter(|(p, _)| p.starts_with("crates/")) {
        let room = path.trim_start_matches("crates/").trim_end_matches("/Cargo.toml");
        let Some((_, allowed)) = DOORS.iter().find(|(name, _)| *name == room) else {
            found.push(Finding::new(path, 1, format!("a new crate {room}: say in xtask/tests/tidy/doors.rs what it may lean on")));
            continue;
        };
        for (line, name) in dependencies(text) {
            if let Some(what) = objection(room, allowed, &name) {
                found.push(Finding::new(path, line, what));
            }
        }
    }
    found
}

fn objection(room: &str, allowed: &[&str], name: &str) -> Option<String> {
    if DOORS.iter().any(|(ours, _)| *ours == name) && !allowed.contains(&name) {
        return Some(format!("{room} may not see {name}; it may see {allowed:?}. Move the code, or hand the value in"));
    }
    if let Some((_, door)) = ONE_DOOR.iter().find(|(outside, door)| *outside == name && *door != room && room != "testkit") {
        return Some(format!("{name} enters by {door} alone; ask {door} for what {room} needs"));
    }
    (room == "model" && NOT_IN_MODEL.contains(&name)).then(|| format!("model does no I/O and no serialisation: {name} stays out"))
}

/// The names under `[dependencies]`, each with its line; `[dev-dependencies]` are a test's own affair.
pub fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut inside = false;
    for (at, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            inside = section == "dependencies]" || section.ends_with(".dependencies]");
            if let Some(name) = section.strip_prefix("dependencies.") {
                names.push((at + 1, name.trim_end_matches(']').to_owned()));
            }
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            let name: String = line.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
            names.push((at + 1, name));
        }
    }
    names
}

#[test]
fn a_door_too_many_is_seen() {
    use crate::tree::assert_one;
    let manifest =
        |deps: &str| format!("[package]\nname = \"x\"\n\n[dependencies]\n{deps}\n\n[dev-dependencies]\ntestkit.workspace = true\n");
    let look = |path: &str, deps: &str| check(&Tree::invented(&[(path, &manifest(deps))]));
    assert!(look("crates/web/Cargo.toml", "verbs.workspace = true\nmodel.workspace = true").is_empty());
    assert_one(&look("crates/web/Cargo.toml", "verbs.workspace = true\nstore.workspace = true"), "web/Cargo.toml:6: web may not see store");
    assert_one(&look("crates/store/Cargo.toml", "networks = { path = \"../networks\" }"), "store may not see networks");
    assert_one(&look("crates/verbs/Cargo.toml", "reqwest.workspace = true"), "enters by networks alone");
    assert_one(&look("crates/model/Cargo.toml", "serde.workspace = true"), "stays out");
    assert_one(&look("crates/cellar/Cargo.toml", ""), "a new crate");
    assert_one(&check(&Tree::invented(&[("crates/web/Cargo.toml", "[dependencies.hobnob]\nworkspace = true\n")])), "may not see hobnob");
}
