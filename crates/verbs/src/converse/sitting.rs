//! A sitting: twenty minutes' worth of talk, or as long as one likes, in order, one at a time, and then an end. Who touches an aim comes first, then
//! who waits longest, what is worth joining, and one person it has been a while with. Its time is kept, by step, for the hours of aims and trials.

use jiff::SignedDuration;
use model::{AimId, ConversationId, PersonId, ProfileId, SittingId, Timestamp, Turn};
use store::StoreError;
use store::conversations::{KeptConversation, Order};
use store::sittings::{KeptSitting, STEPS_MAX, SittingStep};
use store::{Kept, Tx};

use super::inbox::{Row, row};
use super::refresh::{LATER, WAITING};
use super::today::drifting;
use crate::listen::sightings::{Filter, Sighting, sightings};
use crate::{Cx, Done, VerbError};

pub const MINUTES_USUAL: u32 = 20;
pub const MINUTES_MIN: u32 = 5;
pub const MINUTES_MAX: u32 = 120;
/// Longer than this without a sign of life, and nobody is sitting there: it is not counted.
const AWAY: SignedDuration = SignedDuration::from_mins(10);
/// A sitting that nobody came back to is over after so long.
const LEFT: SignedDuration = SignedDuration::from_hours(3);
/// What steps take, in minutes, by experience of writing a few sentences.
const TALK_MINUTES: u32 = 3;
const JOIN_MINUTES: u32 = 4;
const GREET_MINUTES: u32 = 2;
/// Conversations worth joining that are looked through for those of a sitting.
const WEIGHED_MAX: usize = 100;
/// Conversations joined in one sitting.
const JOIN_MAX: usize = 3;

pub const TALK: &str = "talk";
pub const JOIN: &str = "join";
pub const GREET: &str = "greet";
const ANSWERED: &str = "answered";
const PUT_OFF: &str = "later";
const FINISHED: &str = "done";
const JOINED: &str = "joined";
const PASSED: &str = "passed";
const SKIPPED: &str = "skipped";

/// What one sits before.
#[derive(Clone, Debug)]
pub enum Before {
    /// Somebody who waits.
    Talk(Box<Row>),
    /// A conversation worth joining.
    Join(Box<Sighting>),
    /// Somebody it has been a while with.
    Greet(Greet),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greet {
    pub person: PersonId,
    pub name: String,
    pub about: String,
    pub face: Option<ProfileId>,
    pub last_at: Option<Timestamp>,
    /// What the two of you talked about last.
    pub talk: Option<(ConversationId, String)>,
}

/// How a sitting stands.
#[derive(Clone, Debug)]
pub enum Sitting {
    /// None is going on. What one would hold, and how the last one went.
    Not {
        waiting: u32,
        minutes: u32,
        last: Option<Account>,
    },
    Open(Box<Open>),
}

#[derive(Clone, Debug)]
pub struct Open {
    pub id: SittingId,
    /// From 1.
    pub place: usize,
    pub of: usize,
    /// Why this one, in a sentence.
    pub why: String,
    pub step: u32,
    pub before: Before,
    pub minutes_left: u32,
    /// The time is over; this one is the last.
    pub is_over_time: bool,
    /// Names of those to come.
    pub to_come: Vec<String>,
}

/// What became of a sitting, in two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub did: String,
    pub took: String,
    pub ended_at: Timestamp,
}

/// Begins one. Where one is going on already, it goes on.
pub async fn begin(cx: Cx<'_>, minutes: u32) -> Done<SittingId> {
    if !(MINUTES_MIN..=MINUTES_MAX).contains(&minutes) {
        return Err(VerbError::wrong("minutes", format!("A sitting takes {MINUTES_MIN} to {MINUTES_MAX} minutes.")));
    }
    let worth = sightings(cx, Filter::default(), JOIN_MAX).await?;
    let (now, voice) = (cx.now, cx.seat.voice);
    cx.app
        .store
        .write(cx.seat, move |tx| {
            if let Some(open) = tx.sittings().last(voice)?.filter(|s| is_open(s, now)) {
                return Ok(open.id);
            }
            let sitting = KeptSitting { id: tx.fresh(now), voice, minutes, begun_at: now, seen_at: now, ended_at: None };
            let steps = chosen(tx, minutes, &worth, now)?;
            if steps.is_empty() {
                return Err(VerbError::wrong("minutes", "Nobody waits, and nothing is worth joining. There is nothing to sit down for."));
            }
            tx.sittings().put(&sitting)?;
            for step in &steps {
                tx.sittings().put_step(sitting.id, step)?;
            }
            Ok(sitting.id)
        })
        .await
}

