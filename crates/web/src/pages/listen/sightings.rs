//! Conversations worth joining, best place to be useful first; and those that were passed by.

use askama::Template;
use axum::http::StatusCode;
use jiff::civil::{Date, Time};
use model::{SightingId, Timestamp, TopicId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::listen::sightings::{self as listen, Filter, ListenPage, Sighting, Until};
use verbs::listen::topics::TopicRow;

use super::{At, tabs};
use crate::flash::Flash;
use crate::forms::{Asked, Posted, Row};
use crate::parts::{Course, Empty, Face, LaterChoice, LaterMenu, Net, PlaceBars, Tabs, TalkActs, TalkRow, Weigh, When};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    topic: String,
    /// A network's key.
    on: String,
    /// `day` or `week`.
    since: String,
    /// Also what is under 40.
    all: String,
}

#[derive(Template)]
#[template(path = "pages/listen/sightings.html")]
struct Page {
    shell: Shell,
    lede: String,
    tabs: Tabs,
    /// Value, name, chosen.
    topics: Vec<(String, String, bool)>,
    networks: Vec<(String, String, bool)>,
    is_week: bool,
    rows: Vec<TalkRow>,
    empty: Option<Empty>,
    end: End,
    courses: Vec<Beside>,
    bars: Option<PlaceBars>,
    bars_words: String,
}

/// How the list ends.
enum End {
    Nothing,
    All,
    /// So many are kept back, and where they are shown.
    Low {
        words: String,
        href: String,
    },
}

/// A topic beside the page.
struct Beside {
    href: String,
    name: String,
    words: String,
    course: Course,
}

pub async fn show(seated: Seated, Asked(question): Asked<Question>) -> Answer {
    let topic = question.topic.parse().ok().map(TopicId);
    let is_week = question.since != "day";
    let since = (!is_week).then(|| seated.now - jiff::SignedDuration::from_hours(36));
    let filter = Filter { topic, network: question.on.clone(), since, with_low: question.all == "yes" };
    let found = listen::page(seated.cx(), filter).await?;
    let is_narrowed = topic.is_some() || !question.on.is_empty() || !is_week;
    let page = Page {
        shell: seated.shell(Place::Listen),
        lede: lede(&found, is_week),
        tabs: tabs(At::Worth, Some(found.sightings.len()), Some(found.topics.len()), Some(found.venues.len())),
        topics: found.topics.iter().map(|t| (t.topic.id.to_string(), t.topic.name.clone(), Some(t.topic.id) == topic)).collect(),
        networks: found.networks.iter().map(|(key, name)| (key.clone(), name.clone(), *key == question.on)).collect(),
        is_week,
        empty: found.sightings.is_empty().then(|| nothing(&found, is_narrowed)),
        rows: found.sightings.iter().enumerate().map(|(i, s)| row(&seated, s, i + 1)).collect(),
        end: end(&found, &question),
        courses: found.topics.iter().take(COURSES_MAX).map(beside).collect(),
        bars: bars(&found),
        bars_words: bars_words(&found),
    };
    seated.page(&page)
}

/// Topics beside the page; the rest stand on their own.
const COURSES_MAX: usize = 8;

fn lede(found: &ListenPage, is_week: bool) -> String {
    let posts = words::count(i64::try_from(found.heard).unwrap_or(i64::MAX), "post");
    let span = if is_week { "of the last seven days" } else { "since yesterday" };
    format!("From {posts} {span}. Best place to be useful first, loudest last.")
}

fn nothing(found: &ListenPage, is_narrowed: bool) -> Empty {
    if found.topics.is_empty() {
        return Empty::first(
            "No topic is followed yet",
            "Say what you know well, and Hobnob shows you where people talk about it and which talk to join first.",
            "Follow a topic",
            "/listen/topics",
        );
    }
    if is_narrowed {
        return Empty::done("Nothing here fits what you chose", "Another topic, venue or span may have something.")
            .press("Show all of it", "/listen");
    }
    Empty::done("Nothing worth joining just now", "Your topics are being listened to. What they bring stands here, best first.")
}

fn end(found: &ListenPage, question: &Question) -> End {
    match (found.low, found.sightings.is_empty()) {
        (0, true) => End::Nothing,
        (0, false) => End::All,
        (n, _) => {
            let n = i64::try_from(n).unwrap_or(i64::MAX);
            let words = format!("{} {} under 40.", words::number_first(n), if n == 1 { "more is" } else { "more are" });
            let words = if question.all == "yes" { format!("{} older or lesser are not shown.", words::number_first(n)) } else { words };
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in [("topic", &question.topic), ("on", &question.on), ("since", &question.since)] {
                if !value.is_empty() {
                    query.append_pair(name, value);
                }
            }
            query.append_pair("all", "yes");
            let href = if question.all == "yes" { "/listen".to_owned() } else { format!("/listen?{}", query.finish()) };
            End::Low { words, href }
        }
    }
}

