//! What an index of a database keeps of a post, and what it is asked for a query, so that every match is among its answers: the index
//! narrows, and the query itself (`topic/matching.rs`) decides. Pure; the store hands both on to its database.
//! Begin with [`Kept::of`] and [`Sieve::of`]; tests hold them against the reference.

mod marking;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::topic::{Has, Is, Term, Wanted, When, each_field, each_first_part, each_host, each_tag, each_to, each_venue};
use crate::topic::{has_picture, is_question};
use crate::words::{self, Marks, Tongue, case_folded, unmarked};
use crate::{Query, Said};

pub use marking::{Markers, Stretch};

/// Letters of a token that stand as they are; a longer one goes on as a number.
const PLAIN_MAX: usize = 48;

/// What is kept of a post: tokens with spaces between, none of which holds one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Its words in order, as its language compares them.
    pub words: String,
    /// Stems, signs, and what is no word, each once.
    pub facts: String,
}

/// What an index is asked: all that match are among what passes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sieve {
    /// The post holds this token among its words.
    Word(String),
    /// Among its words, these in a row.
    Row(Vec<String>),
    /// Among its words, these in any order, with at most so many others among them.
    Near(Vec<String>, usize),
    /// A word that begins so.
    Beginning(String),
    /// The post holds this token among its facts.
    Fact(String),
    /// It is in this language, and among its facts is this token, a stem.
    Stem(Tongue, String),
    All(Vec<Sieve>),
    Any(Vec<Sieve>),
    /// The first, and not the second.
    Without(Box<Sieve>, Box<Sieve>),
}

/// The instants (ms) between which a post must have been said: from the first on, and before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub since: i64,
    pub before: i64,
}

/// What stands before a fact, so that none is taken for another.
mod sort {
    pub const STEM: char = '=';
    pub const SIGN: char = '~';
    pub const TAG: char = '#';
    pub const FROM: char = '@';
    pub const TO: char = '>';
    pub const ON: char = '%';
    pub const IN: char = '/';
    pub const LANG: char = '$';
    pub const LINK: char = '&';
    pub const IS: char = '?';
}

const QUESTION: &str = "question";
const REPLY: &str = "reply";
const LINK: &str = "link";
const PICTURE: &str = "picture";

/// The fact of every post in a language whose stems are known. A tag of a language may be written in ways that say less.
pub fn in_tongue(tongue: Tongue) -> String {
    fact(sort::STEM, tongue.code())
}

/// A token as it is kept: without spaces and quotation marks, and not too long.
fn token(text: &str) -> Cow<'_, str> {
    let is_fit = |c: char| !c.is_whitespace() && !c.is_control() && c != '"' && c != '\\';
    if text.len() <= PLAIN_MAX && text.chars().all(is_fit) {
        return Cow::Borrowed(text);
    }
    let head: String = text[..text.floor_char_boundary(PLAIN_MAX)].chars().map(|c| if is_fit(c) { c } else { '_' }).collect();
    Cow::Owned(format!("{head}_{:016x}", words::hash(0, text.as_bytes())))
}

fn fact(sort: char, text: &str) -> String {
    format!("{sort}{}", token(text))
}

/// Stems of different languages are different things.
fn stem_fact(tongue: Tongue, stem: &str) -> String {
    format!("{}{}{}{}", sort::STEM, tongue.code(), sort::STEM, token(stem))
}

fn plain(text: &str) -> String {
    unmarked(&case_folded(text), Marks::None)
}

/// Signs that stand in nearly every text are not kept.
fn is_kept_sign(sign: &str) -> bool {
    !matches!(
        sign,
        "." | "," | "!" | "?" | "'" | "\"" | "-" | ":" | ";" | "(" | ")" | "/" | "://" | "#" | "@" | "..." | "_" | "’" | "“" | "”"
    )
}

fn sign_fact(sign: &str) -> String {
    format!("{}{:016x}", sort::SIGN, words::hash(0, sign.as_bytes()))
}

