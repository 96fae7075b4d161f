//! Holds one query against one post, the plain way. What the matcher answers is tested against this.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::{Field, Has, Is, Query, Said, Term, Wanted, each_field, each_first_part, each_host, each_tag, each_to, each_venue};
use super::{has_picture, is_question};
use crate::words::{self, Marks, Tongue, case_folded, unmarked};

/// A word of a post under the rules of its language.
pub(super) struct Heard {
    pub word: String,
    pub stem: Option<String>,
}

/// The words of a post, each once.
struct Sets {
    words: HashSet<String>,
    stems: HashSet<String>,
}

/// What few queries look for, each made when it is first asked for.
#[derive(Default)]
struct Rest {
    signs: OnceCell<HashMap<String, u32>>,
    tags: OnceCell<HashSet<String>>,
    from: OnceCell<HashSet<String>>,
    to: OnceCell<HashSet<String>>,
    hosts: OnceCell<HashSet<String>>,
    venues: OnceCell<HashSet<String>>,
    is_question: OnceCell<bool>,
}

/// All that `each` hands on, as it is compared.
fn set<'p>(each: impl FnOnce(&mut dyn FnMut(&'p str))) -> HashSet<String> {
    let mut all = HashSet::new();
    each(&mut |one| _ = all.insert(plain(one)));
    all
}

/// A post made ready to be held against queries: against many by [`Reading::of`], against one by a [`super::Reader`].
pub struct Reading<'p> {
    said: Said<'p>,
    tongue: Tongue,
    /// What it says, field by field, so that no phrase runs across two.
    fields: Vec<(Field, Vec<Heard>)>,
    /// Not made for a single query, for which looking through the words once costs less.
    sets: Option<Sets>,
    rest: Rest,
}

/// How much of what a topic looks for a post holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Different things looked for that it holds, as written.
    pub found: Vec<String>,
    /// How often, all together.
    pub times: u32,
    /// One of them is a tag of it or stands in its headline.
    pub is_about_it: bool,
}

/// As tags, handles, hosts and venues are compared.
fn plain(text: &str) -> String {
    unmarked(&case_folded(text), Marks::None)
}

