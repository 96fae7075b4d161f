//! How right Hobnob is about whose turn it is: `cargo x eval turns`. Replays real conversations post by post and asks after each one who
//! is waited for; docs/turns.md says what is held to be true. `--misses N` prints N misses of each kind.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::speech::hear;
use model::{Timestamp, Turn};
use serde_json::Value as Json;
use testkit::corpus::{LabPost, posts_of};
use verbs::converse::replay::{Line, Replayed, conversations, plain_handle};

/// Below these `brand-care` is not as right as was promised.
const GOAL: f64 = 0.9;

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let shown = arguments.iter().position(|a| a == "--misses").and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(0);
    let mut is_content = true;
    if let Some(posts) = posts_of("brand-care") {
        let tally = brands(&conversations(posts.into_iter().map(line).collect()));
        tally.print("brand-care: a customer spoke last, and the brand answers later", shown);
        is_content = tally.precision() >= GOAL && tally.recall() >= GOAL;
    }
    for name in ["threads-twitter", "threads-reddit"] {
        if let Some(posts) = posts_of(name) {
            let all = conversations(posts.into_iter().map(line).collect());
            let (strict, fair) = threads(&all);
            strict.print(&format!("{name}: somebody spoke to me, and I answer it later"), shown);
            fair.print(&format!("{name}: the same, or I was asked something and never answer"), 0);
        }
    }
    if is_content { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}

fn line(post: LabPost) -> Line {
    let word = |name: &str| post.more.get(name).and_then(Json::as_str).map(str::to_owned);
    let desk = word("brand").filter(|_| word("role").as_deref() != Some("brand"));
    Line {
        thread: word("thread"),
        desk,
        id: post.id,
        network: post.network,
        author: post.author,
        at: post.created_at,
        text: post.text,
        reply_to: post.reply_to,
    }
}

/// Who was said to wait against who did.
#[derive(Default)]
struct Tally {
    both: u64,
    said_only: u64,
    true_only: u64,
    neither: u64,
    /// Misses, by what explains them, each with the post that stood last.
    misses: BTreeMap<&'static str, Vec<String>>,
}

impl Tally {
    fn add(&mut self, is_said: bool, is_true: bool, why: impl FnOnce() -> (&'static str, String)) {
        match (is_said, is_true) {
            (true, true) => self.both += 1,
            (false, false) => self.neither += 1,
            (true, false) => self.said_only += 1,
            (false, true) => self.true_only += 1,
        }
        if is_said != is_true {
            let (class, words) = why();
            self.misses.entry(class).or_default().push(words);
        }
    }
    fn precision(&self) -> f64 {
        share(self.both, self.both + self.said_only)
    }
    fn recall(&self) -> f64 {
        share(self.both, self.both + self.true_only)
    }
    fn print(&self, what: &str, shown: usize) {
        let all = self.both + self.said_only + self.true_only + self.neither;
        println!("{what}");
        println!(
            "  {all} moments; mine: precision {:.3}, recall {:.3} ({} right, {} too many, {} missed)",
            self.precision(),
            self.recall(),
            self.both,
            self.said_only,
            self.true_only
        );
        for (class, examples) in &self.misses {
            println!("  {:>6}  {class}", examples.len());
            for words in examples.iter().take(shown) {
                println!("            {}", words.replace('\n', " "));
            }
        }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap()) }
}

/// The moments after each post, those at one instant taken together: how many posts are said by then.
fn moments(talk: &Replayed) -> Vec<(Timestamp, usize)> {
    let times: BTreeSet<Timestamp> = talk.lines.iter().filter_map(|l| l.at).collect();
    times.into_iter().map(|at| (at, talk.lines.iter().filter(|l| l.at.is_some_and(|t| t <= at)).count())).collect()
}

