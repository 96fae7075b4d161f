//! `hobnob inbox`: the rows of a box, as the page shows them.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use verbs::converse::inbox::{Inbox, Wish, inbox};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// waiting, you-wait, later, spoke, private or done
    #[arg(long = "box", value_name = "BOX", default_value = "waiting")]
    inbox: String,
    /// Only one network, by its key
    #[arg(long)]
    network: Option<String>,
    /// Print JSON, one conversation a line
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let at = Inbox::from_word(&arguments.inbox)
        .ok_or_else(|| Wrong::said(format!("“{}” is not waiting, you-wait, later, spoke, private or done", arguments.inbox)))?;
    let sitting = Sitting::open(flags).await?;
    let mut wish = Wish { inbox: at, network: arguments.network.unwrap_or_default(), ..Wish::default() };
    let mut count = 0;
    loop {
        let page = inbox(sitting.cx(), wish.clone()).await?;
        for row in page.rows {
            count += 1;
            let networks: Vec<&str> = row.networks.iter().map(|n| n.key).collect();
            if arguments.json {
                say(json!({
                    "conversation": row.id.0, "who": row.who, "person": row.person.map(|p| p.0), "networks": networks, "words": row.words, "is_mine": row.is_mine,
                    "because": row.because, "since": row.since.to_string(), "later_until": row.later_until.map(|t| t.to_string()), "posts": row.posts,
                }));
            } else {
                say(format!("{}  {} on {}: {}", row.id, row.who, networks.join(", "), row.words));
                say(format!("    {} Since {}.", row.because, row.since));
            }
        }
        match page.next {
            Some(next) => wish.after = Some(next),
            None => break,
        }
    }
    if count == 0 && !arguments.json {
        say(if at == Inbox::Waiting { "Nobody is waiting for you." } else { "Nobody is here." });
    }
    Ok(())
}
