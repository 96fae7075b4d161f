//! Reads many posts for one query. What of a post that query does not ask for is not made: of a word that can't be one that is looked for
//! only the place is kept, and another is brought to its stem once for all posts. The answers are those of a [`Reading`] for many queries.

use std::collections::HashMap;

use super::matching::Heard;
use super::{Query, Reading, Said, Term, Wanted};
use crate::words::{Marks, Tongue, case_folded, unmarked};

/// Words whose stems are kept; past that they are made anew.
const STEMS_MAX: usize = 20_000;

/// For one query.
#[derive(Debug)]
pub struct Reader {
    /// The first letters, as far as they are ASCII, of words, stems and beginnings that are looked for. No language here changes a first letter
    /// or figure that is ASCII when it leaves marks out or takes endings off.
    firsts: [bool; 128],
    /// Something is looked for that has no first letter, and any word may be it.
    is_any: bool,
    has_forms: bool,
    stems: HashMap<(Tongue, String), Option<String>>,
}

impl Reader {
    pub fn of(query: &Query) -> Reader {
        let mut reader = Reader { firsts: [false; 128], is_any: false, has_forms: false, stems: HashMap::new() };
        reader.look_for(query.term());
        reader
    }

    /// A post, to be held against that query alone.
    pub fn read<'p>(&mut self, said: impl Into<Said<'p>>) -> Reading<'p> {
        Reading::heard(said.into(), |word, tongue| self.hear(word, tongue))
    }

    fn hear(&mut self, word: &str, tongue: Tongue) -> Heard {
        let is_first = |letter: u8| self.firsts.get(usize::from(letter.to_ascii_lowercase())) == Some(&true);
        // An apostrophe in front goes with an ending (English).
        let is_wanted = |first: u8| self.is_any || !first.is_ascii_alphanumeric() || is_first(first);
        if word.is_ascii() && !word.bytes().next().is_some_and(is_wanted) {
            return Heard { word: String::new(), stem: None };
        }
        let cased = case_folded(word);
        let word = unmarked(&cased, tongue.marks());
        if !self.has_forms || !tongue.has_stems() {
            return Heard { word, stem: None };
        }
        if self.stems.len() >= STEMS_MAX {
            self.stems.clear();
        }
        let made = self.stems.entry((tongue, cased)).or_insert_with_key(|(tongue, cased)| tongue.stem(cased));
        Heard { word, stem: made.clone() }
    }

    fn look_for(&mut self, term: &Term) {
        match term {
            Term::Word(wanted) => {
                self.words(wanted);
                for stem in Tongue::all().filter_map(|tongue| wanted.stem(tongue)) {
                    self.has_forms = true;
                    self.first(stem);
                }
            }
            Term::Phrase(wanted) | Term::Near(wanted, _) => self.words(wanted),
            Term::Prefix(start) => self.word(start),
            Term::Not(inner) => self.look_for(inner),
            Term::All(list) | Term::Any(list) => list.iter().for_each(|term| self.look_for(term)),
            _ => {}
        }
    }

    fn words(&mut self, wanted: &Wanted) {
        wanted.words().iter().for_each(|word| self.word(word));
    }

    fn word(&mut self, word: &str) {
        Marks::ALL.into_iter().for_each(|marks| self.first(&unmarked(word, marks)));
    }

    fn first(&mut self, of: &str) {
        match of.bytes().next() {
            None => self.is_any = true,
            Some(first) => {
                if let Some(is_first) = self.firsts.get_mut(usize::from(first)) {
                    *is_first = true;
                }
            }
        }
    }
}
