//! `cargo x eval verdicts`: trials drawn from laws whose truth is known, and how often `model::verdict` is right about them. Prints the page
//! `docs/verdicts.md`; with `--keep` it writes it, too. Fails where what the house promises is broken.

// An evaluation speaks through its standard output.
#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::process::ExitCode;

use model::verdict::{Proposal, Question, Stretch, judge};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const TRIALS: u32 = 10_000;
const SEED: u64 = 2026;
const RATES: [f64; 5] = [0.1, 0.3, 1.0, 3.0, 8.0];
const EFFECTS: [f64; 6] = [0.5, 1.0, 1.25, 1.5, 2.0, 3.0];
/// Places tried for one aim, all of which do nothing.
const PLACES: u32 = 12;
/// Monday to Sunday, for what is quiet at weekends.
const WEEK: [f64; 7] = [1.5, 1.4, 1.2, 1.1, 0.9, 0.5, 0.4];
/// Where the promises stand: how often the intervals hold over all drawn trials, and how often a place that does nothing may be stayed at.
const HELD: std::ops::Range<f64> = 0.94..0.97;
const STAY_MAX: f64 = 0.05;

/// How outcomes come.
#[derive(Clone, Copy)]
struct Law {
    name: &'static str,
    /// Variance over mean of a day's count: 1 is Poisson, more is negative binomial.
    clumping: f64,
    has_week: bool,
    /// Whether the judge sees single days, or the two sums alone.
    is_daily: bool,
    days: (usize, usize),
}

const fn law(name: &'static str, clumping: f64, has_week: bool, is_daily: bool, days: (usize, usize)) -> Law {
    Law { name, clumping, has_week, is_daily, days }
}

const LAWS: [Law; 9] = [
    law("singly, sums alone", 1.0, false, false, (21, 21)),
    law("singly, by day", 1.0, false, true, (21, 21)),
    law("singly, 42 days tried", 1.0, false, true, (21, 42)),
    law("with a week's rhythm", 1.0, true, true, (21, 21)),
    law("rhythm, day 16 of 21", 1.0, true, true, (21, 16)),
    law("clumps of 1.5", 1.5, false, true, (21, 21)),
    law("clumps of 2", 2.0, false, true, (21, 21)),
    law("clumps of 2 and rhythm", 2.0, true, true, (21, 21)),
    law("clumps of 1.5, sums alone", 1.5, false, false, (21, 21)),
];

/// What was said over some trials.
#[derive(Clone, Copy, Default)]
struct Tally {
    trials: u32,
    held: u32,
    held_change: u32,
    stays: u32,
    leaves: u32,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.trials += other.trials;
        self.held += other.held;
        self.held_change += other.held_change;
        self.stays += other.stays;
        self.leaves += other.leaves;
    }
    fn share(self, n: u32) -> f64 {
        f64::from(n) / f64::from(self.trials.max(1))
    }
}

struct Dice(StdRng);

impl Dice {
    fn uniform(&mut self) -> f64 {
        1.0 - self.0.random::<f64>()
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        (low.ln() + self.uniform() * (high / low).ln()).exp()
    }
    /// By counting exponential gaps.
    fn poisson(&mut self, mean: f64) -> u64 {
        let (mut at, mut n) = (0.0, 0);
        loop {
            at -= self.uniform().ln();
            if at > mean {
                return n;
            }
            n += 1;
        }
    }
    /// Marsaglia and Tsang's way.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
    fn day(&mut self, mean: f64, clumping: f64) -> u64 {
        let mean = if clumping > 1.0 { self.gamma(mean / (clumping - 1.0)) * (clumping - 1.0) } else { mean };
        self.poisson(mean)
    }
    fn stretch(&mut self, law: Law, a_day: f64, first: usize, days: usize) -> Stretch {
        let week = |i: usize| if law.has_week { WEEK[(first + i) % 7] } else { 1.0 };
        let daily: Vec<u64> = (0..days).map(|i| self.day(a_day * week(i), law.clumping)).collect();
        if law.is_daily { Stretch::of_days(daily) } else { Stretch::new(daily.iter().sum(), days as f64) }
    }
    fn question(&mut self, law: Law, a_day: f64, effect: f64, tried: u32) -> Question {
        let before = self.stretch(law, a_day, 0, law.days.0);
        let after = self.stretch(law, a_day * effect, law.days.0, law.days.1);
        Question { before, after, hours: None, elsewhere: None, tried, is_second: false }
    }
    fn try_out(&mut self, law: Law, a_day: f64, effect: f64, trials: u32) -> Tally {
        let mut tally = Tally { trials, ..Tally::default() };
        let change = a_day * (effect - 1.0);
        for _ in 0..trials {
            let v = judge(&self.question(law, a_day, effect, 1));
            tally.held += u32::from(v.low <= effect && effect <= v.high);
            tally.held_change += u32::from(v.change_low <= change && change <= v.change_high);
            tally.stays += u32::from(v.proposal == Proposal::Stay);
            tally.leaves += u32::from(v.proposal == Proposal::Leave);
        }
        tally
    }
}

