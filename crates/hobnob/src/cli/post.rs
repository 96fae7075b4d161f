//! `hobnob post`: say something, at once or at a time.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use model::{Article, DeliveryId, DeliveryState, Hold, Kind, Visibility};
use serde_json::json;
use verbs::publish::drafts::{self, KeptDraft, Saved};
use verbs::publish::placed::{Placed, placed};
use verbs::publish::said::said_before;
use verbs::publish::{self, slots, when};

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// The words; - reads them from standard input
    words: String,
    /// An account it goes to, by its handle; may be given several times
    #[arg(long, value_name = "ACCOUNT", required = true)]
    to: Vec<String>,
    /// When, as wall-clock time: "2026-09-09 12:30"; without it, at once
    #[arg(long, value_name = "TIME", conflicts_with = "slot")]
    at: Option<String>,
    /// In the next free slot of each account
    #[arg(long)]
    slot: bool,
    /// Although the same words went there in the last 30 days, or will
    #[arg(long)]
    again: bool,
    /// The zone of that time, such as Europe/London; without it, the desk's own
    #[arg(long)]
    zone: Option<String>,
    /// The file of a picture or a video; may be given several times
    #[arg(long, value_name = "FILE")]
    picture: Vec<PathBuf>,
    /// What the picture shows, one for each picture, in the same order
    #[arg(long, value_name = "WORDS")]
    alt: Vec<String>,
    /// A title, for places that have one
    #[arg(long)]
    title: Option<String>,
    /// A few words that stand for the whole, for places that have that
    #[arg(long)]
    excerpt: Option<String>,
    /// A tag of the article; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// A category of the site; may be given several times
    #[arg(long)]
    category: Vec<String>,
    /// On the own site first: the others wait for its address there and end with it
    #[arg(long)]
    site_first: bool,
    /// A content warning to fold it behind
    #[arg(long)]
    warning: Option<String>,
    /// The language of the words, such as en
    #[arg(long)]
    language: Option<String>,
    /// public, unlisted, followers or direct
    #[arg(long, default_value = "public")]
    visibility: String,
    /// gives, asks or talks
    #[arg(long, default_value = "talks")]
    kind: String,
    /// Replace links by short ones that count visits
    #[arg(long)]
    short_links: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    if arguments.alt.len() > arguments.picture.len() {
        return Err(Wrong::said("there are more --alt than --picture"));
    }
    let mut kept = drafts::fresh(sitting.cx()).await?;
    kept.accounts = Vec::new();
    for name in &arguments.to {
        let id = drafts::find_account(sitting.cx(), name).await?;
        if !kept.accounts.contains(&id) {
            kept.accounts.push(id);
        }
    }
    let d = &mut kept.draft;
    d.text = if arguments.words == "-" { std::io::read_to_string(std::io::stdin())?.trim_end().to_owned() } else { arguments.words };
    d.title = arguments.title;
    d.article = Article { excerpt: arguments.excerpt, tags: arguments.tag, categories: arguments.category };
    d.warning = arguments.warning;
    d.language = arguments.language;
    d.visibility = Visibility::from_word(&arguments.visibility)
        .ok_or_else(|| Wrong::said(format!("“{}” is not public, unlisted, followers or direct", arguments.visibility)))?;
    d.kind = Kind::from_word(&arguments.kind).ok_or_else(|| Wrong::said(format!("“{}” is not gives, asks or talks", arguments.kind)))?;
    kept.has_short_links = arguments.short_links;
    kept.has_site_first = arguments.site_first;
    if let Some(zone) = arguments.zone {
        kept.zone = zone;
    }
    let cx = sitting.cx();
    let wish = arguments.at.as_deref().map(|words| when::wish_ahead(words, &kept.zone, cx.now)).transpose()?;
    kept.wished_at = wish.as_ref().map(|w| w.clock.clone());
    if arguments.slot {
        kept.wished_at = Some(slots::NEXT.to_owned());
    }
    let (draft, accounts) = (kept.draft.id, kept.accounts.clone());
    heed(&sitting, &kept, arguments.again).await?;
    let pictures = read_pictures(&arguments.picture)?;
    if let Saved::TooLate { .. } = drafts::save(cx, kept, Vec::new()).await? {
        anyhow::bail!("the draft could not be kept");
    }
    for (i, bytes) in pictures.into_iter().enumerate() {
        drafts::add_picture(cx, draft, bytes, arguments.alt.get(i).map_or("", String::as_str))
            .await
            .with_context(|| arguments.picture[i].display().to_string())?;
    }
    let due = wish.as_ref().map_or(cx.now, |w| w.at);
    let planned = match arguments.slot {
        true => slots::plan(cx, draft, &accounts).await.map(|_| Vec::new()),
        false => publish::plan(cx, draft, &accounts, due).await,
    };
    let planned = match planned {
        Ok(planned) => planned,
        Err(error) => {
            // What does not fit stays as a draft only where somebody will look for it: on the page.
            drafts::throw(cx, draft).await?;
            return Err(error.into());
        }
    };
    if let Some(tell) = wish.as_ref().and_then(|w| w.tell.as_ref()).filter(|_| !arguments.json) {
        say(tell);
    }
    if wish.is_none() && !arguments.slot {
        send(&sitting, planned).await?;
    }
    report(&placed(sitting.cx(), draft).await?, draft.0, arguments.json);
    Ok(())
}

