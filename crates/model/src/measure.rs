//! How long a text is by a network's own rule. One function for the page, the API, the command line and the sender.

use unicode_segmentation::UnicodeSegmentation;

use crate::{Rules, Unit};

/// The text's length in `rules.unit`, with links and mentions weighed as `rules` say.
pub fn length(text: &str, rules: &Rules) -> u32 {
    let mut total = 0u32;
    let mut rest_from = 0usize;
    for (start, end, weight) in weighed(text, rules) {
        total = total.saturating_add(count(&text[rest_from..start], rules.unit)).saturating_add(weight);
        rest_from = end;
    }
    total.saturating_add(count(&text[rest_from..], rules.unit))
}

/// Plain length in one unit.
pub fn count(text: &str, unit: Unit) -> u32 {
    let n = match unit {
        Unit::Graphemes if text.is_ascii() => text.len() - text.matches("\r\n").count(),
        Unit::Graphemes => text.graphemes(true).count(),
        Unit::Scalars => text.chars().count(),
        Unit::Bytes => text.len(),
        Unit::Utf16 => text.encode_utf16().count(),
    };
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Stretches that count otherwise than by their letters: (start, end, weight), in order.
fn weighed(text: &str, rules: &Rules) -> Vec<(usize, usize, u32)> {
    let mut found = Vec::new();
    if let Some(weight) = rules.link_weight {
        found.extend(links(text).into_iter().map(|(s, e)| (s, e, weight)));
    }
    if rules.mention_counts_name_only {
        for (start, end, name_end) in full_mentions(text) {
            if !found.iter().any(|&(s, e, _)| start < e && s < end) {
                found.push((start, end, count(&text[start..name_end], rules.unit)));
            }
        }
        found.sort_unstable();
    }
    found
}

/// Byte ranges of web addresses with their scheme.
pub fn links(text: &str) -> Vec<(usize, usize)> {
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    finder
        .links(text)
        .filter(|l| l.as_str().starts_with("http://") || l.as_str().starts_with("https://"))
        .map(|l| (l.start(), l.end()))
        .collect()
}

/// `@name@server` by (start, end, end of `@name`), in bytes.
fn full_mentions(text: &str) -> Vec<(usize, usize, usize)> {
    let bytes = text.as_bytes();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'.' || b == b'-';
    let mut found = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let starts = bytes[i] == b'@' && (i == 0 || !(is_name(bytes[i - 1]) || bytes[i - 1] == b'/' || bytes[i - 1] == b'@'));
        if !starts {
            i += 1;
            continue;
        }
        let name_end = i + 1 + bytes[i + 1..].iter().take_while(|b| is_name(**b)).count();
        if name_end == i + 1 || bytes.get(name_end) != Some(&b'@') {
            i = name_end.max(i + 1);
            continue;
        }
        let mut end = name_end + 1 + bytes[name_end + 1..].iter().take_while(|b| is_name(**b) || **b == b':').count();
        while end > name_end + 1 && matches!(bytes[end - 1], b'.' | b'-' | b':') {
            end -= 1;
        }
        if end > name_end + 1 {
            found.push((i, end, name_end));
        }
        i = end.max(i + 1);
    }
    found
}
