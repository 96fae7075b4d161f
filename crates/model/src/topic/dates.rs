//! Days, months, years and instants as people write them behind `before:` and `after:`. Days are those of UTC.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::Timestamp;

/// A stretch of time, or an instant: as written, where it begins and where the next begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    written: String,
    begins: Timestamp,
    ends: Timestamp,
}

impl When {
    /// `2026`, `2026-03`, `2026-03-01`, or an instant such as `2026-03-01T12:00Z`.
    pub fn parse(written: &str) -> Option<When> {
        let when = |begins, ends| Some(When { written: written.to_owned(), begins, ends });
        let is_number = |s: &str, digits| s.len() == digits && s.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = written.split('-').collect();
        let (first, span) = match parts.as_slice() {
            [year] if is_number(year, 4) => (Date::new(year.parse().ok()?, 1, 1).ok()?, 1.year()),
            [year, month] if is_number(year, 4) && is_number(month, 2) => {
                (Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?, 1.month())
            }
            [year, month, day] if is_number(year, 4) && is_number(month, 2) && is_number(day, 2) => {
                (Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?, 1.day())
            }
            _ => {
                let instant = written.parse().ok()?;
                return when(instant, instant);
            }
        };
        when(start(first)?, start(first.checked_add(span).ok()?)?)
    }
    pub fn written(&self) -> &str {
        &self.written
    }
    /// Its first instant.
    pub fn begins(&self) -> Timestamp {
        self.begins
    }
    /// The first instant after it; of an instant, itself.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }
}

fn start(day: Date) -> Option<Timestamp> {
    DateTime::from(day).to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
