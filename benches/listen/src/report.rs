//! Makes the posts and topics, lets every engine run, checks that they answered alike, and says how quick they were.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::texts::{self, Lots};
use crate::topics::{self, Maker, SPARE};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Posts that our own matches; the peers match as many of the first as they can in reasonable time.
const POSTS: usize = 40_000;
/// Posts from which it is learnt how common words are; none of those that are matched.
const SAMPLE: usize = 20_000;

struct Turn {
    told: Value,
}

impl Turn {
    fn number(&self, key: &str) -> f64 {
        self.told[key].as_f64().unwrap_or(f64::NAN)
    }
    /// The middle, the least and the most of several.
    fn spread(&self, key: &str) -> [f64; 3] {
        let mut all: Vec<f64> = self.told[key].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        all.sort_by(f64::total_cmp);
        let at = |n: usize| all.get(n).copied().unwrap_or(f64::NAN);
        [at(all.len() / 2), at(0), at(all.len().saturating_sub(1))]
    }
    fn rate(&self) -> f64 {
        self.spread("rates")[0]
    }
}

pub fn all(corpora: &Path, seed: u64) -> anyhow::Result<()> {
    let mut lots = Lots::new(seed);
    let texts = texts::read(corpora, &mut lots)?;
    let (theirs, ours) = texts.split_at(texts.len() / 2);
    let maker = Maker::of(theirs);
    let dir = std::env::temp_dir().join(format!("peers-listen-{}", std::process::id()));
    let posts = &ours[..POSTS.min(ours.len())];
    println!(
        "{} posts of reddit-top and tweets-plain, {} bytes each; topics of the words of {} others; seed {seed}",
        posts.len(),
        posts.iter().map(String::len).sum::<usize>() / posts.len(),
        theirs.len()
    );
    println!("posts a CPU second of the whole process, one thread; memory is what the process grew by while topics were taken in\n");
    let result = real(&dir, posts, theirs, &maker, &mut lots).and_then(|()| hard(&dir, posts, theirs, &maker, &mut lots));
    for name in ["real", "common", "commonest", "unspaced"] {
        std::fs::remove_dir_all(dir.join(name)).ok();
    }
    std::fs::remove_dir(&dir).ok();
    result
}

fn place(dir: &Path, name: &str, posts: &[String], theirs: &[String], lots: &mut Lots) -> anyhow::Result<PathBuf> {
    let place = dir.join(name);
    std::fs::create_dir_all(&place)?;
    texts::write(&place.join("posts.jsonl"), posts, lots)?;
    texts::write(&place.join("sample.jsonl"), &theirs[..SAMPLE.min(theirs.len())], lots)?;
    Ok(place)
}

fn run(engine: &str, place: &Path, topics: usize, posts: usize) -> anyhow::Result<Turn> {
    let done = Command::new(std::env::current_exe()?)
        .args(["run", engine])
        .arg(place)
        .args([topics.to_string(), posts.to_string()])
        .stderr(std::process::Stdio::inherit())
        .output()?;
    ensure!(done.status.success(), "{engine} failed with {topics} topics");
    let told = serde_json::from_slice(&done.stdout).with_context(|| format!("{engine} said nothing"))?;
    Ok(Turn { told })
}

/// Whether two answered alike on the posts that both matched; how many those are.
fn alike(one: &Turn, other: &Turn) -> anyhow::Result<u64> {
    let marks = |turn: &Turn| turn.told["marks"].as_array().cloned().unwrap_or_default();
    let (one, other) = (marks(one), marks(other));
    let both: Vec<(&Value, &Value)> = one.iter().zip(&other).collect();
    let (last, _) = both.last().context("nothing was matched")?;
    ensure!(both.iter().all(|(a, b)| a == b), "answers differ within the first {last} posts");
    last[0].as_u64().context("a mark")
}

fn mib(bytes: f64) -> f64 {
    bytes / 1024.0 / 1024.0
}

