//! `hobnob listen`: conversations worth joining, with why.

use anyhow::Result;
use clap::Args;
use model::TopicId;
use serde_json::json;
use verbs::listen::{Filter, sightings};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

/// No more rows than this at once.
const ROWS_MAX: usize = 100;

#[derive(Args)]
pub struct Arguments {
    /// Only one topic, by its number
    #[arg(long)]
    topic: Option<i64>,
    /// Only one network, by its key
    #[arg(long, default_value = "")]
    network: String,
    /// Also those under 40 points
    #[arg(long)]
    all: bool,
    /// How many at most
    #[arg(long, default_value_t = 10)]
    max: usize,
    /// Print JSON, one conversation a line
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    if arguments.max == 0 || arguments.max > ROWS_MAX {
        return Err(Wrong::said(format!("--max is {}; it goes from 1 to {ROWS_MAX}", arguments.max)));
    }
    let sitting = Sitting::open(flags).await?;
    let filter = Filter { topic: arguments.topic.map(TopicId), network: arguments.network, since: None, with_low: arguments.all };
    let rows = sightings(sitting.cx(), filter, arguments.max).await?;
    if rows.is_empty() && !arguments.json {
        say("Nothing worth joining just now.");
    }
    for s in rows {
        if arguments.json {
            let reasons: Vec<_> = s.worth.reasons.iter().map(|r| json!({"words": r.words, "points": r.points()})).collect();
            say(json!({
                "sighting": s.id.0, "conversation": s.conversation.map(|c| c.0), "topic": s.topic.0, "topic_name": s.topic_name, "who": s.who,
                "person": s.person.map(|p| p.0), "network": s.network.as_str(), "words": s.words, "url": s.url, "said_at": s.said_at.to_string(),
                "score": s.worth.score, "reasons": reasons,
            }));
        } else {
            say(format!("{:>3}  {} on {}: {}", s.worth.score, s.who, s.network_name, s.words));
            let shorts: Vec<String> =
                s.worth.shorts().map(|(words, is_minus)| format!("{} {words}", if is_minus { "−" } else { "+" })).collect();
            say(format!("     {}", shorts.join("; ")));
            if let Some(conversation) = s.conversation {
                say(format!("     Answer with: hobnob reply {conversation}"));
            }
        }
    }
    Ok(())
}
