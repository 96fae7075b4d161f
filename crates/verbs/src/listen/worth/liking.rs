//! What a person's own Join and Not for me teach. Each choice is kept with the marks of what it was about; a mark's share of joins, drawn
//! towards the person's usual share while it is seen seldom, gives its weight. Counts alone, so that taking a choice back takes back
//! exactly what it taught, in whatever order.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::wording::in_words;

/// Nothing is learnt from fewer choices, nor of a mark from fewer.
const CHOICES_MIN: u32 = 5;
const OF_A_MARK_MIN: u32 = 3;
/// So many choices as usual are added to a mark's own.
const PRIOR: f64 = 4.0;
/// Points for one unit of log odds, and the most that all of it may move.
const POINTS: f64 = 4.0;
const POINTS_MAX: f64 = 10.0;

/// Joins and passes, by mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Likings {
    by: BTreeMap<String, (u32, u32)>,
    joins: u32,
    passes: u32,
}

impl Likings {
    /// Counts a choice. Marks are separated by a line's end, as the store keeps them.
    pub fn add(&mut self, marks: &str, joined: bool) {
        let one = |(joins, passes): &mut (u32, u32)| if joined { *joins += 1 } else { *passes += 1 };
        marks.lines().for_each(|mark| one(self.by.entry(mark.to_owned()).or_default()));
        if joined {
            self.joins += 1;
        } else {
            self.passes += 1;
        }
    }

    /// Joins and passes that it rests on.
    pub fn choices(&self) -> (u32, u32) {
        (self.joins, self.passes)
    }

    fn usual(&self) -> f64 {
        f64::from(self.joins + 1) / f64::from(self.joins + self.passes + 2)
    }

    /// Log odds of joining what bears the mark, against the usual.
    fn weight(&self, mark: &str) -> f64 {
        let Some((joins, passes)) = self.by.get(mark).filter(|(j, p)| j + p >= OF_A_MARK_MIN) else { return 0.0 };
        let usual = self.usual();
        let share = (f64::from(*joins) + PRIOR * usual) / (f64::from(joins + passes) + PRIOR);
        logit(share) - logit(usual)
    }

    /// Points and the sentence for what bears these marks; `None` while too little is known, or only one side of the choice.
    pub(super) fn weigh(&self, facts: &Facts) -> Option<(f64, String)> {
        if self.joins + self.passes < CHOICES_MIN || self.joins == 0 || self.passes == 0 {
            return None;
        }
        let marks = marks(facts);
        let weights: Vec<(f64, &String)> = marks.iter().map(|m| (self.weight(m), m)).filter(|(w, _)| *w != 0.0).collect();
        let sum: f64 = weights.iter().map(|(w, _)| w).sum::<f64>() / (weights.len().max(1) as f64).sqrt();
        let points = (POINTS * sum).clamp(-POINTS_MAX, POINTS_MAX);
        let (_, mark) = weights.iter().max_by(|a, b| (a.0 * sum.signum()).total_cmp(&(b.0 * sum.signum())))?;
        let (joins, passes) = self.by.get(*mark)?;
        let said = if sum > 0.0 { "You often join" } else { "You often pass by" };
        let of = if sum > 0.0 { *joins } else { *passes };
        Some((points, format!("{said} {}: {} of {}", in_human_words(mark, facts), in_words(of), in_words(joins + passes))))
    }
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// What a choice about these facts is counted by.
pub fn marks(facts: &Facts) -> Vec<String> {
    let i = &facts.inside;
    let shapes = [
        ("question", i.is_question && i.direct <= 3),
        ("lone", i.posts == 0),
        ("talk", i.pairs > 0),
        ("crowd", i.posts >= 10),
        ("known", facts.ours.as_ref().is_some_and(|o| !o.known.is_empty())),
    ];
    let ours = facts.ours.iter().flat_map(|o| o.marks.iter().cloned());
    ours.chain(shapes.into_iter().filter(|(_, is)| *is).map(|(mark, _)| mark.to_owned())).collect()
}

fn in_human_words(mark: &str, facts: &Facts) -> String {
    let ours = facts.ours.as_ref();
    match mark.split_once(' ').map_or(mark, |(kind, _)| kind) {
        "topic" => format!("talk about {}", ours.map_or("this", |o| o.topic.as_str())),
        "network" => format!("talk on {}", ours.map_or("this network", |o| o.venue.as_str())),
        "question" => "open questions".into(),
        "lone" => "what nobody has answered yet".into(),
        "talk" => "people who talk with each other".into(),
        "crowd" => "long talk".into(),
        "known" => "where people you know are".into(),
        _ => "talk like this".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::worth::facts::Ours;

    fn about(topic: &str) -> Facts {
        let marks = vec![format!("topic {topic}"), "network plaza".into()];
        Facts { ours: Some(Ours { topic: topic.into(), venue: "Plaza".into(), marks, ..Ours::default() }), ..Facts::default() }
    }
    fn taught(choices: &[(&str, bool)]) -> Likings {
        let mut likings = Likings::default();
        choices.iter().for_each(|(topic, joined)| likings.add(&marks(&about(topic)).join("\n"), *joined));
        likings
    }

    #[test]
    fn what_is_often_joined_is_worth_more_and_says_so() {
        let likings = taught(&[("bread", true), ("bread", true), ("bread", true), ("wine", false), ("wine", false), ("wine", false)]);
        let (bread, said) = likings.weigh(&about("bread")).unwrap();
        assert!(bread > 0.0 && bread <= POINTS_MAX, "{bread}");
        assert_eq!(said, "You often join talk about bread: three of three");
        let (wine, said) = likings.weigh(&about("wine")).unwrap();
        assert!(wine < 0.0, "{wine}");
        assert_eq!(said, "You often pass by talk about wine: three of three");
    }

    #[test]
    fn little_is_learnt_from_little_and_nothing_from_one_side() {
        assert_eq!(taught(&[("bread", true), ("bread", true), ("wine", false)]).weigh(&about("bread")), None);
        let always = taught(&[("bread", true); 20]);
        assert!(always.weigh(&about("bread")).is_none_or(|(points, _)| points.abs() < 2.0));
    }

    proptest::proptest! {
        #[test]
        fn it_is_bounded_and_the_order_does_not_matter(choices in proptest::collection::vec((0..3_usize, proptest::bool::ANY), 0..60), by in 0..60_usize) {
            let topics = ["bread", "wine", "tea"];
            let mut list: Vec<(&str, bool)> = choices.iter().map(|(t, j)| (topics[*t], *j)).collect();
            let one = taught(&list);
            if !list.is_empty() {
                let n = list.len();
                list.rotate_left(by % n);
            }
            proptest::prop_assert_eq!(&one, &taught(&list));
            if let Some((points, _)) = one.weigh(&about("bread")) {
                proptest::prop_assert!(points.abs() <= POINTS_MAX);
            }
        }
    }
}
