//! Numbers and dates in the sentences of this room.

use jiff::civil::Date;

const SMALL: [&str; 13] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// To twelve as words, larger ones in figures with their thousands set apart.
pub fn number(n: u64) -> String {
    if let Some(word) = usize::try_from(n).ok().and_then(|n| SMALL.get(n)) {
        return (*word).to_owned();
    }
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// To begin a sentence.
pub fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// `one visit`, `two visits`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `2 September`, with the year where it isn't this one.
pub fn date(day: Date, today: Date) -> String {
    let year = if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    format!("{} {}{year}", day.day(), MONTHS[(day.month() - 1).clamp(0, 11) as usize])
}

/// A number of days as people say it: `a day`, `nine days`, `seven weeks`, `five months`.
pub fn days(n: u64) -> String {
    match n {
        1 => "a day".into(),
        ..14 => format!("{} days", number(n)),
        14..70 => format!("{} weeks", number((n + 3) / 7)),
        70..730 => format!("{} months", number((n + 15) / 30)),
        _ => format!("{} years", number(n / 365)),
    }
}

/// How many times one number is another, in words: `nearly five times`, `twice`, `as often as`.
pub fn times(more: u64, less: u64) -> String {
    debug_assert!(less > 0);
    let (whole, tenths) = (more / less, more * 10 / less % 10);
    let named = |n: u64| match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{} times", number(n)),
    };
    match tenths {
        0 if more.is_multiple_of(less) => named(whole),
        0..=3 => format!("a little more than {}", named(whole)),
        4 | 5 => format!("about {} and a half times", number(whole)),
        _ => format!("nearly {}", named(whole + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_say_it() {
        assert_eq!((number(4), number(13), number(12_345)), ("four".into(), "13".into(), "12,345".into()));
        assert_eq!(
            (days(1), days(9), days(49), days(150)),
            ("a day".into(), "nine days".into(), "seven weeks".into(), "five months".into())
        );
        let check = |more, less, words: &str| assert_eq!(times(more, less), words, "{more} to {less}");
        check(14, 3, "nearly five times");
        check(6, 3, "twice");
        check(1, 1, "once");
        check(13, 4, "a little more than three times");
        check(9, 2, "about four and a half times");
    }
}
