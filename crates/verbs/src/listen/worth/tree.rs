//! Conversations out of loose posts, as a file holds them: in any order, with parents missing, authors or times unknown, the same post
//! twice, circles. Pure and bounded by the number of posts.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::facts::Facts;
use super::inside::{Inside, Turn};
use crate::listen::selling::{mostly_tags, sells};

/// The same opening words in so many other conversations are canned.
const SAME_OPENINGS: usize = 2;
/// Fewer words are said by many without being canned.
const SAME_WORDS_MIN: usize = 4;

/// A post as a file says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loose {
    pub id: String,
    pub reply_to: Option<String>,
    /// The conversation that the file says it belongs to; used only where what it answers is missing.
    pub thread: Option<String>,
    pub author: Option<String>,
    /// Seconds since 1970.
    pub at: Option<i64>,
    pub text: String,
    /// It points to a page, beside its words.
    pub has_link: bool,
}

/// A conversation: its posts, the first of them first, then by when they were said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thread {
    /// The id of its first post, or that of the thread whose first post is missing.
    pub id: String,
    /// Indices into the posts, with when each was said: a post without a time as soon as what it answers.
    pub posts: Vec<(usize, i64)>,
    /// Its first post is here and answers nothing.
    pub is_whole: bool,
    /// How many conversations that began earlier open with the same words.
    pub same_openings: Vec<i64>,
}

/// Sorts posts into conversations, in the order in which their first posts stand. Of a post that comes twice the first counts. A post that
/// answers nothing begins a conversation; one whose parent is missing joins the conversation of its `thread`, if it has one, else it
/// stands with the others that answer the same missing post.
pub fn threads(posts: &[Loose]) -> Vec<Thread> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (i, post) in posts.iter().enumerate() {
        first.entry(&post.id).or_insert(i);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut names: HashMap<usize, &str> = HashMap::new();
    let mut of_lost: HashMap<&str, usize> = HashMap::new();
    for (i, post) in posts.iter().enumerate() {
        if first[post.id.as_str()] != i {
            continue;
        }
        let top = top_of(posts, &first, i);
        let home = home_of(posts, &first, top);
        let root = match home {
            Home::Here(root) => root,
            Home::Lost(name, is_thread) => {
                let root = *of_lost.entry(name).or_insert(i);
                if is_thread && !first.contains_key(name) {
                    names.insert(root, name);
                }
                root
            }
        };
        groups.entry(root).or_default().push(i);
    }
    let mut found: Vec<Thread> = groups.iter().map(|(root, group)| thread(posts, &first, group, names.get(root).copied())).collect();
    mark_same_openings(posts, &mut found);
    found
}

/// The post at the head of the chain of answers that `from` stands in.
fn top_of(posts: &[Loose], first: &HashMap<&str, usize>, from: usize) -> usize {
    let (mut here, mut seen) = (from, HashSet::from([from]));
    while let Some(up) = posts[here].reply_to.as_deref().and_then(|id| first.get(id)) {
        if !seen.insert(*up) {
            // A circle: whichever stands first in the file is its head, whoever asks.
            return seen.into_iter().min().unwrap_or(here);
        }
        here = *up;
    }
    here
}

enum Home<'a> {
    Here(usize),
    /// Known by a name alone, and whether that is the thread's.
    Lost(&'a str, bool),
}

fn home_of<'a>(posts: &'a [Loose], first: &HashMap<&str, usize>, top: usize) -> Home<'a> {
    let head = &posts[top];
    let Some(parent) = head.reply_to.as_deref().filter(|id| !first.contains_key(id)) else { return Home::Here(top) };
    match head.thread.as_deref() {
        Some(name) => match first.get(name) {
            // The thread's own first post may be an answer too: then its head is where both belong.
            Some(root) if *root != top => {
                let head = top_of(posts, first, *root);
                if posts[head].reply_to.is_none() { Home::Here(head) } else { Home::Lost(name, true) }
            }
            _ => Home::Lost(name, true),
        },
        None => Home::Lost(parent, false),
    }
}

