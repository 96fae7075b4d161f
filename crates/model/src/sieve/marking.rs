//! Where in a text stands what a query looks for, so that it can be shown.

use crate::Query;
use crate::topic::{Term, Wanted};
use crate::words::{self, Marks, Span, Tongue, case_folded, unmarked};

/// Stretches of one text that are marked; what comes after is shown as it is.
const STRETCHES_MAX: usize = 200;

/// A part of a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    pub from: usize,
    pub to: usize,
}

/// What a query looks for and a reader would see in a text: words, rows of words, beginnings, tags and signs, not what must be absent.
pub struct Markers<'q>(Vec<&'q Term>);

impl<'q> Markers<'q> {
    pub fn of(query: &'q Query) -> Markers<'q> {
        let mut leaves = Vec::new();
        gather(query.term(), &mut leaves);
        Markers(leaves)
    }

    /// In order, none within another.
    pub fn stretches(&self, text: &str, language: Option<&str>) -> Vec<Stretch> {
        let tongue = Tongue::of(language);
        let mut spans = Vec::new();
        words::cut(0, text, &mut spans);
        let cased: Vec<String> = spans.iter().map(|span| case_folded(span.of(text))).collect();
        let heard: Vec<String> = cased.iter().map(|word| unmarked(word, tongue.marks())).collect();
        let said = Said { text, spans: &spans, cased: &cased, heard: &heard, tongue };
        let mut found: Vec<Stretch> = self.0.iter().flat_map(|term| said.places(term)).collect();
        found.sort_unstable();
        let mut joined: Vec<Stretch> = Vec::with_capacity(found.len().min(STRETCHES_MAX));
        for next in found {
            match joined.last_mut() {
                Some(last) if next.from < last.to => last.to = last.to.max(next.to),
                _ => joined.push(next),
            }
        }
        joined.truncate(STRETCHES_MAX);
        joined
    }
}

fn gather<'q>(term: &'q Term, leaves: &mut Vec<&'q Term>) {
    match term {
        Term::All(list) | Term::Any(list) => list.iter().for_each(|term| gather(term, leaves)),
        Term::Not(_) => {}
        leaf => leaves.push(leaf),
    }
}

struct Said<'t> {
    text: &'t str,
    spans: &'t [Span],
    cased: &'t [String],
    heard: &'t [String],
    tongue: Tongue,
}

impl Said<'_> {
    fn places(&self, term: &Term) -> Vec<Stretch> {
        match term {
            Term::Word(wanted) | Term::Phrase(wanted) if wanted.words().is_empty() => self.signs(wanted),
            Term::Word(wanted) if wanted.words().len() == 1 => {
                let (word, stem) = (self.alike(&wanted.words()[0]), wanted.stem(self.tongue));
                self.each(|at| self.heard[at] == word || stem.is_some() && self.tongue.stem(&self.cased[at]).as_deref() == stem)
            }
            Term::Word(wanted) | Term::Phrase(wanted) => self.rows(wanted),
            Term::Near(wanted, _) => {
                let words: Vec<String> = wanted.words().iter().map(|w| self.alike(w)).collect();
                self.each(|at| words.contains(&self.heard[at]))
            }
            Term::Prefix(start) => {
                let start = self.alike(start);
                self.each(|at| self.heard[at].starts_with(&start))
            }
            Term::Tag(tag) => self.tags(tag),
            Term::In(venue) if venue.starts_with('#') => self.tags(&venue[1..]),
            _ => Vec::new(),
        }
    }

    fn alike(&self, word: &str) -> String {
        unmarked(word, self.tongue.marks())
    }

    fn each(&self, is_it: impl Fn(usize) -> bool) -> Vec<Stretch> {
        (0..self.spans.len()).filter(|at| is_it(*at)).map(|at| self.stretch(at, at)).collect()
    }

    fn stretch(&self, first: usize, last: usize) -> Stretch {
        Stretch { from: self.spans[first].from as usize, to: self.spans[last].to as usize }
    }

    fn rows(&self, wanted: &Wanted) -> Vec<Stretch> {
        let row: Vec<String> = wanted.words().iter().map(|w| self.alike(w)).collect();
        let starts = self.heard.windows(row.len()).enumerate().filter(|(_, some)| *some == row.as_slice());
        starts.map(|(at, _)| self.stretch(at, at + row.len() - 1)).collect()
    }

    fn tags(&self, tag: &str) -> Vec<Stretch> {
        let wanted = plain(tag);
        let hashes = self.text.match_indices('#').map(|(at, _)| at);
        hashes
            .filter_map(|at| {
                let rest = &self.text[at + 1..];
                let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
                let word = rest[..end].trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '_');
                (plain(word) == wanted).then_some(Stretch { from: at, to: at + 1 + word.len() })
            })
            .collect()
    }

    fn signs(&self, wanted: &Wanted) -> Vec<Stretch> {
        let places = wanted.signs().iter().flat_map(|sign| self.text.match_indices(sign.as_str()));
        places.map(|(from, sign)| Stretch { from, to: from + sign.len() }).collect()
    }
}

fn plain(text: &str) -> String {
    unmarked(&case_folded(text), Marks::None)
}
