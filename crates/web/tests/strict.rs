//! No page may hold a script, a style or a handler of its own, and every form must carry its token.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::{fs, path::Path};

fn templates(dir: &Path, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            templates(&path, out);
        } else if path.extension().is_some_and(|e| e == "html") {
            out.push((path.display().to_string(), fs::read_to_string(&path).expect("it is text")));
        }
    }
}

fn all() -> Vec<(String, String)> {
    let mut out = Vec::new();
    templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    assert!(out.len() > 10);
    out
}

#[test]
fn nothing_inline() {
    for (name, text) in all() {
        for (at, _) in text.match_indices("<script") {
            let tag = &text[at..at + text[at..].find('>').expect("the tag ends")];
            assert!(tag.contains("src="), "{name}: a script of its own");
        }
        assert!(!text.contains("<style"), "{name}: a style of its own");
        for (at, _) in text.match_indices('=') {
            let word: String = text[..at].chars().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            let word: String = word.chars().rev().collect();
            let is_attribute = text[at + 1..].starts_with(['"', '\'']);
            let is_handler = word.len() > 3 && word.starts_with("on") && word.chars().all(|c| c.is_ascii_lowercase());
            assert!(!(is_attribute && (word == "style" || is_handler)), "{name}: {word}= in a page");
        }
        assert!(!text.contains("javascript:"), "{name}: a script in an address");
    }
}

#[test]
fn every_form_that_acts_carries_its_token() {
    for (name, text) in all() {
        for (at, _) in text.match_indices("<form") {
            let form = &text[at..at + text[at..].find("</form>").unwrap_or(text.len() - at)];
            let tag = &form[..form.find('>').expect("the tag ends")];
            // `data-open`: signing in and the first run, where there is no session yet.
            if tag.contains("method=\"post\"") && !tag.contains("data-open") {
                assert!(form.contains("name=\"token\""), "{name}: a form without its token: {tag}");
            }
        }
    }
}

#[test]
fn nothing_is_printed_unescaped_by_hand() {
    for (name, text) in all() {
        assert!(!text.contains("|safe") && !text.contains("| safe"), "{name}: let a part print itself instead of |safe");
    }
}
