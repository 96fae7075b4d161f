//! Promises in somebody's own words: “I'll send it tomorrow”, with the day they name. They are proposed to whoever said them, never taken as given.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::plain::{Phrases, plain};

/// When a promise is to be kept, as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Today,
    Tomorrow,
    /// So many days on.
    Days(u8),
    /// The next such day.
    On(Weekday),
    /// Sunday of this week: “this week”, “at the weekend”.
    WeekEnd,
    /// Monday of the next week.
    NextWeek,
    /// “soon”, “later”, or no word of it.
    Unsaid,
}

impl When {
    /// The day meant by somebody who speaks on `said`. Without a word of it: in three days.
    pub fn day(self, said: Date) -> Date {
        let weekday_from = |day: Weekday| i64::from(said.weekday().until(day));
        let on = |days: i64| said.checked_add(days.days()).unwrap_or(said);
        match self {
            When::Today => said,
            When::Tomorrow => on(1),
            When::Days(n) => on(i64::from(n)),
            // Said on a Friday, “on Friday” is the next one.
            When::On(day) => on(match weekday_from(day) {
                0 => 7,
                n => n,
            }),
            When::WeekEnd => on(weekday_from(Weekday::Sunday)),
            When::NextWeek => on(match weekday_from(Weekday::Monday) {
                0 => 7,
                n => n,
            }),
            When::Unsaid => on(UNSAID_DAYS),
        }
    }
}

/// What is proposed where no day is named.
const UNSAID_DAYS: i64 = 3;

/// A promise as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The sentence that holds it.
    pub words: String,
    pub when: When,
}

/// How somebody speaks of what they are going to do.
static STARTS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new([
        "i'll",
        "i will",
        "we'll",
        "we will",
        "i'm going to",
        "i am going to",
        "i'm gonna",
        "we're going to",
        "i promise to",
        "i can",
        "let me",
    ])
});

/// What is promised by them. “I'll admit” is no promise.
const DEEDS: &[&str] = &[
    "send",
    "look",
    "check",
    "get back",
    "come back",
    "reply",
    "answer",
    "write",
    "call",
    "ring",
    "fix",
    "try",
    "post",
    "share",
    "email",
    "mail",
    "message",
    "dm",
    "ask",
    "find",
    "follow up",
    "review",
    "read",
    "update",
    "bring",
    "introduce",
    "let you know",
    "keep you posted",
    "dig",
    "ping",
    "prepare",
    "finish",
    "add",
    "publish",
    "put",
    "forward",
    "pass",
    "test",
    "upload",
    "make",
    "draft",
    "report",
    "confirm",
    "sort",
    "drop",
    "return",
    "order",
    "book",
    "pay",
    "scan",
    "translate",
    "show",
    "tell",
    "help",
    "investigate",
    "explain",
    "give",
];
/// Between the start and the deed: “I'll also quickly check”.
const BETWEEN: &[&str] = &[
    "also",
    "just",
    "then",
    "gladly",
    "happily",
    "definitely",
    "certainly",
    "try to",
    "quickly",
    "have to",
    "be sure to",
    "make sure to",
    "go and",
    "personally",
];

/// “I can” and “let me” promise only with a day, and to send, not to ask for patience.
const ONLY_WITH_A_DAY: &[&str] = &["i can", "let me"];

/// A first person and a deed in other languages; they promise only with a day beside them.
static ELSEWHERE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new([
        "ich schicke",
        "ich schaue",
        "ich melde mich",
        "ich sende",
        "ich schreibe",
        "ich werde",
        "ich bringe",
        "ich mache",
        "je t'envoie",
        "je vous envoie",
        "je vais",
        "je te réponds",
        "je vous réponds",
        "j'enverrai",
        "je regarde",
        "te envío",
        "le envío",
        "enviaré",
        "voy a",
        "te aviso",
        "ti mando",
        "le mando",
        "invierò",
        "ti scrivo",
        "vou",
        "te envio",
        "ik stuur",
        "ik zal",
        "ik kijk",
        "ik bel",
    ])
});

