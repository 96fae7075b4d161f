//! Who is named in a text with `@`, as far as we know them.

use model::PersonId;
use store::{Kept, Tx};

use super::fit::Known;

/// More names than this in one text are left as written.
const NAMES_MAX: usize = 40;
/// Words that a name has at most.
const NAME_WORDS_MAX: usize = 4;
/// The longest name that is looked up.
const NAME_BYTES_MAX: usize = 100;

/// Everybody named in `text` whom we know, by a name that only one person has, or by a handle. Look-alikes are never guessed at.
pub fn named(tx: &Tx<'_>, text: &str) -> Kept<Vec<Known>> {
    let mut found: Vec<Known> = Vec::new();
    for candidates in candidates(text) {
        for written in candidates {
            if found.iter().any(|k| k.written == written) {
                break;
            }
            if let Some(person) = who(tx, &written)? {
                found.push(known(tx, written, person)?);
                break;
            }
        }
    }
    Ok(found)
}

fn who(tx: &Tx<'_>, written: &str) -> Kept<Option<PersonId>> {
    let people = if written.contains(['@', '.']) { tx.people_with_handle(written)? } else { tx.people_named(written)? };
    Ok(if let [only] = people[..] { Some(only) } else { None })
}

fn known(tx: &Tx<'_>, written: String, person: PersonId) -> Kept<Known> {
    let profiles = tx.profiles().of_person(person)?;
    let name = match tx.persons().find(person)? {
        Some(p) if !p.name.is_empty() => p.name,
        _ => written.clone(),
    };
    let page = profiles.iter().filter_map(|p| p.profile.url.clone()).find(|u| u.starts_with("https://") || u.starts_with("http://"));
    let handles = profiles.into_iter().map(|p| (p.profile.network, p.profile.handle, p.profile.remote_id)).collect();
    Ok(Known { written, name, handles, page })
}

/// What may be meant at each `@`, the longest first.
fn candidates(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for (at, _) in text.match_indices('@') {
        if all.len() == NAMES_MAX {
            break;
        }
        let stands_alone = !text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '@' | '_' | '.' | '-'));
        if !stands_alone {
            continue;
        }
        let near = at + 1..text.ceil_char_boundary((at + 1).saturating_add(NAME_BYTES_MAX + 1).min(text.len()));
        let rest = text[near].lines().next().unwrap_or_default();
        if rest.starts_with(char::is_whitespace) {
            continue;
        }
        let ends: Vec<usize> =
            rest.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(i, _)| i).chain([rest.len()]).take(NAME_WORDS_MAX).collect();
        let mut these = Vec::new();
        for end in ends.into_iter().rev().filter(|e| *e <= NAME_BYTES_MAX) {
            let written = rest[..end].trim_end_matches(|c: char| !c.is_alphanumeric());
            let without_of = written.trim_end_matches("’s").trim_end_matches("'s");
            for one in [written, without_of] {
                if !one.is_empty() && !these.iter().any(|t| t == one) {
                    these.push(one.to_owned());
                }
            }
        }
        all.push(these);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_meant() {
        let all = candidates("@Daniel Osei, hello; mail a@b.example and @bee@hive.example’s @ x");
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], ["Daniel Osei, hello; mail", "Daniel Osei, hello", "Daniel Osei", "Daniel"]);
        assert!(all[1].contains(&"bee@hive.example".to_owned()));
    }
}
