//! The peers of the benches are built with a lock file each, apart from the workspace's: it must know what our crates rest on, or none of them builds.

use crate::doors::{DOORS, dependencies};
use crate::tree::{Finding, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, lock) in tree.ending(&["/Cargo.lock"]).filter(|(p, _)| p.starts_with("benches/")) {
        for (room, _) in DOORS {
            let Some((line, locked)) = locked(lock, &format!("hobnob-{room}")) else { continue };
            let manifest = tree.get(&format!("crates/{room}/Cargo.toml")).unwrap_or_default();
            for (_, name) in dependencies(manifest) {
                let name = if DOORS.iter().any(|(ours, _)| *ours == name) { format!("hobnob-{name}") } else { name };
                if !locked.contains(&name.as_str()) {
                    let beside = path.trim_end_matches("Cargo.lock");
                    let how = format!("`cargo metadata --manifest-path {beside}Cargo.toml` puts it in");
                    found.push(Finding::new(path, line, format!("hobnob-{room} rests on {name}, which is not locked: {how}")));
                }
            }
        }
    }
    found
}

/// Where a package stands in a lock file, and what it rests on there.
fn locked<'l>(lock: &'l str, package: &str) -> Option<(usize, Vec<&'l str>)> {
    let head = format!("name = \"{package}\"");
    let at = lock.lines().position(|line| line == head)?;
    let own = lock.lines().skip(at).take_while(|line| !line.is_empty());
    // A name may have its version behind it.
    let names = own.filter_map(|line| line.trim().strip_prefix('"')?.trim_end_matches(',').trim_end_matches('"').split(' ').next());
    Some((at + 1, names.collect()))
}

#[test]
fn a_lock_file_that_fell_behind_is_seen() {
    use crate::tree::assert_one;
    let manifest = "[dependencies]\nmodel.workspace = true\nurl.workspace = true\n\n[dev-dependencies]\nproptest.workspace = true\n";
    let lock = |url: &str| {
        format!(
            "version = 4\n\n[[package]]\nname = \"hobnob-store\"\nversion = \"0.1.0\"\ndependencies = [\n \"hobnob-model\",\n{url}]\n\n[[package]]\nname = \"url\"\n"
        )
    };
    let tree = |lock: &str| Tree::invented(&[("crates/store/Cargo.toml", manifest), ("benches/x/Cargo.lock", lock), ("Cargo.lock", "")]);
    assert!(check(&tree(&lock(" \"url 2.5.8\",\n"))).is_empty());
    assert_one(&check(&tree(&lock(""))), "benches/x/Cargo.lock:4: hobnob-store rests on url");
}
