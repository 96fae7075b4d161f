//! Near-duplicates among a million posts, one way a turn, all on the same posts: Hobnob's table and gaoya's. Prints a JSON object a turn.
//! Arguments: the posts' file, how many posts, rounds, and a file into which the first few thousand texts are written for other programs.

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32};
use model::canned::{Canned, Sketch};
use serde_json::{Value, json};

#[path = "../../../crates/hobnob/src/cli/lab/posts.rs"]
#[allow(dead_code)]
mod posts;

/// Posts that gaoya gets: a turn of it over all would take minutes, and its time a post does not fall with more.
const PEER_POSTS: usize = 100_000;
/// Texts written for other programs, with planted edits among them.
const WRITTEN: usize = 3_000;
/// Longest text, in bytes, before it is cut in head and tail.
const TEXT_MAX: usize = 170;
/// One post in so many is an earlier one with one word changed.
const PLANTED_ONE_IN: u64 = 20;
/// Shorter ones are never nearly the same, by anybody's measure here.
const WORDS_MIN: usize = 5;
/// Questions asked of the full table.
const ASKED: usize = 10_000;
/// An answer that takes longer is asked for again.
const SLOW_MS: f64 = 1.0;
/// gaoya's bands and rows: as its own example has them, and with fewer hashes, as far as recall allows.
const SETTINGS: [(usize, usize); 3] = [(42, 3), (16, 2), (10, 2)];

struct Post {
    text: String,
    /// The post of which it is an edit.
    of: Option<usize>,
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, count, rounds, written] = &arguments[..] else {
        return Err("say the posts' file, how many posts, rounds, and where to write texts".to_owned());
    };
    let number = |s: &str| s.parse::<usize>().map_err(|e| format!("{s}: {e}"));
    let posts = made(Path::new(file), number(count)?)?;
    let texts: Vec<Value> = posts.iter().take(WRITTEN).map(|p| json!({"text": p.text, "of": p.of})).collect();
    std::fs::write(written, Value::Array(texts).to_string()).map_err(|e| format!("{written}: {e}"))?;
    let bytes: usize = posts.iter().map(|p| p.text.len()).sum();
    println!("{}", json!({"posts": posts.len(), "mean_bytes": bytes / posts.len(), "planted": posts.iter().filter(|p| p.of.is_some()).count()}));
    for round in 0..number(rounds)? {
        println!("{}", ours(&posts, round == 0));
        for setting in SETTINGS {
            println!("{}", theirs(&posts[..PEER_POSTS.min(posts.len())], setting));
        }
        // The same posts as the peer's, for a ratio at the same size.
        println!("{}", ours(&posts[..PEER_POSTS.min(posts.len())], false));
    }
    Ok(())
}

