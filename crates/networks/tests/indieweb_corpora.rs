//! Other people's cases for reading pages: the microformats test suite, and the endpoint discovery cases of webmention.rocks. They run where
//! the corpora are there (beside the repository, `../shared/corpora`), and say aloud where they are not; our own cases run always.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test says what it found by stopping, and aloud what it left out")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use networks::indieweb::links::by_element;
use networks::indieweb::mf::{self, Item, Value};
use networks::link_header::of_header;
use serde_json::{Value as Json, json};
use url::Url;

/// Cases of the suite that are not read as it says yet. None of them is about an entry, its author, or an answer.
const EXCEPTIONS: &[&str] = &[
    "microformats-mixed/h-resume/mixedroots",
    "microformats-v1/hcard/multiple",
    "microformats-v1/hcard/name",
    "microformats-v1/hnews/minimum",
    "microformats-v1/hproduct/aggregate",
    "microformats-v1/hresume/education",
    "microformats-v1/hresume/skill",
    "microformats-v1/hreview/item",
    "microformats-v1/hreview-aggregate/justahyperlink",
    "microformats-v1/includes/heventitemref",
    "microformats-v1/includes/object",
    "microformats-v2/h-card/impliedphoto",
    "microformats-v2/h-recipe/all",
    "microformats-v2/h-review-aggregate/simpleproperties",
    "microformats-v2/rel/duplicate-rels",
    "microformats-v2-unit/implied/implied-photo",
    "microformats-v2-unit/implied/implied-url",
    "microformats-v2-unit/names/tentative-names-properties-multi",
    "microformats-v2-unit/nested/nested-microformat",
    "microformats-v2-unit/properties/properties-dt",
    "microformats-v2-unit/properties/properties-u",
    "microformats-v2-unit/value/value-dt",
    "microformats-v2-unit/value/value-p",
];

fn corpus(name: &str) -> Option<PathBuf> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(name);
    if !at.is_dir() {
        eprintln!("skipped: ../shared/corpora/{name} is not at hand");
        return None;
    }
    Some(at)
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Html { html, value } => json!({"html": html, "value": value}),
        Value::Image { value, alt } => json!({"value": value, "alt": alt}),
        Value::Item(item) => item_json(item),
    }
}

fn item_json(item: &Item) -> Json {
    let properties: BTreeMap<_, Vec<_>> = item.properties.iter().map(|(k, v)| (k, v.iter().map(value_json).collect())).collect();
    let mut out = json!({"type": item.types, "properties": properties});
    if !item.children.is_empty() {
        out["children"] = item.children.iter().map(item_json).collect();
    }
    if let Some(id) = &item.id {
        out["id"] = json!(id);
    }
    match item.value.as_deref() {
        Some(Value::Html { html, value }) => {
            out["html"] = json!(html);
            out["value"] = json!(value);
        }
        Some(Value::Image { value, alt }) => {
            out["alt"] = json!(alt);
            out["value"] = json!(value);
        }
        Some(other) => out["value"] = json!(other.text()),
        None => {}
    }
    out
}

fn page_json(html: &str, url: &str) -> Json {
    let page = mf::read(html, &Url::parse(url).unwrap());
    let urls: BTreeMap<_, _> = page
        .rels
        .by_url
        .iter()
        .map(|(url, about)| {
            let mut one = json!(about.says);
            one["rels"] = json!(about.rels);
            (url, one)
        })
        .collect();
    json!({"items": page.items.iter().map(item_json).collect::<Vec<_>>(), "rels": page.rels.by_rel, "rel-urls": urls})
}

fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            cases(&path, found);
        } else if path.extension().is_some_and(|e| e == "html") && path.with_extension("json").is_file() {
            found.push(path);
        }
    }
}

