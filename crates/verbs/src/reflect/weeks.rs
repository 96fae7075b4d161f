//! Weeks of the desk's own zone, from Monday, and spans of days up to now.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use model::Timestamp;

/// What was counted in one week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    pub monday: Date,
    pub n: u64,
    /// It is not over yet.
    pub is_running: bool,
}

/// A zone by its name; UTC where there is none of that name any more.
pub fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

pub fn today(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned(zone.clone()).date()
}

/// The Monday of the week of a day.
pub fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    debug_assert_eq!(Weekday::Monday.to_monday_zero_offset(), 0);
    day.checked_sub(since.days()).unwrap_or(day)
}

/// When a day begins there.
pub fn begins(day: Date, zone: &TimeZone) -> Timestamp {
    zone.to_zoned(day.at(0, 0, 0, 0)).map_or(Timestamp::MIN, |z| z.timestamp())
}

/// The last `n` weeks with how many of `instants` (oldest first) fall into each, the running one last.
pub fn course(instants: &[Timestamp], n: u32, now: Timestamp, zone: &TimeZone) -> Vec<Week> {
    let running = monday(today(now, zone));
    (0..n)
        .rev()
        .map(|back| {
            let first = running.checked_sub(i64::from(back).weeks()).unwrap_or(running);
            let next = first.checked_add(1.week()).unwrap_or(first);
            let before = |at: Timestamp| instants.partition_point(|i| *i < at);
            let n = before(begins(next, zone)) - before(begins(first, zone));
            Week { monday: first, n: n as u64, is_running: back == 0 }
        })
        .collect()
}

/// `n` spans of so many days that end now, oldest first: the place of an instant among them.
pub fn span_of(at: Timestamp, n: usize, days: u32, now: Timestamp) -> Option<usize> {
    let ago = now.duration_since(at);
    if ago < SignedDuration::ZERO {
        return Some(n - 1);
    }
    let back = usize::try_from(ago.as_secs() / (i64::from(days) * 86_400)).ok()?;
    (back < n).then(|| n - 1 - back)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_begins_on_monday_at_home() {
        let zone = zone_of("Europe/London");
        // Sunday night by UTC is Monday in summer's London.
        let instants = [at("2026-08-30T22:59:00Z"), at("2026-08-30T23:00:00Z"), at("2026-09-06T22:00:00Z"), at("2026-09-08T08:00:00Z")];
        let weeks = course(&instants, 3, at("2026-09-08T09:00:00Z"), &zone);
        let told: Vec<_> = weeks.iter().map(|w| (w.monday.to_string(), w.n, w.is_running)).collect();
        assert_eq!(told, [("2026-08-24".into(), 1, false), ("2026-08-31".into(), 2, false), ("2026-09-07".into(), 1, true)]);
    }

    #[test]
    fn the_week_in_which_the_clocks_change() {
        let zone = zone_of("Europe/London");
        let weeks = course(&[at("2026-10-25T23:30:00Z"), at("2026-10-26T00:00:00Z")], 2, at("2026-10-28T09:00:00Z"), &zone);
        assert_eq!(weeks.iter().map(|w| w.n).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn spans_end_now() {
        let now = at("2026-09-08T09:00:00Z");
        assert_eq!(span_of(now, 12, 7, now), Some(11));
        assert_eq!(span_of(now - SignedDuration::from_hours(7 * 24), 12, 7, now), Some(10));
        assert_eq!(span_of(now - SignedDuration::from_hours(12 * 7 * 24), 12, 7, now), None);
    }
}
