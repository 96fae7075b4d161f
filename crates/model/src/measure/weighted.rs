//! Letters that weigh differently: what a stretch of text without links comes to by a network's [`Weights`].

use unicode_segmentation::UnicodeSegmentation;

use crate::{EmojiWeight, Weights};

/// The most scalar values of one emoji that Unicode recommends for interchange: a kiss between two people, each with a tone of skin.
const EMOJI_SCALARS_MAX: usize = 10;

/// The length of `text` in letters of the limit, rounded up. Composing is the caller's care.
pub fn letters(text: &str, weights: &Weights) -> u32 {
    let weight: u64 = if text.is_ascii() && !text.contains('\r') {
        text.chars().map(|c| u64::from(of_scalar(c, weights))).sum()
    } else if weights.emoji == EmojiWeight::ByLetters {
        text.chars().map(|c| u64::from(of_scalar(c, weights))).sum()
    } else {
        text.graphemes(true).map(|letter| of_grapheme(letter, weights)).sum()
    };
    u32::try_from(weight.div_ceil(u64::from(weights.scale.max(1)))).unwrap_or(u32::MAX)
}

fn of_scalar(c: char, weights: &Weights) -> u32 {
    let c = u32::from(c);
    weights.stretches.iter().find(|(first, last, _)| (*first..=*last).contains(&c)).map_or(weights.usual, |(.., weight)| *weight)
}

/// A grapheme is at most one emoji, or several stuck together by joiners that no font draws as one.
fn of_grapheme(grapheme: &str, weights: &Weights) -> u64 {
    let (mut sum, mut rest) = (0, grapheme);
    while let Some(c) = rest.chars().next() {
        let len = emoji_at(rest);
        if len > 0 {
            sum += of_emoji(&rest[..len], weights);
            rest = &rest[len..];
        } else {
            sum += u64::from(of_scalar(c, weights));
            rest = &rest[c.len_utf8()..];
        }
    }
    sum
}

fn of_emoji(emoji: &str, weights: &Weights) -> u64 {
    match weights.emoji {
        EmojiWeight::ByLetters => emoji.chars().map(|c| u64::from(of_scalar(c, weights))).sum(),
        EmojiWeight::Usual => u64::from(weights.usual),
        EmojiWeight::Bytes => emoji.len() as u64 * u64::from(weights.scale),
    }
}

/// How many bytes of the start of `text` are one emoji, the longest that is one; 0 where none begins there.
fn emoji_at(text: &str) -> usize {
    let first = text.chars().next().unwrap_or_default();
    if !may_begin_emoji(first) {
        return 0;
    }
    let mut ends = [0; EMOJI_SCALARS_MAX];
    let mut count = 0;
    for (slot, (at, c)) in ends.iter_mut().zip(text.char_indices()) {
        *slot = at + c.len_utf8();
        count += 1;
    }
    // Signs that are letters to most people are emoji only with the selector that says so.
    let least = if u32::from(first) < 0x203C || first == '™' { 2 } else { 1 };
    (least..=count).rev().map(|n| ends[n - 1]).find(|end| emojis::get(&text[..*end]).is_some()).unwrap_or(0)
}

fn may_begin_emoji(c: char) -> bool {
    matches!(c, '#' | '*' | '0'..='9' | '©' | '®' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..)
}
