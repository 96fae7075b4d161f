//! Visits and outcomes out of a web server's log or another counter's export: Combined and Caddy JSON logs, and the CSV of Plausible, Umami and
//! GoatCounter. Bringing the same file in again counts nothing twice. Nothing is kept of an address, a session or an agent.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Site, SiteId, Source, Timestamp, Visitor};
use sha2::{Digest, Sha256};
use store::Tx;
use store::outcomes::SiteDay;
use url::Url;

use super::outcomes::{Sent, Way, keep};
use super::sites::{day_of, is_same_host, via_of};
use super::visitor::crowd::{Crowd, LINES_MAX};
use super::visitor::log::{self, Line, is_page};
use crate::desk::accounts::must_own;
use crate::{Cx, Done, VerbError};

const PATH_KEPT_MAX: usize = 300;
const HOST_KEPT_MAX: usize = 200;

/// Which kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Log,
    Plausible,
    Umami,
    GoatCounter,
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Log, Format::Plausible, Format::Umami, Format::GoatCounter];
    pub fn word(self) -> &'static str {
        match self {
            Format::Log => "log",
            Format::Plausible => "plausible",
            Format::Umami => "umami",
            Format::GoatCounter => "goatcounter",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.word() == word)
    }
}

/// What was brought in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroughtIn {
    /// Lines or rows that could be read, and those that could not, with the first such.
    pub rows: u64,
    pub bad: u64,
    pub first_bad: Option<String>,
    /// Arrivals of people from elsewhere, and what was left out as machines or as ourselves.
    pub people: u64,
    pub machines: u64,
    pub ourselves: u64,
    /// Outcomes, and those that were there already.
    pub outcomes: u64,
    pub known: u64,
    /// Outcomes that are joined to one of our links.
    pub joined: u64,
    /// Feeds whose readers were counted.
    pub feeds: u64,
}

/// A page that means an outcome, when somebody has come to it: its name, and how its path begins.
pub type Mark = (String, String);

/// What a file holds, before it is kept.
#[derive(Default)]
struct Found {
    days: BTreeMap<SiteDay, u64>,
    /// Days that the file tells of; what it told of them before is taken out first.
    told: BTreeSet<String>,
    /// With the code of the link that somebody came by on that day.
    outcomes: Vec<(Sent, Option<String>)>,
    /// Readers of its feeds, by day and path.
    readers: BTreeMap<(String, String), u64>,
    report: BroughtIn,
}

impl Found {
    fn arrive(&mut self, site: &Site, source: Source, (day, from, path): (String, &str, &str), visitor: Visitor, n: u64) {
        match visitor {
            Visitor::Person => self.report.people += n,
            Visitor::Machine => self.report.machines += n,
            Visitor::Ourselves => self.report.ourselves += n,
        }
        self.told.insert(day.clone());
        let row = SiteDay {
            site: site.id,
            day,
            from_host: from.chars().take(HOST_KEPT_MAX).collect(),
            path: path.split(['?', '#']).next().unwrap_or_default().chars().take(PATH_KEPT_MAX).collect(),
            visitor: visitor.word().to_owned(),
            source: source.word().to_owned(),
            n: 0,
        };
        *self.days.entry(row).or_default() += n;
    }
    fn bad(&mut self, number: usize, why: &str) {
        self.report.bad += 1;
        self.report.first_bad.get_or_insert_with(|| format!("line {number}: {why}"));
    }
}

/// Brings a file in for a site. `marks` say which pages of a log mean an outcome.
pub async fn bring_in(cx: Cx<'_>, site: SiteId, format: Format, content: &[u8], marks: &[Mark]) -> Done<BroughtIn> {
    must_own(cx)?;
    let kept = cx.app.store.read::<_, VerbError>(cx.seat, move |tx| Ok(tx.outcomes().site(site)?)).await?;
    let (own, now) = (cx.app.config.own.clone(), cx.now);
    let text = String::from_utf8_lossy(content);
    let text = text.trim_start_matches('\u{feff}');
    let (found, source) = match format {
        Format::Log => (read_log(&kept, text, marks, Crowd::new(own))?, Source::Log),
        Format::Plausible => (read_plausible(&kept, text)?, Source::Import),
        Format::Umami => (read_umami(&kept, text)?, Source::Import),
        Format::GoatCounter => (read_goatcounter(&kept, text)?, Source::Import),
    };
    super::visit::flush(cx.app).await?;
    cx.app.store.write::<_, VerbError>(cx.seat, move |tx| put(tx, &kept, found, source, now)).await
}

