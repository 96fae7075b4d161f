//! Trials on an aim's page: each with its change and how sure it is, the days of those that run, and the verdict, which is the person's. And the form
//! that begins one.

use askama::Template;
use axum::http::StatusCode;
use jiff::ToSpan;
use model::verdict::Proposal;
use model::{AimId, TrialId};
use serde::Deserialize;
use verbs::VerbError;
use verbs::reflect::aims;
use verbs::reflect::progress::nouns;
use verbs::reflect::trials::{self, PLAN, State, TrialLook, TrialWish};
use verbs::reflect::weeks::Week;

use crate::flash::Flash;
use crate::forms::{Posted, Row};
use crate::parts::{Day, Days, Tone, TriedSpan, Whisker};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// A row of the table.
pub struct TrialRow {
    pub venue: String,
    pub span: String,
    pub plot: Option<Whisker>,
    /// "stay", "leave" or "early": the look of the verdict.
    pub class: &'static str,
    pub icon: crate::icon::Icon,
    pub verdict: &'static str,
    /// Under it: the reason, or where it stands.
    pub reason: Option<String>,
    pub note: Option<String>,
    /// What an hour of it brought.
    pub an_hour: Option<String>,
}

/// A trial that runs or waits for a verdict.
pub struct OpenTrial {
    pub id: TrialId,
    pub heading: String,
    pub days: Days,
    pub plan: String,
    /// Counted so far, in sentences.
    pub said: Vec<String>,
    /// What is proposed; only when the days are over.
    pub proposal: Option<String>,
    pub choices: Vec<VerdictChoice>,
    pub today: String,
    pub was_there: bool,
    pub minutes: String,
    pub can_note: bool,
    pub ends: String,
}

/// A verdict that can be chosen.
pub struct VerdictChoice {
    pub word: &'static str,
    pub icon: crate::icon::Icon,
    pub label: &'static str,
    pub is_on: bool,
}

/// Everything about trials on an aim's page.
#[derive(Default)]
pub struct TrialsPart {
    pub rows: Vec<TrialRow>,
    pub open: Vec<OpenTrial>,
}

const CHOICES: [(Proposal, &str, &str, crate::icon::Icon); 3] = [
    (Proposal::Stay, "stay", "Stay", crate::icon::DONE),
    (Proposal::Leave, "leave", "Leave", crate::icon::LEAVE),
    (Proposal::ThreeMoreWeeks, "three more weeks", "Three more weeks", crate::icon::LATER),
];

/// Draws the trials of an aim.
pub fn part(looks: &[TrialLook], measure: model::Measure, today: jiff::civil::Date) -> TrialsPart {
    let nouns = nouns(measure);
    let told: Vec<&TrialLook> = looks.iter().filter(|l| l.can_tell()).collect();
    let least = told.iter().map(|l| l.verdict.change_low).fold(0.0, f64::min);
    let most = told.iter().map(|l| l.verdict.change_high).fold(0.0, f64::max);
    let last = told.last().map(|l| l.trial.id);
    let row = |look: &TrialLook| {
        let is_last = last == Some(look.trial.id);
        row(look, nouns, (least, most), is_last, today)
    };
    TrialsPart {
        rows: looks.iter().map(row).collect(),
        open: looks.iter().filter(|l| !matches!(l.state, State::Decided(_))).map(|l| open(l, nouns, today)).collect(),
    }
}

/// Where the trials lie among weeks; those that lie in none of them are left out.
pub fn spans(looks: &[TrialLook], weeks: &[Week]) -> Vec<TriedSpan> {
    let span = |look: &TrialLook| {
        // A week is one of trying where most of its days are.
        let days =
            |w: &Week| (0..7).filter(|n| w.monday.checked_add((*n).days()).is_ok_and(|d| (look.first..=look.last).contains(&d))).count();
        let of: Vec<usize> = (0..weeks.len()).filter(|i| days(&weeks[*i]) >= 4).collect();
        Some(TriedSpan { venue: look.trial.venue.clone(), from: *of.first()?, to: *of.last()? })
    };
    looks.iter().filter_map(span).collect()
}

