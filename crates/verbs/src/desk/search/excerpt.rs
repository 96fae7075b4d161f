//! What of a post is shown where it was found: a stretch round the first thing that was looked for.

use model::sieve::Markers;
use model::{Post, Query};

/// Bytes shown, about.
const SHOWN: usize = 280;
/// Bytes shown before the first thing looked for.
const BEFORE: usize = 80;

/// A part of what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// It is what was looked for.
    pub is_found: bool,
}

pub(super) fn of(query: &Query, post: &Post) -> Vec<Piece> {
    let plain = |text: &str| vec![Piece { text: text.to_owned(), is_found: false }];
    if let Some(warning) = &post.warning {
        return plain(warning);
    }
    let text = model::words::looked_at(&post.text);
    let markers = Markers::of(query);
    let marked = markers.stretches(text, post.language.as_deref());
    if marked.is_empty()
        && let Some(title) = post.title.as_deref().filter(|title| !markers.stretches(title, post.language.as_deref()).is_empty())
    {
        let marked = markers.stretches(title, post.language.as_deref());
        return pieces(title, marked.iter().map(|s| (s.from, s.to)), 0, title.floor_char_boundary(SHOWN));
    }
    let first = marked.first().map_or(0, |s| s.from);
    let from = if first <= BEFORE { 0 } else { after_space(text, text.ceil_char_boundary(first - BEFORE), first) };
    let to = before_space(text, text.floor_char_boundary(from + SHOWN));
    pieces(text, marked.iter().map(|s| (s.from, s.to)), from, to)
}

/// The place behind the first space from `at` on, if there is one before `most`.
fn after_space(text: &str, at: usize, most: usize) -> usize {
    text[at..most].find(char::is_whitespace).map_or(at, |space| text.ceil_char_boundary(at + space + 1))
}

fn before_space(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    text[..at].rfind(char::is_whitespace).filter(|space| at - space < BEFORE).unwrap_or(at)
}

fn pieces(text: &str, marked: impl Iterator<Item = (usize, usize)>, from: usize, to: usize) -> Vec<Piece> {
    let (mut all, mut at) = (Vec::new(), from);
    let mut put = |text: &str, is_found| {
        if !text.is_empty() {
            all.push(Piece { text: text.to_owned(), is_found });
        }
    };
    if from > 0 {
        put("… ", false);
    }
    for (start, end) in marked.filter(|(start, end)| *start >= from && *end <= to) {
        put(&text[at..start], false);
        put(&text[start..end], true);
        at = end;
    }
    put(&text[at..to.max(at)], false);
    if to < text.len() {
        put(" …", false);
    }
    all
}

#[cfg(test)]
mod tests {
    use model::{PostRef, Profile, Timestamp};

    use super::*;

    fn check(query: &str, text: &str, expected: &str) {
        let post = Post::new(PostRef::new("1", ""), Profile::default(), text, Timestamp::UNIX_EPOCH);
        let shown = of(&Query::parse(query).unwrap(), &post);
        let shown: String = shown.iter().map(|p| if p.is_found { format!("[{}]", p.text) } else { p.text.clone() }).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_shown_stands_round_what_was_looked_for() {
        check("rye bread", "Bread of rye", "[Bread] of [rye]");
        check("rye", "", "");
        let long = format!("{}rye{}", "ä ".repeat(200), " ö".repeat(300));
        check("rye", &long, &format!("… {}[rye]{} …", "ä ".repeat(26), " ö".repeat(66)));
    }
}
