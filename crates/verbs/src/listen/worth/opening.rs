//! What an opening is like, as far as that draws answers: marks that are there or not, each with a weight that was learnt
//! (`cargo x train worth`; `docs/worth.md` is its card). The weights are numbers alone, in `opening_weights.rs`.

use serde::{Deserialize, Serialize};

use super::inside::words;
use super::opening_weights::{MEAN, WEIGHTS};

/// What can be told of an opening. The order is that of the weights; a new one goes to the end, and the weights are learnt anew.
pub const MARKS: [(&str, &str); 18] = [
    ("asks", "it asks something"),
    ("asks-at-once", "it begins with its question"),
    ("asks-anyone", "it asks whoever can answer"),
    ("you", "it speaks to you"),
    ("self", "somebody speaks of himself or herself"),
    ("opinion", "it says what somebody thinks"),
    ("best", "it asks for or names the best and the worst"),
    ("help", "it asks for help or advice"),
    ("news", "it passes on news"),
    ("shows", "it shows something"),
    ("shouts", "it shouts"),
    ("quotes", "it quotes somebody"),
    ("link", "it points elsewhere"),
    ("tiny", "it says very little"),
    ("short", "it is short"),
    ("middling", "it is neither short nor long"),
    ("long", "it is long"),
    ("very-long", "it is very long"),
];

const ASKING: &[&str] = &[
    "who", "what", "when", "where", "why", "how", "which", "is", "are", "do", "does", "did", "can", "could", "would", "should", "has",
    "have", "any", "anyone", "anybody",
];
const ANYONE: &[&str] = &["anyone", "anybody", "someone", "somebody", "everyone", "everybody", "y'all", "folks", "guys"];
const YOU: &[&str] = &["you", "your", "yours", "you're", "you’re", "you've", "you’ve", "u"];
const SELF: &[&str] = &["i", "i'm", "i’m", "i've", "i’ve", "my", "me", "mine", "we", "our"];
const OPINION: &[&str] =
    &["think", "feel", "believe", "should", "opinion", "opinions", "thoughts", "hate", "love", "agree", "wrong", "unpopular"];
const BEST: &[&str] = &["best", "worst", "favorite", "favourite", "most", "least", "better", "worse"];
const HELP: &[&str] =
    &["help", "advice", "tips", "suggestions", "recommend", "recommendations", "question", "questions", "looking", "need", "ideas"];
const NEWS: &[&str] =
    &["announced", "announces", "released", "release", "new", "update", "official", "confirmed", "reports", "breaking", "today"];
const SHOWS: &[&str] = &["just", "finally", "made", "found", "check", "look", "picture", "photo", "video", "pic", "here's", "here’s"];

/// What an opening is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// A bit a mark, in the order of [`MARKS`].
    pub marks: u32,
    pub words: u32,
}

impl Opening {
    pub fn of(text: &str, has_link: bool) -> Opening {
        let plain = text.to_lowercase();
        let list: Vec<&str> =
            plain.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())).filter(|w| !w.is_empty()).collect();
        let holds = |of: &[&str]| list.iter().any(|w| of.contains(w));
        let asks = crate::converse::is_question(text);
        let n = words(text);
        let shouts = text.contains("!!") || text.split_whitespace().filter(|w| is_shouted(w)).count() >= 2;
        let is = [
            asks,
            asks && list.first().is_some_and(|w| ASKING.contains(w)),
            holds(ANYONE),
            holds(YOU),
            holds(SELF),
            holds(OPINION),
            holds(BEST),
            holds(HELP),
            holds(NEWS),
            holds(SHOWS),
            shouts,
            text.contains(['"', '“', '«', '„']),
            has_link || text.contains("://"),
            n < 5,
            (5..10).contains(&n),
            (10..25).contains(&n),
            (25..100).contains(&n),
            n >= 100,
        ];
        let marks = is.iter().enumerate().filter(|(_, is)| **is).fold(0, |sum, (i, _)| sum | 1 << i);
        Opening { marks, words: u32::try_from(n).unwrap_or(u32::MAX) }
    }

    pub fn has(self, mark: usize) -> bool {
        self.marks & (1 << mark) != 0
    }

    /// How well it invites answers, as log odds against the mean opening.
    pub fn invites(self) -> f64 {
        (0..MARKS.len()).filter(|i| self.has(*i)).map(|i| WEIGHTS[i]).sum::<f64>() - MEAN
    }

    /// What decided, in words: the mark with the most weight on the side of the sum.
    pub fn why(self) -> Option<&'static str> {
        let side = self.invites().signum();
        let strongest = (0..MARKS.len()).filter(|i| self.has(*i)).max_by(|a, b| (side * WEIGHTS[*a]).total_cmp(&(side * WEIGHTS[*b])))?;
        (side * WEIGHTS[strongest] > 0.0).then_some(MARKS[strongest].1)
    }
}

fn is_shouted(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() >= 4 && !word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_an_opening() {
        let told = |text: &str, has_link| {
            let opening = Opening::of(text, has_link);
            MARKS.iter().enumerate().filter(|(i, _)| opening.has(*i)).map(|(_, (key, _))| *key).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told("Why does my starter sulk?", false), "asks asks-at-once self short");
        assert_eq!(
            told("Anyone have tips for a cold kitchen? It is 15 degrees in here.", false),
            "asks asks-at-once asks-anyone help middling"
        );
        assert_eq!(told("BREAKING NEWS!! https://a.example/x", false), "news shouts link tiny");
        assert_eq!(told("", true), "link tiny");
    }

    #[test]
    fn what_decided_is_said() {
        assert!(
            Opening::of("Which flour do you think is best, and why? I never know.", false).invites() > Opening::of("Look", true).invites()
        );
        assert!(Opening::of("Which flour do you think is best, and why? I never know.", false).why().is_some());
    }
}
