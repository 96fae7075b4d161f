//! What stands with a post, drawn: its words with their links, a poll, a quoted post, what it said before.

use model::{Poll, Quote, measure};
use verbs::converse::talk::EarlierWords;

use crate::html::{Safe, escape_into};
use crate::parts::{PollCard, PollLine, QuoteCard, When};
use crate::session::Seated;
use crate::words;

/// A poll as it stood when it was last read.
pub fn poll(seated: &Seated, poll: &Poll) -> PollCard {
    let answers = poll.answers.iter().map(|answer| {
        let share = poll.share(answer);
        let votes = match (answer.votes, share) {
            (Some(n), Some(share)) => format!("{}, {share} %", counted(n, "vote", "votes")),
            (Some(n), None) => counted(n, "vote", "votes"),
            (None, _) => String::new(),
        };
        PollLine { words: answer.words.clone(), votes, share }
    });
    let is_closed = poll.is_closed_at(seated.now);
    let mut how = match (is_closed, poll.closes_at) {
        (true, Some(at)) => format!("Closed {}.", words::day_and_clock(seated.now, at, seated.zone())),
        (true, None) => "Closed.".to_owned(),
        (false, Some(at)) => format!("Open until {}.", words::day_and_clock(seated.now, at, seated.zone())),
        (false, None) => "Open.".to_owned(),
    };
    if let Some(n) = poll.voters {
        how += &format!(" {} voted.", counted(n, "person", "people"));
    }
    if poll.is_many {
        how += " Several answers may be chosen.";
    }
    if !is_closed {
        how += " Votes are cast on its own page.";
    }
    PollCard { answers: answers.collect(), how }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", words::figures(i64::try_from(n).unwrap_or(i64::MAX)), if n == 1 { one } else { many })
}

/// A quoted post; without a name where it is gone.
pub fn quote(seated: &Seated, quote: &Quote) -> QuoteCard {
    match quote {
        Quote::Gone => {
            QuoteCard { who: String::new(), handle: String::new(), url: None, when: None, warning: None, words: Safe(String::new()) }
        }
        Quote::Here(q) => QuoteCard {
            who: if q.who.is_empty() { q.handle.clone() } else { q.who.clone() },
            handle: q.handle.clone(),
            url: web_address(q.url.as_deref()),
            when: q.at.map(|at| When::ago(seated.now, at, seated.zone())),
            warning: q.warning.clone(),
            words: drawn(&q.text),
        },
    }
}

/// What a post said before, newest last, each with until when.
pub fn earlier(seated: &Seated, all: &[EarlierWords]) -> Vec<(String, Safe<String>)> {
    let one = |e: &EarlierWords| {
        let mut out = String::new();
        for line in [&e.title, &e.warning].into_iter().flatten() {
            out.push_str("<b>");
            plain(&mut out, line);
            out.push_str("</b><br>");
        }
        words_of(&mut out, &e.text);
        (format!("until {}", words::day_and_clock(seated.now, e.until, seated.zone())), Safe(out))
    };
    all.iter().map(one).collect()
}

fn drawn(text: &str) -> Safe<String> {
    let mut out = String::with_capacity(text.len() + 64);
    words_of(&mut out, text);
    Safe(out)
}

/// Words with their lines and links.
pub fn words_of(out: &mut String, text: &str) {
    let mut from = 0;
    for (start, end) in measure::links(text) {
        plain(out, &text[from..start]);
        link(out, &text[start..end], &text[start..end]);
        from = end;
    }
    plain(out, &text[from..]);
}

pub fn plain(out: &mut String, text: &str) {
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push_str("<br>");
        }
        escape_into(out, line).expect("a String takes every word");
    }
}

pub fn link(out: &mut String, address: &str, words: &str) {
    out.push_str("<a href=\"");
    escape_into(out, address).expect("a String takes every word");
    out.push_str("\" rel=\"noreferrer nofollow\">");
    escape_into(out, words).expect("a String takes every word");
    out.push_str("</a>");
}

/// An address that a browser may follow: of the web, and nothing else.
pub fn web_address(address: Option<&str>) -> Option<String> {
    address.filter(|a| a.starts_with("https://") || a.starts_with("http://")).map(str::to_owned)
}
