//! Who can introduce us: the ways to somebody as drawn on their page, asking the one in the middle, and whom a search by organisation or
//! role means.

use askama::Template;
use jiff::tz::TimeZone;
use model::{PersonId, TieWord, Timestamp};
use serde::Deserialize;
use verbs::VerbError;
use verbs::relate::introduce::sought::{Candidate, Knows};
use verbs::relate::introduce::{Evidence, Introduction, LastWords, OFTEN, Step, Stop, Way, ask as verb_ask, sought};

use crate::flash::Flash;
use crate::forms::{Asked, Posted, Row};
use crate::parts::{Empty, Face, TieMark};
use crate::session::Seated;
use crate::shell::{Answer, Place, Shell};
use crate::words;

/// Everything about being introduced to one person, as their page shows it.
pub struct IntroductionPart {
    pub ways: Vec<WayPart>,
    /// "You asked Tom yesterday."
    pub asked: Vec<(String, Option<String>)>,
    /// Said where there is no way.
    pub none: String,
}

pub struct WayPart {
    /// The one to write to.
    pub via: PersonId,
    pub via_name: String,
    pub via_first: String,
    pub steps: Vec<StepPart>,
    /// Another way is folded.
    pub is_first: bool,
}

pub struct StepPart {
    pub href: String,
    pub face: Face,
    pub name: String,
    pub about: String,
    /// `s1` to `s3`, as strands.
    pub strands: &'static str,
    pub words: String,
    pub last: Option<LastPart>,
}

pub struct LastPart {
    pub words: String,
    pub lang: Option<String>,
    pub when: String,
    pub href: Option<String>,
}

pub fn part(found: &Introduction, now: Timestamp, zone: &TimeZone) -> IntroductionPart {
    let first = words::first_name(&found.target.name);
    IntroductionPart {
        ways: found.ways.iter().enumerate().filter_map(|(i, way)| way_part(way, i == 0, now, zone)).collect(),
        asked: found
            .asked
            .iter()
            .map(|(asked, via)| {
                let said = format!("You asked {} {}.", via.name, words::long_ago(now, asked.asked_at, zone));
                (said, asked.draft.map(|draft| format!("/write/{draft}")))
            })
            .collect(),
        none: format!(
            "Nobody you know leads to {first} in four steps, in what this desk has read. It learns from threads: who answers whom."
        ),
    }
}

pub fn way_part(way: &Way, is_first: bool, now: Timestamp, zone: &TimeZone) -> Option<WayPart> {
    let via = way.via()?;
    let mut nearer = "you";
    let mut steps = Vec::new();
    for step in &way.steps {
        steps.push(step_part(step, nearer, now, zone));
        nearer = words::first_name(&step.to.name);
    }
    Some(WayPart { via: via.id, via_name: via.name.clone(), via_first: words::first_name(&via.name).to_owned(), steps, is_first })
}

fn face(stop: &Stop) -> Face {
    stop.face.map_or_else(|| Face::drawn(&stop.name, 36), |profile| Face::of(profile, &stop.name, true, 36))
}

fn step_part(step: &Step, nearer: &str, now: Timestamp, zone: &TimeZone) -> StepPart {
    let first = words::first_name(&step.to.name);
    StepPart {
        href: format!("/people/{}", step.to.id),
        face: face(&step.to),
        name: step.to.name.clone(),
        about: step.to.about.chars().take(60).collect(),
        strands: strands(step),
        words: evidence(&step.evidence, nearer, first),
        last: step.last.as_ref().map(|last| last_part(last, (nearer, first), now, zone)),
    }
}

fn strands(step: &Step) -> &'static str {
    match &step.evidence {
        Evidence::Ours { tie: Some(TieWord::Close), .. } => "s3",
        Evidence::Ours { tie: Some(TieWord::Warm), .. } => "s2",
        Evidence::Theirs { .. } if step.weight >= 4.0 * OFTEN => "s3",
        Evidence::Theirs { .. } if step.weight >= OFTEN => "s2",
        _ => "s1",
    }
}

fn evidence(evidence: &Evidence, nearer: &str, first: &str) -> String {
    match evidence {
        Evidence::Ours { tie, from_me, from_them } => {
            let word = tie.map_or("long silent", TieWord::word);
            format!("{word}; {}", words::count(i64::from(*from_me) + i64::from(*from_them), "word"))
        }
        Evidence::Theirs { said: 0, heard: 0, do_follow: true } => "follow each other".to_owned(),
        Evidence::Theirs { said, heard, do_follow } => {
            let follow = if *do_follow { "; follow each other" } else { "" };
            format!("{nearer} answered {first} {}, {first} answered {nearer} {}{follow}", times(*said), times(*heard))
        }
    }
}

