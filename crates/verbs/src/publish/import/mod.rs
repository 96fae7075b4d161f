//! Many drafts from one file, CSV or JSON: read, shown row by row with what is wrong where, and taken in only when confirmed, once.
//! Nothing goes out from here: rows with a day are put in line by `plan.rs`, the others are drafts. Begin with [`look`]; `table.rs` reads
//! the file, `row.rs` makes drafts of rows.

pub mod pictures;
mod row;
pub mod table;

use model::{DraftId, ImportId, Misfit, Timestamp};
use sha2::{Digest, Sha256};
use store::StoreError;
use store::Tx;
use store::imports::Import;

use super::drafts::{Saved, save_in};
use super::plan::plan_in;
use super::render::{Press, render};
use super::{said, slots, when};
use crate::{Cx, Done, VerbError};
pub use pictures::Given;
pub use row::{COLUMNS, Problem};
use row::{Wanted, read_row};

/// The largest file, in bytes.
pub const BYTES_MAX: usize = 1_000_000;
/// Rows of one file.
pub const ROWS_MAX: usize = 500;
/// Letters of a file's name that are kept.
const NAME_MAX: usize = 120;

/// One row, as it would become a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where it begins in the file, from 1; in JSON, which of the list.
    pub number: usize,
    /// The beginning of its words.
    pub words: String,
    /// Handles of the places it goes to.
    pub to: Vec<String>,
    /// When, as instant; `None`: a draft without a day.
    pub at: Option<Timestamp>,
    /// It goes into the next free slot of each place, of which this is the first.
    pub is_slot: bool,
    /// How many pictures go with it.
    pub pictures: usize,
    /// What keeps it out, each with its column.
    pub wrong: Vec<Problem>,
    /// What to know about it.
    pub tells: Vec<String>,
}

/// A file as it would be taken in.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub id: ImportId,
    pub name: String,
    pub zone: String,
    pub lines: Vec<Line>,
    /// When the very same file was taken in before, and how many drafts came of it.
    pub taken_before: Option<(Timestamp, u32)>,
}

impl Preview {
    /// Rows that would be taken in.
    pub fn good(&self) -> usize {
        self.lines.iter().filter(|l| l.wrong.is_empty()).count()
    }
}

/// What came of confirming.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TakenIn {
    pub drafts: Vec<DraftId>,
    /// Of these, how many are in the calendar.
    pub planned: usize,
    /// Rows left out.
    pub left: usize,
}

/// Reads a file and keeps it until somebody confirms or drops it. What is wrong with the file as a whole is refused, what is wrong with a
/// row stands in the preview.
pub async fn look(cx: Cx<'_>, name: &str, bytes: &[u8], given: Vec<Given>) -> Done<Preview> {
    if bytes.len() > BYTES_MAX {
        return Err(VerbError::wrong("file", format!("The file is larger than {} MB. Cut it in two.", BYTES_MAX / 1_000_000)));
    }
    let content = std::str::from_utf8(bytes).map_err(|e| {
        VerbError::wrong("file", format!("The file is not UTF-8 (byte {}). Save it as “CSV UTF-8” or as JSON.", e.valid_up_to() + 1))
    })?;
    let table = table::read(content)?;
    let had = pictures::gather(&cx.app.http, &table, given).await?;
    let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    let import = Import {
        id: store::fresh_id(cx.now),
        name: name.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect(),
        hash,
        content: Some(content.to_owned()),
        rows_taken: 0,
        created_at: cx.now,
        taken_at: None,
    };
    let id = import.id;
    cx.app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            tx.imports().put(&import)?;
            pictures::keep(tx, import.id, had)
        })
        .await?;
    preview(cx, id).await
}

/// The preview of a file that was handed in and not yet confirmed.
pub async fn preview(cx: Cx<'_>, id: ImportId) -> Done<Preview> {
    let basis = super::drafts::fresh(cx).await?;
    let (press, now) = (press(cx, false), cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let (import, table) = waiting(tx, id)?;
            let before = tx.imports().find_taken(&import.hash)?;
            let known = tx.imports().pictures(id)?;
            let zone = tx.this_desk()?.zone;
            let mut lines = Vec::with_capacity(table.rows.len());
            for row in &table.rows {
                lines.push(judge(tx, &press, &read_row(tx, &press.networks, &basis, (&table, &known), row)?, now)?);
            }
            Ok(Preview { id, name: import.name, zone, lines, taken_before: before.and_then(|b| b.taken_at.map(|at| (at, b.rows_taken))) })
        })
        .await
}

fn press(cx: Cx<'_>, is_for_good: bool) -> Press {
    if is_for_good { Press::of(cx) } else { Press::to_look(cx) }
}

fn waiting(tx: &Tx<'_>, id: ImportId) -> Done<(Import, table::Table)> {
    let import = tx.imports().get(id)?;
    if import.taken_at.is_some() {
        return Err(VerbError::TooLate("This file was taken in already. Nothing was done twice.".into()));
    }
    let table = table::read(import.content.as_deref().unwrap_or_default())?;
    Ok((import, table))
}

