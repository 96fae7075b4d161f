//! Signs that are no words, such as 🍞 or :), so that they can be looked for.

use unicode_segmentation::UnicodeSegmentation;

/// The signs of a text in order: each sign that is not ASCII by itself, ASCII ones as far as they stand together. A sign's wish to be
/// shown in colour is not a part of it.
pub fn signs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let first = rest.chars().next()?;
            if first.is_ascii() {
                let is_sign = first.is_ascii_punctuation();
                let end = rest.find(|c: char| !c.is_ascii() || c.is_ascii_punctuation() != is_sign).unwrap_or(rest.len());
                let (run, after) = rest.split_at(end);
                rest = after;
                if is_sign {
                    return Some(run);
                }
                continue;
            }
            let cluster = rest.graphemes(true).next()?;
            rest = &rest[cluster.len()..];
            if !cluster.contains(char::is_alphanumeric) && !cluster.contains(char::is_whitespace) {
                return Some(cluster.trim_end_matches('\u{fe0f}'));
            }
        }
    })
}
