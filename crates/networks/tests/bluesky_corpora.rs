//! The protocol's own published cases, read where they lie. Skipped aloud where they are not at hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::path::PathBuf;

use networks::bluesky::identity::server_in;
use networks::bluesky::richtext::{Feature, detect};
use networks::bluesky::syntax;

fn corpus(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(path);
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        eprintln!("skipped: ../shared/corpora/{path} is not at hand");
    }
    text
}

#[test]
fn hashtags_as_the_reference_finds_them() {
    let Some(text) = corpus("atproto-richtext/hashtags.json") else { return };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    for case in &cases {
        let words = case["text"].as_str().unwrap();
        let found: Vec<_> = detect(words)
            .into_iter()
            .filter_map(|f| match f.feature {
                Feature::Tag(tag) => Some(serde_json::json!({"tag": tag, "byteStart": f.start, "byteEnd": f.end})),
                _ => None,
            })
            .collect();
        assert_eq!(serde_json::Value::from(found), case["tags"], "in {words:?}");
    }
    eprintln!("{} texts with hashtags", cases.len());
}

#[test]
fn mentions_and_links_as_the_reference_finds_them() {
    let Some(text) = corpus("atproto-richtext/mentions-and-links.json") else { return };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    for case in &cases {
        let words = case["text"].as_str().unwrap();
        let found: Vec<_> = detect(words)
            .into_iter()
            .filter_map(|f| {
                let (kind, value) = match f.feature {
                    Feature::Mention(handle) => ("mention", format!("did:fake:{handle}")),
                    Feature::Link(uri) => ("link", uri),
                    Feature::Tag(_) => return None,
                };
                Some(serde_json::json!({"byteStart": f.start, "byteEnd": f.end, "kind": kind, "value": value}))
            })
            .collect();
        assert_eq!(serde_json::Value::from(found), case["facets"], "in {words:?}");
    }
    eprintln!("{} texts with mentions and links", cases.len());
}

#[test]
fn names_as_the_protocol_spells_them() {
    type Check = fn(&str) -> bool;
    let checks: [(&str, Check); 6] = [
        ("handle", syntax::is_handle),
        ("did", syntax::is_did),
        ("nsid", syntax::is_nsid),
        ("aturi", |t| syntax::AtUri::parse(t).is_some()),
        ("recordkey", syntax::is_record_key),
        ("tid", syntax::is_tid),
    ];
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, is_valid) in checks {
        for (kind, expected) in [("valid", true), ("invalid", false)] {
            let path = format!("atproto-interop/syntax/{name}_syntax_{kind}.txt");
            let Some(text) = corpus(&path) else { return };
            // Spaces at either end belong to the case.
            for (i, line) in text.split('\n').enumerate().filter(|(_, l)| !l.is_empty() && !l.starts_with('#')) {
                count += 1;
                if is_valid(line) != expected {
                    wrong.push(format!("{path}:{}: {:.60}", i + 1, line));
                }
            }
        }
    }
    eprintln!("{count} names");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn accounts_documents_name_their_server() {
    for (file, handle, expected) in [
        ("did_plc_doc.json", "atproto.com", Some("https://bsky.social")),
        ("did_plc_doc_legacy.json", "atproto.com", Some("https://bsky.social")),
        ("did_plc_doc.json", "bsky.app", None),
        ("did_web_doc.json", "discover.bsky.social", None),
        ("greenground.didDoc.json", "greenground.bsky.social", Some("https://bsky.social")),
    ] {
        let Some(text) = corpus(&format!("atproto-repos/identity/{file}")) else { return };
        let did = serde_json::from_str::<serde_json::Value>(&text).unwrap()["id"].as_str().unwrap().to_owned();
        let server = server_in(&serde_json::from_str(&text).unwrap(), &did, handle);
        assert_eq!(server.ok().as_deref(), expected, "{file} for {handle}");
    }
}