fn beside(topic: &TopicRow) -> Beside {
    let posts = words::count(topic.posts().into(), "post");
    Beside {
        href: format!("/listen?topic={}", topic.topic.id),
        name: topic.topic.name.clone(),
        words: if topic.is_more_than_usual { format!("{posts}, more than usual") } else { posts },
        course: Course { values: topic.course, is_more: topic.is_more_than_usual },
    }
}

/// Places beside the page.
const BARS_MAX: usize = 7;

fn bars(found: &ListenPage) -> Option<PlaceBars> {
    let all: Vec<_> = found.venues.iter().take(BARS_MAX).map(|(name, share)| (name.clone(), u64::from(*share))).collect();
    (all.len() > 1).then_some(PlaceBars(all))
}

fn bars_words(found: &ListenPage) -> String {
    match found.venues.first() {
        Some(first) if found.venues.len() > 1 => {
            format!("Of a hundred posts about your topics, so many stood in each place. {} has most of them.", first.0)
        }
        _ => String::new(),
    }
}

fn row(seated: &Seated, s: &Sighting, place: usize) -> TalkRow {
    let (reasons, minuses): (Vec<_>, Vec<_>) = s.worth.shorts().partition(|(_, is_minus)| !is_minus);
    let said = |all: Vec<(&str, bool)>| all.into_iter().map(|(words, _)| words.to_owned()).collect::<Vec<_>>();
    let href = s.conversation.map_or_else(|| "/listen".to_owned(), |id| format!("/talks/{id}"));
    TalkRow {
        place,
        face: Some(Face::of(s.profile, &s.who, s.has_picture, 24)),
        name: Some((s.who.clone(), s.person.map(|id| format!("/people/{id}")))),
        net: Net::named(s.mark.clone(), s.network_name.clone()),
        when: When::long_ago(seated.now, s.said_at, seated.zone()),
        words: s.warning.clone().unwrap_or_else(|| s.words.clone()),
        lang: s.language.clone(),
        reasons: said(reasons).into_iter().take(REASONS_MAX).collect(),
        minuses: canned(s).into_iter().chain(said(minuses).into_iter().filter(|m| s.mouths < 2 || m != CANNED)).take(MINUSES_MAX).collect(),
        points: (place != 1).then_some(s.worth.score),
        weigh: Some(weigh(s, place)),
        acts: Some(TalkActs {
            join: format!("/listen/{}/join", s.id),
            open: s.is_read_only.then(|| href.clone()),
            later: Some(LaterMenu {
                action: format!("/listen/{}/later", s.id),
                token: seated.token(),
                who: "this".into(),
                choices: LaterMenu::usual(seated.now, seated.zone()),
                pick: format!("/listen/{}/later", s.id),
                is_small: false,
            }),
            pass: format!("/listen/{}/pass", s.id),
            token: seated.token(),
            is_first: place == 1,
        }),
        href,
    }
}

/// As the weighing says it.
const CANNED: &str = "the words are canned";

/// The same words from many mouths are said to be that.
fn canned(s: &Sighting) -> Option<String> {
    (s.mouths > 1).then(|| format!("canned: the same words from {} accounts", words::number(i64::try_from(s.mouths).unwrap_or(i64::MAX))))
}

/// Reasons and doubts of one row.
const REASONS_MAX: usize = 4;
const MINUSES_MAX: usize = 2;

fn weigh(s: &Sighting, place: usize) -> Weigh {
    let ordinal = match place {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        _ => "here".to_owned(),
    };
    Weigh {
        summary: format!("Why this is {ordinal}"),
        lines: s.worth.reasons.iter().map(|r| (r.words.clone(), r.points())).collect(),
        together: i32::try_from(s.worth.score).unwrap_or(0),
        is_open: place == 1,
        more: Some(("What this post does", format!("/posts/{}/kind", s.post))),
    }
}

pub async fn join(Row(id): Row<SightingId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let conversation = listen::join(seated.cx(), id).await?;
    seated.go(&format!("/talks/{conversation}#reply"))
}

/// A form that sends nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

pub async fn pass(
    Row(id): Row<SightingId>,
    Asked(from): Asked<crate::pages::converse::acts::From>,
    Posted { seated, .. }: Posted<Nothing>,
) -> Answer {
    let who = listen::pass(seated.cx(), id).await?;
    let flash = Flash::said("Passed by: ", who, ". The next by the same writer is worth less to you.");
    let path = if from.word() == "sitting" { "/sitting" } else { "/listen" };
    seated.done(path, flash.undo(format!("/listen/{id}/back"), &[]))
}