fn is_open(s: &KeptSitting, now: Timestamp) -> bool {
    s.ended_at.is_none() && now.duration_since(s.seen_at) < LEFT
}

/// The steps of a sitting of so many minutes, in order.
fn chosen(tx: &Tx<'_>, minutes: u32, worth: &[Sighting], now: Timestamp) -> Kept<Vec<SittingStep>> {
    let greet = drifting(tx, now)?.into_iter().next();
    let touching: Vec<KeptConversation> =
        tx.conversations().page(WAITING, Order::Matters, "", None, STEPS_MAX)?.into_iter().filter(|c| c.face.touches.is_some()).collect();
    let longest = tx.conversations().page(WAITING, Order::Longest, "", None, STEPS_MAX)?;
    let mut talks: Vec<&KeptConversation> = touching.iter().collect();
    talks.extend(longest.iter().filter(|c| c.face.touches.is_none()));
    let plan = shares(minutes, talks.len(), worth.len(), greet.is_some());
    let mut steps: Vec<SittingStep> = Vec::new();
    for talk in talks.into_iter().take(plan.talks) {
        let aim = match talk.face.touches {
            Some(aim) => tx.aims().find(aim)?.map(|a| format!(" It touches “{}”.", a.name)),
            None => None,
        };
        let why = format!("{}{}", talk.face.because, aim.unwrap_or_default());
        let step = step(&steps, TALK, talk.id.0, &talk.face.who, &why, talk.face.touches);
        steps.push(SittingStep { account: talk.face.account, network: talk.face.network.to_string(), ..step });
    }
    for one in worth.iter().take(plan.joins) {
        let why = one.worth.shorts().filter(|(_, is_minus)| !is_minus).map(|(words, _)| words.to_owned()).next();
        let step =
            step(&steps, JOIN, one.id.0, &one.who, &format!("Worth joining: {}.", why.unwrap_or_else(|| one.topic_name.clone())), None);
        steps.push(SittingStep { network: one.network.to_string(), ..step });
    }
    if let Some(person) = greet.filter(|_| plan.greets) {
        let why = format!("It has been a while with {}.", person.name);
        steps.push(step(&steps, GREET, person.person.0, &person.name, &why, None));
    }
    Ok(steps)
}

