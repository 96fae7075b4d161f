//! The same or nearly the same words to the same place, not long ago or soon: pointed out, never stopped.

use jiff::SignedDuration;
use model::likeness::{Gist, NEARLY};
use model::{AccountId, DraftId, Timestamp};
use store::Tx;
use store::drafts::{Choice, Edit, KeptDraft};
use store::said::Said;

use crate::{Cx, Done};

/// How far back and ahead is looked.
const APART_MAX: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Posts of one account that are held beside the new words, of those written here and of others each.
const POSTS_MAX: u32 = 500;

/// Words like these stand, or will stand, in the same place.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    pub account: AccountId,
    pub place: &'static str,
    pub handle: String,
    /// Word for word, as far as words go.
    pub is_same: bool,
    /// From [`NEARLY`] to 1.
    pub likeness: f64,
    pub at: Timestamp,
    /// It is in the calendar still.
    pub is_ahead: bool,
    pub draft: Option<DraftId>,
    pub url: Option<String>,
    /// How often words like these were said by us, anywhere and ever, as far as is remembered; 0 where nobody counted.
    pub often: usize,
    /// Another voice of this desk said it: whose.
    pub by: Option<String>,
}

/// For each of a draft's places, what stands there that is most like it, if anything is. Answers to others are never held against it.
pub async fn said_before(cx: Cx<'_>, kept: &KeptDraft, edits: &[Edit]) -> Done<Vec<Before>> {
    let (networks, canned, kept, edits, now) = (cx.app.networks.clone(), cx.app.canned.clone(), kept.clone(), edits.to_vec(), cx.now);
    let work = move |tx: &Tx<'_>| {
        let mut found = said_before_in(tx, &networks, (&kept, &edits), now)?;
        found.extend(by_another_voice(tx, &networks, &kept, now)?);
        if !found.is_empty() {
            let often = canned.alike(tx, &kept.draft.text, None)?.posts.iter().filter(|p| p.is_mine).count();
            found.iter_mut().for_each(|before| before.often = often);
        }
        Ok(found)
    };
    cx.app.store.read(cx.seat, work).await
}

/// [`said_before`] inside a transaction that does more.
pub fn said_before_in(
    tx: &Tx<'_>,
    networks: &networks::Networks,
    (kept, edits): (&KeptDraft, &[Edit]),
    now: Timestamp,
) -> Done<Vec<Before>> {
    let mut found = Vec::new();
    if kept.draft.reply.is_some() {
        return Ok(found);
    }
    for &account in &kept.accounts {
        let edit = edits.iter().find(|e| e.account == account);
        if edit.is_some_and(|e| e.choice == Choice::Out) {
            continue;
        }
        let own = edit.filter(|e| e.choice == Choice::Own && !e.texts.is_empty()).map(|e| e.texts.join("\n"));
        let gist = Gist::of(own.as_deref().unwrap_or(&kept.draft.text));
        let Some(of) = tx.accounts().find(account)?.filter(|_| !gist.is_empty()) else { continue };
        let said = tx.said_through(account, kept.draft.id, now - APART_MAX, now + APART_MAX, POSTS_MAX)?;
        if let Some(like) = most_like(&gist, said) {
            let place = networks.get(&of.network).map_or("This network", |n| n.about().name);
            found.push(before(like, account, place, of.handle, None));
        }
    }
    Ok(found)
}

/// What another voice of the desk says that is most like it, anywhere: colleagues each speak in their own words.
fn by_another_voice(tx: &Tx<'_>, networks: &networks::Networks, kept: &KeptDraft, now: Timestamp) -> Done<Option<Before>> {
    let (gist, Some(voice)) = (Gist::of(&kept.draft.text), kept.draft.voice) else { return Ok(None) };
    if kept.draft.reply.is_some() || gist.is_empty() {
        return Ok(None);
    }
    let all = tx.said_by_others(voice, kept.draft.id, now - APART_MAX, now + APART_MAX, POSTS_MAX)?;
    let said = all.iter().map(|one| one.said.clone()).collect();
    let Some(like) = most_like(&gist, said) else { return Ok(None) };
    let Some(whose) = all.into_iter().find(|one| one.said == like.2) else { return Ok(None) };
    let place = networks.get(&whose.network).map_or("another network", |n| n.about().name);
    Ok(Some(before(like, whose.account, place, whose.handle, Some(whose.voice))))
}

/// What was found, with whose it is.
fn before(
    (likeness, is_same, said): (f64, bool, Said),
    account: AccountId,
    place: &'static str,
    handle: String,
    by: Option<String>,
) -> Before {
    let Said { at, is_ahead, draft, url, .. } = said;
    Before { account, place, handle, is_same, likeness, at, is_ahead, draft, url, often: 0, by }
}

/// The most like of all, the newest of equals.
fn most_like(gist: &Gist, said: Vec<Said>) -> Option<(f64, bool, Said)> {
    let mut best: Option<(f64, bool, Said)> = None;
    for one in said {
        for text in &one.texts {
            let other = Gist::of(text);
            let likeness = gist.likeness(&other);
            if likeness >= NEARLY && best.as_ref().is_none_or(|(most, ..)| likeness > *most) {
                best = Some((likeness, gist.is_same(&other), one.clone()));
            }
        }
    }
    best
}
