//! Trials: a venue tried for an aim for three weeks, day by day, and what is then proposed. The person decides, and the reason is kept.
//! What the counts say is `model::verdict`'s; here they are counted.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use model::verdict::{Proposal, Question, Stretch, Verdict, judge};
use model::{AccountId, Aim, AimId, Decision, TRIAL_DAYS, Timestamp, Trial, TrialDay, TrialId};
use store::sittings::SpentOn;
use store::trials::{TRIALS_MAX, Traffic};
use store::{Kept, StoreError, Tx};

use super::progress::instants;
use super::weeks::{begins, today, zone_of};
use crate::{Cx, Done, VerbError};

const VENUE_MAX: usize = 80;
const PLAN_MAX: usize = 2_000;
const REASON_MAX: usize = 2_000;
const HOURS_MAX: f64 = 100.0;
const MINUTES_MAX: u32 = 24 * 60;
/// A trial may begin so many days ago or from now.
const AGO_MAX: i32 = 60;
const AHEAD_MAX: i32 = 60;
/// A trial of fewer days has shown nothing yet, and does not count among those that were tried.
const TRIED_DAYS_MIN: u32 = 7;
/// Trials of one aim that run at once: more than these share what came of all of them.
const RUNNING_MAX: usize = 3;

/// What a person filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialWish {
    pub venue: String,
    /// An account's number, or empty.
    pub account: String,
    /// `YYYY-MM-DD`; empty for today.
    pub starts_on: String,
    /// Hours a week, or empty.
    pub hours: String,
    pub plan: String,
}

/// What to do in three weeks, unless somebody knows better. The first week asks nothing.
pub const PLAN: &str = "Week one: listen, answer, help; ask nothing. Week two: go on so, and show something of yours. Week three: one ask, if you gave more than you asked.";

/// A box of the twenty-one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayBox {
    pub day: Date,
    pub was_there: bool,
    pub minutes: u32,
    pub is_today: bool,
    pub is_over: bool,
}

/// Where a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not begun.
    ToCome,
    Running,
    /// Its days are over, and it waits for a verdict.
    Waiting,
    Decided(Proposal),
}

/// Everything about one trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialLook {
    pub trial: Trial,
    pub state: State,
    pub first: Date,
    /// The last day of it.
    pub last: Date,
    /// Which day it is, from 1; no more than its days.
    pub day: u32,
    pub boxes: Vec<DayBox>,
    /// What is counted so far, before and in it, and what that says.
    pub question: Question,
    pub verdict: Verdict,
    /// By account, where it has one.
    pub traffic: Option<Traffic>,
    /// By hand and by sittings.
    pub hours: f64,
    pub decisions: Vec<Decision>,
    /// Another trial of this aim ran in its days, or in the days before it.
    pub overlaps: Option<String>,
}

impl TrialLook {
    /// Whether enough days are over to say anything at all.
    pub fn can_tell(&self) -> bool {
        self.question.after.days >= f64::from(TRIED_DAYS_MIN)
    }
    /// The last reason that was given.
    pub fn reason(&self) -> Option<&str> {
        self.decisions.last().map(|d| d.reason.as_str()).filter(|r| !r.is_empty())
    }
}

/// All trials of an aim, the latest first, in a transaction.
pub fn look(tx: &Tx<'_>, aim: &Aim, now: Timestamp, zone: &TimeZone) -> Kept<Vec<TrialLook>> {
    let trials = tx.trials().list(aim.id)?;
    if trials.is_empty() {
        return Ok(Vec::new());
    }
    let today = today(now, zone);
    let counted = instants(tx, aim)?;
    let spans: Vec<Span> = trials.iter().map(|t| Span::of(t, today)).collect();
    let tried = spans.iter().filter(|s| s.over >= i64::from(TRIED_DAYS_MIN)).count().max(1);
    let tried = u32::try_from(tried).unwrap_or(1);
    trials
        .into_iter()
        .enumerate()
        .map(|(i, trial)| {
            let span = &spans[i];
            let beside =
                spans.iter().zip(0..).filter(|(s, j)| *j != i && s.first <= span.last && s.last >= span.before).map(|(_, j)| j).next();
            let seen = Seen { counted: &counted, zone, today, tried };
            one(tx, aim, trial, span, &seen, beside.map(|j: usize| spans[j].venue.clone()))
        })
        .collect()
}

/// The days of a trial.
struct Span {
    venue: String,
    /// The first of as many days before it.
    before: Date,
    first: Date,
    last: Date,
    /// Days of it that are over.
    over: i64,
}

impl Span {
    fn of(trial: &Trial, today: Date) -> Span {
        let first: Date = trial.starts_on.parse().unwrap_or(today);
        let plus = |days: i64| first.checked_add(days.days()).unwrap_or(first);
        let days = i64::from(trial.days);
        Span {
            venue: trial.venue.clone(),
            before: plus(-i64::from(TRIAL_DAYS)),
            first,
            last: plus(days - 1),
            over: i64::from((today - first).get_days()).clamp(0, days),
        }
    }
}

