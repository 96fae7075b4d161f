//! The files of a repository, read once: what the rules look at. A test makes an invented one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Folders that hold nothing of ours.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", ".github"];
/// A file past this is a picture or an archive, not text to be judged.
const READ_MAX: u64 = 1 << 20;

/// Every text file, by its path from the root with forward slashes.
pub struct Tree {
    files: BTreeMap<String, String>,
    /// Paths of everything, files that are not text and folders too.
    paths: Vec<String>,
}

/// One thing to put right.
#[derive(Debug)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl Finding {
    pub fn new(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into() }
    }
}

impl Tree {
    pub fn read(root: &Path) -> Self {
        let mut tree = Self { files: BTreeMap::new(), paths: Vec::new() };
        tree.walk(root, "");
        assert!(tree.get("Cargo.toml").is_some(), "{} is not the root of the repository", root.display());
        tree
    }

    fn walk(&mut self, folder: &Path, prefix: &str) {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries.map(|e| e.expect("a folder can be listed to its end")) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().expect("an entry has a kind");
            if kind.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    self.walk(&entry.path(), &format!("{path}/"));
                    self.paths.push(path);
                }
            } else if kind.is_file() && name != ".git" {
                let small = entry.metadata().is_ok_and(|m| m.len() <= READ_MAX);
                if let (true, Ok(text)) = (small, std::fs::read_to_string(entry.path())) {
                    self.files.insert(path.clone(), text);
                }
                self.paths.push(path);
            }
        }
    }

    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file or a folder stands at `path`.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.paths.iter().any(|p| p == path) || self.files.contains_key(path)
    }

    /// Text files whose path ends in one of `endings`.
    pub fn ending<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter(|(p, _)| endings.iter().any(|e| p.ends_with(e))).map(|(p, t)| (p.as_str(), t.as_str()))
    }

    /// Rust files of the product and of xtask that are shipped or run, tests left out.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending(&[".rs"]).filter(|(p, _)| !is_test_file(p))
    }

    /// An invented tree, for showing that a rule can fail.
    pub fn invented(files: &[(&str, &str)]) -> Self {
        let files: BTreeMap<_, _> = files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        let mut paths = Vec::new();
        for path in files.keys() {
            for (at, _) in path.match_indices('/') {
                paths.push(path[..at].to_owned());
            }
        }
        Self { files, paths }
    }
}

/// Whether the whole file is tests.
pub fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/benches/")
}

/// The number of the line, from one, in which letter `at` of `text` stands.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// `check` finds exactly one thing in the invented tree, and says `expected` of it.
pub fn assert_one(found: &[Finding], expected: &str) {
    let said: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].contains(expected), "{} does not say {expected}", said[0]);
}
