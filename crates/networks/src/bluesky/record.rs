//! Our words into the network's: the records we write. Pure.

use std::collections::BTreeMap;

use model::{Part, Timestamp};
use serde_json::{Map, Value, json};

use super::richtext::{Feature, detect};
use super::syntax::is_web_link;
use crate::{Card, NetworkError, Upload};

/// The network's words for a link card, in letters; longer ones are cut.
const CARD_TITLE_MAX: usize = 300;
const CARD_ABOUT_MAX: usize = 1000;
/// How many letters of a post in a row make an answer of the server count as repeating it.
const ECHO_MIN: usize = 12;

/// A record's address and hash, as it stands in other records.
pub fn strong_ref(uri: &str, cid: &str) -> Value {
    json!({"uri": uri, "cid": cid})
}

pub fn instant_text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The handles that a text names, each once, as written.
pub fn handles_in(text: &str) -> Vec<String> {
    let mut handles = Vec::new();
    for facet in detect(text) {
        if let Feature::Mention(handle) = facet.feature
            && !handles.contains(&handle)
        {
            handles.push(handle);
        }
    }
    handles
}

/// `app.bsky.feed.post`. `dids`: the handles in the text that belong to somebody; others stay plain text.
pub fn post(part: &Part, now: Timestamp, dids: &BTreeMap<String, String>, reply: Option<Value>, embed: Option<Value>) -> Value {
    let mut record = Map::new();
    record.insert("$type".into(), super::POST.into());
    record.insert("text".into(), part.text.clone().into());
    record.insert("createdAt".into(), instant_text(now).into());
    let facets = facets(&part.text, dids);
    if !facets.is_empty() {
        record.insert("facets".into(), facets.into());
    }
    if let Some(language) = part.language.as_deref().filter(|l| is_language(l)) {
        record.insert("langs".into(), json!([language]));
    }
    record.extend(reply.map(|r| ("reply".to_owned(), r)));
    record.extend(embed.map(|e| ("embed".to_owned(), e)));
    Value::Object(record)
}

fn facets(text: &str, dids: &BTreeMap<String, String>) -> Vec<Value> {
    let facet = |start: usize, end: usize, feature: Value| json!({"$type": "app.bsky.richtext.facet", "index": {"byteStart": start, "byteEnd": end}, "features": [feature]});
    detect(text)
        .into_iter()
        .filter_map(|f| {
            let feature = match f.feature {
                Feature::Mention(handle) => json!({"$type": "app.bsky.richtext.facet#mention", "did": dids.get(&handle)?}),
                // One address that the server would not take would cost the whole post.
                Feature::Link(uri) if is_web_link(&uri) => json!({"$type": "app.bsky.richtext.facet#link", "uri": uri}),
                Feature::Link(_) => return None,
                Feature::Tag(tag) => json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag}),
            };
            Some(facet(f.start, f.end, feature))
        })
        .collect()
}

/// A language tag such as the protocol takes it.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Pictures, each with the name that its bytes got when they went up.
pub fn images(uploads: &[Upload], blobs: Vec<Value>) -> Value {
    let image = |(upload, blob): (&Upload, Value)| {
        let mut image = json!({"alt": upload.alt, "image": blob});
        if upload.width > 0 && upload.height > 0 {
            image["aspectRatio"] = json!({"width": upload.width, "height": upload.height});
        }
        image
    };
    let images: Vec<Value> = uploads.iter().zip(blobs).map(image).collect();
    json!({"$type": "app.bsky.embed.images", "images": images})
}

/// A video, with the name that its bytes got when they went up.
pub fn video(upload: &Upload, blob: Value) -> Value {
    let mut video = json!({"$type": "app.bsky.embed.video", "video": blob});
    if !upload.alt.is_empty() {
        video["alt"] = upload.alt.clone().into();
    }
    if upload.width > 0 && upload.height > 0 {
        video["aspectRatio"] = json!({"width": upload.width, "height": upload.height});
    }
    video
}

pub fn card(card: &Card) -> Option<Value> {
    let cut = |text: &str, max: usize| text.chars().take(max).collect::<String>();
    is_web_link(&card.url).then(|| {
        json!({"$type": "app.bsky.embed.external", "external": {
            "uri": card.url,
            "title": cut(&card.title, CARD_TITLE_MAX),
            "description": cut(&card.about, CARD_ABOUT_MAX),
        }})
    })
}

/// `app.bsky.feed.like` and `app.bsky.feed.repost`.
pub fn sign(collection: &str, subject: Value, now: Timestamp) -> Value {
    json!({"$type": collection, "subject": subject, "createdAt": instant_text(now)})
}

/// The error without the post's own words, should the server have repeated them.
pub fn without_words(error: NetworkError, text: &str) -> NetworkError {
    let NetworkError::Refused(why) = &error else { return error };
    let letters: Vec<char> = why.chars().collect();
    let echoes = letters.windows(ECHO_MIN).any(|w| text.contains(&w.iter().collect::<String>()));
    if echoes { NetworkError::Refused("The server did not take it, and its reason repeats the post.".into()) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_becomes_a_record() {
        let mut part = Part::of_text("Käse 🧀 with @ben.test and @nobody.test, see bread.org/rye #cheese https:///no");
        part.language = Some("en-GB".into());
        let now = "2026-03-01T08:00:00Z".parse().unwrap();
        let dids = BTreeMap::from([("ben.test".to_owned(), "did:plc:ben".to_owned())]);
        let reply = json!({"root": strong_ref("at://r", "c1"), "parent": strong_ref("at://p", "c2")});
        let record = post(&part, now, &dids, Some(reply.clone()), None);
        let facet = |start: usize, end: usize, feature: Value| json!({"$type": "app.bsky.richtext.facet", "index": {"byteStart": start, "byteEnd": end}, "features": [feature]});
        let expected = json!({
            "$type": "app.bsky.feed.post",
            "text": part.text,
            "createdAt": "2026-03-01T08:00:00.000Z",
            "langs": ["en-GB"],
            "reply": reply,
            "facets": [
                facet(16, 25, json!({"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:ben"})),
                facet(48, 61, json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://bread.org/rye"})),
                facet(62, 69, json!({"$type": "app.bsky.richtext.facet#tag", "tag": "cheese"})),
            ],
        });
        assert_eq!(record, expected);
        assert_eq!(handles_in(&part.text), ["ben.test", "nobody.test"]);
    }

    #[test]
    fn a_reason_that_repeats_the_post_is_not_handed_on() {
        let said = NetworkError::Refused("Invalid text: My starter sulks today".into());
        assert!(!without_words(said, "My starter sulks today, help").to_string().contains("sulks"));
        let plain = NetworkError::Refused("Record/text must not be longer than 300 graphemes".into());
        assert_eq!(without_words(plain.clone(), "My starter sulks today"), plain);
    }

    #[test]
    fn languages() {
        for (tag, expected) in
            [("en", true), ("pt-BR", true), ("zh-Hant-TW", true), ("", false), ("english", false), ("en_GB", false), ("en-", false)]
        {
            assert_eq!(is_language(tag), expected, "{tag}");
        }
    }
}
