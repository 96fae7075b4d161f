//! What a person at the desk changes about somebody: notes, name, nature; two joined into one and taken apart again; forgetting.

use std::time::Duration;

use model::{Nature, NoteId, PersonId};
use store::conversations::WITH_A_PERSON_MAX;
use store::{Kept, StoreError, Tx};

use super::people::two_setting;
use super::person::standing;
use super::{proof, tie};
use crate::converse::refresh::refresh;
use crate::reflect::hanging;
use crate::{Cx, Done, VerbError};

const NAME_MAX: usize = 200;
const ABOUT_MAX: usize = 1_000;
const NOTE_MAX: usize = 5_000;
/// How we know that two are one: somebody said so here, or their own pages say so of each other.
const BY_HAND: &str = "by hand";
const BY_PAGES: &str = "since their pages name each other";
/// Pairs of pages read for that, and how long somebody who pressed a button is kept waiting for it.
const PAIRS_MAX: usize = 4;
const PROOF_MAX: Duration = Duration::from_secs(8);

fn within(field: &'static str, what: &str, text: &str, max: usize, may_be_empty: bool) -> Done<String> {
    let text = text.trim();
    if text.is_empty() && !may_be_empty {
        return Err(VerbError::wrong(field, format!("{what} is empty.")));
    }
    if text.chars().count() > max {
        return Err(VerbError::wrong(field, format!("{what} has at most {max} letters.")));
    }
    Ok(text.to_owned())
}

/// Names somebody before any network showed them.
pub async fn put(cx: Cx<'_>, name: &str, about: &str) -> Done<PersonId> {
    let (name, about, now) =
        (within("name", "The name", name, NAME_MAX, false)?, within("about", "The description", about, ABOUT_MAX, true)?, cx.now);
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(tx.persons().put(&name, &about, now)?)).await
}

/// Changes name, description and nature. From then on they follow no profile.
pub async fn edit(cx: Cx<'_>, id: PersonId, name: &str, about: &str, nature: Nature) -> Done<()> {
    let (name, about) = (within("name", "The name", name, NAME_MAX, false)?, within("about", "The description", about, ABOUT_MAX, true)?);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            if person.name != name || person.about != about {
                tx.persons().edit(person.id, &name, &about)?;
            }
            if person.nature != nature {
                tx.persons().set_told_nature(person.id, nature, "Somebody here said so.", true)?;
            }
            Ok(())
        })
        .await
}

/// What the page of a person lets one change, together.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: String,
    pub about: String,
    pub nature: Nature,
    pub role: String,
    pub organisation: String,
    pub may_be_go_between: bool,
}

/// Changes all of it, or says what is wrong and changes nothing.
pub async fn change(cx: Cx<'_>, id: PersonId, wish: Change) -> Done<()> {
    let name = within("name", "The name", &wish.name, NAME_MAX, false)?;
    let about = within("about", "The description", &wish.about, ABOUT_MAX, true)?;
    let role = within("role", "The role", &wish.role, NAME_MAX, true)?;
    let organisation = within("organisation", "The organisation", &wish.organisation, NAME_MAX, true)?;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            if person.name != name || person.about != about {
                tx.persons().edit(person.id, &name, &about)?;
            }
            if person.nature != wish.nature {
                tx.persons().set_told_nature(person.id, wish.nature, "Somebody here said so.", true)?;
            }
            if person.more.role != role || person.more.organisation != organisation {
                tx.persons().set_work(person.id, &organisation, &role, true)?;
            }
            Ok(tx.persons().set_no_go_between(person.id, !wish.may_be_go_between)?)
        })
        .await
}

/// Whether they may be the one in the middle of an introduction. Said by them, kept here.
pub async fn set_go_between(cx: Cx<'_>, id: PersonId, may_be: bool) -> Done<()> {
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            Ok(tx.persons().set_no_go_between(person.id, !may_be)?)
        })
        .await
}

/// What they do and where. From then on it follows no profile.
pub async fn set_work(cx: Cx<'_>, id: PersonId, role: &str, organisation: &str) -> Done<()> {
    let role = within("role", "The role", role, NAME_MAX, true)?;
    let organisation = within("organisation", "The organisation", organisation, NAME_MAX, true)?;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            if person.more.role != role || person.more.organisation != organisation {
                tx.persons().set_work(person.id, &organisation, &role, true)?;
            }
            Ok(())
        })
        .await
}

/// Most days of silence that one may wish to be reminded after.
pub const REMIND_DAYS_MAX: u32 = 3_650;

/// To be reminded of them after so many days of silence; `None`: not any more.
pub async fn set_remind(cx: Cx<'_>, id: PersonId, days: Option<u32>) -> Done<()> {
    if days.is_some_and(|d| d == 0 || d > REMIND_DAYS_MAX) {
        return Err(VerbError::wrong("days", format!("Between 1 and {REMIND_DAYS_MAX} days.")));
    }
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            Ok(tx.persons().set_remind(person.id, days)?)
        })
        .await
}

/// Keeps a note. Answers its number.
pub async fn note(cx: Cx<'_>, id: PersonId, text: &str) -> Done<NoteId> {
    let (text, now, voice) = (within("text", "The note", text, NOTE_MAX, false)?, cx.now, cx.seat.voice);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            Ok(tx.notes().put(person.id, voice, &text, now)?)
        })
        .await
}

/// Takes a note away; it can be put back with [`put_note_back`].
pub async fn delete_note(cx: Cx<'_>, id: NoteId) -> Done<store::notes::Note> {
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(tx.notes().take(id)?)).await
}