fn step(before: &[SittingStep], kind: &str, target: i64, who: &str, why: &str, aim: Option<AimId>) -> SittingStep {
    SittingStep {
        place: u32::try_from(before.len()).unwrap_or(u32::MAX),
        kind: kind.to_owned(),
        target,
        who: who.to_owned(),
        why: why.trim().to_owned(),
        aim,
        account: None,
        network: String::new(),
        begun_at: None,
        seconds: 0,
        outcome: None,
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Shares {
    talks: usize,
    joins: usize,
    greets: bool,
}

/// How the minutes are shared: one to join and one to greet have their place before the last of those who wait; what is left over goes
/// to those who wait, then to joining.
fn shares(minutes: u32, waiting: usize, worth: usize, has_greet: bool) -> Shares {
    let mut left = minutes;
    let mut take = |cost: u32| {
        let fits = left >= cost;
        left -= if fits { cost } else { 0 };
        fits
    };
    // Whoever waits first comes before anything else, whatever the time.
    let mut talks = usize::from(waiting > 0 && take(TALK_MINUTES));
    let greets = has_greet && take(GREET_MINUTES);
    let mut joins = usize::from(worth > 0 && take(JOIN_MINUTES));
    while talks < waiting.min(STEPS_MAX as usize - JOIN_MAX - 1) && take(TALK_MINUTES) {
        talks += 1;
    }
    while joins < worth.min(JOIN_MAX) && take(JOIN_MINUTES) {
        joins += 1;
    }
    Shares { talks, joins, greets }
}

/// The sitting of this voice as it stands, its time counted on. What was answered, put off or joined meanwhile is behind it.
pub async fn sitting(cx: Cx<'_>) -> Done<Sitting> {
    let worth = sightings(cx, Filter { with_low: true, ..Filter::default() }, WEIGHED_MAX).await?;
    let (now, voice) = (cx.now, cx.seat.voice);
    let stands = cx.app.store.write::<_, StoreError>(cx.seat, move |tx| stands(tx, voice, &worth, now)).await?;
    Ok(match stands {
        Stands::Not { waiting, minutes, last } => Sitting::Not { waiting, minutes, last },
        Stands::Open(open, Some(kept)) => Sitting::Open(Box::new(Open { before: Before::Talk(Box::new(row(cx.app, *kept))), ..*open })),
        Stands::Open(open, None) => Sitting::Open(open),
    })
}

enum Stands {
    Not { waiting: u32, minutes: u32, last: Option<Account> },
    Open(Box<Open>, Option<Box<KeptConversation>>),
}

fn stands(tx: &Tx<'_>, voice: Option<model::VoiceId>, worth: &[Sighting], now: Timestamp) -> Kept<Stands> {
    let last = tx.sittings().last(voice)?;
    let not = |last: Option<KeptSitting>| -> Kept<Stands> {
        let minutes = last.as_ref().map_or(MINUTES_USUAL, |s| s.minutes);
        let last = last.map(|s| account(tx, &s)).transpose()?;
        Ok(Stands::Not { waiting: tx.waiting()?, minutes, last })
    };
    let Some(mut sitting) = last else { return not(None) };
    if !is_open(&sitting, now) {
        if sitting.ended_at.is_none() {
            sitting.ended_at = Some(sitting.seen_at);
            tx.sittings().put(&sitting)?;
        }
        return not(Some(sitting));
    }
    let mut steps = tx.sittings().steps(sitting.id)?;
    count_on(tx, &mut sitting, &mut steps, now)?;
    let elapsed = now.duration_since(sitting.begun_at);
    let whole = SignedDuration::from_mins(i64::from(sitting.minutes));
    while let Some(at) = steps.iter().position(|s| s.outcome.is_none()) {
        let is_fresh = steps[at].begun_at.is_none();
        if is_fresh && elapsed >= whole {
            break;
        }
        let begun = steps[at].begun_at.unwrap_or(now);
        if let Some(outcome) = came_of(tx, &steps[at], begun, worth)? {
            steps[at].outcome = Some(outcome.to_owned());
            tx.sittings().put_step(sitting.id, &steps[at])?;
            continue;
        }
        if is_fresh {
            steps[at].begun_at = Some(now);
            tx.sittings().put_step(sitting.id, &steps[at])?;
        }
        let left = whole - elapsed;
        let (before, kept) = before(tx, &steps[at], worth)?;
        let open = Open {
            id: sitting.id,
            place: at + 1,
            of: steps.len(),
            why: steps[at].why.clone(),
            step: steps[at].place,
            before,
            minutes_left: u32::try_from((left.as_secs() + 59) / 60).unwrap_or(0),
            is_over_time: left.is_zero() || left.is_negative(),
            to_come: steps[at + 1..].iter().filter(|s| s.outcome.is_none()).map(|s| s.who.clone()).collect(),
        };
        return Ok(Stands::Open(Box::new(open), kept.map(Box::new)));
    }
    sitting.ended_at = Some(now);
    tx.sittings().put(&sitting)?;
    not(Some(sitting))
}

/// Adds the time since the last sign of life to the step that was open, unless it was too long for somebody who sits there.
fn count_on(tx: &Tx<'_>, sitting: &mut KeptSitting, steps: &mut [SittingStep], now: Timestamp) -> Kept<()> {
    let since = now.duration_since(sitting.seen_at);
    if since <= AWAY
        && let Some(open) = steps.iter_mut().find(|s| s.outcome.is_none() && s.begun_at.is_some())
    {
        open.seconds = open.seconds.saturating_add(u32::try_from(since.as_secs()).unwrap_or(0));
        tx.sittings().put_step(sitting.id, open)?;
    }
    sitting.seen_at = sitting.seen_at.max(now);
    tx.sittings().put(sitting)
}

/// What came of a step since it was begun, if anything did.
fn came_of(tx: &Tx<'_>, step: &SittingStep, begun: Timestamp, worth: &[Sighting]) -> Kept<Option<&'static str>> {
    match step.kind.as_str() {
        TALK => {
            let id = tx.conversations().resolve(ConversationId(step.target))?;
            let Some(kept) = tx.conversations().find(id)? else { return Ok(Some(SKIPPED)) };
            Ok(match kept.face.inbox.as_str() {
                WAITING => None,
                LATER => Some(PUT_OFF),
                _ if kept.marks.answering.is_some() || kept.face.is_mine || kept.face.turn == Turn::Theirs => Some(ANSWERED),
                _ => Some(FINISHED),
            })
        }
        JOIN => {
            let kept = tx.sightings().find(model::SightingId(step.target))?;
            Ok(match kept.as_ref().map(|s| s.state.as_str()) {
                None => Some(SKIPPED),
                Some("joined") => Some(JOINED),
                Some("no") => Some(PASSED),
                Some("later") => Some(PUT_OFF),
                Some(_) if worth.iter().any(|s| s.id.0 == step.target) => None,
                Some(_) => Some(SKIPPED),
            })
        }
        _ => {
            let Some(person) = tx.persons().find(PersonId(step.target))? else { return Ok(Some(SKIPPED)) };
            Ok(person.talk.last_at.is_some_and(|at| at > begun).then_some(ANSWERED))
        }
    }
}

fn before(tx: &Tx<'_>, step: &SittingStep, worth: &[Sighting]) -> Kept<(Before, Option<KeptConversation>)> {
    let nobody = |name: &str| {
        Before::Greet(Greet {
            person: PersonId(step.target),
            name: name.to_owned(),
            about: String::new(),
            face: None,
            last_at: None,
            talk: None,
        })
    };
    match step.kind.as_str() {
        TALK => {
            let id = tx.conversations().resolve(ConversationId(step.target))?;
            Ok((nobody(&step.who), Some(tx.conversations().get(id)?)))
        }
        JOIN => {
            let found = worth.iter().find(|s| s.id.0 == step.target).cloned();
            Ok((found.map_or_else(|| nobody(&step.who), |s| Before::Join(Box::new(s))), None))
        }
        _ => {
            let person = PersonId(step.target);
            let Some(kept) = tx.persons().find(person)? else { return Ok((nobody(&step.who), None)) };
            let face = tx.profiles().of_person(person)?.into_iter().find(|p| p.profile.avatar_url.is_some()).map(|p| p.id);
            let talk = tx.conversations().with_person(person, 1)?.into_iter().next().map(|c| (c.id, c.face.words));
            Ok((Before::Greet(Greet { person, name: kept.name, about: kept.about, face, last_at: kept.talk.last_at, talk }), None))
        }
    }
}

/// Whether this voice sits there just now; where so, an answer leads back to the sitting.
pub async fn is_going_on(cx: Cx<'_>) -> Done<bool> {
    let (now, voice) = (cx.now, cx.seat.voice);
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| is_sitting(tx, voice, now)).await?)
}
pub(super) fn is_sitting(tx: &Tx<'_>, voice: Option<model::VoiceId>, now: Timestamp) -> Kept<bool> {
    Ok(tx.sittings().last(voice)?.is_some_and(|s| s.ended_at.is_none() && now.duration_since(s.seen_at) <= AWAY))
}

/// Leaves a step for another day; the next one comes.
pub async fn skip(cx: Cx<'_>, id: SittingId, place: u32) -> Done<()> {
    let now = cx.now;
    let voice = cx.seat.voice;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let mut sitting = own(tx, id, voice)?;
            let mut steps = tx.sittings().steps(id)?;
            count_on(tx, &mut sitting, &mut steps, now)?;
            // Pressed twice, it leaves one and not two.
            if let Some(open) = steps.iter_mut().find(|s| s.place == place && s.outcome.is_none()) {
                open.outcome = Some(SKIPPED.to_owned());
                tx.sittings().put_step(id, open)?;
            }
            Ok(())
        })
        .await
}

