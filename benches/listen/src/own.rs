//! Our own.

use model::Query;
use model::matcher::{Handle, Matcher};
use serde_json::{Value, json};

use crate::engine::{Pairs, Place, cpu, resident};

const PASSES: usize = 5;

fn built(place: &Place, sample: &[model::Post]) -> anyhow::Result<Matcher> {
    let mut matcher = Matcher::new(0x5eed);
    place.queries(0, place.topics)?.for_each(|query| _ = matcher.add(&query));
    sample.iter().for_each(|post| matcher.learn(post));
    matcher.refile();
    Ok(matcher)
}

pub fn run(place: &Place) -> anyhow::Result<Value> {
    let (posts, sample) = (place.posts()?, place.sample()?);
    let (before, began) = (resident()?, cpu());
    let mut matcher = built(place, &sample)?;
    let (build, bytes) = (cpu() - began, resident()?.saturating_sub(before));
    let mut pairs = Pairs::of(posts.len());
    let mut found = Vec::new();
    for (number, post) in posts.iter().enumerate() {
        matcher.matches(post, &mut found);
        found.iter().for_each(|handle| pairs.put(number, handle.0));
    }
    let sizes = matcher.sizes();
    let candidates = sizes.candidates as f64 / posts.len() as f64;
    let (mut rates, mut floors, mut count) = (Vec::new(), Vec::new(), 0);
    for _ in 0..PASSES {
        let began = cpu();
        for post in &posts {
            matcher.matches(post, &mut found);
            count += found.len();
        }
        rates.push(cpu() - began);
        let began = cpu();
        posts.iter().for_each(|post| matcher.learn(post));
        floors.push(cpu() - began);
    }
    let mut told = pairs.told(&rates, build, bytes);
    let n = posts.len() as f64;
    told["floors"] = json!(floors.iter().map(|cpu| n / cpu).collect::<Vec<f64>>());
    told["candidates"] = json!(candidates);
    told["own_bytes"] = json!(sizes.bytes);
    told["terms"] = json!(sizes.terms);
    told["again"] = json!(count);
    Ok(told)
}

/// CPU seconds of one stretch with or without edits: short, so that what else the machine does meets both alike.
const STRETCH: f64 = 0.2;
const STRETCHES: usize = 100;
/// Topics that come, and as many that go, in a CPU second.
const EDITS: f64 = 1_000.0;

/// The rate with topics coming and going, and without, by turns.
pub fn edits(place: &Place) -> anyhow::Result<Value> {
    let posts = place.posts()?;
    let spare: Vec<String> = place.queries(place.topics, crate::topics::SPARE)?.map(|q| q.text().to_owned()).collect();
    let mut matcher = built(place, &place.sample()?)?;
    let (mut found, mut rates) = (Vec::new(), Vec::new());
    let (mut standing, mut next): (std::collections::VecDeque<Handle>, usize) = Default::default();
    let (mut at, mut slowest, mut editing, mut all) = (0, 0.0_f64, 0.0, 0.0);
    for stretch in 0..STRETCHES {
        let has_edits = stretch % 2 == 1;
        let (began, mut count, mut edited) = (cpu(), 0u64, 0.0);
        loop {
            let now = cpu() - began;
            if now >= STRETCH {
                break;
            }
            while has_edits && edited < now * EDITS {
                let start = cpu();
                standing.push_back(matcher.add(&Query::parse(&spare[next % spare.len()])?));
                next += 1;
                if standing.len() > 1_000 {
                    matcher.remove(standing.pop_front().unwrap_or(Handle(0)));
                }
                let took = cpu() - start;
                (slowest, editing) = (slowest.max(took), editing + took);
                edited += 1.0;
            }
            for _ in 0..32 {
                matcher.matches(&posts[at % posts.len()], &mut found);
                (at, count) = (at + 1, count + 1);
            }
        }
        let took = cpu() - began;
        rates.push(count as f64 / took);
        all += if has_edits { took } else { 0.0 };
    }
    Ok(json!({"rates": rates, "slowest_edit": slowest, "share": editing / all}))
}
