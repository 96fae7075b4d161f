//! The week's letter by mail: to oneself and to whoever asked for it, on a day and at an hour of the desk's zone, kept as it was sent.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use model::{LeaveFor, MailKind, Timestamp, WeekLetterId};
use networks::mail::sheet::{Bars, Block, html, plain};
use store::mails::{Counts, WeekLetter};
use store::{Kept, StoreError, Tx};

use super::letter::{self, AimPart, Letter};
use super::progress::nouns;
use super::weeks::{monday, today, zone_of};
use super::words::{capital, count, date};
use crate::desk::accounts::must_own;
use crate::desk::mail_server;
use crate::jobs::{Job, Next};
use crate::publish::mail::{self, Wished};
use crate::{Cx, Done, VerbError};

/// The setting by which it goes: weekday (1 is Monday) and hour, `1 8`.
const WHEN: &str = "letter-when";
/// Stands where each reader's own link stands when it goes.
const STOP_MARK: &str = "%%stop%%";
/// Letters that a page lists.
const LISTED_MAX: u32 = 60;

/// When it goes, by the desk's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// 1 is Monday.
    pub day: i8,
    pub hour: i8,
}

/// When it goes, if it does.
pub async fn when(cx: Cx<'_>) -> Done<Option<When>> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, chosen).await?)
}

fn chosen(tx: &Tx<'_>) -> Kept<Option<When>> {
    let setting = tx.setting(WHEN)?.unwrap_or_default();
    let parts = setting.split_once(' ').and_then(|(day, hour)| Some(When { day: day.parse().ok()?, hour: hour.parse().ok()? }));
    Ok(parts.filter(|w| (1..=7).contains(&w.day) && (0..=23).contains(&w.hour)))
}

/// Chooses when it goes, or that it does not. Answers when the next one goes.
pub async fn choose(cx: Cx<'_>, when: Option<When>) -> Done<Option<Timestamp>> {
    must_own(cx)?;
    if when.is_some_and(|w| !(1..=7).contains(&w.day) || !(0..=23).contains(&w.hour)) {
        return Err(VerbError::wrong("when", "A day of the week and an hour from 0 to 23 are wanted."));
    }
    let now = cx.now;
    let next = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let Some(when) = when else {
                tx.set_setting(WHEN, "")?;
                Job::WriteLetter.delete(tx)?;
                return Ok(None);
            };
            tx.set_setting(WHEN, &format!("{} {}", when.day, when.hour))?;
            let next = next(when, now, &zone_of(&tx.this_desk()?.zone));
            Job::WriteLetter.move_to(tx, next, now)?;
            Ok(Some(next))
        })
        .await?;
    cx.ring();
    Ok(next)
}

/// The first such hour after `after`; one that the clocks leave out comes when they have been put on.
fn next(when: When, after: Timestamp, zone: &TimeZone) -> Timestamp {
    let day = Weekday::from_monday_one_offset(when.day).unwrap_or(Weekday::Monday);
    let from = today(after, zone);
    (0..=7)
        .filter_map(|n| from.checked_add(i64::from(n).days()).ok())
        .filter(|date| date.weekday() == day)
        .filter_map(|date| Some(zone.to_zoned(date.at(when.hour, 0, 0, 0)).ok()?.timestamp()))
        .find(|at| *at > after)
        .unwrap_or(after + jiff::SignedDuration::from_hours(24 * 7))
}

/// The job: writes the letter of the last full week and puts it in line for everybody who gets it.
pub async fn write(cx: Cx<'_>) -> Done<Next> {
    let now = cx.now;
    let has_of_all = cx.app.config.mail.clone();
    let next = cx
        .app
        .store
        .write::<_, StoreError>(cx.seat, move |tx| {
            let Some(when) = chosen(tx)? else { return Ok(None) };
            let zone = zone_of(&tx.this_desk()?.zone);
            go(tx, has_of_all.map(|(s, _)| s.from).as_deref(), now)?;
            Ok(Some(next(when, now, &zone)))
        })
        .await?;
    cx.ring();
    Ok(next.map_or(Next::Over, Next::At))
}

