//! What a person put right, and what it teaches: weights of a desk's own beside those that ship, learnt by going through the corrections from
//! the oldest on (the passive-aggressive rule of Crammer et al., "Online passive-aggressive algorithms", 2006). Nothing but the corrections is
//! kept: taking one back forgets exactly what it taught.

use std::collections::HashMap;

use super::features::{Feature, Group, features};
use super::learn::score;
use super::tokens::Tokens;
use super::weights::Shipped;
use super::{Does, Side};

/// Corrections that teach, the newest, and the times each is gone through.
pub const CORRECTIONS_MAX: usize = 400;
const ROUNDS: usize = 4;
/// Words and pairs of one text that are learnt.
const FEATURES_MAX: usize = 256;
/// How clearly a corrected text is on its side in the end, in the scores' own measure.
const MARGIN: f32 = 2.0;
/// Parts of words are left alone, and marks: one correction says nothing about all questions.
const GROUP: Group = Group::Words;
const LABELS: usize = Does::ALL.len() + Side::ALL.len();

/// A text that was judged wrongly, as hashes, with what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    pub does: Does,
    pub side: Side,
    /// Sorted, each once.
    hashes: Vec<u32>,
    /// What the shipped weights made of it.
    base: [f32; LABELS],
}

impl Correction {
    pub fn of(text: &str, does: Does, side: Side) -> Correction {
        let found = features(&Tokens::of(text));
        let shipped = Shipped::get();
        let mut base = [0.0; LABELS];
        for (taught, from) in [(&shipped.does, 0), (&shipped.side, Does::ALL.len())] {
            let scores = score(&taught.lexicon.vector(&found), &taught.weights, taught.labels);
            base[from..from + taught.labels].copy_from_slice(&scores);
        }
        let mut hashes: Vec<u32> = found.iter().filter(|f| f.group == GROUP).map(|f| f.hash).take(FEATURES_MAX).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Correction { does, side, hashes, base }
    }
    /// What is kept of it: no words, only their hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.base.iter().flat_map(|f| f.to_le_bytes()).chain(self.hashes.iter().flat_map(|h| h.to_le_bytes())).collect()
    }
    /// `None` if these bytes were never written by [`Self::to_bytes`].
    pub fn from_bytes(does: Does, side: Side, bytes: &[u8]) -> Option<Correction> {
        let mut words = bytes.chunks_exact(4).map(|b| [b[0], b[1], b[2], b[3]]);
        let mut base = [0.0; LABELS];
        for figure in &mut base {
            *figure = f32::from_le_bytes(words.next()?);
        }
        let is_whole = words.len() <= FEATURES_MAX && base.iter().all(|f| f.is_finite()) && bytes.len().is_multiple_of(4);
        is_whole.then(|| Correction { does, side, hashes: words.map(u32::from_le_bytes).collect(), base })
    }
}

/// What the corrections come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    weights: HashMap<u32, [f32; LABELS]>,
}

