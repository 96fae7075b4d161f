//! Whether a conversation is worth joining: points from five sources, points taken off, and every one of them in words.
//! Pure. Reach is not among the facts, on purpose: how many follow somebody says nothing about whether we could be of use.

use model::Timestamp;
use serde::{Deserialize, Serialize};

pub const TOPIC_MAX: i32 = 30;
pub const QUESTION_MAX: i32 = 25;
pub const PEOPLE_MAX: i32 = 20;
pub const STANDING_MAX: i32 = 15;
pub const FRESH_MAX: i32 = 10;

/// Freshness halves in this time.
const FRESH_HALF_LIFE_HOURS: f64 = 12.0;
/// So many answers are welcome; each one more makes ours less needed.
const ANSWERS_WELCOME: u32 = 3;
const MANY_ANSWERS_MAX: i32 = 20;
/// So many answers within a day are a crowd.
const PILE_ON_ANSWERS: u32 = 15;
const PILE_ON: i32 = 15;
const SELLING: i32 = 40;
const CANNED: i32 = 30;
const NOT_A_PERSON: i32 = 15;
const IN_IT_ALREADY: i32 = 40;
/// They turned down this author before: about this topic, or about another.
const NO_HERE: i32 = 30;
const NO_ELSEWHERE: i32 = 10;
const NOES_MAX: i32 = 60;

/// What is known of a conversation when it is weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub topic: String,
    /// Different things of the topic that it holds.
    pub found: u32,
    /// How often it names them.
    pub times: u32,
    /// A tag or the headline says so.
    pub is_about_it: bool,
    /// The aim that the topic serves.
    pub aim: Option<String>,
    pub is_question: bool,
    /// As the network counts them, or as many as we have.
    pub answers: u32,
    /// Pairs of people in it who answered each other both ways.
    pub pairs: u32,
    /// Different people in it, ourselves left out.
    pub voices: u32,
    /// Who in it we have talked with, closest first.
    pub known: Vec<Known>,
    /// Where it stands, as a person would call it.
    pub venue: String,
    /// What we did there lately.
    pub gave: u32,
    pub asked: u32,
    pub talked: u32,
    pub is_selling: bool,
    pub is_canned: bool,
    /// What speaks is a brand or a machine, if it is not a person.
    pub not_a_person: Option<&'static str>,
    pub noes_here: u32,
    pub noes_elsewhere: u32,
    pub are_we_in: bool,
    pub said_at: Timestamp,
    /// When somebody last spoke in it.
    pub last_at: Timestamp,
}

/// Somebody in it whom we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    pub is_close: bool,
    pub is_warm: bool,
}

/// Where points come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    Topic,
    Question,
    People,
    Standing,
    Fresh,
    Off,
}

/// One line of the weighing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub source: Source,
    /// As the table says it: "An open question with no answer yet".
    pub words: String,
    /// As the row says it, where it is worth saying: "a question, and nobody has answered".
    pub short: Option<String>,
    /// Below 0 where it speaks against.
    pub points: i32,
    pub is_minus: bool,
}

/// What a conversation is worth, with why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    /// 0 to 100.
    pub score: u32,
    pub reasons: Vec<Reason>,
}

impl Worth {
    fn of(reasons: Vec<Reason>) -> Worth {
        let sum: i32 = reasons.iter().map(|r| r.points).sum();
        Worth { score: u32::try_from(sum.clamp(0, 100)).unwrap_or(0), reasons }
    }
    /// The same facts later: only freshness has changed.
    pub fn again(mut self, last_at: Timestamp, now: Timestamp) -> Worth {
        if let Some(line) = self.reasons.iter_mut().find(|r| r.source == Source::Fresh) {
            *line = fresh(last_at, now);
        }
        Worth::of(self.reasons)
    }
    /// The two to four reasons of a row, weightiest first, what speaks against it last.
    pub fn shorts(&self) -> impl Iterator<Item = (&str, bool)> {
        self.reasons.iter().filter_map(|r| Some((r.short.as_deref()?, r.is_minus)))
    }
}

