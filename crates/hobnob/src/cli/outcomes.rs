//! `hobnob outcomes`: what came of an aim, our own sites that send it, and bringing it in from a log or another counter.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use model::{OutcomeId, SiteId};
use serde_json::{Value as Json, json};
use verbs::reflect::bring_in::{BroughtIn, Format, bring_in};
use verbs::reflect::outcomes::{self, OutcomeWish, Told};
use verbs::reflect::{progress, sites};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::cli::feeds::read;
use crate::config::Flags;

/// The largest file that is brought in at once.
const FILE_MAX: usize = 256 * 1024 * 1024;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON, one thing a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The outcomes of an aim, newest first
    List { aim: i64 },
    /// One outcome with the way that led to it
    Show { outcome: i64 },
    /// Note one by hand
    Note(Note),
    /// Make a site of yours known: prints the line for its pages, and the secret that signs what its server sends
    Site {
        /// Such as fold.example
        host: String,
        /// The aim that its outcomes count for; else the aim of the link that they came by
        #[arg(long, value_name = "ID", default_value = "")]
        aim: String,
    },
    /// Sites that are known
    Sites,
    /// Bring visits and outcomes in: a log (Combined or Caddy JSON), or the CSV of Plausible, Umami or GoatCounter
    Import(Import),
}

#[derive(Args)]
struct Note {
    /// booking, meeting, introduction and so on
    name: String,
    #[arg(long, value_name = "ID", default_value = "")]
    aim: String,
    /// A day or an instant; now where it is left out
    #[arg(long, value_name = "WHEN", default_value = "")]
    at: String,
    /// The conversation that led to it
    #[arg(long, value_name = "ID")]
    talk: Option<i64>,
    /// The person who led to it
    #[arg(long, value_name = "ID")]
    person: Option<i64>,
    /// Who told them of you, in their words
    #[arg(long, value_name = "WORDS", default_value = "")]
    said_by: String,
    /// What it was worth
    #[arg(long, value_name = "N", default_value = "")]
    value: String,
}

#[derive(Args)]
struct Import {
    file: PathBuf,
    /// The site, by its number or its host
    #[arg(long, value_name = "SITE")]
    site: String,
    /// log, plausible, umami or goatcounter
    #[arg(long, value_name = "FORMAT", default_value = "log")]
    format: String,
    /// In a log: a page that means an outcome, as booking=/thanks; say it again for more
    #[arg(long, value_name = "NAME=PATH")]
    outcome: Vec<String>,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let (cx, as_json) = (sitting.cx(), arguments.json);
    match arguments.what {
        What::List { aim } => {
            let page = progress::one(cx, model::AimId(aim)).await?;
            for told in &page.outcomes {
                say(if as_json { whole(told).to_string() } else { line(told) });
            }
            if page.outcomes.is_empty() && !as_json {
                say("No outcome is kept yet: hobnob outcomes note booking --aim ID");
            }
        }
        What::Show { outcome } => {
            let told = outcomes::one(cx, OutcomeId(outcome)).await?;
            say(if as_json { whole(&told).to_string() } else { line(&told) });
        }
        What::Note(n) => {
            let wish = OutcomeWish {
                name: n.name,
                aim: n.aim,
                at: n.at,
                conversation: n.talk.map(model::ConversationId),
                person: n.person.map(model::PersonId),
                said_by: n.said_by,
                note: String::new(),
                value: n.value,
            };
            let id = outcomes::note(cx, &wish).await?;
            say(if as_json { json!({"outcome": id.0}).to_string() } else { format!("Noted, as outcome {id}.") });
        }
        What::Site { host, aim } => {
            let (site, secret) = sites::add(cx, &host, &aim).await?;
            let base = sitting.app.config.public_url.trim_end_matches('/').to_owned();
            let script = format!("<script defer src=\"{base}{}{}.js\"></script>", sites::PATH, site.key);
            if as_json {
                say(
                    json!({"site": site.id.0, "host": site.host, "script": script, "hook": format!("{base}{}{}/hook", sites::PATH, site.key), "secret": secret}),
                );
            } else {
                say(format!("{} is known, as site {}. In its pages:\n  {script}\nIts server signs with: {secret}", site.host, site.id));
            }
        }
        What::Sites => {
            for (site, from) in sites::list(cx).await? {
                if as_json {
                    say(json!({"site": site.id.0, "host": site.host, "key": site.key, "aim": site.aim.map(|a| a.0), "from": from}));
                } else {
                    say(format!("{}  {}: {} people in four weeks", site.id, site.host, from.iter().map(|(_, n)| n).sum::<u64>()));
                }
            }
        }
        What::Import(import) => {
            let report = brought_in(&sitting, &import).await?;
            if as_json { say(report_json(&report)) } else { report_words(&report) }
        }
    }
    Ok(())
}

