//! What hangs on an aim by hand: people and talks. And whose answers count for it, where only people like these do.

use std::collections::HashSet;

use model::{Aim, AimId, ConversationId, PersonId, Post, PostRef, Profile, Query, Timestamp};
use store::aims::PEOPLE_MAX;
use store::conversations::WITH_A_PERSON_MAX;
use store::progress::Answerer;
use store::{Kept, Tx};

use crate::converse::later;
use crate::converse::refresh::refresh;
use crate::relate::person::standing;
use crate::{Cx, Done, VerbError};

/// Who counts for an aim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Everybody,
    These(HashSet<PersonId>),
}

impl Who {
    pub(super) fn holds(&self, person: PersonId) -> bool {
        match self {
            Who::Everybody => true,
            Who::These(people) => people.contains(&person),
        }
    }
}

/// Everybody; or those who hang on the aim, and of those who answered the ones whose words about themselves fit.
pub(super) fn who_counts(tx: &Tx<'_>, aim: &Aim) -> Kept<Who> {
    let Some(words) = &aim.like_these else { return Ok(Who::Everybody) };
    let mut people: HashSet<PersonId> = tx.aims().people(aim.id)?.into_iter().collect();
    // It was read when it was kept: one that cannot be read fits nobody.
    if let Ok(query) = Query::parse(words) {
        let alike = tx.progress().answerers(aim.id)?;
        people.extend(alike.iter().filter(|one| fits(&query, one)).map(|one| one.id));
    }
    Ok(Who::These(people))
}

/// Whether a query fits what somebody says of themselves. A date or a place in it fits nobody: a person has neither.
fn fits(query: &Query, one: &Answerer) -> bool {
    let words = [one.role.as_str(), &one.organisation, &one.about].join("\n");
    let post = Post::new(PostRef::new("", ""), Profile::default(), words, Timestamp::UNIX_EPOCH);
    query.matches(model::Said { post: &post, venue: None, is_dated: false })
}

/// Hangs a person on an aim; talks with them touch it from now on. Answers both names, and whether it is new.
pub async fn hang(cx: Cx<'_>, person: PersonId, aim: AimId) -> Done<(String, String, bool)> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, person)?;
            let aim = tx.aims().get(aim)?;
            if aim.closed_at.is_some() {
                return Err(VerbError::wrong("aim", "That aim is closed. Open it again first."));
            }
            if person.is_me {
                return Err(VerbError::wrong("person", "That is you. All your aims are yours."));
            }
            if tx.aims().people(aim.id)?.len() >= PEOPLE_MAX as usize {
                return Err(VerbError::wrong("aim", format!("At most {PEOPLE_MAX} people hang on one aim.")));
            }
            let is_new = tx.aims().hang(aim.id, person.id, now)?;
            look_again(tx, person.id, now)?;
            Ok((person.name, aim.name, is_new))
        })
        .await
}

/// Takes a person off an aim. Answers both names.
pub async fn take_off(cx: Cx<'_>, person: PersonId, aim: AimId) -> Done<(String, String)> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, person)?;
            let aim = tx.aims().get(aim)?;
            tx.aims().take_off(aim.id, person.id)?;
            look_again(tx, person.id, now)?;
            Ok((person.name, aim.name))
        })
        .await
}

/// Looks again which aim the talks with somebody touch, whose aims changed.
pub(crate) fn look_again(tx: &Tx<'_>, person: PersonId, now: Timestamp) -> Kept<()> {
    for talk in tx.conversations().with_person(person, WITH_A_PERSON_MAX)? {
        refresh(tx, talk.id, now)?;
    }
    Ok(())
}

/// Which aim a talk serves; `None`: none of its own, so that it touches that of somebody in it, if they hang on one.
pub async fn serve(cx: Cx<'_>, talk: ConversationId, aim: Option<AimId>) -> Done<()> {
    if let Some(aim) = aim {
        super::aims::get(cx, aim).await?;
    }
    later::mark(cx, talk, move |marks| marks.aim = aim).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(query: &str, about: &str, role: &str) -> bool {
        let one = Answerer { id: PersonId(1), about: about.into(), role: role.into(), organisation: "Aldermoor Library".into() };
        fits(&Query::parse(query).unwrap(), &one)
    }

    #[test]
    fn people_like_these_say_so_of_themselves() {
        assert!(says("librarian OR archivist", "Archivist. Tea, no sugar.", ""));
        assert!(says("\"head of collections\"", "", "Head of Collections"));
        assert!(says("aldermoor -bookshop", "", ""), "an organisation is theirs too");
        assert!(!says("librarian OR archivist", "I sell books to archives", "Dealer"));
        assert!(!says("archivist after:2020-01-01", "Archivist", ""), "a person has no date");
    }
}