/// Weighs a conversation.
pub fn worth_joining(facts: &Facts, now: Timestamp) -> Worth {
    let mut reasons = vec![topic(facts), question(facts), people(facts), standing(facts), fresh(facts.last_at, now)];
    let is_plus = |r: &Reason| r.source == Source::Fresh;
    // Weightiest first, freshness last of what speaks for it.
    reasons.sort_by_key(|r| (is_plus(r), -r.points));
    reasons.extend(taken_off(facts));
    Worth::of(reasons)
}

fn plus(source: Source, points: i32, words: String, short: Option<String>) -> Reason {
    Reason { source, words, short, points, is_minus: false }
}

fn topic(f: &Facts) -> Reason {
    let more = (i32::try_from(f.found).unwrap_or(9) - 1).clamp(0, 3) * 2 + (i32::try_from(f.times).unwrap_or(9) - 1).clamp(0, 2);
    let points = (18 + more.min(6) + if f.is_about_it { 6 } else { 0 } + if f.aim.is_some() { 4 } else { 0 }).min(TOPIC_MAX);
    let words = match &f.aim {
        Some(aim) => format!("Close to your topic “{}”, which serves your aim “{aim}”", f.topic),
        None => format!("Close to your topic “{}”", f.topic),
    };
    let short = match &f.aim {
        Some(aim) => format!("touches your aim “{aim}”"),
        None => format!("about {}", f.topic),
    };
    plus(Source::Topic, points, words, Some(short))
}

fn question(f: &Facts) -> Reason {
    let answers = i32::try_from(f.answers).unwrap_or(i32::MAX);
    let asked = match (f.is_question, answers) {
        (true, 0) => Some((25, "An open question with no answer yet".to_owned(), Some("a question, and nobody has answered".to_owned()))),
        (true, 1..=3) => Some((
            25 - 5 * answers,
            format!("A question with {} so far", counted(f.answers, "answer")),
            Some(format!("a question with {} so far", counted(f.answers, "answer"))),
        )),
        (true, _) => Some((5, format!("A question with {}", counted(f.answers, "answer")), None)),
        (false, _) => None,
    };
    let talking = (f.pairs > 0).then(|| {
        let points = (10 + 2 * i32::try_from(f.pairs).unwrap_or(9)).min(16);
        let words = format!("{} are talking with each other", people_count(f.voices));
        let short = words.to_lowercase();
        (points, words, Some(short))
    });
    let (points, words, short) = match (asked, talking) {
        (Some(asked), Some(talking)) if talking.0 > asked.0 => talking,
        (Some(asked), _) => asked,
        (None, Some(talking)) => talking,
        (None, None) => (0, "No open question, and nobody talking with another yet".to_owned(), None),
    };
    plus(Source::Question, points.min(QUESTION_MAX), words, short)
}

fn people(f: &Facts) -> Reason {
    let points: i32 = f
        .known
        .iter()
        .map(|k| {
            if k.is_close {
                12
            } else if k.is_warm {
                9
            } else {
                5
            }
        })
        .sum();
    let names: Vec<&str> = f.known.iter().map(|k| k.name.as_str()).collect();
    let (words, short) = match names.as_slice() {
        [] => ("People you know in it: none".to_owned(), None),
        [one] => (format!("You know {one}"), Some(format!("you know {one}"))),
        [a, b] => (format!("You know {a} and {b}"), Some(format!("{a} and {b}, whom you know, are in it"))),
        [a, b, rest @ ..] => {
            let rest = u32::try_from(rest.len()).unwrap_or(u32::MAX);
            let others = format!("{} you know", counted(rest, "other"));
            (format!("You know {a}, {b} and {}", counted(rest, "other")), Some(format!("{a}, {b} and {others} are in it")))
        }
    };
    plus(Source::People, points.min(PEOPLE_MAX), words, short)
}

