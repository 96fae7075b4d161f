//! How long a file and a function may grow, and how many things a function may be handed.

use crate::lex::{end_of_item, views, without_tests};
use crate::tree::{Finding, Tree, line_of};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const PARAMETERS_MAX: usize = 6;
const MAP_LINES_MAX: usize = 150;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.sources() {
        let (code, tests) = without_tests(&views(text).code);
        let lines = text.lines().count().saturating_sub(tests);
        if lines > FILE_LINES_MAX {
            found.push(Finding::new(
                path,
                1,
                format!("{lines} lines without tests, {FILE_LINES_MAX} at most: it does two things; give each a file"),
            ));
        }
        for function in functions(&code) {
            found.extend(function.objections(path));
        }
    }
    if let Some(map) = tree.get("ARCHITECTURE.md") {
        let lines = map.lines().count();
        if lines > MAP_LINES_MAX {
            found.push(Finding::new(
                "ARCHITECTURE.md",
                lines,
                format!("{lines} lines, {MAP_LINES_MAX} at most: a map is to be read whole"),
            ));
        }
    }
    found
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
    parameters: usize,
}

impl Function {
    fn objections(&self, path: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        if self.lines > FUNCTION_LINES_MAX {
            let what = format!(
                "{} has {} lines, {FUNCTION_LINES_MAX} at most: keep the steps, move each step's thinking beside it",
                self.name, self.lines
            );
            found.push(Finding::new(path, self.line, what));
        }
        if self.parameters > PARAMETERS_MAX {
            let what =
                format!("{} takes {} things, {PARAMETERS_MAX} at most: some belong together in a struct", self.name, self.parameters);
            found.push(Finding::new(path, self.line, what));
        }
        found
    }
}

/// Every function of a file of code, also those inside others.
fn functions(code: &str) -> Vec<Function> {
    let mut all = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String = code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !starts || name.is_empty() {
            continue;
        }
        let rest: Vec<char> = code[at..].chars().collect();
        let Some(open) = parameters_at(&rest) else { continue };
        let (parameters, close) = count_parameters(&rest, open);
        let end = end_of_item(&rest, close);
        let lines = rest[..end].iter().filter(|&&c| c == '\n').count() + 1;
        all.push(Function { name, line: line_of(code, at), lines, parameters });
    }
    all
}

/// The bracket that opens the parameters: the first one outside the angle brackets of the generics.
fn parameters_at(rest: &[char]) -> Option<usize> {
    let mut depth = 0i32;
    for (at, letter) in rest.iter().enumerate() {
        match letter {
            '<' => depth += 1,
            '>' if at > 0 && rest[at - 1] != '-' => depth -= 1,
            '(' if depth == 0 => return Some(at),
            '{' | ';' => return None,
            _ => {}
        }
    }
    None
}

/// How many parameters stand in the bracket at `open`, and where it closes.
fn count_parameters(rest: &[char], open: usize) -> (usize, usize) {
    let (mut depth, mut commas, mut trailing, mut any) = (0i32, 0, false, false);
    for (at, letter) in rest.iter().enumerate().skip(open) {
        match letter {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if rest[at - 1] == '-' || rest[at - 1] == '=' => {}
            ')' | ']' | '}' | '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (if any { commas + usize::from(!trailing) } else { 0 }, at + 1);
        }
        match letter {
            ',' if depth == 1 => {
                commas += 1;
                trailing = true;
            }
            c if at > open && !c.is_whitespace() => {
                any = true;
                trailing = false;
            }
            _ => {}
        }
    }
    (0, rest.len())
}

#[cfg(test)]
fn look(path: &str, text: &str) -> Vec<Finding> {
    check(&Tree::invented(&[(path, text)]))
}

#[test]
fn what_is_too_long_is_seen() {
    use crate::tree::assert_one;
    let long = |lines: usize| format!("fn walk() {{\n{}}}\n", "    step();\n".repeat(lines - 2));
    assert!(look("crates/verbs/src/a.rs", &long(70)).is_empty());
    assert_one(&look("crates/verbs/src/a.rs", &long(71)), "a.rs:1: walk has 71 lines");
    assert!(look("crates/verbs/src/a.rs", &"// why\n".repeat(500)).is_empty());
    assert_one(&look("crates/verbs/src/a.rs", &"// why\n".repeat(501)), "501 lines");
    let tested = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    // case\n    fn b() {}\n".repeat(300));
    assert!(look("crates/verbs/src/a.rs", &tested).is_empty());
    assert!(look("crates/verbs/tests/a.rs", &long(200)).is_empty());
    assert_one(&look("ARCHITECTURE.md", &"a\n".repeat(151)), "151 lines");
}

#[test]
fn what_takes_too_much_is_seen() {
    use crate::tree::assert_one;
    let six = "fn f<F: Fn(u8, u8) -> u8>(a: u8, b: [u8; 2], c: (u8, u8), d: HashMap<u8, Vec<u8>>, e: F, g: impl Fn(u8) -> u8,) -> u8 { 0 }";
    assert!(look("crates/verbs/src/a.rs", six).is_empty(), "{:?}", look("crates/verbs/src/a.rs", six));
    assert_one(&look("crates/verbs/src/a.rs", "fn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) {}"), "takes 7 things");
    assert!(look("crates/verbs/src/a.rs", "fn none() {}\nfn unit(_: ()) {}").is_empty());
}
