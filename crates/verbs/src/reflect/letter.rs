//! The letter: what a week brought, in plain words, to oneself or to a client: what was tried, what was learnt, what to stop. And all its figures as
//! a table for others' programs.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use model::verdict::Proposal;
use model::{Aim, Kind, Measure, Timestamp};
use store::{Kept, Tx};

use super::beyond::{self, Beyond};
use super::outcomes::Told;
use super::progress::{count as counted_for, instants, nouns, standing};
use super::trials::{self, State, TrialLook};
use super::weeks::{Week, begins, course, monday, today, zone_of};
use super::words::{capital, count, date, number};
use crate::{Cx, Done, VerbError};

/// Weeks of its drawings.
pub const WEEKS: u32 = 12;
/// Outcomes that one letter names.
const OUTCOMES_MAX: u32 = 200;
/// A letter looks back so many weeks at most.
const BACK_MAX: i64 = 520;

/// One aim in it.
#[derive(Clone, Debug, PartialEq)]
pub struct AimPart {
    pub aim: Aim,
    /// How it stands today.
    pub standing: String,
    /// What the week brought, beside the week before.
    pub sentence: String,
    pub n: u64,
    pub before: u64,
    /// Twelve weeks, the letter's own last.
    pub weeks: Vec<Week>,
    pub outcomes: Vec<Told>,
}

/// Everything in a week's letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    pub desk: String,
    pub monday: Date,
    pub sunday: Date,
    pub today: Date,
    /// The week isn't over.
    pub is_running: bool,
    /// What came of it, in one sentence.
    pub opening: String,
    pub aims: Vec<AimPart>,
    pub tried: Vec<String>,
    pub learnt: Vec<String>,
    pub stop: Vec<String>,
    /// Given and asked, week by week.
    pub gave: Vec<u64>,
    pub asked: Vec<u64>,
    pub giving: String,
    pub beyond: Beyond,
    /// Hours at the desk in the week, where they are known.
    pub hours: f64,
}

impl Letter {
    /// The aim that is drawn: the one that most came for, the first of several.
    pub fn drawn(&self) -> Option<usize> {
        let came = |a: &AimPart| a.weeks.iter().map(|w| w.n).sum::<u64>();
        self.aims.iter().enumerate().max_by_key(|(i, a)| (came(a), usize::MAX - i)).map(|(i, _)| i)
    }
}

/// The letter of the week that has this day in it; of the last full week where none is given.
pub async fn letter(cx: Cx<'_>, day: &str) -> Done<Letter> {
    let (day, now) = (day.trim().to_owned(), cx.now);
    cx.app
        .store
        .read::<_, VerbError>(cx.seat, move |tx| {
            let desk = tx.this_desk()?;
            let today = today(now, &zone_of(&desk.zone));
            let first = match day.as_str() {
                "" => monday(today).checked_sub(1.week()).unwrap_or(today),
                written => {
                    monday(written.parse().map_err(|_| VerbError::wrong("week", "A week is named by a day of it, such as 2026-09-07."))?)
                }
            };
            if first > today || i64::from((today - first).get_days()) > 7 * BACK_MAX {
                return Err(VerbError::wrong("week", "There is no letter of that week."));
            }
            Ok(write(tx, &desk, first, today, now)?)
        })
        .await
}

