//! `hobnob lab rank`: the conversations of a file of posts, best to join first, by the same weighing as the pages'.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use model::Timestamp;
use serde_json::json;
use verbs::listen::worth::{Loose, Weighing, Worth, threads, worth_joining};

use super::posts::{LabPost, instant, read_posts};
use crate::cli::desk::{Wrong, say};

/// Longer than any conversation.
const AGE_MAX: i64 = 366 * 100 * 86_400;

#[derive(Args)]
pub struct Arguments {
    /// The posts, a JSON object a line, packed with zstd or not
    #[arg(long, value_name = "FILE")]
    posts: PathBuf,
    /// Judge all as they stood at this time, such as 2026-03-01T12:00:00Z; what had not begun is left out
    #[arg(long, value_name = "TIME", conflicts_with = "age")]
    at: Option<String>,
    /// Judge each as it stood so long after its first post, such as 30m, 1h or 2d
    #[arg(long, value_name = "AGE")]
    age: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let when = when(arguments).map_err(Wrong::said)?;
    let posts: Vec<Loose> = read_posts(&arguments.posts).map_err(Wrong::said)?.into_iter().map(loose).collect();
    let newest = posts.iter().filter_map(|p| p.at).max().unwrap_or(0);
    let weighing = Weighing::default();
    let mut ranked: Vec<(Worth, i64, String)> = Vec::new();
    for thread in threads(&posts) {
        let at = match when {
            When::At(at) => at,
            When::Age(age) => thread.begun().saturating_add(age),
            When::Newest => newest,
        };
        let (Some(facts), Ok(now)) = (thread.as_of(&posts, at), Timestamp::from_second(at)) else { continue };
        ranked.push((worth_joining(&facts, &weighing, now), facts.inside.last_at, thread.id));
    }
    // Of equals, the one in which somebody spoke last; then by name, so that the order is always the same.
    ranked.sort_by(|a, b| (b.0.tenths(), b.1).cmp(&(a.0.tenths(), a.1)).then_with(|| a.2.cmp(&b.2)));
    for (worth, _, id) in ranked {
        let points = |tenths: i32| f64::from(tenths) / 10.0;
        let because: Vec<String> =
            worth.reasons.iter().filter(|r| r.tenths != 0).map(|r| format!("{}: {:+.1}.", r.words, points(r.tenths))).collect();
        say(json!({"conversation": id, "score": points(worth.tenths()), "because": because}));
    }
    Ok(())
}

enum When {
    At(i64),
    Age(i64),
    /// As the whole file stands.
    Newest,
}

fn when(arguments: &Arguments) -> Result<When, String> {
    match (&arguments.at, &arguments.age) {
        (Some(at), _) => {
            instant(at).map(|at| When::At(at.as_second())).ok_or_else(|| format!("--at is a time such as 2026-03-01T12:00:00Z, not “{at}”"))
        }
        (None, Some(age)) => seconds(age)
            .map(When::Age)
            .ok_or_else(|| format!("--age is a span such as 30m, 1h or 2d, of at most a hundred years, not “{age}”")),
        (None, None) => Ok(When::Newest),
    }
}

/// `90s`, `30m`, `1h`, `2d`, `1w`, and sums such as `1h30m`.
fn seconds(age: &str) -> Option<i64> {
    let mut sum = 0_i64;
    let mut rest = age.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|n| *n > 0)?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let each = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(each)?)?;
        rest = rest[digits + unit.len_utf8()..].trim_start();
    }
    (!age.trim().is_empty() && sum <= AGE_MAX).then_some(sum)
}

fn loose(post: LabPost) -> Loose {
    let thread = post.more.get("thread").and_then(|t| t.as_str()).map(str::to_owned);
    let has_link = post.more.get("link").is_some_and(|l| l.is_string());
    let at = post.created_at.map(Timestamp::as_second);
    Loose { id: post.id, reply_to: post.reply_to, thread, author: post.author, at, text: post.text, has_link }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        for (age, expected) in [
            ("30m", Some(1_800)),
            ("1h", Some(3_600)),
            ("2d", Some(172_800)),
            ("1h30m", Some(5_400)),
            ("0s", Some(0)),
            ("", None),
            ("1", None),
            ("h", None),
            ("1y", None),
            ("-1h", None),
            ("1é", None),
            ("99999999999999999999h", None),
            ("9223372036854775807w", None),
            ("36600w", None),
        ] {
            assert_eq!(seconds(age), expected, "{age}");
        }
    }
}
