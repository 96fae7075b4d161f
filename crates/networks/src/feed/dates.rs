//! The dates that stand in feeds: the two standards, and what people write instead.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use model::Timestamp;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// The longest text that is looked at.
const DATE_MAX: usize = 80;

/// The instant, if the text tells one. Without a zone it is UTC, without a time midnight.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > DATE_MAX || !text.is_ascii() {
        return None;
    }
    text.parse().ok().or_else(|| iso(text)).or_else(|| in_words(text))
}

/// `2004-02-28T18:14:55Z` and all that is left out of it: `2004`, `2004-02`, `20040228`, `2004-059`, no seconds, no zone, a space.
fn iso(text: &str) -> Option<Timestamp> {
    let (day, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let date = iso_date(day)?;
    if rest.is_empty() {
        return at(date, Time::midnight(), Offset::UTC);
    }
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = (rest[..zone_at].trim(), rest[zone_at..].trim());
    at(date, clock(time)?, if zone.is_empty() { Offset::UTC } else { zone_of(zone)? })
}

fn iso_date(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !text.chars().all(|c| c.is_ascii_digit() || c == '-') || digits.len() < 4 {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<i16>().ok());
    let year = number(0, 4)?;
    let small = |from, to| number(from, to).and_then(|n| i8::try_from(n).ok());
    match digits.len() {
        4 => Date::new(year, 1, 1).ok(),
        6 => Date::new(year, small(4, 6)?, 1).ok(),
        // The day of the year.
        7 => Date::new(year, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(number(4, 7)? - 1).ok()?).ok(),
        8 => Date::new(year, small(4, 6)?, small(6, 8)?).ok(),
        _ => None,
    }
}

/// `Thu, 01 Jan 2004 19:48:21 GMT`, `Jan 1, 2004`, `Thu Jan  1 19:48:21 2004`, in any order.
fn in_words(text: &str) -> Option<Timestamp> {
    let (mut day, mut month, mut year, mut time, mut zone) = (None, None, None, None, None);
    for word in text.split([' ', ',', '\t']).filter(|w| !w.is_empty()) {
        let lower = word.to_ascii_lowercase();
        let named = lower.get(..3).and_then(|three| MONTHS.iter().position(|m| *m == three));
        if word.contains(':') && time.is_none() {
            let zone_at = word.find(['+', '-', 'Z']).unwrap_or(word.len());
            time = Some(clock(&word[..zone_at])?);
            zone = if zone_at < word.len() { Some(zone_of(&word[zone_at..])?) } else { None };
        } else if let Some(number) = word.parse::<i16>().ok().filter(|_| !word.starts_with(['+', '-'])) {
            match (word.len(), day) {
                (1 | 2, None) => day = i8::try_from(number).ok(),
                (2, Some(_)) => year = Some(if number < 70 { 2000 + number } else { 1900 + number }),
                _ => year = Some(number),
            }
        } else if let (Some(index), None) = (named, month) {
            month = i8::try_from(index + 1).ok();
        } else if word.contains('-') && !word.starts_with('-') && month.is_none() {
            // `01-Jan-2004` and `01-Jan-04`.
            return in_words(&text.replacen('-', " ", 2));
        } else if time.is_some() && zone.is_none() {
            zone = zone_of(word);
        }
    }
    let date = Date::new(year?, month?, day.unwrap_or(1)).ok()?;
    at(date, time.unwrap_or(Time::midnight()), zone.unwrap_or(Offset::UTC))
}

fn clock(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let mut next = || parts.next().map(str::trim);
    let (hour, minute, second) = (next()?, next(), next());
    let whole = |text: &str| text.split('.').next().and_then(|s| s.parse::<i8>().ok());
    let (hour, minute) = match minute {
        Some(minute) => (hour.parse().ok()?, minute.parse().ok()?),
        // Times without colons.
        None => (hour.get(..2)?.parse().ok()?, hour.get(2..4).and_then(|m| m.parse().ok()).unwrap_or(0)),
    };
    let second = second.map_or(Some(0), whole)?.min(59);
    let nanos = text.split_once('.').map_or(0, |(_, f)| nanoseconds(f));
    Time::new(hour, minute, second, nanos).ok()
}

fn nanoseconds(fraction: &str) -> i32 {
    let digits: String = fraction.chars().take_while(char::is_ascii_digit).take(9).collect();
    format!("{digits:0<9}").parse().unwrap_or(0)
}

fn zone_of(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return named_zone(text),
    };
    let digits: String = text[1..].chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        3 => (digits[..1].parse().ok()?, digits[1..].parse().ok()?),
        4.. => (digits[..2].parse().ok()?, digits[2..4].parse().ok()?),
        _ => return None,
    };
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The zones that mail has named since 1982; an unknown one is taken for UTC.
fn named_zone(text: &str) -> Option<Offset> {
    let hours = match text.to_ascii_uppercase().as_str() {
        "EDT" | "AST" => -4,
        "EST" | "CDT" | "ET" => -5,
        "CST" | "MDT" | "CT" => -6,
        "MST" | "PDT" | "MT" => -7,
        "PST" | "PT" => -8,
        "ADT" => -3,
        "CET" | "BST" => 1,
        "CEST" | "EET" => 2,
        "JST" | "KST" => 9,
        _ => 0,
    };
    Offset::from_hours(hours).ok()
}

