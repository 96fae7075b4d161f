//! One person: what waits, who gave and asked, everything between us, who could introduce whom.

use std::collections::BTreeMap;

use askama::Template;
use jiff::tz::TimeZone;
use model::{AimId, Kind, NoteId, PersonId, PostId, TieWord, Timestamp};
use serde::Deserialize;
use verbs::relate::follows::Reading;
use verbs::relate::person::{Both, Event, Happening, JoinRow, Ledger, Month, PersonPage, person};

use super::introduce::{IntroductionPart, part};
use super::people::nature_word;
use crate::forms::{Asked, Row};
use crate::parts::{Face, KindMark, Net, TieMark, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    /// Milliseconds: the timeline from then back.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "pages/relate/person.html")]
struct Page {
    shell: Shell,
    id: PersonId,
    name: String,
    first_name: String,
    about: String,
    nature: Option<&'static str>,
    /// Why that is held of them, as a sentence.
    nature_why: String,
    met: String,
    face: Face,
    tie: Option<TieMark>,
    tie_words: &'static str,
    places: Vec<PlacePart>,
    waits: Option<WaitsPart>,
    ledger: LedgerPart,
    months: Vec<MonthPart>,
    earlier: Option<(String, String)>,
    is_older: bool,
    both: Vec<BothPart>,
    introduction: Option<IntroductionPart>,
    work: String,
    remind: String,
    is_no_go_between: bool,
    notes: Vec<(NoteId, String, When)>,
    joins: Vec<(JoinRow, When)>,
    /// Whom they follow: whether it can be read, and what was.
    can_read_follows: bool,
    follows: Option<String>,
    /// The aims they hang on, and those they could hang on.
    aims: Vec<(AimId, String)>,
    other_aims: Vec<(AimId, String)>,
    is_me: bool,
}

struct PlacePart {
    net: Net,
    url: Option<String>,
}

struct WaitsPart {
    net: Net,
    since: String,
    words: String,
    lang: Option<String>,
    href: String,
}

/// The ledger: its sentence, its chart, its list.
struct LedgerPart {
    since: String,
    sentence: String,
    chart: Vec<ChartMonth>,
    chart_words: String,
    lines: Vec<LinePart>,
}

struct ChartMonth {
    label: &'static str,
    mine: Vec<&'static str>,
    theirs: Vec<&'static str>,
}

struct LinePart {
    day: String,
    who: String,
    what: String,
    kind: KindMark,
    /// The word it was, and what else it may have been.
    post: Option<PostId>,
    others: Vec<(&'static str, &'static str)>,
}

/// A month of the timeline.
struct MonthPart {
    label: String,
    events: Vec<EventPart>,
}

struct EventPart {
    at: String,
    day: String,
    net: Net,
    href: Option<String>,
    /// Words that somebody said; else a sentence of ours.
    said: Option<String>,
    lang: Option<String>,
    sentence: String,
    /// `give`, `ask` or `talk`, and "Tom asked".
    kind: Option<(&'static str, String)>,
    note: Option<NoteId>,
}

struct BothPart {
    href: String,
    face: Face,
    name: String,
    about: String,
    /// `s1` to `s3`, as strands.
    ours: &'static str,
    ours_words: String,
    theirs: &'static str,
    theirs_words: String,
    /// The aim they hang on: its page, and its name.
    aim: Option<(AimId, String)>,
}

pub async fn show(seated: Seated, Row(id): Row<PersonId>, Asked(question): Asked<Question>) -> Answer {
    let before = question.before.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let found = person(seated.cx(), id, before).await?;
    if found.id != id {
        return seated.go(&format!("/people/{}", found.id));
    }
    seated.page(&page(&seated, found, before.is_some()))
}

fn page(seated: &Seated, p: PersonPage, is_older: bool) -> Page {
    let (now, zone) = (seated.now, seated.zone());
    let first_name = words::first_name(&p.name).to_owned();
    let last = p.timeline.last().map(|e| e.at);
    let figure = i64::try_from(p.earlier).unwrap_or(i64::MAX);
    Page {
        shell: seated.shell(Place::People),
        id: p.id,
        met: met(&p, now, zone),
        face: match p.face {
            Some(profile) => Face::of(profile, &p.name, true, 88),
            None => Face::drawn(&p.name, 88),
        },
        tie: p.tie.map(TieMark),
        tie_words: tie_words(&p),
        places: p
            .presences
            .iter()
            .map(|x| PlacePart { net: Net::named(x.mark.clone(), handle(&x.handle, &x.name)), url: x.url.clone().filter(|u| is_web(u)) })
            .collect(),
        waits: p.waits.as_ref().map(|w| WaitsPart {
            net: Net::named(w.mark.clone(), w.network_name.clone()),
            since: format!("waiting {}", since_words(now, w.since, zone)),
            words: w.words.clone(),
            lang: w.language.clone(),
            href: format!("/talks/{}#reply", w.conversation),
        }),
        ledger: ledger(&p.ledger, &first_name, now, zone),
        months: months(&p.timeline, &first_name, now, zone),
        earlier: last.filter(|_| p.earlier > 0).map(|last| {
            (format!("Earlier: {} more", words::figures(figure)), format!("/people/{}?before={}", p.id, last.as_millisecond()))
        }),
        is_older,
        both: p.both.iter().map(|b| both(b, &first_name)).collect(),
        introduction: p.introduction.as_ref().map(|found| part(found, now, zone)),
        work: work(&p.role, &p.organisation),
        remind: p.remind_days.map_or_else(String::new, |days| days.to_string()),
        is_no_go_between: p.is_no_go_between,
        notes: p.notes.into_iter().map(|(id, text, at)| (id, text, When::long_ago(now, at, zone))).collect(),
        joins: p.joins.into_iter().map(|j| (j.clone(), When::long_ago(now, j.at, zone))).collect(),
        can_read_follows: p.follows.0,
        follows: p.follows.1.map(|read| follows_words(&read, &first_name, now, zone)),
        aims: p.aims.0,
        other_aims: p.aims.1,
        nature: nature_word(p.nature),
        nature_why: p.nature_why,
        is_me: p.is_me,
        about: p.about,
        name: p.name,
        first_name,
    }
}

/// What was read of somebody's follows, in a sentence.
pub(super) fn follows_words(read: &Reading, first_name: &str, now: Timestamp, zone: &TimeZone) -> String {
    let when = words::long_ago(now, read.at, zone);
    let many = if read.is_whole { String::new() } else { "at least ".to_owned() };
    let known = match read.known {
        0 => "nobody whom this desk knows".to_owned(),
        1 => "one whom this desk knows".to_owned(),
        n => format!("{} whom this desk knows", words::number(n.into())),
    };
    format!("{first_name} follows {many}{}, {known} among them. Read {when}.", words::figures(read.n.into()))
}

fn work(role: &str, organisation: &str) -> String {
    match (role.is_empty(), organisation.is_empty()) {
        (false, false) => format!("{role}, {organisation}"),
        _ => format!("{role}{organisation}"),
    }
}

/// Only such addresses are linked to: a profile may state anything.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn handle(handle: &str, name: &str) -> String {
    if handle.is_empty() { name.to_owned() } else { format!("@{handle}") }
}

fn since_words(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let ago = words::ago(now, at, zone);
    if ago == "yesterday" { "since yesterday".into() } else { ago }
}

fn met(p: &PersonPage, now: Timestamp, zone: &TimeZone) -> String {
    match (p.first_at, p.last_at) {
        (Some(first), Some(last)) => {
            let first = words::long_ago(now, first, zone);
            let last = words::long_ago(now, last, zone);
            if first == last { format!("You first talked {first}.") } else { format!("You first talked {first}, and last {last}.") }
        }
        _ => "You have not talked yet, as far as this desk has read.".into(),
    }
}

fn tie_words(p: &PersonPage) -> &'static str {
    match (p.tie, p.from_me, p.from_them) {
        (Some(TieWord::Drifting), ..) => "it has been quiet for more than a month",
        (Some(_), 0, _) => "you have not answered yet",
        (Some(_), _, 0) => "no answer yet",
        (Some(TieWord::Close | TieWord::Warm), ..) if p.is_even => "and you both keep it up",
        (Some(_), mine, theirs) if mine > 2 * theirs => "you say more",
        (Some(_), mine, theirs) if theirs > 2 * mine => "they say more",
        _ => "",
    }
}

