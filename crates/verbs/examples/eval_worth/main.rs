//! `cargo x eval worth`: whether the ranking finds the conversations that became worth joining, better than recency, reach and the number
//! of replies do. Each conversation is ranked as it stood at an age; what was said later is the judge. Prints Markdown, as it stands in
//! `docs/worth.md`. `cargo x eval worth all` prints both parts and every truth; `cargo x eval worth without` leaves out each feature in turn.

#![allow(clippy::print_stdout)]

mod measure;
mod truth;

use model::Timestamp;
use testkit::corpus::{LabPost, posts_of};
use verbs::listen::worth::{ALL, Level, Loose, Thread, Weighing, threads, worth_joining};

use measure::{Order, compare};
use truth::{TRUTHS, Truth};

const SETS: [&str; 3] = ["threads-twitter", "threads-reddit", "brand-care"];
const AGES: [(&str, i64); 3] = [("10 min", 600), ("1 h", 3_600), ("6 h", 21_600)];
/// Fewer good ones than this in a set say nothing.
const GOOD_MIN: usize = 5;

/// One conversation at one age.
pub struct Case {
    pub name: String,
    /// By each ranking, in the order of [`RANKINGS`]; ties are broken by a hash of the name, so that no ranking gains by the file's order.
    pub scores: [f64; 4],
    pub truths: [bool; TRUTHS.len()],
}

pub const RANKINGS: [&str; 4] = ["ours", "recency", "reach", "replies"];

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let sets: Vec<(&str, Vec<LabPost>)> = SETS.iter().filter_map(|name| Some((*name, posts_of(name)?))).collect();
    match mode.as_str() {
        "without" => without(&sets),
        "all" => (0..2).for_each(|part| report(&sets, part, true)),
        _ => report(&sets, 1, false),
    }
}

fn report(sets: &[(&str, Vec<LabPost>)], part: u64, is_whole: bool) {
    println!("\n### {}\n", if part == 0 { "The part that was looked at while choosing" } else { "The part kept aside" });
    println!(
        "| set | age | talks | truth | good | ours P@10 | recency | reach | replies | ours AP | recency | reach | replies | ours − replies, 95 % |"
    );
    println!("|---|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|");
    let mut pooled: Vec<(Truth, Vec<[f64; 4]>)> = Vec::new();
    for (name, posts) in sets {
        for (age, seconds) in AGES {
            let cases = cases(posts, seconds, part, &Weighing::default());
            for (t, truth) in TRUTHS.iter().enumerate() {
                if cases.iter().filter(|c| c.truths[t]).count() < GOOD_MIN {
                    continue;
                }
                let found = compare(&cases, t);
                if is_whole || t == 0 {
                    println!("{}", found.row(name, age, truth.name));
                }
                match pooled.iter_mut().find(|(of, _)| of.name == truth.name) {
                    Some((_, all)) => all.push(found.ap),
                    None => pooled.push((*truth, vec![found.ap])),
                }
            }
        }
    }
    println!("\n| truth | what came later | settings | mean AP: ours | recency | reach | replies |\n|---|---|--:|--:|--:|--:|--:|");
    for (truth, all) in &pooled {
        let mean = |r: usize| all.iter().map(|a| a[r]).sum::<f64>() / all.len() as f64;
        println!(
            "| {} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} |",
            truth.name,
            truth.about,
            all.len(),
            mean(0),
            mean(1),
            mean(2),
            mean(3)
        );
    }
    println!();
    for other in 1..RANKINGS.len() {
        println!("{}", measure::pooled(&all_cases(sets, part), other));
    }
}

fn all_cases(sets: &[(&str, Vec<LabPost>)], part: u64) -> Vec<Vec<Case>> {
    sets.iter().flat_map(|(_, posts)| AGES.map(|(_, seconds)| cases(posts, seconds, part, &Weighing::default()))).collect()
}

/// What each feature is good for: the mean of average precision over all sets, ages and truths, without it.
fn without(sets: &[(&str, Vec<LabPost>)]) {
    let mean = |weighing: &Weighing| {
        let (mut sum, mut n) = (0.0, 0.0);
        for (_, posts) in sets {
            for (_, seconds) in AGES {
                let cases = cases(posts, seconds, 0, weighing);
                for t in 0..TRUTHS.len() {
                    if cases.iter().filter(|c| c.truths[t]).count() >= GOOD_MIN {
                        sum += Order::of(&cases, 0).average_precision(&cases, t);
                        n += 1.0;
                    }
                }
            }
        }
        sum / n
    };
    let whole = mean(&Weighing::default());
    println!("with all: {whole:.4}");
    for (feature, key, ..) in ALL {
        let mut weighing = Weighing::default();
        weighing.levels.0.insert(feature, Level::Off);
        println!("{:+.4} without {key}", mean(&weighing) - whole);
    }
}

fn cases(posts: &[LabPost], age: i64, part: u64, weighing: &Weighing) -> Vec<Case> {
    let loose: Vec<Loose> = posts.iter().map(loose).collect();
    let found = threads(&loose);
    found.iter().filter(|t| hash(&t.id) % 2 == part).filter_map(|t| case(posts, &loose, t, age, weighing)).collect()
}

fn case(posts: &[LabPost], loose: &[Loose], thread: &Thread, age: i64, weighing: &Weighing) -> Option<Case> {
    let at = thread.begun() + age;
    let facts = thread.as_of(loose, at)?;
    let worth = worth_joining(&facts, weighing, Timestamp::from_second(at).ok()?);
    let number = |name: &str| posts[thread.posts[0].0].more.get(name).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    // How many are reached: followers where the set has them, else likes or score; as counted when the set was gathered, which is later
    // than the age, to reach's advantage.
    let reach = [number("followers"), number("likes"), number("score")].into_iter().fold(0.0, f64::max);
    let replies = thread.posts.iter().filter(|(_, said)| *said <= at).count() - 1;
    Some(Case {
        name: thread.id.clone(),
        scores: [f64::from(worth.tenths()), facts.inside.last_at as f64, reach, replies as f64],
        truths: TRUTHS.map(|truth| (truth.holds)(loose, thread, at)),
    })
}

/// FNV-1a: the same on every machine.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)) >> 20
}

fn loose(post: &LabPost) -> Loose {
    Loose {
        id: post.id.clone(),
        reply_to: post.reply_to.clone(),
        thread: post.more.get("thread").and_then(|t| t.as_str()).map(str::to_owned),
        author: post.author.clone(),
        at: post.created_at.map(Timestamp::as_second),
        text: post.text.clone(),
        has_link: post.more.get("link").is_some_and(serde_json::Value::is_string),
    }
}