/// Ends it now; what is left keeps until another day.
pub async fn end(cx: Cx<'_>, id: SittingId) -> Done<()> {
    let now = cx.now;
    let voice = cx.seat.voice;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let mut sitting = own(tx, id, voice)?;
            let mut steps = tx.sittings().steps(id)?;
            count_on(tx, &mut sitting, &mut steps, now)?;
            sitting.ended_at = sitting.ended_at.or(Some(now));
            Ok(tx.sittings().put(&sitting)?)
        })
        .await
}

fn own(tx: &Tx<'_>, id: SittingId, voice: Option<model::VoiceId>) -> Done<KeptSitting> {
    tx.sittings().find(id)?.filter(|s| s.voice == voice).ok_or(VerbError::Missing("sitting"))
}

/// The two lines.
fn account(tx: &Tx<'_>, sitting: &KeptSitting) -> Kept<Account> {
    let steps = tx.sittings().steps(sitting.id)?;
    let names = |outcome: &str| -> Vec<String> {
        steps.iter().filter(|s| s.outcome.as_deref() == Some(outcome)).map(|s| super::first_name(&s.who).to_owned()).collect()
    };
    let count = |outcome: &str| names(outcome).len();
    let mut did: Vec<String> = Vec::new();
    if count(ANSWERED) > 0 {
        did.push(format!("answered {}", listed(&names(ANSWERED))));
    }
    if count(JOINED) > 0 {
        did.push(format!("joined {}", many(count(JOINED), "conversation")));
    }
    if count(FINISHED) > 0 {
        did.push(format!("finished with {}", listed(&names(FINISHED))));
    }
    if count(PUT_OFF) > 0 {
        did.push(format!("put off {}", listed(&names(PUT_OFF))));
    }
    let left = steps.iter().filter(|s| matches!(s.outcome.as_deref(), None | Some(SKIPPED))).count();
    let rest = match left {
        0 => String::new(),
        1 => " One other keeps until another day.".to_owned(),
        n => format!(" {n} others keep until another day."),
    };
    let did = if did.is_empty() { format!("You looked round.{rest}") } else { format!("You {}.{rest}", listed(&did)) };
    let all: u32 = steps.iter().map(|s| s.seconds).sum();
    let mut by_aim: Vec<(AimId, u32)> = Vec::new();
    for (aim, seconds) in steps.iter().filter_map(|s| Some((s.aim?, s.seconds))) {
        match by_aim.iter_mut().find(|(known, _)| *known == aim) {
            Some((_, sum)) => *sum += seconds,
            None => by_aim.push((aim, seconds)),
        }
    }
    let mut spent = Vec::new();
    for (aim, seconds) in by_aim.into_iter().filter(|(_, seconds)| *seconds > 0) {
        if let Some(aim) = tx.aims().find(aim)? {
            spent.push(format!("{} for “{}”", minutes(seconds), aim.name));
        }
    }
    let spent = if spent.is_empty() { String::new() } else { format!(", {}", listed(&spent)) };
    let ended_at = sitting.ended_at.unwrap_or(sitting.seen_at);
    Ok(Account {
        did,
        took: format!("It took {} of the {} that you set aside{spent}.", minutes(all), minutes(sitting.minutes * 60)),
        ended_at,
    })
}