fn real(dir: &Path, posts: &[String], theirs: &[String], maker: &Maker, lots: &mut Lots) -> anyhow::Result<()> {
    let place = place(dir, "real", posts, theirs, lots)?;
    let largest = SIZES.iter().max().copied().unwrap_or(0);
    topics::write(&place.join("topics.txt"), largest + SPARE, || maker.make(lots))?;
    for size in SIZES {
        let own = run("own", &place, size, posts.len())?;
        let [floor, least, most] = own.spread("floors");
        println!(
            "{size} topics: {:.2} matches and {:.1} candidates a post, {} different tokens; built in {:.1} CPU s",
            own.number("pairs"),
            own.number("candidates"),
            own.told["terms"],
            own.number("built")
        );
        line("own", &own, None, 0);
        println!("  {:<10} {floor:>11.0}   ({least:.0} to {most:.0}); matching goes at {:.2} of it", "cut only", own.rate() / floor);
        let mut best: f64 = 0.0;
        for (peer, most) in [("mokaccino", 4_000_000), ("tantivy", 200_000_000), ("plain", 20_000_000)] {
            let some =
                (most / size).clamp(if peer == "tantivy" { 2_000 } else { 20 }, 10_000).max(if peer == "mokaccino" { 500 } else { 20 });
            let turn = run(peer, &place, size, some)?;
            let same = alike(&own, &turn)?;
            line(peer, &turn, Some(&own), same);
            best = best.max(turn.rate());
        }
        println!("  {:.1} times the best other engine", own.rate() / best);
        if size == SIZES[0] {
            let turn = run("fts5", &place, size, posts.len())?;
            let same = alike(&own, &turn)?;
            println!("  played back, the posts kept and indexed before; each topic is a question to the index, in memory:");
            line("fts5", &turn, Some(&own), same);
        }
        if size >= 100_000 {
            let edits = run("edits", &place, size, posts.len())?;
            let rates: Vec<f64> = edits.told["rates"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            let mean = |first: usize| rates.iter().skip(first).step_by(2).sum::<f64>() / (rates.len() / 2) as f64;
            let mut less: Vec<f64> = rates.chunks_exact(2).map(|turn| 100.0 * (1.0 - turn[1] / turn[0])).collect();
            less.sort_by(f64::total_cmp);
            println!(
                "  1,000 topics coming and 1,000 going a CPU second: {:.0} posts a second instead of {:.0}, {:.1} % less in the middle of {} turns ({:.1} to {:.1} in the middle half); the edits themselves take {:.1} %, the slowest of them {:.2} ms",
                mean(1),
                mean(0),
                less[less.len() / 2],
                less.len(),
                less[less.len() / 4],
                less[less.len() * 3 / 4],
                100.0 * edits.number("share"),
                edits.number("slowest_edit") * 1e3
            );
        }
        println!();
    }
    Ok(())
}

fn line(name: &str, turn: &Turn, own: Option<&Turn>, same: u64) {
    let [rate, least, most] = turn.spread("rates");
    let against = own.map_or(String::new(), |own| {
        format!(
            "; ours {:.1} times as quick in {:.3} of its memory; alike on {same} posts",
            own.rate() / rate,
            own.number("bytes") / turn.number("bytes")
        )
    });
    println!("  {name:<10} {rate:>11.0}   ({least:.0} to {most:.0}), {:.1} MiB{against}", mib(turn.number("bytes")));
}

fn hard(dir: &Path, posts: &[String], theirs: &[String], maker: &Maker, lots: &mut Lots) -> anyhow::Result<()> {
    let unspaced = |all: &[String]| all.iter().map(|text| texts::unspaced(text)).collect::<Vec<_>>();
    let kinds: [(&str, &str, usize, usize, usize); 3] = [
        ("common", "a million topics that all need “the”, and another word", 1_000_000, 5_000, 20),
        ("commonest", "100,000 topics that only “the” can be looked up for", 100_000, 500, 20),
        ("unspaced", "100,000 topics in a script without spaces (Han letters made of the words)", 100_000, 10_000, 100),
    ];
    for (name, what, count, ours, plain) in kinds {
        let (posts, theirs) = if name == "unspaced" { (unspaced(posts), unspaced(theirs)) } else { (posts.to_vec(), theirs.to_vec()) };
        let place = place(dir, name, &posts, &theirs, lots)?;
        topics::write(&place.join("topics.txt"), count, || match name {
            "common" => maker.common(lots),
            "commonest" => maker.commonest(lots),
            _ => maker.unspaced(lots),
        })?;
        let own = run("own", &place, count, ours)?;
        println!("{what}: {:.1} matches and {:.1} candidates a post", own.number("pairs"), own.number("candidates"));
        line("own", &own, None, 0);
        let turn = run("plain", &place, count, plain)?;
        line("plain", &turn, Some(&own), alike(&own, &turn)?);
        println!();
    }
    Ok(())
}
