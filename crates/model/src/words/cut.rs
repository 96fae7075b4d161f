//! Cuts text into words by Unicode's boundaries (UAX 29). Plain ASCII is cut by a table, everything else by the full rules; letters of
//! scripts that are written without spaces are words of one letter each, so that what stands in a row can be looked for.

use unicode_segmentation::UnicodeSegmentation;

use super::hash::Run;

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

/// Other bytes: nothing that words are made of.
const GAP: u8 = 0;
/// `'` and `.`: join letters with letters and digits with digits.
const JOINS_BOTH: u8 = 1;
/// `:`: joins letters with letters.
const JOINS_LETTERS: u8 = 2;
/// `,` and `;`: join digits with digits.
const JOINS_DIGITS: u8 = 3;
/// The first byte that is a letter, a digit or a line below; the table gives those in lower case.
const WORD: u8 = 4;
/// Not ASCII.
const WIDE: u8 = 0xff;

const TABLE: [u8; 256] = {
    let mut table = [GAP; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        table[at] = match byte {
            b'A'..=b'Z' => byte + 32,
            b'a'..=b'z' | b'0'..=b'9' | b'_' => byte,
            b'\'' | b'.' => JOINS_BOTH,
            b':' => JOINS_LETTERS,
            b',' | b';' => JOINS_DIGITS,
            0x80.. => WIDE,
            _ => GAP,
        };
        at += 1;
    }
    table
};

/// Puts the words of a text behind what is in `spans`. Looks at no more of it than [`looked_at`].
pub fn cut(seed: u64, text: &str, spans: &mut Vec<Span>) {
    let text = looked_at(text);
    let bytes = text.as_bytes();
    let first = spans.len();
    let mut at = 0;
    while at < bytes.len() {
        match TABLE[bytes[at] as usize] {
            WIDE => at = cut_wide(seed, text, at, first, spans),
            WORD.. => match cut_plain(seed, bytes, at) {
                Ok((span, is_word)) => {
                    at = span.to as usize;
                    if is_word {
                        spans.push(span);
                    }
                }
                Err(wide) => at = cut_wide(seed, text, wide, first, spans),
            },
            _ => at += 1,
        }
    }
}

/// The ASCII word at `from`, and whether it is one (a mere line is not); or where it touches something that is not ASCII.
#[inline]
fn cut_plain(seed: u64, bytes: &[u8], from: usize) -> Result<(Span, bool), usize> {
    let mut run = Run::new(seed);
    let mut at = from;
    let mut is_word = false;
    let mut last = GAP;
    loop {
        let class = bytes.get(at).map_or(GAP, |b| TABLE[*b as usize]);
        if class >= WORD {
            if class == WIDE {
                return Err(at);
            }
            is_word |= class != b'_';
            run.push(class);
            last = class;
            at += 1;
            continue;
        }
        if class == GAP {
            break;
        }
        let next = bytes.get(at + 1).map_or(GAP, |b| TABLE[*b as usize]);
        if next == WIDE {
            return Err(at + 1);
        }
        let is_joined = match class {
            JOINS_LETTERS => last.is_ascii_alphabetic() && next.is_ascii_alphabetic(),
            JOINS_DIGITS => last.is_ascii_digit() && next.is_ascii_digit(),
            _ => last.is_ascii_alphabetic() && next.is_ascii_alphabetic() || last.is_ascii_digit() && next.is_ascii_digit(),
        };
        if !is_joined {
            break;
        }
        run.push(bytes[at]);
        last = class;
        at += 1;
    }
    Ok((Span { from: from as u32, to: at as u32, is_ascii: true, hash: run.end() }, is_word))
}

/// Cuts the stretch round `at` by the full rules, from the ASCII space before it, where every rule begins anew, to the one after it.
/// Answers where that is.
#[cold]
fn cut_wide(seed: u64, text: &str, at: usize, first: usize, spans: &mut Vec<Span>) -> usize {
    let bytes = text.as_bytes();
    let from = bytes[..at].iter().rposition(|b| is_space(*b)).map_or(0, |space| space + 1);
    let to = bytes[at..].iter().position(|b| is_space(*b)).map_or(bytes.len(), |space| at + space);
    while spans.len() > first && spans.last().is_some_and(|span| span.from as usize >= from) {
        spans.pop();
    }
    for (start, word) in text[from..to].unicode_word_indices() {
        let start = from + start;
        if word.is_ascii() {
            spans.push(span(seed, text, start, start + word.len()));
        } else {
            part(seed, text, start, word, spans);
        }
    }
    to
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