fn standing(f: &Facts) -> Reason {
    let small = |n: u32| i32::try_from(n.min(20)).unwrap_or(20);
    let points = (3 * small(f.gave) + 2 * small(f.talked) - 3 * small(f.asked)).clamp(0, STANDING_MAX);
    if f.gave + f.asked + f.talked == 0 {
        return plus(Source::Standing, 0, format!("Your standing on {}: you have not talked about this there", f.venue), None);
    }
    let mut did = Vec::new();
    if f.gave > 0 {
        did.push(format!("gave {}", times(f.gave)));
    }
    if f.asked > 0 {
        did.push(format!("asked {}", times(f.asked)));
    }
    if f.talked > 0 {
        did.push(format!("talked {}", times(f.talked)));
    }
    let did = did.join(", ");
    let short = (points > 0).then(|| format!("you have standing here: {did}"));
    plus(Source::Standing, points, format!("Your standing on {}: {did}", f.venue), short)
}

fn fresh(last_at: Timestamp, now: Timestamp) -> Reason {
    let minutes = ((now.as_second() - last_at.as_second()) / 60).max(0);
    let left = (-(minutes as f64) / 60.0 / FRESH_HALF_LIFE_HOURS).exp2();
    let points = (f64::from(FRESH_MAX) * left).floor() as i32;
    let age = match minutes {
        0..60 => counted_figure(minutes, "minute"),
        60..2880 => counted_figure(minutes / 60, "hour"),
        _ => counted_figure(minutes / 1440, "day"),
    };
    plus(Source::Fresh, points, format!("Fresh: {age}"), None)
}

fn taken_off(f: &Facts) -> Vec<Reason> {
    let mut off = Vec::new();
    let mut minus = |points: i32, words: String, short: String| {
        off.push(Reason { source: Source::Off, words, short: Some(short), points: -points, is_minus: true });
    };
    if f.answers > ANSWERS_WELCOME {
        let points = (2 * (i32::try_from(f.answers - ANSWERS_WELCOME).unwrap_or(99))).min(MANY_ANSWERS_MAX);
        let words = counted(f.answers, "answer");
        minus(points, format!("{} already", capital(&words)), format!("{words} already"));
    }
    if f.answers >= PILE_ON_ANSWERS && f.last_at.as_second() - f.said_at.as_second() < 86_400 {
        minus(PILE_ON, "Many are at it at once".into(), "many are at it at once".into());
    }
    if f.is_selling {
        minus(SELLING, "It sells something".into(), "it sells something".into());
    }
    if f.is_canned {
        minus(CANNED, "Canned: the same words over and over, or mostly tags".into(), "the words are canned".into());
    }
    if let Some(what) = f.not_a_person {
        minus(NOT_A_PERSON, format!("A {what} speaks, not a person"), format!("a {what} speaks, not a person"));
    }
    if f.are_we_in {
        minus(IN_IT_ALREADY, "You are in it already".into(), "you are in it already".into());
    }
    let noes =
        (NO_HERE * i32::try_from(f.noes_here).unwrap_or(2) + NO_ELSEWHERE * i32::try_from(f.noes_elsewhere).unwrap_or(2)).min(NOES_MAX);
    if noes > 0 {
        minus(noes, "You said no to this writer before".into(), "you said no to this writer before".into());
    }
    off
}

const SMALL: [&str; 13] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

fn in_words(n: u32) -> String {
    usize::try_from(n).ok().and_then(|n| SMALL.get(n)).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}
fn counted(n: u32, one: &str) -> String {
    format!("{} {one}{}", in_words(n), if n == 1 { "" } else { "s" })
}
fn counted_figure(n: i64, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}
fn people_count(n: u32) -> String {
    if n == 1 { "One person".into() } else { format!("{} people", capital(&in_words(n))) }
}
fn times(n: u32) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => in_words(n),
    }
}
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