/// What would become of a row, and what is wrong with it in its places.
fn judge(tx: &Tx<'_>, press: &Press, wanted: &Wanted, now: Timestamp) -> Done<Line> {
    let kept = &wanted.kept;
    let mut line = Line {
        number: wanted.number,
        words: super::calendar::first_words(kept),
        to: Vec::new(),
        at: None,
        pictures: 0,
        is_slot: kept.wished_at.as_deref() == Some(slots::NEXT),
        wrong: wanted.wrong.clone(),
        tells: Vec::new(),
    };
    for &id in &kept.accounts {
        let account = tx.accounts().get(id)?;
        line.to.push(account.handle.clone());
        if let Err(misfits) = render(tx, press, kept, &account, None)?.outcome {
            line.wrong.extend(misfits.into_iter().map(|Misfit { why, .. }| Problem { column: "text", why }));
        }
    }
    match kept.wished_at.as_deref() {
        None => {}
        Some(slots::NEXT) => match slots::next_in(tx, &press.networks, kept.draft.id, &kept.accounts, now) {
            Ok(placings) => line.at = placings.iter().map(|p| p.at).min(),
            Err(VerbError::Wrong { why, .. }) => line.wrong.push(Problem { column: "when", why }),
            Err(other) => return Err(other),
        },
        Some(words) => match when::wish_ahead(words, &kept.zone, now) {
            Ok(wish) => {
                line.at = Some(wish.at);
                line.tells.extend(wish.tell);
            }
            Err(VerbError::Wrong { why, .. }) => line.wrong.push(Problem { column: "when", why }),
            Err(other) => return Err(other),
        },
    }
    let silent = wanted.pictures.iter().filter(|(_, p)| p.alt.is_empty()).count();
    if silent > 0 {
        line.tells.push(match (silent, wanted.pictures.len()) {
            (1, 1) => "Its picture has no words for those who can’t see it.".into(),
            (n, all) => format!("Of its {all} pictures, {n} have no words for those who can’t see them."),
        });
    }
    line.pictures = wanted.pictures.len();
    if line.wrong.is_empty() {
        for before in said::said_before_in(tx, &press.networks, (kept, &[]), now)? {
            let how = if before.is_same { "The same words stand" } else { "Nearly the same words stand" };
            line.tells.push(format!("{how} on {} already, or will.", before.place));
        }
    }
    Ok(line)
}

/// Takes in the rows with which nothing is wrong: all of them or, where one can't be kept, none. Doing it again does nothing.
pub async fn take_in(cx: Cx<'_>, id: ImportId) -> Done<TakenIn> {
    let basis = super::drafts::fresh(cx).await?;
    let (press, looking, now) = (press(cx, true), press(cx, false), cx.now);
    let taken = cx
        .app
        .store
        .write(cx.seat, move |tx| {
            let (_, table) = waiting(tx, id)?;
            let known = tx.imports().pictures(id)?;
            let mut taken = TakenIn::default();
            for row in &table.rows {
                let wanted = read_row(tx, &press.networks, &basis, (&table, &known), row)?;
                // What came into the calendar meanwhile, or whose time has passed since the preview, is judged as it is now.
                if judge(tx, &looking, &wanted, now)?.wrong.is_empty() {
                    taken.planned += usize::from(put(tx, &press, (id, &wanted), now)?);
                    taken.drafts.push(wanted.kept.draft.id);
                } else {
                    taken.left += 1;
                }
            }
            if taken.drafts.is_empty() {
                return Err(VerbError::wrong("file", "No row of it can be taken in."));
            }
            tx.imports().set_taken(id, u32::try_from(taken.drafts.len()).unwrap_or(u32::MAX), now)?;
            Ok(taken)
        })
        .await?;
    cx.ring();
    Ok(taken)
}

/// Keeps one draft, and puts it in line where it has a day. Answers whether it has.
fn put(tx: &Tx<'_>, press: &Press, (import, wanted): (ImportId, &Wanted), now: Timestamp) -> Done<bool> {
    let kept = &wanted.kept;
    let id = kept.draft.id;
    if let Saved::TooLate { .. } = save_in(tx, kept, &[], now)? {
        return Err(VerbError::TooLate("This file was taken in already. Nothing was done twice.".into()));
    }
    for (name, picture) in &wanted.pictures {
        tx.imports().give_picture(import, name, id, picture, now)?;
    }
    match kept.wished_at.as_deref() {
        None => return Ok(false),
        Some(slots::NEXT) => {
            slots::plan_in(tx, press, id, &kept.accounts, now)?;
        }
        Some(words) => {
            let wish = when::wish_ahead(words, &kept.zone, now)?;
            plan_in(tx, press, id, &kept.accounts, wish.at, now)?;
        }
    }
    Ok(true)
}

/// Forgets a file that nobody wants after all.
pub async fn put_away(cx: Cx<'_>, id: ImportId) -> Done<()> {
    Ok(cx.app.store.write(cx.seat, move |tx| tx.imports().delete(id)).await?)
}
