//! Every `fixtures/NAME.wire.json` beside its `NAME.post.txt`. A case is two files and no code; with `HOBNOB_BLESS=1` the second is
//! written anew.

use std::fmt::Write;
use std::path::Path;

use super::*;

#[test]
fn fixtures_read_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mastodon/fixtures");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of fixtures") {
        let path = entry.expect("an entry").path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".wire.json")) else { continue };
        let json = std::fs::read_to_string(&path).expect("a fixture");
        let told = tell(&json);
        let expected_at = folder.join(format!("{name}.post.txt"));
        if std::env::var_os("HOBNOB_BLESS").is_some() {
            std::fs::write(&expected_at, &told).expect("the folder can be written");
        }
        let expected = std::fs::read_to_string(&expected_at).unwrap_or_default();
        assert_eq!(told, expected, "{name}: HOBNOB_BLESS=1 writes {name}.post.txt anew");
        seen += 1;
    }
    assert!(seen >= 8, "only {seen} fixtures were found");
}

/// A list of statuses, or of notifications, as a person would read it.
fn tell(json: &str) -> String {
    let here = Here::new("https://social.example", "social.example");
    let all: Vec<serde_json::Value> = serde_json::from_str(json).expect("a fixture is a list");
    let mut out = String::new();
    if all.iter().any(|v| v.get("type").is_some()) {
        let all = super::super::lenient::entries::<wire::Notification>(all.into());
        let heard = heard_from_notifications(&all, &here);
        for notification in all {
            match heard.iter().find(|h| h.id == notification.id) {
                Some(heard) => {
                    writeln!(out, "heard {} {:?} by {} at {}", heard.id, heard.kind, heard.by.handle, heard.at).expect("memory");
                    heard.post.iter().for_each(|p| tell_post(&mut out, p));
                }
                None => writeln!(out, "not heard {} {}\n", notification.id, notification.kind.unwrap_or_default()).expect("memory"),
            }
        }
    } else {
        let statuses = super::super::lenient::entries(all.into());
        posts_from_statuses(&statuses, &here, &Parents::default()).iter().for_each(|p| tell_post(&mut out, p));
    }
    out
}

fn tell_post(out: &mut String, post: &Post) {
    let mut line = |name: &str, value: &dyn std::fmt::Display| writeln!(out, "{name}: {value}").expect("memory");
    line("id", &post.at.id);
    line("local", &post.local.clone().unwrap_or_default());
    assert_eq!(Some(&post.at.tag), post.local.as_ref());
    let author = &post.author;
    line("by", &format_args!("{} <{}> {}{}", author.name, author.handle, author.remote_id, if author.is_bot { " (machine)" } else { "" }));
    if !author.about.is_empty() || !author.links.is_empty() {
        line("about", &format_args!("{:?} {:?}", author.about, author.links));
    }
    if let Some(boost) = &post.boost {
        line("passed on by", &format_args!("{} at {}", boost.by.handle, boost.at));
    }
    line("at", &post.created_at);
    let rest: [(&str, Option<String>); 9] = [
        ("edited", post.edited_at.map(|t| t.to_string())),
        ("url", post.url.clone()),
        ("language", post.language.clone()),
        ("answers", post.reply_to.clone()),
        ("answers whom", post.reply_to_author.clone()),
        ("warning", post.warning.clone()),
        ("replies", post.replies.map(|n| n.to_string())),
        ("tags", Some(post.tags.join(" ")).filter(|t| !t.is_empty())),
        ("links", Some(post.links.join(" ")).filter(|t| !t.is_empty())),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            line(name, &value);
        }
    }
    line("visibility", &post.visibility.word());
    for mention in &post.mentions {
        line("names", &format_args!("{} {}", mention.handle, mention.remote_id));
    }
    for media in &post.media {
        line(media.kind.word(), &format_args!("{} {:?}", media.url, media.alt));
    }
    if let Some(poll) = &post.poll {
        let answers: Vec<String> = poll.answers.iter().map(|a| format!("{} {:?}", a.words, a.votes)).collect();
        let (closes, closed) = (poll.closes_at.map(|t| t.to_string()).unwrap_or_default(), poll.is_closed);
        line(
            "poll",
            &format_args!("{} (closes {closes}, closed {closed}, many {}, voters {:?})", answers.join(" / "), poll.is_many, poll.voters),
        );
    }
    match &post.quote {
        Some(Quote::Here(q)) => {
            line("quotes", &format_args!("{} <{}> {} {:?} {:?} {:?} {:?}", q.who, q.handle, q.id, q.url, q.warning, q.at, q.text))
        }
        Some(Quote::Gone) => line("quotes", &"what is gone"),
        None => {}
    }
    writeln!(out, "{}\n", post.text).expect("memory");
}

#[test]
fn numbers_stay_on_their_server() {
    let here = Here::new("https://Social.Example:8443/", "");
    assert_eq!(here.alias("7"), "local:social.example:8443:7");
    assert_eq!(here.local_id("local:social.example:8443:7"), Some("7"));
    assert_eq!(here.local_id("local:social.example:8443:"), None);
    assert_eq!(here.local_id("local:other.example:7"), None);
    assert_eq!(Here::new("https://a.example", "").local_id("local:a.example:8443:7"), Some("8443:7"));
    assert_eq!(here.local_id("https://social.example/7"), None);
}

#[test]
fn handles_are_whole() {
    let here = Here::new("https://fedi.example", "Example.ORG");
    for (acct, whole) in [("ada", "ada@example.org"), ("@Ben@Other.Example", "Ben@other.example"), ("ada@", "ada@example.org")] {
        assert_eq!(here.handle(acct), whole);
    }
}

#[test]
fn times_in_the_forms_met() {
    for text in ["2026-10-14T19:06:41.488Z", "2026-10-14T19:06:41.488+00:00", "2026-10-14T19:06:41.488", "2026-10-14T21:06:41.488+02:00"] {
        assert_eq!(instant(text).map(|t| t.as_millisecond()), Some(1_792_004_801_488), "{text}");
    }
    assert_eq!(instant("yesterday"), None);
}
