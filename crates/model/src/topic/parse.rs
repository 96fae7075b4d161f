//! Reads a query. Things side by side bind tighter than OR; a minus binds tightest.

use super::{Place, QueryError, Term, Wanted, keys};
use crate::words;

/// Letters in a query.
pub const QUERY_MAX: usize = 1_000;
/// Words, tags and the like in a query.
pub const TERMS_MAX: usize = 64;
/// Groups within groups.
pub const DEPTH_MAX: usize = 16;

/// Marks that open or close a phrase, as keyboards and phones write them.
const QUOTES: [char; 4] = ['"', '“', '”', '„'];
const MINUSES: [char; 2] = ['-', '\u{2212}'];
/// Letters before a star.
const PREFIX_MIN: usize = 3;
/// Words that may lie among near ones.
const AMONG_MAX: u8 = 50;

pub(super) type Read<T> = Result<T, QueryError>;

pub(super) fn parse(text: &str) -> Read<(Term, Vec<Place>)> {
    // Positions in errors are of the text as given, so that a page can point at the very letter.
    let mut letters = Vec::with_capacity(text.len().min(QUERY_MAX + 1));
    letters.extend(text.chars().take(QUERY_MAX + 1));
    if letters.len() > QUERY_MAX {
        return wrong(QUERY_MAX, format!("A query has at most {QUERY_MAX} letters. Make two topics of it."));
    }
    let mut reader = Reader { letters, at: 0, terms: 0, places: Vec::new() };
    let term = reader.any(0)?;
    reader.skip_space();
    match reader.peek() {
        Some(')') => wrong(reader.at, "This bracket closes a group that was never opened. Take it away, or open one before it."),
        _ => {
            let start = reader.first_letter();
            if anchored(&term) { Ok((term, reader.places)) } else { wrong(start, NO_ANCHOR) }
        }
    }
}

const NO_ANCHOR: &str = "Every way to match needs something to look for: a word, a \"phrase\", a #tag, from:, to:, in: or link:. \
    A minus and the other words with a colon only narrow it down.";

pub(super) fn wrong<T>(at: usize, why: impl Into<String>) -> Read<T> {
    Err(QueryError { at, why: why.into() })
}

