//! `hobnob lab verdict`: what counts before and in a trial say, by the same judgement as anywhere else.

use anyhow::Result;
use clap::Args;
use model::verdict::{Question, Stretch, judge};
use serde_json::json;

use crate::cli::desk::{Wrong, say};

/// Longer than anybody tries anything.
const DAYS_MAX: f64 = 36_500.0;
const COUNT_MAX: u64 = 1_000_000_000;
const TRIED_MAX: u32 = 1_000;

#[derive(Args)]
pub struct Arguments {
    /// What was counted in the days before
    #[arg(long, value_name = "N")]
    before: u64,
    /// What was counted in the trial
    #[arg(long, value_name = "N")]
    after: u64,
    /// How many days: once for both stretches, or twice, those before first
    #[arg(long, value_name = "D", required = true)]
    days: Vec<f64>,
    /// What was counted day by day, with commas between: once for the days before, and once for the trial. Shows clumps and the week's rhythm
    #[arg(long, value_name = "N,N,…")]
    daily: Vec<String>,
    /// Hours that the trial took
    #[arg(long, value_name = "H")]
    hours: Option<f64>,
    /// What the same hours bring elsewhere, an hour
    #[arg(long, value_name = "N")]
    elsewhere: Option<f64>,
    /// How many places were tried, this one included
    #[arg(long, value_name = "N", default_value_t = 1)]
    tried: u32,
    /// It has had three more weeks already
    #[arg(long)]
    second: bool,
}

pub fn run(a: &Arguments) -> Result<()> {
    let (before, after) = match a.days[..] {
        [both] => (both, both),
        [before, after] => (before, after),
        _ => return Err(Wrong::said(format!("--days is said {} times; say it once for both stretches, or twice", a.days.len()))),
    };
    if [before, after].iter().any(|d| !(*d > 0.0 && *d <= DAYS_MAX)) {
        return Err(Wrong::said(format!("--days is more than none and at most {DAYS_MAX}")));
    }
    if [a.before, a.after].iter().any(|n| *n > COUNT_MAX) {
        return Err(Wrong::said(format!("--before and --after are at most {COUNT_MAX}")));
    }
    if [a.hours, a.elsewhere].iter().flatten().any(|h| !h.is_finite() || *h < 0.0) {
        return Err(Wrong::said("--hours and --elsewhere are none or more".to_owned()));
    }
    if !(1..=TRIED_MAX).contains(&a.tried) {
        return Err(Wrong::said(format!("--tried is between 1 and {TRIED_MAX}")));
    }
    let (before, after) = (Stretch::new(a.before, before), Stretch::new(a.after, after));
    let (before, after) = match &a.daily[..] {
        [] => (before, after),
        [early, late] => (by_day(early, before, "before")?, by_day(late, after, "after")?),
        _ => return Err(Wrong::said("--daily is said twice: for the days before, and for the trial".to_owned())),
    };
    let v = judge(&Question { before, after, hours: a.hours, elsewhere: a.elsewhere, tried: a.tried, is_second: a.second });
    // An end that is open has no number.
    let number = |x: f64| if x.is_finite() { json!(x) } else { json!(null) };
    say(json!({
        "proposal": v.proposal.word(), "ratio": number(v.ratio), "low": number(v.low), "high": number(v.high), "level": v.level,
        "change_a_day": v.change_a_day, "change_low": v.change_low, "change_high": v.change_high, "clumping": v.clumping, "tried": a.tried,
        "an_hour": v.an_hour, "sentence": v.sentence,
    }));
    Ok(())
}

/// The same stretch, day by day; refused where the days are not its days or do not come to its count.
fn by_day(written: &str, known: Stretch, which: &str) -> Result<Stretch> {
    let numbers = written.split(',').map(|n| n.trim().parse::<u64>().ok().filter(|n| *n <= COUNT_MAX));
    let days = numbers
        .collect::<Option<Vec<u64>>>()
        .ok_or_else(|| Wrong::said(format!("--daily: “{written}” is not whole numbers with commas")))?;
    let (n, sum) = (days.len(), days.iter().sum::<u64>());
    if n as f64 != known.days || sum != known.count {
        let (count, wanted) = (known.count, known.days);
        return Err(Wrong::said(format!("--daily: {n} days with {sum} in all, where --{which} and --days say {count} in {wanted} days")));
    }
    Ok(Stretch::of_days(days))
}