fn minutes(seconds: u32) -> String {
    match (seconds + 30) / 60 {
        0 => "less than a minute".to_owned(),
        1 => "one minute".to_owned(),
        n => format!("{n} minutes"),
    }
}
fn many(n: usize, what: &str) -> String {
    if n == 1 { format!("one {what}") } else { format!("{n} {what}s") }
}
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minutes_are_shared() {
        for ((minutes, waiting, worth, has_greet), (talks, joins, greets)) in [
            ((20, 9, 3, true), (4, 1, true)),
            ((20, 1, 3, true), (1, 3, true)),
            ((20, 0, 0, true), (0, 0, true)),
            ((5, 9, 3, true), (1, 0, true)),
            ((60, 99, 0, false), (20, 0, false)),
            ((120, 99, 9, false), (36, 3, false)),
        ] {
            assert_eq!(
                shares(minutes, waiting, worth, has_greet),
                Shares { talks, joins, greets },
                "{minutes} {waiting} {worth} {has_greet}"
            );
        }
    }

    #[test]
    fn lists_read_as_people_say_them() {
        assert_eq!(listed(&["Ben".into(), "Tom".into(), "Ana".into()]), "Ben, Tom and Ana");
        assert_eq!((minutes(20), minutes(61), minutes(1200)), ("less than a minute".into(), "one minute".into(), "20 minutes".into()));
        assert_eq!((many(1, "other"), many(3, "other")), ("one other".into(), "3 others".into()));
    }
}
