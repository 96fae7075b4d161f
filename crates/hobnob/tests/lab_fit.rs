//! `hobnob lab measure`, `split`, `fit` and `verdict`, run as anyone would: on every network, by drafts of one's own, and on files that are none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

/// A file of this test's own, gone when dropped.
struct File(PathBuf);

impl File {
    fn of(name: &str, bytes: &[u8]) -> File {
        let path = std::env::temp_dir().join(format!("hobnob-fit-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn lab(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hobnob"))
        .arg("lab")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // What it does not want to read is no matter here.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn lines(out: &Output) -> Vec<Json> {
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout.clone()).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn fit(name: &str, drafts: &str, networks: &str) -> Vec<Json> {
    let file = File::of(name, drafts.as_bytes());
    lines(&lab(&["fit", file.0.to_str().unwrap(), "--networks", networks], ""))
}

#[test]
fn every_network_measures_by_its_own_rule() {
    let text = "Bread 👨‍👩‍👧‍👦 焼 https://bread.com/a/very/long/address/that/says/nothing loaf.com";
    for (network, expected) in [
        ("mastodon", 42),
        ("bluesky", 74),
        ("x", 59),
        ("threads", 98),
        ("linkedin", 84),
        ("facebook", 84),
        ("pinterest", 84),
        ("reddit", 84),
        ("youtube", 100),
        ("tumblr", 80),
    ] {
        let out = lines(&lab(&["measure", "--network", network], &format!("{}\n", json!(text))));
        assert_eq!(out[0]["length"], expected, "{network}: {out:?}");
        assert_eq!(out[0]["parts"], json!([text]), "{network}");
    }
}

#[test]
fn split_prints_parts_within_the_limit_and_what_was_torn() {
    let texts = [json!("x".repeat(100_000)), json!(format!("See {} there", "https://bread.com/".to_owned() + &"y".repeat(400)))];
    let input = format!("{}\n{}\n", texts[0], texts[1]);
    let out = lines(&lab(&["split", "--network", "bluesky", "--numbered"], &input));
    assert!(out[0]["parts"].as_array().unwrap().len() > 333);
    assert!(out[0]["lengths"].as_array().unwrap().iter().all(|l| l.as_u64().unwrap() <= 300));
    assert_eq!(out[0]["torn"], json!([]));
    assert_eq!(out[1]["torn"], json!([{"kind": "link", "length": 418}]));
    let weighed = lines(&lab(&["split", "--network", "x"], &input));
    assert_eq!((weighed[1]["torn"].clone(), weighed[1]["lengths"].clone()), (json!([]), json!([33])));
}

#[test]
fn drafts_are_judged_on_each_network() {
    let drafts = r##"{"text": "@Ada asks: rye? #bread #rye https://bread.com/x", "people": [{"written": "Ada", "name": "Ada Rye", "handles": {"mastodon": "ada@plaza.example", "x": "adarye"}}]}
"A plain one."
"##;
    let out = fit("good.jsonl", drafts, "mastodon,x,threads,linkedin");
    assert_eq!(out.len(), 8);
    let by = |network: &str| out.iter().find(|l| l["network"] == network && l["draft"] == 1).unwrap();
    let texts = |network: &str| by(network)["parts"][0]["text"].clone();
    assert_eq!(texts("mastodon"), "@ada@plaza.example asks: rye? #bread #rye https://bread.com/x");
    assert_eq!(texts("x"), "@adarye asks: rye? #bread #rye https://bread.com/x");
    assert_eq!(texts("threads"), "Ada Rye asks: rye? #bread #rye https://bread.com/x");
    assert_eq!(texts("linkedin"), "Ada Rye asks: rye? #bread #rye https://bread.com/x");
    let facets = by("x")["parts"][0]["facets"].as_array().unwrap();
    let kinds: Vec<&str> = facets.iter().map(|f| f["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["name", "tag", "tag", "link"]);
    assert_eq!(facets[0], json!({"kind": "name", "start": 0, "end": 7, "text": "@adarye"}));
    let found = by("threads")["findings"].as_array().unwrap();
    assert!(found.iter().any(|f| f["kind"] == "told" && f["why"].as_str().unwrap().contains("heeds one tag")), "{found:?}");
    assert!(out.iter().all(|l| l["fits"] == true));
    let rich = fit("rich.jsonl", r#""at bread.com, (@ada.test)""#, "bluesky");
    let facets: Vec<&str> = rich[0]["parts"][0]["facets"].as_array().unwrap().iter().map(|f| f["text"].as_str().unwrap()).collect();
    assert_eq!(facets, ["bread.com", "@ada.test"]);
}

#[test]
fn what_does_not_fit_is_shown_with_every_reason() {
    let long = "word ".repeat(120);
    let drafts = format!("{}\n{}\n", json!({"text": long}), json!({"text": "No picture here.", "title": "t".repeat(120)}));
    let out = fit("long.jsonl", &drafts, "x,pinterest,reddit,youtube");
    let by = |draft: u64, network: &str| out.iter().find(|l| l["network"] == network && l["draft"] == draft).unwrap();
    assert_eq!((by(1, "x")["fits"].clone(), by(1, "x")["parts"].as_array().unwrap().len()), (json!(true), 3));
    let why = |line: &Json| line["findings"].as_array().unwrap().iter().map(|f| f["why"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(by(1, "reddit")["fits"], false);
    assert!(why(by(1, "reddit"))[0].contains("without a title"));
    assert!(why(by(1, "pinterest")).iter().any(|w| w.contains("99 letters too long")), "{:?}", why(by(1, "pinterest")));
    assert!(why(by(2, "pinterest")).iter().any(|w| w.contains("without a picture")));
    assert!(why(by(2, "youtube")).iter().any(|w| w.contains("title is 20 letters too long")));
}

#[test]
fn plain_text_is_drafts_with_a_line_between() {
    let out = fit("plain.txt", "First.\n---\nIts second post.\n===\nAnother draft.\n", "bluesky");
    assert_eq!(out.len(), 2);
    assert_eq!(out[0]["parts"].as_array().unwrap().len(), 2);
    assert_eq!(out[1]["parts"][0]["text"], "Another draft.");
}

#[test]
fn bad_files_are_told_what_and_where() {
    for (name, bytes, networks, said) in [
        ("json", &b"\"good\"\n{\"text\": 7}\n"[..], "x", "line 2: “text” is not a string"),
        ("odd", b"{\"text\": \"a\", \"txet\": \"b\"}", "x", "line 1: a draft has no “txet”"),
        ("broken", b"{\"text\": \"a\"}\n\n{\"text\"", "x", "line 3: this is not JSON"),
        ("seen", b"{\"text\": \"a\", \"visibility\": \"all\"}", "x", "there is no visibility “all”; there are public"),
        ("bytes", b"\"good\"\n\xff\n", "x", "line 2: it is not UTF-8"),
        ("empty", b" \n===\n", "x", "there is no draft in it"),
        ("network", b"\"good\"", "x,nowhere", "there is no network called “nowhere”; there are mastodon, bluesky"),
    ] {
        let file = File::of(name, bytes);
        let out = lab(&["fit", file.0.to_str().unwrap(), "--networks", networks], "");
        let complaint = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{name}: {complaint}");
        assert!(complaint.contains(said), "{name}: {complaint}");
        assert!(out.stdout.is_empty(), "{name}");
    }
    assert_eq!(lab(&["fit", "there-is-none", "--networks", "x"], "").status.code(), Some(2));
    assert_eq!(lab(&["split", "--network", "x"], "no string\n").status.code(), Some(2));
}

#[test]
fn counts_before_and_in_a_trial_are_judged() {
    let one = |arguments: &[&str]| lines(&lab(&[&["verdict"], arguments].concat(), "")).remove(0);
    let stay = one(&["--before", "4", "--days", "21", "--after", "21", "--days", "21", "--hours", "8.5"]);
    assert_eq!((stay["proposal"].as_str(), stay["an_hour"].as_f64()), (Some("stay"), Some(2.0)));
    assert!(stay["low"].as_f64().unwrap() > 1.0 && stay["sentence"].as_str().unwrap().ends_with("stay."), "{stay}");
    let open = one(&["--before", "0", "--after", "2", "--days", "21"]);
    assert_eq!((open["proposal"].as_str(), open["high"].is_null()), (Some("three more weeks"), true));
    for (arguments, word) in [
        (&["--before", "1", "--after", "2", "--days", "0"][..], "--days"),
        (&["--before", "1", "--after", "2", "--days", "1", "--days", "2", "--days", "3"], "3 times"),
        (&["--before", "-1", "--after", "2", "--days", "21"], "--before"),
        (&["--before", "1", "--after", "2", "--days", "21", "--hours", "nan"], "--hours"),
    ] {
        let out = lab(&[&["verdict"], arguments].concat(), "");
        assert_eq!(out.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&out.stderr).contains(word), "{}", String::from_utf8_lossy(&out.stderr));
    }
}
