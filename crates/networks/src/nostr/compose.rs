//! Our words into the network's: a part becomes a note. Answers by NIP-10, people and posts by NIP-27, warnings by NIP-36, pictures by
//! NIP-92. The same part at the same second is the same note, letter by letter. Pure.

use model::{Part, PostRef};

use super::event::{NOTE, Sketch, Tag, tag};
use super::keys::{Named, is_id, npub};
use super::place::Place;

/// Tags of each sort in one note.
const PEOPLE_MAX: usize = 50;
const TOPICS_MAX: usize = 50;
const QUOTES_MAX: usize = 10;

/// A picture that stands on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub url: String,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    /// SHA-256 of its bytes, as hex.
    pub hash: String,
}

/// A part as a note of `own` at `created_at` (seconds).
pub fn note(part: &Part, own: &str, created_at: i64, pictures: &[Placed]) -> Sketch {
    let written = words(part);
    let mut content = written.text;
    for (i, picture) in pictures.iter().enumerate() {
        if !content.is_empty() {
            content.push_str(if i == 0 { "\n\n" } else { "\n" });
        }
        content.push_str(&picture.url);
    }
    let mut tags = Vec::new();
    let mut people: Vec<String> = Vec::new();
    let mut tell = |who: &str| {
        if is_id(who) && who != own && people.len() < PEOPLE_MAX && !people.iter().any(|p| p == who) {
            people.push(who.to_owned());
        }
    };
    if let Some(to) = &part.reply_to {
        let parent = Place::read(&to.parent.tag);
        tags.extend(thread_tags(&to.parent, &to.root));
        parent.by.iter().chain(&Place::read(&to.root.tag).by).chain(&parent.to).for_each(|who| tell(who));
    }
    written.people.iter().for_each(|who| tell(who));
    tags.extend(people.iter().map(|who| tag(["p", who])));
    tags.extend(written.quotes.into_iter().take(QUOTES_MAX).map(|(id, by)| tag(["q", &id, "", &by])));
    tags.extend(topics(&part.text).into_iter().map(|t| tag(["t", &t])));
    if let Some(warning) = &part.warning {
        tags.push(tag(["content-warning", warning]));
    }
    if let Some(language) = part.language.as_deref().and_then(two_letters) {
        tags.push(tag(["L", "ISO-639-1"]));
        tags.push(tag(["l", &language, "ISO-639-1"]));
    }
    tags.extend(pictures.iter().map(imeta));
    Sketch::new(NOTE, created_at, tags, content)
}

/// The `e` tags of an answer, with their marks: one where the thread's first post is answered, else two.
fn thread_tags(parent: &PostRef, root: &PostRef) -> Vec<Tag> {
    let e = |at: &PostRef, mark: &str| {
        let place = Place::read(&at.tag);
        let mut words = tag(["e", &at.id, place.on.first().map_or("", String::as_str), mark]);
        words.extend(place.by);
        words
    };
    if parent.id == root.id { vec![e(parent, "root")] } else { vec![e(root, "root"), e(parent, "reply")] }
}

fn imeta(picture: &Placed) -> Tag {
    let mut words = tag(["imeta", &format!("url {}", picture.url), &format!("m {}", picture.mime)]);
    if picture.width > 0 && picture.height > 0 {
        words.push(format!("dim {}x{}", picture.width, picture.height));
    }
    if !picture.alt.trim().is_empty() {
        words.push(format!("alt {}", picture.alt.trim()));
    }
    words.push(format!("x {}", picture.hash));
    words
}

fn topics(text: &str) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    for (start, end) in model::measure::tags(text) {
        let topic = text[start + 1..end].to_lowercase();
        if topics.len() < TOPICS_MAX && !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    topics
}

/// `en` out of `en-GB`; nothing where the language has no two letters.
fn two_letters(language: &str) -> Option<String> {
    let first = language.split('-').next()?.to_ascii_lowercase();
    (first.len() == 2 && first.bytes().all(|b| b.is_ascii_lowercase())).then_some(first)
}

struct Written {
    text: String,
    people: Vec<String>,
    /// Posts named in the text, with their authors where known.
    quotes: Vec<(String, String)>,
}