pub(super) fn write(tx: &Tx<'_>, desk: &model::Desk, first: Date, today: Date, now: Timestamp) -> Kept<Letter> {
    let zone = zone_of(&desk.zone);
    let next = first.checked_add(1.week()).unwrap_or(first);
    let (since, until) = (begins(first, &zone), begins(next, &zone));
    let is_running = until > now;
    // The drawings end with the letter's own week, whenever it is read.
    let end = if is_running { now } else { until - SignedDuration::from_millis(1) };
    let mut aims = Vec::new();
    let (mut tried, mut learnt, mut stop) = (Vec::new(), Vec::new(), Vec::new());
    for aim in tx.aims().list()?.into_iter().filter(|a| a.created_at < until && a.closed_at.is_none_or(|at| at >= since)) {
        for look in trials::look(tx, &aim, end, &zone)? {
            of_trial(&look, &aim, (since, until), today, (&mut tried, &mut learnt, &mut stop));
        }
        aims.push(part(tx, aim, (since, until), end, today)?);
    }
    let deeds = tx.balance().deeds(until - SignedDuration::from_hours(24 * 7 * i64::from(WEEKS) + 2))?;
    let of = |kind: Kind| {
        let mut at: Vec<Timestamp> = deeds.iter().filter(|d| d.kind == kind && d.at < until).map(|d| d.at).collect();
        at.sort();
        course(&at, WEEKS, end, &zone).into_iter().map(|w| w.n).collect::<Vec<u64>>()
    };
    let (gave, asked) = (of(Kind::Gives), of(Kind::Asks));
    let (given, wanted) = (gave.last().copied().unwrap_or(0), asked.last().copied().unwrap_or(0));
    let seconds = tx.sittings().seconds(&store::sittings::SpentOn::Everything, since, until)?;
    Ok(Letter {
        desk: desk.name.clone(),
        monday: first,
        sunday: next.checked_sub(1.day()).unwrap_or(first),
        today,
        is_running,
        opening: opening(&aims),
        giving: match (given, wanted) {
            (0, 0) => "Nothing was given and nothing asked.".to_owned(),
            (0, asked) => format!("Gave nothing, asked {}.", number(asked)),
            (gave, 0) => format!("Gave {}, asked for nothing.", number(gave)),
            (gave, asked) => format!("Gave {}, asked {}.", number(gave), number(asked)),
        },
        aims,
        tried,
        learnt,
        stop,
        gave,
        asked,
        beyond: beyond::count_in(tx, end)?,
        hours: seconds as f64 / 3600.0,
    })
}

fn part(tx: &Tx<'_>, aim: Aim, (since, until): (Timestamp, Timestamp), end: Timestamp, today: Date) -> Kept<AimPart> {
    let zone = zone_of(&tx.this_desk()?.zone);
    let counted = instants(tx, &aim)?;
    let weeks = course(&counted, WEEKS, end, &zone);
    let n = weeks.last().map_or(0, |w| w.n);
    let before = weeks.iter().rev().nth(1).map_or(0, |w| w.n);
    let (one, many) = nouns(aim.measure);
    let outcomes =
        tx.outcomes().of_aim(aim.id, OUTCOMES_MAX)?.into_iter().filter(|t| t.outcome.at >= since && t.outcome.at < until).collect();
    let sentence = match (n, before) {
        (0, 0) => format!("No {many}, as in the week before."),
        (n, 0) => format!("{}, after none in the week before.", capital(&count(n, one, many))),
        (0, b) => format!("No {many}, after {} in the week before.", number(b)),
        (n, b) => format!(
            "{}, after {} in the week before{}",
            capital(&count(n, one, many)),
            number(b),
            if is_clear(n, b) { ": clearly different." } else { "; a week alone says little." }
        ),
    };
    Ok(AimPart { standing: standing(&aim, counted_for(tx, &aim, end)?, today).sentence, sentence, n, before, weeks, outcomes, aim })
}

/// Counts of two weeks differ by more than chance alone would seldom make.
fn is_clear(n: u64, before: u64) -> bool {
    n.abs_diff(before) as f64 > 1.96 * ((n + before) as f64).sqrt()
}

fn opening(aims: &[AimPart]) -> String {
    let outcomes: u64 = aims.iter().flat_map(|a| &a.outcomes).map(|t| u64::from(t.outcome.n)).sum();
    let visits: u64 = aims.iter().filter(|a| a.aim.measure == Measure::Visits).map(|a| a.n).sum();
    match (outcomes, visits) {
        (0, 0) => "A quiet week: nothing came that was aimed for.".to_owned(),
        (0, v) => format!("{} came by your own links; nothing more is known of what came of it.", capital(&count(v, "person", "people"))),
        (o, 0) => format!("{} came of it.", capital(&count(o, "outcome", "outcomes"))),
        (o, v) => format!(
            "{} came by your own links, and {} of it.",
            capital(&count(v, "person", "people")),
            if o == 1 { "one outcome came".to_owned() } else { format!("{} outcomes came", number(o)) }
        ),
    }
}