/// What a word may be corrected to.
const OTHERS: [(Kind, &str); 3] = [(Kind::Gives, "gave"), (Kind::Asks, "asked"), (Kind::Talks, "just talk")];

fn times(n: u32) -> String {
    match n {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{} times", words::number(n.into())),
    }
}

fn ledger(l: &Ledger, first_name: &str, now: Timestamp, zone: &TimeZone) -> LedgerPart {
    let sums = format!(
        "You gave {} and asked {}. {first_name} gave {} and asked {}.",
        times(l.gave),
        times(l.asked),
        times(l.they_gave),
        times(l.they_asked)
    );
    let turn = if l.gave > l.they_gave + 1 && l.asked < l.they_asked {
        " It is your turn to ask, if you want to."
    } else if l.they_gave > l.gave + 1 {
        " It may be your turn to give."
    } else {
        ""
    };
    let (from, to) = (l.months.first(), l.months.last());
    let chart_words = match (from, to) {
        (Some(from), Some(to)) => format!("By month, {} to {}. {sums}", words::month(from.month), words::month(to.month)),
        _ => String::new(),
    };
    LedgerPart {
        since: l.since.map_or_else(String::new, |at| format!("since {}", words::date(day_of(at, zone), day_of(now, zone)))),
        sentence: format!("{sums}{turn}"),
        chart: l.months.iter().map(chart_month).collect(),
        chart_words,
        lines: l
            .lines
            .iter()
            .map(|line| LinePart {
                day: words::date(day_of(line.at, zone), day_of(now, zone)),
                who: if line.is_mine { "You".into() } else { first_name.to_owned() },
                what: line.what.clone(),
                kind: KindMark(line.kind),
                post: line.post,
                others: OTHERS.into_iter().filter(|(kind, _)| *kind != line.kind).map(|(kind, label)| (kind.word(), label)).collect(),
            })
            .collect(),
    }
}

