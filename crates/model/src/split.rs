//! A long text as a thread of parts, each within the rules: cut at a paragraph, else a sentence, else a word, else a letter.
//! A person's own break, a line of `---` alone, always cuts. What the parts will look like on the page is not its care.

use unicode_segmentation::UnicodeSegmentation;

use crate::extract::addresses;
use crate::measure::{beside, count, length, letter, links, mentions, tags};
use crate::{Rules, Unit};

/// The line that says "break here".
pub const BREAK: &str = "---";
/// A cut at a paragraph or a sentence shall leave a part at least this full (in hundredths), unless what follows then fits whole.
const FULL_ENOUGH: usize = 33;
/// Below this limit a number would eat too much of a part.
const NUMBERED_FROM: u32 = 20;
/// How many candidates are measured one by one before the search takes longer steps.
const TRIES: usize = 32;

/// Whether parts say which of how many they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Numbering {
    #[default]
    None,
    /// ` 1/2` at the end, counted in the limit. A single part has none.
    Suffix,
}

/// The text in parts, each within `rules`, without numbers. An empty text is one empty part.
pub fn split(text: &str, rules: &Rules) -> Vec<String> {
    cut_all(text, &Limit::of(rules, 0))
}

/// [`split`], with numbers where `numbering` wants them.
pub fn split_numbered(text: &str, rules: &Rules, numbering: Numbering) -> Vec<String> {
    let plain = split(text, rules);
    let is_too_tight = rules.text_max.is_some_and(|max| max < NUMBERED_FROM) || rules.bytes_max.is_some_and(|max| max < NUMBERED_FROM);
    if numbering == Numbering::None || plain.len() < 2 || is_too_tight {
        return plain;
    }
    // The number's own width depends on how many parts there are: widen until it holds. Seven digits are beyond any text.
    for digits in 1..=7 {
        let suffix = 2 + 2 * digits;
        // A link that fits only where no number stands beside it is worth more than numbers.
        if !unsplittable(text, rules, suffix).is_empty() && unsplittable(text, rules, 0).is_empty() {
            break;
        }
        let parts = cut_all(text, &Limit::of(rules, suffix));
        if parts.len().to_string().len() <= digits as usize {
            let total = parts.len();
            return parts.into_iter().enumerate().map(|(i, part)| format!("{part} {}/{total}", i + 1)).collect();
        }
        if rules.text_max.is_some_and(|max| max <= suffix + 2) {
            break;
        }
    }
    plain
}

/// What would have to be torn to fit: a link, a name, a tag or a single letter that is longer than a whole part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsplittable {
    pub kind: Whole,
    /// In bytes of the text.
    pub start: usize,
    pub end: usize,
    /// By the rules that it breaks.
    pub length: u32,
}

/// What is never cut as long as it fits into one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    Link,
    Name,
    Tag,
    Letter,
}

/// Everything in a text that does not fit into one part by itself, `reserved` being taken up by other things. Where this is not empty,
/// [`split`] still answers with parts that fit, but one of these is in pieces.
pub fn unsplittable(text: &str, rules: &Rules, reserved: u32) -> Vec<Unsplittable> {
    let limit = Limit::of(rules, reserved);
    if limit.is_none() {
        return Vec::new();
    }
    let (mut found, mut at) = (Vec::new(), 0);
    for (start, end) in wholes(text) {
        letters_too_long(text, (at, start), &limit, &mut found);
        at = end;
        if !limit.holds(&text[start..end]) {
            let kind = match text[start..].chars().next() {
                Some('@') => Whole::Name,
                Some('#') => Whole::Tag,
                _ => Whole::Link,
            };
            found.push(Unsplittable { kind, start, end, length: length(&text[start..end], rules) });
        }
    }
    letters_too_long(text, (at, text.len()), &limit, &mut found);
    found
}

fn letters_too_long(text: &str, (from, to): (usize, usize), limit: &Limit<'_>, found: &mut Vec<Unsplittable>) {
    if text[from..to].is_ascii() {
        return;
    }
    for (at, one) in text[from..to].grapheme_indices(true).filter(|(_, l)| l.chars().nth(1).is_some() || limit.is_tiny()) {
        let length = letter(one, limit.rules);
        if length > limit.text_max || one.len() > limit.bytes_max {
            found.push(Unsplittable { kind: Whole::Letter, start: from + at, end: from + at + one.len(), length });
        }
    }
}

/// Links, names and tags, in order and apart.
fn wholes(text: &str) -> Vec<(usize, usize)> {
    let bare = addresses(text).into_iter().map(|a| (a.start, a.end));
    let found = beside(links(text), bare);
    let found = beside(found, mentions(text).into_iter().map(|(s, e, _)| (s, e)));
    beside(found, tags(text))
}

/// What a part may be at most, less the room for its number.
struct Limit<'a> {
    rules: &'a Rules,
    text_max: u32,
    bytes_max: usize,
}

