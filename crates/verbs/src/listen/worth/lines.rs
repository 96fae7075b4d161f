//! Each feature's points, and the words for them. The figures of the inside of a thread were chosen by thought and held against real threads
//! (`cargo x eval worth`, `docs/worth.md`); those of the opening are learnt (`opening_weights.rs`).

use super::facts::{Facts, Ours};
use super::feature::Feature;
use super::inside::Inside;
use super::wording::{capital, counted, in_words, people, span, times};

/// What a source can bring at the most, where the page names it.
pub const TOPIC_MAX: f64 = 30.0;
pub const AIM: f64 = 4.0;
pub const QUESTION: f64 = 18.0;
pub const PEOPLE_MAX: f64 = 20.0;
pub const STANDING_MAX: f64 = 15.0;
pub const FRESH_MAX: f64 = 10.0;
pub const PACE_MAX: f64 = 10.0;
pub const OPENING_MAX: f64 = 5.0;
pub const HAVE: f64 = 8.0;

/// A question with up to so many answers is open still.
const FEW: u32 = 3;
const FEW_ANSWERS: f64 = 12.0;
const MANY_ANSWERS: f64 = 3.0;
/// Answers of fewer words say little.
const POOR_WORDS: f64 = 6.0;
/// So many answers within a day, few of them heard, are a crowd.
const PILE_ON_ANSWERS: u32 = 15;
const PILE_ON_HEARD_MAX: f64 = 0.2;
const DAY: i64 = 86_400;
/// Each doubling of so many seconds of silence takes something from its freshness.
const FRESH_FOR: f64 = 300.0;

/// A line before it is rounded.
pub struct Line {
    pub feature: Feature,
    pub points: f64,
    /// As the table says it.
    pub words: String,
    /// As the row says it, where it is worth saying.
    pub short: Option<String>,
}

fn line(feature: Feature, points: f64, words: impl Into<String>, short: Option<String>) -> Option<Line> {
    (points != 0.0).then(|| Line { feature, points, words: words.into(), short })
}

/// Doublings: what the second reply adds is more than what the twentieth does.
fn log(n: f64) -> f64 {
    (1.0 + n.max(0.0)).log2()
}

/// What the posts themselves say for and against it, at `now` in seconds since 1970.
pub fn of_the_inside(facts: &Facts, now: i64) -> Vec<Line> {
    let i = &facts.inside;
    let all = [
        question(i),
        poor(i),
        open_inside(i),
        talk(i),
        voices(i),
        newcomers(i),
        line(
            Feature::Back,
            1.5 * log(i.back.into()),
            "Whoever began it answers those who answer",
            Some("whoever began it comes back".into()),
        ),
        line(
            Feature::Substance,
            2.0 * log(i.reply_words),
            format!("Its replies have {} words in the mean", i.reply_words.round()),
            (i.reply_words >= 15.0).then(|| "the replies say something".into()),
        ),
        opening(i),
        pace(i, now),
        fresh(i, now),
        line(Feature::Short, if i.opening.words < 5 { -4.0 } else { 0.0 }, "It says too little to be answered", None),
        line(Feature::Holes, if i.is_whole { 0.0 } else { -6.0 }, "How it began is not known", None),
        many(i),
        pile_on(i),
        line(
            Feature::Answered,
            if i.is_thanked { -8.0 } else { 0.0 },
            "It is answered: thanks were said",
            Some("thanks were said already".into()),
        ),
        line(Feature::Selling, if facts.is_selling { -40.0 } else { 0.0 }, "It sells something", Some("it sells something".into())),
        line(
            Feature::Canned,
            if facts.is_canned { -30.0 } else { 0.0 },
            "Canned: the same words over and over, or mostly tags",
            Some("the words are canned".into()),
        ),
    ];
    all.into_iter().flatten().collect()
}

