//! Contacts brought in from a file: vCard 3 and 4, CSV as address books write it, and LinkedIn's `Connections.csv`. Whoever is known already
//! by mail address or page is found again and added to; nobody is ever joined by name. A second reading of a file changes nothing.
//! What cannot be read is said line by line, and keeps nothing else out. Begin with [`import`].

mod csv;
mod vcard;

use model::{PersonId, Timestamp};
use store::Tx;
use store::persons::KeptPerson;

use crate::{Cx, Done, VerbError};

/// Contacts of one file, and its bytes.
pub const CONTACTS_MAX: usize = 50_000;
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Mistakes that are told apart; past that only how many there are.
pub const WRONGS_MAX: usize = 200;
/// Letters of a name or an office, and of an address.
const PART_MAX: usize = 200;
const ADDRESS_MAX: usize = 500;
/// Addresses of one contact.
const ADDRESSES_MAX: usize = 20;
/// Contacts that are written in one go.
const SLICE: usize = 500;

/// Somebody as a file knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The line on which it begins, from 1.
    pub line: usize,
    pub name: String,
    pub mails: Vec<String>,
    pub urls: Vec<String>,
    pub organisation: String,
    pub role: String,
}

/// A line that says nothing we can keep, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLine {
    pub line: usize,
    pub why: String,
}

/// A file, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub contacts: Vec<Contact>,
    pub wrong: Vec<WrongLine>,
    /// "vCard", "CSV" or "LinkedIn".
    pub kind: &'static str,
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub kind: &'static str,
    /// New to this desk.
    pub new: Vec<(PersonId, String)>,
    /// Known already, and added to.
    pub added_to: usize,
    /// Known already, with nothing new.
    pub unchanged: usize,
    pub wrong: Vec<WrongLine>,
}

