//! vCard 3.0 (RFC 2426) and 4.0 (RFC 6350): the properties that say who somebody is and where; all others are passed over. Version 2.1 is
//! refused card by card, with its line.

use super::{Contact, Read, WrongLine};

/// Cards may stand in cards (the old AGENT); deeper is nobody's address book.
const DEPTH_MAX: usize = 1;

/// A line with what was folded under it, and where it begins.
struct Logical {
    number: usize,
    text: String,
}

fn unfold(text: &str) -> Vec<Logical> {
    let mut lines: Vec<Logical> = Vec::new();
    for (i, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.text.push_str(rest),
            _ => lines.push(Logical { number: i + 1, text: line.to_owned() }),
        }
    }
    lines
}

/// A property: its name without its group, and its value.
struct Property<'a> {
    name: String,
    value: &'a str,
}

fn property(line: &str) -> Option<Property<'_>> {
    let mut in_quotes = false;
    let colon = line.char_indices().find(|(_, c)| {
        in_quotes ^= *c == '"';
        *c == ':' && !in_quotes
    })?;
    let head = &line[..colon.0];
    let name = head.split(';').next().unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .then_some(Property { name, value: &line[colon.0 + 1..] })
}

/// Cut at `at` where it is not escaped, each part with its escapes resolved.
fn parts(value: &str, at: char) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        let Some(last) = all.last_mut() else { break };
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => last.push('\n'),
                Some(other) => last.push(other),
                None => last.push('\\'),
            },
            c if c == at => all.push(String::new()),
            c => last.push(c),
        }
    }
    all
}

fn whole(value: &str) -> String {
    // A sign that never stands in a text: nothing is cut.
    parts(value, '\0').concat()
}

/// A card that is being read.
#[derive(Default)]
struct Card {
    contact: Contact,
    structured: String,
    is_old: bool,
    wrong: Option<WrongLine>,
}

pub fn read(text: &str) -> Read {
    let mut read = Read { kind: "vCard", ..Read::default() };
    let (mut card, mut depth): (Option<Card>, usize) = (None, 0);
    for line in unfold(text) {
        if line.text.trim().is_empty() {
            continue;
        }
        let Some(property) = property(&line.text) else {
            match &mut card {
                Some(card) => {
                    card.wrong
                        .get_or_insert(WrongLine { line: line.number, why: "This line is no property: it has no name and colon.".into() });
                }
                None => read.wrong.push(WrongLine { line: line.number, why: "This line stands outside any card.".into() }),
            }
            continue;
        };
        let is_card = property.value.trim().eq_ignore_ascii_case("VCARD");
        match (property.name.as_str(), &mut card) {
            ("BEGIN", None) if is_card => {
                card = Some(Card { contact: Contact { line: line.number, ..Contact::default() }, ..Card::default() })
            }
            ("BEGIN", Some(card)) if is_card => {
                depth += 1;
                if depth > DEPTH_MAX {
                    card.wrong.get_or_insert(WrongLine { line: line.number, why: "A card begins before the last one ends.".into() });
                }
            }
            ("END", Some(_)) if is_card && depth > 0 => depth -= 1,
            ("END", Some(_)) if is_card => {
                if let Some(card) = card.take() {
                    end(card, &mut read);
                }
            }
            (_, Some(card)) if depth == 0 => put(card, &property),
            (_, Some(_)) => {}
            (_, None) => read.wrong.push(WrongLine { line: line.number, why: "This line stands outside any card.".into() }),
        }
    }
    if let Some(card) = card {
        read.wrong.push(WrongLine { line: card.contact.line, why: "The card that begins here never ends.".into() });
    }
    read
}

fn put(card: &mut Card, property: &Property<'_>) {
    let value = property.value;
    let contact = &mut card.contact;
    match property.name.as_str() {
        "VERSION" => card.is_old = value.trim() == "2.1",
        "FN" => contact.name = whole(value),
        "N" => {
            // Family; given; additional; prefixes; suffixes.
            let all = parts(value, ';');
            let part = |i: usize| all.get(i).map(|p| p.replace(',', " ")).unwrap_or_default();
            card.structured = format!("{} {} {}", part(1), part(2), part(0)).split_whitespace().collect::<Vec<_>>().join(" ");
        }
        "ORG" => contact.organisation = parts(value, ';').into_iter().next().unwrap_or_default(),
        "TITLE" => contact.role = whole(value),
        "ROLE" if contact.role.is_empty() => contact.role = whole(value),
        "EMAIL" => contact.mails.push(whole(value).trim().trim_start_matches("mailto:").to_owned()),
        "URL" | "X-SOCIALPROFILE" | "SOCIALPROFILE" => contact.urls.push(whole(value)),
        _ => {}
    }
}

fn end(mut card: Card, read: &mut Read) {
    let line = card.contact.line;
    if card.contact.name.trim().is_empty() {
        card.contact.name = card.structured;
    }
    card.contact.mails.retain(|m| !m.is_empty());
    match card.wrong {
        Some(wrong) => read.wrong.push(wrong),
        None if card.is_old => read.wrong.push(WrongLine { line, why: "This card is of version 2.1; export it as 3.0 or 4.0.".into() }),
        None => read.contacts.push(card.contact),
    }
}
