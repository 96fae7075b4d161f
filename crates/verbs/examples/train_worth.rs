//! `cargo x train worth`: learns which openings draw answers, from openings in the public domain, and writes the weights into the source.
//! One run and the next give the same numbers. The card is `docs/worth.md`.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use testkit::corpus::{LabPost, posts_of};
use verbs::listen::worth::{MARKS, Opening};

/// Venues with fewer openings say nothing of what is usual there.
const OF_A_VENUE_MIN: usize = 30;
/// Plain gradient descent with momentum; the loss is convex, so that the way does not matter.
const STEPS: usize = 300;
const RATE: f64 = 2.0;
const MOMENTUM: f64 = 0.9;
/// Pull of every weight towards nothing.
const RIDGE: f64 = 1e-4;
const N: usize = MARKS.len();

struct Row {
    opening: Opening,
    /// More answers than half of its venue's openings of a like score.
    is_answered: bool,
    venue: usize,
}

fn main() {
    let Some(posts) = posts_of("reddit-top") else { return };
    let (teach, test): (Vec<LabPost>, Vec<LabPost>) = posts.into_iter().partition(|p| hash(&p.id).is_multiple_of(2));
    let (teach, test) = (rows(&teach), rows(&test));
    let weights = learn(&teach);
    let mean = teach.iter().map(|r| sum(&weights, r.opening)).sum::<f64>() / teach.len() as f64;
    println!("{} openings taught, {} kept aside", teach.len(), test.len());
    for ((key, words), weight) in MARKS.iter().zip(weights) {
        println!("{weight:+.3} {key}: {words}");
    }
    println!(
        "within venues, an answered opening stands before another with chance {:.3} (taught) and {:.3} (kept aside); 0.5 is blind",
        auc(&teach, &weights),
        auc(&test, &weights)
    );
    let mut text = String::from(
        "//! Learnt by `cargo x train worth` from openings that are in the public domain; do not edit by hand. `docs/worth.md` is its card.\n\n\
         /// Log odds, one a mark, in the order of `opening::MARKS`.\n",
    );
    let _ = writeln!(text, "pub const WEIGHTS: [f64; {N}] = [");
    for ((key, _), weight) in MARKS.iter().zip(weights) {
        let _ = writeln!(text, "    {weight:.3}, // {key}");
    }
    let _ = write!(text, "];\n/// What the openings it was learnt from have in the mean.\npub const MEAN: f64 = {mean:.3};\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/listen/worth/opening_weights.rs");
    std::fs::write(&file, text).expect("the source can be written");
    println!("written to crates/verbs/src/listen/worth/opening_weights.rs");
}

/// FNV-1a: the same on every machine.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)) >> 20
}

fn rows(posts: &[LabPost]) -> Vec<Row> {
    let number = |p: &LabPost, name: &str| p.more.get(name).and_then(serde_json::Value::as_f64).unwrap_or(0.0).max(0.0);
    let mut venues: BTreeMap<&str, Vec<(f64, &LabPost)>> = BTreeMap::new();
    for post in posts {
        let venue = post.more.get("channel").and_then(|c| c.as_str()).unwrap_or_default();
        // Answers for each liking, so that what is merely seen by more does not count as inviting.
        let drawn = ((number(post, "replies") + 1.0) / (number(post, "score") + 1.0)).ln();
        venues.entry(venue).or_default().push((drawn, post));
    }
    let mut rows = Vec::new();
    for (venue, mut of) in venues.into_values().filter(|of| of.len() >= OF_A_VENUE_MIN).enumerate() {
        of.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let middle = of[of.len() / 2].0;
        rows.extend(of.iter().map(|(drawn, post)| Row {
            opening: Opening::of(&post.text, post.more.get("link").is_some_and(serde_json::Value::is_string)),
            is_answered: *drawn > middle,
            venue,
        }));
    }
    rows
}

fn sum(weights: &[f64; N], opening: Opening) -> f64 {
    (0..N).filter(|i| opening.has(*i)).map(|i| weights[i]).sum()
}

/// Logistic regression with a bias that is not kept: venues differ in nothing but their middle, which is taken out.
fn learn(rows: &[Row]) -> [f64; N] {
    // Few kinds of openings are many openings: count each once.
    let mut kinds: BTreeMap<u32, (Opening, f64, f64)> = BTreeMap::new();
    for row in rows {
        let kind = kinds.entry(row.opening.marks).or_insert((row.opening, 0.0, 0.0));
        kind.1 += 1.0;
        kind.2 += f64::from(u8::from(row.is_answered));
    }
    let (mut weights, mut bias) = ([0.0; N], 0.0);
    let (mut pace, mut bias_pace) = ([0.0; N], 0.0);
    let all = rows.len().max(1) as f64;
    for _ in 0..STEPS {
        let (mut slope, mut bias_slope) = ([0.0; N], 0.0);
        for (opening, n, answered) in kinds.values() {
            let chance = 1.0 / (1.0 + (-(sum(&weights, *opening) + bias)).exp());
            let off = (n * chance - answered) / all;
            bias_slope += off;
            (0..N).filter(|i| opening.has(*i)).for_each(|i| slope[i] += off);
        }
        bias_pace = MOMENTUM * bias_pace - RATE * bias_slope;
        bias += bias_pace;
        for i in 0..N {
            pace[i] = MOMENTUM * pace[i] - RATE * (slope[i] + RIDGE * weights[i]);
            weights[i] += pace[i];
        }
    }
    weights
}

/// The chance that of two openings of one venue, one answered and one not, the answered has more points; the mean over venues, by pairs.
fn auc(rows: &[Row], weights: &[f64; N]) -> f64 {
    let mut venues: BTreeMap<usize, Vec<(f64, bool)>> = BTreeMap::new();
    rows.iter().for_each(|r| venues.entry(r.venue).or_default().push((sum(weights, r.opening), r.is_answered)));
    let (mut won, mut pairs) = (0.0, 0.0);
    for of in venues.values() {
        for (a, _) in of.iter().filter(|(_, is)| *is) {
            for (b, _) in of.iter().filter(|(_, is)| !*is) {
                won += if a > b {
                    1.0
                } else if a < b {
                    0.0
                } else {
                    0.5
                };
                pairs += 1.0;
            }
        }
    }
    won / pairs
}