const DAYS: &[(&str, When)] = &[
    ("day after tomorrow", When::Days(2)),
    ("tomorrow", When::Tomorrow),
    ("tmrw", When::Tomorrow),
    ("tonight", When::Today),
    ("today", When::Today),
    ("this evening", When::Today),
    ("this afternoon", When::Today),
    ("this morning", When::Today),
    ("in a few hours", When::Today),
    ("in an hour", When::Today),
    ("next week", When::NextWeek),
    ("early next week", When::NextWeek),
    ("this week", When::WeekEnd),
    ("end of the week", When::WeekEnd),
    ("weekend", When::WeekEnd),
    ("in a couple of days", When::Days(2)),
    ("in two days", When::Days(2)),
    ("in three days", When::Days(3)),
    ("in a few days", When::Days(3)),
    ("in a week", When::Days(7)),
    ("in two weeks", When::Days(14)),
    ("in a fortnight", When::Days(14)),
    ("monday", When::On(Weekday::Monday)),
    ("tuesday", When::On(Weekday::Tuesday)),
    ("wednesday", When::On(Weekday::Wednesday)),
    ("thursday", When::On(Weekday::Thursday)),
    ("friday", When::On(Weekday::Friday)),
    ("saturday", When::On(Weekday::Saturday)),
    ("sunday", When::On(Weekday::Sunday)),
    ("übermorgen", When::Days(2)),
    ("morgen", When::Tomorrow),
    ("heute", When::Today),
    ("nächste woche", When::NextWeek),
    ("demain", When::Tomorrow),
    ("aujourd'hui", When::Today),
    ("ce soir", When::Today),
    ("la semaine prochaine", When::NextWeek),
    ("mañana", When::Tomorrow),
    ("hoy", When::Today),
    ("la próxima semana", When::NextWeek),
    ("domani", When::Tomorrow),
    ("oggi", When::Today),
    ("amanhã", When::Tomorrow),
    ("hoje", When::Today),
    ("vandaag", When::Today),
    ("volgende week", When::NextWeek),
    ("montag", When::On(Weekday::Monday)),
    ("dienstag", When::On(Weekday::Tuesday)),
    ("mittwoch", When::On(Weekday::Wednesday)),
    ("donnerstag", When::On(Weekday::Thursday)),
    ("freitag", When::On(Weekday::Friday)),
    ("lundi", When::On(Weekday::Monday)),
    ("mardi", When::On(Weekday::Tuesday)),
    ("mercredi", When::On(Weekday::Wednesday)),
    ("jeudi", When::On(Weekday::Thursday)),
    ("vendredi", When::On(Weekday::Friday)),
];

static DAY_WORDS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(DAYS.iter().map(|(words, _)| *words)));

/// The first promise in a post, if there is one: a first person, a deed that can be done, and a day if one is named.
pub fn promise(text: &str) -> Option<Promise> {
    sentences(text).find_map(|sentence| {
        if sentence.trim_end().ends_with('?') {
            return None;
        }
        let plain = plain(sentence);
        let when = DAY_WORDS.standing(&plain).map(|(number, _)| number).min().map(|number| DAYS[number].1);
        let is_promise = STARTS.standing(&plain).any(|(number, at)| {
            let start = STARTS.get(number);
            (when.is_some() || !ONLY_WITH_A_DAY.contains(&start)) && promises(&plain.bare, at, start)
        }) || when.is_some() && ELSEWHERE.first(&plain).is_some();
        is_promise.then(|| Promise { words: sentence.trim().to_owned(), when: when.unwrap_or(When::Unsaid) })
    })
}

/// Whether a deed follows the start that stands at `at`.
fn promises(bare: &str, at: usize, start: &str) -> bool {
    let Some(mut rest) = bare[at + start.len()..].strip_prefix(' ') else { return false };
    while let Some(more) = BETWEEN.iter().find_map(|word| rest.strip_prefix(word).and_then(|r| r.strip_prefix(' '))) {
        rest = more;
    }
    DEEDS.iter().any(|deed| rest.strip_prefix(deed).is_some_and(|r| r.starts_with(' ')))
}

/// Ends of sentences; a stop inside a word or a number ends none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .find(|&(at, c)| {
                c == '\n' || matches!(c, '.' | '!' | '?' | '…') && rest[at + c.len_utf8()..].chars().next().is_none_or(char::is_whitespace)
            })
            .map_or(rest.len(), |(at, c)| at + c.len_utf8());
        let (sentence, more) = rest.split_at(end);
        rest = more;
        Some(sentence)
    })
}
