//! How the weights are learnt: one linear support vector machine a label, against all others (Hsieh et al., "A dual coordinate descent method
//! for large-scale linear SVM", 2008), its scores made chances by one slope and an offset a label, fitted on texts that were kept aside
//! (Platt 1999, for several labels). Without chance: the same texts in the same order give the same weights.

use std::collections::HashMap;

use super::features::{Lexicon, features};
use super::tokens::Tokens;

/// Rounds over all texts at most, and when it is good enough.
const ROUNDS_MAX: usize = 40;
const GOOD_ENOUGH: f32 = 0.05;
/// Parts that lessons are put in, one of them kept aside at a time.
const FOLDS: usize = 5;
/// Steps of fitting chances.
const FIT_STEPS: usize = 400;

/// How the learning is set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// What a text on the wrong side costs, against the length of the weights.
    pub cost: f32,
    /// Rare labels count for more: 0, as many as they are; 1, every label as much as any other.
    pub evenness: f32,
    /// Features of fewer texts are left out.
    pub texts_min: u32,
    /// Entries that are kept at most, the weightiest.
    pub keep_max: usize,
    /// Of five parts of the lessons, so many are judged by what the others taught, to fit the chances.
    pub folds: usize,
    /// In whose favour doubt goes: 0, whichever is likelier; 1, so that the mean over the labels is best.
    pub fairness: f32,
}

impl Default for Setting {
    fn default() -> Self {
        Setting { cost: 0.5, evenness: 0.3, texts_min: 2, keep_max: usize::MAX, folds: FOLDS, fairness: 0.5 }
    }
}

/// A text with its label, and how much it counts.
#[derive(Clone, Debug)]
pub struct Lesson {
    pub tokens: Tokens,
    pub label: usize,
    pub weight: f32,
}

