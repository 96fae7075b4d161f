//! What a person at the desk changes about somebody: notes, name, nature; two joined into one and taken apart again; forgetting.

use std::time::Duration;

use model::{Nature, NoteId, PersonId};
use store::{Kept, StoreError, Tx};

use super::people::two_setting;
use super::person::standing;
use super::tie;
use crate::converse::refresh::refresh;
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
            Ok(tx.persons().set_nature(person.id, nature)?)
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
    let proof = if is_proven { BY_PAGES } else { BY_HAND };
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
            let id = tx.joins().put(kept.id, gone.id, proof, now)?;
            tie::add_up(tx, kept.id)?;
            tie::add_up(tx, gone.id)?;
            Ok(id)
        })
        .await
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
