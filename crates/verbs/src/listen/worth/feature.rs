//! The features by which a conversation is weighed, and how far a person has turned each down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing that is weighed. Its key lasts: it stands in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    Topic,
    Aim,
    Question,
    Poor,
    OpenInside,
    Talk,
    Voices,
    Newcomers,
    Back,
    Substance,
    Opening,
    People,
    Standing,
    Have,
    Liking,
    Pace,
    Fresh,
    Short,
    Holes,
    Many,
    PileOn,
    Answered,
    Selling,
    Canned,
    NotAPerson,
    InIt,
    SaidNo,
}

use Feature as F;

/// Every feature, with its key, what it is called, and whether it speaks against.
pub const ALL: [(Feature, &str, &str, bool); 27] = [
    (F::Topic, "topic", "It is close to a topic of yours", false),
    (F::Aim, "aim", "It fits an aim", false),
    (F::Question, "question", "An open question, with no or few answers", false),
    (F::Poor, "poor", "The answers so far say little", false),
    (F::OpenInside, "open-inside", "Questions inside that nobody has answered", false),
    (F::Talk, "talk", "Individuals answer each other", false),
    (F::Voices, "voices", "Different people speak", false),
    (F::Newcomers, "newcomers", "Newcomers are answered", false),
    (F::Back, "back", "Whoever began it comes back", false),
    (F::Substance, "substance", "The replies say something", false),
    (F::Opening, "opening", "How it opens, as openings go that draw answers", false),
    (F::People, "people", "You know people in it", false),
    (F::Standing, "standing", "Your standing there", false),
    (F::Have, "have", "A note or a post of yours answers it", false),
    (F::Liking, "liking", "What you often join, or pass by", false),
    (F::Pace, "pace", "Replies come quickly", false),
    (F::Fresh, "fresh", "Somebody spoke lately", false),
    (F::Short, "short", "It says too little to be answered", true),
    (F::Holes, "holes", "How it began is not known", true),
    (F::Many, "many", "Much has been said already", true),
    (F::PileOn, "pile-on", "Many are at it and nobody listens", true),
    (F::Answered, "answered", "It is well answered already", true),
    (F::Selling, "selling", "It sells something", true),
    (F::Canned, "canned", "Canned words", true),
    (F::NotAPerson, "not-a-person", "A brand or a machine speaks", true),
    (F::InIt, "in-it", "You are in it already", true),
    (F::SaidNo, "said-no", "You said no to the writer before", true),
];

impl Feature {
    fn row(self) -> &'static (Feature, &'static str, &'static str, bool) {
        ALL.iter().find(|(f, ..)| *f == self).expect("every feature is listed, a test says")
    }
    pub fn key(self) -> &'static str {
        self.row().1
    }
    /// What it is called in the settings.
    pub fn name(self) -> &'static str {
        self.row().2
    }
    pub fn is_against(self) -> bool {
        self.row().3
    }
    pub fn from_key(key: &str) -> Option<Feature> {
        ALL.iter().find(|(_, k, ..)| *k == key).map(|(f, ..)| *f)
    }
}

/// How much a feature counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    #[default]
    Full,
    Half,
    Off,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Full, Level::Half, Level::Off];
    pub fn word(self) -> &'static str {
        match self {
            Level::Full => "full",
            Level::Half => "half",
            Level::Off => "off",
        }
    }
    pub fn from_word(word: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|l| l.word() == word)
    }
    pub(super) fn share(self) -> f64 {
        match self {
            Level::Full => 1.0,
            Level::Half => 0.5,
            Level::Off => 0.0,
        }
    }
}

/// How far each feature is turned down; what is not named counts in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(pub BTreeMap<Feature, Level>);

impl Levels {
    pub fn of(&self, feature: Feature) -> Level {
        self.0.get(&feature).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_listed_once_by_its_stored_key() {
        for (feature, key, name, _) in ALL {
            assert_eq!(serde_json::to_string(&feature).unwrap(), format!("\"{key}\""));
            assert_eq!((Feature::from_key(key), feature.name()), (Some(feature), name));
        }
        let mut keys: Vec<_> = ALL.iter().map(|a| a.1).collect();
        keys.sort_unstable();
        keys.dedup();
        // The last of the enumeration has as many before it as the list has others.
        assert_eq!((keys.len(), Feature::SaidNo as usize + 1), (ALL.len(), ALL.len()));
    }
}