fn question(i: &Inside) -> Option<Line> {
    if !i.is_question {
        return None;
    }
    let answers = counted(i.direct, "answer");
    match i.direct {
        0 => line(Feature::Question, QUESTION, "An open question with no answer yet", Some("a question, and nobody has answered".into())),
        1..=FEW => line(
            Feature::Question,
            FEW_ANSWERS,
            format!("A question with {answers} so far"),
            Some(format!("a question with {answers} so far")),
        ),
        _ => line(Feature::Question, MANY_ANSWERS, format!("A question with {answers}"), None),
    }
}

fn poor(i: &Inside) -> Option<Line> {
    let is_poor = i.is_question && (1..=FEW).contains(&i.direct) && i.reply_words > 0.0 && i.reply_words < POOR_WORDS;
    line(Feature::Poor, if is_poor { 4.0 } else { 0.0 }, "Its answers say little", Some("the answers say little".into()))
}

fn open_inside(i: &Inside) -> Option<Line> {
    let points = 3.0 * log(i.open_questions.into()) + if i.ends_asking { 3.0 } else { 0.0 };
    let words = match (i.open_questions, i.ends_asking) {
        (_, true) => "The last word in it is a question".to_owned(),
        (1, _) => "A question in it waits for an answer".to_owned(),
        (n, _) => format!("{} questions in it wait for an answer", capital(&in_words(n))),
    };
    let short = (i.open_questions > 0).then(|| words.to_lowercase());
    line(Feature::OpenInside, points, words, short)
}

fn talk(i: &Inside) -> Option<Line> {
    let points = 3.0 * log(i.pairs.into()) + 4.0 * log(i.answered.into()) + 4.0 * log(i.depth.into());
    let (words, short) = match (i.pairs, i.answered) {
        (0, 0) => (format!("Answers upon answers, {} deep", in_words(i.depth)), None),
        (0, n) => (format!("{} in it got an answer", capital(&people(n))), None),
        (n, _) => {
            let words = format!("{} answer each other, {} in all", counted(n, "pair"), people(i.voices));
            (capital(&words), Some(format!("{} are talking with each other", people(i.voices))))
        }
    };
    line(Feature::Talk, points, words, short)
}

fn voices(i: &Inside) -> Option<Line> {
    let points = log(i.others.into()) + 2.0 * log(i.direct.into());
    let words = format!("{} in it, {} to the first words", capital(&people(i.voices)), counted(i.direct, "answer"));
    line(Feature::Voices, points, words, None)
}

fn newcomers(i: &Inside) -> Option<Line> {
    if i.others == 0 || i.answered == 0 {
        return None;
    }
    let points = 3.0 * f64::from(i.answered) / f64::from(i.others);
    let words = format!("Of {} who joined in, {} got an answer", people(i.others), in_words(i.answered));
    line(Feature::Newcomers, points, words, (i.others >= 2).then(|| "newcomers are answered".into()))
}

fn opening(i: &Inside) -> Option<Line> {
    let points = (4.0 * i.opening.invites()).clamp(-OPENING_MAX, OPENING_MAX);
    let why = i.opening.why().unwrap_or("as openings go");
    let words = if points > 0.0 {
        format!("It opens as talk does that is answered: {why}")
    } else {
        format!("It opens as talk does that is seldom answered: {why}")
    };
    line(Feature::Opening, points, words, None)
}

fn pace(i: &Inside, now: i64) -> Option<Line> {
    let lively = i.lively_at(now);
    let points = (3.0 * log(lively)).min(PACE_MAX);
    let words = if lively >= 2.0 { "Replies come quickly" } else { "There was a reply lately" };
    line(Feature::Pace, points, words, (lively >= 3.0).then(|| "replies come quickly".into()))
}

fn fresh(i: &Inside, now: i64) -> Option<Line> {
    let seconds = (now - i.last_at).max(0);
    let points = (FRESH_MAX - 0.75 * log(seconds as f64 / FRESH_FOR)).max(0.0);
    Some(Line { feature: Feature::Fresh, points, words: format!("Fresh: {}", span(seconds)), short: None })
}

