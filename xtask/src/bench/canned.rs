//! `cargo x bench canned`: near-duplicates among a million posts, beside gaoya and datasketch on the same posts. Recall first; then posts a
//! second of processor time, memory a post, and how long one question takes of the full table.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::machine;

const POSTS: &str = "1000000";
const ROUNDS: usize = 3;
/// What the house promises of itself.
const RECALL_MIN: f64 = 0.99;
const GAOYA_MIN: f64 = 20.0;
const DATASKETCH_MIN: f64 = 200.0;
const BYTES_MAX: f64 = 64.0;
const ANSWER_MS_MAX: f64 = 1.0;
/// The peer in Python, with what it needs.
const PYTHON_PEER: &str = "datasketch==2.0.0";

/// Runs the rounds; whether every promise was kept.
pub fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let rounds = match arguments {
        [] => ROUNDS,
        ["--rounds", n] => n.parse().ok().filter(|n| (1..=20).contains(n)).context("--rounds is from 1 to 20")?,
        other => anyhow::bail!("no such argument: {}; there is --rounds N", other.join(" ")),
    };
    let root = machine::root()?;
    let posts = root.join("../shared/corpora/posts/reddit-top/posts.jsonl.zst");
    if !posts.is_file() {
        println!("skipped: ../shared/corpora/posts/reddit-top is not at hand");
        return Ok(true);
    }
    let texts = machine::target()?.join("canned/texts.json");
    let program = build()?;
    println!("load average {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let out = Command::new(&program).arg(&posts).args([POSTS, &rounds.to_string()]).arg(&texts).output()?;
    ensure!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let mut turns: Vec<Value> = String::from_utf8(out.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(!turns.is_empty(), "the bench printed nothing");
    let about = turns.remove(0);
    match python(&root, &texts) {
        Ok(turn) => turns.push(turn),
        Err(why) => println!("skipped: datasketch: {why:#}"),
    }
    println!(
        "{} posts of {} bytes in the mean, {} of them one-word edits of an earlier one",
        about["posts"], about["mean_bytes"], about["planted"]
    );
    Ok(told(&turns))
}

fn build() -> anyhow::Result<PathBuf> {
    let target = machine::target()?.join("canned");
    let mut build = machine::cargo();
    build.current_dir(machine::root()?).args([
        "build",
        "--release",
        "--locked",
        "--manifest-path",
        "benches/canned/Cargo.toml",
        "--target-dir",
    ]);
    ensure!(build.arg(&target).status()?.success(), "the build of the bench failed");
    Ok(target.join("release/peer-canned"))
}

/// datasketch in an environment of its own, kept under `target`.
fn python(root: &Path, texts: &Path) -> anyhow::Result<Value> {
    let place = machine::target()?.join("canned/python");
    let python = place.join("bin/python");
    if !python.is_file() {
        ensure!(Command::new("python3").args(["-m", "venv"]).arg(&place).status()?.success(), "no environment could be made");
    }
    let got = Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTHON_PEER]).status()?;
    ensure!(got.success(), "{PYTHON_PEER} can't be had");
    let out = Command::new(&python).arg(root.join("benches/canned/datasketch_turn.py")).arg(texts).env("OMP_NUM_THREADS", "1").output()?;
    ensure!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Ok(serde_json::from_slice(&out.stdout)?)
}

/// The table, and the goals.
fn told(turns: &[Value]) -> bool {
    println!(
        "{:<11} {:<8} {:>9} {:>8} {:>16} {:>13} {:>9}",
        "who", "setting", "posts", "recall", "posts a CPU s", "bytes a post", "flagged"
    );
    let number = |turn: &Value, name: &str| turn[name].as_f64().unwrap_or(f64::NAN);
    for turn in turns {
        let word = |name: &str| turn[name].as_str().unwrap_or("-").to_owned();
        println!(
            "{:<11} {:<8} {:>9} {:>8.4} {:>16.0} {:>13.1} {:>9}",
            word("who"),
            word("setting"),
            number(turn, "posts"),
            number(turn, "recall"),
            number(turn, "rate"),
            number(turn, "bytes_a_post"),
            turn["flagged"],
        );
    }
    let most = turns.iter().filter_map(|t| t["posts"].as_u64()).max().unwrap_or(0);
    let of = |who: &str| turns.iter().filter(|t| t["who"] == who).collect::<Vec<_>>();
    let whole: Vec<&Value> = of("hobnob").into_iter().filter(|t| t["posts"].as_u64() == Some(most)).collect();
    let all = |name: &str| middle(whole.iter().map(|t| number(t, name)).collect());
    // The rival in its quickest setting that finds enough, by rounds.
    let gaoya = of("gaoya").into_iter().filter(|t| number(t, "recall") >= RECALL_MIN).map(|t| number(t, "rate")).collect::<Vec<_>>();
    let quickest = gaoya.iter().copied().fold(f64::NAN, f64::max);
    let example = middle(of("gaoya").into_iter().filter(|t| t["setting"] == "42x3").map(|t| number(t, "rate")).collect());
    let python = of("datasketch").first().map_or(f64::NAN, |t| number(t, "rate"));
    let answer = whole.iter().map(|t| t["answer_ms"]["p100"].as_f64().unwrap_or(f64::NAN)).fold(0.0, f64::max);
    if let Some(checked) = whole.iter().find(|t| t["checked"].as_u64().unwrap_or(0) > 0) {
        println!("of {} pairs held against their words, {} are less than half alike", checked["checked"], checked["false_alarms"]);
    }
    let middle_99 = |name: &str| middle(whole.iter().map(|t| t["answer_ms"][name].as_f64().unwrap_or(f64::NAN)).collect());
    let slow_again = whole.iter().filter_map(|t| t["answer_ms"]["slow_again"].as_u64()).sum::<u64>();
    println!(
        "one question of the full table: middle {:.4} ms, 99 of 100 {:.4} ms, the longest {answer:.3} ms; over {ANSWER_MS_MAX} ms twice: {slow_again}",
        middle_99("p50"),
        middle_99("p99")
    );
    let goals = [
        (all("recall") >= RECALL_MIN, format!("recall {:.4}, at least {RECALL_MIN}", all("recall"))),
        (
            all("rate") / example >= GAOYA_MIN,
            format!("{:.1} times gaoya in its own example's setting, at least {GAOYA_MIN}", all("rate") / example),
        ),
        (
            all("rate") / quickest >= GAOYA_MIN,
            if quickest.is_nan() {
                format!("no setting of gaoya found {RECALL_MIN} of them, so there is none to be quicker than")
            } else {
                format!("{:.1} times gaoya in its quickest setting with that recall, at least {GAOYA_MIN}", all("rate") / quickest)
            },
        ),
        (all("rate") / python >= DATASKETCH_MIN, format!("{:.0} times datasketch, at least {DATASKETCH_MIN}", all("rate") / python)),
        (all("bytes_a_post") <= BYTES_MAX, format!("{:.1} bytes a post, at most {BYTES_MAX}", all("bytes_a_post"))),
        (middle_99("p99") <= ANSWER_MS_MAX, format!("an answer in {:.4} ms (99 of 100), at most {ANSWER_MS_MAX}", middle_99("p99"))),
    ];
    for (is_kept, what) in &goals {
        println!("{} {what}", if *is_kept { "kept:    " } else { "not kept:" });
    }
    goals.iter().all(|(is_kept, _)| *is_kept)
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
