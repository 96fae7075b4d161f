//! Contacts as CSV: LinkedIn's export, with its notes above the heading; the exports of the usual address books; and plain columns.

use super::{CONTACTS_MAX, Contact, Read, WrongLine};
use crate::publish::import::table::records;
use crate::{Done, VerbError};

/// Lines above a heading in which it is still looked for: LinkedIn puts notes there.
const ABOVE_MAX: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    First,
    Middle,
    Last,
    Mail,
    Url,
    Organisation,
    Role,
}

/// The column that a heading means, by the words that address books use.
fn column(heading: &str) -> Option<Column> {
    let heading = heading.trim().to_lowercase();
    // Google numbers them: "E-mail 1 - Value", "Organization 1 - Name".
    let bare: String = heading.chars().filter(|c| !c.is_ascii_digit()).collect();
    let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(match bare.as_str() {
        "name" | "full name" | "display name" | "file as" => Column::Name,
        "first name" | "given name" | "firstname" => Column::First,
        "middle name" | "additional name" => Column::Middle,
        "last name" | "family name" | "surname" | "lastname" => Column::Last,
        "mail" | "email" | "e-mail" | "email address" | "e-mail address" | "mail address" | "e-mail - value" | "primary email" => {
            Column::Mail
        }
        "url" | "website" | "web page" | "page" | "link" | "website - value" | "profile url" => Column::Url,
        "company" | "organisation" | "organization" | "org" | "organization name" | "organization - name" | "employer" => {
            Column::Organisation
        }
        "position" | "role" | "title" | "job title" | "organization title" | "organization - title" => Column::Role,
        _ => return None,
    })
}

fn is_heading(columns: &[Option<Column>]) -> bool {
    let has = |wanted: &[Column]| columns.iter().flatten().any(|c| wanted.contains(c));
    has(&[Column::Name, Column::First, Column::Last, Column::Mail]) && (columns.len() == 1 || columns.iter().flatten().count() > 1)
}

pub fn read(text: &str) -> Done<Read> {
    let (skipped, body) = to_heading(text)?;
    let first = body.lines().next().unwrap_or_default();
    let between = separator(first);
    let all = records(body, between, CONTACTS_MAX)?;
    let mut rows = all.into_iter();
    let headings = rows.next().map(|(_, fields)| fields).unwrap_or_default();
    let columns: Vec<Option<Column>> = headings.iter().map(|h| column(h)).collect();
    let is_linkedin = headings.iter().any(|h| h.trim().eq_ignore_ascii_case("connected on"));
    let mut read = Read { kind: if is_linkedin { "LinkedIn" } else { "CSV" }, ..Read::default() };
    for (number, fields) in rows {
        let line = number + skipped;
        if fields.iter().skip(columns.len()).any(|f| !f.trim().is_empty()) {
            let why = format!("{} fields under {} columns: a comma in the words needs quotes round them.", fields.len(), columns.len());
            read.wrong.push(WrongLine { line, why });
            continue;
        }
        read.contacts.push(contact(line, &columns, &fields));
    }
    if read.contacts.is_empty() && read.wrong.is_empty() {
        return Err(VerbError::wrong("file", "The file has no rows under its heading."));
    }
    Ok(read)
}

fn separator(line: &str) -> char {
    [',', ';', '\t'].into_iter().max_by_key(|c| (line.matches(*c).count(), *c == ',')).unwrap_or(',')
}

/// How many lines stand above the heading, and the text from there on.
fn to_heading(text: &str) -> Done<(usize, &str)> {
    let mut rest = text;
    for skipped in 0..ABOVE_MAX {
        let line = rest.lines().next().unwrap_or_default();
        let names = records(line, separator(line), 1).ok().and_then(|all| all.into_iter().next()).map(|(_, fields)| fields);
        if names.is_some_and(|names| is_heading(&names.iter().map(|n| column(n)).collect::<Vec<_>>())) {
            return Ok((skipped, rest));
        }
        let Some((_, after)) = rest.split_once('\n') else { break };
        rest = after;
    }
    Err(VerbError::wrong(
        "file",
        "This is neither a vCard nor a table of contacts. A table begins with a line that names its columns: name, email, url, company, position.",
    ))
}

fn contact(line: usize, columns: &[Option<Column>], fields: &[String]) -> Contact {
    let all = |wanted: Column| {
        columns.iter().zip(fields).filter(move |(c, f)| **c == Some(wanted) && !f.trim().is_empty()).map(|(_, f)| f.trim().to_owned())
    };
    let one = |wanted: Column| all(wanted).next().unwrap_or_default();
    let parts: Vec<String> = [Column::First, Column::Middle, Column::Last].into_iter().flat_map(&all).collect();
    let name = all(Column::Name).next().unwrap_or_else(|| parts.join(" "));
    // Several values stand in one field with three colons between (Google).
    let several = |wanted: Column| all(wanted).flat_map(|f| f.split(":::").map(|v| v.trim().to_owned()).collect::<Vec<_>>()).collect();
    Contact {
        line,
        name,
        mails: several(Column::Mail),
        urls: several(Column::Url),
        organisation: one(Column::Organisation),
        role: one(Column::Role),
    }
}