/// Many vectors, one behind the other.
#[derive(Clone, Debug, Default)]
struct Rows {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Rows {
    fn of(lexicon: &Lexicon, lessons: &[&Lesson]) -> Rows {
        let mut rows = Rows { starts: vec![0], entries: Vec::new() };
        for lesson in lessons {
            rows.entries.extend(lexicon.vector(&features(&lesson.tokens)));
            rows.starts.push(rows.entries.len());
        }
        rows
    }
    fn len(&self) -> usize {
        self.starts.len() - 1
    }
    fn row(&self, at: usize) -> &[(u32, f32)] {
        &self.entries[self.starts[at]..self.starts[at + 1]]
    }
}

/// What was learnt: a weight for each place of the lexicon and each label.
#[derive(Clone, Debug)]
pub struct Taught {
    pub lexicon: Lexicon,
    pub labels: usize,
    /// By place, then label; behind the last place, what each label starts from.
    pub weights: Vec<f32>,
    pub chances: Chances,
}

/// How scores become chances, and which chance wins.
#[derive(Clone, Debug, PartialEq)]
pub struct Chances {
    pub slope: f32,
    pub offsets: Vec<f32>,
    /// Added to the logarithms before the likeliest is taken.
    pub favours: Vec<f32>,
}

impl Chances {
    /// The chance of each label.
    pub fn of(&self, scores: &[f32]) -> Vec<f32> {
        softmax(&scores.iter().zip(&self.offsets).map(|(s, o)| self.slope * s + o).collect::<Vec<_>>())
    }
    /// The label that is taken.
    pub fn choose(&self, chances: &[f32]) -> usize {
        let valued = chances.iter().zip(&self.favours).map(|(p, f)| p.max(1e-9).ln() + f);
        valued.enumerate().fold((0, f32::NEG_INFINITY), |best, (at, v)| if v > best.1 { (at, v) } else { best }).0
    }
}

impl Taught {
    pub fn scores(&self, tokens: &Tokens) -> Vec<f32> {
        score(&self.lexicon.vector(&features(tokens)), &self.weights, self.labels)
    }
    pub fn label(&self, tokens: &Tokens) -> (usize, Vec<f32>) {
        let chances = self.chances.of(&self.scores(tokens));
        (self.chances.choose(&chances), chances)
    }
}

pub(super) fn softmax(values: &[f32]) -> Vec<f32> {
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = values.iter().map(|v| (v - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|p| p / sum).collect()
}

pub(super) fn score(row: &[(u32, f32)], weights: &[f32], labels: usize) -> Vec<f32> {
    let mut scores = weights[weights.len() - labels..].to_vec();
    for (place, value) in row {
        let at = *place as usize * labels;
        for (s, w) in scores.iter_mut().zip(&weights[at..at + labels]) {
            *s += value * w;
        }
    }
    scores
}

/// Learns from lessons. Fifth by fifth they are judged by what the others taught, to fit the chances; then all of them teach.
pub fn teach(lessons: &[&Lesson], labels: usize, setting: &Setting) -> Taught {
    let lexicon = lexicon(lessons, setting.texts_min);
    let mut scores = vec![Vec::new(); lessons.len()];
    for fold in 0..setting.folds {
        let (aside, most): (Vec<usize>, Vec<usize>) = (0..lessons.len()).partition(|at| at % FOLDS == fold);
        let most: Vec<&Lesson> = most.into_iter().map(|at| lessons[at]).collect();
        let weights = separate(&Rows::of(&lexicon, &most), &most, lexicon.len(), labels, setting);
        for at in aside {
            scores[at] = score(&lexicon.vector(&features(&lessons[at].tokens)), &weights, labels);
        }
    }
    let (scores, truth): (Vec<_>, Vec<_>) =
        scores.into_iter().zip(lessons).filter(|(s, _)| !s.is_empty()).map(|(s, l)| (s, (l.label, l.weight))).unzip();
    let chances = chances(&scores, &truth, labels, setting.fairness);
    let rows = Rows::of(&lexicon, lessons);
    let weights = separate(&rows, lessons, lexicon.len(), labels, setting);
    if lexicon.len() <= setting.keep_max {
        return Taught { lexicon, labels, weights, chances };
    }
    let lexicon = weightiest(&lexicon, &rows, &weights, labels, setting.keep_max);
    let weights = separate(&Rows::of(&lexicon, lessons), lessons, lexicon.len(), labels, setting);
    Taught { lexicon, labels, weights, chances }
}

/// Everything that enough lessons hold, in the order of their hashes.
fn lexicon(lessons: &[&Lesson], texts_min: u32) -> Lexicon {
    let mut held: HashMap<u32, u32> = HashMap::new();
    let mut of_text = Vec::new();
    for lesson in lessons {
        of_text.clear();
        of_text.extend(features(&lesson.tokens).iter().map(|f| f.hash));
        of_text.sort_unstable();
        of_text.dedup();
        for hash in &of_text {
            *held.entry(*hash).or_default() += 1;
        }
    }
    let mut kept: Vec<(u32, u32)> = held.into_iter().filter(|(_, n)| *n >= texts_min).collect();
    kept.sort_unstable();
    let rarity = kept.iter().map(|(_, n)| Lexicon::rarity_of(lessons.len(), *n as usize)).collect();
    Lexicon::new(kept.into_iter().map(|(h, _)| h).collect(), rarity)
}

/// Keeps the entries that move scores the most over all lessons.
fn weightiest(lexicon: &Lexicon, rows: &Rows, weights: &[f32], labels: usize, keep: usize) -> Lexicon {
    let mut moved = vec![0.0_f32; lexicon.len()];
    for (place, value) in &rows.entries {
        let at = *place as usize * labels;
        let most = weights[at..at + labels].iter().fold(0.0_f32, |m, w| m.max(w.abs()));
        moved[*place as usize] += value * most;
    }
    let mut order: Vec<u32> = (0..u32::try_from(lexicon.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by(|a, b| moved[*b as usize].total_cmp(&moved[*a as usize]).then(a.cmp(b)));
    order.truncate(keep);
    order.sort_unstable();
    Lexicon::new(order.iter().map(|p| lexicon.hash(*p)).collect(), order.iter().map(|p| lexicon.rarity(*p)).collect())
}

/// A weight for each place and label, and where each label starts from.
fn separate(rows: &Rows, lessons: &[&Lesson], places: usize, labels: usize, setting: &Setting) -> Vec<f32> {
    let mut sums = vec![0.0_f32; labels];
    for lesson in lessons {
        sums[lesson.label] += lesson.weight;
    }
    let all: f32 = sums.iter().sum();
    let even: Vec<f32> = sums.iter().map(|s| (all / (labels as f32 * s.max(1.0))).powf(setting.evenness)).collect();
    let costs: Vec<f32> = lessons.iter().map(|l| setting.cost * l.weight * even[l.label]).collect();
    let squares: Vec<f32> = (0..rows.len()).map(|i| rows.row(i).iter().map(|(_, v)| v * v).sum::<f32>() + 1.0).collect();
    let mut weights = vec![0.0_f32; (places + 1) * labels];
    for label in 0..labels {
        let is: Vec<bool> = lessons.iter().map(|l| l.label == label).collect();
        let one = descend(rows, &is, &costs, &squares, places);
        for (place, w) in one.into_iter().enumerate() {
            weights[place * labels + label] = w;
        }
    }
    weights
}

/// Dual coordinate descent with squared hinge loss; the last weight is the bias.
fn descend(rows: &Rows, is: &[bool], costs: &[f32], squares: &[f32], places: usize) -> Vec<f32> {
    let mut w = vec![0.0_f32; places + 1];
    let mut alpha = vec![0.0_f32; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..ROUNDS_MAX {
        for at in (1..order.len()).rev() {
            // Xorshift: the order is shuffled, and the same each time.
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            order.swap(at, (chance % (at as u64 + 1)) as usize);
        }
        let (mut most, mut least) = (f32::NEG_INFINITY, f32::INFINITY);
        for &i in &order {
            let sign = if is[i] { 1.0 } else { -1.0 };
            let slack = 0.5 / costs[i];
            let dot: f32 = rows.row(i).iter().map(|(p, v)| w[*p as usize] * v).sum::<f32>() + w[places];
            let gradient = sign * dot - 1.0 + slack * alpha[i];
            let projected = if alpha[i] > 0.0 { gradient } else { gradient.min(0.0) };
            most = most.max(projected);
            least = least.min(projected);
            if projected != 0.0 {
                let old = alpha[i];
                alpha[i] = (old - gradient / (squares[i] + slack)).max(0.0);
                let step = (alpha[i] - old) * sign;
                for (p, v) in rows.row(i) {
                    w[*p as usize] += step * v;
                }
                w[places] += step;
            }
        }
        if most - least < GOOD_ENOUGH {
            break;
        }
    }
    w
}

/// Fits the slope and the offsets so that the texts kept aside are least surprising, then the favours so that most are right.
fn chances(scores: &[Vec<f32>], truth: &[(usize, f32)], labels: usize, fairness: f32) -> Chances {
    let mut fitted = Chances { slope: 2.0, offsets: vec![0.0; labels], favours: vec![0.0; labels] };
    let all: f32 = truth.iter().map(|(_, w)| w).sum::<f32>().max(1.0);
    // Gradient descent with momenta (Adam, Kingma and Ba 2015).
    let (mut first, mut second) = (vec![0.0_f32; labels + 1], vec![0.0_f32; labels + 1]);
    for step in 1..=FIT_STEPS {
        let mut gradient = vec![0.0_f32; labels + 1];
        for (s, (label, weight)) in scores.iter().zip(truth) {
            for (k, p) in fitted.of(s).into_iter().enumerate() {
                let off = (p - f32::from(u8::from(k == *label))) * weight / all;
                gradient[0] += off * s[k];
                gradient[k + 1] += off;
            }
        }
        for k in 0..=labels {
            first[k] = 0.9 * first[k] + 0.1 * gradient[k];
            second[k] = 0.999 * second[k] + 0.001 * gradient[k] * gradient[k];
            let unbiased = |m: f32, b: f32| m / (1.0 - b.powi(i32::try_from(step).unwrap_or(1)));
            let change = 0.05 * unbiased(first[k], 0.9) / (unbiased(second[k], 0.999).sqrt() + 1e-8);
            if k == 0 { fitted.slope = (fitted.slope - change).max(0.05) } else { fitted.offsets[k - 1] -= change }
        }
    }
    let found: Vec<Vec<f32>> = scores.iter().map(|s| fitted.of(s)).collect();
    favour(&mut fitted, &found, truth, labels, fairness);
    fitted
}

/// Tries shifts label by label, as long as they help.
fn favour(fitted: &mut Chances, found: &[Vec<f32>], truth: &[(usize, f32)], labels: usize, fairness: f32) {
    let worth = |c: &Chances| {
        let mut tally = Tally::new(labels);
        for (p, (label, _)) in found.iter().zip(truth) {
            tally.add(*label, c.choose(p));
        }
        // Small shifts are better than large ones that come to the same.
        let cost: f32 = c.favours.iter().map(|f| f.abs()).sum();
        (1.0 - fairness) * tally.accuracy() as f32 + fairness * tally.macro_f1() as f32 - 0.002 * cost
    };
    let mut best = worth(fitted);
    for _ in 0..3 {
        for label in 0..labels {
            let was = fitted.favours[label];
            let mut kept = was;
            for step in -12..=12_i8 {
                fitted.favours[label] = f32::from(step) / 8.0;
                let now = worth(fitted);
                if now > best + 1e-6 {
                    (best, kept) = (now, fitted.favours[label]);
                }
            }
            fitted.favours[label] = kept;
        }
    }
}

/// What was taken for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    labels: usize,
    /// By truth, then by what it was taken for.
    counts: Vec<u64>,
}

impl Tally {
    pub fn new(labels: usize) -> Tally {
        Tally { labels, counts: vec![0; labels * labels] }
    }
    pub fn add(&mut self, truth: usize, taken: usize) {
        self.counts[truth * self.labels + taken] += 1;
    }
    pub fn count(&self, truth: usize, taken: usize) -> u64 {
        self.counts[truth * self.labels + taken]
    }
    /// The share that is right.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.labels).map(|k| self.count(k, k)).sum();
        right as f64 / self.counts.iter().sum::<u64>().max(1) as f64
    }
    /// Precision, recall and their harmonic mean for one label.
    pub fn of(&self, label: usize) -> (f64, f64, f64) {
        let right = self.count(label, label) as f64;
        let taken: u64 = (0..self.labels).map(|k| self.count(k, label)).sum();
        let there: u64 = (0..self.labels).map(|k| self.count(label, k)).sum();
        let f1 = if taken + there == 0 { 0.0 } else { 2.0 * right / (taken + there) as f64 };
        (right / taken.max(1) as f64, right / there.max(1) as f64, f1)
    }
    /// The mean of the harmonic means, over the labels that are there.
    pub fn macro_f1(&self) -> f64 {
        let there: Vec<usize> = (0..self.labels).filter(|l| (0..self.labels).any(|k| self.count(*l, k) > 0)).collect();
        there.iter().map(|l| self.of(*l).2).sum::<f64>() / there.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lessons() -> Vec<Lesson> {
        let mut lessons = Vec::new();
        for n in 0..60 {
            for (label, text) in [
                (0, format!("Can anybody help me with loaf {n}?")),
                (1, format!("Buy loaf {n} today, only $5 in our shop")),
                (2, format!("A lovely morning by the canal with friend {n}")),
            ] {
                lessons.push(Lesson { tokens: Tokens::of(&text), label, weight: 1.0 });
            }
        }
        lessons
    }

    #[test]
    fn it_learns_what_is_plain_and_says_how_sure_it_is() {
        let lessons = lessons();
        let all: Vec<&Lesson> = lessons.iter().collect();
        let taught = teach(&all, 3, &Setting::default());
        for (text, label) in [("Can anybody tell me why?", 0), ("Buy yours today in our shop", 1), ("By the canal with a friend", 2)] {
            let (found, chances) = taught.label(&Tokens::of(text));
            assert_eq!(found, label, "{text}: {chances:?}");
            assert!((chances.iter().sum::<f32>() - 1.0).abs() < 1e-4 && chances[label] > 0.5, "{chances:?}");
        }
        // The same lessons give the same weights; fewer places still tell them apart.
        assert_eq!(taught.weights, teach(&all, 3, &Setting::default()).weights);
        let small = teach(&all, 3, &Setting { keep_max: 40, ..Setting::default() });
        assert!(small.lexicon.len() == 40 && small.label(&Tokens::of("Can anybody tell me why?")).0 == 0);
    }

    #[test]
    fn what_is_right_is_counted() {
        let mut tally = Tally::new(3);
        for (truth, taken) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
            tally.add(truth, taken);
        }
        assert_eq!((tally.accuracy(), tally.of(0).0, tally.of(1).1), (0.75, 1.0, 1.0));
        // Nothing of the third was there: the mean is over two. 0.8 and 2/3.
        assert!((tally.macro_f1() - (0.8 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }
}