/// Sends the last full week's letter now, to everybody who gets it and has not got it. Answers to how many.
pub async fn send_now(cx: Cx<'_>) -> Done<usize> {
    must_own(cx)?;
    let (now, of_all) = (cx.now, cx.app.config.mail.as_ref().map(|(s, _)| s.from.clone()));
    let has_of_all = of_all.is_some();
    let n = cx
        .app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            if !mail_server::is_there(tx, has_of_all)? {
                return Err(VerbError::wrong("server", "There is no mail server yet. Name one in the settings first."));
            }
            if tx.opt_ins().holding(LeaveFor::Week, None)?.is_empty() {
                return Err(VerbError::wrong("readers", "Nobody gets the letter yet. Say first who asked for it."));
            }
            Ok(go(tx, of_all.as_deref(), now)?)
        })
        .await?;
    cx.ring();
    Ok(n)
}

/// Writes the letter of the last full week, if it is not written, and puts it in line for each reader once.
fn go(tx: &Tx<'_>, of_all: Option<&str>, now: Timestamp) -> Kept<usize> {
    let readers = tx.opt_ins().holding(LeaveFor::Week, None)?;
    let from = tx.mails().server()?.map(|(s, _)| s.from).or(of_all.map(str::to_owned));
    let (Some(from), false) = (from, readers.is_empty()) else { return Ok(0) };
    let desk = tx.this_desk()?;
    let today = today(now, &zone_of(&desk.zone));
    let first = monday(today).checked_sub(1.week()).unwrap_or(today);
    let kept = match tx.mails().weeks(LISTED_MAX)?.into_iter().find(|(_, monday, ..)| *monday == first.to_string()) {
        Some((id, _, subject, _)) => (id, subject),
        None => {
            let letter = letter::write(tx, &desk, first, today, now)?;
            let written = composed(&letter, tx.fresh(now), now);
            tx.mails().put_week(&written)?;
            (written.id, written.subject)
        }
    };
    let mut n = 0;
    for reader in readers {
        let wished = Wished {
            kind: MailKind::Week,
            about: Some(kept.0.0),
            opt_in: Some(reader.id),
            to: reader.address,
            to_name: reader.name,
            subject: kept.1.clone(),
            words: None,
        };
        if let Some(mail) = mail::put(tx, wished, &from, now)? {
            Job::Mail(mail).put(tx, now, now)?;
            n += 1;
        }
    }
    Ok(n)
}

/// The letter as it goes: plain, as HTML, and its figures.
fn composed(letter: &Letter, id: WeekLetterId, now: Timestamp) -> WeekLetter {
    let subject = format!("{}: the week of {} to {}", letter.desk, date(letter.monday, letter.today), date(letter.sunday, letter.today));
    let blocks = blocks(letter);
    WeekLetter {
        id,
        monday: letter.monday.to_string(),
        plain: plain(&blocks),
        html: html(&subject, "en-GB", &blocks),
        figures: letter::figures(letter),
        created_at: now,
        subject,
    }
}

fn blocks(letter: &Letter) -> Vec<Block> {
    let mut out = vec![
        Block::Small(letter.desk.clone()),
        Block::Title(format!("The week of {} to {}", date(letter.monday, letter.today), date(letter.sunday, letter.today))),
        Block::Words(letter.opening.clone()),
    ];
    // Two drawings: the aim that most came for, and what was given and asked.
    let drawn = letter.drawn();
    for (at, part) in letter.aims.iter().enumerate() {
        out.extend(aim(part, drawn == Some(at), letter.today));
    }
    for (heading, lines) in [("What was tried", &letter.tried), ("What was learnt", &letter.learnt), ("What to stop", &letter.stop)] {
        if !lines.is_empty() {
            out.extend([Block::Heading(heading.into()), Block::Points(lines.clone())]);
        }
    }
    out.extend([Block::Heading("Given and asked".into()), Block::Words(letter.giving.clone())]);
    let weeks = letter.gave.len();
    let label = |back: usize| letter.monday.checked_sub((back as i64).weeks()).map_or_else(|_| String::new(), |d| date(d, letter.today));
    let rows = letter.gave.iter().zip(&letter.asked).enumerate().map(|(i, (g, a))| (label(weeks - 1 - i), vec![*g, *a])).collect();
    if letter.gave.iter().chain(&letter.asked).any(|n| *n > 0) {
        out.push(Block::Bars(Bars { caption: "Weeks, by their Monday".into(), names: vec!["gave".into(), "asked".into()], rows }));
    }
    out.push(Block::Heading("Beyond one’s circle".into()));
    out.extend(letter.beyond.said().into_iter().map(Block::Words));
    out.push(Block::Small(format!("You get this letter because you asked for it. To stop it, open this page and press once: {STOP_MARK}")));
    out
}

