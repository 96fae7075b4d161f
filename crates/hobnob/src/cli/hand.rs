//! `hobnob hand`: what waits to be carried over by hand, one of it with all that there is to copy, and the address brought back.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use model::DeliveryId;
use serde_json::json;
use verbs::publish::by_hand::{self, Carried, Load, ToCarry};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// The number of one that waits; without it, all that wait
    number: Option<i64>,
    /// It stands there now: the post's address
    #[arg(long, value_name = "ADDRESS", requires = "number")]
    stands: Option<String>,
    /// Take the address although it does not look like a post's
    #[arg(long, requires = "stands")]
    sure: bool,
    /// Put its pictures into this folder, made to fit
    #[arg(long, value_name = "FOLDER", requires = "number")]
    pictures: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let Some(number) = arguments.number.map(DeliveryId) else {
        let all = by_hand::list(sitting.cx()).await?;
        list(&all, arguments.json);
        return Ok(());
    };
    if let Some(address) = &arguments.stands {
        return bring_back(&sitting, number, address, &arguments).await;
    }
    let load = by_hand::load(sitting.cx(), number).await?;
    if let Some(folder) = &arguments.pictures {
        std::fs::create_dir_all(folder).map_err(|e| Wrong::said(format!("{}: {e}", folder.display())))?;
        for thing in &load.pictures {
            let (name, _, bytes) = by_hand::thing(sitting.cx(), number, thing.place).await?;
            let path = folder.join(name);
            std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        }
    }
    show(&load, arguments.json);
    Ok(())
}

async fn bring_back(sitting: &Sitting, number: DeliveryId, address: &str, arguments: &Arguments) -> Result<()> {
    let (url, next) = match by_hand::bring_back(sitting.cx(), number, address, arguments.sure).await? {
        Carried::Landed { url, next } => (url, next),
        Carried::Odd(why) => return Err(Wrong::said(format!("{why} Add --sure if it is one all the same."))),
    };
    if arguments.json {
        say(json!({"delivery": number.0, "state": "landed", "url": url, "next": next.map(|n| n.0)}));
        return Ok(());
    }
    say("It stands there.");
    if let Some(next) = next {
        say(format!("The next one answers it: hobnob hand {next}"));
    }
    Ok(())
}

fn list(all: &[ToCarry], as_json: bool) {
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|c| json!({"delivery": c.delivery.0, "draft": c.draft.0, "place": c.place, "handle": c.handle, "part": c.part, "of": c.of, "due": c.due.to_string(), "words": c.words}))
            .collect();
        say(json!(rows));
        return;
    }
    if all.is_empty() {
        say("Nothing waits for your hand.");
    }
    for c in all {
        let part = if c.of > 1 { format!(" ({} of {})", c.part, c.of) } else { String::new() };
        say(format!("{}  {} {}{part}: {}", c.delivery, c.place, c.handle, c.words));
    }
}

fn show(load: &Load, as_json: bool) {
    let c = &load.carry;
    if as_json {
        let pictures: Vec<_> = load.pictures.iter().map(|t| json!({"place": t.place + 1, "alt": t.alt, "is_video": t.is_video})).collect();
        say(json!({
            "delivery": c.delivery.0, "place": c.place, "handle": c.handle, "part": c.part, "of": c.of, "title": load.title, "text": load.text,
            "warning": load.warning, "pictures": pictures, "page": load.page, "answers": load.answers, "url": load.landed.clone().flatten(),
            "why_not": load.why_not,
        }));
        return;
    }
    if let Some(url) = &load.landed {
        say(format!("It stands on {}{}", c.place, url.as_ref().map_or(String::new(), |u| format!(": {u}"))));
        return;
    }
    if let Some(why) = &load.why_not {
        say(why);
        return;
    }
    for (what, words) in
        [("Title", &load.title), ("Content warning", &load.warning), ("It answers", &load.answers), ("Post it at", &load.page)]
    {
        if let Some(words) = words {
            say(format!("{what}: {words}"));
        }
    }
    for thing in &load.pictures {
        let what = if thing.is_video { "Video" } else { "Picture" };
        say(format!("{what} {}: {}", thing.place + 1, if thing.alt.is_empty() { "no words yet" } else { &thing.alt }));
    }
    say(format!("Copy what follows, then: hobnob hand {} --stands ADDRESS\n\n{}", c.delivery, load.text));
}