fn put(tx: &Tx<'_>, site: &Site, found: Found, source: Source, now: Timestamp) -> Done<BroughtIn> {
    let mut report = found.report;
    for day in &found.told {
        tx.outcomes().clear_site_day(site.id, day, source.word())?;
    }
    for (mut row, n) in found.days {
        row.n = n;
        tx.outcomes().add_site_day(&row)?;
    }
    for ((day, path), n) in &found.readers {
        tx.outcomes().put_feed_day(site.id, day, path, *n)?;
    }
    for (sent, code) in found.outcomes {
        let way: Way = code.map(|code| tx.outcomes().visit_by_code(&code)).transpose()?.flatten();
        report.joined += u64::from(way.is_some());
        if keep(tx, site, &sent, way, source, now)? { report.outcomes += 1 } else { report.known += 1 }
    }
    Ok(report)
}

fn read_log(site: &Site, text: &str, marks: &[Mark], mut crowd: Crowd) -> Done<Found> {
    let mut found = Found::default();
    let mut lines: Vec<Line> = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        if lines.len() >= LINES_MAX {
            return Err(VerbError::wrong("file", format!("These are more than {LINES_MAX} lines. Cut the log in two.")));
        }
        match log::read(line) {
            Ok(read) if read.at.is_some() => lines.push(read),
            Ok(_) => found.bad(i + 1, "this is no line of a log, or has no time"),
            Err(why) => found.bad(i + 1, &why),
        }
    }
    found.report.rows = lines.len() as u64;
    lines.iter().for_each(|line| crowd.note(line));
    found.readers = super::readers::of_log(&lines);
    found.report.feeds = found.readers.keys().map(|(_, path)| path).collect::<BTreeSet<_>>().len() as u64;
    // Who came by which link on which day, by a hash of this run.
    let salt = RandomState::new();
    let mut came: BTreeMap<(String, u64), String> = BTreeMap::new();
    for line in &lines {
        let Some(at) = line.at else { continue };
        let (day, visitor) = (day_of(at), crowd.judge(line).visitor());
        let is_seen = line.facts.method == "GET" && is_page(&line.path) && line.status.is_none_or(|s| (200..400).contains(&s));
        if !is_seen {
            continue;
        }
        let from = Url::parse(&line.facts.referer).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
        if !is_same_host(&from, &site.host) {
            found.arrive(site, Source::Log, (day.clone(), &from, &line.path), visitor, 1);
        }
        if visitor != Visitor::Person {
            continue;
        }
        let who = (day, salt.hash_one((&line.facts.place, &line.facts.user_agent)));
        if let Some(code) = via_of(&line.path) {
            came.insert(who.clone(), code);
        }
        for (name, _) in marks.iter().filter(|(_, path)| line.path.starts_with(path.as_str())) {
            let remote_id = Some(remote_id(site, &[name, &at.to_string(), &line.path, &line.facts.place]));
            let sent = Sent { name: name.clone(), at: Some(at), remote_id, ..Sent::default() };
            found.outcomes.push((sent, came.get(&who).cloned()));
        }
    }
    Ok(found)
}

/// What a row of a file is known by, without keeping what it says.
fn remote_id(site: &Site, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    format!("{}/{}", site.id, digest.iter().take(12).map(|b| format!("{b:02x}")).collect::<String>())
}

/// A CSV by the names of its columns.
struct Csv {
    columns: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
}

impl Csv {
    fn read(text: &str, found: &mut Found) -> Done<Csv> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let heading = reader.headers().map_err(|e| VerbError::wrong("file", format!("The first line is no heading of a CSV: {e}.")))?;
        let columns = heading.iter().map(|c| c.trim().to_lowercase()).collect();
        let mut rows = Vec::new();
        for row in reader.records() {
            match row {
                Ok(row) => rows.push((row.position().map_or(0, |p| p.line() as usize), row)),
                Err(error) => {
                    let line = error.position().map_or(0, |p| p.line() as usize);
                    found.bad(line, &error.to_string());
                }
            }
            if rows.len() > LINES_MAX {
                return Err(VerbError::wrong("file", format!("These are more than {LINES_MAX} rows. Cut the file in two.")));
            }
        }
        found.report.rows = rows.len() as u64;
        Ok(Csv { columns, rows })
    }
    fn at(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }
    fn must(&self, name: &str, whose: &str) -> Done<usize> {
        self.at(name).ok_or_else(|| VerbError::wrong("file", format!("The column “{name}” is missing: this is not {whose}.")))
    }
}

fn field(row: &csv::StringRecord, at: Option<usize>) -> &str {
    at.and_then(|at| row.get(at)).unwrap_or_default().trim()
}

