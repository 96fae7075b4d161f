//! A week in three bands; on a phone, and as a list, an agenda.

use askama::Template;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::{DeliveryState, Hold, Kind};
use serde::Deserialize;
use verbs::publish::around::{Around, sidelights};
use verbs::publish::calendar::{self, CalendarPage, Slip, Stuck};

use super::hand::CarryRow;
use super::standing;
use crate::forms::Asked;
use crate::html::part;
use crate::parts::{Empty, KindMark, Net, Nets, Side, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// Drafts without a day that stand below the week.
const UNDATED_SHOWN: usize = 5;
/// Where the bands of a day begin and end, in hours; what is outside belongs to the nearest.
const BANDS: [std::ops::Range<usize>; 3] = [7..11, 11..16, 16..22];

#[derive(Deserialize, Default)]
pub struct Question {
    #[serde(default)]
    week: String,
    #[serde(default)]
    view: String,
}

#[derive(Template)]
#[template(path = "pages/publish/calendar.html")]
struct Page {
    shell: Shell,
    when: String,
    title: String,
    lede: String,
    is_shaded: bool,
    is_list: bool,
    here: String,
    before: String,
    after: String,
    days: Vec<Day>,
    undated: Vec<Undated>,
    undated_count: u64,
    by_hand: Vec<CarryRow>,
    stuck: Vec<Hand>,
    nothing: Option<Empty>,
    zone_words: String,
    /// The secret address of the feed.
    feed: Option<String>,
}

struct Day {
    weekday: &'static str,
    short: &'static str,
    number: i8,
    /// `Monday 7 September`
    full: String,
    is_today: bool,
    is_empty: bool,
    /// "The clocks go back".
    clocks: Option<&'static str>,
    bands: Vec<Band>,
}

struct Band {
    is_around: bool,
    slips: Vec<Card>,
}

/// One post in the week.
#[derive(Template)]
#[template(path = "pages/publish/slip.html")]
struct Card {
    draft: String,
    /// With the draft, what it is told from others by.
    first: String,
    class: &'static str,
    is_out: bool,
    is_next: bool,
    is_late: bool,
    when: When,
    mark: Mark,
    words: String,
    lang: Option<String>,
    nets: Nets,
    /// `3 of 4`, where not all went.
    part: Option<String>,
    can_move: bool,
}

part!(Card);

enum Mark {
    Kind(KindMark),
    Side(Side),
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Mark::Kind(kind) => kind.fmt(f),
            Mark::Side(side) => side.fmt(f),
        }
    }
}
impl askama::filters::HtmlSafe for Mark {}

struct Undated {
    draft: String,
    words: String,
    lang: Option<String>,
    mark: Mark,
}

