//! One row as a draft, and what is wrong with its fields.

use model::{AccountId, AimId, Kind, Picture, Visibility};
use networks::Networks;
use store::Tx;
use store::import_pictures::Known;

use super::super::drafts::{KeptDraft, TEXT_MAX};
use super::super::{slots, when};
use super::pictures;
use super::table::{Row, Table};
use crate::{Done, VerbError};

/// The columns that are read, in any order, each with what it holds.
pub const COLUMNS: [(&str, &str); 13] = [
    ("text", "the words"),
    ("to", "accounts by their handles, with spaces or commas between; empty for all"),
    ("when", "2026-09-09 12:30, or slot for the next free one; empty for a draft without a day"),
    ("zone", "the zone of that time, such as Europe/London; empty for the desk’s own"),
    ("title", "for places that have one"),
    ("link", "an address that is put under the words"),
    ("warning", "a content warning"),
    ("language", "such as en"),
    ("visibility", "public, unlisted, followers or direct"),
    ("kind", "gives, asks or talks"),
    ("aim", "an open aim by its name"),
    ("pictures", "names of files that come along, or addresses; several below each other or with | between"),
    ("alt", "what the pictures show, in the same order and with the same between"),
];
/// The longest title, warning or link, in bytes.
const SMALL_MAX: usize = 10_000;

/// What is wrong, and in which column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub column: &'static str,
    pub why: String,
}

/// A row read.
pub struct Wanted {
    pub number: usize,
    pub kept: KeptDraft,
    /// Its pictures, by the names that the row gives them.
    pub pictures: Vec<(String, Picture)>,
    pub wrong: Vec<Problem>,
}

struct Reading<'a> {
    table: &'a Table,
    row: &'a Row,
    wrong: Vec<Problem>,
}

impl Reading<'_> {
    fn field(&self, column: &str) -> Option<String> {
        self.table.field(self.row, column).map(|v| v.replace("\r\n", "\n").trim().to_owned()).filter(|v| !v.is_empty())
    }
    fn object(&mut self, column: &'static str, why: impl Into<String>) {
        self.wrong.push(Problem { column, why: why.into() });
    }
    /// A field of a short list of words.
    fn word<T>(&mut self, column: &'static str, read: impl Fn(&str) -> Option<T>, known: &str) -> Option<T> {
        let value = self.field(column)?;
        let found = read(&value.to_lowercase());
        if found.is_none() {
            self.object(column, format!("“{}” is not {known}.", shown(&value)));
        }
        found
    }
}

/// Enough of a field to know it again.
fn shown(value: &str) -> String {
    let cut: String = value.chars().take(40).collect();
    if cut.len() < value.len() { format!("{cut}…") } else { cut }
}

/// Makes a draft of a row, from `basis` for what it does not say.
pub fn read_row(tx: &Tx<'_>, networks: &Networks, basis: &KeptDraft, (table, known): (&Table, &[Known]), row: &Row) -> Done<Wanted> {
    let mut r = Reading { table, row, wrong: row.wrong.iter().map(|why| Problem { column: "row", why: why.clone() }).collect() };
    let mut kept = basis.clone();
    kept.draft.id = tx.fresh(basis.draft.created_at);
    let (pictures, wrong) = pictures::of_row(tx, known, (table, row), basis.draft.created_at);
    r.wrong.extend(wrong);
    kept.draft.pictures = pictures.iter().map(|(_, p)| p.clone()).collect();
    kept.draft.text = words(&mut r);
    for (column, place) in [("title", &mut kept.draft.title), ("warning", &mut kept.draft.warning)] {
        *place = r.field(column);
        if place.as_ref().is_some_and(|v| v.len() > SMALL_MAX) {
            r.object(column, "These are too many words.");
        }
    }
    kept.draft.language = r.field("language");
    let is_tag = |l: &String| (2..=35).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if kept.draft.language.as_ref().is_some_and(|l| !is_tag(l)) {
        r.object("language", "A language is written as en or pt-BR.");
    }
    kept.draft.visibility = r.word("visibility", Visibility::from_word, "public, unlisted, followers or direct").unwrap_or_default();
    kept.draft.kind = r.word("kind", Kind::from_word, "gives, asks or talks").unwrap_or_default();
    kept.draft.aim = aim(tx, &mut r)?;
    kept.accounts = places(tx, networks, &mut r)?;
    if let Some(zone) = r.field("zone") {
        match when::zone(&zone) {
            Ok(_) => kept.zone = zone,
            Err(error) => r.object("zone", error.to_string()),
        }
    }
    kept.wished_at = wish(&mut r);
    Ok(Wanted { number: row.number, kept, pictures, wrong: r.wrong })
}

fn words(r: &mut Reading<'_>) -> String {
    let mut text = r.field("text").unwrap_or_default();
    if let Some(link) = r.field("link") {
        match url::Url::parse(&link) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && link.len() <= SMALL_MAX => {
                if !text.contains(&link) {
                    text = format!("{text}\n\n{link}").trim_start().to_owned();
                }
            }
            _ => r.object("link", "A link begins with https:// or http://."),
        }
    }
    if text.is_empty() && r.field("title").is_none() && r.field("pictures").is_none() {
        r.object("text", "There are no words.");
    }
    if text.len() > TEXT_MAX {
        r.object("text", "These are more words than Hobnob keeps in one draft.");
    }
    text
}

/// The wish, in the one form in which it is kept.
fn wish(r: &mut Reading<'_>) -> Option<String> {
    let words = r.field("when")?;
    if words.eq_ignore_ascii_case(slots::NEXT) {
        return Some(slots::NEXT.to_owned());
    }
    // Seconds are what a spreadsheet adds by itself.
    let clock = words.replace('T', " ");
    let clock = clock.strip_suffix(":00").filter(|c| c.matches(':').count() == 1).unwrap_or(&clock);
    Some(clock.to_owned())
}

fn aim(tx: &Tx<'_>, r: &mut Reading<'_>) -> Done<Option<AimId>> {
    const AIMS_MAX: u32 = 200;
    let Some(name) = r.field("aim") else { return Ok(None) };
    let found = tx.open_aims(AIMS_MAX)?.into_iter().find(|(_, n)| n.to_lowercase() == name.to_lowercase());
    if found.is_none() {
        r.object("aim", format!("There is no open aim called “{}”.", shown(&name)));
    }
    Ok(found.map(|(id, _)| id))
}

/// The accounts named; all that can publish where none is.
fn places(tx: &Tx<'_>, networks: &Networks, r: &mut Reading<'_>) -> Done<Vec<AccountId>> {
    let all = tx.accounts().list()?;
    let can = |a: &&model::Account| networks.get(&a.network).is_some_and(|n| n.takes_posts());
    let Some(names) = r.field("to") else {
        let every: Vec<AccountId> = all.iter().filter(can).map(|a| a.id).collect();
        if every.is_empty() {
            r.object("to", "No account is connected that can post.");
        }
        return Ok(every);
    };
    let mut found = Vec::new();
    for name in names.split([' ', ',', ';', '\n', '\t']).filter(|n| !n.is_empty()) {
        match super::super::drafts::account_named(&all, name) {
            Ok(account) if !can(&account) => r.object("to", format!("{} is only read here; nothing can be sent to it.", shown(name))),
            Ok(account) if !found.contains(&account.id) => found.push(account.id),
            Ok(_) => {}
            Err(VerbError::Wrong { why, .. }) => r.object("to", why),
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}
