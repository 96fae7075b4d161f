//! A case is two files in `fixtures/`: what the network says, and what we make of it. `HOBNOB_BLESS=1` writes the second anew.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::bluesky::inbox;
use crate::bluesky::listen::readable;
use crate::bluesky::wire::FeedPage;

#[test]
fn every_fixture_reads_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bluesky/fixtures");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".wire.json")) else { continue };
        let told = tell(serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap());
        let expected = folder.join(format!("{name}.post.txt"));
        if std::env::var_os("HOBNOB_BLESS").is_some() {
            std::fs::write(&expected, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&expected).unwrap_or_default(), "{name}");
        count += 1;
    }
    assert!(count >= 4, "the fixtures are not where they should be");
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({"record": {"record": [1]}, "media": {"$type": "app.bsky.embed.images#view", "images": [{}, 3]}})),
    ]
}

/// Puts something odd in place of the `place`th value, counted through the whole tree.
fn spoil(value: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *value = with.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|v| spoil(v, place, with)),
        Value::Object(map) => map.values_mut().for_each(|v| spoil(v, place, with)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn nothing_odd_in_an_answer_breaks_the_reader(place in 5usize..120, with in odd()) {
        for name in ["timeline", "embeds", "thread", "notifications"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/bluesky/fixtures/{name}.wire.json"));
            let mut wire: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            let lists = [wire["feed"].clone(), wire["thread"].clone(), wire["notifications"].clone()];
            let mut left = place;
            spoil(&mut wire, &mut left, &with);
            // The outer list itself is the page's to check.
            for (key, list) in ["feed", "thread", "notifications"].iter().zip(lists) {
                if !list.is_null() && wire[key].is_array() != list.is_array() {
                    wire[key] = list;
                }
            }
            tell(wire);
        }
    }
}

fn tell(wire: Value) -> String {
    let mut out = String::new();
    if wire["feed"].is_array() {
        let page: FeedPage = serde_json::from_value(wire).unwrap();
        for (at, name, post) in readable::<FeedLine>(page.feed).iter().filter_map(line_from_feed) {
            writeln!(out, "line {} {name}", Timestamp::from_millisecond(at).unwrap()).unwrap();
            tell_post(&mut out, &post);
        }
    } else if wire["thread"].is_object() {
        let thread = posts_from_thread(&wire["thread"], 100);
        writeln!(out, "answers missing {:?}, parent missing {:?}\n", thread.answers_missing, thread.parent_missing).unwrap();
        thread.posts.values().for_each(|post| tell_post(&mut out, post));
    } else {
        for n in readable::<Notification>(serde_json::from_value(wire["notifications"].clone()).unwrap()) {
            let Some((_, _, Some((kind, n)))) = inbox::line(n) else { continue };
            let Some(heard) = inbox::heard(kind, &n, &BTreeMap::new()) else { continue };
            writeln!(out, "heard {:?} at {} about {:?}", heard.kind, heard.at, inbox::post_of(kind, &n)).unwrap();
            writeln!(out, "  by {}", tell_profile(&heard.by)).unwrap();
            heard.post.iter().for_each(|post| tell_post(&mut out, post));
        }
    }
    out
}

fn tell_profile(p: &Profile) -> String {
    let bot = if p.is_bot { ", a bot" } else { "" };
    format!("{} ({}, {}{bot}) {:?} {:?}", p.name, p.handle, p.remote_id, p.about, p.links)
}

fn tell_post(out: &mut String, post: &Post) {
    let mut line = |name: &str, value: String| writeln!(out, "  {name}: {value}").unwrap();
    line("at", format!("{} #{}", post.at.id, post.at.tag));
    line("author", tell_profile(&post.author));
    line("text", format!("{:?}", post.text));
    line("url", format!("{:?}", post.url));
    line("created", post.created_at.to_string());
    line("language", format!("{:?}", post.language));
    line("answers", format!("{:?} of {:?}, root {:?}", post.reply_to, post.reply_to_author, post.root));
    line("mentions", format!("{:?}", post.mentions));
    line("tags", format!("{:?}, links {:?}", post.tags, post.links));
    line("media", format!("{:?}", post.media));
    if let Some(quote) = &post.quote {
        line("quotes", format!("{quote:?}"));
    }
    line("warning", format!("{:?}, {:?} replies", post.warning, post.replies));
    line("boost", format!("{:?}", post.boost.as_ref().map(|b| (&b.by.handle, b.at))));
    out.push('\n');
}
