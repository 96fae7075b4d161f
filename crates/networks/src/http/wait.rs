//! When a server wants to be asked again, out of the several ways in which servers say so.

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;

/// Where the server says nothing that can be read.
const WAIT_DEFAULT: SignedDuration = SignedDuration::from_secs(60);
const WAIT_MIN: SignedDuration = SignedDuration::from_secs(1);
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);
/// A number from here on is an instant, below it a span of seconds.
const EPOCH_FROM: f64 = 1.0e9;
/// A number from here on is an instant in milliseconds.
const EPOCH_MS_FROM: f64 = 1.0e11;

pub(super) fn wait_until(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    let said = ["retry-after", "x-ratelimit-reset", "ratelimit-reset"]
        .iter()
        .find_map(|name| headers.get(*name).and_then(|v| v.to_str().ok()).and_then(|v| instant(v.trim(), now)));
    let (soonest, latest) = (later(now, WAIT_MIN), later(now, WAIT_MAX));
    said.unwrap_or_else(|| later(now, WAIT_DEFAULT)).clamp(soonest, latest)
}

fn later(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}

fn instant(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        return from_number(number, now);
    }
    text.parse::<Timestamp>().ok().or_else(|| http_date(text))
}

fn from_number(number: f64, now: Timestamp) -> Option<Timestamp> {
    if !number.is_finite() {
        return None;
    }
    let ms = if number >= EPOCH_MS_FROM { number } else { number * 1000.0 };
    if number >= EPOCH_FROM {
        return Timestamp::from_millisecond(ms as i64).ok();
    }
    Some(later(now, SignedDuration::from_millis(ms.max(0.0) as i64)))
}

/// The three forms that HTTP has had for dates.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    parser
        .parse_timestamp(text)
        .ok()
        .or_else(|| ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|form| utc(form, text)))
}

fn utc(form: &str, text: &str) -> Option<Timestamp> {
    let at = jiff::civil::DateTime::strptime(form, text).ok()?;
    at.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn waits(headers: &[(&str, &str)]) -> i64 {
        let now: Timestamp = NOW.parse().expect("an instant");
        let map =
            headers.iter().map(|(k, v)| (k.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(v).expect("a value"))).collect();
        wait_until(&map, now).as_second() - now.as_second()
    }

    #[test]
    fn all_the_forms_are_read() {
        for (name, value, seconds) in [
            ("retry-after", "120", 120),
            ("retry-after", "0", 1),
            ("retry-after", "-5", 1),
            ("retry-after", "1.5", 1),
            ("retry-after", "999999", 86_400),
            ("retry-after", "Sat, 21 Nov 2026 12:02:00 GMT", 120),
            ("retry-after", "Saturday, 21-Nov-26 12:02:00 GMT", 120),
            ("retry-after", "Sat Nov 21 12:02:00 2026", 120),
            ("retry-after", "Sat, 21 Nov 2020 12:02:00 GMT", 1),
            ("retry-after", "soon", 60),
            ("retry-after", "NaN", 60),
            ("retry-after", "inf", 60),
            ("x-ratelimit-reset", "2026-11-21T12:05:00.000000Z", 300),
            ("x-ratelimit-reset", "1795262700", 300),
            ("x-ratelimit-reset", "1795262700000", 300),
            ("ratelimit-reset", "1795262700", 300),
            ("ratelimit-reset", "45", 45),
        ] {
            assert_eq!(waits(&[(name, value)]), seconds, "{name}: {value}");
        }
        assert_eq!(waits(&[]), 60);
        assert_eq!(waits(&[("retry-after", "10"), ("ratelimit-reset", "45")]), 10);
        assert_eq!(waits(&[("retry-after", "?"), ("ratelimit-reset", "45")]), 45);
    }

    proptest! {
        #[test]
        fn always_between_a_second_and_a_day(value in "[ -~]{0,40}") {
            prop_assert!((1..=86_400).contains(&waits(&[("retry-after", &value)])));
        }
    }
}
