//! Numbers as a person says them.

const SMALL: [&str; 13] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

pub fn in_words(n: u32) -> String {
    usize::try_from(n).ok().and_then(|n| SMALL.get(n)).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}
pub fn counted(n: u32, one: &str) -> String {
    format!("{} {one}{}", in_words(n), if n == 1 { "" } else { "s" })
}
pub fn people(n: u32) -> String {
    if n == 1 { "one person".into() } else { format!("{} people", in_words(n)) }
}
pub fn times(n: u32) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => in_words(n),
    }
}
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
/// "40 minutes", "3 hours", "2 days".
pub fn span(seconds: i64) -> String {
    let of = |n: i64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    match seconds.max(0) / 60 {
        minutes @ 0..60 => of(minutes, "minute"),
        minutes @ 60..2880 => of(minutes / 60, "hour"),
        minutes => of(minutes / 1440, "day"),
    }
}
