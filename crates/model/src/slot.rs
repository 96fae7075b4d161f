//! A weekday and a clock time at which an account has room for a post, in whatever zone its desk keeps.

use jiff::civil::{Date, DateTime, Time, Weekday};

/// Minutes of a day.
pub const MINUTES: u16 = 24 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// From Monday, 0, to Sunday, 6.
    weekday: u8,
    /// Of the day, from midnight.
    minute: u16,
}

impl Slot {
    /// `None` where there is no such weekday or minute.
    pub fn new(weekday: u8, minute: u16) -> Option<Slot> {
        (weekday < 7 && minute < MINUTES).then_some(Slot { weekday, minute })
    }
    /// A weekday (from Monday, 0) and a clock time such as `09:30` or `9:30`.
    pub fn at(weekday: u8, clock: &str) -> Option<Slot> {
        let (hour, minute) = clock.trim().split_once(':')?;
        let digits = |s: &str, most: usize| (1..=most).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(hour, 2) || !digits(minute, 2) || minute.len() != 2 {
            return None;
        }
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then(|| Slot::new(weekday, hour * 60 + minute)).flatten()
    }
    pub fn weekday(self) -> u8 {
        self.weekday
    }
    pub fn minute(self) -> u16 {
        self.minute
    }
    /// `09:30`
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
    /// Wall-clock time of the slot on a day, where it is of that weekday.
    pub fn on(self, day: Date) -> Option<DateTime> {
        let is_its_day = weekday_of(day.weekday()) == self.weekday;
        let time = Time::new((self.minute / 60) as i8, (self.minute % 60) as i8, 0, 0).ok()?;
        is_its_day.then(|| day.to_datetime(time))
    }
}

/// From Monday, 0.
fn weekday_of(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_read_or_refused() {
        assert_eq!(Slot::at(1, "9:30").map(Slot::clock).as_deref(), Some("09:30"));
        assert_eq!(Slot::at(6, " 23:59 ").map(|s| (s.weekday(), s.minute())), Some((6, 1439)));
        for bad in ["", "9", "24:00", "09:60", "9:5", "-1:30", "09:30:00", "+9:30", "009:30"] {
            assert_eq!(Slot::at(1, bad), None, "{bad}");
        }
        assert_eq!(Slot::at(7, "09:30"), None);
    }

    #[test]
    fn it_stands_on_its_own_weekday() {
        let slot = Slot::at(1, "12:30").unwrap();
        assert_eq!(slot.on("2026-09-08".parse().unwrap()).map(|d| d.to_string()).as_deref(), Some("2026-09-08T12:30:00"));
        assert_eq!(slot.on("2026-09-09".parse().unwrap()), None);
    }
}