/// Whether whatever matches holds at least one thing that was looked for, so that no topic means nearly everything.
fn anchored(term: &Term) -> bool {
    match term {
        Term::Word(_) | Term::Phrase(_) | Term::Near(..) | Term::Prefix(_) | Term::Tag(_) => true,
        Term::From(_) | Term::To(_) | Term::In(_) | Term::Link(_) => true,
        Term::On(_) | Term::Lang(_) | Term::Is(_) | Term::Has(_) | Term::Before(_) | Term::After(_) | Term::Not(_) => false,
        Term::All(list) => list.iter().any(anchored),
        Term::Any(list) => list.iter().all(anchored),
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    terms: usize,
    places: Vec<Place>,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }
    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }
    fn first_letter(&self) -> usize {
        self.letters.iter().position(|c| !c.is_whitespace()).unwrap_or(0)
    }
    /// Whether the next bare word is `word`, such as OR.
    fn is_next(&self, word: &str) -> bool {
        let n = word.len();
        self.letters[self.at..].iter().take(n).copied().eq(word.chars()) && self.letters.get(self.at + n).is_none_or(|&c| ends_word(c))
    }

    fn any(&mut self, depth: usize) -> Read<Term> {
        // Most have no OR, and need no list of choices.
        let (mut last, mut choices) = (self.all(depth)?, Vec::new());
        loop {
            self.skip_space();
            if !self.is_next("OR") {
                break;
            }
            let at = self.at;
            self.at += 2;
            self.skip_space();
            if self.peek().is_none_or(|c| c == ')') || self.is_next("OR") {
                return wrong(at, "OR stands between two things, such as bread OR cake.");
            }
            choices.push(std::mem::replace(&mut last, self.all(depth)?));
        }
        if choices.is_empty() {
            return Ok(last);
        }
        choices.push(last);
        Ok(flat(choices, Term::Any))
    }

    fn all(&mut self, depth: usize) -> Read<Term> {
        let mut list = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some(')') => break,
                Some(_) if self.is_next("OR") => break,
                // Side by side means the same; people who are used to writing it may.
                Some(_) if self.is_next("AND") => {
                    let at = self.at;
                    self.at += 3;
                    self.skip_space();
                    if list.is_empty() || self.peek().is_none_or(|c| c == ')') || self.is_next("OR") || self.is_next("AND") {
                        return wrong(at, "AND stands between two things. Words side by side mean the same without it.");
                    }
                }
                Some(_) => list.push(self.one(depth)?),
            }
        }
        if list.is_empty() {
            return match self.peek() {
                _ if self.is_next("OR") => wrong(self.at, "OR stands between two things, such as bread OR cake."),
                Some(')') if depth > 0 => wrong(self.at, "This group is empty. Put words between the brackets."),
                Some(_) => wrong(self.at, "This bracket closes a group that was never opened. Take it away, or open one before it."),
                None => wrong(self.at.min(self.letters.len()), "Write what to look for, such as sourdough starter."),
            };
        }
        Ok(flat(list, Term::All))
    }

    fn one(&mut self, depth: usize) -> Read<Term> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return wrong(self.at, format!("A query has at most {TERMS_MAX} words. Make two topics of it."));
        }
        let start = self.at;
        let Some(letter) = self.peek() else { return wrong(start, "Something is missing here.") };
        if MINUSES.contains(&letter) || self.is_next("NOT") {
            return self.not(depth);
        }
        if letter == '(' {
            return self.group(depth);
        }
        let term = match letter {
            _ if QUOTES.contains(&letter) => self.phrase()?,
            '#' => self.tag()?,
            _ => self.word_or_key()?,
        };
        self.places.push(Place { at: start, until: self.at });
        Ok(term)
    }

    fn tag(&mut self) -> Read<Term> {
        let start = self.at;
        self.at += 1;
        let tag = self.bare();
        if !tag.contains(char::is_alphanumeric) {
            return wrong(start, "A tag stands right behind the #, such as #sourdough.");
        }
        Ok(Term::Tag(tag))
    }

    fn not(&mut self, depth: usize) -> Read<Term> {
        let start = self.at;
        let is_word = self.is_next("NOT");
        self.at += if is_word { 3 } else { 1 };
        if is_word {
            self.skip_space();
        }
        match self.peek() {
            None => return wrong(start, "A minus stands right before what to leave out, such as -recipe."),
            Some(c) if c.is_whitespace() || c == ')' => {
                return wrong(start, "A minus stands right before what to leave out, with no space between: -recipe.");
            }
            Some(c) if MINUSES.contains(&c) => return wrong(self.at, "One minus is enough."),
            Some(_) if self.is_next("OR") || self.is_next("AND") || self.is_next("NOT") => {
                return wrong(start, "A minus stands right before what to leave out, such as -recipe.");
            }
            Some(_) => {}
        }
        Ok(Term::Not(Box::new(self.one(depth)?)))
    }

    fn group(&mut self, depth: usize) -> Read<Term> {
        let start = self.at;
        if depth + 1 > DEPTH_MAX {
            return wrong(start, format!("Groups stand at most {DEPTH_MAX} deep."));
        }
        self.at += 1;
        let inner = self.any(depth + 1).map_err(|e| {
            // A group that runs to the end is an open bracket, wherever the end is.
            let is_open_end =
                e.at >= self.letters.len() && self.letters.get(start + 1..).is_none_or(|l| l.iter().all(|c| c.is_whitespace()));
            if is_open_end { unclosed_group(start) } else { e }
        })?;
        self.skip_space();
        if self.peek() != Some(')') {
            return Err(unclosed_group(start));
        }
        self.at += 1;
        Ok(inner)
    }

    fn phrase(&mut self) -> Read<Term> {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        while self.peek().is_some_and(|c| !QUOTES.contains(&c)) {
            self.at += 1;
        }
        if self.peek().is_none() {
            return wrong(start, "This phrase is not closed. Put a \" at its end.");
        }
        let words: String = self.letters[from..self.at].iter().collect();
        self.at += 1;
        if words.trim().is_empty() {
            return wrong(start, "This phrase is empty. Put words between the marks.");
        }
        let wanted = Wanted::new(words.trim().to_owned());
        if wanted.words().is_empty() && wanted.signs().is_empty() {
            return wrong(start, "Nothing in this phrase can be looked for. Put words between the marks.");
        }
        if self.peek() == Some('~') { self.near(start, wanted) } else { Ok(Term::Phrase(wanted)) }
    }

    /// What stands behind a phrase whose words need not be in a row.
    fn near(&mut self, start: usize, wanted: Wanted) -> Read<Term> {
        let tilde = self.at;
        self.at += 1;
        let number = self.bare();
        let among = number.parse().ok().filter(|n| (1..=AMONG_MAX).contains(n) && *number == n.to_string());
        let Some(among) = among else {
            let why = format!("Behind ~ stands how many words may lie among these, from 1 to {AMONG_MAX}, such as \"oven door\"~5.");
            return wrong(tilde, why);
        };
        if wanted.words().len() < 2 {
            return wrong(start, "Near each other can be two words or more, such as \"oven door\"~5.");
        }
        Ok(Term::Near(wanted, among))
    }

    fn word_or_key(&mut self) -> Read<Term> {
        let start = self.at;
        let word = self.bare();
        if let Some((key, value)) = word.split_once(':')
            && let Some(term) = keys::read(&key.to_lowercase(), value, start, start + key.chars().count() + 1)?
        {
            return Ok(term);
        }
        if word.contains('*') {
            return starred(&word, start);
        }
        let wanted = Wanted::new(word);
        if wanted.words().is_empty() && wanted.signs().is_empty() {
            return wrong(start, "This is neither a word nor a sign that could be looked for.");
        }
        Ok(Term::Word(wanted))
    }

    /// Letters up to a space, a bracket or a quotation mark.
    fn bare(&mut self) -> String {
        let from = self.at;
        while self.peek().is_some_and(|c| !ends_word(c)) {
            self.at += 1;
        }
        self.letters[from..self.at].iter().collect()
    }
}

