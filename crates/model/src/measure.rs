//! How long a text is by a network's own rule. One function for the page, the API, the command line and the sender.
//! In doubt it counts more rather than less, so that a post that fits here fits there.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

use crate::extract::addresses;
use crate::{Rules, Unit};

mod weighted;

/// The text's length in `rules.unit`, with links and mentions weighed as `rules` say.
pub fn length(text: &str, rules: &Rules) -> u32 {
    #[cfg(test)]
    tests::looked_at(text);
    let text = &*composed(text, rules.unit);
    let mut total = 0u32;
    let mut rest_from = 0usize;
    for (start, end, weight) in weighed(text, rules) {
        total = total.saturating_add(count(&text[rest_from..start], rules.unit)).saturating_add(weight);
        rest_from = end;
    }
    total.saturating_add(count(&text[rest_from..], rules.unit))
}

/// The text as it is counted: composed where the unit wants that.
fn composed(text: &str, unit: Unit) -> Cow<'_, str> {
    match unit {
        Unit::Weighted(weights) if weights.is_composed && !text.is_ascii() && !is_nfc(text) => Cow::Owned(text.nfc().collect()),
        _ => Cow::Borrowed(text),
    }
}

/// Plain length in one unit.
pub fn count(text: &str, unit: Unit) -> u32 {
    #[cfg(test)]
    tests::looked_at(text);
    let n = match unit {
        Unit::Graphemes if text.is_ascii() => text.len() - text.matches("\r\n").count(),
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::Scalars => text.chars().count(),
        Unit::Bytes => text.len(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Weighted(weights) => return weighted::letters(text, &weights),
    };
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Stretches that count otherwise than by their letters: (start, end, weight), in order.
fn weighed(text: &str, rules: &Rules) -> Vec<(usize, usize, u32)> {
    let mut found: Vec<(usize, usize, u32)> = Vec::new();
    if let Some(weight) = rules.link_weight {
        if rules.bare_links {
            found.extend(addresses(text).into_iter().map(|a| (a.start, a.end, weight)));
        } else {
            found.extend(links(text).into_iter().filter(|&(s, e)| has_public_host(&text[s..e])).map(|(s, e)| (s, e, weight)));
        }
    }
    if rules.mention_counts_name_only {
        let names = mentions(text).into_iter().map(|(start, end, name_end)| (start, end, count(&text[start..name_end], rules.unit)));
        found = beside(found, names);
    }
    found
}

/// Two lists in order as one: of `more`, what overlaps none of `first`.
pub(crate) fn beside<T: Copy + Span>(first: Vec<T>, more: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut out = Vec::with_capacity(first.len());
    let mut first = first.into_iter().peekable();
    let mut end = 0;
    for one in more {
        while let Some(before) = first.next_if(|f| f.span().0 < one.span().1) {
            end = before.span().1;
            out.push(before);
        }
        if one.span().0 >= end {
            out.push(one);
        }
    }
    out.extend(first);
    out
}

/// Where something stands in a text, in bytes.
pub(crate) trait Span {
    fn span(&self) -> (usize, usize);
}
impl Span for (usize, usize) {
    fn span(&self) -> (usize, usize) {
        *self
    }
}
impl Span for (usize, usize, u32) {
    fn span(&self) -> (usize, usize) {
        (self.0, self.1)
    }
}

/// One letter by itself, as it counts where nothing around it makes it part of a link or a name.
pub(crate) fn letter(grapheme: &str, rules: &Rules) -> u32 {
    count(&composed(grapheme, rules.unit), rules.unit)
}

/// Servers give their fixed weight only to addresses whose host ends in something like a top-level domain.
fn has_public_host(link: &str) -> bool {
    let after_scheme = link.split_once("//").map_or("", |(_, rest)| rest);
    let host = after_scheme.split(['/', '?', '#']).next().unwrap_or("").split(':').next().unwrap_or("");
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty() && (top.to_ascii_lowercase().starts_with("xn--") || (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic)))
}

/// Byte ranges of web addresses with their scheme.
pub fn links(text: &str) -> Vec<(usize, usize)> {
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    let is_web = |link: &str| ["http://", "https://"].iter().any(|s| link.get(..s.len()).is_some_and(|l| l.eq_ignore_ascii_case(s)));
    finder.links(text).filter(|l| is_web(l.as_str())).map(|l| (l.start(), l.end())).collect()
}

/// `@name` and `@name@server` by (start, end, end of `@name`), in bytes. Not inside an address and not after a letter.
pub fn mentions(text: &str) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    let mut rest_from = 0;
    while let Some(at) = text[rest_from..].find('@').map(|i| rest_from + i) {
        rest_from = at + 1;
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '=')) {
            continue;
        }
        let name_end = at + 1 + run(&text[at + 1..], |c| c.is_ascii_alphanumeric() || c == '_');
        if name_end == at + 1 {
            continue;
        }
        let server = text[name_end..].strip_prefix('@').map_or(0, |s| run(s, |c| c.is_alphanumeric() || c == '_'));
        let end = if server > 0 { name_end + 1 + server } else { name_end };
        found.push((at, end, name_end));
        rest_from = end;
    }
    found
}

/// `#tag` by (start, end), in bytes. Not inside a word, and not digits alone.
pub fn tags(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut rest_from = 0;
    while let Some(at) = text[rest_from..].find('#').map(|i| rest_from + i) {
        rest_from = at + 1;
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '/' | '&' | '#')) {
            continue;
        }
        let is_tag = |c: char| c.is_alphanumeric() || is_mark(c) || matches!(c, '_' | '\u{200c}' | '\u{200d}' | '·');
        let end = at + 1 + text[at + 1..].chars().take_while(|c| is_tag(*c)).map(char::len_utf8).sum::<usize>();
        if text[at + 1..end].chars().any(|c| c.is_alphabetic() || c == '_') {
            found.push((at, end));
        }
        rest_from = end;
    }
    found
}

/// Combining signs, which a letter may carry along: everything that stands in one grapheme with the letter before it.
fn is_mark(c: char) -> bool {
    if c.is_ascii() || c.is_whitespace() {
        return false;
    }
    let mut pair = String::from("a");
    pair.push(c);
    pair.graphemes(true).count() == 1
}

/// How many bytes of `text` are a name: letters by `is_letter`, with dots and hyphens between them but not at the end.
fn run(text: &str, is_letter: impl Fn(char) -> bool) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_letter(c) {
            end = at + c.len_utf8();
        } else if at == 0 || !matches!(c, '.' | '-') {
            break;
        }
    }
    end
}

#[cfg(test)]
pub(crate) mod tests;