/// What every trial of an aim is looked at with.
struct Seen<'a> {
    counted: &'a [Timestamp],
    zone: &'a TimeZone,
    today: Date,
    tried: u32,
}

impl Seen<'_> {
    /// What was counted on each of `n` days from `first`.
    fn daily(&self, first: Date, n: i64) -> Vec<u64> {
        let at = |i: i64| self.counted.partition_point(|c| *c < begins(first.checked_add(i.days()).unwrap_or(first), self.zone));
        (0..n).map(|i| (at(i + 1) - at(i)) as u64).collect()
    }
}

fn one(tx: &Tx<'_>, aim: &Aim, trial: Trial, span: &Span, seen: &Seen<'_>, overlaps: Option<String>) -> Kept<TrialLook> {
    let decisions = tx.trials().decisions(trial.id)?;
    let ticked = tx.trials().days(trial.id)?;
    let since = begins(span.first, seen.zone);
    let until = begins(span.last, seen.zone) + SignedDuration::from_hours(24);
    let traffic = trial.account.map(|account| tx.trials().traffic(account, since, until)).transpose()?;
    let by_hand: u32 = ticked.iter().map(|d| d.minutes).sum();
    let sat = trial.account.map(|account| tx.sittings().seconds(&SpentOn::Account(account), since, until)).transpose()?.unwrap_or(0);
    let hours = f64::from(by_hand) / 60.0 + sat as f64 / 3600.0;
    let question = Question {
        before: Stretch::of_days(seen.daily(span.before, i64::from(TRIAL_DAYS))),
        after: Stretch::of_days(seen.daily(span.first, span.over)),
        hours: (hours > 0.0).then_some(hours),
        elsewhere: aim.elsewhere_an_hour,
        tried: seen.tried,
        is_second: trial.days > TRIAL_DAYS,
    };
    let state = match decisions.last() {
        Some(d) if d.verdict != Proposal::ThreeMoreWeeks => State::Decided(d.verdict),
        _ if seen.today < span.first => State::ToCome,
        _ if seen.today > span.last => State::Waiting,
        _ => State::Running,
    };
    let boxes = (0..i64::from(trial.days)).map(|i| {
        let day = span.first.checked_add(i.days()).unwrap_or(span.first);
        let tick = ticked.iter().find(|t| t.day == day.to_string());
        DayBox {
            day,
            was_there: tick.is_some(),
            minutes: tick.map_or(0, |t| t.minutes),
            is_today: day == seen.today,
            is_over: day < seen.today,
        }
    });
    Ok(TrialLook {
        state,
        first: span.first,
        last: span.last,
        day: u32::try_from(span.over + 1).unwrap_or(1).min(trial.days),
        boxes: boxes.collect(),
        verdict: judge(&question),
        question,
        traffic,
        hours,
        decisions,
        overlaps,
        trial,
    })
}

/// All trials of an aim.
pub async fn list(cx: Cx<'_>, aim: AimId) -> Done<Vec<TrialLook>> {
    let now = cx.now;
    let work = move |tx: &Tx<'_>| look(tx, &tx.aims().get(aim)?, now, &zone_of(&tx.this_desk()?.zone));
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}

/// Begins a trial.
pub async fn begin(cx: Cx<'_>, aim: AimId, wish: &TrialWish) -> Done<TrialId> {
    let (wish, now) = (wish.clone(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let aim = tx.aims().get(aim)?;
            let zone = zone_of(&tx.this_desk()?.zone);
            let looks = look(tx, &aim, now, &zone)?;
            if looks.len() >= TRIALS_MAX as usize {
                return Err(VerbError::wrong("venue", format!("An aim has at most {TRIALS_MAX} trials.")));
            }
            if looks.iter().filter(|l| matches!(l.state, State::Running | State::ToCome)).count() >= RUNNING_MAX {
                return Err(VerbError::wrong("venue", "Three trials run already. End one first: nobody can tell which of four it was."));
            }
            let account = account(tx, &wish.account)?;
            let trial = Trial {
                id: tx.fresh(now),
                aim: aim.id,
                venue: text("venue", &wish.venue, VENUE_MAX, "Say which place you try.")?,
                account,
                starts_on: starts_on(&wish.starts_on, today(now, &zone))?,
                days: TRIAL_DAYS,
                hours: hours(&wish.hours)?,
                plan: if wish.plan.trim().is_empty() { PLAN.to_owned() } else { text("plan", &wish.plan, PLAN_MAX, "")? },
                created_at: now,
            };
            tx.trials().put(&trial)?;
            Ok(trial.id)
        })
        .await
}

