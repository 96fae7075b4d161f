//! Precision in the first ten, average precision, and their differences with bootstrap intervals (Efron: conversations drawn anew with
//! replacement, the same draw for both rankings; percentiles).

use crate::{Case, RANKINGS};

const DRAWS: usize = 1_000;
const FIRST: f64 = 10.0;

/// A ranking: indices of the cases, best first.
pub struct Order(Vec<usize>);

impl Order {
    pub fn of(cases: &[Case], ranking: usize) -> Order {
        let mut order: Vec<usize> = (0..cases.len()).collect();
        let tie = |i: usize| crate::hash(&cases[i].name);
        order.sort_by(|a, b| cases[*b].scores[ranking].total_cmp(&cases[*a].scores[ranking]).then_with(|| tie(*a).cmp(&tie(*b))));
        Order(order)
    }
    pub fn average_precision(&self, cases: &[Case], truth: usize) -> f64 {
        self.measures(cases, truth, &vec![1; cases.len()]).1
    }
    /// Precision in the first ten and average precision, each case taken so often.
    fn measures(&self, cases: &[Case], truth: usize, often: &[u32]) -> (f64, f64) {
        let (mut seen, mut good, mut sum, mut first) = (0.0, 0.0, 0.0, 0.0);
        for i in &self.0 {
            for _ in 0..often[*i] {
                seen += 1.0;
                if cases[*i].truths[truth] {
                    good += 1.0;
                    sum += good / seen;
                    if seen <= FIRST {
                        first += 1.0;
                    }
                }
            }
        }
        (first / FIRST, if good == 0.0 { 0.0 } else { sum / good })
    }
}

pub struct Found {
    talks: usize,
    good: usize,
    precision: [f64; 4],
    pub ap: [f64; 4],
    /// Ours less the number of replies: low and high of the difference in average precision.
    less_replies: (f64, f64),
}

impl Found {
    pub fn row(&self, set: &str, age: &str, truth: &str) -> String {
        let [p, a] = [self.precision, self.ap].map(|m| m.map(|x| format!("{x:.2}")).join(" | "));
        let (low, high) = self.less_replies;
        format!("| {set} | {age} | {} | {truth} | {} | {p} | {a} | {low:+.2} to {high:+.2} |", self.talks, self.good)
    }
}

pub fn compare(cases: &[Case], truth: usize) -> Found {
    let orders: Vec<Order> = (0..RANKINGS.len()).map(|r| Order::of(cases, r)).collect();
    let once = vec![1; cases.len()];
    let (mut precision, mut ap) = ([0.0; 4], [0.0; 4]);
    for (r, order) in orders.iter().enumerate() {
        (precision[r], ap[r]) = order.measures(cases, truth, &once);
    }
    let mut dice = Dice(7);
    let differences = (0..DRAWS)
        .map(|_| {
            let often = dice.draw(cases.len());
            orders[0].measures(cases, truth, &often).1 - orders[3].measures(cases, truth, &often).1
        })
        .collect();
    Found { talks: cases.len(), good: cases.iter().filter(|c| c.truths[truth]).count(), precision, ap, less_replies: interval(differences) }
}

/// Ours against another ranking over all settings: the mean difference in precision in the first ten and in average precision, of the
/// truth "any".
pub fn pooled(settings: &[Vec<Case>], other: usize) -> String {
    let orders: Vec<(Order, Order)> = settings.iter().map(|c| (Order::of(c, 0), Order::of(c, other))).collect();
    let difference = |often: &[Vec<u32>]| {
        let each: Vec<(f64, f64)> = settings
            .iter()
            .zip(&orders)
            .zip(often)
            .map(|((cases, (ours, theirs)), often)| {
                let (a, b) = (ours.measures(cases, 0, often), theirs.measures(cases, 0, often));
                (a.0 - b.0, a.1 - b.1)
            })
            .collect();
        let n = each.len() as f64;
        (each.iter().map(|e| e.0).sum::<f64>() / n, each.iter().map(|e| e.1).sum::<f64>() / n)
    };
    let whole = difference(&settings.iter().map(|c| vec![1; c.len()]).collect::<Vec<_>>());
    let mut dice = Dice(11);
    let draws: Vec<(f64, f64)> = (0..DRAWS).map(|_| difference(&settings.iter().map(|c| dice.draw(c.len())).collect::<Vec<_>>())).collect();
    let (p, a) = (interval(draws.iter().map(|d| d.0).collect()), interval(draws.iter().map(|d| d.1).collect()));
    format!(
        "Ours less {}, over all sets and ages (truth: any): P@10 {:+.3} ({:+.3} to {:+.3}), AP {:+.3} ({:+.3} to {:+.3}).\n",
        RANKINGS[other], whole.0, p.0, p.1, whole.1, a.0, a.1
    )
}

fn interval(mut all: Vec<f64>) -> (f64, f64) {
    all.sort_by(f64::total_cmp);
    (all[all.len() / 40], all[all.len() - 1 - all.len() / 40])
}

/// xorshift64*, so that every run draws the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    /// How often each of `n` is taken when `n` are drawn with replacement.
    fn draw(&mut self, n: usize) -> Vec<u32> {
        let mut often = vec![0; n];
        for _ in 0..n {
            often[((self.next() >> 32) as usize * n) >> 32] += 1;
        }
        often
    }
}
