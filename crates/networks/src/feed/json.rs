//! JSON Feed 1.0 and 1.1. Whatever is not as it should be is passed over; only the list of items has to be there.

use serde_json::Value;
use url::Url;

use super::dates::instant;
use super::read::{Author, Document, Entry, ITEMS_MAX, Link, Medium, Words, kind_of, some};
use super::xml::resolve;

/// The feed in a JSON text, or where the text is wrong.
pub(super) fn document(text: &str, base: Option<&Url>) -> Result<Document, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| format!("not JSON, at line {} column {}", e.line(), e.column()))?;
    let Some(items) = value.get("items").and_then(Value::as_array) else {
        return Err("it has no items".into());
    };
    let mut document = Document::default();
    let head = &mut document.head;
    head.title = plain(&value, "title");
    head.summary = plain(&value, "description");
    head.language = text_of(&value, "language");
    head.authors = authors(&value, base);
    head.links.extend(link(&value, "home_page_url", "alternate", base));
    head.links.extend(link(&value, "feed_url", "self", base));
    for hub in list(&value, "hubs").filter(|h| text_of(h, "type").is_some_and(|t| t.eq_ignore_ascii_case("websub"))) {
        head.links.extend(link(hub, "url", "hub", base));
    }
    document.icon = text_of(&value, "icon").or_else(|| text_of(&value, "favicon")).and_then(|i| resolve(base, &i));
    document.items = items.iter().filter(|i| i.is_object()).take(ITEMS_MAX).map(|i| item(i, base)).collect();
    Ok(document)
}

fn item(value: &Value, base: Option<&Url>) -> Entry {
    let html = text_of(value, "content_html").map(|text| Words { text, is_html: true });
    let mut entry = Entry {
        id: text_of(value, "id"),
        title: plain(value, "title"),
        summary: plain(value, "summary"),
        content: html.unwrap_or_else(|| plain(value, "content_text")),
        published: text_of(value, "date_published").and_then(|d| instant(&d)),
        updated: text_of(value, "date_modified").and_then(|d| instant(&d)),
        authors: authors(value, base),
        tags: list(value, "tags").filter_map(Value::as_str).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect(),
        language: text_of(value, "language"),
        base: base.cloned(),
        ..Entry::default()
    };
    entry.links.extend(link(value, "url", "alternate", base));
    entry.links.extend(link(value, "external_url", "related", base));
    for attachment in list(value, "attachments") {
        let mime = text_of(attachment, "mime_type").unwrap_or_default();
        if let Some(url) = text_of(attachment, "url").and_then(|u| resolve(base, &u)) {
            entry.media.push(Medium { kind: kind_of(&mime, &url), url, preview: None, alt: String::new() });
        }
    }
    if let Some(url) = text_of(value, "image").and_then(|u| resolve(base, &u)) {
        entry.media.push(Medium { kind: model::MediaKind::Picture, url, preview: None, alt: String::new() });
    }
    entry
}

/// 1.1 has `authors`, 1.0 had `author`.
fn authors(value: &Value, base: Option<&Url>) -> Vec<Author> {
    let all = list(value, "authors").chain(value.get("author"));
    all.filter_map(|a| {
        let url = text_of(a, "url").and_then(|u| resolve(base, &u));
        text_of(a, "name").map(|name| Author { name, url })
    })
    .fold(Vec::new(), |mut kept, a| {
        if !kept.contains(&a) {
            kept.push(a);
        }
        kept
    })
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().take(64)
}

/// A text; numbers are taken for texts, since some write their ids so.
fn text_of(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn plain(value: &Value, key: &str) -> Words {
    Words { text: text_of(value, key).unwrap_or_default(), is_html: false }
}

fn link(value: &Value, key: &str, rel: &str, base: Option<&Url>) -> Option<Link> {
    let href = resolve(base, &text_of(value, key)?)?;
    Some(Link { href, rel: rel.into(), mime: String::new() })
}
