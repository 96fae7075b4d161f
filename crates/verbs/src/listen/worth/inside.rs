//! What can be told of a conversation from its own posts, as they stood at a time. Pure; the pages, the laboratory and the measurements
//! all come by here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::opening::Opening;
use crate::converse::is_question;

/// What was said counts half for liveliness after so long, in seconds.
const LIVELY_HALF_LIFE: f64 = 1_800.0;
/// Deeper than this a thread is simply deep.
const DEPTH_MAX: u32 = 7;
/// A mean of more words than this says no more of a reply.
const REPLY_WORDS_MAX: f64 = 63.0;

/// One post of a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn<'a> {
    pub id: &'a str,
    pub reply_to: Option<&'a str>,
    /// Any number that is the same for the same person; `None` where nobody knows who said it.
    pub who: Option<i64>,
    /// Seconds since 1970.
    pub at: i64,
    pub text: &'a str,
    /// It points to a page elsewhere, in its words or beside them.
    pub has_link: bool,
    pub is_mine: bool,
}

/// A conversation from the inside. Counts leave ourselves out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inside {
    pub is_question: bool,
    /// What the opening is like.
    pub opening: Opening,
    /// How it began is known.
    pub is_whole: bool,
    /// Posts besides the opening.
    pub posts: u32,
    /// Of those, not by whoever opened it.
    pub answers: u32,
    /// Posts of others that answer the opening itself.
    pub direct: u32,
    /// Different people in it.
    pub voices: u32,
    /// Different people in it besides whoever opened it.
    pub others: u32,
    /// Of the others, whose word was answered by somebody else.
    pub answered: u32,
    /// Pairs of people who answered each other both ways.
    pub pairs: u32,
    /// What whoever opened it said in it since.
    pub back: u32,
    /// Answers upon answers, the longest chain.
    pub depth: u32,
    /// Questions among the replies that nobody else answered.
    pub open_questions: u32,
    /// The newest word asks something.
    pub ends_asking: bool,
    /// Words of a reply, in the mean.
    pub reply_words: f64,
    /// Whoever opened it has closed it with thanks.
    pub is_thanked: bool,
    /// Replies, each counted by how lately it came, at the time it was weighed.
    pub lively: f64,
    /// Seconds since 1970: when the opening was said, when somebody last spoke, when this was counted.
    pub said_at: i64,
    pub last_at: i64,
    pub counted_at: i64,
}

impl Inside {
    /// Of the posts said by `at`. `opening` is the index of the post that is weighed: the first, or the one a topic caught; `is_whole` is
    /// whether nothing before it is missing.
    pub fn of(turns: &[Turn<'_>], opening: usize, is_whole: bool, at: i64) -> Inside {
        let Some(first) = turns.get(opening) else { return Inside::default() };
        let by_id: HashMap<&str, &Turn<'_>> = turns.iter().map(|t| (t.id, t)).collect();
        let replies: Vec<&Turn<'_>> = turns.iter().enumerate().filter(|(i, t)| *i != opening && !t.is_mine).map(|(_, t)| t).collect();
        let is_opener = |t: &Turn<'_>| t.who.is_some() && t.who == first.who;
        let answered_posts = answered(turns, &by_id);
        let others: BTreeSet<i64> = replies.iter().filter(|t| !is_opener(t)).filter_map(|t| t.who).collect();
        let heard: BTreeSet<i64> =
            replies.iter().filter(|t| !is_opener(t) && answered_posts.contains(t.id)).filter_map(|t| t.who).collect();
        let words: usize = replies.iter().filter(|t| !is_opener(t)).map(|t| words(t.text)).sum();
        let answers = replies.iter().filter(|t| !is_opener(t)).count();
        let newest = turns.iter().max_by_key(|t| (t.at, t.id));
        Inside {
            is_question: is_question(first.text),
            opening: Opening::of(first.text, first.has_link),
            is_whole,
            posts: count(replies.len()),
            answers: count(answers),
            direct: count(replies.iter().filter(|t| t.reply_to == Some(first.id) && !is_opener(t)).count()),
            voices: count(others.len()) + u32::from(!first.is_mine),
            others: count(others.len()),
            answered: count(heard.len()),
            pairs: pairs(turns, &by_id),
            back: count(replies.iter().filter(|t| is_opener(t)).count()),
            depth: depth(turns, &by_id),
            open_questions: count(replies.iter().filter(|t| is_question(t.text) && !answered_posts.contains(t.id)).count()),
            ends_asking: newest.is_some_and(|t| t.id != first.id && !t.is_mine && is_question(t.text)),
            reply_words: if answers == 0 { 0.0 } else { (words as f64 / answers as f64).min(REPLY_WORDS_MAX) },
            is_thanked: answers > 0 && replies.iter().any(|t| is_opener(t) && model::speech::hear(t.text).act.closes()),
            lively: replies.iter().map(|t| fading(at - t.at)).sum(),
            said_at: first.at,
            last_at: turns.iter().map(|t| t.at).max().unwrap_or(first.at),
            counted_at: at,
        }
    }

    /// How lively it still is at `now`, if nobody spoke since it was counted.
    pub fn lively_at(&self, now: i64) -> f64 {
        self.lively * fading(now - self.counted_at)
    }
}

fn fading(seconds: i64) -> f64 {
    (-(seconds.max(0) as f64) / LIVELY_HALF_LIFE).exp2()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Words that somebody wrote: no addresses, no names at the front.
pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().filter(|w| !w.starts_with('@') && !w.contains("://")).count()
}

/// Posts that somebody else answered.
fn answered<'a>(turns: &[Turn<'a>], by_id: &HashMap<&str, &Turn<'a>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for turn in turns {
        let Some(parent) = turn.reply_to.and_then(|id| by_id.get(id)) else { continue };
        if parent.who.is_none() || turn.who != parent.who {
            found.insert(parent.id);
        }
    }
    found
}

