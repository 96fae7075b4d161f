//! What can be told from words alone: a question, a closing word, a line for a list.

use model::measure;

/// Letters of a post that stand in a row of the inbox.
const SNIPPET_MAX: usize = 280;
/// A closing word is short; one that has ended its sentence may be followed by a little more.
const CLOSING_WORDS_MAX: usize = 6;
const CLOSING_AND_MORE_MAX: usize = 14;
/// How a talk is closed politely, in the languages that people here write most; lower case.
const CLOSINGS: [&str; 32] = [
    "thanks",
    "thank you",
    "thx",
    "ty",
    "cheers",
    "ta",
    "much appreciated",
    "appreciated",
    "great",
    "perfect",
    "lovely",
    "will do",
    "got it",
    "ok",
    "okay",
    "sounds good",
    "you're welcome",
    "you’re welcome",
    "no problem",
    "danke",
    "vielen dank",
    "merci",
    "gracias",
    "muchas gracias",
    "grazie",
    "obrigado",
    "obrigada",
    "bedankt",
    "dank je",
    "tack",
    "dziękuję",
    "takk",
];

/// The words without addresses and without the names at their beginning.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in measure::links(text) {
        out.push_str(&text[from..start]);
        from = end;
    }
    out.push_str(&text[from..]);
    out.split_whitespace().filter(|word| !word.starts_with('@')).collect::<Vec<_>>().join(" ")
}

/// Whether something is asked.
pub fn is_question(text: &str) -> bool {
    bare(text).contains(['?', '？', '؟', '⁇', '‽'])
}

/// Whether it only closes a talk: thanks, a nod, a smile. Such words need no answer.
pub fn is_closing(text: &str) -> bool {
    let words = bare(text).to_lowercase();
    if words.contains(['?', '？', '؟']) {
        return false;
    }
    if !words.chars().any(char::is_alphanumeric) {
        return true;
    }
    let plain = words.trim_start_matches(|c: char| !c.is_alphanumeric());
    let Some(rest) = CLOSINGS
        .iter()
        .filter_map(|close| plain.strip_prefix(close))
        .find(|rest| rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’'))
    else {
        return false;
    };
    let is_sentence = rest.starts_with(['.', '!', '…']);
    plain.split_whitespace().count() <= if is_sentence { CLOSING_AND_MORE_MAX } else { CLOSING_WORDS_MAX }
}

/// What stands before the first space of a name.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// The first words, in one line, without the names at the beginning.
pub fn snippet(text: &str) -> String {
    let mut words = text.split_whitespace().peekable();
    while words.peek().is_some_and(|word| word.starts_with('@')) {
        words.next();
    }
    let line = words.collect::<Vec<_>>().join(" ");
    let line = if line.is_empty() { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { line };
    match line.char_indices().nth(SNIPPET_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions() {
        for yes in ["Is it the thread?", "@ada why？", "هل هذا صحيح؟", "Really?! https://x.example"] {
            assert!(is_question(yes), "{yes}");
        }
        for no in ["See https://x.example/?q=1", "No.", ""] {
            assert!(!is_question(no), "{no}");
        }
    }

    #[test]
    fn closing_words() {
        for yes in [
            "@ada Thanks!",
            "thank you so much",
            "🙏",
            "@ada 😊😊",
            "Ok.",
            "Merci beaucoup",
            "Great, will try",
            "Thank you. Dry, brushed, and calm again.",
        ] {
            assert!(is_closing(yes), "{yes}");
        }
        for no in [
            "Thanks, but which thread would you take for a first book?",
            "tables are nice",
            "Thanks? For what",
            "I tried it and it tore again.",
            "Okinawa",
        ] {
            assert!(!is_closing(no), "{no}");
        }
    }

    #[test]
    fn one_line() {
        assert_eq!(snippet("@ada @ben\nHello  there\n\nyou"), "Hello there you");
        assert_eq!(snippet("@ada"), "@ada");
        assert_eq!(snippet(&"ü".repeat(400)).chars().count(), SNIPPET_MAX + 1);
    }
}
