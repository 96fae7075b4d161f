//! What a draft said before: a version is kept when words are changed, but not at every pause of somebody who is writing.

use jiff::SignedDuration;
use model::{DraftId, Timestamp};
use store::Tx;
pub use store::history::{VERSIONS_MAX, Version};

use super::drafts::{KeptDraft, Saved, save_in};
use crate::{Cx, Done};

/// Somebody who writes on makes one version in so long, unless much goes at once.
const APART_MIN: SignedDuration = SignedDuration::from_mins(5);
/// So many letters fewer at once are a version whatever the time.
const LETTERS_GONE: usize = 40;

/// Keeps the words of `before` if `after` says something else and they are worth coming back to.
pub(super) fn remember(tx: &Tx<'_>, before: &KeptDraft, after: &KeptDraft, now: Timestamp) -> store::Kept<()> {
    let words = |k: &KeptDraft| (k.draft.text.trim().to_owned(), k.draft.title.clone(), k.draft.warning.clone());
    if words(before) == words(after) || (before.draft.text.trim().is_empty() && before.draft.title.is_none()) {
        return Ok(());
    }
    let is_much = before.draft.text.chars().count() >= after.draft.text.chars().count() + LETTERS_GONE;
    let is_growing = after.draft.text.starts_with(before.draft.text.trim_end()) && !is_much;
    let last = tx.history().last(before.draft.id)?;
    let is_new = last.as_ref().is_none_or(|v| now.duration_since(v.at) >= APART_MIN);
    if is_much || (is_new && !is_growing) {
        put(tx, before, now)?;
    }
    Ok(())
}

fn put(tx: &Tx<'_>, kept: &KeptDraft, now: Timestamp) -> store::Kept<()> {
    let d = &kept.draft;
    let version = Version { version: kept.version, text: d.text.clone(), title: d.title.clone(), warning: d.warning.clone(), at: now };
    tx.history().put(d.id, &version)
}

/// The draft as it is, and its versions, newest first.
pub async fn list(cx: Cx<'_>, draft: DraftId) -> Done<(KeptDraft, Vec<Version>)> {
    cx.app.store.read(cx.seat, move |tx| Ok((tx.drafts().get(draft)?, tx.history().list(draft)?))).await
}

/// How many versions there are.
pub async fn count(cx: Cx<'_>, draft: DraftId) -> Done<u64> {
    cx.app.store.read(cx.seat, move |tx| Ok(tx.history().count(draft)?)).await
}

/// Brings the words of a version back; those that stood until now become a version themselves. Answers its number, by which bringing
/// back is itself taken back.
pub async fn bring_back(cx: Cx<'_>, draft: DraftId, version: i64) -> Done<i64> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let mut kept = tx.drafts().get(draft)?;
            let was = tx.history().get(draft, version)?;
            put(tx, &kept, now)?;
            let number = kept.version;
            (kept.draft.text, kept.draft.title, kept.draft.warning) = (was.text, was.title, was.warning);
            match save_in(tx, &kept, &[], now)? {
                Saved::Kept(_) => Ok(number),
                Saved::TooLate { .. } => Err(crate::VerbError::TooLate("Somebody else changed it first. Nothing was changed.".into())),
            }
        })
        .await
}