fn aim(part: &AimPart, is_drawn: bool, today: Date) -> Vec<Block> {
    let (one, many) = nouns(part.aim.measure);
    let mut out = vec![
        Block::Heading(part.aim.name.clone()),
        Block::Quote(part.aim.why.clone()),
        Block::Words(format!("{} {}", part.sentence, part.standing)),
    ];
    if is_drawn {
        let rows = part.weeks.iter().map(|w| (date(w.monday, today), vec![w.n])).collect();
        let total = part.weeks.iter().map(|w| w.n).sum();
        let caption = format!("{} in {} weeks, by the week’s Monday", capital(&count(total, one, many)), part.weeks.len());
        out.push(Block::Bars(Bars { caption, names: vec![many.into()], rows }));
    }
    let told: Vec<String> = part
        .outcomes
        .iter()
        .map(|t| {
            let who = t.person.as_ref().map(|p| p.name.clone()).or_else(|| t.outcome.said_by.clone());
            format!("{}{}", capital(&t.outcome.name), who.map(|w| format!(", by {w}")).unwrap_or_default())
        })
        .collect();
    if !told.is_empty() {
        out.push(Block::Points(told));
    }
    out
}

/// A letter's words with one reader's own way to stop it.
pub(crate) fn with_stop(text: &str, stop: &str) -> String {
    match text.rfind(STOP_MARK) {
        // In HTML the address can be followed; the mark stands between tags there, and a key has no letter that would need care.
        Some(at) if text.starts_with("<!DOCTYPE") && !stop.is_empty() => {
            format!("{}<a href=\"{stop}\">{stop}</a>{}", &text[..at], &text[at + STOP_MARK.len()..])
        }
        Some(at) => format!("{}{stop}{}", &text[..at], &text[at + STOP_MARK.len()..]),
        None => text.to_owned(),
    }
}

/// A letter that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRow {
    pub id: WeekLetterId,
    pub monday: String,
    pub subject: String,
    pub at: Timestamp,
    pub counts: Counts,
}

/// The letters that were sent, newest first.
pub async fn sent(cx: Cx<'_>) -> Done<Vec<SentRow>> {
    let work = |tx: &Tx<'_>| {
        let weeks = tx.mails().weeks(LISTED_MAX)?;
        let row = |(id, monday, subject, at): (WeekLetterId, String, String, Timestamp)| {
            Ok(SentRow { counts: tx.mails().counts(MailKind::Week, id.0)?, id, monday, subject, at })
        };
        weeks.into_iter().map(row).collect::<Kept<Vec<_>>>()
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}

/// One of them, word for word, without anybody's own link to stop it.
pub async fn kept(cx: Cx<'_>, id: WeekLetterId) -> Done<WeekLetter> {
    let letter = cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.mails().week(id)).await?;
    let own = "(each reader’s own link)";
    Ok(WeekLetter { plain: letter.plain.replace(STOP_MARK, own), html: letter.html.replace(STOP_MARK, own), ..letter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_at_its_hour_by_the_desks_clock() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let check = |after: &str, when, expected: &str| {
            assert_eq!(next(when, after.parse().unwrap(), &zone), expected.parse::<Timestamp>().unwrap(), "{after}");
        };
        let monday_at_8 = When { day: 1, hour: 8 };
        check("2026-09-08T09:14:00Z", monday_at_8, "2026-09-14T07:00:00Z");
        check("2026-09-14T06:59:00Z", monday_at_8, "2026-09-14T07:00:00Z");
        check("2026-09-14T07:00:00Z", monday_at_8, "2026-09-21T07:00:00Z");
        // Over the end of summer time it keeps its hour.
        check("2026-10-20T07:00:00Z", monday_at_8, "2026-10-26T08:00:00Z");
        // One o’clock is left out on the last Sunday of March: it comes when the clocks have been put on.
        check("2026-03-28T12:00:00Z", When { day: 7, hour: 1 }, "2026-03-29T01:00:00Z");
    }

    #[test]
    fn each_reader_has_their_own_way_to_stop() {
        assert_eq!(with_stop("a %%stop%% b %%stop%%", "X"), "a %%stop%% b X");
        assert_eq!(with_stop("<!DOCTYPE html><p>%%stop%%</p>", "X"), "<!DOCTYPE html><p><a href=\"X\">X</a></p>");
    }
}
