//! Whom somebody may mean who asks for an introduction by a name, an organisation or a role; and who among the people we know is
//! somewhere, or knows about something.

use model::{Nature, PersonId, TieWord, Timestamp};
use store::persons::KeptPerson;
use store::ways::KeptTies;

use super::{Stop, Way, stop, ways};
use crate::relate::tie;
use crate::{Cx, Done, VerbError};

/// People who fit that are looked at, and that are shown.
const LOOKED_AT_MAX: u32 = 60;
const SHOWN_MAX: usize = 8;
/// Letters, and words, of a question.
const LETTERS_MAX: usize = 200;
const TERMS_MAX: usize = 6;
/// Small words that say how, not whom.
const SMALL: [&str; 13] = ["a", "an", "the", "at", "of", "in", "for", "to", "and", "who", "is", "someone", "somebody"];

/// Somebody who fits, with the best way to them.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub stop: Stop,
    pub organisation: String,
    pub role: String,
    /// We talk with them ourselves.
    pub tie: Option<TieWord>,
    /// `None` where nobody we know leads to them, or where we know them ourselves.
    pub way: Option<Way>,
}

/// Somebody whom we know and who may know.
#[derive(Clone, Debug)]
pub struct Knows {
    pub stop: Stop,
    pub tie: Option<TieWord>,
    /// Their own words about themselves hold what was asked.
    pub is_by_profile: bool,
    /// Posts of theirs that hold it, and the newest of those.
    pub posts: u32,
    pub last: Option<(Timestamp, String)>,
}

#[derive(Clone, Debug)]
pub struct Sought {
    /// Those whom we know first, then by the way there.
    pub candidates: Vec<Candidate>,
    pub known: Vec<Knows>,
}

/// The words of a question that say whom.
fn terms(words: &str) -> Done<Vec<String>> {
    if words.chars().count() > LETTERS_MAX {
        return Err(VerbError::wrong("q", format!("A search has at most {LETTERS_MAX} letters.")));
    }
    let all = words.split(|c: char| c.is_whitespace() || c == ',').map(|w| w.trim_start_matches('@').to_lowercase());
    let terms: Vec<String> = all.filter(|w| !w.is_empty() && !SMALL.contains(&w.as_str())).take(TERMS_MAX).collect();
    if terms.is_empty() {
        return Err(VerbError::wrong("q", "Whom? A name, an organisation, a role or a subject."));
    }
    Ok(terms)
}

/// Who fits these words: a name or handle, an organisation, a role, or several of them ("archivist at Aldermoor").
pub async fn sought(cx: Cx<'_>, words: &str) -> Done<Sought> {
    let (terms, now) = (terms(words)?, cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let people = tx.persons().fitting(&terms, LOOKED_AT_MAX)?;
            let mut ties = KeptTies::open(tx)?;
            let barred = ties.barred()?;
            let mut candidates = Vec::new();
            for person in people.iter().filter(|p| p.nature == Nature::Person) {
                let is_known = is_known(person);
                let way = if is_known { None } else { ways(tx, &mut ties, &barred, person, (1, now))?.into_iter().next() };
                candidates.push(Candidate {
                    stop: stop(tx, person)?,
                    organisation: person.more.organisation.clone(),
                    role: person.more.role.clone(),
                    tie: tie::tie_word(&person.talk, now).filter(|_| is_known),
                    way,
                });
            }
            ties.finish()?;
            candidates.sort_by(|a, b| rank(b).partial_cmp(&rank(a)).unwrap_or(std::cmp::Ordering::Equal));
            candidates.truncate(SHOWN_MAX);
            let known = tx.persons().knowing(&terms, LOOKED_AT_MAX)?.into_iter().take(SHOWN_MAX);
            let known = known
                .map(|k| {
                    let person = tx.persons().get(k.person)?;
                    Ok(Knows {
                        stop: stop(tx, &person)?,
                        tie: tie::tie_word(&person.talk, now),
                        is_by_profile: people.iter().any(|p| p.id == k.person),
                        posts: k.posts,
                        last: k.last.map(|(at, text)| (at, crate::converse::snippet(&text))),
                    })
                })
                .collect::<Done<Vec<_>>>()?;
            Ok(Sought { candidates, known })
        })
        .await
}

fn is_known(person: &KeptPerson) -> bool {
    person.talk.from_me > 0 && person.talk.from_them > 0
}

/// Known ourselves; else by the weakest tie of the way, then the fewest steps.
fn rank(candidate: &Candidate) -> (bool, f64, i32) {
    match &candidate.way {
        Some(way) => (false, way.weakest, -i32::try_from(way.steps.len()).unwrap_or(i32::MAX)),
        None => (candidate.tie.is_some(), -1.0, 0),
    }
}

/// The one whom a name or a number means, where it means one; else who fits.
pub async fn whom(cx: Cx<'_>, words: &str) -> Done<Result<PersonId, Sought>> {
    if let Ok(id) = words.trim().parse::<i64>()
        && let Ok(found) = super::introduce(cx, PersonId(id)).await
    {
        return Ok(Ok(found.target.id));
    }
    let sought = sought(cx, words).await?;
    let same = |c: &&Candidate| c.stop.name.eq_ignore_ascii_case(words.trim());
    let mut named = sought.candidates.iter().filter(same);
    let one = match (named.next(), named.next(), &sought.candidates[..]) {
        (Some(one), None, _) => Some(one.stop.id),
        (None, None, [one]) => Some(one.stop.id),
        _ => None,
    };
    Ok(one.ok_or(sought))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_cut_to_whom_it_is_about() {
        assert_eq!(terms("the archivist at Aldermoor, @ilse").unwrap(), ["archivist", "aldermoor", "ilse"]);
        for bad in ["", "  ", "who is the", &"x".repeat(201)] {
            assert!(terms(bad).is_err(), "{bad}");
        }
    }
}
