//! `hobnob topics`: what is listened for.

use anyhow::Result;
use clap::{Args, Subcommand};
use model::{AimId, TopicId};
use serde_json::json;
use verbs::VerbError;
use verbs::listen::topics::{self, TopicRow, TopicWish};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON, one topic a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// All topics with where each is listened for
    List,
    /// Listen for something: words, "phrases", OR, -not, (groups), #tag, from:, on:, lang:
    Add(Wish),
    /// Change a topic
    Change {
        id: i64,
        #[command(flatten)]
        wish: Wish,
    },
    /// Listen for it no longer
    Close { id: i64 },
    /// Take closing back
    Open { id: i64 },
}

#[derive(Args)]
struct Wish {
    /// What to listen for, such as 'sourdough (starter OR levain) -recipe'
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// What to call it; else it is called by its query
    #[arg(long, default_value = "")]
    name: String,
    /// The number of the aim it serves
    #[arg(long)]
    aim: Option<i64>,
}

impl Wish {
    fn read(&self) -> TopicWish {
        TopicWish { name: self.name.clone(), query: self.query.clone(), aim: self.aim.map(AimId) }
    }
}

/// A query that can't be read, with a mark under the letter.
pub(crate) fn pointed(query: &str, error: VerbError) -> anyhow::Error {
    match error {
        VerbError::Query(error) => {
            let before = " ".repeat(error.at);
            Wrong::said(format!("{} (character {})\n  {}\n  {before}^", error.why, error.at + 1, query.replace('\n', " ")))
        }
        other => other.into(),
    }
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let cx = sitting.cx();
    let is_json = arguments.json;
    match arguments.what.unwrap_or(What::List) {
        What::List => {
            let rows = topics::list(cx).await?;
            if rows.is_empty() && !is_json {
                say("Nothing is listened for yet. Try: hobnob topics add 'sourdough starter'");
            }
            rows.iter().for_each(|row| show(row, is_json));
        }
        What::Add(wish) => {
            let id = topics::add(cx, wish.read()).await.map_err(|e| pointed(&wish.query, e))?;
            say(if is_json { json!({"topic": id.0}).to_string() } else { format!("Listening, as topic {id}.") });
        }
        What::Change { id, wish } => {
            topics::change(cx, TopicId(id), wish.read()).await.map_err(|e| pointed(&wish.query, e))?;
            say(if is_json { json!({"topic": id}).to_string() } else { "Kept.".to_owned() });
        }
        What::Close { id } => {
            let name = topics::close(cx, TopicId(id)).await?;
            say(if is_json { json!({"topic": id}).to_string() } else { format!("No longer listening for “{name}”.") });
        }
        What::Open { id } => {
            let name = topics::reopen(cx, TopicId(id)).await?;
            say(if is_json { json!({"topic": id}).to_string() } else { format!("Listening for “{name}” again.") });
        }
    }
    Ok(())
}

fn show(row: &TopicRow, is_json: bool) {
    if is_json {
        let watches: Vec<_> = row
            .watches
            .iter()
            .map(|w| {
                json!({"what": w.what, "network": w.network_name, "account": w.handle, "is_listening": w.is_listening, "why": w.why, "heard_at": w.heard_at.map(|t| t.to_string())})
            })
            .collect();
        say(json!({
            "topic": row.topic.id.0, "name": row.topic.name, "query": row.topic.query.text(), "aim": row.topic.aim.map(|a| a.0),
            "posts": row.posts(), "is_more_than_usual": row.is_more_than_usual, "watches": watches,
        }));
        return;
    }
    say(format!("{}  {}: {}", row.topic.id, row.topic.name, row.topic.query.text()));
    say(format!("    {} posts in four weeks{}", row.posts(), if row.is_more_than_usual { ", more than usual" } else { "" }));
    for w in &row.watches {
        let why = w.why.as_deref().map(|why| format!(". {why}")).unwrap_or_default();
        say(format!("    {} on {}, {}{why}", w.what, w.network_name, w.handle));
    }
}
