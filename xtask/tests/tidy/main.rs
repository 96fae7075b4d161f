//! The house rules that a compiler can't check, each as a function from a tree of files to what is wrong with it.
//! `the_house_is_tidy` runs them all on this repository; beside each rule stands a test that shows it can fail.
//! An exception is one line in [`EXCEPTIONS`], with its reason.

mod depends;
mod doors;
mod lex;
mod locks;
mod maps;
mod names;
mod rooms;
mod sizes;
mod tree;

use tree::{Finding, Tree};

/// `(rule, file, reason)`: findings of that rule in that file are forgiven.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "names",
    "crates/verbs/src/reflect/visit.rs",
    "What machines call themselves when they fetch a link for a preview; nothing is decided by it but that.",
)];

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[(&str, Rule)] = &[
    ("doors", doors::check),
    ("sizes", sizes::check),
    ("maps", maps::check),
    ("names", names::check),
    ("rooms", rooms::check),
    ("depends", depends::check),
    ("locks", locks::check),
];

fn house() -> Tree {
    Tree::read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

fn judge(name: &str) {
    let (_, rule) = RULES.iter().find(|(rule, _)| *rule == name).expect("the caller names a rule of the list");
    let forgiven = |finding: &Finding| EXCEPTIONS.iter().any(|(rule, file, _)| *rule == name && *file == finding.file);
    let found: Vec<String> = rule(&house()).iter().filter(|f| !forgiven(f)).map(Finding::to_string).collect();
    assert!(found.is_empty(), "{} to put right ({name}):\n{}", found.len(), found.join("\n"));
}

#[test]
fn house_doors() {
    judge("doors");
}

#[test]
fn house_locks() {
    judge("locks");
}

#[test]
fn house_sizes() {
    judge("sizes");
}

#[test]
fn house_maps() {
    judge("maps");
}

#[test]
fn house_names() {
    judge("names");
}

#[test]
fn house_rooms() {
    judge("rooms");
}

#[test]
fn house_depends() {
    judge("depends");
}

#[test]
fn exceptions_name_files_that_exist() {
    let house = house();
    for (rule, file, reason) in EXCEPTIONS {
        assert!(RULES.iter().any(|(name, _)| name == rule), "no rule is called {rule}");
        assert!(house.get(file).is_some(), "{file} is gone: take its exception away");
        assert!(reason.len() > 20, "{file}: say why, in a sentence");
    }
}
