//! A wish in wall-clock time and its instant. The wish is what is kept; the instant follows from the zone.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::{Done, VerbError};

/// Nothing is planned further ahead.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24 * 366 * 2);

/// An instant, and what a person should know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// `2026-09-09 12:30`.
    pub clock: String,
    pub at: Timestamp,
    pub tell: Option<String>,
}

/// The zone of an IANA name.
pub fn zone(name: &str) -> Done<TimeZone> {
    TimeZone::get(name).map_err(|_| VerbError::wrong("zone", format!("There is no time zone called {name}.")))
}

/// Reads `2026-09-09 12:30` (or with a `T`) in a zone. An hour that the clocks leave out is moved on; of one that comes twice, the
/// first is meant; both are told.
pub fn wish(words: &str, zone_name: &str, now: Timestamp) -> Done<Wish> {
    let clock = words.trim().replace('T', " ");
    let civil: DateTime = DateTime::strptime("%Y-%m-%d %H:%M", &clock)
        .map_err(|_| VerbError::wrong("when", "A day and time is written as 2026-09-09 12:30."))?;
    let ambiguous = zone(zone_name)?.to_ambiguous_zoned(civil);
    let tell = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some("gap"),
        AmbiguousOffset::Fold { .. } => Some("fold"),
    };
    let zoned = ambiguous.compatible().map_err(|_| VerbError::wrong("when", "That time is out of reach."))?;
    let at = zoned.timestamp();
    let tell = tell.map(|kind| {
        let (asked, day) = (civil.strftime("%H:%M"), civil.strftime("%-d %B"));
        match kind {
            "gap" => format!("The clocks go forward on {day}: there is no {asked}. It goes out at {}.", zoned.strftime("%H:%M")),
            _ => format!("The clocks go back on {day}: {asked} comes twice. The first is meant."),
        }
    });
    if at > now + AHEAD_MAX {
        return Err(VerbError::wrong("when", "That is more than two years ahead."));
    }
    Ok(Wish { clock: civil.strftime("%Y-%m-%d %H:%M").to_string(), at, tell })
}

/// [`wish`], in the time to come.
pub fn wish_ahead(words: &str, zone_name: &str, now: Timestamp) -> Done<Wish> {
    let wish = wish(words, zone_name, now)?;
    if wish.at <= now {
        return Err(VerbError::wrong("when", "That time has passed. Choose a later one, or post now."));
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-09-08T12:00:00Z".parse().unwrap()
    }
    fn at(words: &str) -> (String, Option<String>) {
        let wish = wish(words, "Europe/London", now()).unwrap();
        (wish.at.to_string(), wish.tell)
    }

    #[test]
    fn the_wish_is_wall_clock_and_the_zone_makes_the_instant() {
        assert_eq!(at("2026-09-09 12:30"), ("2026-09-09T11:30:00Z".into(), None));
        assert_eq!(at("2026-12-09T12:30"), ("2026-12-09T12:30:00Z".into(), None));
        let (gap, told) = at("2027-03-28 01:30");
        assert_eq!(
            (gap.as_str(), told.unwrap().as_str()),
            ("2027-03-28T01:30:00Z", "The clocks go forward on 28 March: there is no 01:30. It goes out at 02:30.")
        );
        let (fold, told) = at("2026-10-25 01:30");
        assert_eq!(
            (fold.as_str(), told.unwrap().as_str()),
            ("2026-10-25T00:30:00Z", "The clocks go back on 25 October: 01:30 comes twice. The first is meant.")
        );
    }

    #[test]
    fn what_is_no_time_says_so() {
        for words in ["", "tomorrow", "2026-02-30 12:00", "2026-09-09 25:00", "2026-09-09", "9999-12-31 23:59"] {
            assert!(wish(words, "Europe/London", now()).is_err(), "{words}");
        }
        assert!(wish("2026-09-09 12:30", "Europe/Atlantis", now()).unwrap_err().to_string().contains("Atlantis"));
        assert!(wish_ahead("2026-09-08 12:30", "Europe/London", now()).is_err());
    }
}
