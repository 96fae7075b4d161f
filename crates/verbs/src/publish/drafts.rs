//! Drafts: kept at every change, thrown away and taken back.

use jiff::SignedDuration;
use model::measure::count;
use model::{AccountId, Draft, DraftId, Kind, Picture, PictureId, Timestamp, Unit, Visibility};
use networks::Network;
use store::Tx;
pub use store::drafts::{Choice, Edit, KeptDraft};

use super::render::{Press, Rendered, render};
use super::{fit, history, later, picture};
use crate::{Cx, Done, VerbError};

/// Drafts that one page shows.
const LIST_MAX: u32 = 100;
/// The longest text that is kept, in letters: far beyond any network's limit.
pub const TEXT_MAX: usize = 100_000;
/// The same in bytes: letters of many signs take several each.
const TEXT_BYTES_MAX: usize = TEXT_MAX * 4;
/// Longest words for a picture, title and warning, in bytes.
const SMALL_TEXT_MAX: usize = 10_000;
pub use store::pictures::PICTURES_OF_A_DRAFT_MAX;

/// What became of saving.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    Kept(Box<KeptDraft>),
    /// Somebody else changed it meanwhile: theirs is kept, ours is handed back.
    TooLate {
        theirs: Box<KeptDraft>,
    },
}

/// An empty draft in the seat's name, to all accounts that can publish; nothing is kept until it is saved.
pub async fn fresh(cx: Cx<'_>) -> Done<KeptDraft> {
    let (networks, voice, now) = (cx.app.networks.clone(), cx.seat.voice, cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let accounts = tx.accounts().list()?;
            let to = accounts.iter().filter(|a| networks.get(&a.network).is_some_and(Network::takes_posts)).map(|a| a.id).collect();
            let draft = Draft {
                id: tx.fresh(now),
                voice,
                text: String::new(),
                title: None,
                article: Default::default(),
                language: None,
                warning: None,
                visibility: Visibility::Public,
                kind: Kind::Talks,
                is_personal: false,
                aim: None,
                reply: None,
                pictures: Vec::new(),
                created_at: now,
                updated_at: now,
            };
            Ok(KeptDraft::new(draft, to, &tx.this_desk()?.zone))
        })
        .await
}

/// A draft with what was changed by hand.
pub async fn get(cx: Cx<'_>, id: DraftId) -> Done<(KeptDraft, Vec<Edit>)> {
    cx.app.store.read(cx.seat, move |tx| Ok((tx.drafts().get(id)?, tx.drafts().edits(id)?))).await
}

/// Those not planned and not thrown away, last changed first.
pub async fn list(cx: Cx<'_>) -> Done<Vec<KeptDraft>> {
    cx.app.store.read(cx.seat, |tx| Ok(tx.drafts().list(LIST_MAX)?)).await
}

/// Keeps a draft with the words changed by hand, if nobody changed it since it was read.
pub async fn save(cx: Cx<'_>, kept: KeptDraft, edits: Vec<Edit>) -> Done<Saved> {
    check(&kept, &edits)?;
    let now = cx.now;
    cx.app.store.write(cx.seat, move |tx| save_in(tx, &kept, &edits, now)).await
}

/// [`save`] inside a transaction that does more.
pub fn save_in(tx: &Tx<'_>, kept: &KeptDraft, edits: &[Edit], now: Timestamp) -> Done<Saved> {
    let mut answer = kept.clone();
    let before = tx.drafts().find(kept.draft.id)?;
    match tx.drafts().save(kept, now)? {
        Some(version) => {
            if let Some(before) = &before {
                history::remember(tx, before, kept, now)?;
            }
            answer.version = version;
        }
        None => {
            let theirs = tx.drafts().get(kept.draft.id)?;
            // A second press of the same button says the same.
            let mut ours = kept.clone();
            ours.draft.pictures = theirs.draft.pictures.clone();
            if !theirs.says_the_same(&ours) {
                return Ok(Saved::TooLate { theirs: Box::new(theirs) });
            }
            answer = theirs;
        }
    }
    for edit in edits {
        tx.drafts().put_edit(kept.draft.id, edit, now)?;
    }
    for p in &kept.draft.pictures {
        tx.pictures().set_alt(kept.draft.id, p.id, &p.alt)?;
    }
    answer.draft.pictures = tx.pictures().of_draft(kept.draft.id)?;
    Ok(Saved::Kept(Box::new(answer)))
}

fn check(kept: &KeptDraft, edits: &[Edit]) -> Done<()> {
    let d = &kept.draft;
    let own = edits.iter().flat_map(|e| &e.texts).map(String::len).sum::<usize>();
    let letters = count(&d.text, Unit::Graphemes);
    if letters as usize > TEXT_MAX || d.text.len() > TEXT_BYTES_MAX || own > TEXT_BYTES_MAX {
        let why = match letters as usize > TEXT_MAX {
            true => format!("The text has {} letters, and a draft keeps up to {}.", fit::grouped(letters), fit::grouped(TEXT_MAX as u32)),
            false => "These are more words than a draft keeps.".to_owned(),
        };
        return Err(VerbError::wrong(
            "text",
            format!("{why} They stand in the box and are not kept yet: shorten them, or begin a second draft with the rest."),
        ));
    }
    let small = [("title", &d.title), ("warning", &d.warning), ("language", &d.language)];
    for (field, words) in small {
        if words.as_ref().is_some_and(|w| w.len() > SMALL_TEXT_MAX) {
            return Err(VerbError::wrong(field, "These are too many words."));
        }
    }
    let is_tag = |l: &String| (2..=35).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if d.language.as_ref().is_some_and(|l| !is_tag(l)) {
        return Err(VerbError::wrong("language", "A language is written as en or pt-BR."));
    }
    if d.pictures.iter().any(|p| p.alt.len() > SMALL_TEXT_MAX) {
        return Err(VerbError::wrong("alt", "These are too many words for a picture."));
    }
    super::when::zone(&kept.zone)?;
    Ok(())
}

