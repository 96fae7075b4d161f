//! Feeds of our own making, and real ones where they are at hand.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::read::Words;
use super::{encoding, posts_of_feed, read, xml};
use crate::clean::{clean, tests::dirt};
use model::{Post, Timestamp};

const URL: &str = "https://blog.example/feed";

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

fn posts(feed: &str) -> Vec<Post> {
    posts_of_feed(feed.as_bytes(), URL, now()).expect("a feed").1
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/feed/fixtures").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A post in lines, as the `.txt` beside a fixture has it.
fn lines(p: &Post) -> String {
    let mut out = format!("{} {} by {} <{}> {}\n", p.created_at, p.at.id, p.author.name, p.author.handle, p.author.remote_id);
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            out.push_str(&format!("  {name}: {value}\n"));
        }
    };
    line("title", p.title.clone().unwrap_or_default());
    line("text", p.text.replace('\n', "⏎"));
    line("url", p.url.clone().unwrap_or_default());
    line("edited", p.edited_at.map(|e| e.to_string()).unwrap_or_default());
    line("language", p.language.clone().unwrap_or_default());
    line("reply to", p.reply_to.clone().unwrap_or_default());
    line("tags", p.tags.join(", "));
    line("links", p.links.join(" "));
    line("media", p.media.iter().map(|m| format!("{} {} {:?}", m.kind.word(), m.url, m.alt)).collect::<Vec<_>>().join("; "));
    line("replies", p.replies.map(|r| r.to_string()).unwrap_or_default());
    line("comments", format!("{} [{}]", p.comments_url.clone().unwrap_or_default(), p.at.tag).trim_end_matches(" []").to_owned());
    out
}

#[test]
fn fixtures_are_read_as_they_stand_beside_them() {
    for name in ["blog.rss", "blog.atom", "blog.json", "comments.atom", "video.atom", "old.rdf", "torn.rss"] {
        let (head, posts) = posts_of_feed(fixture(name).as_bytes(), URL, now()).expect(name);
        let mut found =
            format!("{} | {} | {} | {}\n", head.title, head.about, head.home.unwrap_or_default(), head.icon.unwrap_or_default());
        posts.iter().for_each(|p| found.push_str(&lines(p)));
        let expected = format!("{name}.txt");
        if std::env::var_os("HOBNOB_BLESS").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/feed/fixtures").join(&expected);
            std::fs::write(path, &found).expect("writable");
        }
        assert_eq!(found, fixture(&expected), "{name}");
    }
}

#[test]
fn the_same_author_of_a_blog_is_one_profile_and_another_blog_s_is_not() {
    let feed = "<rss version='2.0'><channel><title>B</title><item><author>ada@x.example (Ada)</author><guid>1</guid></item>\
                <item><author>Ada</author><guid>2</guid></item><item><guid>3</guid></item></channel></rss>";
    let ids: Vec<String> = posts(feed).into_iter().map(|p| p.author.remote_id).collect();
    assert_eq!(ids, ["https://blog.example/feed#Ada", "https://blog.example/feed#Ada", "https://blog.example/feed#B"]);
    let other = posts_of_feed(feed.as_bytes(), "https://other.example/feed", now()).expect("a feed").1;
    assert_ne!(other[0].author.remote_id, ids[0]);
    assert_eq!(posts(feed)[0].at.id, "https://blog.example/feed#1");
}

#[test]
fn times_to_come_and_missing_times() {
    let feed = "<rss><channel><item><guid>1</guid><pubDate>Tue, 01 Jan 2999 00:00:00 GMT</pubDate></item><item><guid>2</guid></item></channel></rss>";
    assert!(posts(feed).iter().all(|p| p.created_at == now()));
}