/// Puts a note back under its own number. Its words come from the page that took it away.
pub async fn put_note_back(cx: Cx<'_>, person: PersonId, id: NoteId, text: &str, at: model::Timestamp) -> Done<()> {
    let (text, voice) = (within("text", "The note", text, NOTE_MAX, false)?, cx.seat.voice);
    let at = at.min(cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, person)?.id;
            Ok(tx.notes().put_back(&store::notes::Note { id, person: Some(person), text, at, draft: None }, voice)?)
        })
        .await
}

/// Two are one: everything of `gone` stands with `kept` from now on, until it is undone. Answers the joining's number.
pub async fn join(cx: Cx<'_>, kept: PersonId, gone: PersonId) -> Done<i64> {
    let now = cx.now;
    let is_proven = tokio::time::timeout(PROOF_MAX, are_one_by_pages(cx, kept, gone)).await.unwrap_or(Ok(false))?;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let (kept, gone) = (standing(tx, kept)?, standing(tx, gone)?);
            if kept.id == gone.id {
                return Err(VerbError::wrong("with", "That is the same person already."));
            }
            if kept.is_me || gone.is_me {
                return Err(VerbError::wrong("with", "One of the two is you. Your own accounts stand under Settings, Accounts."));
            }
            let (of_kept, of_gone) = (tx.profiles().of_person(kept.id)?, tx.profiles().of_person(gone.id)?);
            let told = proof::best(of_kept.iter().map(|p| &p.profile), of_gone.iter().map(|p| &p.profile));
            let proof =
                if is_proven { BY_PAGES.to_owned() } else { told.map_or(BY_HAND.to_owned(), |p| format!("by hand, and {}", p.words)) };
            let id = tx.joins().put(kept.id, gone.id, &proof, now)?;
            tie::add_up(tx, kept.id)?;
            tie::add_up(tx, gone.id)?;
            touch(tx, kept.id, now)?;
            Ok(id)
        })
        .await
}

/// Which aim the talks with somebody touch, where aims are in play: they move with a joining.
fn touch(tx: &Tx<'_>, person: PersonId, now: model::Timestamp) -> Kept<()> {
    let is_old = tx.conversations().with_person(person, WITH_A_PERSON_MAX)?.iter().any(|talk| talk.face.touches.is_some());
    if is_old || !tx.aims().of_person(person)?.is_empty() {
        hanging::look_again(tx, person, now)?;
    }
    Ok(())
}

/// Whether a page of one names a page of the other as the same person's, and that page says so too (`rel=me`). A page that cannot be read
/// says nothing.
async fn are_one_by_pages(cx: Cx<'_>, one: PersonId, other: PersonId) -> Done<bool> {
    let Some(pages) = cx.app.networks.all().find_map(|n| n.pages()) else { return Ok(false) };
    let addresses = |tx: &Tx<'_>, id: PersonId| -> Done<Vec<String>> {
        Ok(tx.profiles().of_person(id)?.into_iter().filter_map(|p| p.profile.url).collect())
    };
    let (of_one, of_other) = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok((addresses(tx, one)?, addresses(tx, other)?))).await?;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for a in &of_one {
        for b in &of_other {
            if a != b && pairs.len() < PAIRS_MAX {
                pairs.push((a.clone(), b.clone()));
            }
        }
    }
    for (a, b) in pairs {
        if pages.are_one(&cx.app.http, &a, &b, cx.now).await.unwrap_or(false) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// They are two after all: each is as before, with what came to their own profiles since. Answers who stands alone again.
pub async fn undo_join(cx: Cx<'_>, id: i64) -> Done<(PersonId, String)> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let Some(join) = tx.joins().find(id)? else {
                return Err(VerbError::TooLate("They stand apart already. Nothing was changed.".into()));
            };
            let holder = standing(tx, join.kept)?;
            tx.joins().undo(id, holder.id, now)?;
            tie::add_up(tx, holder.id)?;
            tie::add_up(tx, join.gone)?;
            touch(tx, holder.id, now)?;
            touch(tx, join.gone, now)?;
            let gone = tx.persons().get(join.gone)?;
            Ok((gone.id, gone.name))
        })
        .await
}

/// Undoes the newest joining, for the command line.
pub async fn undo_newest_join(cx: Cx<'_>) -> Done<(PersonId, String)> {
    let newest = cx.app.store.read::<_, StoreError>(cx.seat, |tx| tx.joins().newest()).await?;
    match newest {
        Some(join) => undo_join(cx, join.id).await,
        None => Err(VerbError::Missing("joining")),
    }
}

/// They look alike and are two; it is not asked again.
pub async fn are_two(cx: Cx<'_>, a: PersonId, b: PersonId) -> Done<()> {
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| Ok(tx.set_setting(&two_setting(a, b), "yes")?)).await
}

/// Removes what is kept of a person, for good. What we said ourselves stays; should they write again, they begin anew.
pub async fn forget(cx: Cx<'_>, id: PersonId) -> Done<String> {
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let person = standing(tx, id)?;
            if person.is_me {
                return Err(VerbError::wrong("person", "That is you. Disconnect the account instead."));
            }
            for conversation in tx.joins().forget(person.id)? {
                tidy(tx, conversation, now)?;
            }
            Ok(person.name)
        })
        .await
}

/// A conversation in which something is missing now: its row is computed anew, or it goes with its last word.
fn tidy(tx: &Tx<'_>, conversation: model::ConversationId, now: model::Timestamp) -> Kept<()> {
    if tx.conversations().find(conversation)?.is_none() {
        return Ok(());
    }
    if tx.threads().said(conversation)?.is_empty() {
        return tx.conversations().delete(conversation);
    }
    refresh(tx, conversation, now)
}
