//! `hobnob lab feed`, run as anyone would: the form of its lines, and what it says of a file that is no feed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// A file of this test's own, gone when dropped.
struct File(PathBuf);

impl File {
    fn of(name: &str, text: &str) -> File {
        let path = std::env::temp_dir().join(format!("hobnob-lab-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("the temporary folder can be written");
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn lab(file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hobnob")).args(["lab", "feed"]).arg(file).output().expect("the program runs")
}

#[test]
fn posts_are_printed_in_the_form_of_the_lab() {
    let feed = File::of(
        "good.xml",
        r#"<rss version="2.0"><channel><title>Mine</title><language>en</language>
        <item><title>Second</title><guid>https://a.example/2</guid><pubDate>Tue, 08 Sep 2026 10:00:00 GMT</pubDate><description>Second words.</description></item>
        <item><title>First</title><guid>https://a.example/1</guid><link>https://a.example/1</link><pubDate>Tue, 08 Sep 2026 09:00:00 GMT</pubDate><description>&lt;p&gt;Hello &lt;b&gt;you&lt;/b&gt;&lt;/p&gt;</description></item>
        </channel></rss>"#,
    );
    let out = lab(&feed.0);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines: Vec<Json> = String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let first = serde_json::json!({
        "id": "https://a.example/1", "network": "feed", "author": "Mine", "created_at": "2026-09-08T09:00:00Z", "text": "First\n\nHello you",
        "reply_to": null, "url": "https://a.example/1", "lang": "en",
    });
    assert_eq!(lines[0], first);
}

#[test]
fn a_bad_file_is_told_what_and_where() {
    let bad = File::of("bad.xml", "no feed at all");
    for (file, why) in [(bad.0.as_path(), "that is not a feed"), (Path::new("there-is-none.xml"), "can't be read")] {
        let out = lab(file);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains(why) && said.contains(&file.display().to_string()), "{said}");
    }
}
