//! `hobnob lab match`, run as anyone would: topics and posts in files, and files that are wrong.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::process::{Command, Output};

/// Files of one test, gone when dropped.
struct Files(PathBuf);

impl Files {
    fn of(name: &str, topics: &str, posts: &[u8]) -> Files {
        let dir = std::env::temp_dir().join(format!("hobnob-match-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("topics.jsonl"), topics).unwrap();
        std::fs::write(dir.join("posts.jsonl"), posts).unwrap();
        Files(dir)
    }
    fn run(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hobnob"));
        command.args(["lab", "match", "--topics"]).arg(self.0.join("topics.jsonl")).arg("--posts").arg(self.0.join("posts.jsonl"));
        command.args(more).output().expect("the program runs")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const TOPICS: &str = r#"{"id": "bread", "query": "bread -recipe"}
{"id": 2, "query": "\"old oven\" OR rye"}

{"id": "t\"3", "query": "baking lang:en in:breadit after:2026-02-28"}
"#;

const POSTS: &str = r#"{"id": "p1", "network": "plaza", "author": "ada", "created_at": "2026-03-01T12:00:00Z", "text": "Rye bread", "reply_to": null, "url": null, "lang": null}
{"id": 2, "text": "bread recipe"}
{"id": "p3", "text": "She bakes in an OLD oven", "lang": "en", "channel": "Breadit", "created_at": "2026-03-01T12:00:00Z", "score": 3}
"#;

const PAIRS: &str = "{\"post\":\"p1\",\"topic\":\"bread\"}\n{\"post\":\"p1\",\"topic\":2}\n{\"post\":\"p3\",\"topic\":2}\n{\"post\":\"p3\",\"topic\":\"t\\\"3\"}\n";

#[test]
fn pairs_come_in_the_order_of_posts_then_topics() {
    let out = Files::of("plain", TOPICS, POSTS.as_bytes()).run(&[]);
    assert_eq!(String::from_utf8_lossy(&out.stdout), PAIRS, "{}", String::from_utf8_lossy(&out.stderr));
    let packed = zstd::encode_all(POSTS.as_bytes(), 3).unwrap();
    let out = Files::of("packed", TOPICS, &packed).run(&["--bench"]);
    assert_eq!(String::from_utf8_lossy(&out.stdout), PAIRS);
    let figures: serde_json::Value = serde_json::from_slice(&out.stderr).expect("one JSON object");
    assert_eq!((figures["posts"].as_u64(), figures["pairs"].as_u64(), figures["topics"].as_u64()), (Some(3), Some(4), Some(3)));
    assert!(figures["candidates_a_post"].as_f64().unwrap() >= 4.0 / 3.0);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (name, topics, posts, expected) in [
        (
            "query",
            "{\"id\": 1, \"query\": \"rye\"}\n{\"id\": 2, \"query\": \"bread (rye\"}\n",
            POSTS,
            "topics.jsonl, line 2: character 7 of the query",
        ),
        ("topic", "{\"id\": 1}\n", POSTS, "topics.jsonl, line 1: this is not {id, query}"),
        ("post", TOPICS, "{\"id\": 1, \"text\": \"rye\"}\n{\"id\": 1}\n", "posts.jsonl, line 2: this is not a post"),
        ("time", TOPICS, "{\"id\": 1, \"text\": \"rye\", \"created_at\": \"soon\"}\n", "posts.jsonl, line 1: `created_at` is not a time"),
    ] {
        let out = Files::of(name, topics, posts.as_bytes()).run(&[]);
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && said.contains(expected), "{name}: {said}");
    }
}
