//! Times and numbers as people say them. Everything is handed in: now, then, and the desk's zone.

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const SMALL: [&str; 13] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Until then it is hours even if midnight lies between.
const HOURS_OVER_MIDNIGHT: i64 = 6;

/// How long ago, in the fewest words: `a moment`, `40 minutes`, `2 hours`, `yesterday`, `3 days`, `2 September`,
/// `2 September 2025`.
pub fn ago(now: Timestamp, then: Timestamp, zone: &TimeZone) -> String {
    match since(now, then, zone) {
        Since::Span(words) | Since::Day(words) => words,
    }
}

/// In a sentence: `40 minutes ago`, `yesterday`, `3 days ago`, `on 2 September`.
pub fn long_ago(now: Timestamp, then: Timestamp, zone: &TimeZone) -> String {
    match since(now, then, zone) {
        Since::Span(words) => format!("{words} ago"),
        Since::Day(words) if words == "yesterday" => words,
        Since::Day(words) => format!("on {words}"),
    }
}

enum Since {
    Span(String),
    Day(String),
}

fn since(now: Timestamp, then: Timestamp, zone: &TimeZone) -> Since {
    let seconds = now.as_second() - then.as_second();
    let (today, day) = (now.to_zoned(zone.clone()).date(), then.to_zoned(zone.clone()).date());
    let days = days_between(day, today);
    match seconds {
        ..60 => Since::Span("a moment".into()),
        60..3600 => Since::Span(count(seconds / 60, "minute")),
        _ if seconds < HOURS_OVER_MIDNIGHT * 3600 || days <= 0 => Since::Span(count(seconds / 3600, "hour")),
        _ if days == 1 => Since::Day("yesterday".into()),
        _ if days < 7 => Since::Span(count(days, "day")),
        _ => Since::Day(date(day, today)),
    }
}

/// How long something lasts or has lasted, as people say it: `20 seconds`, `four hours`, `six weeks`, `five months`.
pub fn span(from: Timestamp, to: Timestamp) -> String {
    span_seconds((to.as_second() - from.as_second()).clamp(0, i64::from(u32::MAX)) as u32)
}

pub fn span_seconds(seconds: u32) -> String {
    let s = i64::from(seconds);
    let (n, unit) = match s {
        ..90 => return count(s, "second"),
        90..5400 => ((s + 30) / 60, "minute"),
        5400..129_600 => ((s + 1800) / 3600, "hour"),
        129_600..1_209_600 => ((s + 43_200) / 86_400, "day"),
        1_209_600..7_776_000 => ((s + 302_400) / 604_800, "week"),
        7_776_000..63_072_000 => ((s + 1_314_900) / 2_629_800, "month"),
        _ => ((s + 15_778_800) / 31_557_600, "year"),
    };
    format!("{} {unit}{}", number(n), if n == 1 { "" } else { "s" })
}

/// A day to come or gone, near ones by name: `today`, `tomorrow`, `yesterday`, `Friday`, `2 September`.
pub fn day(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let (today, day) = (now.to_zoned(zone.clone()).date(), at.to_zoned(zone.clone()).date());
    match days_between(today, day) {
        0 => "today".into(),
        1 => "tomorrow".into(),
        -1 => "yesterday".into(),
        2..7 => weekday(day).into(),
        _ => date(day, today),
    }
}

/// `Tuesday 8 September`, with the year where it isn't this one.
pub fn full_day(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let (today, day) = (now.to_zoned(zone.clone()).date(), at.to_zoned(zone.clone()).date());
    format!("{} {}", weekday(day), date(day, today))
}

/// `18:00`
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `today at 18:00`, `Friday at 09:00`, `2 September at 09:00`
pub fn day_and_clock(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    format!("{} at {}", day(now, at, zone), clock(at, zone))
}

/// For `<time datetime>`: `2026-09-08T07:12Z`.
pub fn machine(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}Z", at.year(), at.month(), at.day(), at.hour(), at.minute())
}

/// `Tue`
pub fn short_weekday(at: &Zoned) -> &'static str {
    &weekday(at.date())[..3]
}

/// `14 Sep`
pub fn short_date(at: &Zoned) -> String {
    format!("{} {}", at.day(), &MONTHS[at.month() as usize - 1][..3])
}

pub fn weekday(day: Date) -> &'static str {
    WEEKDAYS[day.weekday().to_monday_zero_offset() as usize]
}

pub fn month(number: i8) -> &'static str {
    MONTHS[(number - 1).clamp(0, 11) as usize]
}

/// `2 September`, with the year where it isn't this one.
pub fn date(day: Date, today: Date) -> String {
    let year = if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    format!("{} {}{year}", day.day(), month(day.month()))
}

/// `24 Aug to 13 Sep`; `1 to 21 June` within one month.
pub fn date_span(first: Date, last: Date, today: Date) -> String {
    let short = |day: Date| match month(day.month()) {
        name if name.len() > 4 => &name[..3],
        name => name,
    };
    let year = |day: Date| if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    if (first.year(), first.month()) == (last.year(), last.month()) {
        return format!("{} to {}", first.day(), date(last, today));
    }
    let first_year = if first.year() == last.year() { String::new() } else { year(first) };
    format!("{} {}{first_year} to {} {}{}", first.day(), short(first), last.day(), short(last), year(last))
}

