//! `cargo x eval kinds`: how often the judgement of kinds is right, on real posts beside the repository. First the method, taught on four
//! fifths of a set and tried on the last, five times; then the weights that ship, on every set, by the labels' names here. `--shipped`: those alone.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use model::kinds::learn::{Lesson, Setting, Tally, teach};
use model::kinds::tokens::Tokens;
use model::kinds::{Does, Side, judge};

#[path = "kinds_sets/mod.rs"]
mod kinds_sets;

use kinds_sets::posts::LabPost;
use kinds_sets::{does, is_aside, number, posts_of, side, word};

const FOLDS: usize = 5;
/// Naive Bayes on words, taught on a part and tried on another: accuracy and macro F1.
const FLOORS: &[(&str, f64, f64)] = &[("corporate-messaging", 0.872, 0.763), ("sms-promo", 0.987, 0.970), ("reddit-intent", 0.801, 0.551)];
/// A label that says that nothing was to be judged.
const LEFT_OUT: &str = "exclude";

fn main() -> ExitCode {
    let sets: Vec<&str> = FLOORS.iter().map(|(set, ..)| *set).chain(["tweets-plain"]).collect();
    let Some(sets) = sets.into_iter().map(|set| Some((set, posts_of(set).ok()?))).collect::<Option<Vec<_>>>() else {
        println!("skipped: ../shared/corpora/posts is not at hand");
        return ExitCode::SUCCESS;
    };
    // The method takes minutes; what ships, seconds.
    let is_above = std::env::args().any(|a| a == "--shipped") || method(&sets);
    shipped(&sets);
    if is_above { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether the method is above every floor.
fn method(sets: &[(&str, Vec<LabPost>)]) -> bool {
    let mut is_above = true;
    println!("The method, taught on four fifths of a set and tried on the last fifth; mean of {FOLDS}, ± standard deviation");
    println!("{:<20} {:<8} {:>15} {:>7} {:>15} {:>7}", "set", "fifths", "accuracy", "floor", "macro F1", "floor");
    for ((set, posts), (_, accuracy, f1)) in sets.iter().zip(FLOORS) {
        // Of this set alone it is known where posts stand.
        let ways: &[bool] = if *set == "reddit-intent" { &[false, true] } else { &[false] };
        for &by_venue in ways {
            let tallies = tried(posts, by_venue);
            let by = if by_venue { "by venue" } else { "evenly" };
            let (a, f) = (mean(tallies.iter().map(Tally::accuracy)), mean(tallies.iter().map(Tally::macro_f1)));
            println!("{set:<20} {by:<8} {:>7.3} ± {:.3} {accuracy:>9.3} {:>7.3} ± {:.3} {f1:>9.3}", a.0, a.1, f.0, f.1);
            is_above &= by_venue || (a.0 > *accuracy && f.0 > *f1);
        }
    }
    is_above
}

fn mean(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, spread.sqrt())
}

/// A tally for each fifth: of each label's posts in the order of their numbers, or whole venues.
fn tried(posts: &[LabPost], by_venue: bool) -> Vec<Tally> {
    let mut labels: Vec<&str> = posts.iter().map(|p| word(p, "label")).filter(|l| *l != LEFT_OUT).collect();
    labels.sort_unstable();
    labels.dedup();
    let place = |p: &LabPost| labels.iter().position(|l| *l == word(p, "label"));
    let mut all: Vec<(&LabPost, Lesson)> =
        posts.iter().filter_map(|p| Some((p, Lesson { tokens: Tokens::of(&p.text), label: place(p)?, weight: 1.0 }))).collect();
    all.sort_by_cached_key(|(p, l)| (l.label, number(&p.id)));
    let fold = |at: usize, p: &LabPost| if by_venue { number(word(p, "channel")) as usize % FOLDS } else { at % FOLDS };
    let folds: Vec<usize> = all.iter().enumerate().map(|(at, (p, _))| fold(at, p)).collect();
    let one = |kept: usize| {
        let mut lessons: Vec<&Lesson> = all.iter().zip(&folds).filter(|(_, f)| **f != kept).map(|((_, l), _)| l).collect();
        lessons.sort_by_cached_key(|l| number(&l.tokens.small));
        let taught = teach(&lessons, labels.len(), &Setting::default());
        let mut tally = Tally::new(labels.len());
        for ((_, lesson), _) in all.iter().zip(&folds).filter(|(_, f)| **f == kept) {
            tally.add(lesson.label, taught.label(&lesson.tokens).0);
        }
        tally
    };
    (0..FOLDS).map(one).collect()
}

/// The weights that ship, on what they never learnt from.
fn shipped(sets: &[(&str, Vec<LabPost>)]) {
    println!(
        "\nThe weights that ship, on posts they never learnt from. They learn from four fifths of reddit-intent and sms-promo and of some"
    );
    println!("venues of reddit-top; of these sets the last fifth is tried here, of the others everything.");
    let mut sure: Vec<(f64, bool)> = Vec::new();
    for (set, posts) in sets {
        let is_teacher = ["reddit-intent", "sms-promo"].contains(set);
        let mut what: Vec<(Does, Does)> = Vec::new();
        let mut sides = Tally::new(2);
        for post in posts.iter().filter(|p| !is_teacher || is_aside(p)) {
            let label = word(post, "label");
            let judged = judge(&post.text);
            if let Some(truth) = does(set, label) {
                what.push((truth, judged.does));
                sure.push((judged.p, truth == judged.does));
            }
            if let Some(truth) = side(set, label) {
                sides.add(truth as usize, judged.side as usize);
            }
        }
        told(set, &what);
        let of = |side: Side| format!("{} {:.3}", side.word(), sides.of(side as usize).1);
        let there: Vec<String> = Side::ALL.into_iter().filter(|s| (0..2).any(|k| sides.count(*s as usize, k) > 0)).map(of).collect();
        println!("  side: right {:.3} (found of {})", sides.accuracy(), there.join(", "));
        labels(set, posts);
    }
    calibration(&sure);
}

fn told(set: &str, what: &[(Does, Does)]) {
    println!("\n{set}");
    if what.is_empty() {
        return;
    }
    let mut tally = Tally::new(Does::ALL.len());
    for (truth, taken) in what {
        tally.add(*truth as usize, *taken as usize);
    }
    println!("  does: accuracy {:.3}, macro F1 {:.3} over {} posts", tally.accuracy(), tally.macro_f1(), what.len());
    for truth in Does::ALL {
        let row: Vec<u64> = Does::ALL.into_iter().map(|d| tally.count(truth as usize, d as usize)).collect();
        if row.iter().sum::<u64>() > 0 {
            let taken: Vec<String> = Does::ALL.into_iter().zip(row).map(|(d, n)| format!("{} {n}", d.word())).collect();
            let (precision, recall, f1) = tally.of(truth as usize);
            println!("  {:<6} precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}; taken for: {}", truth.word(), taken.join(", "));
        }
    }
}

/// What the set calls it, and what it is here.
fn labels(set: &str, posts: &[LabPost]) {
    let mut labels: Vec<&str> = posts.iter().map(|p| word(p, "label")).filter(|l| does(set, l).is_some()).collect();
    labels.sort_unstable();
    labels.dedup();
    let names: Vec<String> = labels.into_iter().filter_map(|l| Some(format!("{l} → {}", does(set, l)?.word()))).collect();
    if !names.is_empty() {
        println!("  labels: {}", names.join(", "));
    }
}

/// How often it is right where it says that it is so sure.
fn calibration(sure: &[(f64, bool)]) {
    println!("\nHow often it is right about what a post does, by how sure it says it is (all sets above)");
    for (from, to) in [(0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)] {
        let some: Vec<&(f64, bool)> = sure.iter().filter(|(p, _)| (from..to).contains(p)).collect();
        let said = some.iter().map(|(p, _)| p).sum::<f64>() / some.len().max(1) as f64;
        let right = some.iter().filter(|(_, is)| *is).count() as f64 / some.len().max(1) as f64;
        println!("  said {said:.2}: right {right:.2} of {}", some.len());
    }
}