#[test]
fn the_microformats_suite() {
    let Some(at) = corpus("microformats") else { return };
    let mut all = Vec::new();
    cases(&at, &mut all);
    all.sort();
    let mut by_folder: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in all {
        let key = path.strip_prefix(&at).unwrap().with_extension("").to_string_lossy().into_owned();
        let mut expected: Json = serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        for one in ["items", "rels", "rel-urls"] {
            if expected[one].is_null() {
                expected[one] = if one == "items" { json!([]) } else { json!({}) };
            }
        }
        let mut got = page_json(&std::fs::read_to_string(&path).unwrap(), "http://example.com/");
        got.as_object_mut().unwrap().retain(|k, _| expected.get(k).is_some());
        expected.as_object_mut().unwrap().retain(|k, _| got.get(k).is_some());
        let is_right = same(&got, &expected);
        let count = by_folder.entry(key.split('/').next().unwrap().to_owned()).or_default();
        count.1 += 1;
        if is_right {
            count.0 += 1;
        } else if !EXCEPTIONS.contains(&key.as_str()) {
            if std::env::var("HOBNOB_SHOW").is_ok() {
                eprintln!(
                    "--- {key}\n{}\nexpected\n{}",
                    serde_json::to_string_pretty(&got).unwrap(),
                    serde_json::to_string_pretty(&expected).unwrap()
                );
            }
            wrong.push(key);
        }
    }
    eprintln!("microformats suite, right of all: {by_folder:?}");
    assert!(wrong.is_empty(), "{} cases read otherwise: {wrong:#?}", wrong.len());
}

/// The order of types and rels means nothing.
fn same(got: &Json, expected: &Json) -> bool {
    match (got, expected) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(k, v)| match (b.get(k), k.as_str()) {
                    (Some(other), "type" | "rels") if v.is_array() => {
                        let sorted = |j: &Json| {
                            let mut all: Vec<String> = j.as_array().unwrap().iter().map(Json::to_string).collect();
                            all.sort();
                            all
                        };
                        sorted(v) == sorted(other)
                    }
                    (Some(other), _) => same(v, other),
                    (None, _) => false,
                })
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)),
        (a, b) => a == b,
    }
}

/// Finds a page's Webmention endpoint as the sender does: by its header, else by its elements.
fn endpoint(page: &str, headers: &[(String, String)], html: &str) -> Option<String> {
    let page = Url::parse(page).unwrap();
    let by_header = headers.iter().filter(|(k, _)| k.eq_ignore_ascii_case("link")).flat_map(|(_, v)| of_header(v, "webmention")).next();
    match by_header {
        Some(to) => page.join(&to).ok().map(String::from),
        None => by_element(&networks::indieweb::dom::Dom::read(html), &page, "webmention").map(String::from),
    }
}

#[test]
fn webmention_endpoints() {
    let Some(at) = corpus("webmention-discovery") else { return };
    let all: Vec<Json> = serde_json::from_slice(&std::fs::read(at.join("discovery.json")).unwrap()).unwrap();
    for case in &all {
        let headers: Vec<(String, String)> = serde_json::from_value(case["headers"].clone()).unwrap();
        let found = endpoint(case["page"].as_str().unwrap(), &headers, case["html"].as_str().unwrap());
        assert_eq!(found.as_deref(), case["expect"].as_str(), "{}: {}", case["id"], case["note"]);
    }
    eprintln!("webmention discovery: {} of {} right", all.len(), all.len());
    assert!(all.len() >= 22);
}

#[test]
fn webmention_endpoints_by_our_own_cases() {
    for (header, html, expected) in [
        (Some("</wm>; rel=webmention"), "<link rel=webmention href=/no>", Some("https://x.example/wm")),
        (Some("</no>; rel=other"), "<a href=wm?a=b rel=webmention>x</a>", Some("https://x.example/p/wm?a=b")),
        (
            None,
            "<!-- <link rel=webmention href=/no> --><link rel=webmention><link rel='x webmention' href=/wm>",
            Some("https://x.example/wm"),
        ),
        (None, "<link rel=webmention href=''>", Some("https://x.example/p/1")),
        (None, "&lt;link rel=webmention href=/no&gt;", None),
    ] {
        let headers: Vec<_> = header.map(|h| ("LINK".to_owned(), h.to_owned())).into_iter().collect();
        assert_eq!(endpoint("https://x.example/p/1", &headers, html).as_deref(), expected, "{header:?} {html}");
    }
}