#[test]
fn what_is_no_feed_is_told_without_its_words() {
    for (bytes, expected) in [
        ("", "it is empty"),
        ("hunter2", "no element begins in it"),
        ("<html><title>hunter2</title></html>", "it is a web page"),
        ("<hunter2/>", "it is neither RSS nor Atom nor JSON Feed"),
        ("{\"hunter2\": ", "not JSON, at line 1 column 12"),
        ("{\"version\": \"hunter2\"}", "it has no items"),
    ] {
        let error = posts_of_feed(bytes.as_bytes(), URL, now()).expect_err(bytes).to_string();
        assert!(error.ends_with(expected) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_feed_that_would_grow_without_end_does_not() {
    let mut bomb = String::from("<!DOCTYPE rss [<!ENTITY a0 \"ha\">");
    for i in 1..30 {
        bomb.push_str(&format!("<!ENTITY a{i} \"{}\">", format!("&a{};", i - 1).repeat(10)));
    }
    bomb.push_str("]><rss><channel><item><title>&a29;</title></item></channel></rss>");
    assert!(posts(&bomb)[0].text.len() < 2000);
    let deep = format!("<rss><channel><item><description>{}x", "<b>".repeat(100_000));
    assert_eq!(posts(&deep).len(), 1);
    let wide = format!("<rss><channel>{}", "<item><title>x</title></item>".repeat(20_000));
    assert_eq!(posts(&wide).len(), 1000);
}

fn shared(folder: &str) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(folder);
    if !root.is_dir() {
        eprintln!("skipped: ../shared/corpora/{folder} is not at hand");
        return None;
    }
    let (mut todo, mut files) = (vec![root], Vec::new());
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else if !path.ends_with("SOURCE.txt") && !path.to_string_lossy().ends_with(".serde.json") {
                files.push((path.clone(), std::fs::read(&path).expect("readable")));
            }
        }
    }
    files.sort();
    Some(files)
}

#[test]
fn every_feed_at_hand_is_read_or_refused_in_peace() {
    for (folder, floor) in [("feedparser", 1460), ("feed-readers", 84)] {
        let Some(files) = shared(folder) else { return };
        let (mut read, mut all) = (0, 0);
        for (path, bytes) in &files {
            all += 1;
            match posts_of_feed(bytes, URL, now()) {
                Ok(_) => read += 1,
                Err(why) => eprintln!("{}: {why}", path.display()),
            }
            // Torn anywhere, it does no harm.
            for part in 1..4 {
                let _ = posts_of_feed(&bytes[..bytes.len() * part / 4], URL, now());
            }
        }
        eprintln!("{folder}: {read} of {all} read");
        assert!(read >= floor, "{folder}: {read} of {all}");
    }
}

/// The corpus states its expectations as expressions; those that are one plain comparison of a field that we keep are checked.
#[test]
fn stated_expectations() {
    let Some(files) = shared("feedparser") else { return };
    let (mut right, mut all) = (0, 0);
    for (path, bytes) in &files {
        let text = encoding::decode(bytes, None);
        let Some((field, expected)) = expectation(&text) else { continue };
        let Ok((head, posts)) = posts_of_feed(bytes, "http://127.0.0.1:8097/x", now()) else { continue };
        let first = posts.first();
        let found = match field {
            "feed['title']" => Some(head.title),
            "feed['link']" => head.home,
            "entries[0]['title']" => first.map(|p| p.title.clone().unwrap_or_else(|| p.text.clone())),
            "entries[0]['link']" => first.and_then(|p| p.url.clone()),
            "entries[0]['id']" | "entries[0]['guid']" => first.map(|p| p.at.id.clone()),
            "entries[0]['author']" => first.map(|p| p.author.name.clone()),
            "entries[0]['comments']" => first.and_then(|p| p.comments_url.clone()),
            "entries[0]['summary']" | "entries[0]['description']" => first.map(|p| p.text.clone()),
            "entries[0]['published_parsed']" | "entries[0]['created_parsed']" => first.map(|p| parsed(p.created_at)),
            _ => continue,
        };
        all += 1;
        if found.as_deref() == Some(expected.as_str()) {
            right += 1;
        } else if !path.to_string_lossy().contains("/x80_") {
            eprintln!("{}: {field} is {found:?}, expected {expected:?}", path.display());
        }
    }
    eprintln!("expectations: {right} of {all} met");
    // Most of the rest are code pages of the mainframe age.
    assert!(all > 100 && right * 100 >= all * 90, "{right} of {all}");
}

fn parsed(at: Timestamp) -> String {
    let t = at.to_zoned(jiff::tz::TimeZone::UTC);
    format!("({}, {}, {}, {}, {}, {}", t.year(), t.month(), t.day(), t.hour(), t.minute(), t.second())
}