impl Limit<'_> {
    fn of(rules: &Rules, reserved: u32) -> Limit<'_> {
        let less = |max: Option<u32>| max.map_or(u32::MAX, |m| m.saturating_sub(reserved).max(1));
        Limit { rules, text_max: less(rules.text_max), bytes_max: less(rules.bytes_max) as usize }
    }
    fn holds(&self, part: &str) -> bool {
        part.len() <= self.bytes_max && length(part, self.rules) <= self.text_max
    }
    /// Whether not even any one scalar value is sure to fit.
    fn is_tiny(&self) -> bool {
        self.text_max < 8 || self.bytes_max < 8
    }
    /// How many bytes of a letter have to be looked at to know whether it fits. Where letters count whole, all of them.
    fn letter_max(&self) -> usize {
        let bytes_a_unit = match self.rules.unit {
            Unit::Graphemes => usize::MAX,
            Unit::Scalars | Unit::Bytes | Unit::Utf16 => 4,
            Unit::Weighted(_) => 32,
        };
        (self.text_max as usize).saturating_mul(bytes_a_unit).min(self.bytes_max).saturating_add(64)
    }
    fn is_none(&self) -> bool {
        self.text_max == u32::MAX && self.bytes_max == u32::MAX as usize
    }
}

fn cut_all(text: &str, limit: &Limit<'_>) -> Vec<String> {
    let pieces = at_breaks(text);
    if let [only] = pieces[..]
        && limit.holds(only)
    {
        return vec![only.to_owned()];
    }
    let mut parts = Vec::new();
    for piece in pieces {
        let mut rest = piece.trim();
        while !rest.is_empty() {
            let (part, after) = first_part(rest, limit);
            parts.push(part.to_owned());
            rest = after.trim_start();
        }
    }
    if parts.is_empty() { vec![String::new()] } else { parts }
}

/// The pieces between a person's own breaks. A text without one comes back as it is.
fn at_breaks(text: &str) -> Vec<&str> {
    let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim() == BREAK {
            pieces.push(&text[from..at]);
            from = at + line.len();
        }
        at += line.len();
    }
    pieces.push(&text[from..]);
    pieces
}

/// The first part of a text, and what is left. The part is never empty.
fn first_part<'t>(rest: &'t str, limit: &Limit<'_>) -> (&'t str, &'t str) {
    let reach = reach(rest, limit);
    if limit.is_none() || (reach.is_near(rest) && limit.holds(rest)) {
        return (rest, "");
    }
    let cuts = Cuts::of(rest, &reach);
    let by_kind = [cuts.paragraphs.as_slice(), cuts.sentences.as_slice()];
    let good = by_kind.iter().find_map(|kind| longest(rest, kind, limit).filter(|at| is_worth(rest, *at, &reach, kind, limit)));
    let at = good
        .or_else(|| longest(rest, &cuts.words, limit))
        .or_else(|| longest(rest, &reach.letters, limit))
        .unwrap_or_else(|| anywhere(rest, limit));
    (rest[..at].trim_end(), &rest[at..])
}

/// Whether a cut there is better than going on to a lesser kind of cut: the part is full enough, or what follows stays whole for it.
fn is_worth(rest: &str, at: usize, reach: &Reach, kind: &[usize], limit: &Limit<'_>) -> bool {
    if at * 100 >= reach.end * FULL_ENOUGH {
        return true;
    }
    let next = kind.iter().copied().find(|&c| c > at);
    let following = &rest[at..next.unwrap_or(rest.len())];
    // What is many times as long as a part will hardly be one; measuring a book's rest for every part would take for ever.
    following.len() <= reach.end.saturating_mul(4) && limit.holds(following.trim())
}

/// How far a first part can reach, and where it may be cut on the way there without cutting a letter, a link or a name.
struct Reach {
    end: usize,
    letters: Vec<usize>,
}

impl Reach {
    /// Whether the whole text may fit, although letter by letter it does not quite: then it has to be measured whole.
    fn is_near(&self, rest: &str) -> bool {
        const NEARLY: usize = 256;
        rest.len() <= self.end + NEARLY
    }
}

fn reach(rest: &str, limit: &Limit<'_>) -> Reach {
    const WINDOW_MIN: usize = 512;
    // A window that surely holds a whole part can't be known, since links weigh less than their letters: widen until the part is full.
    let mut wide = (limit.text_max as usize).min(limit.bytes_max).saturating_mul(2).saturating_add(WINDOW_MIN);
    loop {
        let window = border(rest, wide);
        let (reach, is_full) = reach_within(rest, window, limit);
        if is_full || window == rest.len() {
            return reach;
        }
        wide = wide.saturating_mul(2);
    }
}

/// How far a part reaches in a window, and whether it is full before the window ends.
fn reach_within(rest: &str, window: usize, limit: &Limit<'_>) -> (Reach, bool) {
    let held = held_together(&rest[..window], limit);
    let (mut sum, mut at, mut letters, mut held) = (0u32, 0, Vec::new(), held.into_iter().peekable());
    while at < window {
        while held.peek().is_some_and(|h| h.0 < at) {
            held.next();
        }
        let (to, weight) = match held.peek() {
            Some(&(start, end, weight)) if start == at => (end, weight),
            _ => {
                let one = rest[at..border(rest, at.saturating_add(limit.letter_max()))].graphemes(true).next().unwrap_or("");
                (at + one.len(), letter(one, limit.rules))
            }
        };
        sum = sum.saturating_add(weight);
        if sum > limit.text_max || to > limit.bytes_max {
            return (Reach { end: at, letters }, true);
        }
        at = to;
        letters.push(at);
    }
    (Reach { end: at, letters }, false)
}