impl Kept {
    /// What is kept of a post.
    pub fn of<'p>(said: impl Into<Said<'p>>) -> Kept {
        let said = said.into();
        let post = said.post;
        let tongue = Tongue::of(post.language.as_deref());
        let (mut row, mut facts) = (String::new(), BTreeSet::new());
        if tongue.has_stems() {
            facts.insert(in_tongue(tongue));
        }
        each_field(post, |_, text| {
            for word in words::words(text) {
                let cased = case_folded(word);
                if let Some(stem) = tongue.stem(&cased) {
                    facts.insert(stem_fact(tongue, &stem));
                }
                row.push_str(&token(&unmarked(&cased, tongue.marks())));
                row.push(' ');
            }
            facts.extend(words::signs(words::looked_at(text)).filter(|sign| is_kept_sign(sign)).map(sign_fact));
        });
        let mut put = |sort: char, text: &str| _ = facts.insert(fact(sort, &plain(text)));
        each_tag(post, |tag| put(sort::TAG, tag));
        each_first_part(post.author.handle.trim_start_matches('@'), |part| put(sort::FROM, part));
        each_to(post, |handle| each_first_part(handle, |part| put(sort::TO, part)));
        each_venue(said, |venue| put(sort::IN, venue));
        let mut has_link = false;
        each_host(post, |host| {
            has_link = true;
            put(sort::LINK, host);
        });
        put(sort::ON, post.network.as_str());
        if let Some(language) = &post.language {
            put(sort::LANG, language);
            language.match_indices('-').for_each(|(at, _)| put(sort::LANG, &language[..at]));
        }
        let kinds = [(is_question(post), QUESTION), (post.reply_to.is_some(), REPLY), (has_link, LINK), (has_picture(post), PICTURE)];
        kinds.into_iter().filter(|(is_so, _)| *is_so).for_each(|(_, kind)| put(sort::IS, kind));
        let facts: Vec<String> = facts.into_iter().collect();
        Kept { words: row.trim_end().to_owned(), facts: facts.join(" ") }
    }
}

impl Sieve {
    /// What to ask for a query; nothing where every post has to be looked at.
    pub fn of(query: &Query) -> Option<Sieve> {
        over(query.term())
    }

    /// Calls `take` for each language in whose stems something is looked for, as often as it is.
    pub fn each_tongue(&self, take: &mut dyn FnMut(Tongue)) {
        match self {
            Sieve::Stem(tongue, _) => take(*tongue),
            Sieve::All(list) | Sieve::Any(list) => list.iter().for_each(|one| one.each_tongue(take)),
            Sieve::Without(one, other) => [one, other].into_iter().for_each(|one| one.each_tongue(take)),
            Sieve::Word(_) | Sieve::Row(_) | Sieve::Near(..) | Sieve::Beginning(_) | Sieve::Fact(_) => {}
        }
    }

    /// The same for posts in these languages alone: what stems of others are looked for is left out.
    pub fn spoken(&self, is_spoken: &dyn Fn(Tongue) -> bool) -> Sieve {
        let is_heard = |one: &&Sieve| !matches!(one, Sieve::Stem(tongue, _) if !is_spoken(*tongue));
        match self {
            // A word always stands beside its stems, so that something is left.
            Sieve::Any(list) => any(list.iter().filter(is_heard).map(|one| one.spoken(is_spoken)).collect()),
            Sieve::All(list) => Sieve::All(list.iter().map(|one| one.spoken(is_spoken)).collect()),
            Sieve::Without(one, other) => Sieve::Without(Box::new(one.spoken(is_spoken)), Box::new(other.spoken(is_spoken))),
            one => one.clone(),
        }
    }