/// `not bozo and FIELD == 'words'`, and no more than that.
fn expectation(text: &str) -> Option<(&str, String)> {
    let rest = text[text.find("Expect:")? + 7..].trim_start();
    let rest = rest[..rest.find('\n').unwrap_or(rest.len())].trim();
    let rest = rest.strip_prefix("not bozo and ").unwrap_or(rest);
    let (field, expected) = rest.split_once(" == ")?;
    if field.contains(' ') || expected.contains(" and ") || expected.contains(" == ") {
        return None;
    }
    if expected.starts_with('(') {
        let first_six: Vec<&str> = expected.split(',').take(6).collect();
        return Some((field, first_six.join(",")));
    }
    let inner = expected.trim_start_matches('u').strip_prefix('\'')?.strip_suffix('\'')?;
    // Markup is told there as it was cleaned by other rules than ours.
    (!inner.contains(['\\', '<', '&'])).then(|| (field, inner.to_owned()))
}

/// Nothing of what the hostile files try survives the cleaning, by the eyes of another reader.
#[test]
fn hostile_html_is_cleaned() {
    let Some(files) = shared("feedparser") else { return };
    let base = url::Url::parse(URL).expect("an address");
    let mut cleaned_words = 0;
    for (path, bytes) in &files {
        let text = encoding::decode(bytes, None);
        let mut candidates =
            vec![text.clone(), text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")];
        if let Some(document) = xml::tree(&text, Some(base.clone())).and_then(|root| read::document(&root)) {
            let words = |e: &read::Entry| [&e.title, &e.summary, &e.content].map(|w: &Words| w.text.clone());
            candidates.extend(words(&document.head));
            document.items.iter().for_each(|e| candidates.extend(words(e)));
        }
        for candidate in candidates.iter().filter(|c| !c.is_empty()) {
            let cleaned = clean(candidate, Some(&base));
            assert_eq!(dirt(&cleaned), None, "{}", path.display());
            cleaned_words += 1;
        }
    }
    eprintln!("cleaned {cleaned_words} texts of {} files", files.len());
    assert!(cleaned_words > 3000);
}

/// The library that reads feeds elsewhere, as a peer: where it reads a whole real feed, we read the same entries.
#[test]
fn a_peer_reads_the_same() {
    let Some(files) = shared("feed-readers") else { return };
    let (mut same, mut all) = (0, 0);
    for (path, bytes) in &files {
        let Ok(Ok(peer)) = std::panic::catch_unwind(|| feed_rs::parser::Builder::new().base_uri(Some(URL)).build().parse(&bytes[..]))
        else {
            continue;
        };
        all += 1;
        let Ok((_, ours)) = posts_of_feed(bytes, URL, now()) else {
            eprintln!("{}: the peer reads it, we do not", path.display());
            continue;
        };
        let has_all = peer.entries.iter().all(|e| {
            let link = e.links.iter().find(|l| l.rel.as_deref().is_none_or(|r| r == "alternate")).map(|l| l.href.as_str());
            ours.iter().any(|p| p.at.id.ends_with(e.id.as_str()) || (p.url.is_some() && p.url.as_deref() == link) || e.links.is_empty())
        });
        if has_all && peer.entries.len() == ours.len() {
            same += 1;
        } else {
            eprintln!("{}: {} entries, the peer has {}", path.display(), ours.len(), peer.entries.len());
        }
    }
    eprintln!("peer: the same entries in {same} of {all}");
    assert!(same * 100 >= all * 90, "{same} of {all}");
}

proptest! {
    #[test]
    fn never_panics(text in "(<[a-zA-Z:/!?\\[]{0,9} ?([a-z:]{1,7}=['\"]?[a-z:/&;#]{0,9}['\"]?)? ?/?\\]?>?|<(rss|channel|item|feed|entry|title|link|guid|author|content type='xhtml'|summary mode='base64')>|\\PC{0,9}){0,30}") {
        if let Ok((_, posts)) = posts_of_feed(text.as_bytes(), URL, now()) {
            for post in posts {
                prop_assert!(!post.at.id.is_empty() && post.created_at <= now());
            }
        }
    }

    #[test]
    fn bytes_of_any_kind_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), head in 0usize..4) {
        let begin: [&[u8]; 4] = [b"", b"<rss><channel><item><title>", b"{\"items\":[{\"id\":\"", b"<?xml version='1.0' encoding='utf-16'?><feed>"];
        let _ = posts_of_feed(&[begin[head], &bytes].concat(), URL, now());
    }
}
