//! The matcher beside its peers: one post against many topics. `peers-listen` runs everything and says what came of it; each engine runs in
//! a process of its own, so that memory can be told apart.

mod engine;
mod fts_peer;
mod mokaccino_peer;
mod own;
mod plain;
mod report;
mod tantivy_peer;
mod texts;
mod topics;

use std::path::PathBuf;

use anyhow::{Context, bail};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", engine, dir, topics, posts] => {
            let place = engine::Place { dir: PathBuf::from(dir), topics: topics.parse()?, posts: posts.parse()? };
            println!("{}", engine::run(engine, &place)?);
            Ok(())
        }
        [corpora, rest @ ..] => {
            let seed = rest.first().map_or(Ok(1), |seed| seed.parse()).context("the seed is a number")?;
            report::all(std::path::Path::new(corpora), seed)
        }
        _ => bail!("peers-listen CORPORA [SEED]"),
    }
}
