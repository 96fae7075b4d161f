//! What the words of a post point at: mentions, links and hashtags, found as Bluesky's own client finds them. Pure.

use std::sync::LazyLock;

use regex::Regex;

/// The letters that JavaScript, in which the reference is written, calls white space.
const SPACE: &str = r"[\t\n\x0B\x0C\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]";
const NOT_SPACE: &str = r"[^\t\n\x0B\x0C\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]";
/// The longest hashtag, its `#` included, in UTF-16 units.
const TAG_MAX: usize = 66;
/// The most facets taken from one text.
const FACETS_MAX: usize = 200;

/// One stretch of a text, in bytes of UTF-8, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub start: usize,
    pub end: usize,
    pub feature: Feature,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A handle, without `@`, still to be resolved.
    Mention(String),
    /// A whole address.
    Link(String),
    /// Without `#`.
    Tag(String),
}

static MENTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?:^|{SPACE}|\()@([a-zA-Z0-9.\-]+)(?-u:\b)")).expect("a fixed pattern"));
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    let pattern =
        format!(r"(?im)(?:^|{SPACE}|\()((?:https?://{NOT_SPACE}+)|(?:(?P<domain>[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+)+){NOT_SPACE}*))");
    Regex::new(&pattern).expect("a fixed pattern")
});
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    let letter = r"\p{L}\p{Emoji_Presentation}\p{Emoji_Modifier_Base}\p{Extended_Pictographic}";
    Regex::new(&format!(r"(?:^|{SPACE})(#[{letter}][{letter}0-9_\-]*)")).expect("a fixed pattern")
});
static TRAILING_MARKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{P}+$").expect("a fixed pattern"));

/// What a text points at, in the order in which it stands. The ranges never cut a letter and never overlap.
pub fn detect(text: &str) -> Vec<Facet> {
    let mut found = Vec::new();
    mentions(text, &mut found);
    links(text, &mut found);
    tags(text, &mut found);
    found.sort_by_key(|f| (f.start, f.end));
    let mut end = 0;
    found.retain(|f| {
        let is_free = f.start >= end;
        end = end.max(f.end);
        is_free
    });
    found.truncate(FACETS_MAX);
    found
}

fn mentions(text: &str, found: &mut Vec<Facet>) {
    for m in MENTION.captures_iter(text).filter_map(|c| c.get(1)) {
        if ends_in_known_domain(m.as_str()) || m.as_str().ends_with(".test") {
            found.push(Facet { start: m.start() - 1, end: m.end(), feature: Feature::Mention(m.as_str().to_owned()) });
        }
    }
}

fn links(text: &str, found: &mut Vec<Facet>) {
    for captures in LINK.captures_iter(text) {
        let whole = captures.get(1).expect("the pattern's first group always takes part");
        let mut uri = whole.as_str().to_owned();
        // The reference asks for "http" alone here and so makes an address of "httpbin.org" that no server takes.
        if !uri.starts_with("http://") && !uri.starts_with("https://") {
            if !captures.name("domain").is_some_and(|d| ends_in_known_domain(d.as_str())) {
                continue;
            }
            uri.insert_str(0, "https://");
        }
        let mut end = whole.end();
        if uri.ends_with(['.', ',', ';', '!', '?']) {
            uri.pop();
            end -= 1;
        }
        if uri.ends_with(')') && !uri.contains('(') {
            uri.pop();
            end -= 1;
        }
        if end > whole.start() {
            found.push(Facet { start: whole.start(), end, feature: Feature::Link(uri) });
        }
    }
}

fn tags(text: &str, found: &mut Vec<Facet>) {
    for m in TAG.captures_iter(text).filter_map(|c| c.get(1)) {
        let tag = TRAILING_MARKS.replace(m.as_str(), "");
        if tag.encode_utf16().count() > TAG_MAX || tag.len() < 2 {
            continue;
        }
        found.push(Facet { start: m.start(), end: m.start() + tag.len(), feature: Feature::Tag(tag[1..].to_owned()) });
    }
}

/// Whether a name ends in a top-level domain that exists; in small letters, as the reference wants it.
fn ends_in_known_domain(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().any(|b| b.is_ascii_uppercase()) && tld::exist(last))
}

#[cfg(test)]
mod tests;