fn row(look: &TrialLook, nouns: (&str, &str), scale: (f64, f64), is_last: bool, today: jiff::civil::Date) -> TrialRow {
    let v = &look.verdict;
    let (class, icon, verdict, tone) = match look.state {
        State::Decided(Proposal::Stay) => ("stay", crate::icon::DONE, "Stay", Tone::Stay),
        State::Decided(Proposal::Leave) => ("leave", crate::icon::LEAVE, "Leave", Tone::Leave),
        State::Waiting => ("early", crate::icon::LATER, "You decide", Tone::Open),
        State::ToCome => ("early", crate::icon::LATER, "To come", Tone::Open),
        State::Running | State::Decided(Proposal::ThreeMoreWeeks) => ("early", crate::icon::LATER, "Too early", Tone::Open),
    };
    let plot = look.can_tell().then(|| Whisker {
        sentence: format!(
            "{} {} a day; the true change is likely between {} and {}",
            crate::parts::signed(v.change_a_day),
            nouns.1,
            crate::parts::signed(v.change_low),
            crate::parts::signed(v.change_high)
        ),
        low: v.change_low,
        middle: v.change_a_day,
        high: v.change_high,
        tone,
        scale,
        is_last,
    });
    TrialRow {
        venue: look.trial.venue.clone(),
        span: words::date_span(look.first, look.last, today),
        plot,
        class,
        icon,
        verdict,
        reason: look.reason().map(str::to_owned),
        note: match look.state {
            State::Running => Some(format!("day {} of {}", look.day, look.trial.days)),
            _ => None,
        },
        an_hour: v.an_hour.map(|n| format!("{} {} an hour, of {}", crate::parts::signed(n), nouns.1, hours(look.hours))),
    }
}

fn open(look: &TrialLook, nouns: (&str, &str), today: jiff::civil::Date) -> OpenTrial {
    let ends = words::date(look.last, today);
    let heading = match look.state {
        State::Waiting => format!("{}: the days are over, and you decide", look.trial.venue),
        State::ToCome => format!("{}: it begins on {}", look.trial.venue, words::date(look.first, today)),
        _ => format!("{}: you decide on {ends}", look.trial.venue),
    };
    let boxes = look.boxes.iter().map(|b| match b {
        b if b.is_today => Day::Today,
        b if !b.is_over => Day::ToCome,
        b if b.was_there => Day::There,
        _ => Day::Away,
    });
    let mine = look.boxes.iter().find(|b| b.is_today);
    let there = look.boxes.iter().filter(|b| b.was_there).count() as i64;
    let proposal = (look.state == State::Waiting).then(|| look.verdict.sentence.clone());
    OpenTrial {
        id: look.trial.id,
        heading,
        days: Days {
            sentence: format!("Day {} of {}; you were there on {}", look.day, look.trial.days, words::count(there, "day")),
            days: boxes.collect(),
        },
        plan: look.trial.plan.clone(),
        said: said(look, nouns),
        choices: CHOICES
            .into_iter()
            .filter(|(p, ..)| *p != Proposal::ThreeMoreWeeks || look.trial.days <= model::TRIAL_DAYS)
            .map(|(p, word, label, icon)| {
                let proposed = if look.state == State::Waiting { look.verdict.proposal } else { Proposal::ThreeMoreWeeks };
                VerdictChoice { word, icon, label, is_on: p == proposed }
            })
            .collect(),
        proposal,
        today: today.to_string(),
        was_there: mine.is_some_and(|b| b.was_there),
        minutes: mine.filter(|b| b.minutes > 0).map(|b| b.minutes.to_string()).unwrap_or_default(),
        can_note: mine.is_some(),
        ends,
    }
}

/// What was counted, and how little it may mean.
fn said(look: &TrialLook, nouns: (&str, &str)) -> Vec<String> {
    let (q, v) = (&look.question, &look.verdict);
    let mut said = Vec::new();
    if look.can_tell() {
        let more = if v.change_a_day >= 0.0 { "more" } else { "fewer" };
        said.push(format!(
            "So far {} {} a day against {} before: {} {more}. The truth may be anything from {} to {}.",
            rate(q.after.a_day()),
            nouns.1,
            rate(q.before.a_day()),
            rate(v.change_a_day.abs()),
            end(v.change_low),
            end(v.change_high)
        ));
    } else if look.state != State::ToCome {
        said.push("A week has to be over before anything can be said.".to_owned());
    }
    let mut did = Vec::new();
    if let Some(t) = look.traffic {
        did.push(format!(
            "You wrote {} there, {} of them answers, gave {} and asked {}",
            words::figures(t.wrote as i64),
            words::figures(t.replies as i64),
            times(t.gave),
            times(t.asked)
        ));
        did.push(format!("{} came back, and {} began", words::count(t.answered as i64, "answer"), words::count(t.ties as i64, "tie")));
    }
    if look.hours > 0.0 {
        did.push(format!("it took {}", hours(look.hours)));
    }
    if !did.is_empty() {
        said.push(format!("{}.", words::capital(&did.join("; "))));
    }
    if q.tried > 1 {
        said.push(format!(
            "It is one of {} places tried for this aim, and is judged the more strictly for it.",
            words::number(i64::from(q.tried))
        ));
    }
    if let Some(venue) = &look.overlaps {
        said.push(format!("Its days, or the days before it, are also those of {venue}: whatever came of both is in both."));
    }
    said
}