fn many(i: &Inside) -> Option<Line> {
    let points = -(log(i.posts.into()) - log(FEW.into())).max(0.0);
    let said = counted(i.posts, "reply").replace("replys", "replies");
    line(Feature::Many, points, format!("{} already", capital(&said)), (i.posts >= 8).then(|| format!("{said} already")))
}

fn pile_on(i: &Inside) -> Option<Line> {
    let heard = f64::from(i.answered) / f64::from(i.others.max(1));
    let is = i.answers >= PILE_ON_ANSWERS && i.last_at - i.said_at < DAY && heard < PILE_ON_HEARD_MAX;
    line(
        Feature::PileOn,
        if is { -6.0 } else { 0.0 },
        "Many are at it at once, and few of them are heard",
        Some("many are at it at once".into()),
    )
}

/// What it is to us.
pub fn of_ours(o: &Ours) -> Vec<Line> {
    let mut lines = vec![topic(o), known(o), standing(o)];
    lines.extend(
        o.aim
            .as_ref()
            .and_then(|aim| line(Feature::Aim, AIM, format!("Serves your aim “{aim}”"), Some(format!("touches your aim “{aim}”")))),
    );
    lines.extend(o.have.as_ref().and_then(|have| {
        line(Feature::Have, HAVE, format!("You have something for it: “{have}”"), Some("you wrote about this before".into()))
    }));
    if let Some(what) = &o.not_a_person {
        lines.extend(line(
            Feature::NotAPerson,
            -15.0,
            format!("A {what} speaks, not a person"),
            Some(format!("a {what} speaks, not a person")),
        ));
    }
    if o.are_we_in {
        lines.extend(line(Feature::InIt, -40.0, "You are in it already", Some("you are in it already".into())));
    }
    let noes = (30.0 * f64::from(o.noes_here) + 10.0 * f64::from(o.noes_elsewhere)).min(60.0);
    let words = "You said no to this writer before";
    lines.extend(line(Feature::SaidNo, -noes, words, Some("you said no to this writer before".into())));
    lines
}

fn topic(o: &Ours) -> Line {
    let more = f64::from(o.found.saturating_sub(1).min(3)) * 2.0 + f64::from(o.times.saturating_sub(1).min(2));
    let points = (22.0 + more.min(4.0) + if o.is_about_it { 4.0 } else { 0.0 }).min(TOPIC_MAX);
    Line {
        feature: Feature::Topic, points, words: format!("Close to your topic “{}”", o.topic), short: Some(format!("about {}", o.topic))
    }
}

fn known(o: &Ours) -> Line {
    let points: f64 = o
        .known
        .iter()
        .map(|k| {
            if k.is_close {
                12.0
            } else if k.is_warm {
                9.0
            } else {
                5.0
            }
        })
        .sum();
    let names: Vec<&str> = o.known.iter().map(|k| k.name.as_str()).collect();
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
    Line { feature: Feature::People, points: points.min(PEOPLE_MAX), words, short }
}

fn standing(o: &Ours) -> Line {
    let small = |n: u32| f64::from(n.min(20));
    let points = (3.0 * small(o.gave) + 2.0 * small(o.talked) - 3.0 * small(o.asked)).clamp(0.0, STANDING_MAX);
    let did: Vec<String> = [("gave", o.gave), ("asked", o.asked), ("talked", o.talked)]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(did, n)| format!("{did} {}", times(n)))
        .collect();
    let did = did.join(", ");
    let (words, short) = match did.is_empty() {
        true => (format!("Your standing on {}: you have not talked about this there", o.venue), None),
        false => (format!("Your standing on {}: {did}", o.venue), (points > 0.0).then(|| format!("you have standing here: {did}"))),
    };
    Line { feature: Feature::Standing, points, words, short }
}
