//! `hobnob kept`: how much of what others said is kept, and for how long.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use verbs::listen::pruning::{self, Keeping};

use crate::cli::desk::{Sitting, say};
use crate::config::Flags;

#[derive(Args)]
pub struct Arguments {
    /// Days since a talk was last spoken in; 0: for ever
    #[arg(long, value_name = "N")]
    days: Option<u32>,
    /// Posts in all; 0: as many as come
    #[arg(long, value_name = "N")]
    posts: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments, flags: &Flags) -> Result<()> {
    let sitting = Sitting::open(flags).await?;
    let now = pruning::standing(sitting.cx()).await?.keeping;
    let wanted = Keeping { days: arguments.days.unwrap_or(now.days), posts: arguments.posts.unwrap_or(now.posts) };
    if wanted != now {
        pruning::set(sitting.cx(), wanted).await?;
    }
    let standing = pruning::standing(sitting.cx()).await?;
    let (talks, posts) = standing.forgotten;
    say(if arguments.json {
        json!({"days": wanted.days, "posts_max": wanted.posts, "posts": standing.posts, "talks_forgotten": talks, "posts_forgotten": posts,
            "walked_at": standing.walked_at.map(|at| at.to_string())})
        .to_string()
    } else {
        let days = if wanted.days == 0 { "for ever".into() } else { format!("for {} days", wanted.days) };
        let most = if wanted.posts == 0 { "as many posts as come".into() } else { format!("{} posts at most", wanted.posts) };
        let so_far =
            if talks == 0 { "nothing was forgotten".into() } else { format!("{talks} conversations with {posts} posts were forgotten") };
        format!(
            "What others said is kept {days}, {most}; what you had a part in for ever.\n{} posts are kept; so far {so_far}.",
            standing.posts
        )
    });
    Ok(())
}
