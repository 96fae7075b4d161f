//! `hobnob aims`: why we are here, and how far it is.

use anyhow::Result;
use clap::{Args, Subcommand};
use model::AimId;
use serde_json::{Value as Json, json};
use verbs::reflect::aims::{self, AimRow, AimWish};
use verbs::reflect::progress::{self, AimPage};

use crate::cli::desk::{Sitting, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON, one aim a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// All aims with how they stand
    List,
    /// Keep a new aim
    Add(Box<Wish>),
    /// One aim: week by week, and what it came from
    Show { id: i64 },
    /// It is not aimed for any more; what came of it stays
    Close { id: i64 },
    /// Take closing back
    Open { id: i64 },
}

#[derive(Args)]
struct Wish {
    /// A few words by which you know it again
    name: String,
    /// Why, in your own words
    #[arg(long)]
    why: String,
    /// visits, replies, people, outcomes, opt-ins, introductions or readers
    #[arg(long, default_value = "visits")]
    measure: String,
    /// How many
    #[arg(long, value_name = "N")]
    target: String,
    /// By which day, such as 2026-12-05
    #[arg(long, value_name = "DATE", default_value = "")]
    by: String,
    /// Hours a week that it may cost
    #[arg(long, value_name = "HOURS", default_value = "")]
    hours: String,
    /// What an hour is worth to you
    #[arg(long, value_name = "WORDS", default_value = "")]
    worth: String,
    /// What else the hours could be: "visits to three customers"
    #[arg(long, value_name = "WORDS", default_value = "")]
    elsewhere: String,
    /// How many of what is counted an hour of that brings
    #[arg(long, value_name = "N", default_value = "")]
    elsewhere_an_hour: String,
    /// Where it leads on your own site
    #[arg(long, value_name = "URL", default_value = "")]
    url: String,
    /// Of answers and people, count only those of people who matter for the aim, or whose words about themselves fit this query
    #[arg(long, value_name = "QUERY", num_args = 0..=1, default_missing_value = "")]
    like_these: Option<String>,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let cx = sitting.cx();
    match arguments.what.unwrap_or(What::List) {
        What::List => list(&sitting, arguments.json).await,
        What::Add(w) => {
            let wish = AimWish {
                name: w.name,
                why: w.why,
                measure: w.measure,
                target: w.target,
                by: w.by,
                hours: w.hours,
                worth: w.worth,
                elsewhere: w.elsewhere,
                elsewhere_an_hour: w.elsewhere_an_hour,
                url: w.url,
                is_narrow: w.like_these.is_some(),
                like_these: w.like_these.unwrap_or_default(),
            };
            let id = aims::add(cx, &wish).await?;
            say(if arguments.json { json!({"aim": id.0}).to_string() } else { format!("Kept, as aim {id}.") });
            Ok(())
        }
        What::Show { id } => {
            let page = progress::one(cx, AimId(id)).await?;
            if arguments.json {
                say(whole(&page));
            } else {
                show(&page);
            }
            Ok(())
        }
        What::Close { id } => {
            let name = aims::close(cx, AimId(id)).await?;
            say(if arguments.json { json!({"aim": id, "is_closed": true}).to_string() } else { format!("Closed “{name}”.") });
            Ok(())
        }
        What::Open { id } => {
            let name = aims::reopen(cx, AimId(id)).await?;
            say(if arguments.json { json!({"aim": id, "is_closed": false}).to_string() } else { format!("“{name}” is open again.") });
            Ok(())
        }
    }
}

async fn list(sitting: &Sitting, as_json: bool) -> Result<()> {
    let all = aims::list(sitting.cx()).await?;
    let is_none = all.open.is_empty() && all.closed.is_empty();
    for row in all.open.iter().chain(&all.closed) {
        if as_json {
            say(row_json(row));
        } else {
            let closed = if row.aim.closed_at.is_some() { " (closed)" } else { "" };
            say(format!("{}  {}{closed}: {}", row.aim.id, row.aim.name, row.standing.sentence));
        }
    }
    if is_none && !as_json {
        say("No aim yet. Say why you are here: hobnob aims add NAME --why … --target N");
    }
    Ok(())
}

fn row_json(row: &AimRow) -> Json {
    let a = &row.aim;
    json!({
        "aim": a.id.0, "name": a.name, "why": a.why, "measure": a.measure.word(), "target": a.target, "by": a.by, "hours": a.hours, "url": a.url, "like_these": a.like_these,
        "is_closed": a.closed_at.is_some(), "n": row.standing.n, "sentence": row.standing.sentence,
    })
}

fn whole(page: &AimPage) -> Json {
    let mut all = row_json(&AimRow { aim: page.aim.clone(), standing: page.standing.clone() });
    let weeks: Vec<Json> =
        page.weeks.iter().map(|w| json!({"monday": w.monday.to_string(), "n": w.n, "is_running": w.is_running})).collect();
    let sources: Vec<Json> = page
        .sources
        .iter()
        .map(|s| {
            json!({
                "words": s.words, "network": s.network.map(|(_, name)| name), "url": s.url, "conversation": s.conversation.map(|c| c.0),
                "person": s.person.as_ref().map(|p| p.id.0), "who": s.person.as_ref().map(|p| p.name.as_str()), "n": s.n,
            })
        })
        .collect();
    all["people"] = page.hung.0.iter().map(|p| json!({"person": p.id.0, "who": p.name})).collect();
    all["weeks"] = weeks.into();
    all["sources"] = sources.into();
    all
}

fn show(page: &AimPage) {
    say(&page.aim.name);
    say(format!("    {}", page.aim.why));
    say(format!("{} {}", page.standing.sentence, page.lede).trim_end());
    if page.hung.1 > 0 {
        let names: Vec<&str> = page.hung.0.iter().map(|p| p.name.as_str()).collect();
        let more = page.hung.1 - names.len() as u64;
        say(format!("  about {}{}", names.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() }));
    }
    for week in &page.weeks {
        say(format!("  {}  {}{}", week.monday, week.n, if week.is_running { " so far" } else { "" }));
    }
    for source in &page.sources {
        let who = source.person.as_ref().map_or("to everybody", |p| p.name.as_str());
        let network = source.network.map_or("", |(_, name)| name);
        say(format!("  {:>4}  {who}, {network}: {}", source.n, source.words));
    }
}
