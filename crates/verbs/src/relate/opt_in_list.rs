//! A list of people who said yes elsewhere, with the proof of each: when, where and in which words. A row without its proof is not taken.

use jiff::tz::TimeZone;
use model::{GivenBy, LeaveFor, Timestamp};
use networks::mail::is_address;

use super::opt_ins::{NAME_MAX, Noted, PLACE_MAX, WORDS_MAX, keep, wanted};
use crate::publish::import::table::records;
use crate::reflect::weeks::zone_of;
use crate::{Cx, Done, VerbError};

/// Rows of one file.
const ROWS_MAX: usize = 20_000;
/// Rows that are told of one by one.
pub const WRONGS_MAX: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Address,
    Name,
    When,
    Where,
    Words,
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub new: usize,
    /// They had said yes already.
    pub known: usize,
    /// The line on which a row begins, and why it was not taken.
    pub wrong: Vec<(usize, String)>,
}

/// Takes a list in for this voice's letters: CSV with the columns address, name (may be missing), when, where, words.
pub async fn import(cx: Cx<'_>, bytes: &[u8]) -> Done<Taken> {
    crate::desk::accounts::must_own(cx)?;
    let voice = cx.seat.voice.ok_or(VerbError::NotYours)?;
    let text = std::str::from_utf8(bytes).map_err(|_| VerbError::wrong("file", "The file is not written in UTF-8."))?;
    let text = text.trim_start_matches('\u{feff}').to_owned();
    let (columns, rows) = read(&text)?;
    let now = cx.now;
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let zone = zone_of(&tx.this_desk()?.zone);
            let mut taken = Taken::default();
            for (line, fields) in rows {
                let (noted, when) = match proven(&columns, &fields, &zone, now) {
                    Ok(proven) => proven,
                    Err(why) => {
                        taken.wrong.push((line, why.to_string()));
                        continue;
                    }
                };
                if tx.opt_ins().open_of(LeaveFor::Rounds, voice, &noted.address)?.is_some_and(|known| known.holds()) {
                    taken.known += 1;
                    continue;
                }
                if let Some(over) = tx.opt_ins().last_over(LeaveFor::Rounds, voice, &noted.address)?
                    && over > when
                {
                    let day = over.to_zoned(zone.clone()).date();
                    taken.wrong.push((line, format!("They took it back, or letters came back, on {day}: that is later than this yes.")));
                    continue;
                }
                keep(tx, (LeaveFor::Rounds, voice, GivenBy::List), &noted, (when, now))?;
                taken.new += 1;
            }
            Ok(taken)
        })
        .await
}

type Rows = Vec<(usize, Vec<String>)>;

fn read(text: &str) -> Done<(Vec<Option<Column>>, Rows)> {
    let head = text.lines().next().unwrap_or_default();
    let between = [',', ';', '\t'].into_iter().max_by_key(|c| (head.matches(*c).count(), *c == ',')).unwrap_or(',');
    let mut rows = records(text, between, ROWS_MAX)?.into_iter();
    let names = rows.next().map(|(_, fields)| fields).unwrap_or_default();
    let columns: Vec<Option<Column>> = names.iter().map(|n| column(n)).collect();
    for (wanted, name) in [(Column::Address, "address"), (Column::When, "when"), (Column::Where, "where"), (Column::Words, "words")] {
        if !columns.contains(&Some(wanted)) {
            return Err(VerbError::wrong(
                "file",
                format!("There is no column “{name}”. The first line names the columns: address, name, when, where, words."),
            ));
        }
    }
    let rows: Rows = rows.filter(|(_, fields)| fields.iter().any(|f| !f.trim().is_empty())).collect();
    if rows.is_empty() {
        return Err(VerbError::wrong("file", "The file has no rows under its heading."));
    }
    Ok((columns, rows))
}