fn thread(posts: &[Loose], first: &HashMap<&str, usize>, group: &[usize], name: Option<&str>) -> Thread {
    let mut times: HashMap<usize, i64> = HashMap::new();
    let earliest = group.iter().filter_map(|i| posts[*i].at).min().unwrap_or(0);
    for i in group {
        time_of(posts, first, *i, earliest, &mut times);
    }
    let root = group.iter().copied().find(|i| posts[*i].reply_to.is_none());
    let mut said: Vec<(usize, i64)> = group.iter().map(|i| (*i, times[i])).collect();
    said.sort_by_key(|(i, at)| (Some(*i) != root, *at, *i));
    let id = name.filter(|_| root.is_none()).map_or_else(|| posts[said[0].0].id.clone(), str::to_owned);
    Thread { id, posts: said, is_whole: root.is_some(), same_openings: Vec::new() }
}

/// When a post was said: no sooner than what it answers. Without a time: as soon as that, or as the earliest of its conversation.
fn time_of(posts: &[Loose], first: &HashMap<&str, usize>, i: usize, earliest: i64, times: &mut HashMap<usize, i64>) {
    let mut chain = Vec::new();
    let mut here = Some(i);
    let mut above = None;
    while let Some(at) = here {
        if let Some(known) = times.get(&at) {
            above = Some(*known);
            break;
        }
        if chain.contains(&at) {
            break;
        }
        chain.push(at);
        here = posts[at].reply_to.as_deref().and_then(|id| first.get(id)).copied();
    }
    for at in chain.into_iter().rev() {
        let time = posts[at].at.or(above).unwrap_or(earliest).max(above.unwrap_or(i64::MIN));
        times.insert(at, time);
        above = Some(time);
    }
}

/// Openings of several conversations with the same words: when the others began.
fn mark_same_openings(posts: &[Loose], found: &mut [Thread]) {
    let mut same: HashMap<String, Vec<(usize, i64)>> = HashMap::new();
    for (n, thread) in found.iter().enumerate() {
        let (i, at) = thread.posts[0];
        let plain: Vec<String> =
            posts[i].text.split_whitespace().filter(|w| !w.starts_with('@') && !w.contains("://")).map(str::to_lowercase).collect();
        if plain.len() >= SAME_WORDS_MIN {
            same.entry(plain.join(" ")).or_default().push((n, at));
        }
    }
    for group in same.into_values().filter(|g| g.len() > SAME_OPENINGS) {
        for (n, _) in &group {
            found[*n].same_openings = group.iter().filter(|(other, _)| other != n).map(|(_, at)| *at).collect();
        }
    }
}

impl Thread {
    /// When its first post was said.
    pub fn begun(&self) -> i64 {
        self.posts.first().map_or(0, |(_, at)| *at)
    }