/// Pairs of people, ourselves left out, who answered each other both ways.
fn pairs(turns: &[Turn<'_>], by_id: &HashMap<&str, &Turn<'_>>) -> u32 {
    let mine: BTreeSet<i64> = turns.iter().filter(|t| t.is_mine).filter_map(|t| t.who).collect();
    let said: BTreeSet<(i64, i64)> = turns
        .iter()
        .filter_map(|t| Some((t.who?, by_id.get(t.reply_to?)?.who?)))
        .filter(|(a, b)| a != b && !mine.contains(a) && !mine.contains(b))
        .collect();
    count(said.iter().filter(|(a, b)| a < b && said.contains(&(*b, *a))).count())
}

/// The longest chain of answers. A circle, as broken data may hold, ends it.
fn depth(turns: &[Turn<'_>], by_id: &HashMap<&str, &Turn<'_>>) -> u32 {
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut deepest = 0;
    for turn in turns {
        let mut chain: Vec<&str> = Vec::new();
        let mut here = Some(turn);
        let mut under = 0;
        while let Some(t) = here {
            if let Some(d) = known.get(t.id) {
                under = d + 1;
                break;
            }
            if chain.contains(&t.id) || chain.len() > DEPTH_MAX as usize {
                break;
            }
            chain.push(t.id);
            here = t.reply_to.and_then(|id| by_id.get(id)).copied();
        }
        for id in chain.into_iter().rev() {
            known.insert(id, under);
            deepest = deepest.max(under);
            under += 1;
        }
    }
    deepest.min(DEPTH_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn<'a>(id: &'a str, to: &'a str, who: i64, at: i64, text: &'a str) -> Turn<'a> {
        Turn { id, reply_to: (!to.is_empty()).then_some(to), who: (who != 0).then_some(who), at, text, has_link: false, is_mine: false }
    }

    #[test]
    fn a_talk_from_the_inside() {
        let turns = [
            turn("1", "", 1, 0, "Why does my starter sulk?"),
            turn("2", "1", 2, 60, "How cold is your kitchen?"),
            turn("3", "2", 1, 120, "Fifteen degrees."),
            turn("4", "1", 3, 180, "Mine too"),
            turn("5", "1", 4, 1980, "Is it rye?"),
        ];
        let inside = Inside::of(&turns, 0, true, 1980);
        let Inside { posts, answers, direct, voices, others, answered, pairs, back, depth, open_questions, .. } = inside;
        assert_eq!((posts, answers, direct, voices, others), (4, 3, 3, 4, 3));
        assert_eq!((answered, pairs, back, depth, open_questions), (1, 1, 1, 2, 1));
        assert!(inside.is_question && inside.ends_asking && !inside.is_thanked);
        assert!((inside.reply_words - 10.0 / 3.0).abs() < 1e-9);
        // The last came this moment, the others about half an hour ago.
        assert!((inside.lively - 2.5).abs() < 0.05, "{}", inside.lively);
        assert!((inside.lively_at(1980 + 1800) - inside.lively / 2.0).abs() < 1e-9);
    }

    #[test]
    fn nobody_knows_who_said_it() {
        let turns = [turn("1", "", 0, 0, "Hello?"), turn("2", "1", 0, 1, "Hello"), turn("3", "2", 0, 2, "Who is there?")];
        let inside = Inside::of(&turns, 0, true, 2);
        assert_eq!((inside.answers, inside.voices, inside.pairs, inside.back), (2, 1, 0, 0));
    }

    #[test]
    fn what_we_said_is_left_out() {
        let mut turns = [turn("1", "", 1, 0, "Hello?"), turn("2", "1", 2, 1, "Hello"), turn("3", "2", 1, 2, "How are you?")];
        turns[1].is_mine = true;
        let inside = Inside::of(&turns, 0, true, 2);
        assert_eq!((inside.answers, inside.others, inside.pairs, inside.back), (0, 0, 0, 1));
    }

    #[test]
    fn a_circle_ends() {
        let turns = [turn("1", "2", 1, 0, "a"), turn("2", "1", 2, 0, "b"), turn("3", "3", 3, 0, "c")];
        assert!(Inside::of(&turns, 0, false, 0).depth <= DEPTH_MAX);
    }
}
