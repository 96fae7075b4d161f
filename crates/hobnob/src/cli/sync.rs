//! `hobnob sync`: brings in now what was said to us and around us.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use verbs::converse::sync;
use verbs::desk::accounts;

use crate::cli::desk::{Sitting, Wrong, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Only this account, by its handle; without it, every one
    account: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let wanted = arguments.account.as_deref().map(|a| a.trim_start_matches('@'));
    let all = accounts::list(sitting.cx()).await?;
    let chosen: Vec<_> = all.into_iter().filter(|row| wanted.is_none_or(|w| row.account.handle.eq_ignore_ascii_case(w))).collect();
    if let (true, Some(wanted)) = (chosen.is_empty(), wanted) {
        return Err(Wrong::said(format!("no account of this desk is called {wanted}")));
    }
    let mut failed = None;
    for row in chosen {
        let handle = &row.account.handle;
        match sync::bring(sitting.cx(), row.account.id).await {
            Ok(b) if arguments.json => {
                say(
                    json!({"account": row.account.id.0, "handle": handle, "posts": b.posts, "news": b.news, "history": b.history, "signs": b.signs}),
                );
            }
            Ok(b) => {
                let history =
                    if b.history > 0 { format!("; {} older came as history, and none of them waits", b.history) } else { String::new() };
                say(format!("{handle}: {} posts, {} said to you since you connected{history}", b.posts, b.news));
            }
            Err(error) => {
                if arguments.json {
                    say(json!({"account": row.account.id.0, "handle": handle, "error": {"code": error.code(), "why": error.to_string()}}));
                } else {
                    say(format!("{handle}: {error}"));
                }
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}
