//! Reads a query. Things side by side bind tighter than OR; a minus binds tightest.

use super::{QueryError, Term, Wanted, matching};

/// Letters in a query.
pub const QUERY_MAX: usize = 1_000;
/// Words, tags and the like in a query.
pub const TERMS_MAX: usize = 64;
/// Groups within groups.
pub const DEPTH_MAX: usize = 16;

/// Marks that open or close a phrase, as keyboards and phones write them.
const QUOTES: [char; 4] = ['"', '“', '”', '„'];
const MINUSES: [char; 2] = ['-', '\u{2212}'];
/// Words with a colon that later releases will know; until then they are pointed out, not searched for as words.
const NOT_YET: [&str; 7] = ["to", "in", "is", "has", "before", "after", "since"];

type Read<T> = Result<T, QueryError>;

pub(super) fn parse(text: &str) -> Read<Term> {
    // Positions in errors are of the text as given, so that a page can point at the very letter.
    let letters: Vec<char> = text.chars().collect();
    if letters.len() > QUERY_MAX {
        return wrong(QUERY_MAX, format!("A query has at most {QUERY_MAX} letters. Make two topics of it."));
    }
    let mut reader = Reader { letters, at: 0, terms: 0 };
    let term = reader.any(0)?;
    reader.skip_space();
    match reader.peek() {
        Some(')') => wrong(reader.at, "This bracket closes a group that was never opened. Take it away, or open one before it."),
        _ => {
            let start = reader.first_letter();
            anchored(&term).then_some(term).ok_or_else(|| QueryError {
                at: start,
                why: "Every way to match needs something to look for: a word, a \"phrase\", a #tag or from:. A minus, on: and lang: only narrow it down.".into(),
            })
        }
    }
}

fn wrong<T>(at: usize, why: impl Into<String>) -> Read<T> {
    Err(QueryError { at, why: why.into() })
}

/// Whether whatever matches holds at least one thing that was looked for, so that no topic means nearly everything.
fn anchored(term: &Term) -> bool {
    match term {
        Term::Word(_) | Term::Phrase(_) | Term::Tag(_) | Term::From(_) => true,
        Term::On(_) | Term::Lang(_) | Term::Not(_) => false,
        Term::All(list) => list.iter().any(anchored),
        Term::Any(list) => list.iter().all(anchored),
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    terms: usize,
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
        let mut choices = vec![self.all(depth)?];
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
            choices.push(self.all(depth)?);
        }
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
        if QUOTES.contains(&letter) {
            return self.phrase();
        }
        if letter == '#' {
            self.at += 1;
            let tag = self.bare();
            if tag.is_empty() || !tag.chars().any(char::is_alphanumeric) {
                return wrong(start, "A tag stands right behind the #, such as #sourdough.");
            }
            return Ok(Term::Tag(tag));
        }
        self.word_or_key()
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
        Ok(Term::Phrase(Wanted::new(words.trim())))
    }

    fn word_or_key(&mut self) -> Read<Term> {
        let start = self.at;
        let word = self.bare();
        if let Some((key, value)) = word.split_once(':') {
            let key = key.to_lowercase();
            let value_at = start + key.chars().count() + 1;
            match key.as_str() {
                "from" | "on" | "lang" => return self.keyed(&key, value, value_at),
                _ if NOT_YET.contains(&key.as_str()) => {
                    return wrong(
                        start,
                        format!("“{key}:” is not known yet. from:, on: and lang: are; to look for it as words, write \"{key} …\"."),
                    );
                }
                _ => {}
            }
        }
        if let Some(place) = word.chars().position(|c| c == '*') {
            return wrong(start + place, "Words are looked for whole. Write each form, such as (bake OR baking OR baker).");
        }
        Ok(Term::Word(Wanted::new(&word)))
    }

    fn keyed(&mut self, key: &str, value: &str, at: usize) -> Read<Term> {
        let value = value.trim_start_matches('@');
        if value.is_empty() {
            let example = match key {
                "from" => "a handle, such as from:ada@social.example",
                "on" => "a network, such as on:feed",
                _ => "a language, such as lang:en",
            };
            return wrong(at, format!("Behind {key}: stands {example}, without a space."));
        }
        Ok(match key {
            "from" => Term::From(value.to_owned()),
            "on" => Term::On(value.to_lowercase()),
            _ => {
                let is_code = value.split('-').all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
                    && value.split('-').next().is_some_and(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphabetic()));
                if !is_code {
                    return wrong(at, "A language is written as its code, such as lang:en, lang:de or lang:pt-BR.");
                }
                Term::Lang(value.to_lowercase())
            }
        })
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
fn flat(list: Vec<Term>, make: fn(Vec<Term>) -> Term) -> Term {
    let is_all = matches!(make(Vec::new()), Term::All(_));
    let mut flat = Vec::with_capacity(list.len());
    for term in list {
        match term {
            Term::All(inner) if is_all => flat.extend(inner),
            Term::Any(inner) if !is_all => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => make(flat),
    }
}

impl Wanted {
    pub(super) fn new(written: &str) -> Wanted {
        Wanted { written: written.to_owned(), folded: matching::words(written) }
    }
}
