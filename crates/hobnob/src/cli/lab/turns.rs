//! `hobnob lab turns`: whose turn every conversation of a file is, by the same judgement as the inbox.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};
use verbs::converse::replay::{Line, conversations, plain_handle};

use super::posts::{LabPost, instant, read_posts};
use crate::cli::desk::{Wrong, say};

#[derive(Args)]
pub struct Arguments {
    /// The posts, a JSON object a line: {id, network, author, created_at, text, reply_to}, and `thread`, `brand` and `role` where known
    #[arg(long, value_name = "FILE")]
    posts: PathBuf,
    /// Whose turn is asked for: an author of the file, with or without @
    #[arg(long, value_name = "HANDLE")]
    me: String,
    /// As it stood at that time: what was said later is not seen
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

pub fn run(a: &Arguments) -> Result<()> {
    let me = plain_handle(&a.me);
    if me.is_empty() {
        return Err(Wrong::said("--me is empty; say whose turn is asked for".to_owned()));
    }
    let wrong_time = |text: &String| Wrong::said(format!("--at is not a time such as 2026-03-01T12:00:00Z: “{text}”"));
    let until = a.at.as_ref().map(|text| instant(text).ok_or_else(|| wrong_time(text))).transpose()?;
    let posts = read_posts(&a.posts).map_err(Wrong::said)?;
    let is_timed: std::collections::HashSet<String> = posts.iter().filter(|p| p.created_at.is_some()).map(|p| p.id.clone()).collect();
    let all = conversations(posts.into_iter().map(line).collect());
    let mut is_known = false;
    let mut printed = 0;
    for talk in &all {
        is_known = is_known || talk.concerns(&me, None);
        let Some(standing) = talk.standing(&me, until) else { continue };
        let since = talk.lines.iter().any(|l| is_timed.contains(&l.id)).then(|| standing.since.to_string());
        let because = match standing.because.as_str() {
            "" => "Nobody spoke to you.",
            some => some,
        };
        say(json!({"conversation": talk.id, "turn": standing.turn.word(), "since": since, "because": because}));
        printed += 1;
    }
    if !is_known {
        return Err(Wrong::said(format!("{}: nobody called “{}” wrote or is spoken to there", a.posts.display(), a.me)));
    }
    if printed == 0 {
        let _ = writeln!(std::io::stderr(), "“{}” had neither written nor been spoken to by then", a.me);
    }
    Ok(())
}

fn line(post: LabPost) -> Line {
    let word = |name: &str| match post.more.get(name) {
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    // A file of a help desk says at whose desk a customer's words arrived.
    let desk = word("brand").filter(|_| word("role").as_deref() != Some("brand"));
    Line {
        thread: word("thread"),
        desk,
        id: post.id,
        network: post.network,
        author: post.author,
        at: post.created_at,
        text: post.text,
        reply_to: post.reply_to,
    }
}
