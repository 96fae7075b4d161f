//! What an engine is asked to do, and what it says.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use anyhow::{Context, bail};
use model::{Post, Query};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::{fts_peer, mokaccino_peer, own, plain, tantivy_peer, texts};

pub struct Place {
    pub dir: PathBuf,
    pub topics: usize,
    pub posts: usize,
}

impl Place {
    pub fn posts(&self) -> anyhow::Result<Vec<Post>> {
        texts::posts(&self.dir.join("posts.jsonl"), self.posts)
    }
    /// Posts that are not matched, to learn from.
    pub fn sample(&self) -> anyhow::Result<Vec<Post>> {
        texts::posts(&self.dir.join("sample.jsonl"), usize::MAX)
    }
    /// Queries from one number on, read one at a time so that nobody's memory holds them all.
    pub fn queries(&self, from: usize, count: usize) -> anyhow::Result<impl Iterator<Item = Query>> {
        let lines = BufReader::new(File::open(self.dir.join("topics.txt"))?).lines();
        Ok(lines.skip(from).take(count).map(|line| Query::parse(&line.expect("a line of our own")).expect("a query of our own")))
    }
}

pub fn run(engine: &str, place: &Place) -> anyhow::Result<Value> {
    match engine {
        "own" => own::run(place),
        "edits" => own::edits(place),
        "plain" => plain::run(place),
        "mokaccino" => mokaccino_peer::run(place),
        "tantivy" => tantivy_peer::run(place),
        "fts5" => fts_peer::run(place),
        other => bail!("no such engine: {other}"),
    }
}

/// CPU seconds of this process.
pub fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Bytes of this process that are in memory.
pub fn resident() -> anyhow::Result<u64> {
    let told = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = told.split(' ').nth(1).context("statm")?.parse()?;
    Ok(pages * 4_096)
}

/// Pairs by post: how many, and a sum that is the same in whatever order they came.
#[derive(Default)]
pub struct Pairs {
    posts: Vec<(u64, u64)>,
}

/// Numbers of posts after which the sums so far are told.
const MARKS: [usize; 12] = [5, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 10_000, 20_000, 100_000];

impl Pairs {
    pub fn of(posts: usize) -> Pairs {
        Pairs { posts: vec![(0, 0); posts] }
    }
    #[inline]
    pub fn put(&mut self, post: usize, topic: u32) {
        let place = &mut self.posts[post];
        place.0 += 1;
        place.1 = place.1.wrapping_add(model::words::hash_more(post as u64 + 1, u64::from(topic) + 1));
    }
    pub fn told(&self, cpu: &[f64], built: f64, bytes: u64) -> Value {
        let sum = |n: usize| self.posts[..n].iter().fold((0u64, 0u64), |a, b| (a.0 + b.0, a.1.wrapping_add(b.1)));
        let marks: Vec<Value> = MARKS.iter().filter(|m| **m <= self.posts.len()).map(|m| json!([m, sum(*m).1])).collect();
        let n = self.posts.len() as f64;
        let rates: Vec<f64> = cpu.iter().map(|cpu| n / cpu).collect();
        json!({
            "posts": self.posts.len(), "rates": rates, "built": built, "bytes": bytes, "marks": marks,
            "pairs": sum(self.posts.len()).0 as f64 / n,
        })
    }
}