/// The text as it goes out: everybody named is named by `nostr:npub1…`, which readers show as a name.
fn words(part: &Part) -> Written {
    let mut known: Vec<(&str, &str)> =
        part.mentions.iter().map(|(handle, key)| (handle.as_str(), key.as_str())).filter(|(h, k)| !h.is_empty() && is_id(k)).collect();
    known.sort_by_key(|(handle, _)| std::cmp::Reverse(handle.len()));
    let mut out = Written { text: String::with_capacity(part.text.len()), people: Vec::new(), quotes: Vec::new() };
    let text = &part.text;
    let mut from = 0;
    while from < text.len() {
        let rest = &text[from..];
        let stands_alone =
            !text[..from].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '=' | ':' | '.' | '-'));
        if stands_alone && let Some((key, length)) = person_at(rest, &known) {
            out.text.push_str(&format!("nostr:{}", npub(&key)));
            out.people.push(key);
            from += length;
        } else if stands_alone && let Some((named, length)) = named_at(rest) {
            match named {
                Named::Profile { public, .. } => {
                    out.text.push_str(&format!("nostr:{}", npub(&public)));
                    out.people.push(public);
                }
                Named::Post { id, author, .. } => {
                    out.text.push_str(&format!("nostr:{}", rest[..length].trim_start_matches("nostr:")));
                    out.people.extend(author.clone());
                    out.quotes.push((id, author.unwrap_or_default()));
                }
                // A secret key in a post is a mistake that can't be taken back; it does not go out.
                Named::Secret(_) => out.text.push('…'),
            }
            from += length;
        } else {
            let c = rest.chars().next().expect("there is something left");
            if !c.is_control() || matches!(c, '\n' | '\t') {
                out.text.push(c);
            }
            from += c.len_utf8();
        }
    }
    out
}

/// `@handle` of somebody known at the beginning of a text: their key, and how many bytes it takes.
fn person_at(text: &str, known: &[(&str, &str)]) -> Option<(String, usize)> {
    let rest = text.strip_prefix('@')?;
    known.iter().find_map(|(handle, key)| {
        let after = rest.strip_prefix(handle)?;
        let mut next = after.chars();
        let ends = match next.next() {
            None => true,
            Some('.' | '-') => !next.next().is_some_and(char::is_alphanumeric),
            Some(c) => !(c.is_alphanumeric() || matches!(c, '_' | '@')),
        };
        ends.then(|| ((*key).to_owned(), 1 + handle.len()))
    })
}