impl<'p> Reading<'p> {
    pub fn of(said: impl Into<Said<'p>>) -> Reading<'p> {
        let mut reading = Self::heard(said.into(), heard);
        let all = || reading.fields.iter().flat_map(|(_, heard)| heard);
        reading.sets = Some(Sets { words: all().map(|h| h.word.clone()).collect(), stems: all().filter_map(|h| h.stem.clone()).collect() });
        reading
    }

    /// With its words as `hear` hears each of them.
    pub(super) fn heard(said: Said<'p>, mut hear: impl FnMut(&str, Tongue) -> Heard) -> Reading<'p> {
        let post = said.post;
        let tongue = Tongue::of(post.language.as_deref());
        let mut fields = Vec::new();
        each_field(post, |field, text| fields.push((field, words::words(text).map(|word| hear(word, tongue)).collect::<Vec<_>>())));
        Reading { said, tongue, fields, sets: None, rest: Rest::default() }
    }

    fn all_heard(&self) -> impl Iterator<Item = &Heard> {
        self.fields.iter().flat_map(|(_, heard)| heard)
    }
    fn says(&self, word: &str) -> bool {
        self.sets.as_ref().map_or_else(|| self.all_heard().any(|heard| heard.word == word), |sets| sets.words.contains(word))
    }
    fn says_a_form(&self, stem: &str) -> bool {
        let is_one = |heard: &Heard| heard.stem.as_deref() == Some(stem);
        self.sets.as_ref().map_or_else(|| self.all_heard().any(is_one), |sets| sets.stems.contains(stem))
    }
    fn says_a_beginning(&self, start: &str) -> bool {
        let all = self.sets.as_ref();
        all.map_or_else(
            || self.all_heard().any(|heard| heard.word.starts_with(start)),
            |sets| sets.words.iter().any(|word| word.starts_with(start)),
        )
    }
    fn signs(&self) -> &HashMap<String, u32> {
        self.rest.signs.get_or_init(|| {
            let mut signs = HashMap::new();
            each_field(self.said.post, |_, text| {
                for sign in words::signs(words::looked_at(text)) {
                    *signs.entry(sign.to_owned()).or_default() += 1;
                }
            });
            signs
        })
    }

    fn tags(&self) -> &HashSet<String> {
        self.rest.tags.get_or_init(|| set(|take| each_tag(self.said.post, take)))
    }
    fn from(&self) -> &HashSet<String> {
        let handle = self.said.post.author.handle.trim_start_matches('@');
        self.rest.from.get_or_init(|| set(|take| each_first_part(handle, take)))
    }
    fn to(&self) -> &HashSet<String> {
        self.rest.to.get_or_init(|| set(|take| each_to(self.said.post, |handle| each_first_part(handle, &mut *take))))
    }
    fn hosts(&self) -> &HashSet<String> {
        self.rest.hosts.get_or_init(|| set(|take| each_host(self.said.post, take)))
    }
    fn venues(&self) -> &HashSet<String> {
        self.rest.venues.get_or_init(|| set(|take| each_venue(self.said, take)))
    }
    fn is_question(&self) -> bool {
        *self.rest.is_question.get_or_init(|| is_question(self.said.post))
    }

    /// A looked-for word as posts of this language write it.
    fn alike<'w>(&self, word: &'w str) -> Cow<'w, str> {
        if word.is_ascii() { Cow::Borrowed(word) } else { Cow::Owned(unmarked(word, self.tongue.marks())) }
    }
    fn has_word(&self, wanted: &Wanted) -> bool {
        match wanted.words() {
            [] => self.has_signs(wanted),
            [word] => self.says(&self.alike(word)) || wanted.stem(self.tongue).is_some_and(|s| self.says_a_form(s)),
            // A word that is cut further, such as one of a script without spaces, is looked for in a row.
            _ => self.has_phrase(wanted),
        }
    }
    fn has_phrase(&self, wanted: &Wanted) -> bool {
        match wanted.words() {
            [] => self.has_signs(wanted),
            [word] => self.says(&self.alike(word)),
            words if !self.says(&self.alike(&words[0])) => false,
            words => self.rows(words, |_| true) > 0,
        }
    }
    fn has_signs(&self, wanted: &Wanted) -> bool {
        !wanted.signs().is_empty() && wanted.signs().iter().all(|sign| self.signs().contains_key(sign))
    }
    /// How often these words stand in a row in fields that `is_in` wants.
    fn rows(&self, words: &[String], is_in: impl Fn(Field) -> bool) -> usize {
        let alike: Vec<Cow<'_, str>> = words.iter().map(|w| self.alike(w)).collect();
        let is_row = |row: &[Heard]| row.iter().zip(&alike).all(|(heard, wanted)| heard.word == *wanted);
        self.fields.iter().filter(|(f, _)| is_in(*f)).map(|(_, said)| said.windows(alike.len()).filter(|row| is_row(row)).count()).sum()
    }
    fn has_near(&self, wanted: &Wanted, among: u8) -> bool {
        let all: HashSet<&str> = wanted.words().iter().map(String::as_str).collect();
        let length = all.len() + usize::from(among);
        let all: Vec<Cow<'_, str>> = all.into_iter().map(|w| self.alike(w)).collect();
        let is_whole = |stretch: &[Heard]| all.iter().all(|word| stretch.iter().any(|heard| heard.word == *word));
        self.fields.iter().any(|(_, said)| said.len() <= length && is_whole(said) || said.windows(length).any(is_whole))
    }
    fn is_in(&self, lang: &str) -> bool {
        let said = self.said.post.language.as_deref().map(plain);
        said.is_some_and(|l| l == lang || l.strip_prefix(lang).is_some_and(|rest| rest.starts_with('-')))
    }

    /// How often a bare word is there.
    fn count(&self, wanted: &Wanted, is_exact: bool, is_in: impl Fn(Field) -> bool) -> u32 {
        let n = match wanted.words() {
            [] if self.has_signs(wanted) => {
                wanted.signs().iter().filter_map(|s| self.signs().get(s)).map(|n| *n as usize).min().unwrap_or(0)
            }
            [] => 0,
            [word] if !is_exact => {
                let (word, stem) = (self.alike(word), wanted.stem(self.tongue));
                let is_it = |heard: &&Heard| heard.word == word || stem.is_some() && heard.stem.as_deref() == stem;
                self.fields.iter().filter(|(f, _)| is_in(*f)).flat_map(|(_, said)| said).filter(is_it).count()
            }
            words => self.rows(words, is_in),
        };
        u32::try_from(n).unwrap_or(u32::MAX)
    }
    /// Whether it stands in the headline or is, run together, a tag.
    fn is_about(&self, wanted: &Wanted, is_exact: bool) -> bool {
        let tag = plain(&wanted.words().concat());
        self.tags().contains(&tag) || !wanted.words().is_empty() && self.count(wanted, is_exact, |f| f == Field::Title) > 0
    }
}

