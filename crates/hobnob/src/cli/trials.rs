//! `hobnob trials`: places tried for an aim for three weeks, what is proposed, and the verdict with its reason.

use anyhow::Result;
use clap::{Args, Subcommand};
use model::{AimId, TrialId};
use serde_json::{Value as Json, json};
use verbs::reflect::trials::{self, State, TrialLook, TrialWish};

use crate::cli::desk::{Sitting, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON, one trial a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// All trials of an aim, the latest first, each with what its counts say
    List { aim: i64 },
    /// Begin one
    Begin(Begin),
    /// Note that you were there on a day, and for how long
    Day {
        trial: i64,
        /// Such as 2026-09-08
        day: String,
        #[arg(long, value_name = "N", default_value = "")]
        minutes: String,
        /// Take the note away again
        #[arg(long)]
        not: bool,
    },
    /// Decide: stay, leave, or "three more weeks"
    Decide {
        trial: i64,
        verdict: String,
        /// Why, in your own words
        #[arg(long, value_name = "WORDS", default_value = "")]
        why: String,
    },
}

#[derive(Args)]
struct Begin {
    /// For which aim
    aim: i64,
    /// Which place, as you call it
    venue: String,
    /// Your account there, by its number
    #[arg(long, value_name = "ID", default_value = "")]
    account: String,
    /// The first day, such as 2026-09-08; today where it is left out
    #[arg(long, value_name = "DATE", default_value = "")]
    starts: String,
    /// Hours a week meant for it
    #[arg(long, value_name = "HOURS", default_value = "")]
    hours: String,
    /// What to do there; the first week asks nothing where it is left out
    #[arg(long, value_name = "WORDS", default_value = "")]
    plan: String,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let (cx, as_json) = (sitting.cx(), arguments.json);
    match arguments.what {
        What::List { aim } => {
            let looks = trials::list(cx, AimId(aim)).await?;
            if looks.is_empty() && !as_json {
                say("Nothing was tried for it yet: hobnob trials begin AIM PLACE");
            }
            for look in &looks {
                if as_json { say(whole(look)) } else { show(look) }
            }
        }
        What::Begin(b) => {
            let wish = TrialWish { venue: b.venue, account: b.account, starts_on: b.starts, hours: b.hours, plan: b.plan };
            let id = trials::begin(cx, AimId(b.aim), &wish).await?;
            say(if as_json { json!({"trial": id.0}).to_string() } else { format!("It begins, as trial {id}.") });
        }
        What::Day { trial, day, minutes, not } => {
            trials::note_day(cx, TrialId(trial), &day, !not, &minutes).await?;
            say(if as_json { json!({"trial": trial, "day": day, "there": !not}).to_string() } else { "Noted.".to_owned() });
        }
        What::Decide { trial, verdict, why } => {
            trials::decide(cx, TrialId(trial), &verdict, &why).await?;
            say(if as_json { json!({"trial": trial, "verdict": verdict}).to_string() } else { format!("Kept: {verdict}.") });
        }
    }
    Ok(())
}

fn state(look: &TrialLook) -> &'static str {
    match look.state {
        State::ToCome => "to come",
        State::Running => "running",
        State::Waiting => "waits for your verdict",
        State::Decided(verdict) => verdict.word(),
    }
}

fn whole(look: &TrialLook) -> Json {
    let (t, v, q) = (&look.trial, &look.verdict, &look.question);
    let end = |x: f64| if x.is_finite() { json!(x) } else { json!(null) };
    json!({
        "trial": t.id.0, "aim": t.aim.0, "venue": t.venue, "first": look.first.to_string(), "last": look.last.to_string(), "day": look.day, "days": t.days,
        "state": state(look), "plan": t.plan, "before": q.before.daily, "after": q.after.daily, "hours": look.hours, "tried": q.tried,
        "can_tell": look.can_tell(), "proposal": v.proposal.word(), "ratio": end(v.ratio), "low": end(v.low), "high": end(v.high), "level": v.level,
        "change_a_day": v.change_a_day, "change_low": v.change_low, "change_high": v.change_high, "an_hour": v.an_hour, "sentence": v.sentence,
        "wrote": look.traffic.map(|t| t.wrote), "answered": look.traffic.map(|t| t.answered), "ties": look.traffic.map(|t| t.ties),
        "overlaps": look.overlaps,
        "decisions": look.decisions.iter().map(|d| json!({"verdict": d.verdict.word(), "reason": d.reason, "proposed": d.proposed.word(), "at": d.at.to_string()})).collect::<Vec<_>>(),
    })
}

fn show(look: &TrialLook) {
    say(format!(
        "{}  {}, {} to {}, day {} of {}: {}",
        look.trial.id,
        look.trial.venue,
        look.first,
        look.last,
        look.day,
        look.trial.days,
        state(look)
    ));
    if look.can_tell() {
        say(format!("    {}", look.verdict.sentence));
    } else {
        say("    A week has to be over before anything can be said.");
    }
    if let Some(t) = look.traffic {
        say(format!("    {} written, {} answers, {} ties begun, {:.1} hours", t.wrote, t.answered, t.ties, look.hours));
    }
    if let Some(venue) = &look.overlaps {
        say(format!("    Its days, or those before it, are also those of {venue}."));
    }
    for d in &look.decisions {
        say(format!("    {}: {}", d.verdict.word(), d.reason));
    }
}