    /// What was known of it at a time; `None` before it began.
    pub fn as_of(&self, posts: &[Loose], at: i64) -> Option<Facts> {
        let seen: Vec<&(usize, i64)> = self.posts.iter().filter(|(_, said)| *said <= at).collect();
        let (head, _) = seen.first()?;
        let mut people: HashMap<&str, i64> = HashMap::new();
        let turns: Vec<Turn<'_>> = seen
            .iter()
            .map(|(i, said)| {
                let post = &posts[*i];
                let next = i64::try_from(people.len()).unwrap_or(i64::MAX);
                let who = post.author.as_deref().map(|name| *people.entry(name).or_insert(next));
                let (id, reply_to) = (post.id.as_str(), post.reply_to.as_deref());
                Turn { id, reply_to, who, at: *said, text: &post.text, has_link: post.has_link, is_mine: false }
            })
            .collect();
        let text = &posts[*head].text;
        Some(Facts {
            inside: Inside::of(&turns, 0, self.is_whole, at),
            is_selling: sells(text, posts[*head].has_link || text.contains("://")),
            is_canned: mostly_tags(text) || self.same_openings.iter().filter(|other| **other <= at).count() >= SAME_OPENINGS,
            ours: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn post(id: &str, reply_to: &str, thread: &str, at: i64) -> Loose {
        let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
        let author = some(&format!("u{}", id.len()));
        Loose {
            id: id.into(),
            reply_to: some(reply_to),
            thread: some(thread),
            author,
            at: Some(at),
            text: format!("words of {id}"),
            has_link: false,
        }
    }
    fn told(posts: &[Loose]) -> Vec<String> {
        let ids = |t: &Thread| t.posts.iter().map(|(i, at)| format!("{}@{at}", posts[*i].id)).collect::<Vec<_>>().join(" ");
        threads(posts).iter().map(|t| format!("{}{}: {}", t.id, if t.is_whole { "" } else { "?" }, ids(t))).collect()
    }

    #[test]
    fn broken_files_make_whole_conversations() {
        // Children before parents, a double, an orphan with a thread, orphans of one lost post, an answer older than its question.
        let posts = [
            post("c", "b", "", 30),
            post("b", "a", "", 20),
            post("a", "", "", 10),
            post("a", "", "", 99),
            post("o", "gone", "a", 40),
            post("p", "lost", "", 50),
            post("q", "lost", "", 45),
            post("r", "q", "", 5),
            post("s", "gone too", "T", 60),
            post("n", "", "a", 70),
        ];
        assert_eq!(told(&posts), ["a: a@10 b@20 c@30 o@40", "q?: q@45 r@45 p@50", "T?: s@60", "n: n@70"]);
    }

    #[test]
    fn no_time_and_circles() {
        let mut posts =
            vec![post("a", "", "", 10), post("b", "a", "", 0), post("x", "y", "", 3), post("y", "x", "", 4), post("z", "z", "", 1)];
        posts[1].at = None;
        assert_eq!(told(&posts), ["a: a@10 b@10", "x?: x@4 y@4", "z?: z@1"]);
    }

    #[test]
    fn later_posts_are_not_seen() {
        let posts = [post("a", "", "", 10), post("bb", "a", "", 20), post("ccc", "a", "", 30)];
        let thread = &threads(&posts)[0];
        assert!(thread.as_of(&posts, 9).is_none());
        let answers = |at| thread.as_of(&posts, at).unwrap().inside.answers;
        assert_eq!((answers(10), answers(20), answers(99)), (0, 1, 2));
    }

    #[test]
    fn the_same_opening_thrice_is_canned_from_the_third_on() {
        let mut posts = [post("a", "", "", 10), post("b", "", "", 20), post("c", "", "", 30)];
        posts.iter_mut().for_each(|p| p.text = "Come and see our new bread".into());
        let threads = threads(&posts);
        let canned = |n: usize, at| threads[n].as_of(&posts, at).unwrap().is_canned;
        assert_eq!((canned(0, 20), canned(0, 30), canned(2, 30)), (false, true, true));
    }

    proptest! {
        #[test]
        fn every_post_stands_in_one_conversation(edges in proptest::collection::vec((0..12_usize, 0..14_usize, 0..4_usize), 1..30)) {
            let posts: Vec<Loose> = edges
                .iter()
                .enumerate()
                .map(|(i, (id, to, thread))| {
                    let to = if *to == 13 { String::new() } else { format!("p{to}") };
                    post(&format!("p{id}"), &to, ["", "", "t", "p3"][*thread], i64::try_from(i).unwrap())
                })
                .collect();
            let mut ids: Vec<&str> = posts.iter().map(|p| p.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            let found = threads(&posts);
            let mut here: Vec<&str> = found.iter().flat_map(|t| t.posts.iter().map(|(i, _)| posts[*i].id.as_str())).collect();
            here.sort_unstable();
            prop_assert_eq!(here, ids);
            let mut names: Vec<&str> = found.iter().map(|t| t.id.as_str()).collect();
            names.sort_unstable();
            let n = names.len();
            names.dedup();
            prop_assert_eq!(n, names.len(), "two conversations have one name");
            for thread in &found {
                prop_assert!(thread.as_of(&posts, 1_000).is_some());
            }
        }
    }
}
