//! `#tags` in every script, and `$SYMBOLS` of shares.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{Address, addresses, is_directional, is_space};

/// Letters of a symbol, and of what may follow it after a dot.
const SYMBOL_MAX: usize = 6;
const SYMBOL_TAIL_MAX: usize = 2;

/// A tag or symbol, in bytes of the text; its sign is the first letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    pub start: usize,
    /// Where the word behind the sign begins.
    pub word: usize,
    pub end: usize,
}

fn is_sign(c: char) -> bool {
    matches!(c, '#' | '＃')
}

fn is_letter_or_mark(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(c.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark)
}

fn is_tag_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    // Joiners, and the signs that some scripts write within a word.
    let within = matches!(
        c,
        '\u{200C}'
            | '\u{200D}'
            | '\u{A67E}'
            | '\u{5BE}'
            | '\u{5F3}'
            | '\u{5F4}'
            | '～'
            | '〜'
            | '\u{309B}'
            | '\u{309C}'
            | '\u{30A0}'
            | '・'
            | '〃'
            | '\u{F0B}'
            | '\u{F0C}'
            | '·'
    );
    within || is_letter_or_mark(c) || c.general_category() == GeneralCategory::DecimalNumber
}

/// Every tag in a text that is not part of an address, in order.
pub fn tags(text: &str) -> Vec<Tag> {
    if text.contains(is_sign) { tags_beside(text, &addresses(text)) } else { Vec::new() }
}

/// [`tags`], with the addresses of the text known already.
pub(super) fn tags_beside(text: &str, addresses: &[Address]) -> Vec<Tag> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = text[from..].find(is_sign).map(|i| from + i) {
        let word = start + text[start..].chars().next().map_or(1, char::len_utf8);
        from = word;
        let may_begin =
            text[..start].chars().next_back().is_none_or(|c| matches!(c, '\u{FE0E}' | '\u{FE0F}') || !(is_tag_letter(c) || c == '&'));
        // `#` with a selector or a key around it is an emoji.
        if !may_begin || text[word..].starts_with(['\u{FE0F}', '\u{20E3}']) {
            continue;
        }
        let end = text[word..].find(|c| !is_tag_letter(c)).map_or(text.len(), |n| word + n);
        from = end;
        let is_word = text[word..end].chars().any(is_letter_or_mark);
        let is_spoilt = text[end..].starts_with(is_sign) || text[end..].starts_with("://");
        let i = addresses.partition_point(|a| a.end <= start);
        let is_free = addresses.get(i).is_none_or(|a| a.start >= end);
        if is_word && !is_spoilt && is_free {
            found.push(Tag { start, word, end });
        }
    }
    found
}

/// Every `$SYMBOL` in a text, in order: up to six letters, and after a dot or `_` up to two more.
pub fn symbols(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('$') {
        if text[..start].chars().next_back().is_some_and(|c| !(is_space(c) || is_directional(c))) {
            continue;
        }
        let word = start + 1;
        let letters = |from: usize, max: usize| text[from..].bytes().take(max).take_while(u8::is_ascii_alphabetic).count();
        let len = letters(word, SYMBOL_MAX);
        let plain = word + len;
        let tail = if text[plain..].starts_with(['.', '_']) { letters(plain + 1, SYMBOL_TAIL_MAX) } else { 0 };
        let ends = [if tail > 0 { plain + 1 + tail } else { plain }, plain];
        if let Some(end) = ends.into_iter().find(|end| len > 0 && text[*end..].chars().next().is_none_or(may_follow_symbol)) {
            found.push(Tag { start, word, end });
        }
    }
    found
}

fn may_follow_symbol(c: char) -> bool {
    is_space(c) || c.is_whitespace() || "!'#%&()*+,\\-./:;<=>?@[]^_{|}~$".contains(c)
}