fn days_between(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}

/// Numbers to twelve as words, larger ones in figures with their thousands set apart: `four`, `1,240`.
pub fn number(n: i64) -> String {
    match usize::try_from(n).ok().and_then(|n| SMALL.get(n)) {
        Some(word) => (*word).to_owned(),
        None => figures(n),
    }
}

/// As `number`, to begin a sentence: `Four`.
pub fn number_first(n: i64) -> String {
    capital(&number(n))
}

/// `1,240`
pub fn figures(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = if n < 0 { "−".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 hour`, `2 hours`
pub fn count(n: i64, one: &str) -> String {
    format!("{} {one}{}", figures(n), if n == 1 { "" } else { "s" })
}

/// `one` or `many`, without the number: `plural(n, "post goes out", "posts go out")`.
pub fn plural<'a>(n: i64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// `Four people are waiting for you`, `One person is waiting for you`, `Nobody is waiting for you`.
pub fn waiting(n: i64) -> String {
    match n {
        ..=0 => "Nobody is waiting for you".into(),
        1 => "One person is waiting for you".into(),
        _ => format!("{} people are waiting for you", number_first(n)),
    }
}

/// `a`, `a and b`, `a, b and c`
pub fn list(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

pub fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// What stands before the first space: a first name, to be used where the whole name stands nearby.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-09-08T09:14:00Z";

    fn leeds() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }
    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn how_long_ago() {
        let check = |then: &str, short: &str, long: &str| {
            assert_eq!(ago(at(NOW), at(then), &leeds()), short, "{then}");
            assert_eq!(long_ago(at(NOW), at(then), &leeds()), long, "{then}");
        };
        check("2026-09-08T09:13:30Z", "a moment", "a moment ago");
        check("2026-09-08T09:20:00Z", "a moment", "a moment ago");
        check("2026-09-08T09:13:00Z", "1 minute", "1 minute ago");
        check("2026-09-08T08:34:00Z", "40 minutes", "40 minutes ago");
        check("2026-09-08T07:12:00Z", "2 hours", "2 hours ago");
        check("2026-09-07T16:05:00Z", "yesterday", "yesterday");
        check("2026-09-07T09:20:00Z", "yesterday", "yesterday");
        check("2026-09-06T20:00:00Z", "2 days", "2 days ago");
        check("2026-09-02T09:14:00Z", "6 days", "6 days ago");
        check("2026-09-01T09:14:00Z", "1 September", "on 1 September");
        check("2025-09-02T12:00:00Z", "2 September 2025", "on 2 September 2025");
    }

    #[test]
    fn just_past_midnight_is_still_hours() {
        assert_eq!(ago(at("2026-09-08T00:30:00Z"), at("2026-09-07T22:30:00Z"), &leeds()), "2 hours");
        assert_eq!(ago(at("2026-09-08T05:30:00Z"), at("2026-09-07T22:30:00Z"), &leeds()), "yesterday");
    }

    #[test]
    fn the_desk_s_own_day() {
        // Half past eleven in the evening by UTC is the next day in Leeds.
        assert_eq!(day(at("2026-09-08T09:00:00Z"), at("2026-09-08T23:30:00Z"), &leeds()), "tomorrow");
        assert_eq!(full_day(at(NOW), at(NOW), &leeds()), "Tuesday 8 September");
        assert_eq!(day(at(NOW), at("2026-09-11T08:00:00Z"), &leeds()), "Friday");
        assert_eq!(day(at(NOW), at("2026-09-15T08:00:00Z"), &leeds()), "15 September");
        assert_eq!(clock(at("2026-09-08T17:00:00Z"), &leeds()), "18:00");
        assert_eq!(day_and_clock(at(NOW), at("2026-09-09T11:30:00Z"), &leeds()), "tomorrow at 12:30");
        assert_eq!(machine(at("2026-09-08T07:12:33Z")), "2026-09-08T07:12Z");
    }

    #[test]
    fn spans() {
        let check = |seconds, words: &str| assert_eq!(span_seconds(seconds), words, "{seconds}");
        check(20, "20 seconds");
        check(1, "1 second");
        check(660, "eleven minutes");
        check(4 * 3600, "four hours");
        check(86_400 * 2, "two days");
        check(86_400 * 42, "six weeks");
        check(86_400 * 150, "five months");
        check(86_400 * 366 * 3, "three years");
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(waiting(4), "Four people are waiting for you");
        assert_eq!(waiting(1), "One person is waiting for you");
        assert_eq!(waiting(0), "Nobody is waiting for you");
        assert_eq!(waiting(13), "13 people are waiting for you");
        assert_eq!(figures(1_240), "1,240");
        assert_eq!(figures(-12_345_678), "−12,345,678");
        assert_eq!(figures(100), "100");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(first_name("Ewa Zielińska"), "Ewa");
    }
}