fn noon(day: &str) -> Option<Timestamp> {
    let day: Date = day.get(..10)?.parse().ok()?;
    Some(day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// One file of Plausible's export: `imported_sources…` (date, source, visitors …) are arrivals, `imported_custom_events…` (date, name, visitors,
/// events) are outcomes.
fn read_plausible(site: &Site, text: &str) -> Done<Found> {
    const WHOSE: &str = "a file of Plausible's export with sources or custom events";
    let mut found = Found::default();
    let csv = Csv::read(text, &mut found)?;
    let day = csv.must("date", WHOSE)?;
    let (name, events) = (csv.at("name"), csv.at("events"));
    let is_events = name.is_some() && events.is_some();
    let n = if is_events { events } else { Some(csv.must("visitors", WHOSE)?) };
    let (source, referrer) = (csv.at("source"), csv.at("referrer"));
    if !is_events && source.is_none() {
        return Err(VerbError::wrong("file", format!("The column “source” or “name” is missing: this is not {WHOSE}.")));
    }
    for (number, row) in &csv.rows {
        let (Some(at), Ok(n)) = (noon(field(row, Some(day))), field(row, n).parse::<u64>()) else {
            found.bad(*number, "no date such as 2026-09-08, or no number");
            continue;
        };
        if is_events {
            let name = field(row, name);
            let remote_id =
                Some(remote_id(site, &["plausible", &day_of(at), name, field(row, csv.at("path")), field(row, csv.at("link_url"))]));
            found
                .outcomes
                .push((Sent { name: name.to_owned(), at: Some(at), n: u32::try_from(n).ok(), remote_id, ..Sent::default() }, None));
            continue;
        }
        let from = [field(row, referrer), field(row, source)].into_iter().find(|f| !f.is_empty()).unwrap_or_default().to_lowercase();
        found.arrive(site, Source::Import, (day_of(at), from.split('/').next().unwrap_or_default(), "/"), Visitor::Person, n);
    }
    Ok(found)
}

/// Umami's `website_event` export: a row an event (event_type 2 has a name), a session id, path, query, referrer's domain, created_at.
fn read_umami(site: &Site, text: &str) -> Done<Found> {
    const WHOSE: &str = "Umami's export of events";
    let mut found = Found::default();
    let csv = Csv::read(text, &mut found)?;
    let (session, created) = (csv.must("session_id", WHOSE)?, csv.must("created_at", WHOSE)?);
    let path = csv.must("url_path", WHOSE)?;
    let (query, referrer, event) = (csv.at("url_query"), csv.at("referrer_domain"), csv.at("event_name"));
    let mut came: BTreeMap<String, String> = BTreeMap::new();
    for (number, row) in &csv.rows {
        let written = field(row, Some(created)).replacen(' ', "T", 1);
        let at = written.parse::<Timestamp>().or_else(|_| format!("{written}Z").parse()).ok();
        let Some(at) = at else {
            found.bad(*number, "`created_at` is no time");
            continue;
        };
        let (who, path) = (field(row, Some(session)).to_owned(), field(row, Some(path)));
        if let Some(code) = via_of(&format!("{path}?{}", field(row, query).trim_start_matches('?'))) {
            came.insert(who.clone(), code);
        }
        let name = field(row, event);
        if !name.is_empty() {
            let remote_id = Some(remote_id(site, &["umami", &at.to_string(), name, &who]));
            found.outcomes.push((Sent { name: name.to_owned(), at: Some(at), remote_id, ..Sent::default() }, came.get(&who).cloned()));
            continue;
        }
        let from = field(row, referrer).to_lowercase();
        if !is_same_host(&from, &site.host) {
            found.arrive(site, Source::Import, (day_of(at), &from, path), Visitor::Person, 1);
        }
    }
    Ok(found)
}

/// GoatCounter's export (version 2): Path, Title, Event, …, Session, Bot, Referrer, …, Date. Its first column's name begins with the version.
fn read_goatcounter(site: &Site, text: &str) -> Done<Found> {
    const WHOSE: &str = "GoatCounter's export";
    let mut found = Found::default();
    let text = text.strip_prefix('2').or_else(|| text.strip_prefix('1')).unwrap_or(text);
    let csv = Csv::read(text, &mut found)?;
    let (path, date) = (csv.must("path", WHOSE)?, csv.must("date", WHOSE)?);
    let (event, bot, referrer, session) = (csv.at("event"), csv.at("bot"), csv.at("referrer"), csv.at("session"));
    for (number, row) in &csv.rows {
        let Ok(at) = field(row, Some(date)).parse::<Timestamp>() else {
            found.bad(*number, "`Date` is no time");
            continue;
        };
        let is_bot = !matches!(field(row, bot), "" | "0" | "false");
        let (path, who) = (field(row, Some(path)), field(row, session));
        if matches!(field(row, event), "true" | "1") {
            if !is_bot {
                let remote_id = Some(remote_id(site, &["goatcounter", &at.to_string(), path, who]));
                found.outcomes.push((Sent { name: path.trim_matches('/').to_owned(), at: Some(at), remote_id, ..Sent::default() }, None));
            }
            continue;
        }
        let referrer = field(row, referrer);
        let whole = if referrer.contains("://") || referrer.is_empty() { referrer.to_owned() } else { format!("https://{referrer}") };
        let from = Url::parse(&whole).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_else(|| referrer.to_lowercase());
        if !is_same_host(&from, &site.host) {
            let visitor = if is_bot { Visitor::Machine } else { Visitor::Person };
            found.arrive(site, Source::Import, (day_of(at), &from, path), visitor, 1);
        }
    }
    Ok(found)
}
