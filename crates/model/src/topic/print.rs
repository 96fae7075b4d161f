//! Writes a query's meaning down again, so that reading it gives the same.

use std::fmt;

use super::{Query, Term};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.term())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(w) => f.write_str(w.written()),
            Term::Phrase(w) => write!(f, "\"{}\"", w.written()),
            Term::Near(w, among) => write!(f, "\"{}\"~{among}", w.written()),
            Term::Prefix(start) => write!(f, "{start}*"),
            Term::Tag(tag) => write!(f, "#{tag}"),
            Term::From(handle) => write!(f, "from:{handle}"),
            Term::To(handle) => write!(f, "to:{handle}"),
            Term::On(key) => write!(f, "on:{key}"),
            Term::In(venue) => write!(f, "in:{venue}"),
            Term::Lang(lang) => write!(f, "lang:{lang}"),
            Term::Is(is) => write!(f, "is:{}", is.word()),
            Term::Has(has) => write!(f, "has:{}", has.word()),
            Term::Link(host) => write!(f, "link:{host}"),
            Term::Before(when) => write!(f, "before:{}", when.written()),
            Term::After(when) => write!(f, "after:{}", when.written()),
            Term::Not(inner) => match inner.as_ref() {
                Term::All(_) | Term::Any(_) | Term::Not(_) => write!(f, "-({inner})"),
                _ => write!(f, "-{inner}"),
            },
            Term::All(list) => joined(f, list, " ", |t| matches!(t, Term::All(_) | Term::Any(_))),
            Term::Any(list) => joined(f, list, " OR ", |t| matches!(t, Term::Any(_))),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, list: &[Term], between: &str, in_group: impl Fn(&Term) -> bool) -> fmt::Result {
    for (i, term) in list.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if in_group(term) { write!(f, "({term})")? } else { write!(f, "{term}")? }
    }
    Ok(())
}