fn heard(word: &str, tongue: Tongue) -> Heard {
    let cased = case_folded(word);
    Heard { stem: tongue.stem(&cased), word: unmarked(&cased, tongue.marks()) }
}

impl Query {
    pub fn matches<'p>(&self, post: impl Into<Said<'p>>) -> bool {
        self.matches_reading(&Reading::of(post))
    }
    pub fn matches_reading(&self, reading: &Reading<'_>) -> bool {
        holds(self.term(), reading)
    }
    /// What of it a post holds, whether or not it matches as a whole.
    pub fn hits(&self, reading: &Reading<'_>) -> Hits {
        let mut hits = Hits::default();
        gather(self.term(), reading, &mut hits);
        hits
    }
}

fn holds(term: &Term, reading: &Reading<'_>) -> bool {
    match term {
        Term::Word(wanted) => reading.has_word(wanted),
        Term::Phrase(wanted) => reading.has_phrase(wanted),
        Term::Near(wanted, among) => reading.has_near(wanted, *among),
        Term::Prefix(start) => reading.says_a_beginning(&reading.alike(start)),
        Term::Tag(tag) => reading.tags().contains(&plain(tag)),
        Term::From(handle) => reading.from().contains(&plain(handle)),
        Term::To(handle) => reading.to().contains(&plain(handle)),
        Term::On(key) => plain(reading.said.post.network.as_str()) == plain(key),
        Term::In(venue) => match venue.strip_prefix('#') {
            Some(tag) => reading.tags().contains(&plain(tag)),
            None => reading.venues().contains(&plain(venue)),
        },
        Term::Lang(lang) => reading.is_in(lang),
        Term::Is(Is::Question) => reading.is_question(),
        Term::Is(Is::Reply) => reading.said.post.reply_to.is_some(),
        Term::Has(Has::Link) => !reading.hosts().is_empty(),
        Term::Has(Has::Picture) => has_picture(reading.said.post),
        Term::Link(host) => reading.hosts().contains(&plain(host)),
        Term::Before(when) => reading.said.is_dated && reading.said.post.created_at.as_millisecond() < when.begins().as_millisecond(),
        Term::After(when) => reading.said.is_dated && reading.said.post.created_at.as_millisecond() >= when.ends().as_millisecond(),
        Term::Not(inner) => !holds(inner, reading),
        Term::All(list) => list.iter().all(|t| holds(t, reading)),
        Term::Any(list) => list.iter().any(|t| holds(t, reading)),
    }
}

fn gather(term: &Term, reading: &Reading<'_>, hits: &mut Hits) {
    let mut found = |what: String, times: u32, is_about_it: bool| {
        hits.found.push(what);
        hits.times = hits.times.saturating_add(times);
        hits.is_about_it |= is_about_it;
    };
    match term {
        Term::Word(wanted) | Term::Phrase(wanted) => {
            let is_exact = matches!(term, Term::Phrase(_));
            let times = reading.count(wanted, is_exact, |_| true);
            if times > 0 {
                found(wanted.written().to_owned(), times, reading.is_about(wanted, is_exact));
            }
        }
        Term::Tag(tag) if reading.tags().contains(&plain(tag)) => found(format!("#{tag}"), 1, true),
        Term::From(handle) if holds(term, reading) => found(handle.clone(), 1, false),
        Term::Near(wanted, _) if holds(term, reading) => found(wanted.written().to_owned(), 1, false),
        Term::Prefix(_) | Term::To(_) | Term::Link(_) | Term::In(_) if holds(term, reading) => found(term.to_string(), 1, false),
        Term::All(list) | Term::Any(list) => list.iter().for_each(|t| gather(t, reading, hits)),
        _ => {}
    }
}
