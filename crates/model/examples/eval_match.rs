//! `cargo x eval match`: whether the matcher answers as the plain evaluation of every query on every post does, on real posts and drawn
//! queries of every kind the language has. `eval_match [POSTS [QUERIES]]`.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use model::matcher::{Handle, Matcher};
use model::{NetworkKey, Post, PostRef, Profile, Query, Reading, Said, Timestamp};
use serde_json::Value;

const POSTS: usize = 100_000;
const QUERIES: usize = 10_000;
/// Posts after which a tenth of the queries goes and comes again.
const EDITED_EVERY: usize = 10_000;

fn main() -> std::process::ExitCode {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|n| n.parse().expect("a number")).collect();
    let (posts, queries) = (numbers.first().copied().unwrap_or(POSTS), numbers.get(1).copied().unwrap_or(QUERIES));
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/posts");
    let mut heard = Vec::new();
    for (set, most) in [("threads-twitter", posts / 20), ("tweets-plain", posts / 4), ("reddit-top", posts)] {
        let most = most.min(posts - heard.len());
        match read(&corpora.join(set).join("posts.jsonl.zst"), most, heard.len()) {
            Some(more) => heard.extend(more),
            None => eprintln!("skipped: {set} is not in {}", corpora.display()),
        }
    }
    if heard.is_empty() {
        return std::process::ExitCode::SUCCESS;
    }
    let mut lots = Lots(0x5eed);
    let queries: Vec<Query> = (0..queries).map(|_| draw(&heard, &mut lots)).collect();
    match compare(&heard, &queries) {
        Ok(pairs) => {
            println!("{} posts, {} queries: {pairs} pairs, every one of them and no other by both ways", heard.len(), queries.len());
            std::process::ExitCode::SUCCESS
        }
        Err(why) => {
            println!("{why}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn compare(heard: &[Heard], queries: &[Query]) -> Result<u64, String> {
    let mut matcher = Matcher::new(1);
    let mut handles: Vec<Handle> = queries.iter().map(|query| matcher.add(query)).collect();
    let (mut found, mut pairs) = (Vec::new(), 0);
    for (number, post) in heard.iter().enumerate() {
        if number % EDITED_EVERY == EDITED_EVERY / 2 {
            let some = number / EDITED_EVERY % 10;
            for at in (some..queries.len()).step_by(10) {
                matcher.remove(handles[at]);
            }
            for at in (some..queries.len()).step_by(10) {
                handles[at] = matcher.add(&queries[at]);
            }
            matcher.refile();
        }
        matcher.matches(post.said(), &mut found);
        found.sort_unstable();
        let reading = Reading::of(post.said());
        let mut expected: Vec<Handle> =
            queries.iter().zip(&handles).filter(|(q, _)| q.matches_reading(&reading)).map(|(_, h)| *h).collect();
        expected.sort_unstable();
        if found != expected {
            let odd = queries.iter().zip(&handles).find(|(_, h)| found.contains(h) != expected.contains(h)).expect("they differ");
            return Err(format!("post {} and “{}”: the matcher says {}", post.post.at.id, odd.0.text(), found.contains(odd.1)));
        }
        pairs += found.len() as u64;
    }
    Ok(pairs)
}

struct Heard {
    post: Post,
    venue: Option<String>,
    is_dated: bool,
}

impl Heard {
    fn said(&self) -> Said<'_> {
        Said { post: &self.post, venue: self.venue.as_deref(), is_dated: self.is_dated }
    }
}

fn read(file: &Path, most: usize, seen: usize) -> Option<Vec<Heard>> {
    let lines = BufReader::new(zstd::Decoder::new(File::open(file).ok()?).ok()?).lines();
    let heard = lines.take(most).enumerate().map(|(number, line)| {
        let line: Value = serde_json::from_str(&line.expect("the set is whole")).expect("the set is JSON Lines");
        let word = |key: &str| line[key].as_str().map(str::to_owned);
        // Where a set names nobody, authors are made up.
        let author = word("author").unwrap_or_else(|| format!("u{}@plaza{}.example", (seen + number) % 997, number % 7));
        let author = Profile { handle: author, ..Profile::default() };
        let at: Option<Timestamp> = word("created_at").and_then(|at| at.parse().ok());
        let post =
            Post::new(PostRef::new(word("id").unwrap_or_default(), ""), author, word("text").unwrap_or_default(), at.unwrap_or_default());
        let post = Post {
            network: NetworkKey::new(&word("network").unwrap_or_default()),
            language: word("lang"),
            reply_to: word("reply_to"),
            url: word("url"),
            links: word("link").into_iter().collect(),
            ..post
        };
        Heard { post, venue: word("channel"), is_dated: at.is_some() }
    });
    Some(heard.collect())
}

struct Lots(u64);

impl Lots {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as usize % n.max(1)
    }
}

