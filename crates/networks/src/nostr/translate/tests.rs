use model::{Part, ReplyTo};
use proptest::prelude::*;

use super::super::compose::{Placed, note};
use super::super::event::{Sketch, Tag, tag};
use super::super::keys::Key;
use super::super::place::post_ref;
use super::*;

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}
fn event(kind: u32, tags: Vec<Tag>, content: &str) -> Event {
    Sketch::new(kind, now().as_second(), tags, content).sign(&Key::from_bytes(&[1; 32]).expect("a key"))
}
fn id(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

#[test]
fn threads_by_marks_and_by_order() {
    let thread = |tags: Vec<Tag>| {
        let t = Thread::of(&event(NOTE, tags, ""));
        (t.root.map(|r| r[..2].to_owned()), t.parent.map(|p| p[..2].to_owned()))
    };
    let some = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
    let e = |n: u8, mark: &str| tag(["e", &id(n), "", mark]);
    assert_eq!(thread(vec![]), (None, None));
    assert_eq!(thread(vec![e(1, "root")]), some("01", "01"));
    assert_eq!(thread(vec![e(2, "reply"), e(1, "root"), e(3, "mention")]), some("01", "02"));
    assert_eq!(thread(vec![e(2, "reply")]), some("02", "02"));
    assert_eq!(thread(vec![e(3, "mention")]), (None, None));
    assert_eq!(thread(vec![tag(["e", &id(1)])]), some("01", "01"));
    assert_eq!(thread(vec![tag(["e", &id(1)]), tag(["e", &id(3)]), tag(["e", &id(2)])]), some("01", "02"));
    assert_eq!(thread(vec![tag(["e", "rubbish"]), tag(["e"])]), (None, None));
}

#[test]
fn what_we_write_is_read_as_it_was() {
    let ben = Key::from_bytes(&[2; 32]).expect("a key").public();
    let mut faces = Faces::default();
    faces.0.insert(ben.clone(), Profile { handle: "ben@b.example".into(), ..nobody(&ben) });
    let first = event(NOTE, vec![], "Any tips?");
    let mut part = Part::of_text("See @ben@b.example at https://b.example/rye (or not).\n\n#bread");
    part.mentions = vec![("ben@b.example".into(), ben.clone())];
    part.warning = Some("food".into());
    part.language = Some("en".into());
    part.reply_to = Some(ReplyTo { parent: post_ref(&first, &[]), root: post_ref(&first, &[]) });
    let picture = |n: u8| Placed {
        url: format!("https://m.example/{n}"),
        mime: "image/png".into(),
        width: 3,
        height: 2,
        alt: format!("Loaf {n}"),
        hash: id(n),
    };
    let key = Key::from_bytes(&[3; 32]).expect("a key");
    let said = note(&part, &key.public(), now().as_second(), &[picture(1), picture(2)]).sign(&key);
    let post = post_from_event(&said, &faces, &["wss://r.example".into()], now()).expect("a post");
    assert_eq!(post.text, part.text);
    assert_eq!((post.warning, post.language), (part.warning, part.language));
    assert_eq!(post.mentions, [Mention { remote_id: ben, handle: "ben@b.example".into() }]);
    assert_eq!((post.links, post.tags), (vec!["https://b.example/rye".to_owned()], vec!["bread".to_owned()]));
    assert_eq!(
        post.media.iter().map(|m| (m.kind, m.alt.as_str())).collect::<Vec<_>>(),
        [(MediaKind::Picture, "Loaf 1"), (MediaKind::Picture, "Loaf 2")]
    );
    assert_eq!(
        (post.reply_to.as_ref(), post.root.as_ref(), post.reply_to_author.as_ref()),
        (Some(&first.id), Some(&first.id), Some(&first.pubkey))
    );
    assert!(post.at.tag.contains("on=wss://r.example"));
}

#[test]
fn profiles() {
    let told = event(
        PROFILE,
        vec![],
        r#"{"name":"ada","display_name":" Ada \n L ","about":"Bakes. https://a.example.","picture":"https://a.example/p.png","nip05":"ada@a.example","website":"a.example","bot":true}"#,
    );
    let profile = profile_from_event(&told, None).expect("a profile");
    assert_eq!((profile.name.as_str(), profile.is_bot, profile.links), ("Ada   L", true, vec!["https://a.example".to_owned()]));
    assert!(profile.handle.starts_with("npub1"), "what is only claimed is no handle");
    assert_eq!(About::read(&told).claimed().as_deref(), Some("ada@a.example"));
    assert_eq!(profile_from_event(&told, Some("ada@a.example")).expect("a profile").handle, "ada@a.example");
    for odd in ["", "7", "[]", r#"{"name":7,"about":[],"picture":"javascript:x","bot":"yes"}"#] {
        let profile = profile_from_event(&event(PROFILE, vec![], odd), None).expect("a profile all the same");
        assert!(profile.name.starts_with("npub1") && profile.avatar_url.is_none());
    }
}

#[test]
fn what_is_dated_ahead_or_of_another_kind_is_left_out() {
    let mut later = Sketch::new(NOTE, now().as_second() + 600, vec![], "soon");
    let key = Key::make();
    let post = post_from_event(&later.clone().sign(&key), &Faces::default(), &[], now()).expect("a clock that is a little fast");
    assert_eq!(post.created_at, now());
    later.created_at += 600;
    assert_eq!(post_from_event(&later.sign(&key), &Faces::default(), &[], now()), None);
    assert_eq!(post_from_event(&event(7, vec![], "+"), &Faces::default(), &[], now()), None);
}

#[test]
fn pictures_without_words_of_their_own_are_known_by_their_ending() {
    let post =
        post_from_event(&event(NOTE, vec![], "Look: https://m.example/a.JPG?x=1\nhttps://m.example/b.mp4"), &Faces::default(), &[], now());
    let post = post.expect("a post");
    assert_eq!((post.text.as_str(), post.media.len()), ("Look:", 2));
    let inside = post_from_event(&event(NOTE, vec![], "https://m.example/a.png is it"), &Faces::default(), &[], now()).expect("a post");
    assert_eq!(inside.text, "https://m.example/a.png is it");
}

proptest! {
    #[test]
    fn no_note_upsets_the_reader(content in "\\PC{0,300}", words in proptest::collection::vec(proptest::collection::vec("(e|p|t|l|L|imeta|content-warning|url |m |[a-f0-9]{64}|\\PC{0,20})", 0..6), 0..8)) {
        let event = event(NOTE, words, &content);
        let post = post_from_event(&event, &Faces::default(), &[], now());
        prop_assert!(post.is_some());
        let _ = (profile_from_event(&Event { kind: PROFILE, ..event.clone() }, None), named_in(&event.content));
    }
}
