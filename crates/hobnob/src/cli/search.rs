//! `hobnob search`: people and what was said, in everything kept.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::json;
use verbs::VerbError;
use verbs::desk::search::{self, Asked, Found, Hit, Order};

use crate::cli::desk::{Sitting, say};
use crate::cli::topics::pointed;
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// What to look for, such as 'sourdough (starter OR levain) -recipe from:ada'
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// Which come first
    #[arg(long, value_enum, default_value = "newest")]
    by: By,
    /// Go on from here: the `next` of the page before
    #[arg(long)]
    after: Option<i64>,
    /// Print JSON: a line for each person and post, and one with where the next page begins
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Newest,
    Relevance,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let order = match arguments.by {
        By::Newest => Order::Newest,
        By::Relevance => Order::Relevance,
    };
    let mut found = search::search(sitting.cx(), &Asked { words: arguments.query.clone(), order, after: arguments.after }).await?;
    if let Some(error) = found.wrong.take() {
        return Err(pointed(&arguments.query, VerbError::Query(error)));
    }
    if arguments.json {
        as_json(&found)
    } else {
        plainly(&found)
    }
    Ok(())
}

fn text(hit: &Hit) -> String {
    hit.pieces.iter().map(|piece| piece.text.as_str()).collect()
}

fn as_json(found: &Found) {
    for person in &found.people {
        say(json!({"person": person.id.0, "name": person.name, "handle": person.handle, "about": person.about}));
    }
    for hit in &found.hits {
        let marked: Vec<&str> = hit.pieces.iter().filter(|piece| piece.is_found).map(|piece| piece.text.as_str()).collect();
        say(json!({
            "post": hit.id.0, "talk": hit.talk.map(|talk| talk.0), "network": hit.network, "by": hit.handle, "at": hit.at.to_string(),
            "url": hit.url, "text": text(hit), "found": marked, "score": hit.score,
        }));
    }
    let facets =
        |list: &[search::Facet]| -> Vec<_> { list.iter().map(|f| json!({"name": f.label, "adds": f.adds, "count": f.count})).collect() };
    let all = &found.facets;
    say(json!({
        "count": found.count, "more": found.is_more, "next": found.next, "behind": found.is_behind,
        "networks": facets(&all.networks), "people": facets(&all.people), "venues": facets(&all.venues), "years": facets(&all.years),
    }));
}

fn plainly(found: &Found) {
    for person in &found.people {
        say(format!("{}  {}  {}", person.id, person.name, person.handle));
    }
    for hit in &found.hits {
        say(format!("{}  {} on {}  {}", hit.at.strftime("%Y-%m-%d %H:%M"), hit.handle, hit.network_name, text(hit).replace('\n', " ")));
    }
    if found.people.is_empty() && found.hits.is_empty() {
        say("Nobody and nothing by those words.");
    }
    if found.is_behind {
        say("Older posts are still being made ready to be found, the newest first.");
    }
    if let Some(next) = found.next {
        say(format!("More: --after {next}"));
    }
}
