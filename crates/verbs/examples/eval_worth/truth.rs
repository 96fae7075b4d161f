//! What came later, as the judge of whether a conversation was worth joining. None of it looks at what was known before, but for who spoke.

use std::collections::{HashMap, HashSet};

use verbs::converse::is_question;
use verbs::listen::worth::{Loose, Thread};

/// A way to tell that a conversation became worth joining.
#[derive(Clone, Copy)]
pub struct Truth {
    pub name: &'static str,
    pub about: &'static str,
    pub holds: fn(&[Loose], &Thread, i64) -> bool,
}

pub const TRUTHS: [Truth; 5] = [
    Truth { name: "any", about: "any of talk, back and new", holds: |p, t, at| talk(p, t, at) || back(p, t, at) || newcomer(p, t, at) },
    Truth { name: "talk", about: "two people answer each other both ways, with a later post between them", holds: talk },
    Truth { name: "back", about: "whoever began it answers somebody else later", holds: back },
    Truth { name: "new", about: "somebody who first speaks later is answered later by another", holds: newcomer },
    Truth {
        name: "asker back",
        about: "it is a question, and its asker answers somebody later",
        holds: |p, t, at| is_question(&p[t.posts[0].0].text) && back(p, t, at),
    },
];

/// Replies within the conversation: who answered whom, and when.
fn replies<'a>(posts: &'a [Loose], thread: &Thread) -> Vec<(&'a Loose, &'a Loose, i64)> {
    let by_id: HashMap<&str, &Loose> = thread.posts.iter().map(|(i, _)| (posts[*i].id.as_str(), &posts[*i])).collect();
    let of = |(i, at): &(usize, i64)| Some((&posts[*i], *by_id.get(posts[*i].reply_to.as_deref()?)?, *at));
    thread.posts.iter().filter_map(of).filter(|(a, b, _)| a.author.is_some() && b.author.is_some() && a.author != b.author).collect()
}

fn talk(posts: &[Loose], thread: &Thread, at: i64) -> bool {
    let replies = replies(posts, thread);
    let said: HashSet<_> = replies.iter().map(|(a, b, _)| (&a.author, &b.author)).collect();
    replies.iter().any(|(a, b, when)| *when > at && said.contains(&(&b.author, &a.author)))
}

fn back(posts: &[Loose], thread: &Thread, at: i64) -> bool {
    let opener = &posts[thread.posts[0].0].author;
    replies(posts, thread).iter().any(|(a, _, when)| *when > at && a.author == *opener)
}

fn newcomer(posts: &[Loose], thread: &Thread, at: i64) -> bool {
    let mut first: HashMap<&Option<String>, i64> = HashMap::new();
    for (i, when) in &thread.posts {
        let known = first.entry(&posts[*i].author).or_insert(*when);
        *known = (*known).min(*when);
    }
    replies(posts, thread).iter().any(|(_, b, when)| *when > at && first.get(&b.author).is_some_and(|f| *f > at))
}