fn main() -> ExitCode {
    let mut page = String::from(HEAD);
    let drawn = at_random(&mut page);
    grid(&mut page);
    let luck = families(&mut page);
    page.push_str(FOOT);
    print!("{page}");
    if std::env::args().any(|a| a == "--keep") {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verdicts.md");
        if let Err(error) = std::fs::write(&file, &page) {
            println!("{}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    }
    let is_kept = HELD.contains(&drawn.0) && drawn.1 < STAY_MAX && luck < STAY_MAX;
    println!("{}", if is_kept { "kept" } else { "BROKEN" });
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Trials whose rate, effect and law are drawn, too; how often the intervals hold, and how often a place that does nothing is stayed at.
fn at_random(page: &mut String) -> (f64, f64) {
    let mut dice = Dice(StdRng::seed_from_u64(SEED));
    let (mut all, mut idle) = (Tally::default(), Tally::default());
    let (mut plain, mut plain_idle) = (Tally::default(), Tally::default());
    for i in 0..TRIALS {
        let (a_day, effect) = (dice.between(0.1, 5.0), dice.between(1.0 / 3.0, 3.0));
        let law = LAWS[(i % 8) as usize];
        all.add(dice.try_out(law, a_day, effect, 1));
        idle.add(dice.try_out(law, a_day, 1.0, 1));
        plain.add(dice.try_out(LAWS[0], a_day, effect, 1));
        plain_idle.add(dice.try_out(LAWS[0], a_day, 1.0, 1));
    }
    let _ = writeln!(
        page,
        "| {TRIALS} drawn trials | the interval of the ratio holds | that of the change a day | “stay” where nothing changed |\n|---|---:|---:|---:|"
    );
    for (name, all, idle) in [("of the first eight laws below, by turns", all, idle), ("that come singly, sums alone", plain, plain_idle)] {
        let (held, change, stays) = (all.share(all.held), all.share(all.held_change), idle.share(idle.stays));
        let _ = writeln!(page, "| {name} | {:.1} % | {:.1} % | {:.1} % |", 100.0 * held, 100.0 * change, 100.0 * stays);
    }
    (all.share(all.held), idle.share(idle.stays))
}

/// Every law at every rate and effect.
fn grid(page: &mut String) {
    page.push_str(GRID);
    let rows: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = LAWS.iter().enumerate().map(|(i, law)| scope.spawn(move || row(*law, i as u64))).collect();
        threads.into_iter().map(|t| t.join().expect("a drawn law is judged")).collect()
    });
    page.extend(rows);
    page.push_str(SEEN);
    let mut dice = Dice(StdRng::seed_from_u64(SEED + 100));
    for a_day in RATES {
        let _ = write!(page, "| {a_day} |");
        for effect in EFFECTS {
            let t = dice.try_out(LAWS[1], a_day, effect, TRIALS);
            let _ = write!(page, " {:.0}, {:.0} |", 100.0 * t.share(t.stays), 100.0 * t.share(t.leaves));
        }
        page.push('\n');
    }
}

fn row(law: Law, seed: u64) -> String {
    let mut dice = Dice(StdRng::seed_from_u64(SEED + 1 + seed));
    let (mut all, mut idle_worst) = (Tally::default(), 0.0f64);
    let mut row = format!("| {} |", law.name);
    let mut least = (1.0f64, 0.0, 0.0);
    for a_day in RATES {
        let mut of_rate = Tally::default();
        for effect in EFFECTS {
            let t = dice.try_out(law, a_day, effect, TRIALS);
            of_rate.add(t);
            if t.share(t.held) < least.0 {
                least = (t.share(t.held), a_day, effect);
            }
            if effect <= 1.0 {
                idle_worst = idle_worst.max(t.share(t.stays));
            }
        }
        let _ = write!(row, " {:.1} |", 100.0 * of_rate.share(of_rate.held));
        all.add(of_rate);
    }
    let _ = writeln!(
        row,
        " {:.1} | {:.1} ({}, ×{}) | {:.1} |",
        100.0 * all.share(all.held),
        100.0 * least.0,
        least.1,
        least.2,
        100.0 * idle_worst
    );
    row
}

/// A dozen places that all do nothing: how often at least one of them is called worth staying at.
fn families(page: &mut String) -> f64 {
    let mut dice = Dice(StdRng::seed_from_u64(SEED + 200));
    let (mut alone, mut together) = (0, 0);
    let families = TRIALS / 4;
    for i in 0..families {
        let (law, a_day) = (LAWS[(i % 8) as usize], dice.between(0.1, 5.0));
        let (mut any_alone, mut any_together) = (false, false);
        for _ in 0..PLACES {
            let mut question = dice.question(law, a_day, 1.0, 1);
            any_alone |= judge(&question).proposal == Proposal::Stay;
            question.tried = PLACES;
            any_together |= judge(&question).proposal == Proposal::Stay;
        }
        alone += u32::from(any_alone);
        together += u32::from(any_together);
    }
    let share = |n: u32| 100.0 * f64::from(n) / f64::from(families);
    let _ = writeln!(
        page,
        "\n## Several places at once\n\n{families} times, {PLACES} places that all do nothing were tried. Judged each by itself, at least one was to be stayed at in {:.0} of 100 times; \
         judged by the level that minds how many were tried (1 − 0.05 / {PLACES}, after Bonferroni), in {:.1}.",
        share(alone),
        share(together)
    );
    f64::from(together) / f64::from(families)
}

const HEAD: &str = "\
# How often verdicts are right

Made by `cargo x eval verdicts --keep`: trials are drawn from laws whose truth is known, and judged by `model::verdict`, as every page and
`hobnob lab verdict` does. The interval is Jeffreys' for the ratio of two rates (sources at the head of `crates/model/src/verdict/mod.rs`).

";
const GRID: &str = "
## Law by law

How often, in 100, the interval of the ratio holds the truth: by outcomes a day before the trial, over all effects (×0.5 to ×3, 10,000 trials each), then
over all, then in the worst single cell (its rate and effect), and the most that “stay” was said where the place does nothing or harm.
“Clumps of 2” are days drawn from a negative binomial law whose variance is twice its mean; the rhythm is a week that is busy on Monday and quiet
at its end.

| law | 0.1 a day | 0.3 | 1 | 3 | 8 | all | worst | “stay” of nothing |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
";
const SEEN: &str = "
## What three weeks can see

How often, in 100, “stay” and “leave” are said after 21 days, where outcomes come singly; the rest is “three more weeks”.

| a day before | ×0.5 | ×1 | ×1.25 | ×1.5 | ×2 | ×3 |
|---|---:|---:|---:|---:|---:|---:|
";
const FOOT: &str = "
## What this does not cover

- Where only two sums are given and outcomes come in clumps, the interval is too narrow, and nothing in two sums can show it: the last law. Pages
  always judge by day; `hobnob lab verdict` does with `--daily`.
- With two outcomes in three weeks an interval of counts can't but hold more often than it says: see 0.1 a day.
- Days are drawn one from another: a post that brings people over a whole week clumps more than single days show.
- What changed at the same time for another reason is counted for the place. Two trials at once share what came of both.
";
