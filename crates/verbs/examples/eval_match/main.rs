//! `cargo x eval match`: whether the matcher and search over what is kept both answer as the plain evaluation of every query on every post
//! does, on real posts and drawn queries of every kind the language has. `eval_match [POSTS [QUERIES]]`. The store is SQLite in a folder
//! that is thrown away, or the PostgreSQL that `HOBNOB_TEST_DB` names.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

mod draw;

use model::matcher::{Handle, Matcher};
use model::{DeskId, NetworkKey, Post, PostId, PostRef, Profile, Query, Reading, Seat, Timestamp};
use store::StoreError;
use store::posts::Sight;
use testkit::TestStore;
use testkit::corpus::{LabPost, posts_of};
use verbs::desk::search::sift;

use draw::{Lots, draw};

const POSTS: usize = 100_000;
const QUERIES: usize = 10_000;
/// Posts after which a tenth of the queries goes and comes again.
const EDITED_EVERY: usize = 10_000;
/// Posts put into the store at once.
const PUT: usize = 2_000;

fn main() -> std::process::ExitCode {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|n| n.parse().expect("a number")).collect();
    let (posts, queries) = (numbers.first().copied().unwrap_or(POSTS), numbers.get(1).copied().unwrap_or(QUERIES));
    let mut heard: Vec<Post> = Vec::new();
    for (set, most) in [("threads-twitter", posts / 20), ("tweets-plain", posts / 4), ("reddit-top", posts)] {
        let most = most.min(posts - heard.len());
        let from = heard.len();
        heard.extend(posts_of(set).into_iter().flatten().take(most).enumerate().map(|(n, line)| post(line, from + n)));
    }
    if heard.is_empty() {
        return std::process::ExitCode::SUCCESS;
    }
    let mut lots = Lots(0x5eed);
    let queries: Vec<Query> = (0..queries).map(|_| draw(&heard, &mut lots)).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    match matched(&heard, &queries).and_then(|expected| runtime.block_on(searched(&heard, &queries, &expected)).map(|()| expected)) {
        Ok(expected) => {
            let pairs: usize = expected.iter().map(Vec::len).sum();
            println!(
                "{} posts, {} queries: {pairs} pairs, every one of them and no other by the plain way, the matcher and search",
                heard.len(),
                queries.len()
            );
            std::process::ExitCode::SUCCESS
        }
        Err(why) => {
            println!("{why}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// A post of a set, whole; what no set names is made up, the same each time.
fn post(line: LabPost, number: usize) -> Post {
    let author = line.author.unwrap_or_else(|| format!("u{}@plaza{}.example", number % 997, number % 7));
    let network = NetworkKey::new(if line.network.is_empty() { "plaza" } else { &line.network });
    let author = Profile { network: network.clone(), remote_id: author.clone(), handle: author, ..Profile::default() };
    let word = |key: &str| line.more.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let at = line.created_at.unwrap_or_else(|| Timestamp::from_second(1_400_000_000 + number as i64 * 3_001).expect("a time"));
    let mut post = Post::new(PostRef::new(number.to_string(), ""), author, line.text.replace('\0', ""), at);
    post.network = network;
    post.language = line.lang;
    post.reply_to = line.reply_to;
    post.url = line.url.or_else(|| word("channel").map(|channel| format!("https://reads.example/r/{channel}/{number}")));
    post.links = word("link").into_iter().collect();
    post
}

/// By query, which posts match; the matcher and the plain way have to say the same.
fn matched(heard: &[Post], queries: &[Query]) -> Result<Vec<Vec<usize>>, String> {
    let mut matcher = Matcher::new(1);
    let mut handles: Vec<Handle> = queries.iter().map(|query| matcher.add(query)).collect();
    let (mut found, mut pairs) = (Vec::new(), vec![Vec::new(); queries.len()]);
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
        matcher.matches(post, &mut found);
        found.sort_unstable();
        let reading = Reading::of(post);
        let plain: Vec<usize> = queries.iter().enumerate().filter(|(_, q)| q.matches_reading(&reading)).map(|(at, _)| at).collect();
        let mut expected: Vec<Handle> = plain.iter().map(|at| handles[*at]).collect();
        expected.sort_unstable();
        if found != expected {
            let odd = queries.iter().zip(&handles).find(|(_, h)| found.contains(h) != expected.contains(h)).expect("they differ");
            return Err(format!("post {number} and “{}”: the matcher says {}", odd.0.text(), found.contains(odd.1)));
        }
        plain.into_iter().for_each(|at| pairs[at].push(number));
    }
    Ok(pairs)
}

/// Whether search finds these posts for each query, and no others.
async fn searched(heard: &[Post], queries: &[Query], expected: &[Vec<usize>]) -> Result<(), String> {
    let kept = TestStore::open();
    let seat = Seat::of_clock(DeskId(1));
    let told = |error: StoreError| error.to_string();
    kept.store
        .write_unscoped::<_, StoreError>(|tx| {
            tx.put_desk(&model::Desk { id: DeskId(1), name: "Desk".into(), zone: "UTC".into(), created_at: Timestamp::UNIX_EPOCH })
        })
        .await
        .map_err(told)?;
    for some in heard.chunks(PUT) {
        let some = some.to_vec();
        let put = move |tx: &store::Tx<'_>| {
            some.iter().try_for_each(|post| {
                let author = tx.profiles().put(&post.author, post.created_at)?.id;
                tx.posts().put(post, &Sight { author, account: None, is_mine: false, names_me: false }, post.created_at).map(drop)
            })
        };
        kept.store.write::<_, StoreError>(&seat, put).await.map_err(told)?;
    }
    for (query, expected) in queries.iter().zip(expected) {
        let asked = query.clone();
        let found = kept.store.read::<_, StoreError>(&seat, move |tx| all(tx, &asked)).await.map_err(told)?;
        let mut numbers: Vec<usize> = found.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        if numbers != *expected {
            let odd = numbers.iter().find(|n| !expected.contains(n)).or_else(|| expected.iter().find(|n| !numbers.contains(n)));
            return Err(format!(
                "“{}” and post {odd:?}: search finds {} posts, the plain way {}",
                query.text(),
                numbers.len(),
                expected.len()
            ));
        }
        // Each page goes on where the one before ended.
        if !found.windows(2).all(|two| heard[two[0].1].created_at >= heard[two[1].1].created_at) {
            return Err(format!("“{}”: search is not in the order of time", query.text()));
        }
    }
    Ok(())
}

/// All that search finds, page by page.
fn all(tx: &store::Tx<'_>, query: &Query) -> Result<Vec<(PostId, usize)>, StoreError> {
    let (mut found, mut under) = (Vec::new(), None);
    loop {
        let some = sift(tx, query, under, 500)?;
        found.extend(some.matched.iter().map(|c| (c.id, c.post.at.id.parse().expect("our own number"))));
        under = some.last;
        if some.is_whole {
            return Ok(found);
        }
    }
}