/// A query made of what one post, or several, hold.
fn draw(heard: &[Heard], lots: &mut Lots) -> Query {
    loop {
        let text = any(heard, lots, 2);
        if let Ok(query) = Query::parse(&text) {
            return query;
        }
    }
}

fn any(heard: &[Heard], lots: &mut Lots, depth: usize) -> String {
    let post = &heard[lots.below(heard.len())];
    match lots.below(if depth > 0 { 10 } else { 4 }) {
        0..4 => leaf(post, lots),
        4..7 => format!("{} {}", leaf(post, lots), leaf(post, lots)),
        7 => format!("({} OR {} OR {})", leaf(post, lots), any(heard, lots, depth - 1), any(heard, lots, depth - 1)),
        8 => format!("{} -({})", leaf(post, lots), any(heard, lots, depth - 1)),
        _ => format!("{} ({} OR {})", leaf(post, lots), leaf(post, lots), any(heard, lots, depth - 1)),
    }
}

fn leaf(heard: &Heard, lots: &mut Lots) -> String {
    let words: Vec<&str> = model::words::words(&heard.post.text).filter(|w| w.chars().all(char::is_alphanumeric)).collect();
    let at = lots.below(words.len());
    let word = |n: usize| words.get(n.min(words.len().saturating_sub(1))).copied().unwrap_or("bread");
    match lots.below(32) {
        0..14 => word(at).to_lowercase(),
        14..17 => format!("\"{} {}\"", word(at), word(at + 1)),
        17 => format!("\"{} {} {}\"", word(at), word(at + 1), word(at + 2)),
        18 => format!("\"{}\"", word(at)),
        19 => format!("\"{} {}\"~{}", word(at), word(at + 3), 1 + lots.below(6)),
        20 => format!("{}*", word(at).chars().take(4).collect::<String>()),
        21 => format!("#{}", heard.post.text.split('#').nth(1).and_then(|t| t.split(' ').next()).unwrap_or(word(at))),
        22 => format!("from:{}", heard.post.author.handle),
        23 => format!("to:{}", heard.post.text.split('@').nth(1).and_then(|t| t.split(' ').next()).unwrap_or("ada")),
        24 => format!("in:{}", heard.venue.as_deref().unwrap_or("plaza3.example")),
        25 => format!("on:{}", heard.post.network.as_str()),
        26 => format!("lang:{}", heard.post.language.as_deref().unwrap_or("en")),
        27 => ["is:question", "is:reply", "has:link", "has:picture"][lots.below(4)].to_owned(),
        28 => format!("link:{}", ["youtube.com", "imgur.com", "t.co", "com", "org", "flickr.com"][lots.below(6)]),
        29 => format!("{}:20{:02}", ["before", "after"][lots.below(2)], 6 + lots.below(12)),
        30 => ["😂", "❤", "\":)\"", "!", "🔥"][lots.below(5)].to_owned(),
        _ => format!("{}ing", word(at).to_lowercase().trim_end_matches('s')),
    }
}