/// A NIP-19 word at the beginning of a text, with or without `nostr:` or `@` before it.
fn named_at(text: &str) -> Option<(Named, usize)> {
    let prefix = ["nostr:", "@", ""].into_iter().find(|p| text.starts_with(p)).unwrap_or_default();
    let rest = &text[prefix.len()..];
    if !["npub1", "nprofile1", "note1", "nevent1", "nsec1"].iter().any(|k| rest.starts_with(k)) {
        return None;
    }
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    Named::read(&rest[..length]).map(|named| (named, prefix.len() + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::keys::{Key, nevent};
    use super::*;
    use model::ReplyTo;

    fn key(n: u8) -> String {
        Key::from_bytes(&[n; 32]).expect("a key").public()
    }
    fn at(n: u8, by: u8, to: &[u8]) -> PostRef {
        let place = Place { by: Some(key(by)), on: vec!["wss://r.example".into()], to: to.iter().map(|n| key(*n)).collect() };
        PostRef::new(format!("{n:02x}").repeat(32), place.write())
    }
    fn tags_of(sketch: &Sketch, name: &str) -> Vec<Vec<String>> {
        sketch.tags.iter().filter(|t| t[0] == name).map(|t| t[1..].to_vec()).collect()
    }

    #[test]
    fn an_answer_to_the_first_post_has_one_mark() {
        let (root, own) = (at(1, 2, &[3, 1]), key(1));
        let part = Part { reply_to: Some(ReplyTo { parent: root.clone(), root: root.clone() }), ..Part::of_text("Rye.") };
        let note = note(&part, &own, 7, &[]);
        assert_eq!(tags_of(&note, "e"), [[root.id.clone(), "wss://r.example".into(), "root".into(), key(2)]]);
        assert_eq!(tags_of(&note, "p"), [[key(2)], [key(3)]], "everybody in the thread but ourselves");
    }

    #[test]
    fn an_answer_further_down_has_two() {
        let (root, parent) = (at(1, 2, &[]), at(4, 5, &[6]));
        let part = Part { reply_to: Some(ReplyTo { parent: parent.clone(), root: root.clone() }), ..Part::of_text("Rye.") };
        let note = note(&part, &key(1), 7, &[]);
        let marks: Vec<(String, String)> = tags_of(&note, "e").into_iter().map(|t| (t[0].clone(), t[2].clone())).collect();
        assert_eq!(marks, [(root.id, "root".into()), (parent.id, "reply".into())]);
        assert_eq!(tags_of(&note, "p"), [[key(5)], [key(2)], [key(6)]]);
    }

    #[test]
    fn people_topics_pictures_and_warnings() {
        let (ben, cleo) = (key(2), key(3));
        let quoted = nevent(&"ab".repeat(32), Some(&cleo));
        let mut part = Part::of_text(format!(
            "@ben.example, and @{} and nostr:{quoted}; not me@ben.example nor https://x.example/{} #Bread #bread",
            npub(&cleo),
            npub(&ben)
        ));
        part.mentions = vec![("ben.example".into(), ben.clone()), ("ben".into(), cleo.clone())];
        part.warning = Some("food".into());
        part.language = Some("en-GB".into());
        let picture = Placed {
            url: "https://m.example/a.png".into(),
            mime: "image/png".into(),
            width: 3,
            height: 2,
            alt: " A loaf ".into(),
            hash: "00".into(),
        };
        let note = note(&part, &key(1), 7, std::slice::from_ref(&picture));
        let people = format!("nostr:{}, and nostr:{} and nostr:{quoted}; not me@ben.example nor", npub(&ben), npub(&cleo));
        assert!(note.content.starts_with(&people), "{}", note.content);
        assert!(note.content.ends_with("\n\nhttps://m.example/a.png"));
        assert_eq!(tags_of(&note, "p"), [[ben], [cleo.clone()]]);
        assert_eq!(tags_of(&note, "q"), [["ab".repeat(32), String::new(), cleo]]);
        assert_eq!(tags_of(&note, "t"), [["bread"]]);
        assert_eq!(tags_of(&note, "content-warning"), [["food"]]);
        assert_eq!(tags_of(&note, "l"), [["en", "ISO-639-1"]]);
        assert_eq!(tags_of(&note, "imeta"), [["url https://m.example/a.png", "m image/png", "dim 3x2", "alt A loaf", "x 00"]]);
        let bare = super::note(&Part::of_text(""), &key(1), 7, &[picture]);
        assert_eq!(bare.content, "https://m.example/a.png");
    }

    #[test]
    fn a_secret_key_does_not_go_out() {
        let nsec = Key::make().nsec();
        assert_eq!(note(&Part::of_text(format!("mine is {nsec} ok")), &key(1), 7, &[]).content, "mine is … ok");
    }

    proptest! {
        #[test]
        fn any_part_becomes_one_and_the_same_note(text in "\\PC{0,200}", handle in "[a-z@.]{0,12}", parent in 0u8..9, root in 0u8..9) {
            let mut part = Part::of_text(text);
            part.mentions = vec![(handle, key(2))];
            part.reply_to = Some(ReplyTo { parent: at(parent, 3, &[4, 4, 1]), root: at(root, 5, &[]) });
            let one = note(&part, &key(1), 7, &[]);
            prop_assert_eq!(&one, &note(&part, &key(1), 7, &[]));
            let (e, p) = (tags_of(&one, "e"), tags_of(&one, "p"));
            prop_assert_eq!(e.len(), if parent == root { 1 } else { 2 });
            prop_assert_eq!(&e[0][2], "root");
            prop_assert!(e.iter().skip(1).all(|t| t[2] == "reply"));
            prop_assert!(p.iter().all(|t| t[0] != key(1)));
            let mut each = p.clone();
            each.sort();
            each.dedup();
            prop_assert_eq!(each.len(), p.len());
        }
    }
}