fn at(date: Date, time: Time, offset: Offset) -> Option<Timestamp> {
    DateTime::from_parts(date, time).to_zoned(TimeZone::fixed(offset)).ok().map(|z| z.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_as_people_write_them() {
        for (text, expected) in [
            ("2004-02-28T18:14:55Z", "2004-02-28T18:14:55Z"),
            ("2004-02-28T18:14:55.985+05:00", "2004-02-28T13:14:55.985Z"),
            ("2004-02-28T18:14:55-0800", "2004-02-29T02:14:55Z"),
            ("2004-02-28T18:14Z", "2004-02-28T18:14:00Z"),
            ("2004-02-28T18:14:55", "2004-02-28T18:14:55Z"),
            ("2004-02-28 18:14:55", "2004-02-28T18:14:55Z"),
            ("2004-02-28", "2004-02-28T00:00:00Z"),
            ("20040228", "2004-02-28T00:00:00Z"),
            ("2004-02", "2004-02-01T00:00:00Z"),
            ("2004", "2004-01-01T00:00:00Z"),
            ("2004-059", "2004-02-28T00:00:00Z"),
            ("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"),
            ("Thu, 01 Jan 04 19:48:21 GMT", "2004-01-01T19:48:21Z"),
            ("Thu, 01 Jan 2004 19:48:21 EST", "2004-01-02T00:48:21Z"),
            ("Thu, 01 Jan 2004 19:48:21 +0200", "2004-01-01T17:48:21Z"),
            ("Thu, 1 Jan 2004 19:48 +0000", "2004-01-01T19:48:00Z"),
            ("01 Jan 2004", "2004-01-01T00:00:00Z"),
            ("Jan 1, 2004", "2004-01-01T00:00:00Z"),
            ("Mon, 26 January 2004 16:31:00 ET", "2004-01-26T21:31:00Z"),
            ("Sun Jan  4 16:29:06 PST 2004", "2004-01-05T00:29:06Z"),
            ("Thu Jan  1 19:48:21 2004", "2004-01-01T19:48:21Z"),
            ("01-Jan-2004 10:00:00", "2004-01-01T10:00:00Z"),
            ("Wed, 99 Jan 2004 19:48:21 GMT", ""),
            ("yesterday", ""),
            ("", ""),
            ("2004-13-45", ""),
            ("九月 2004", ""),
        ] {
            let found = instant(text).map(|t| t.to_string()).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9TZ:+. a-zA-Z,-]{0,40}|\\PC{0,40}") {
            let _ = instant(&text);
        }
        #[test]
        fn what_we_write_is_read(seconds in 0i64..4_000_000_000) {
            let at = Timestamp::from_second(seconds).expect("in range");
            prop_assert_eq!(instant(&at.to_string()), Some(at));
            let mail = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_string(&at).expect("in range");
            prop_assert_eq!(instant(&mail), Some(at));
        }
    }
}
