//! The reference: every topic evaluated on every post.

use model::{Query, Reading};
use serde_json::Value;

use crate::engine::{Pairs, Place, cpu, resident};

pub fn run(place: &Place) -> anyhow::Result<Value> {
    let posts = place.posts()?;
    let (before, began) = (resident()?, cpu());
    let queries: Vec<Query> = place.queries(0, place.topics)?.collect();
    let (build, bytes) = (cpu() - began, resident()?.saturating_sub(before));
    let mut pairs = Pairs::of(posts.len());
    let began = cpu();
    for (number, post) in posts.iter().enumerate() {
        let reading = Reading::of(post);
        for (topic, query) in (0..).zip(&queries) {
            if query.matches_reading(&reading) {
                pairs.put(number, topic);
            }
        }
    }
    Ok(pairs.told(&[cpu() - began], build, bytes))
}
