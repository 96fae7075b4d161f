//! `hobnob lab kinds`, run as anyone would: on posts of one's own, on a file that is none, and on real posts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// A file of this test's own, gone when dropped.
struct File(PathBuf);

impl File {
    fn of(name: &str, text: &str) -> File {
        let path = std::env::temp_dir().join(format!("hobnob-kinds-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("the temporary folder can be written");
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn kinds(file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hobnob")).args(["lab", "kinds", "--posts"]).arg(file).output().expect("the program runs")
}

fn lines(out: &Output) -> Vec<Json> {
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout.clone()).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_line_for_each_post_in_the_files_order() {
    let posts = [
        r#"{"id": "1", "text": "Does anybody know why my starter smells of glue?", "lang": "en"}"#,
        "",
        r#"{"id": 2, "text": "50% off all jars today only, order now: https://shop.example use code BREAD"}"#,
        r#"{"id": "3", "text": ""}"#,
    ];
    let file = File::of("posts", &posts.join("\n"));
    let told = lines(&kinds(&file.0));
    let of = |name: &str| told.iter().map(|l| l[name].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(of("id"), ["1", "2", "3"]);
    assert_eq!(of("does")[..2], ["asks", "sells"]);
    for line in &told {
        let keys: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.len(), 6, "{keys:?}");
        assert!((0.0..=1.0).contains(&line["p"].as_f64().unwrap()) && (0.0..=1.0).contains(&line["p_side"].as_f64().unwrap()));
        assert!(["personal", "work"].contains(&line["side"].as_str().unwrap()));
    }
    assert!(told[0]["because"].as_array().unwrap().iter().all(Json::is_string) && !told[0]["because"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_no_post_is_named_with_its_line() {
    let file = File::of("bad", "{\"id\": \"1\", \"text\": \"a\"}\n{\"id\": \"2\"}\n");
    for (file, why) in [(file.0.as_path(), "line 2: `text` is missing"), (Path::new("/nowhere/at/all"), "can't be read")] {
        let out = kinds(file);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && said.contains(why), "{said}");
    }
}

#[test]
fn real_posts_are_judged_better_than_by_guessing() {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/posts/corporate-messaging/posts.jsonl.zst");
    if !set.exists() {
        eprintln!("skipped: ../shared/corpora/posts/corporate-messaging is not at hand");
        return;
    }
    let told = lines(&kinds(&set));
    assert_eq!(told.len(), 2_097);
    // Companies speak there, and the weights never saw them.
    let work = told.iter().filter(|l| l["side"] == "work").count();
    assert!(work * 10 > told.len() * 8, "{work} of {}", told.len());
}