/// So long a draft thrown away can come back; then it is forgotten with its pictures.
pub const THROWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What came of throwing away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thrown {
    /// It was only a draft.
    Draft,
    /// It was taken out of the calendar as well.
    OutOfTheCalendar,
}

/// Throws a draft away, out of the calendar too where nothing of it has gone out; [`restore`] takes it back, as a draft. What has gone
/// out, or may have, has to be taken down instead.
pub async fn throw(cx: Cx<'_>, id: DraftId) -> Done<Thrown> {
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let is_planned = tx.drafts().get(id)?.planned_at.is_some();
            if is_planned && later::take_back_in(tx, id, now)?.gone > 0 {
                return Err(VerbError::TooLate("Something of it stands there already, so it is kept. You can take it down.".into()));
            }
            tx.drafts().throw(id, now)?;
            Ok(if is_planned { Thrown::OutOfTheCalendar } else { Thrown::Draft })
        })
        .await
}

/// Brings a draft back that was thrown away not too long ago.
pub async fn restore(cx: Cx<'_>, id: DraftId) -> Done<()> {
    cx.app
        .store
        .write(cx.seat, move |tx| {
            tx.drafts().get(id)?;
            Ok::<_, VerbError>(tx.drafts().restore(id)?)
        })
        .await
}

/// Drafts thrown away that can come back, last thrown first, and until when each.
pub async fn thrown(cx: Cx<'_>) -> Done<Vec<(KeptDraft, Timestamp)>> {
    let all = cx.app.store.read(cx.seat, |tx| tx.drafts().thrown(LIST_MAX)).await?;
    Ok(all.into_iter().filter_map(|k| k.thrown_at.map(|at| (k, at + THROWN_FOR))).collect())
}

/// The draft as it will stand in each of its places and in those it could go to; nothing is kept by looking.
pub async fn look(cx: Cx<'_>, kept: &KeptDraft, edits: &[Edit]) -> Done<Vec<Rendered>> {
    let press = Press::to_look(cx);
    let (kept, edits) = (kept.clone(), edits.to_vec());
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let accounts = tx.accounts().list()?;
            let can = |a: &model::Account| press.networks.get(&a.network).is_some_and(Network::takes_posts);
            let places = accounts.iter().filter(|a| can(a));
            places.map(|a| Ok(render(tx, &press, &kept, a, edits.iter().find(|e| e.account == a.id))?)).collect()
        })
        .await
}

/// Reads a picture that a person gave and puts it to the draft, which must have been kept before.
pub async fn add_picture(cx: Cx<'_>, id: DraftId, file: Vec<u8>, alt: &str) -> Done<Picture> {
    let taken = picture::in_turn(move || picture::take_in(&file)).await?;
    let (alt, now) = (alt.to_owned(), cx.now);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            tx.drafts().get(id)?;
            if tx.pictures().of_draft(id)?.len() >= PICTURES_OF_A_DRAFT_MAX as usize {
                return Err(VerbError::wrong("picture", "No place takes more pictures than these."));
            }
            let picture = Picture {
                id: tx.fresh(now),
                mime: taken.mime.into(),
                width: taken.width,
                height: taken.height,
                alt,
                size: taken.bytes.len() as u64,
                length_ms: taken.length_ms,
            };
            tx.pictures().put(id, &picture, taken.bytes, taken.thumb, now)?;
            Ok(picture)
        })
        .await
}

pub async fn remove_picture(cx: Cx<'_>, id: DraftId, picture: PictureId) -> Done<()> {
    let gone = cx.app.store.write(cx.seat, move |tx| tx.pictures().delete(id, picture)).await?;
    if gone { Ok(()) } else { Err(VerbError::Missing("picture")) }
}

/// A small picture of a draft for the page: its kind and bytes.
pub async fn thumb(cx: Cx<'_>, id: DraftId, place: u32) -> Done<(&'static str, Vec<u8>)> {
    let bytes = cx.app.store.read(cx.seat, move |tx| tx.pictures().thumb(id, place)).await?;
    Ok((picture::mime_of(&bytes), bytes))
}

/// The one of these accounts that is meant by a name: its handle, with the network before it where there are several, or its number.
pub(super) fn account_named<'a>(all: &'a [model::Account], name: &str) -> Done<&'a model::Account> {
    let wanted = name.trim().trim_start_matches('@').to_lowercase();
    let fits = |a: &&model::Account| {
        a.handle.to_lowercase() == wanted || a.id.to_string() == wanted || format!("{}:{}", a.network, a.handle.to_lowercase()) == wanted
    };
    let shown: String = name.chars().take(80).collect();
    match all.iter().filter(fits).collect::<Vec<_>>()[..] {
        [one] => Ok(one),
        [] => Err(VerbError::wrong("to", format!("There is no account called {shown} here."))),
        _ => Err(VerbError::wrong(
            "to",
            format!("There are several accounts called {shown}: write the network before it, as network:{shown}."),
        )),
    }
}

/// Which of the desk's accounts is meant, by handle, network and server, as a person may name it.
pub async fn find_account(cx: Cx<'_>, name: &str) -> Done<AccountId> {
    let name = name.to_owned();
    cx.app.store.read(cx.seat, move |tx| Ok(account_named(&tx.accounts().list()?, &name)?.id)).await
}