/// After each post of a conversation: the customer waits where they spoke last, not only to thank, and the brand speaks again.
fn brands(all: &[Replayed]) -> Tally {
    let mut tally = Tally::default();
    for talk in all {
        let Some(desk) = talk.lines.iter().find_map(|l| l.desk.as_deref()) else { continue };
        let me = plain_handle(desk);
        let is_me = |l: &Line| l.author.as_deref().map(plain_handle).as_deref() == Some(&me);
        for (at, n) in moments(talk) {
            let last = &talk.lines[n - 1];
            let is_true = !is_me(last) && talk.lines[n..].iter().any(is_me);
            let standing = talk.standing(&me, Some(at));
            let is_said = standing.as_ref().is_some_and(|s| s.turn == Turn::Mine);
            tally.add(is_said, is_true, || {
                let heard = hear(&last.text);
                let class = match (is_said, standing.is_some(), heard.act.closes()) {
                    (true, ..) if is_me(last) => "too many: the brand has answered one of several who spoke",
                    (true, ..) => "too many: the brand never answers",
                    (_, false, _) => "missed: nothing says that it is for the brand",
                    (_, _, true) => "missed: it sounds like thanks or a farewell",
                    _ => "missed: something else",
                };
                (class, format!("[{}] {} (heard by “{}”)", talk.id, last.text, heard.by))
            });
        }
    }
    tally
}

/// For everybody with two posts or more in a thread, after each post of theirs or in answer to them. A post of another's that answers or names me waits where a
/// word of mine stands under it later; the second tally takes a question or request that is never answered as waiting too.
fn threads(all: &[Replayed]) -> (Tally, Tally) {
    let (mut strict, mut fair) = (Tally::default(), Tally::default());
    for talk in all {
        let places: HashMap<&str, usize> = talk.lines.iter().enumerate().map(|(i, l)| (l.id.as_str(), i)).collect();
        let parent = |i: usize| talk.lines[i].reply_to.as_deref().and_then(|to| places.get(to)).copied().filter(|p| *p < i);
        let mut count: HashMap<String, u32> = HashMap::new();
        for author in talk.lines.iter().filter_map(|l| l.author.as_deref()) {
            *count.entry(plain_handle(author)).or_default() += 1;
        }
        let mut people: Vec<String> = count.into_iter().filter(|(_, n)| *n >= 2).map(|(who, _)| who).collect();
        people.sort();
        let moments = moments(talk);
        for me in people {
            let mine: HashSet<usize> =
                (0..talk.lines.len()).filter(|&i| talk.lines[i].author.as_deref().map(plain_handle).as_deref() == Some(&me)).collect();
            let to_me: Vec<usize> =
                (0..talk.lines.len()).filter(|i| !mine.contains(i) && parent(*i).is_some_and(|p| mine.contains(&p))).collect();
            let answered = |i: usize| mine.iter().copied().filter(|&m| parent(m) == Some(i)).min();
            for &(at, n) in &moments {
                // Only what I say and what is said to me changes anything.
                let is_moment = |i: usize| mine.contains(&i) || parent(i).is_some_and(|p| mine.contains(&p));
                let begun = talk.lines[..n].iter().rposition(|l| l.at < Some(at)).map_or(0, |i| i + 1);
                if !mine.iter().any(|&m| m < n) || !(begun..n).any(is_moment) {
                    continue;
                }
                let standing = talk.standing(&me, Some(at));
                let is_said = standing.as_ref().is_some_and(|s| s.turn == Turn::Mine);
                let seen = || to_me.iter().copied().filter(|&i| i < n);
                let is_true = seen().any(|i| answered(i).is_some_and(|m| m >= n));
                let is_asked = seen().any(|i| answered(i).is_none() && hear(&talk.lines[i].text).act.asks());
                let shown = standing.as_ref().map_or(n - 1, |s| s.shown.min(n - 1));
                let why = || {
                    let words = &talk.lines[shown].text;
                    let class = match (is_said, hear(words).act.asks()) {
                        (true, true) => "too many: asked, and never answered",
                        (true, false) => "too many: spoken to in a talk, and let it rest",
                        (false, _) => "missed: answered a remark that asked nothing",
                    };
                    (class, format!("[{}] {words}", talk.id))
                };
                strict.add(is_said, is_true, why);
                fair.add(is_said, is_true || is_said && is_asked, why);
            }
        }
    }
    (strict, fair)
}