/// The first letter's border at or after `from`.
fn border(text: &str, from: usize) -> usize {
    (from..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

/// Links, names and tags that would fit into a part of their own: (start, end, weight).
fn held_together(text: &str, limit: &Limit<'_>) -> Vec<(usize, usize, u32)> {
    let fitting = wholes(text).into_iter().filter(|&(s, e)| limit.holds(&text[s..e]));
    fitting.map(|(s, e)| (s, e, length(&text[s..e], limit.rules))).collect()
}

/// The places where a first part may end, by kind, in order.
struct Cuts {
    paragraphs: Vec<usize>,
    sentences: Vec<usize>,
    words: Vec<usize>,
}

impl Cuts {
    fn of(rest: &str, reach: &Reach) -> Cuts {
        let mut cuts = Cuts { paragraphs: Vec::new(), sentences: Vec::new(), words: Vec::new() };
        // A little more than fits is looked at, so that the end of a sentence can be told.
        const AHEAD: usize = 64;
        let seen = &rest[..border(rest, reach.end + AHEAD)];
        for (start, sentence) in seen.split_sentence_bound_indices() {
            let end = start + sentence.len();
            if end <= reach.end && end < rest.len() && is_sentence_end(sentence) {
                cuts.sentences.push(end);
            }
        }
        let mut blank_from = 0;
        for (at, _) in seen.char_indices().filter(|(_, c)| c.is_whitespace()) {
            let is_start_of_gap = at >= blank_from;
            if is_start_of_gap {
                blank_from = at + rest[at..].find(|c: char| !c.is_whitespace()).unwrap_or(rest.len() - at);
            }
            if !is_start_of_gap || at == 0 || at > reach.end {
                continue;
            }
            let gap = &rest[at..blank_from];
            match gap.matches('\n').count() {
                0 if gap.chars().all(is_glue) => continue,
                0 => cuts.words.push(at),
                1 => {
                    cuts.words.push(at);
                    cuts.sentences.push(at);
                }
                _ => {
                    cuts.words.push(at);
                    cuts.paragraphs.push(at);
                }
            }
        }
        cuts.sentences.retain(|at| reach.letters.binary_search(at).is_ok());
        cuts.sentences.sort_unstable();
        cuts.sentences.dedup();
        cuts
    }
}

/// Spaces that hold words together.
fn is_glue(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{feff}')
}

/// Whether a stretch that the Unicode rules call a sentence is one: not "Dr." or "J." or "1." and not merely a line's end.
fn is_sentence_end(sentence: &str) -> bool {
    const SHORT: [&str; 13] = ["mr", "mrs", "ms", "dr", "prof", "st", "vs", "no", "nr", "bzw", "etc", "e.g", "i.e"];
    let sentence = sentence.trim_end();
    let Some(before_stop) = sentence.strip_suffix('.') else {
        return sentence.ends_with(|c: char| !c.is_alphanumeric());
    };
    let last = before_stop.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"')).next().unwrap_or("");
    let is_initial = last.chars().count() == 1 && last.chars().all(char::is_alphabetic) && last != "I";
    let is_number = !last.is_empty() && last.len() <= 2 && last.bytes().all(|b| b.is_ascii_digit());
    !(is_initial || is_number || SHORT.contains(&last.to_lowercase().as_str()))
}

/// The last of the places at which the part before it fits. Lengths nearly always grow along the text, so the last ones are tried one
/// by one; only where a cut changes what counts as a link does the search go on in longer and longer steps.
fn longest(rest: &str, places: &[usize], limit: &Limit<'_>) -> Option<usize> {
    let (mut i, mut tried, mut step) = (places.len(), 0, 1);
    while i > 0 {
        i -= 1;
        let part = rest[..places[i]].trim_end();
        if !part.is_empty() && limit.holds(part) {
            return Some(places[i]);
        }
        tried += 1;
        if tried > TRIES {
            step *= 2;
            i = i.saturating_sub(step).max(usize::from(i > 1));
        }
    }
    None
}

/// The last resort, for a single letter that is longer than a whole part: between its scalars. At least one goes.
fn anywhere(rest: &str, limit: &Limit<'_>) -> usize {
    let unit = if limit.rules.unit == Unit::Graphemes { Unit::Scalars } else { limit.rules.unit };
    let (mut end, mut sum) = (0, 0u32);
    for (at, c) in rest.char_indices() {
        let to = at + c.len_utf8();
        sum = sum.saturating_add(count(&rest[at..to], unit));
        if at > 0 && (to > limit.bytes_max || sum > limit.text_max) {
            break;
        }
        end = to;
    }
    end
}

#[cfg(test)]
mod tests;