fn rate(a_day: f64) -> String {
    if a_day >= 9.95 { format!("{a_day:.0}") } else { format!("{a_day:.1}") }
}

fn end(change: f64) -> String {
    match () {
        () if rate(change.abs()).trim_end_matches(['0', '.']).is_empty() => "no change".to_owned(),
        () if change < 0.0 => format!("{} fewer", rate(change.abs())),
        () => format!("{} more", rate(change)),
    }
}

fn times(n: u64) -> String {
    match n {
        0 => "nothing".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{} times", words::number(n as i64)),
    }
}

fn hours(hours: f64) -> String {
    let minutes = (hours * 60.0).round() as i64;
    match minutes {
        ..60 => words::count(minutes, "minute"),
        m if m % 60 == 0 => words::count(m / 60, "hour"),
        _ => format!("{hours:.1} hours"),
    }
}

#[derive(Template)]
#[template(path = "pages/reflect/trial_form.html")]
struct FormPage {
    shell: Shell,
    aim: AimId,
    aim_name: String,
    elsewhere: Option<String>,
    wish: TrialWish,
    accounts: Vec<(String, String)>,
    wrong: Option<(&'static str, String)>,
}

impl FormPage {
    fn wrong_at(&self, field: &str) -> Option<&str> {
        self.wrong.as_ref().filter(|(at, _)| *at == field).map(|(_, why)| why.as_str())
    }
    fn is_account(&self, id: &str) -> bool {
        id == self.wish.account
    }
}

async fn form_page(seated: &Seated, aim: AimId, wish: TrialWish, wrong: Option<(&'static str, String)>) -> Answer {
    let known = aims::get(seated.cx(), aim).await?;
    let accounts = verbs::desk::accounts::list(seated.cx()).await?;
    let is_wrong = wrong.is_some();
    let page = FormPage {
        shell: seated.shell(Place::Aims),
        aim,
        aim_name: known.name,
        elsewhere: known.elsewhere,
        wish,
        accounts: accounts.iter().map(account).collect(),
        wrong,
    };
    let mut answer = seated.page(&page)?;
    if is_wrong {
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

pub async fn blank(seated: Seated, Row(aim): Row<AimId>) -> Answer {
    form_page(&seated, aim, TrialWish { plan: PLAN.to_owned(), starts_on: today(&seated).to_string(), ..TrialWish::default() }, None).await
}

fn today(seated: &Seated) -> jiff::civil::Date {
    seated.now.to_zoned(seated.zone().clone()).date()
}

#[derive(Deserialize)]
pub struct Filled {
    venue: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    plan: String,
}

pub async fn begin(Row(aim): Row<AimId>, Posted { seated, form }: Posted<Filled>) -> Answer {
    let wish = TrialWish { venue: form.venue, account: form.account, starts_on: form.starts, hours: form.hours, plan: form.plan };
    match trials::begin(seated.cx(), aim, &wish).await {
        Ok(_) => seated.done(&format!("/aims/{aim}#dec"), Flash::plain("It begins. On its last day you decide.")),
        Err(VerbError::Wrong { field, why }) => form_page(&seated, aim, wish, Some((field, why))).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Noted {
    day: String,
    #[serde(default)]
    there: Option<String>,
    #[serde(default)]
    minutes: String,
}

pub async fn note_day(Row(id): Row<TrialId>, Posted { seated, form }: Posted<Noted>) -> Answer {
    let aim = trials::note_day(seated.cx(), id, &form.day, form.there.is_some(), &form.minutes).await?;
    seated.done(&format!("/aims/{aim}#dec"), Flash::plain("Noted."))
}

#[derive(Deserialize)]
pub struct Verdict {
    verdict: String,
    #[serde(default)]
    reason: String,
}

pub async fn decide(Row(id): Row<TrialId>, Posted { seated, form }: Posted<Verdict>) -> Answer {
    let aim = trials::decide(seated.cx(), id, &form.verdict, &form.reason).await?;
    let words = match form.verdict.as_str() {
        "stay" => "You stay. Your reason is kept.",
        "leave" => "You leave. The hours are yours again.",
        _ => "Three more weeks. You will be asked again.",
    };
    seated.done(&format!("/aims/{aim}#tri"), Flash::plain(words))
}

#[derive(Deserialize)]
pub struct Nothing {}

pub async fn throw(Row(id): Row<TrialId>, Posted { seated, .. }: Posted<Nothing>) -> Answer {
    let aim = trials::throw(seated.cx(), id).await?;
    seated.done(&format!("/aims/{aim}"), Flash::plain("The trial is thrown away."))
}

fn account(a: &verbs::desk::accounts::AccountRow) -> (String, String) {
    (a.account.id.to_string(), format!("@{} on {}", a.account.handle.trim_start_matches('@'), a.network_name))
}