fn unclosed_group(at: usize) -> QueryError {
    QueryError { at, why: "This group is not closed. Put a ) at its end.".into() }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || c == '(' || c == ')' || QUOTES.contains(&c)
}

/// One thing stays itself; a list within a list of the same kind is one list.
fn flat(mut list: Vec<Term>, make: fn(Vec<Term>) -> Term) -> Term {
    if list.len() == 1
        && let Some(one) = list.pop()
    {
        return one;
    }
    let is_all = matches!(make(Vec::new()), Term::All(_));
    let is_same = |term: &Term| matches!(term, Term::All(_) if is_all) || matches!(term, Term::Any(_) if !is_all);
    if list.iter().any(is_same) {
        let mut flat = Vec::with_capacity(list.len());
        for term in list {
            match term {
                Term::All(inner) if is_all => flat.extend(inner),
                Term::Any(inner) if !is_all => flat.extend(inner),
                other => flat.push(other),
            }
        }
        list = flat;
    }
    make(list)
}

/// A word of which only the beginning is given.
fn starred(word: &str, start: usize) -> Read<Term> {
    let star = word.chars().position(|c| c == '*').unwrap_or(0);
    let Some(beginning) = word.strip_suffix('*').filter(|rest| !rest.contains('*')) else {
        return wrong(start + star, "A star stands at the end of a word, such as bak*, and nowhere else.");
    };
    let beginning = words::case_folded(beginning);
    if words::words(&beginning).next() != Some(beginning.as_str()) {
        return wrong(start, "Before a star stands the beginning of one word, such as bak*, without other signs.");
    }
    // Under every language, for a mark may be a letter more or less.
    let letters = words::Marks::ALL.iter().map(|marks| words::unmarked(&beginning, *marks).chars().count()).min();
    if letters.is_none_or(|n| n < PREFIX_MIN) {
        return wrong(start + star, format!("Before a star stand at least {PREFIX_MIN} letters, such as bak*."));
    }
    Ok(Term::Prefix(beginning))
}
