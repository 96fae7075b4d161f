//! `@name` and `@name/list` in a text.

use super::{is_directional, is_latin_accent, is_space};

const NAME_MAX: usize = 20;
/// Letters of a list's name, its first aside.
const LIST_MAX: usize = 24;

/// A name, in bytes of the text; its sign is of one letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    pub start: usize,
    /// Where the name without its sign begins and ends.
    pub name: (usize, usize),
    /// Behind the list's name where one follows, else behind the name.
    pub end: usize,
}

fn is_sign(c: char) -> bool {
    matches!(c, '@' | '＠')
}

fn is_name_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Every name in a text, in order.
pub fn names(text: &str) -> Vec<Name> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text[from..].find(is_sign).map(|i| from + i) {
        let name = name_at(text, at).filter(|_| may_stand_before(&text[..at]));
        from = name.map_or_else(|| at + 1, |n| n.end);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        found.extend(name.filter(|n| !is_spoilt(&text[n.end..])));
    }
    found
}

/// Who is answered by a text that begins with a name: the name's bytes.
pub fn reply_to(text: &str) -> Option<(usize, usize)> {
    let at = text.find(|c| !(is_space(c) || is_directional(c)))?;
    if !text[at..].starts_with(is_sign) {
        return None;
    }
    let name = name_at(text, at)?.name;
    (!is_spoilt(&text[name.1..])).then_some(name)
}

/// A name and perhaps a list, whose sign stands at `at`.
fn name_at(text: &str, at: usize) -> Option<Name> {
    let start = at + text[at..].chars().next()?.len_utf8();
    let len = text[start..].chars().take(NAME_MAX).take_while(|c| is_name_letter(*c)).count();
    if len == 0 {
        return None;
    }
    let end = start + len;
    let list = text[end..].strip_prefix('/').filter(|l| l.starts_with(|c: char| c.is_ascii_alphabetic()));
    let list = list.map_or(0, |l| l.chars().take(LIST_MAX + 1).take_while(|c| is_name_letter(*c) || *c == '-').count() + 1);
    Some(Name { start: at, name: (start, end), end: end + list })
}

/// Whether what follows makes something else of a name: an address of mail, a longer word, an address of the web.
fn is_spoilt(rest: &str) -> bool {
    rest.starts_with(|c| is_sign(c) || is_latin_accent(c)) || rest.starts_with("://")
}

/// A name stands after anything that is not part of a word, and right after "rt" and "rt:".
fn may_stand_before(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else { return true };
    if !(is_name_letter(last) || matches!(last, '!' | '#' | '$' | '%' | '&' | '*') || is_sign(last)) {
        return true;
    }
    let Some(head) = before.len().checked_sub(2).and_then(|n| Some((before.get(..n)?, before.get(n..)?))) else { return false };
    let ends_word = head.0.chars().next_back().is_none_or(|c| !(is_name_letter(c) || matches!(c, '+' | '~' | '.' | '-')));
    head.1.eq_ignore_ascii_case("rt") && ends_word
}