/// Heads and tails of real posts, joined, and among them one-word edits of earlier ones. The same for the same file.
fn made(file: &Path, count: usize) -> Result<Vec<Post>, String> {
    let (mut heads, mut tails, mut vocabulary) = (Vec::new(), Vec::new(), Vec::new());
    posts::each_post(file, |post| {
        let words: Vec<&str> = cut(&post.text).split_whitespace().collect();
        let half = words.len() / 2;
        heads.push(words[..half].join(" "));
        tails.push(words[half..].join(" "));
        vocabulary.extend(words.get(half).map(|w| (*w).to_owned()));
    })?;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut posts: Vec<Post> = Vec::with_capacity(count);
    while posts.len() < count {
        let planted = dice.below(PLANTED_ONE_IN) == 0 && !posts.is_empty();
        let of = dice.below(posts.len().max(1) as u64) as usize;
        if planted && posts[of].of.is_none() && posts[of].text.split(' ').count() >= WORDS_MIN {
            let mut words: Vec<&str> = posts[of].text.split(' ').collect();
            let at = dice.below(words.len() as u64) as usize;
            words[at] = &vocabulary[dice.below(vocabulary.len() as u64) as usize];
            posts.push(Post { text: words.join(" "), of: Some(of) });
        } else {
            let (head, tail) = (dice.below(heads.len() as u64) as usize, dice.below(tails.len() as u64) as usize);
            posts.push(Post { text: format!("{} {}", heads[head], tails[tail]).trim().to_owned(), of: None });
        }
    }
    Ok(posts)
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if end == text.len() { text } else { text[..end].rsplit_once(char::is_whitespace).map_or(&text[..end], |(whole, _)| whole) }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// Time on the processor of this thread, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// Resident memory, in bytes.
fn resident() -> usize {
    let stat = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    stat.split(' ').nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn ours(posts: &[Post], is_checked: bool) -> Value {
    let mut table = Canned::new(posts.len());
    let (mut found, mut planted, mut flagged) = (0, 0, 0_u64);
    let mut pairs = Vec::new();
    let began = cpu();
    for (at, post) in posts.iter().enumerate() {
        let sketch = Sketch::of(&post.text);
        let alike = table.find_all(&sketch);
        flagged += u64::from(!alike.is_empty());
        if let Some(of) = post.of {
            planted += 1;
            found += usize::from(alike.iter().any(|f| f.number == of as u64));
        }
        if is_checked && at % 64 == 0 {
            pairs.extend(alike.iter().map(|f| (at, f.number as usize)));
        }
        table.put(&sketch);
    }
    let spent = cpu() - began;
    let false_alarms = pairs.iter().filter(|(a, b)| exact(&posts[*a].text, &posts[*b].text) < 0.5).count();
    let ask = |post: &Post| {
        let asked = Instant::now();
        std::hint::black_box(table.find_all(&Sketch::of(&post.text)));
        asked.elapsed().as_secs_f64() * 1e3
    };
    let every = (posts.len() / ASKED).max(1);
    let mut times: Vec<f64> = posts.iter().step_by(every).map(ask).collect();
    // What was slow because the machine did something else meanwhile is not so again.
    let slow = posts.iter().step_by(every).zip(&times).filter(|(_, ms)| **ms > SLOW_MS).map(|(post, _)| ask(post));
    let slow_again = slow.filter(|ms| *ms > SLOW_MS).count();
    times.sort_by(f64::total_cmp);
    json!({
        "who": "hobnob", "posts": posts.len(), "rate": posts.len() as f64 / spent, "recall": found as f64 / planted.max(1) as f64, "flagged": flagged,
        "bytes_a_post": table.bytes() as f64 / posts.len() as f64, "checked": pairs.len(), "false_alarms": false_alarms,
        "answer_ms": {"p50": times[times.len() / 2], "p99": times[times.len() * 99 / 100], "p100": times[times.len() - 1], "slow_again": slow_again},
    })
}

fn theirs(posts: &[Post], (bands, rows): (usize, usize)) -> Value {
    let hasher = MinHasher32::new(bands * rows);
    let mut index = MinHashIndex::new(bands, rows, 0.5);
    let (mut found, mut planted, mut flagged) = (0, 0, 0_u64);
    let (before, began) = (resident(), cpu());
    for (at, post) in posts.iter().enumerate() {
        let signature = hasher.create_signature(shingles(&post.text).into_iter());
        let alike = index.query(&signature);
        flagged += u64::from(!alike.is_empty());
        if let Some(of) = post.of {
            planted += 1;
            found += usize::from(alike.contains(&of));
        }
        index.insert(at, signature);
    }
    let spent = cpu() - began;
    json!({
        "who": "gaoya", "setting": format!("{bands}x{rows}"), "posts": posts.len(), "rate": posts.len() as f64 / spent,
        "recall": found as f64 / planted.max(1) as f64, "flagged": flagged,
        "bytes_a_post": resident().saturating_sub(before) as f64 / posts.len() as f64,
    })
}

/// Words and pairs in small letters, each once, as numbers, which is quicker for it than as text.
fn shingles(text: &str) -> HashSet<u64> {
    let number = |word: &str| word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3));
    let words: Vec<u64> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(number).collect();
    words.iter().copied().chain(words.windows(2).map(|p| p[0].rotate_left(17) ^ p[1].wrapping_mul(31))).collect()
}

/// The Jaccard index over words and pairs, by the words themselves.
fn exact(a: &str, b: &str) -> f64 {
    let (a, b) = (shingles(a), shingles(b));
    a.intersection(&b).count() as f64 / a.union(&b).count().max(1) as f64
}
