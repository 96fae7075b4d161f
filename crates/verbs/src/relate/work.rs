//! What somebody does and where, told from their own words about themselves: "Head of collections at Aldermoor Library" is a role and an
//! organisation. It guesses nothing: where the words do not say it in one of a few plain ways, both stay empty. By hand it is better known.

use model::{PersonId, Profile};
use store::persons::KeptPerson;
use store::{Kept, Tx};

/// Letters of a role and of an organisation that are still believed to be one.
const PART_MAX: usize = 60;
const WORDS_MAX: usize = 7;
/// Words of a line that show that it is about something done, not about an office held.
const NOT_A_ROLE: [&str; 16] = [
    "i", "we", "my", "looking", "living", "live", "based", "born", "studied", "working", "views", "opinions", "tweets", "posts", "find",
    "mostly",
];
/// Labels of fields in which people state it.
const WORK_LABELS: [&str; 6] = ["work", "company", "employer", "organisation", "organization", "job"];

/// A role and an organisation; either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub role: String,
    pub organisation: String,
}

/// From somebody's own words about themselves.
pub fn work_of(about: &str) -> Work {
    let lines = about.split(['\n', '|', '·', '•', ';', '/']).flat_map(|line| line.split(". ")).map(str::trim);
    let mut found = Work::default();
    for line in lines.filter(|l| !l.is_empty()) {
        if let Some((label, value)) = line.split_once(':')
            && WORK_LABELS.contains(&label.trim().to_lowercase().as_str())
        {
            found.organisation = tidy(value);
            continue;
        }
        for part in line.split(", and ").flat_map(|p| p.split(',')).map(str::trim) {
            let Some((role, organisation)) = split_at(part) else { continue };
            // A handle is a name, whatever it begins with.
            let is_named = part.contains(" @") && !part.contains(" @ ") || begins_as_name(&organisation);
            if found.role.is_empty() && is_part(role) && is_part(&organisation) && !is_doing(role) && is_named {
                found = Work { role: tidy(role), organisation };
            }
        }
        if !found.organisation.is_empty() {
            break;
        }
    }
    found
}

/// Around " at ", " @ " or " @name": the office and its place.
fn split_at(part: &str) -> Option<(&str, String)> {
    for joint in [" at ", " @ ", " bei ", " chez ", " @"] {
        if let Some((role, rest)) = part.split_once(joint) {
            return Some((role, tidy(rest)));
        }
    }
    None
}

fn tidy(words: &str) -> String {
    words.trim().trim_end_matches(['.', '!', ',']).trim_start_matches('@').trim().to_owned()
}

fn is_part(words: &str) -> bool {
    let words = words.trim();
    !words.is_empty() && words.chars().count() <= PART_MAX && words.split_whitespace().count() <= WORDS_MAX && !words.contains("://")
}

fn is_doing(role: &str) -> bool {
    let first = role.split_whitespace().next().unwrap_or_default().to_lowercase();
    NOT_A_ROLE.contains(&first.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// An organisation is a name: it begins with a capital, a figure, or a letter of a script that has no capitals.
fn begins_as_name(words: &str) -> bool {
    let words = words.strip_prefix("the ").unwrap_or(words);
    words.chars().next().is_some_and(|c| c.is_alphanumeric() && !c.is_lowercase())
}

/// Lets a person's work follow what a profile says, unless it was edited here.
pub fn follow(tx: &Tx<'_>, person: PersonId, profile: &Profile) -> Kept<()> {
    if profile.about.is_empty() {
        return Ok(());
    }
    let kept = tx.persons().get(person)?;
    let work = work_of(&profile.about);
    let is_new = !work.organisation.is_empty() && (work.organisation != kept.more.organisation || work.role != kept.more.role);
    if is_new && !kept.more.is_work_edited { tx.persons().set_work(person, &work.organisation, &work.role, false) } else { Ok(()) }
}

/// In a line: "head of collections, Aldermoor Library"; else the first line of their own words.
pub fn line(person: &KeptPerson) -> String {
    let more = &person.more;
    match (more.role.is_empty(), more.organisation.is_empty()) {
        (false, false) => format!("{}, {}", more.role, more.organisation),
        (false, true) => more.role.clone(),
        (true, false) => more.organisation.clone(),
        (true, true) => super::people::first_line(&person.about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn office_and_place_are_told_from_plain_words_alone() {
        for (about, role, organisation) in [
            ("Head of collections at Aldermoor Library.", "Head of collections", "Aldermoor Library"),
            ("Bookbinder, gardener\nArchivist @ the National Archive", "Archivist", "the National Archive"),
            ("she/her | Staff engineer @fold | tea", "Staff engineer", "fold"),
            ("Work: Paper & Co", "", "Paper & Co"),
            ("Reads at night and bakes", "", ""),
            ("I live at the sea", "", ""),
            ("Looking at Birds", "", ""),
            ("Ask me anything at https://a.example", "", ""),
            ("", "", ""),
        ] {
            let expected = Work { role: role.into(), organisation: organisation.into() };
            assert_eq!(work_of(about), expected, "{about}");
        }
    }
}
