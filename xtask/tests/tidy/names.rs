//! Words that must not stand in a file: a network outside its folder, something left undone,
//! a place on somebody's machine, a registry's host.

use crate::lex::{views, without_tests};
use crate::tree::{Finding, Tree, is_test_file, line_of};

/// A network's folder whose name is also a common word, which may be said anywhere.
const COMMON_WORDS: &[&str] = &["feed"];

/// Rooms that know networks by their facets alone.
const NETWORK_BLIND: &[&str] =
    &["crates/model/src/", "crates/store/src/", "crates/verbs/src/", "crates/web/src/", "crates/networks/src/http/"];

/// Files of the networks' own room that serve all of them alike.
const NETWORK_BLIND_FILES: &[&str] = &["crates/networks/src/facets.rs", "crates/networks/src/error.rs"];

const TEXT: &[&str] =
    &[".rs", ".toml", ".md", ".html", ".css", ".js", ".mjs", ".cjs", ".json", ".sql", ".txt", ".sh", ".run", "/run", ".scene"];
const CODE: &[&str] = &[".rs", ".html", ".css", ".js", ".mjs", ".cjs", ".sql", ".sh"];

/// Written in two halves, so that this file holds none of them.
const UNDONE: &[(&str, &str)] = &[("TO", "DO"), ("FIX", "ME"), ("XX", "X:"), ("todo", "!("), ("unimplemented", "!("), ("dbg", "!(")];
const PLACES: &[(&str, &str)] = &[("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/tm", "p/")];
const HOSTS: &[(&str, &str)] = &[
    ("registry.npm", "js.org"),
    ("npm", "js.com"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("deb.debian", ".org"),
    ("security.debian", ".org"),
    ("proxy.golang", ".org"),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = networks_outside(tree);
    for (path, text) in tree.ending(CODE) {
        found.extend(words(path, text, UNDONE, "is left undone: do it, or say in an issue what is missing"));
    }
    for (path, text) in tree.ending(TEXT).filter(|(p, _)| !is_recorded(p)) {
        found.extend(words(path, text, PLACES, "is a place on one machine: take it from the environment, or from std::env::temp_dir"));
        found.extend(words(path, text, HOSTS, "is a registry's host: name the package, its client knows the way"));
    }
    found
}

/// What other servers said is theirs, whatever is in it.
fn is_recorded(path: &str) -> bool {
    path.contains("/fixtures/")
}

fn words(path: &str, text: &str, halves: &[(&str, &str)], what: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (first, second) in halves {
        let word = format!("{first}{second}");
        for (at, _) in text.match_indices(&word) {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let edge = word.ends_with(char::is_alphanumeric);
            let is_whole = !inside(before) && (!edge || !inside(after));
            if is_whole {
                found.push(Finding::new(path, line_of(text, at), format!("{word} {what}")));
            }
        }
    }
    found
}

fn networks_outside(tree: &Tree) -> Vec<Finding> {
    let networks: Vec<String> = crate::rooms::network_folders(tree).into_iter().filter(|n| !COMMON_WORDS.contains(&n.as_str())).collect();
    let blind = |path: &str| NETWORK_BLIND.iter().any(|room| path.starts_with(room)) || NETWORK_BLIND_FILES.contains(&path);
    let mut found = Vec::new();
    for (path, text) in tree.ending(&[".rs", ".html", ".js"]).filter(|(p, _)| blind(p) && !is_test_file(p)) {
        let said = said_by_code(path, text).to_lowercase();
        for name in &networks {
            let mut last = 0;
            for (at, _) in said.match_indices(name.as_str()) {
                let line = line_of(&said, at);
                if line != last {
                    found.push(Finding::new(
                        path,
                        line,
                        format!("{name} is named outside its folder: ask a facet, or take the words from its About"),
                    ));
                }
                last = line;
            }
        }
    }
    found
}

/// Code and strings of a file; comments and tests are blanks.
fn said_by_code(path: &str, text: &str) -> String {
    if path.ends_with(".html") {
        return without_between(text, "{#", "#}");
    }
    let views = views(text);
    let (code, _) = without_tests(&views.code);
    let whole: Vec<char> = views.code.chars().collect();
    // A string counts only where the code round it was not blanked as a test.
    let tests: Vec<bool> = test_lines(&views.code, &code);
    let mut line = 0;
    let mut said = String::new();
    for ((code, string), _) in code.chars().zip(views.strings.chars()).zip(whole) {
        let in_tests = tests.get(line).copied().unwrap_or(false);
        said.push(if code != ' ' {
            code
        } else if in_tests {
            ' '
        } else {
            string
        });
        line += usize::from(code == '\n');
    }
    said
}

/// Which lines lie between the first and last line that the tests' blanking changed, run by run.
fn test_lines(whole: &str, left: &str) -> Vec<bool> {
    let changed: Vec<(bool, bool)> = whole.lines().zip(left.lines()).map(|(w, l)| (w != l, w.trim().is_empty())).collect();
    let mut tests = Vec::with_capacity(changed.len());
    let mut inside = false;
    for (is_changed, is_empty) in changed {
        inside = is_changed || (inside && is_empty);
        tests.push(inside);
    }
    tests
}

fn without_between(text: &str, open: &str, close: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        left.push_str(before);
        let (inside, after) = after.split_once(close).unwrap_or((after, ""));
        left.extend(inside.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    left + rest
}

#[cfg(test)]
fn look(path: &str, text: &str) -> Vec<Finding> {
    check(&Tree::invented(&[("crates/networks/src/pinboard/mod.rs", "//! It.\nimpl Network for Pinboard {}\n"), (path, text)]))
}

#[test]
fn a_network_named_outside_is_seen() {
    use crate::tree::assert_one;
    let here = "crates/verbs/src/a.rs";
    assert_one(&look(here, "fn a() {\n    if key == \"pinboard\" {}\n}\n"), "a.rs:2: pinboard is named");
    assert_one(&look(here, "fn is_pinboard() {}\n"), "a.rs:1: pinboard");
    assert_one(&look("crates/web/src/pages/a.html", "<p>\nAsk Pinboard</p>"), "a.html:2");
    assert!(look(here, "// Unlike Pinboard.\n#[cfg(test)]\nmod tests {\n    const A: &str = \"pinboard\";\n}\n").is_empty());
    assert!(look("crates/web/src/pages/a.html", "{# as Pinboard does #}").is_empty());
    assert!(look("crates/networks/src/pinboard/wire.rs", "const KEY: &str = \"pinboard\";\n").is_empty());
    assert!(look("crates/hobnob/src/cli/a.rs", "const HELP: &str = \"pinboard\";\n").is_empty());
}

#[test]
fn undone_places_and_hosts_are_seen() {
    use crate::tree::assert_one;
    for (first, second) in UNDONE {
        assert_one(&look("crates/verbs/src/a.rs", &format!("fn a() {{}}\n// {first}{second} later\n")), "a.rs:2");
    }
    for (first, second) in PLACES {
        assert_one(&look("docs/a.md", &format!("see {first}{second}x")), "on one machine");
    }
    for (first, second) in HOSTS {
        assert_one(&look("xtask/src/a.cjs", &format!("get('{first}{second}')")), "registry's host");
    }
    assert!(look("crates/verbs/src/a.rs", "fn mastodon_todos() {}").is_empty());
}