fn times(n: u32) -> String {
    match n {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{} times", words::number(n.into())),
    }
}

fn last_part(last: &LastWords, (nearer, first): (&str, &str), now: Timestamp, zone: &TimeZone) -> LastPart {
    let by = if last.is_by_nearer { nearer } else { first };
    LastPart {
        words: last.words.clone(),
        lang: last.language.clone(),
        when: format!("{by}, {}", words::long_ago(now, last.at, zone)),
        href: last.conversation.map(|id| format!("/talks/{id}")),
    }
}

#[derive(Deserialize)]
pub struct Wish {
    via: i64,
}

/// Begins the draft to the one in the middle, and records the ask.
pub async fn ask(Row(id): Row<PersonId>, Posted { seated, form }: Posted<Wish>) -> Answer {
    match verb_ask(seated.cx(), id, PersonId(form.via)).await {
        Ok(draft) => seated
            .done(&format!("/write/{draft}"), Flash::plain("The ask is noted. The words are yours; nothing is sent until you send it.")),
        Err(VerbError::Wrong { why, .. }) => seated.done(&format!("/people/{id}"), Flash::bad(why)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Question {
    q: String,
}

#[derive(Template)]
#[template(path = "pages/relate/introduce.html")]
struct Page {
    shell: Shell,
    q: String,
    wrong: Option<String>,
    candidates: Vec<CandidatePart>,
    known: Vec<KnowsPart>,
    empty: Option<Empty>,
}

struct CandidatePart {
    href: String,
    face: Face,
    name: String,
    about: String,
    /// We know them ourselves.
    tie: Option<TieMark>,
    /// "Through Tom Ashby and Greta Holm", and how it holds.
    way: String,
}

struct KnowsPart {
    href: String,
    face: Face,
    name: String,
    about: String,
    tie: Option<TieMark>,
    why: String,
    last: Option<(String, String)>,
}

/// Whom a search means, with the best way to each; and who of those we know may know.
pub async fn search(seated: Seated, Asked(question): Asked<Question>) -> Answer {
    let (now, zone) = (seated.now, seated.zone());
    let (mut candidates, mut known, mut wrong) = (Vec::new(), Vec::new(), None);
    if !question.q.trim().is_empty() {
        match sought(seated.cx(), &question.q).await {
            Ok(found) => {
                candidates = found.candidates.iter().map(candidate).collect();
                known = found.known.iter().map(|k| knows(k, now, zone)).collect();
            }
            Err(VerbError::Wrong { why, .. }) => wrong = Some(why),
            Err(error) => return Err(error.into()),
        }
    }
    let is_nothing = candidates.is_empty() && known.is_empty() && wrong.is_none() && !question.q.trim().is_empty();
    let is_wrong = wrong.is_some();
    let mut answer = seated.page(&Page {
        shell: seated.shell(Place::People),
        empty: is_nothing
            .then(|| Empty::done("Nobody fits that", "Look for a name, an organisation, a role, or a subject they write about.")),
        q: question.q,
        wrong,
        candidates,
        known,
    })?;
    if is_wrong {
        *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(answer)
}

fn candidate(c: &Candidate) -> CandidatePart {
    let way = match (&c.way, c.tie) {
        (Some(way), _) => {
            let through: Vec<&str> = way.steps.iter().rev().skip(1).rev().map(|step| step.to.name.as_str()).collect();
            format!("Through {}.", words::list(&through))
        }
        (None, Some(_)) => "You know them yourself.".to_owned(),
        (None, None) => "Nobody you know leads there, in what this desk has read.".to_owned(),
    };
    CandidatePart {
        href: format!("/people/{}", c.stop.id),
        face: face(&c.stop),
        name: c.stop.name.clone(),
        about: c.stop.about.clone(),
        tie: c.tie.map(TieMark),
        way,
    }
}

fn knows(k: &Knows, now: Timestamp, zone: &TimeZone) -> KnowsPart {
    let posts = words::count(k.posts.into(), "post");
    KnowsPart {
        href: format!("/people/{}", k.stop.id),
        face: face(&k.stop),
        name: k.stop.name.clone(),
        about: k.stop.about.clone(),
        tie: k.tie.map(TieMark),
        why: if k.is_by_profile { format!("{posts} about it, and says so of themselves") } else { format!("{posts} about it") },
        last: k.last.as_ref().map(|(at, words)| (words.clone(), words::long_ago(now, *at, zone))),
    }
}