struct Hand {
    id: i64,
    draft: String,
    lead: String,
    words: String,
    is_bad: bool,
    /// What mends the account: words and address.
    mend: Option<(&'static str, String)>,
    asks_address: bool,
    acts: Vec<(&'static str, &'static str)>,
    /// It can be moved to another time from here.
    can_move: bool,
}

pub async fn show(seated: Seated, Asked(asked): Asked<Question>) -> Answer {
    let zone = seated.zone().clone();
    let today = seated.now.to_zoned(zone.clone()).date();
    let monday = monday_of(&asked.week).unwrap_or_else(|| today.saturating_sub(i32::from(today.weekday().to_monday_zero_offset()).days()));
    let start = |day: Date| day.to_zoned(zone.clone()).map_or(seated.now, |z| z.timestamp());
    let found = calendar::calendar(seated.cx(), start(monday), start(monday.saturating_add(7.days()))).await?;
    let lights = sidelights(seated.cx(), &zone).await?;
    let is_list = asked.view == "list";
    let feed = super::feed::address(&seated).await?;
    let mut page = page(&seated, found, (monday, today), lights.around, is_list);
    page.feed = feed;
    seated.page(&page)
}

/// The Monday of `2026-W37`.
fn monday_of(week: &str) -> Option<Date> {
    let (year, number) = week.split_once("-W")?;
    let week = ISOWeekDate::new(year.parse().ok()?, number.parse().ok()?, Weekday::Monday).ok()?;
    Some(week.date())
}

fn week_of(monday: Date) -> String {
    let week = monday.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// Where a time stands in the calendar.
pub(super) fn address(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    let week = |at: Timestamp| week_of(at.to_zoned(zone.clone()).date());
    if week(at) == week(now) { "/calendar".into() } else { format!("/calendar?week={}", week(at)) }
}

fn page(seated: &Seated, found: CalendarPage, (monday, today): (Date, Date), around: Option<Around>, is_list: bool) -> Page {
    let (zone, now) = (seated.zone(), seated.now);
    let sunday = monday.saturating_add(6.days());
    let from = if monday.month() == sunday.month() { monday.day().to_string() } else { words::date(monday, sunday) };
    let next = found.slips.iter().filter(|s| s.at > now && !s.is_out()).map(|s| s.draft).next();
    let has_any = !found.slips.is_empty() || found.undated_count > 0 || !found.stuck.is_empty() || !found.by_hand.is_empty();
    let days = (0..7_i64).map(|n| day(monday.saturating_add(n.days()), today, zone, &found.slips, (around.as_ref(), next))).collect();
    let this_week = today >= monday && today <= sunday;
    let link = |monday: Date| format!("/calendar?week={}{}", week_of(monday), if is_list { "&view=list" } else { "" });
    Page {
        shell: seated.shell(Place::Calendar),
        when: format!("{from} to {}", words::date(sunday, today)),
        title: if this_week { "This week".into() } else { format!("Week {}", monday.iso_week_date().week()) },
        lede: lede(&found.slips),
        is_shaded: around.is_some() && !is_list,
        is_list,
        here: week_of(monday),
        before: link(monday.saturating_sub(7.days())),
        after: link(monday.saturating_add(7.days())),
        days,
        undated: found.undated.iter().take(UNDATED_SHOWN).map(undated).collect(),
        undated_count: found.undated_count,
        by_hand: found.by_hand.iter().map(|c| CarryRow::new(seated, c)).collect(),
        stuck: found.stuck.into_iter().map(|s| hand(seated, s)).collect(),
        nothing: (!has_any).then(|| Empty::first("Nothing planned", "Write something, and give it a day and a time.", "Write", "/write")),
        zone_words: format!("{} time", found.zone.rsplit('/').next().unwrap_or_default().replace('_', " ")),
        feed: None,
    }
}

/// `Nine posts: five give, three talk, one asks.`
fn lede(slips: &[Slip]) -> String {
    let n = slips.len() as i64;
    if n == 0 {
        return "Nothing goes out in this week yet.".into();
    }
    let count = |kind: Kind| slips.iter().filter(|s| s.kind == kind).count() as i64;
    let kinds = [(Kind::Gives, "gives", "give"), (Kind::Talks, "talks", "talk"), (Kind::Asks, "asks", "ask")];
    let kinds: Vec<String> = (kinds.into_iter().map(|(kind, one, many)| (count(kind), one, many)))
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{} {}", words::number(n), words::plural(n, one, many)))
        .collect();
    format!("{} {}: {}.", words::number_first(n), words::plural(n, "post", "posts"), kinds.join(", "))
}

fn day(date: Date, today: Date, zone: &TimeZone, slips: &[Slip], (around, next): (Option<&Around>, Option<model::DraftId>)) -> Day {
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    let here: Vec<&Slip> = slips.iter().filter(|s| s.at.to_zoned(zone.clone()).date() == date).collect();
    let bands = (BANDS.into_iter().enumerate())
        .map(|(n, hours)| Band {
            is_around: around.is_some_and(|a| a.is_around(weekday, hours)),
            slips: here.iter().filter(|s| band_of(s.at, zone) == n).map(|s| card(s, zone, next)).collect(),
        })
        .collect();
    let name = words::weekday(date);
    Day {
        weekday: name,
        short: &name[..3],
        number: date.day(),
        full: format!("{name} {}", words::date(date, today)),
        is_today: date == today,
        is_empty: here.is_empty(),
        clocks: clocks(date, zone),
        bands,
    }
}

fn band_of(at: Timestamp, zone: &TimeZone) -> usize {
    let hour = usize::try_from(at.to_zoned(zone.clone()).hour()).unwrap_or(0);
    BANDS.iter().position(|b| hour < b.end).unwrap_or(BANDS.len() - 1)
}

/// Whether the clocks change on that day.
fn clocks(date: Date, zone: &TimeZone) -> Option<&'static str> {
    let offset = |d: Date| Some(d.to_zoned(zone.clone()).ok()?.offset().seconds());
    let (before, after) = (offset(date)?, offset(date.saturating_add(1.day()))?);
    match after.cmp(&before) {
        std::cmp::Ordering::Greater => Some("The clocks go forward"),
        std::cmp::Ordering::Less => Some("The clocks go back"),
        std::cmp::Ordering::Equal => None,
    }
}

fn card(s: &Slip, zone: &TimeZone, next: Option<model::DraftId>) -> Card {
    let class = match (s.is_personal, s.kind) {
        (true, _) => "pers",
        (_, Kind::Gives) => "give",
        (_, Kind::Asks) => "ask",
        (_, Kind::Talks) => "talk",
    };
    Card {
        draft: s.draft.to_string(),
        first: s.first.to_string(),
        class,
        is_out: s.is_out(),
        is_next: next == Some(s.draft),
        is_late: s.is_late,
        when: When::clock(s.at, zone),
        mark: if s.is_personal { Mark::Side(Side { is_personal: true }) } else { Mark::Kind(KindMark(s.kind)) },
        words: s.words.clone(),
        lang: s.language.clone(),
        nets: Nets(s.nets.iter().map(|(mark, name)| Net::mark(*mark, *name)).collect()),
        part: (s.stuck + s.by_hand > 0).then(|| format!("{} of {}", s.landed, s.of)),
        can_move: s.can_move(),
    }
}

fn undated(kept: &verbs::publish::drafts::KeptDraft) -> Undated {
    Undated {
        draft: kept.draft.id.to_string(),
        words: calendar::first_words(kept),
        lang: kept.draft.language.clone(),
        mark: if kept.draft.is_personal { Mark::Side(Side { is_personal: true }) } else { Mark::Kind(KindMark(kept.draft.kind)) },
    }
}

fn hand(seated: &Seated, s: Stuck) -> Hand {
    let elsewhere = match s.elsewhere.as_slice() {
        [] => String::new(),
        some => format!(" It went out on {} and will not be sent there again.", words::list(some)),
    };
    let about = format!("“{}”", s.words.trim_end_matches('.'));
    let (lead, rest) = match (&s.state, s.hold) {
        (DeliveryState::AskHuman, _) => (format!("Does {about} stand on {}?", s.place), s.why),
        (DeliveryState::Planned, Some(Hold::Late)) => (format!("{about} is late on {}.", s.place), s.why),
        (DeliveryState::Planned, _) if s.waits.is_some() => (
            format!("{about} has not gone out."),
            s.waits.as_ref().map_or_else(String::new, |w| words::capital(&standing::waiting(seated, s.place, w))),
        ),
        (DeliveryState::Planned, _) => (format!("{about} waits for {}.", s.place), standing::safe(&s.why)),
        _ => (format!("{} did not take {about}.", s.place), standing::safe(&s.why)),
    };
    let acts = match (&s.state, s.hold) {
        (DeliveryState::AskHuman, _) => vec![("not-there", "It does not: send again"), ("leave", "Drop it")],
        (DeliveryState::Planned, Some(Hold::Late)) => vec![("again", "Send now"), ("leave", "Drop it")],
        (DeliveryState::Planned, _) if s.waits.is_some() => vec![("again", "Send now"), ("leave", "Drop it")],
        (DeliveryState::Planned, _) => vec![("leave", "Leave it out")],
        _ => vec![("again", "Try again"), ("leave", "Leave it out")],
    };
    Hand {
        id: s.delivery.0,
        draft: s.draft.to_string(),
        lead,
        words: format!("{rest}{elsewhere}"),
        is_bad: s.state == DeliveryState::Refused,
        mend: s.mend.as_ref().map(standing::mending),
        asks_address: s.state == DeliveryState::AskHuman,
        can_move: s.hold == Some(Hold::Late) || s.waits.is_some(),
        acts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_and_clocks() {
        let monday = monday_of("2026-W37").unwrap();
        assert_eq!((monday.to_string().as_str(), week_of(monday).as_str()), ("2026-09-07", "2026-W37"));
        assert_eq!(monday_of("2026-W53").map(|d| d.to_string()).as_deref(), Some("2026-12-28"));
        assert!(monday_of("2026-W60").is_none() && monday_of("x").is_none());
        let london = TimeZone::get("Europe/London").unwrap();
        let on = |text: &str| clocks(text.parse().unwrap(), &london);
        assert_eq!(
            (on("2026-10-25"), on("2027-03-28"), on("2026-09-08")),
            (Some("The clocks go back"), Some("The clocks go forward"), None)
        );
    }
}