    /// What passes when nobody asks how words stand to each other, nor what must not be there: those that an index has to look at more
    /// closely. Nothing where that is the same.
    pub fn loosened(&self) -> Option<Sieve> {
        let is_close = |one: &Sieve| matches!(one, Sieve::Row(_) | Sieve::Near(..) | Sieve::Without(..));
        let words = |list: &[String]| Sieve::All(list.iter().cloned().map(Sieve::Word).collect());
        let each = |list: &[Sieve]| list.iter().map(|one| one.loosened().unwrap_or_else(|| one.clone())).collect();
        match self {
            Sieve::Row(list) | Sieve::Near(list, _) => Some(words(list)),
            Sieve::Without(one, _) => Some(one.loosened().unwrap_or_else(|| (**one).clone())),
            Sieve::All(list) | Sieve::Any(list) if !list.iter().any(|one| is_close(one) || one.loosened().is_some()) => None,
            Sieve::All(list) => Some(Sieve::All(each(list))),
            Sieve::Any(list) => Some(Sieve::Any(each(list))),
            Sieve::Word(_) | Sieve::Beginning(_) | Sieve::Fact(_) | Sieve::Stem(..) => None,
        }
    }
}

impl Times {
    /// Between which instants all matches of a query were said.
    pub fn of(query: &Query) -> Times {
        let mut times = Times { since: i64::MIN, before: i64::MAX };
        let mut narrow = |term: &Term| match term {
            Term::Before(when) => times.before = times.before.min(start(when)),
            Term::After(when) => times.since = times.since.max(end(when)),
            _ => {}
        };
        match query.term() {
            Term::All(list) => list.iter().for_each(narrow),
            one => narrow(one),
        }
        times
    }
}

fn start(when: &When) -> i64 {
    when.begins().as_millisecond()
}

fn end(when: &When) -> i64 {
    when.ends().as_millisecond()
}

/// Of several, one; of one, itself.
fn any(mut list: Vec<Sieve>) -> Sieve {
    if list.len() == 1 { list.remove(0) } else { Sieve::Any(list) }
}

fn all(mut list: Vec<Sieve>) -> Option<Sieve> {
    match list.len() {
        0 => None,
        1 => Some(list.remove(0)),
        _ => Some(Sieve::All(list)),
    }
}

/// What all posts pass of which a term holds.
fn over(term: &Term) -> Option<Sieve> {
    match term {
        Term::Word(wanted) => word(wanted, true),
        Term::Phrase(wanted) => word(wanted, false),
        Term::Near(wanted, among) => near(wanted, usize::from(*among)),
        Term::Prefix(start) => Some(any(all_marks(start).into_iter().map(beginning).collect())),
        Term::All(list) => over_all(list),
        Term::Any(list) => Some(any(list.iter().map(over).collect::<Option<Vec<_>>>()?)),
        Term::Not(_) | Term::Before(_) | Term::After(_) => None,
        simple => fact_of(simple),
    }
}

fn over_all(list: &[Term]) -> Option<Sieve> {
    let wanted = all(list.iter().filter_map(over).collect())?;
    let unwanted: Vec<Sieve> = list.iter().filter_map(|term| if let Term::Not(inner) = term { under(inner) } else { None }).collect();
    if unwanted.is_empty() { Some(wanted) } else { Some(Sieve::Without(Box::new(wanted), Box::new(any(unwanted)))) }
}

/// What only posts pass of which a term holds.
fn under(term: &Term) -> Option<Sieve> {
    match term {
        Term::Word(wanted) | Term::Phrase(wanted) => match wanted.words() {
            [word] if word.is_ascii() => self::word(wanted, matches!(term, Term::Word(_))),
            _ => None,
        },
        Term::Prefix(start) if start.is_ascii() && start.len() <= PLAIN_MAX => Some(beginning(start.clone())),
        Term::Tag(_) | Term::Lang(_) | Term::Is(_) | Term::Has(_) | Term::Link(_) => fact_of(term),
        Term::Any(list) => {
            let known: Vec<Sieve> = list.iter().filter_map(under).collect();
            (!known.is_empty()).then(|| any(known))
        }
        _ => None,
    }
}