fn column(heading: &str) -> Option<Column> {
    Some(match heading.trim().to_lowercase().as_str() {
        "address" | "email" | "e-mail" | "mail" | "email address" | "e-mail address" => Column::Address,
        "name" | "full name" => Column::Name,
        "when" | "at" | "date" | "time" | "confirmed at" | "confirmed_at" | "optin time" | "opt-in time" | "confirm_time" => Column::When,
        "where" | "place" | "source" | "page" | "url" | "form" => Column::Where,
        "words" | "consent" | "text" | "said yes to" | "consent text" => Column::Words,
        _ => return None,
    })
}

/// A row with its proof, or why it has none.
fn proven(columns: &[Option<Column>], fields: &[String], zone: &TimeZone, now: Timestamp) -> Result<(Noted, Timestamp), VerbError> {
    let of = |wanted: Column| columns.iter().zip(fields).find(|(c, _)| **c == Some(wanted)).map_or("", |(_, f)| f.trim());
    if fields.iter().skip(columns.len()).any(|f| !f.trim().is_empty()) {
        return Err(VerbError::wrong(
            "row",
            format!("{} fields under {} columns: a comma in the words needs quotes round them.", fields.len(), columns.len()),
        ));
    }
    let address = of(Column::Address);
    if !is_address(address) {
        return Err(VerbError::wrong("address", "There is no mail address in it."));
    }
    let when = instant(of(Column::When), zone).ok_or_else(|| match of(Column::When) {
        "" => VerbError::wrong("when", "It does not say when they said yes."),
        _ => VerbError::wrong(
            "when",
            "When they said yes can't be read; a day such as 2026-09-08 or an instant such as 2026-09-08T10:00:00Z is wanted.",
        ),
    })?;
    if when > now {
        return Err(VerbError::wrong("when", "They are said to have said yes at a time that is yet to come."));
    }
    let noted = Noted {
        address: address.to_owned(),
        name: of(Column::Name).chars().take(NAME_MAX).collect(),
        place: wanted("place", of(Column::Where), PLACE_MAX, "It does not say where they said yes.")?,
        words: wanted("words", of(Column::Words), WORDS_MAX, "It does not say which words they said yes to.")?,
    };
    Ok((noted, when))
}

/// An instant, a day with its hour in the desk's zone, or a day.
fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local = text.parse::<jiff::civil::DateTime>().or_else(|_| text.parse::<jiff::civil::Date>().map(|d| d.at(0, 0, 0, 0))).ok()?;
    Some(zone.to_zoned(local).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Result<Timestamp, String> {
        let (columns, rows) = read(&format!("Email;Name;When;Where;Words\n{text}\n")).map_err(|e| e.to_string())?;
        let now = "2026-09-08T09:00:00Z".parse().unwrap();
        proven(&columns, &rows[0].1, &TimeZone::UTC, now).map(|(_, when)| when).map_err(|e| e.to_string())
    }

    #[test]
    fn a_row_stands_or_falls_with_its_proof() {
        let at = |t: &str| Ok(t.parse().unwrap());
        assert_eq!(row("a@b.example;Ada;2026-05-01;https://fold.example/yes;A letter a month"), at("2026-05-01T00:00:00Z"));
        assert_eq!(row("a@b.example;;2026-05-01 10:30;the fair;A letter a month"), at("2026-05-01T10:30:00Z"));
        assert_eq!(row("a@b.example;;2026-05-01T10:30:00+02:00;the fair;A letter a month"), at("2026-05-01T08:30:00Z"));
        for (bad, why) in [
            ("a@b.example;;;the fair;A letter", "does not say when"),
            ("a@b.example;;soon;the fair;A letter", "can't be read"),
            ("a@b.example;;2026-12-01;the fair;A letter", "yet to come"),
            ("a@b.example;;2026-05-01;;A letter", "does not say where"),
            ("a@b.example;;2026-05-01;the fair;", "does not say which words"),
            ("nobody;;2026-05-01;the fair;A letter", "no mail address"),
            ("a@b.example;;2026-05-01;the fair;A letter;more", "6 fields under 5 columns"),
        ] {
            assert!(row(bad).unwrap_err().contains(why), "{bad}: {:?}", row(bad));
        }
        assert!(read("address,name\na@b.example,Ada\n").unwrap_err().to_string().contains("no column “when”"));
    }
}