impl Own {
    /// Learns from corrections, the oldest first; of more than [`CORRECTIONS_MAX`], the last ones.
    pub fn learn(corrections: &[Correction]) -> Own {
        let mut own = Own::default();
        let newest = &corrections[corrections.len().saturating_sub(CORRECTIONS_MAX)..];
        for _ in 0..ROUNDS {
            for correction in newest {
                own.step(correction, 0, Does::ALL.len(), correction.does as usize);
                own.step(correction, Does::ALL.len(), LABELS, correction.side as usize);
            }
        }
        own
    }
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    fn step(&mut self, c: &Correction, from: usize, to: usize, right: usize) {
        let value = 1.0 / (c.hashes.len().max(1) as f32).sqrt();
        let mut scores = c.base;
        for hash in &c.hashes {
            if let Some(weights) = self.weights.get(hash) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += value * weight;
                }
            }
        }
        let right = from + right;
        let wrong =
            (from..to).filter(|k| *k != right).fold(None, |best: Option<usize>, k| best.filter(|b| scores[*b] >= scores[k]).or(Some(k)));
        let Some(wrong) = wrong else { return };
        let missing = MARGIN - (scores[right] - scores[wrong]);
        if missing > 0.0 {
            for hash in &c.hashes {
                let weights = self.weights.entry(*hash).or_default();
                weights[right] += 0.5 * missing * value;
                weights[wrong] -= 0.5 * missing * value;
            }
        }
    }

    /// Of a text: how many different words and pairs it has, and the sum of what was learnt of them.
    pub(super) fn row(&self, found: &[Feature]) -> Vec<f32> {
        if self.is_empty() {
            return vec![0.0; LABELS];
        }
        let mut hashes: Vec<u32> = found.iter().filter(|f| f.group == GROUP).map(|f| f.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let value = 1.0 / (hashes.len().max(1) as f32).sqrt();
        let mut sums = vec![0.0; LABELS];
        for hash in hashes {
            for (sum, weight) in sums.iter_mut().zip(self.weights.get(&hash).into_iter().flatten()) {
                *sum += value * weight;
            }
        }
        sums
    }
    pub(super) fn shifts<'r>(&self, row: &'r [f32], from: usize) -> &'r [f32] {
        &row[from..]
    }
    /// What one feature was learnt to say for a label; only to name reasons by.
    pub(super) fn share(&self, feature: &Feature, label: usize) -> f32 {
        if feature.group != GROUP {
            return 0.0;
        }
        self.weights.get(&feature.hash).map_or(0.0, |w| w[label] * 0.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{judge, judge_by};

    const FIRST: &str = "Sourdough evenings at the old mill: bring a jar, take some of ours home.";
    const NEXT: &str = "Sourdough evenings at the old mill are back: bring a jar on Friday.";
    const OTHER: &str = "Does anyone know why my starter smells of glue?";

    /// Something else than what the text is taken for.
    fn other(text: &str) -> (Does, Side) {
        let judged = judge(text);
        let does = if judged.does == Does::Gives { Does::Sells } else { Does::Gives };
        (does, if judged.side == Side::Work { Side::Personal } else { Side::Work })
    }

    #[test]
    fn a_correction_holds_and_teaches_what_is_alike() {
        let (does, side) = other(FIRST);
        let correction = Correction::of(FIRST, does, side);
        let kept = Correction::from_bytes(does, side, &correction.to_bytes()).unwrap();
        assert_eq!(kept, correction);
        let own = Own::learn(&[kept]);
        for text in [FIRST, NEXT] {
            let judged = judge_by(text, &own);
            assert_eq!((judged.does, judged.side), (does, side), "{text}: {judged:?}");
        }
        // What shares no words is judged as before, and without the correction everything is.
        assert_eq!(judge_by(OTHER, &own).does, judge(OTHER).does);
        assert_eq!(judge_by(FIRST, &Own::learn(&[])), judge(FIRST));
        // It says which words it went by: those that both have.
        let because = judge_by(NEXT, &own).because;
        let is_of_both = |reason: &String| reason.split(' ').all(|word| FIRST.to_lowercase().contains(word));
        assert!(because.iter().any(is_of_both), "{because:?}");
    }

    #[test]
    fn the_newest_teach_and_there_is_an_end() {
        let many: Vec<Correction> = (0..CORRECTIONS_MAX + 50)
            .map(|n| Correction::of(&format!("number{n} alpha{n} beta{n} gamma{n}"), Does::Asks, Side::Work))
            .collect();
        let own = Own::learn(&many);
        assert_eq!(own, Own::learn(&many[50..]));
        assert!(Correction::from_bytes(Does::Asks, Side::Work, &[1, 2, 3]).is_none());
    }

    #[test]
    fn two_that_disagree_leave_the_later_one_right() {
        let (first, later) = (Correction::of(FIRST, Does::Gives, Side::Work), Correction::of(FIRST, Does::Tells, Side::Work));
        assert_eq!(judge_by(FIRST, &Own::learn(&[first, later])).does, Does::Tells);
    }
}
