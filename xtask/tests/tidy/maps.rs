//! The maps are true: every path of ARCHITECTURE.md leads somewhere, and every job and every address is on it.

use crate::lex::views;
use crate::tree::{Finding, Tree, line_of};

const MAP: &str = "ARCHITECTURE.md";
const JOBS: &str = "crates/verbs/src/jobs.rs";
const ROUTES: &str = "crates/web/src/routes.rs";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(map) = tree.get(MAP) else { return vec![Finding::new(MAP, 1, "the map is gone")] };
    let mut found = paths(tree, map);
    let marked: Vec<&str> = marked(map).map(|(_, word)| word).collect();
    if let Some(jobs) = tree.get(JOBS) {
        for (line, variant) in variants(jobs, "enum Job") {
            if !marked.iter().any(|w| *w == variant || *w == format!("Job::{variant}")) {
                found.push(Finding::new(
                    JOBS,
                    line,
                    format!("the job {variant} is not on the map: add `{variant}` to the table of jobs in {MAP}"),
                ));
            }
        }
    }
    if let Some(routes) = tree.get(ROUTES) {
        for (line, path) in addresses(routes) {
            if !marked.contains(&path.as_str()) {
                found.push(Finding::new(ROUTES, line, format!("{path} is not on the map: add `{path}` to the table of pages in {MAP}")));
            }
        }
    }
    found
}

/// What stands between backticks, with its line.
fn marked(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(at, line)| line.split('`').skip(1).step_by(2).map(move |word| (at + 1, word)))
}

fn paths(tree: &Tree, map: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (line, word) in marked(map).filter(|(_, word)| is_path(word)) {
        let (path, function) = word.split_once("::").unwrap_or((word, ""));
        match find(tree, path) {
            None => found.push(Finding::new(MAP, line, format!("`{path}` leads nowhere: it was moved, or the map is wrong"))),
            Some(at) => {
                let name = function.trim_end_matches("()");
                let text = tree.get(&at).unwrap_or_default();
                if !name.is_empty()
                    && ![format!("fn {name}"), format!("enum {name}"), format!("struct {name}")].iter().any(|form| text.contains(form))
                {
                    found.push(Finding::new(MAP, line, format!("{path} has no {name}")));
                }
            }
        }
    }
    found
}

/// A path has a slash inside or an ending we know; an address of the site begins with a slash and is none.
fn is_path(word: &str) -> bool {
    let path = word.split("::").next().unwrap_or_default();
    let plain = !path.starts_with(['/', '.']) && !path.is_empty() && path.chars().all(|c| c.is_alphanumeric() || "._-/".contains(c));
    plain && (path.contains('/') || [".rs", ".md", ".toml", ".html", ".css", ".js"].iter().any(|e| path.ends_with(e)))
}

/// The file or folder a path means: from the root, or from `crates/`, as the map shortens it.
fn find(tree: &Tree, path: &str) -> Option<String> {
    [path.to_owned(), format!("crates/{path}")].into_iter().find(|p| tree.has(p))
}

/// The variants of an enum, each with its line.
fn variants(source: &str, head: &str) -> Vec<(usize, String)> {
    let code = views(source).code;
    let Some(start) = code.find(head).and_then(|at| code[at..].find('{').map(|open| at + open)) else { return Vec::new() };
    let mut names = Vec::new();
    let (mut depth, mut fresh) = (0, true);
    for (at, letter) in code[start..].char_indices() {
        match letter {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            c if depth == 1 && fresh && c.is_uppercase() => {
                let name = code[start + at..].chars().take_while(|c| c.is_alphanumeric()).collect();
                names.push((line_of(&code, start + at), name));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Every address in `.route("…"` and `.nest("…"`, with its line.
fn addresses(source: &str) -> Vec<(usize, String)> {
    let views = views(source);
    let code: String = views.code.chars().zip(views.strings.chars()).map(|(c, s)| if s == ' ' { c } else { s }).collect();
    let mut found = Vec::new();
    for (at, call) in code.match_indices(".route(") {
        let rest = &code[at + call.len()..];
        if let Some(path) = rest.trim_start().strip_prefix('"').and_then(|r| r.split('"').next()) {
            found.push((line_of(&code, at), path.to_owned()));
        }
    }
    found
}

#[test]
fn a_false_map_is_seen() {
    use crate::tree::assert_one;
    let jobs = "pub enum Job {\n    /// One part.\n    Deliver(DeliveryId),\n    #[serde(rename = \"x\")]\n    Hear { watch: WatchId, since: u8 },\n}\n";
    let routes = "pub fn routes() -> Router {\n    Router::new()\n        .route(\"/today\", get(today::show))\n        .route(\n            \"/talks/{id}\",\n            get(a))\n}\n";
    let look = |map: &str| check(&Tree::invented(&[(MAP, map), (JOBS, jobs), (ROUTES, routes)]));
    let whole = "`verbs/src/jobs.rs::Job` | `Deliver`, `Job::Hear` | `/today` `/talks/{id}` and `crates/web/`\n";
    assert!(look(whole).is_empty(), "{:?}", look(whole));
    assert_one(&look(&whole.replace("`Deliver`", "")), "jobs.rs:3: the job Deliver");
    assert_one(&look(&whole.replace("`Job::Hear`", "")), "jobs.rs:5: the job Hear");
    assert_one(&look(&whole.replace("`/today`", "")), "routes.rs:3: /today");
    assert_one(&look(&whole.replace("`/talks/{id}`", "")), "routes.rs:4: /talks/{id}");
    assert_one(&look(&format!("{whole}\n`verbs/src/gone.rs`")), "ARCHITECTURE.md:3: `verbs/src/gone.rs` leads nowhere");
    assert_one(&look(&format!("{whole}`verbs/src/jobs.rs::perform`")), "has no perform");
}