/// Reads a file of any of the kinds. An error where it is none of them.
pub fn read(bytes: &[u8]) -> Done<Read> {
    if bytes.len() > BYTES_MAX {
        return Err(VerbError::wrong("file", format!("The file has more than {} MiB.", BYTES_MAX >> 20)));
    }
    let text = String::from_utf8(bytes.to_vec())
        .map_err(|e| VerbError::wrong("file", format!("The file is not text in UTF-8, from byte {} on.", e.utf8_error().valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.trim().is_empty() {
        return Err(VerbError::wrong("file", "The file is empty."));
    }
    let is_card = text.trim_start().get(..11).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCARD"));
    let mut read = if is_card { vcard::read(text) } else { csv::read(text)? };
    let contacts = std::mem::take(&mut read.contacts);
    for contact in contacts {
        match tidy(contact) {
            Ok(contact) => read.contacts.push(contact),
            Err(wrong) => read.wrong.push(wrong),
        }
    }
    if read.contacts.len() > CONTACTS_MAX {
        return Err(VerbError::wrong("file", format!("The file has more than {CONTACTS_MAX} contacts. Cut it in two.")));
    }
    read.wrong.sort_by_key(|w| w.line);
    Ok(read)
}

/// The same, in the form in which it is kept; or what is wrong with it.
fn tidy(mut c: Contact) -> Result<Contact, WrongLine> {
    let wrong = |why: String| WrongLine { line: c.line, why };
    for (what, part) in [("name", &c.name), ("organisation", &c.organisation), ("role", &c.role)] {
        if part.chars().count() > PART_MAX {
            return Err(wrong(format!("The {what} has more than {PART_MAX} letters.")));
        }
    }
    if c.mails.len() + c.urls.len() > ADDRESSES_MAX {
        return Err(wrong(format!("There are more than {ADDRESSES_MAX} addresses.")));
    }
    for mail in &c.mails {
        if !is_mail(mail) {
            return Err(wrong(format!("“{}” is no mail address.", mail.chars().take(80).collect::<String>())));
        }
    }
    let space = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
    (c.name, c.organisation, c.role) = (space(&c.name), space(&c.organisation), space(&c.role));
    c.mails = c.mails.iter().map(|m| m.trim().to_lowercase()).collect();
    c.urls = c.urls.iter().filter_map(|url| page(url)).collect();
    (c.mails, c.urls) = (once(c.mails), once(c.urls));
    if c.name.is_empty() {
        let from_mail = c.mails.first().and_then(|mail| mail.split('@').next()).map(str::to_owned);
        c.name = from_mail.ok_or_else(|| WrongLine { line: c.line, why: "There is neither a name nor a mail address.".into() })?;
    }
    Ok(c)
}

fn once(all: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(all.len());
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

fn is_mail(mail: &str) -> bool {
    let mail = mail.trim();
    let Some((name, host)) = mail.rsplit_once('@') else { return false };
    let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
    !name.is_empty()
        && is_host
        && mail.len() <= ADDRESS_MAX
        && !mail.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;".contains(c))
}

/// A page's address in full; `None` for what is none.
fn page(url: &str) -> Option<String> {
    let url = url.trim();
    let full = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    let parsed = url::Url::parse(&full).ok()?;
    let is_page = matches!(parsed.scheme(), "http" | "https") && parsed.host_str().is_some_and(|h| h.contains('.'));
    (is_page && full.len() <= ADDRESS_MAX).then(|| full.trim_end_matches('/').to_owned())
}

/// An address as it may be kept with a profile: with and without the last stroke, and without the scheme's s.
fn spellings(url: &str) -> Vec<String> {
    let other = url.strip_prefix("https://").map_or_else(|| url.replacen("http://", "https://", 1), |rest| format!("http://{rest}"));
    [url, &other].iter().flat_map(|u| [(*u).to_owned(), format!("{u}/")]).collect()
}

/// Takes a file's contacts in.
pub async fn import(cx: Cx<'_>, bytes: &[u8]) -> Done<Imported> {
    let read = read(bytes)?;
    let mut done = Imported { kind: read.kind, wrong: read.wrong, ..Imported::default() };
    let now = cx.now;
    for slice in read.contacts.chunks(SLICE) {
        let (slice, kind) = (slice.to_vec(), read.kind);
        let taken = cx
            .app
            .store
            .write::<_, VerbError>(cx.seat, move |tx| slice.into_iter().map(|c| take(tx, c, kind, now)).collect::<Done<Vec<_>>>())
            .await?;
        for one in taken {
            match one {
                Taken::New(id, name) => done.new.push((id, name)),
                Taken::AddedTo => done.added_to += 1,
                Taken::Unchanged => done.unchanged += 1,
            }
        }
    }
    Ok(done)
}

enum Taken {
    New(PersonId, String),
    AddedTo,
    Unchanged,
}

/// The points by which a contact is found again.
fn points(c: &Contact) -> Vec<(&'static str, String)> {
    let mails = c.mails.iter().map(|m| ("mail", m.clone()));
    let mut all: Vec<(&'static str, String)> = mails.chain(c.urls.iter().map(|u| ("url", u.to_lowercase()))).collect();
    if all.is_empty() {
        all.push(("card", format!("{}\n{}", c.name.to_lowercase(), c.organisation.to_lowercase())));
    }
    all
}

fn take(tx: &Tx<'_>, c: Contact, source: &str, now: Timestamp) -> Done<Taken> {
    let points = points(&c);
    let mut known = None;
    for (kind, value) in &points {
        known = known.or(tx.contact_points().whose(kind, value)?);
    }
    if known.is_none() {
        let addresses: Vec<String> = c.urls.iter().flat_map(|u| spellings(u)).collect();
        known = tx.contact_points().at_url(&addresses)?;
    }
    let (person, is_new) = match known {
        Some(id) => (super::person::standing(tx, id)?, false),
        None => {
            let about = match (c.role.is_empty(), c.organisation.is_empty()) {
                (false, false) => format!("{}, {}", c.role, c.organisation),
                _ => format!("{}{}", c.role, c.organisation),
            };
            let id = tx.persons().put(&c.name, &about, now)?;
            (tx.persons().get(id)?, true)
        }
    };
    let mut is_changed = add(tx, &person, &c)?;
    for (kind, value) in &points {
        is_changed |= tx.contact_points().put(person.id, (*kind, value.as_str()), source, now)?;
    }
    Ok(match (is_new, is_changed) {
        (true, _) => Taken::New(person.id, c.name),
        (false, true) => Taken::AddedTo,
        (false, false) => Taken::Unchanged,
    })
}

/// What the file knows and we do not. What was edited here stays.
fn add(tx: &Tx<'_>, person: &KeptPerson, c: &Contact) -> Done<bool> {
    let more = &person.more;
    let is_work_new = !c.organisation.is_empty() && (c.organisation != more.organisation || c.role != more.role) && !more.is_work_edited;
    if is_work_new {
        tx.persons().set_work(person.id, &c.organisation, &c.role, false)?;
    }
    let mail = c.mails.first().filter(|_| more.mail.is_empty());
    if let Some(mail) = mail {
        tx.persons().set_mail(person.id, mail)?;
    }
    Ok(is_work_new || mail.is_some())
}

#[cfg(test)]
mod tests;
