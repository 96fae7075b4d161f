//! Cuts text into words by Unicode's boundaries (UAX 29). Plain ASCII is cut by `plain`, everything else by the full rules; letters of
//! scripts that are written without spaces are words of one letter each, so that what stands in a row can be looked for.

use unicode_segmentation::UnicodeSegmentation;

use super::hash::Run;
use super::plain::cut_plain;

/// Bytes of one text that are looked at; what comes after them in a long article is not.
pub const LOOKED_AT_MAX: usize = 200_000;

/// A word's place in a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u32,
    pub to: u32,
    /// Nothing but ASCII; then folding is lower case and nothing else.
    pub is_ascii: bool,
    /// The number of its letters, in lower case where it is ASCII, as they stand where it is not.
    pub hash: u64,
}

impl Span {
    pub fn of(self, text: &str) -> &str {
        &text[self.from as usize..self.to as usize]
    }
}

/// The part of a text that is looked at.
pub fn looked_at(text: &str) -> &str {
    &text[..text.floor_char_boundary(LOOKED_AT_MAX)]
}

/// The words of a text, as they stand.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut spans = Vec::new();
    cut(0, text, &mut spans);
    spans.into_iter().map(|span| span.of(text))
}

/// Puts the words of a text behind what is in `spans`. Looks at no more of it than [`looked_at`].
pub fn cut(seed: u64, text: &str, spans: &mut Vec<Span>) {
    let text = looked_at(text);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(wide) = first_wide(bytes, at) {
        let from = bytes[at..wide].iter().rposition(|b| is_space(*b)).map_or(at, |space| at + space + 1);
        let to = bytes[wide..].iter().position(|b| is_space(*b)).map_or(bytes.len(), |space| wide + space);
        cut_plain(seed, bytes, at, from, spans);
        cut_wide(seed, text, from, to, spans);
        at = to;
    }
    cut_plain(seed, bytes, at, bytes.len(), spans);
}

/// Where the first byte stands that is not ASCII, from a place on.
fn first_wide(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = &bytes[from..];
    let plain = rest.chunks(SOME).take_while(|some| some.is_ascii()).count() * SOME;
    rest.get(plain..)?.iter().position(|b| !b.is_ascii()).map(|at| from + plain + at)
}

/// Bytes that are looked at together for whether all are ASCII.
const SOME: usize = 32;

/// Cuts a stretch between two ASCII spaces, where every rule begins anew, by the full rules.
#[cold]
fn cut_wide(seed: u64, text: &str, from: usize, to: usize, spans: &mut Vec<Span>) {
    for (start, word) in text[from..to].unicode_word_indices() {
        let start = from + start;
        if word.is_ascii() {
            spans.push(span(seed, text, start, start + word.len()));
        } else {
            part(seed, text, start, word, spans);
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn span(seed: u64, text: &str, from: usize, to: usize) -> Span {
    let word = &text[from..to];
    let mut run = Run::new(seed);
    let is_ascii = word.is_ascii();
    for byte in word.bytes() {
        run.push(if is_ascii { byte.to_ascii_lowercase() } else { byte });
    }
    Span { from: from as u32, to: to as u32, is_ascii, hash: run.end() }
}

/// Parts a word where letters of scripts without spaces stand in it: each is a word of its own, with the marks on it.
fn part(seed: u64, text: &str, start: usize, word: &str, spans: &mut Vec<Span>) {
    let mut open = None;
    let mut letters = word.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        // A mark belongs to the letter that it stands on, whatever script that is of.
        if !is_unspaced(letter) || !letter.is_alphanumeric() {
            open.get_or_insert(at);
            continue;
        }
        if let Some(open) = open.take() {
            put(seed, text, start + open, start + at, spans);
        }
        while letters.peek().is_some_and(|(_, c)| !c.is_alphanumeric() && *c != '_') {
            letters.next();
        }
        let end = letters.peek().map_or(word.len(), |(next, _)| *next);
        spans.push(span(seed, text, start + at, start + end));
    }
    if let Some(open) = open {
        put(seed, text, start + open, start + word.len(), spans);
    }
}

fn put(seed: u64, text: &str, from: usize, to: usize, spans: &mut Vec<Span>) {
    if text[from..to].contains(char::is_alphanumeric) {
        spans.push(span(seed, text, from, to));
    }
}

/// Scripts written without spaces between words: Han, Hiragana, Katakana, Bopomofo, Thai, Lao, Tibetan, Myanmar, Khmer.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0e00}'..='\u{0eff}' | '\u{0f00}'..='\u{0fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3031}'..='\u{312f}' | '\u{31a0}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}