/// The one fact that says whether a term holds.
fn fact_of(term: &Term) -> Option<Sieve> {
    let named = |sort: char, text: &str| Some(Sieve::Fact(fact(sort, &plain(text))));
    match term {
        Term::Tag(tag) => named(sort::TAG, tag),
        Term::From(handle) => named(sort::FROM, handle),
        Term::To(handle) => named(sort::TO, handle),
        Term::On(key) => named(sort::ON, key),
        Term::In(venue) => match venue.strip_prefix('#') {
            Some(tag) => named(sort::TAG, tag),
            None => named(sort::IN, venue),
        },
        Term::Lang(lang) => named(sort::LANG, lang),
        Term::Is(Is::Question) => named(sort::IS, QUESTION),
        Term::Is(Is::Reply) => named(sort::IS, REPLY),
        Term::Has(Has::Link) => named(sort::IS, LINK),
        Term::Has(Has::Picture) => named(sort::IS, PICTURE),
        Term::Link(host) => named(sort::LINK, host),
        _ => None,
    }
}

/// A word with its stems, or words in a row, or signs.
fn word(wanted: &Wanted, has_stems: bool) -> Option<Sieve> {
    match wanted.words() {
        [] if wanted.signs().iter().any(|sign| !is_kept_sign(sign)) => {
            all(wanted.signs().iter().filter(|sign| is_kept_sign(sign)).map(|sign| Sieve::Fact(sign_fact(sign))).collect())
        }
        [] => all(wanted.signs().iter().map(|sign| Sieve::Fact(sign_fact(sign))).collect()),
        [one] => {
            let mut list = forms(one);
            if has_stems {
                let stems = Tongue::all().filter_map(|tongue| Some((tongue, wanted.stem(tongue)?)));
                list.extend(stems.map(|(tongue, stem)| Sieve::Stem(tongue, stem_fact(tongue, stem))));
            }
            Some(any(list))
        }
        // The marks of one language hold for all words of a post.
        several => {
            let rows: BTreeSet<Vec<String>> =
                Marks::ALL.into_iter().map(|m| several.iter().map(|w| token(&unmarked(w, m)).into_owned()).collect()).collect();
            Some(any(rows.into_iter().map(Sieve::Row).collect()))
        }
    }
}

/// Words near each other. Two that are one word without their marks leave the place of one to others.
fn near(wanted: &Wanted, among: usize) -> Option<Sieve> {
    let words: BTreeSet<&str> = wanted.words().iter().map(String::as_str).collect();
    let as_heard = |marks: Marks| {
        let alike: BTreeSet<String> = words.iter().map(|w| token(&unmarked(w, marks)).into_owned()).filter(|w| !w.is_empty()).collect();
        alike.into_iter().collect::<Vec<_>>()
    };
    // The marks of one language hold for all words of a post.
    let ways: BTreeSet<Vec<String>> = Marks::ALL.into_iter().map(as_heard).collect();
    let way = |mut way: Vec<String>| match way.len() {
        0 => None,
        1 => Some(Sieve::Word(way.remove(0))),
        n => Some(Sieve::Near(way, among + words.len() - n)),
    };
    Some(any(ways.into_iter().map(way).collect::<Option<Vec<_>>>()?))
}

fn all_marks(word: &str) -> BTreeSet<String> {
    if word.is_ascii() {
        return BTreeSet::from([word.to_owned()]);
    }
    Marks::ALL.into_iter().map(|marks| unmarked(word, marks)).collect()
}

fn forms(word: &str) -> Vec<Sieve> {
    all_marks(word).iter().map(|form| Sieve::Word(token(form).into_owned())).collect()
}

/// A beginning as far as tokens stand as they are.
fn beginning(start: String) -> Sieve {
    Sieve::Beginning(start[..start.floor_char_boundary(PLAIN_MAX)].to_owned())
}
