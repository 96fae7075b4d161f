//! When the people who answer us tend to be around: from the times at which they spoke to us, nothing more.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::{AimId, Timestamp};

use crate::{Cx, Done};

/// How far back is looked, and at how much at most.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 90);
const TIMES_MAX: u32 = 2000;
/// Fewer times than these say nothing.
const TIMES_MIN: usize = 20;
/// An hour or band is "around" where it holds so many times its fair share.
const SHARE: f64 = 1.3;
const AIMS_MAX: u32 = 50;

/// What stands beside the writing page and the calendar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sidelights {
    pub aims: Vec<(AimId, String)>,
    pub around: Option<Around>,
}

/// Counts by weekday (from Monday) and hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Around {
    by: [[u32; 24]; 7],
    total: u32,
}

impl Around {
    /// From instants, in a zone; `None` where there are too few to say anything.
    pub fn of(times: &[Timestamp], zone: &TimeZone) -> Option<Around> {
        if times.len() < TIMES_MIN {
            return None;
        }
        let mut by = [[0; 24]; 7];
        for at in times {
            let here = at.to_zoned(zone.clone());
            let day = usize::try_from(here.weekday().to_monday_zero_offset()).unwrap_or(0);
            by[day][usize::try_from(here.hour()).unwrap_or(0)] += 1;
        }
        Some(Around { by, total: u32::try_from(times.len()).unwrap_or(u32::MAX) })
    }
    /// Whether people tend to be around on that weekday (from Monday, 0) in those hours.
    pub fn is_around(&self, weekday: usize, hours: std::ops::Range<usize>) -> bool {
        let share = hours.len() as f64 / (24.0 * 7.0);
        let seen: u32 = self.by[weekday % 7][hours.start.min(24)..hours.end.min(24)].iter().sum();
        f64::from(seen) > SHARE * share * f64::from(self.total)
    }
    /// The hour of the waking day at which most of them spoke, on any day.
    pub fn best_hour(&self) -> i8 {
        let sum = |hour: usize| self.by.iter().map(|day| day[hour]).sum::<u32>();
        let best = (7..22).max_by_key(|h| (sum(*h), 24 - h)).unwrap_or(12);
        i8::try_from(best).unwrap_or(12)
    }
}

pub async fn sidelights(cx: Cx<'_>, zone: &TimeZone) -> Done<Sidelights> {
    let since = cx.now - BACK;
    let (aims, times) = cx
        .app
        .store
        .read(cx.seat, move |tx| Ok::<_, crate::VerbError>((tx.open_aims(AIMS_MAX)?, tx.times_spoken_to(since, TIMES_MAX)?)))
        .await?;
    Ok(Sidelights { aims, around: Around::of(&times, zone) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_times_say_nothing_and_many_say_when() {
        let noon: Timestamp = "2026-09-08T12:10:00Z".parse().unwrap();
        assert_eq!(Around::of(&[noon; 5], &TimeZone::UTC), None);
        let around = Around::of(&[noon; 40], &TimeZone::UTC).unwrap();
        assert_eq!(around.best_hour(), 12);
        assert!(around.is_around(1, 11..16) && !around.is_around(2, 11..16) && !around.is_around(1, 7..11));
    }
}
