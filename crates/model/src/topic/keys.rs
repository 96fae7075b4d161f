//! Words with a colon, such as `from:ada`.

use super::parse::{Read, wrong};
use super::{Has, Is, Term, When};

/// What `key:value` means; nothing where such a key is not known, for then it is a word. `start` is where the key begins, `at` the value.
pub(super) fn read(key: &str, value: &str, start: usize, at: usize) -> Read<Option<Term>> {
    let Some(example) = example(key) else {
        return match key {
            "since" => wrong(
                start,
                format!("“since:” is written after: here, such as after:{}. A day itself is not after it.", or(value, "2026-03-01")),
            ),
            "until" => wrong(start, format!("“until:” is written before: here, such as before:{}.", or(value, "2026-03-01"))),
            _ => Ok(None),
        };
    };
    let missing = || -> Read<String> { wrong(at, format!("Behind {key}: stands {example}, without a space.")) };
    if value.is_empty() {
        missing()?;
    }
    let handle = value.trim_start_matches('@');
    if matches!(key, "from" | "to") && handle.is_empty() {
        missing()?;
    }
    Ok(Some(match key {
        "from" => Term::From(handle.to_owned()),
        "to" => Term::To(handle.to_owned()),
        "on" => Term::On(handle.to_lowercase()),
        "in" => Term::In(venue(value).map_or_else(missing, Ok)?),
        "lang" => language(value, at)?,
        "is" => Term::Is(*one_of(&Is::ALL, Is::word, value, at)?),
        "has" => Term::Has(*one_of(&Has::ALL, Has::word, value, at)?),
        "link" => Term::Link(host(value).map_or_else(missing, Ok)?),
        _ => {
            let Some(when) = When::parse(value) else {
                return wrong(
                    at,
                    format!("Behind {key}: stands a year, a month, a day or an instant: 2026, 2026-03, 2026-03-01 or 2026-03-01T12:00Z."),
                );
            };
            if key == "before" { Term::Before(when) } else { Term::After(when) }
        }
    }))
}

fn or<'v>(value: &'v str, other: &'v str) -> &'v str {
    if value.is_empty() { other } else { value }
}

/// What stands behind a key.
fn example(key: &str) -> Option<&'static str> {
    Some(match key {
        "from" => "a handle, such as from:ada@social.example",
        "to" => "a handle, such as to:ada@social.example",
        "on" => "a network, such as on:feed",
        "in" => "a community, a server or a tag, such as in:breadit, in:social.example or in:#bread",
        "lang" => "a language, such as lang:en",
        "is" => "question or reply, such as is:question",
        "has" => "link or picture, such as has:picture",
        "link" => "a host, such as link:example.com",
        "before" => "a day, such as before:2026-03-01",
        "after" => "a day, such as after:2026-03-01",
        _ => return None,
    })
}

fn one_of<'a, T>(all: &'a [T], word: fn(T) -> &'static str, value: &str, at: usize) -> Read<&'a T>
where
    T: Copy,
{
    let known = all.iter().find(|one| word(**one).eq_ignore_ascii_case(value));
    known.map_or_else(
        || {
            let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
            wrong(at, format!("“{value}” is not known here. {} is.", words.join(" or ")))
        },
        Ok,
    )
}

fn language(value: &str, at: usize) -> Read<Term> {
    let is_part = |p: &str| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric());
    let is_first = |p: &str| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphabetic());
    if !value.split('-').all(is_part) || !value.split('-').next().is_some_and(is_first) {
        return wrong(at, "A language is written as its code, such as lang:en, lang:de or lang:pt-BR.");
    }
    Ok(Term::Lang(value.to_lowercase()))
}

/// A venue without the marks that places put before it; a tag keeps its own.
fn venue(value: &str) -> Option<String> {
    let bare = value.trim_start_matches(['/', '!', '@']);
    let bare = ["r/", "c/", "m/"].iter().find_map(|first| bare.strip_prefix(first)).unwrap_or(bare);
    bare.contains(char::is_alphanumeric).then(|| bare.to_lowercase())
}

/// A host, out of an address too.
fn host(value: &str) -> Option<String> {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.contains(char::is_alphanumeric).then(|| host.to_lowercase())
}