async fn brought_in(sitting: &Sitting, import: &Import) -> Result<BroughtIn> {
    let format = Format::from_word(&import.format).ok_or_else(|| {
        let all: Vec<_> = Format::ALL.iter().map(|f| f.word()).collect();
        Wrong::said(format!("--format: there is no “{}”; there are {}", import.format, all.join(", ")))
    })?;
    let marks = import.outcome.iter().map(|mark| match mark.split_once('=') {
        Some((name, path)) if path.starts_with('/') => Ok((outcomes::name_of(name)?, path.to_owned())),
        _ => Err(Wrong::said(format!("--outcome: “{mark}” is not as booking=/thanks"))),
    });
    let marks = marks.collect::<Result<Vec<_>>>()?;
    let known = sites::list(sitting.cx()).await?;
    let site = known.iter().map(|(site, _)| site).find(|s| s.host == import.site || s.id.to_string() == import.site);
    let id: SiteId = site.map(|s| s.id).ok_or_else(|| {
        let hosts: Vec<_> = known.iter().map(|(s, _)| s.host.as_str()).collect();
        Wrong::said(format!(
            "--site: “{}” is not known; known are: {}",
            import.site,
            if hosts.is_empty() { "none".to_owned() } else { hosts.join(", ") }
        ))
    })?;
    let content = read(&import.file, FILE_MAX)?;
    Ok(bring_in(sitting.cx(), id, format, &content, &marks).await?)
}

fn report_json(r: &BroughtIn) -> Json {
    json!({
        "rows": r.rows, "bad": r.bad, "first_bad": r.first_bad, "people": r.people, "machines": r.machines, "ourselves": r.ourselves, "outcomes": r.outcomes,
        "known": r.known, "joined": r.joined, "feeds": r.feeds,
    })
}

fn report_words(r: &BroughtIn) {
    say(format!("{} arrivals of people; {} of machines and {} of ourselves are left out.", r.people, r.machines, r.ourselves));
    say(format!("{} outcomes, {} of them by a link of yours; {} were there already.", r.outcomes, r.joined, r.known));
    if r.feeds > 0 {
        say(format!("Readers were counted of {} feed{}.", r.feeds, if r.feeds == 1 { "" } else { "s" }));
    }
    if let Some(why) = &r.first_bad {
        say(format!("{} rows could not be read, the first at {why}", r.bad));
    }
}

fn whole(told: &Told) -> Json {
    let o = &told.outcome;
    json!({
        "outcome": o.id.0, "name": o.name, "at": o.at.to_string(), "n": o.n, "source": o.source.word(), "aim": o.aim.map(|a| a.0), "visit": o.visit.map(|v| v.0),
        "link": told.code, "words": told.words, "post": told.post_url, "conversation": o.conversation.map(|c| c.0),
        "person": told.person.as_ref().map(|p| p.id.0), "who": told.person.as_ref().map(|p| p.name.as_str()), "said_by": o.said_by, "value": o.value,
    })
}

fn line(told: &Told) -> String {
    let o = &told.outcome;
    let who = told
        .person
        .as_ref()
        .map_or_else(|| o.said_by.clone().map_or("nobody is named".to_owned(), |s| format!("“{s}”")), |p| p.name.clone());
    let link = told.code.as_ref().map_or(String::new(), |code| format!(", by /go/{code}"));
    format!("{}  {}  {}{}: {who}{link}", o.id, o.at, o.name, if o.n > 1 { format!(" × {}", o.n) } else { String::new() })
}
