//! What an element says as a `p-`, `u-`, `dt-` or `e-` property: its words, its address, its time, its HTML. Also the "value class
//! pattern", by which parts of an element speak for the whole.

use url::Url;

use super::super::dom::{Dom, NodeId};
use super::{Value, dates};

/// An address as the page means it; one that can't be read stays as written.
pub fn whole(base: &Url, href: &str) -> String {
    base.join(href.trim()).map_or_else(|_| href.trim().to_owned(), String::from)
}

/// How a picture inside a text is put into words.
#[derive(Clone, Copy, PartialEq)]
enum Pictures<'a> {
    Leave,
    /// By its alt text alone.
    Alt,
    /// By its alt text, else by its address.
    AltOrAddress(&'a Url),
}

fn write_words(dom: &Dom, node: NodeId, pictures: Pictures<'_>, out: &mut String) {
    if let Some(words) = dom.words(node) {
        out.push_str(words);
        return;
    }
    match dom.name(node) {
        Some("script" | "style" | "template") => return,
        Some("img") => {
            let alt = dom.attr(node, "alt");
            match (pictures, alt, dom.attr(node, "src")) {
                (Pictures::Alt | Pictures::AltOrAddress(_), Some(alt), _) => out.push_str(alt),
                (Pictures::AltOrAddress(base), None, Some(src)) => out.push_str(&format!(" {} ", whole(base, src))),
                _ => {}
            }
            return;
        }
        _ => {}
    }
    for child in dom.children(node) {
        write_words(dom, *child, pictures, out);
    }
}

fn words(dom: &Dom, node: NodeId, pictures: Pictures<'_>) -> String {
    let mut out = String::new();
    write_words(dom, node, pictures, &mut out);
    out.trim().to_owned()
}

/// The words alone.
pub fn plain(dom: &Dom, node: NodeId) -> String {
    words(dom, node, Pictures::Leave)
}

/// The words of an element, pictures by their alt text or address.
pub fn text(dom: &Dom, node: NodeId, base: &Url) -> String {
    words(dom, node, Pictures::AltOrAddress(base))
}

/// The words of an element that is taken for a name: pictures by their alt text.
pub fn name_words(dom: &Dom, node: NodeId) -> String {
    words(dom, node, Pictures::Alt)
}

fn filled<'a>(dom: &'a Dom, node: NodeId, names: &[&str], attribute: &str) -> Option<&'a str> {
    if dom.is(node, names) { dom.attr(node, attribute) } else { None }
}

/// `p-`: words.
pub fn p(dom: &Dom, node: NodeId, base: &Url) -> String {
    let said = speaking(dom, node, base).map(|parts| parts.concat());
    said.or_else(|| filled(dom, node, &["abbr", "link"], "title").map(str::to_owned))
        .or_else(|| filled(dom, node, &["data", "input"], "value").map(str::to_owned))
        .or_else(|| filled(dom, node, &["img", "area"], "alt").map(str::to_owned))
        .unwrap_or_else(|| text(dom, node, base))
}

/// `u-`: an address; a picture with its alt text.
pub fn u(dom: &Dom, node: NodeId, base: &Url) -> Value {
    let attribute = |names: &[&str], name: &str| filled(dom, node, names, name).map(|v| whole(base, v));
    if dom.is(node, &["img"])
        && let (Some(src), Some(alt)) = (dom.attr(node, "src"), dom.attr(node, "alt"))
    {
        return Value::Image { value: whole(base, src), alt: alt.to_owned() };
    }
    let linked = attribute(&["a", "area", "link"], "href")
        .or_else(|| attribute(&["img", "audio", "video", "source", "iframe"], "src"))
        .or_else(|| attribute(&["video"], "poster"))
        .or_else(|| attribute(&["object"], "data"));
    let said = || {
        speaking(dom, node, base)
            .map(|parts| parts.concat())
            .or_else(|| filled(dom, node, &["abbr"], "title").map(str::to_owned))
            .or_else(|| filled(dom, node, &["data", "input"], "value").map(str::to_owned))
            .unwrap_or_else(|| text(dom, node, base))
    };
    Value::Text(linked.unwrap_or_else(|| whole(base, &said())))
}

/// `dt-`: a time. `day` is the day that the item's time before this one named; one is kept there for the next.
pub fn dt(dom: &Dom, node: NodeId, base: &Url, day: &mut Option<String>) -> String {
    if let Some(parts) = speaking_of_time(dom, node, base)
        && let Some(time) = dates::combine(&parts, day)
    {
        return time;
    }
    let said = filled(dom, node, &["time", "ins", "del"], "datetime")
        .or_else(|| filled(dom, node, &["abbr"], "title"))
        .or_else(|| filled(dom, node, &["data", "input"], "value"))
        .map_or_else(|| text(dom, node, base), |v| v.trim().to_owned());
    dates::alone(&said, day)
}

/// `e-`: HTML, and its words.
pub fn e(dom: &Dom, node: NodeId, base: &Url) -> Value {
    let html = dom.inner_html(node, &|href| whole(base, href)).trim().to_owned();
    Value::Html { html, value: text(dom, node, base) }
}

/// The parts that speak for an element, by class `value` or `value-title`; `None` where there are none.
fn speaking(dom: &Dom, node: NodeId, base: &Url) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    find_speaking(dom, node, &mut parts);
    if parts.is_empty() {
        return None;
    }
    Some(parts.into_iter().filter_map(|part| spoken(dom, part, base, false)).collect())
}

fn speaking_of_time(dom: &Dom, node: NodeId, base: &Url) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    find_speaking(dom, node, &mut parts);
    if parts.is_empty() { None } else { Some(parts.into_iter().filter_map(|part| spoken(dom, part, base, true)).collect()) }
}

/// Looks below an element, but not into what speaks already, nor into properties and items of their own.
fn find_speaking(dom: &Dom, node: NodeId, parts: &mut Vec<NodeId>) {
    for child in dom.elements(node) {
        let is_own = dom.classes(child).any(super::parse::is_mark);
        if !is_own && dom.classes(child).any(|c| c == "value" || c == "value-title") {
            parts.push(child);
        } else if !is_own {
            find_speaking(dom, child, parts);
        }
    }
}

fn spoken(dom: &Dom, node: NodeId, base: &Url, is_time: bool) -> Option<String> {
    if dom.classes(node).any(|c| c == "value-title") {
        return dom.attr(node, "title").map(str::to_owned);
    }
    let said = if dom.is(node, &["img", "area"]) {
        dom.attr(node, "alt").map(str::to_owned)
    } else if dom.is(node, &["data"]) {
        dom.attr(node, "value").map_or_else(|| Some(text(dom, node, base)), |v| Some(v.to_owned()))
    } else if dom.is(node, &["abbr"]) {
        dom.attr(node, "title").map_or_else(|| Some(text(dom, node, base)), |v| Some(v.to_owned()))
    } else if is_time && dom.is(node, &["time", "ins", "del"]) {
        dom.attr(node, "datetime").map_or_else(|| Some(text(dom, node, base)), |v| Some(v.to_owned()))
    } else {
        Some(text(dom, node, base))
    };
    said.map(|s| s.trim().to_owned())
}
