//! `hobnob lab kinds`: what posts mostly do, by the same judgement as anywhere else, untouched by anybody's corrections.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use model::kinds::judge;
use serde_json::json;

use super::posts::each_post;
use crate::cli::desk::Wrong;

#[derive(Args)]
pub struct Arguments {
    /// Posts, a JSON object a line, packed with zstd or not: {id, network, author, created_at, text, reply_to, url, lang}; only `id` and `text`
    /// are needed
    #[arg(long, value_name = "FILE")]
    posts: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut went = Ok(());
    each_post(&arguments.posts, |post| {
        if went.is_ok() {
            let j = judge(&post.text);
            let line = json!({
                "id": post.id, "does": j.does.word(), "p": rounded(j.p), "side": j.side.word(), "p_side": rounded(j.p_side), "because": j.because,
            });
            went = writeln!(out, "{line}");
        }
    })
    .map_err(Wrong::said)?;
    match went.and_then(|()| out.flush()) {
        // Whoever read has gone away.
        Err(gone) if gone.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// To four places, which is more than it knows.
fn rounded(p: f64) -> f64 {
    (p * 10_000.0).round() / 10_000.0
}