/// What a trial adds to the letter of a week.
fn of_trial(
    look: &TrialLook,
    aim: &Aim,
    (since, until): (Timestamp, Timestamp),
    today: Date,
    (tried, learnt, stop): (&mut Vec<String>, &mut Vec<String>, &mut Vec<String>),
) {
    let venue = &look.trial.venue;
    match look.state {
        State::Running => tried.push(format!("{venue}, for “{}”: day {} of {}.", aim.name, look.day, look.trial.days)),
        State::ToCome => tried.push(format!("{venue} begins on {}.", date(look.first, today))),
        State::Waiting => {
            learnt.push(format!("{venue}: {}", look.verdict.sentence));
            if look.verdict.proposal == Proposal::Leave {
                stop.push(format!("{venue}, if you agree: {}", hours_of(aim)));
            }
        }
        State::Decided(_) => {}
    }
    for d in look.decisions.iter().filter(|d| d.at >= since && d.at < until) {
        let why = if d.reason.is_empty() { String::new() } else { format!(" “{}”", d.reason) };
        learnt.push(format!(
            "{venue}: you decided to {}.{why}",
            match d.verdict {
                Proposal::Stay => "stay",
                Proposal::Leave => "leave",
                Proposal::ThreeMoreWeeks => "give it three more weeks",
            }
        ));
        if d.verdict == Proposal::Leave {
            stop.push(format!("{venue}: {}", hours_of(aim)));
        }
    }
}

fn hours_of(aim: &Aim) -> String {
    match &aim.elsewhere {
        Some(elsewhere) => format!("the hours can be {elsewhere}."),
        None => "the hours are yours again.".to_owned(),
    }
}

/// The letter as plain text, as it goes by mail.
pub fn plain(letter: &Letter) -> String {
    let mut out = vec![
        letter.desk.clone(),
        format!("The week of {} to {}", date(letter.monday, letter.today), date(letter.sunday, letter.today)),
        String::new(),
    ];
    out.push(letter.opening.clone());
    for part in &letter.aims {
        out.extend([
            String::new(),
            part.aim.name.clone(),
            format!("  “{}”", part.aim.why),
            format!("  {} {}", part.sentence, part.standing),
        ]);
        let weeks: Vec<String> = part.weeks.iter().map(|w| w.n.to_string()).collect();
        out.push(format!("  Week by week: {}", weeks.join(", ")));
        for told in &part.outcomes {
            let who = told.person.as_ref().map(|p| p.name.clone()).or_else(|| told.outcome.said_by.clone());
            out.push(format!("  {}{}", capital(&told.outcome.name), who.map(|w| format!(", by {w}")).unwrap_or_default()));
        }
    }
    for (heading, lines) in [("What was tried", &letter.tried), ("What was learnt", &letter.learnt), ("What to stop", &letter.stop)] {
        if !lines.is_empty() {
            out.extend([String::new(), heading.to_owned()]);
            out.extend(lines.iter().map(|line| format!("  {line}")));
        }
    }
    out.extend([String::new(), letter.giving.clone()]);
    out.extend(letter.beyond.said());
    out.join("\n")
}

/// All figures of a letter, as CSV: what, for which aim, week, number.
pub fn figures(letter: &Letter) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut row = |cells: [&str; 4]| {
        // Written into memory: nothing can fail.
        let _ = out.write_record(cells.map(harmless));
    };
    row(["figure", "about", "week", "n"]);
    for part in &letter.aims {
        for week in &part.weeks {
            row([nouns(part.aim.measure).1, &part.aim.name, &week.monday.to_string(), &week.n.to_string()]);
        }
        for told in &part.outcomes {
            row([&told.outcome.name, &part.aim.name, &told.outcome.at.to_string(), &told.outcome.n.to_string()]);
        }
    }
    for (name, values) in [("gave", &letter.gave), ("asked", &letter.asked)] {
        for (i, n) in values.iter().enumerate() {
            let back = (values.len() - 1 - i) as i64;
            let week = letter.monday.checked_sub(back.weeks()).unwrap_or(letter.monday);
            row([name, "", &week.to_string(), &n.to_string()]);
        }
    }
    let b = &letter.beyond;
    let week = letter.monday.to_string();
    for (name, n) in
        [("people", b.people), ("new people", b.new), ("came back", b.came_back), ("conversations", b.talks), ("rich exchanges", b.rich)]
    {
        row([name, "twelve weeks", &week, &n.to_string()]);
    }
    row(["hours", "", &week, &format!("{:.2}", letter.hours)]);
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A cell that a spreadsheet would take for a formula is set off.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_alone_says_little() {
        assert!(!is_clear(12, 8) && is_clear(30, 10) && !is_clear(0, 3));
        assert_eq!(harmless("=1+1"), "'=1+1");
    }
}