pub async fn back(Row(id): Row<SightingId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let who = listen::reopen(seated.cx(), id).await?;
    seated.done("/listen", Flash::said("", who, " is back, and what was learnt from it is forgotten."))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LaterWish {
    /// Seconds since 1970, `reply`, or empty for the day and clock below.
    until: String,
    day: String,
    clock: String,
}

#[derive(Template)]
#[template(path = "pages/listen/later.html")]
struct LaterPage {
    shell: Shell,
    id: SightingId,
    choices: Vec<LaterChoice>,
    day: String,
    clock: String,
    zone: String,
    wrong: Option<String>,
}

pub async fn later_form(seated: Seated, Row(id): Row<SightingId>) -> Answer {
    let tomorrow = seated.now + jiff::SignedDuration::from_hours(24);
    let day = tomorrow.to_zoned(seated.zone().clone()).date().to_string();
    draw_later(&seated, id, (day, "09:00".into()), None)
}

fn draw_later(seated: &Seated, id: SightingId, (day, clock): (String, String), wrong: Option<String>) -> Answer {
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&LaterPage {
        shell: seated.shell(Place::Listen),
        id,
        choices: LaterMenu::usual(seated.now, seated.zone()),
        day,
        clock,
        zone: seated.zone().iana_name().unwrap_or("UTC").to_owned(),
        wrong,
    })?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn later(Row(id): Row<SightingId>, Posted { seated, form }: Posted<LaterWish>) -> Answer {
    let until = match read_until(&form, &seated) {
        Ok(until) => until,
        Err(why) => return draw_later(&seated, id, (form.day, form.clock), Some(why)),
    };
    let who = match listen::later(seated.cx(), id, until).await {
        Ok(who) => who,
        Err(VerbError::Wrong { why, .. }) => return draw_later(&seated, id, (form.day, form.clock), Some(why)),
        Err(error) => return Err(error.into()),
    };
    let when = match until {
        Until::At(at) => words::day_and_clock(seated.now, at, seated.zone()),
        Until::Reply => "when somebody speaks in it again".to_owned(),
    };
    seated.done("/listen", Flash::said("What ", who, format!(" began comes back {when}.")).undo(format!("/listen/{id}/back"), &[]))
}

fn read_until(form: &LaterWish, seated: &Seated) -> Result<Until, String> {
    if form.until == "reply" {
        return Ok(Until::Reply);
    }
    if let Ok(seconds) = form.until.parse() {
        return Timestamp::from_second(seconds).map(Until::At).map_err(|_| "That is no time.".to_owned());
    }
    let day: Date = form.day.parse().map_err(|_| "Give a day as 2026-09-14.".to_owned())?;
    let clock: Time = form.clock.parse().map_err(|_| "Give a time as 09:00.".to_owned())?;
    let at = day.to_datetime(clock).to_zoned(seated.zone().clone()).map_err(|_| "That is no time.".to_owned())?;
    Ok(Until::At(at.timestamp()))
}

#[derive(Template)]
#[template(path = "pages/listen/passed.html")]
struct PassedPage {
    shell: Shell,
    tabs: Tabs,
    rows: Vec<PassedRow>,
    empty: Option<Empty>,
}

struct PassedRow {
    id: SightingId,
    who: String,
    net: Net,
    when: When,
    words: String,
    lang: Option<String>,
    href: String,
    /// "you said no", "gone by".
    why: &'static str,
    is_no: bool,
    score: u32,
}

pub async fn passed(seated: Seated) -> Answer {
    let found = listen::passed(seated.cx()).await?;
    let rows: Vec<PassedRow> = found
        .into_iter()
        .map(|s| PassedRow {
            id: s.id,
            net: Net::named(s.mark, s.network_name),
            when: When::long_ago(seated.now, s.said_at, seated.zone()),
            href: s.conversation.map_or_else(|| "/listen/passed".to_owned(), |id| format!("/talks/{id}")),
            is_no: s.state == "no",
            why: if s.state == "no" { "you said no" } else { "nobody joined it in time" },
            who: s.who,
            words: s.warning.unwrap_or(s.words),
            lang: s.language,
            score: s.worth.score,
        })
        .collect();
    let empty = rows.is_empty().then(|| {
        Empty::done("Nothing has been passed by", "What you say no to, and talk that has gone by untouched, stands here for a while.")
    });
    seated.page(&PassedPage { shell: seated.shell(Place::Listen), tabs: tabs(At::Passed, None, None, None), rows, empty })
}
