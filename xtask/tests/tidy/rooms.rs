//! Every room says at its door what it is for, and every network that has a folder is on the list.

use crate::tree::{Finding, Tree};

const LIST: &str = "crates/networks/src/lib.rs";
const NETWORKS: &str = "crates/networks/src/";
const OPENING_LINES_MIN: usize = 2;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.sources() {
        let first = text.lines().next().unwrap_or_default();
        let is_door = path.ends_with("/mod.rs") || path.ends_with("/lib.rs") || path.ends_with("/main.rs");
        if is_door && !first.starts_with("//!") {
            found.push(Finding::new(path, 1, "begin with `//!`: what it is for, what it is not, where to begin"));
        } else if path.ends_with("/mod.rs") && text.lines().take_while(|l| l.starts_with("//!")).count() < OPENING_LINES_MIN {
            found.push(Finding::new(path, 1, "say more: what it is for, what it is not, where to begin (2 to 6 lines)"));
        }
    }
    if let Some(list) = tree.get(LIST) {
        let all = list
            .split_once("ALL:")
            .and_then(|(_, rest)| rest.split_once('='))
            .and_then(|(_, rest)| rest.split_once(';'))
            .map_or("", |(all, _)| all);
        for name in network_folders(tree) {
            if !list.contains(&format!("pub mod {name};")) || !all.contains(&format!("{name}::")) {
                let what = format!("the folder {name} is not offered: add `pub mod {name};` and `&{name}::…` to ALL");
                found.push(Finding::new(LIST, 1, what));
            }
        }
    }
    found
}

/// The networks there are: the folders beside the traits in which one is declared.
pub fn network_folders(tree: &Tree) -> Vec<String> {
    let mut names: Vec<String> = tree
        .ending(&["/mod.rs"])
        .filter(|(_, text)| text.contains("impl Network for "))
        .filter_map(|(path, _)| path.strip_prefix(NETWORKS)?.strip_suffix("/mod.rs"))
        .filter(|name| !name.contains('/'))
        .map(str::to_owned)
        .collect();
    names.dedup();
    names
}

#[test]
fn a_silent_room_and_a_forgotten_network_are_seen() {
    use crate::tree::assert_one;
    assert_one(&check(&Tree::invented(&[("crates/verbs/src/listen/mod.rs", "pub mod hear;\n")])), "mod.rs:1: begin with");
    assert_one(&check(&Tree::invented(&[("crates/verbs/src/listen/mod.rs", "//! Listening.\n\npub mod hear;\n")])), "say more");
    let room = ("crates/networks/src/pinboard/mod.rs", "//! Pinboard.\n//! Begin with wire.\nimpl Network for Pinboard {}\n");
    let list = "//! All.\npub mod pinboard;\npub static ALL: &[&dyn Network] = &[&pinboard::Pinboard];\n";
    assert!(check(&Tree::invented(&[room, (LIST, list)])).is_empty());
    assert_one(&check(&Tree::invented(&[room, (LIST, &list.replace("&pinboard::Pinboard", ""))])), "pinboard is not offered");
    assert_one(&check(&Tree::invented(&[room, (LIST, &list.replace("pub mod pinboard;", ""))])), "pinboard is not offered");
}
