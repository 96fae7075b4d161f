//! `hobnob lab rank`, run as anyone would: the order, the sums, ages and times, broken files, and what it says of wrong input.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value as Json;

/// A file of this test's own, gone when dropped.
struct File(PathBuf);

impl File {
    fn of(name: &str, text: &str) -> File {
        let path = std::env::temp_dir().join(format!("hobnob-rank-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("the temporary folder can be written");
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn rank(file: &File, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hobnob")).args(["lab", "rank", "--posts"]).arg(&file.0).args(more).output().expect("the program runs")
}

fn lines(out: &Output) -> Vec<Json> {
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    std::str::from_utf8(&out.stdout).expect("it is UTF-8").lines().map(|l| serde_json::from_str(l).expect("each line is JSON")).collect()
}

const POSTS: &str = r#"
{"id":"a2","author":"cy","created_at":"2026-03-01T10:05:00Z","text":"Mine does too. How cold is your kitchen, and which flour do you feed it with?","reply_to":"a1","thread":"a1"}
{"id":"a1","author":"bo","created_at":"2026-03-01T10:00:00Z","text":"Why does my rye starter sulk every winter?","reply_to":null,"thread":"a1"}
{"id":"a3","author":"bo","created_at":"2026-03-01T10:20:00Z","text":"Fifteen degrees, and whole rye from the mill down the road.","reply_to":"a2","thread":"a1"}
{"id":"a3","author":"bo","created_at":"2026-03-01T10:20:00Z","text":"Fifteen degrees, and whole rye from the mill down the road.","reply_to":"a2","thread":"a1"}
{"id":"a4","author":null,"created_at":null,"text":"Warm it.","reply_to":"gone","thread":"a1"}
{"id":"s1","author":"shop","created_at":"2026-03-01T10:10:00Z","text":"50% off all starters, buy now! Use code RYE https://shop.example","reply_to":null}
{"id":"l1","author":"di","created_at":"2026-03-02T09:00:00Z","text":"Good morning all","reply_to":null}
"#;

#[test]
fn the_best_stands_first_and_its_reasons_add_up() {
    let file = File::of("whole.jsonl", POSTS);
    let ranked = lines(&rank(&file, &["--age", "1h"]));
    let order: Vec<&str> = ranked.iter().map(|l| l["conversation"].as_str().unwrap()).collect();
    assert_eq!(order, ["a1", "l1", "s1"]);
    for line in &ranked {
        let because = line["because"].as_array().unwrap();
        let sum: f64 =
            because.iter().map(|b| b.as_str().unwrap().rsplit_once(": ").unwrap().1.trim_end_matches('.').parse::<f64>().unwrap()).sum();
        assert!((sum - line["score"].as_f64().unwrap()).abs() < 1e-6, "{line}");
    }
    assert!(ranked[2]["because"].to_string().contains("It sells something: -40.0."), "{}", ranked[2]);
    // Twice the same is the same.
    assert_eq!(rank(&file, &["--age", "1h"]).stdout, rank(&file, &["--age", "1h"]).stdout);
}

#[test]
fn what_came_later_is_not_seen_and_what_had_not_begun_is_left_out() {
    let file = File::of("times.jsonl", POSTS);
    let first = lines(&rank(&file, &["--at", "2026-03-01T10:02:00Z"]));
    assert_eq!(first.len(), 1);
    assert!(first[0]["because"].to_string().contains("An open question with"), "{}", first[0]);
    assert!(!first[0]["because"].to_string().contains("answer each other"), "{}", first[0]);
    let later = lines(&rank(&file, &["--at", "2026-03-01T10:30:00Z"]));
    assert!(later[0]["because"].to_string().contains("answer each other"), "{}", later[0]);
    assert_eq!(lines(&rank(&file, &[])).len(), 3);
}

#[test]
fn what_is_wrong_is_said_and_where() {
    let bad = File::of("bad.jsonl", "{\"id\":\"1\",\"text\":\"a\"}\n{\"id\":\"2\"}\n");
    let good = File::of("good.jsonl", POSTS);
    for (file, more, why) in [
        (&bad, &[][..], "line 2: `text` is missing"),
        (&good, &["--age", "soon"], "--age is a span such as 30m, 1h or 2d"),
        (&good, &["--at", "noon"], "--at is a time such as 2026-03-01T12:00:00Z"),
        (&good, &["--at", "2026-03-01T12:00:00Z", "--age", "1h"], "cannot be used with"),
    ] {
        let out = rank(file, more);
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && said.contains(why), "{more:?}: {said}");
        assert!(out.stdout.is_empty());
    }
    let empty = File::of("empty.jsonl", "");
    assert!(lines(&rank(&empty, &["--age", "1h"])).is_empty());
}
