//! What can be told from words alone: a question by its mark, a line for a list. What else words do is `model::speech`'s to hear.

use model::measure;

/// Letters of a post that stand in a row of the inbox.
const SNIPPET_MAX: usize = 280;
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
    model::speech::hear(text).act.closes()
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
    fn one_line() {
        assert_eq!(snippet("@ada @ben\nHello  there\n\nyou"), "Hello there you");
        assert_eq!(snippet("@ada"), "@ada");
        assert_eq!(snippet(&"ü".repeat(400)).chars().count(), SNIPPET_MAX + 1);
    }
}