/// Dots of one month and side that fit the chart.
const DOTS_MAX: usize = 6;

fn chart_month(m: &Month) -> ChartMonth {
    let dots =
        |kinds: &[Kind]| kinds.iter().take(DOTS_MAX).map(|k| if *k == Kind::Asks { "ask-dot" } else { "give-dot" }).collect::<Vec<_>>();
    ChartMonth { label: &words::month(m.month)[..3], mine: dots(&m.mine), theirs: dots(&m.theirs) }
}

fn day_of(at: Timestamp, zone: &TimeZone) -> jiff::civil::Date {
    at.to_zoned(zone.clone()).date()
}

fn months(events: &[Event], first_name: &str, now: Timestamp, zone: &TimeZone) -> Vec<MonthPart> {
    let this_year = day_of(now, zone).year();
    let mut by: BTreeMap<(i16, i8), Vec<EventPart>> = BTreeMap::new();
    for event in events {
        let day = day_of(event.at, zone);
        by.entry((day.year(), day.month())).or_default().push(event_part(event, first_name, zone));
    }
    by.into_iter()
        .rev()
        .map(|((year, month), events)| {
            let name = words::month(month);
            MonthPart { label: if year == this_year { name.to_owned() } else { format!("{name} {year}") }, events }
        })
        .collect()
}

fn event_part(e: &Event, first_name: &str, zone: &TimeZone) -> EventPart {
    let at = e.at.to_zoned(zone.clone());
    let mut part = EventPart {
        at: words::machine(e.at),
        day: format!("{} {}", words::short_weekday(&at), at.day()),
        net: Net::named(e.mark.clone(), e.network_name.clone()),
        href: e.conversation.map(|id| format!("/talks/{id}")),
        said: None,
        lang: None,
        sentence: String::new(),
        kind: None,
        note: None,
    };
    match &e.what {
        Happening::Said { is_mine, words, language, kind, what } => {
            let did = match kind {
                Kind::Gives => format!("gave: {what}"),
                Kind::Asks => "asked".to_owned(),
                Kind::Talks => "said".to_owned(),
            };
            let class = match kind {
                Kind::Gives => "give",
                Kind::Asks => "ask",
                Kind::Talks => "talk",
            };
            part.said = Some(words.clone());
            part.lang = language.clone();
            part.kind = Some((class, format!("{} {did}", if *is_mine { "you" } else { first_name })));
        }
        Happening::Sign { is_mine, kind, words } => {
            let who = if *is_mine { "You" } else { first_name };
            let did = match (kind.as_str(), is_mine) {
                ("like", true) => "liked what they said",
                ("like", false) => "liked what you said",
                ("boost", true) => "passed on what they said",
                ("boost", false) => "passed on what you said",
                (_, true) => "follow them now",
                (_, false) => "follows you now",
            };
            part.sentence = match words {
                Some(words) => format!("{who} {did}: “{words}”"),
                None => format!("{who} {did}."),
            };
        }
        Happening::Note { id, text } => {
            part.sentence = text.clone();
            part.note = Some(*id);
        }
        Happening::Visits { people, target } => {
            let n = i64::try_from(*people).unwrap_or(i64::MAX);
            part.sentence = format!(
                "{} came by the link in what you wrote here, to {target}.",
                words::capital(&format!("{} {}", words::number(n), words::plural(n, "person", "people")))
            );
        }
    }
    part
}

fn strands(tie: Option<TieWord>) -> &'static str {
    match tie {
        Some(TieWord::Close) => "s3",
        Some(TieWord::Warm) => "s2",
        _ => "s1",
    }
}

fn both(b: &Both, first_name: &str) -> BothPart {
    let theirs = b.to_them.min(b.from_them);
    BothPart {
        href: format!("/people/{}", b.id),
        face: match b.face {
            Some(profile) => Face::of(profile, &b.name, true, 36),
            None => Face::drawn(&b.name, 36),
        },
        aim: b.aim.clone(),
        name: b.name.clone(),
        about: b.about.lines().next().unwrap_or_default().chars().take(60).collect(),
        ours: strands(b.tie),
        ours_words: format!("{}; {}", b.tie.map_or("nothing lately", TieWord::word), words::count(b.our_talks.into(), "word")),
        theirs: match theirs {
            0 => "s1",
            1..=3 => "s2",
            _ => "s3",
        },
        theirs_words: format!(
            "in what this desk has read, {first_name} answered {} and was answered {}",
            times(u32::try_from(b.to_them).unwrap_or(u32::MAX)),
            times(u32::try_from(b.from_them).unwrap_or(u32::MAX))
        ),
    }
}