/// The same words to the same place are stopped until somebody insists; nearly the same are only said.
async fn heed(sitting: &Sitting, kept: &KeptDraft, is_again: bool) -> Result<()> {
    if is_again {
        return Ok(());
    }
    for before in said_before(sitting.cx(), kept, &[]).await? {
        let when = if before.is_ahead {
            format!("go out on {} at {}", before.place, before.at)
        } else {
            format!("went out on {} at {}", before.place, before.at)
        };
        if before.is_same {
            return Err(Wrong::said(format!("the same words {when}; nothing was sent. --again sends them all the same")));
        }
        tracing::warn!("nearly the same words {when}");
    }
    Ok(())
}

/// Sends at once, whether or not a worker runs; two at the same time are kept apart.
async fn send(sitting: &Sitting, planned: Vec<DeliveryId>) -> Result<()> {
    // Twice: what waits for the own site's address can go once that stands.
    for id in planned.iter().chain(&planned) {
        publish::deliver(sitting.cx(), *id).await?;
    }
    Ok(())
}

fn read_pictures(files: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    files
        .iter()
        .map(|file| {
            let size = std::fs::metadata(file).map_err(|e| Wrong::said(format!("{}: {e}", file.display())))?.len();
            if size > publish::picture::VIDEO_FILE_MAX as u64 {
                return Err(Wrong::said(format!("{}: it is too large", file.display())));
            }
            std::fs::read(file).map_err(|e| Wrong::said(format!("{}: {e}", file.display())))
        })
        .collect()
}

fn report(all: &[Placed], draft: i64, as_json: bool) {
    if as_json {
        let places: Vec<_> = all
            .iter()
            .map(|p| {
                json!({
                    "delivery": p.delivery.0, "account": p.account.0, "network": p.network, "handle": p.handle, "part": p.part + 1, "of": p.of,
                    "state": p.state.word(), "hold": p.hold.map(Hold::word), "url": p.url, "why": p.why, "due": p.due.to_string(),
                })
            })
            .collect();
        say(json!({"draft": draft, "deliveries": places}));
        return;
    }
    for p in all {
        let part = if p.of > 1 { format!(" ({} of {})", p.part + 1, p.of) } else { String::new() };
        let state = match p.state {
            DeliveryState::Landed => format!("gone out{}", p.url.as_ref().map_or(String::new(), |u| format!(": {u}"))),
            DeliveryState::Planned if p.hold == Some(Hold::Hand) => format!("waits for your hand: hobnob hand {}", p.delivery),
            DeliveryState::Planned => format!("goes out at {}{}", p.due, p.why.as_ref().map_or(String::new(), |w| format!(". {w}"))),
            DeliveryState::Sending => "no clear answer yet; a running hobnob looks before trying again".into(),
            DeliveryState::Refused => format!("did not take it: {}", p.why.clone().unwrap_or_default()),
            DeliveryState::AskHuman => "nobody can tell whether it stands there; please look".into(),
            DeliveryState::Cancelled => "taken back".into(),
        };
        say(format!("{} {}{part}: {state}", p.place, p.handle));
    }
}
