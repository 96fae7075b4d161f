//! `hobnob connect`: one of our own presences on a network.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use verbs::desk::accounts::{self, Connecting};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Which kind of network; without one, the networks and their fields are listed
    network: Option<String>,
    /// What the network wants to know, as FIELD=VALUE; a value of - is read from standard input
    fields: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let Some(network) = arguments.network else {
        list(&sitting, arguments.json);
        return Ok(());
    };
    let answers = read_fields(&arguments.fields)?;
    let mut coming = accounts::connect(sitting.cx(), &network, answers, None).await?;
    if let Connecting::Visit { url, state, .. } = &coming {
        say(format!("Open this address, agree, and paste the code that is shown:\n{url}"));
        let mut code = String::new();
        std::io::stdin().read_line(&mut code)?;
        coming = Connecting::Connected(accounts::finish(sitting.cx(), state, &code).await?);
    }
    if let Connecting::Connected(id) = coming {
        say(if arguments.json { json!({"account": id.0}).to_string() } else { format!("Connected, as account {id}.") });
    }
    Ok(())
}

fn list(sitting: &Sitting, as_json: bool) {
    for offer in accounts::offers(sitting.cx()) {
        let mut fields: Vec<_> =
            offer.fields.iter().map(|f| if f.is_required { f.key.to_owned() } else { format!("[{}]", f.key) }).collect();
        if !offer.ways.is_empty() {
            let ways: Vec<&str> = offer.ways.iter().map(|(key, ..)| *key).collect();
            fields.insert(0, format!("[way={}]", ways.join("|")));
        }
        say(if as_json {
            json!({"network": offer.key, "name": offer.name, "fields": fields, "abilities": offer.abilities}).to_string()
        } else {
            format!("{:<10} {}\n           fields: {}", offer.key, offer.abilities.join(", "), fields.join(" "))
        });
    }
}

fn read_fields(fields: &[String]) -> Result<BTreeMap<String, String>> {
    fields
        .iter()
        .map(|field| {
            let (key, value) = field.split_once('=').ok_or_else(|| Wrong::said(format!("“{field}” is not FIELD=VALUE")))?;
            let mut value = value.to_owned();
            if value == "-" {
                value.clear();
                std::io::stdin().read_line(&mut value)?;
            }
            Ok((key.to_owned(), value.trim().to_owned()))
        })
        .collect()
}