/// Ticks the box of a day, with minutes or without; `minutes` empty and `was_there` false take the tick away.
pub async fn note_day(cx: Cx<'_>, id: TrialId, day: &str, was_there: bool, minutes: &str) -> Done<AimId> {
    let (day, minutes, now) = (day.trim().to_owned(), minutes.trim().to_owned(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let trial = tx.trials().get(id)?;
            let today = today(now, &zone_of(&tx.this_desk()?.zone));
            let span = Span::of(&trial, today);
            let known = day.parse::<Date>().ok().filter(|d| *d >= span.first && *d <= span.last && *d <= today);
            let Some(day) = known else { return Err(VerbError::wrong("day", "That is no day of the trial that has begun.")) };
            let minutes = match minutes.as_str() {
                "" => 0,
                written => written
                    .parse()
                    .ok()
                    .filter(|m| *m <= MINUTES_MAX)
                    .ok_or_else(|| VerbError::wrong("minutes", "Minutes are a whole number, and a day has 1,440."))?,
            };
            if was_there || minutes > 0 {
                tx.trials().put_day(id, &TrialDay { day: day.to_string(), minutes })?;
            } else {
                tx.trials().delete_day(id, &day.to_string())?;
            }
            Ok(trial.aim)
        })
        .await
}

/// Keeps a verdict with its reason, and what was proposed and counted at the time. "Three more weeks" adds them, once.
pub async fn decide(cx: Cx<'_>, id: TrialId, verdict: &str, reason: &str) -> Done<AimId> {
    let (verdict, reason, now) = (verdict.trim().to_owned(), reason.trim().to_owned(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let mut trial = tx.trials().get(id)?;
            let aim = tx.aims().get(trial.aim)?;
            let verdict =
                Proposal::from_word(&verdict).ok_or_else(|| VerbError::wrong("verdict", "Choose: stay, leave, or three more weeks."))?;
            if reason.chars().count() > REASON_MAX {
                return Err(VerbError::wrong("reason", format!("At most {REASON_MAX} letters are kept.")));
            }
            let looks = look(tx, &aim, now, &zone_of(&tx.this_desk()?.zone))?;
            let look = looks.iter().find(|l| l.trial.id == id).ok_or(VerbError::Missing("trial"))?;
            if look.state == State::ToCome {
                return Err(VerbError::wrong("verdict", "It has not begun yet."));
            }
            if verdict == Proposal::ThreeMoreWeeks {
                if trial.days > TRIAL_DAYS {
                    return Err(VerbError::wrong("verdict", "It has had three more weeks already. Stay, or leave."));
                }
                trial.days += TRIAL_DAYS;
                tx.trials().put(&trial)?;
            }
            let decision = Decision { verdict, reason, proposed: look.verdict.proposal, counted: look.verdict.sentence.clone(), at: now };
            tx.trials().put_decision(id, &decision)?;
            Ok(trial.aim)
        })
        .await
}

/// Throws a trial away that was begun by mistake.
pub async fn throw(cx: Cx<'_>, id: TrialId) -> Done<AimId> {
    let work = move |tx: &Tx<'_>| {
        let trial = tx.trials().get(id)?;
        tx.trials().delete(id)?;
        Ok(trial.aim)
    };
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, work).await?)
}

fn account(tx: &Tx<'_>, written: &str) -> Done<Option<AccountId>> {
    if written.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || VerbError::wrong("account", "There is no such account at this desk.");
    let id: AccountId = written.trim().parse().map_err(|_| wrong())?;
    tx.accounts().get(id).map_err(|_| wrong())?;
    Ok(Some(id))
}

fn text(field: &'static str, written: &str, max: usize, missing: &str) -> Done<String> {
    let written = written.trim();
    match written.chars().count() {
        0 => Err(VerbError::wrong(field, missing)),
        n if n > max => Err(VerbError::wrong(field, format!("That is {n} letters; at most {max} are kept."))),
        _ => Ok(written.to_owned()),
    }
}

fn starts_on(written: &str, today: Date) -> Done<String> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(today.to_string());
    }
    let day: Date = written.parse().map_err(|_| VerbError::wrong("starts", "That is no day. One such as 2026-12-05 is wanted."))?;
    let away = (day - today).get_days();
    if !(-AGO_MAX..=AHEAD_MAX).contains(&away) {
        return Err(VerbError::wrong("starts", "A trial begins within sixty days of today, before or after."));
    }
    Ok(day.to_string())
}

fn hours(written: &str) -> Done<Option<f64>> {
    let written = written.trim().replace(',', ".");
    if written.is_empty() {
        return Ok(None);
    }
    let hours = written.parse::<f64>().ok().filter(|h| *h > 0.0 && *h <= HOURS_MAX);
    hours.map(Some).ok_or_else(|| VerbError::wrong("hours", "Hours a week are a number above 0, such as 1.5, and at most 100."))
}
