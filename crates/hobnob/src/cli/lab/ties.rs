//! `hobnob lab ties` and `hobnob lab introduce`: how strongly people are tied, and who can introduce whom, told from a file of posts alone: from
//! who answered whom.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use model::Timestamp;
use model::paths::{Bond, Chain, Graph, HOPS_MAX, Node, Room, Wish, apart};
use model::tie::{Day, exchange, key, talk_of, tie, tie_word, weight_of};
use serde_json::json;

use super::posts::{LabPost, instant, read_posts};
use crate::cli::desk::{Wrong, say};

#[derive(Args)]
pub struct Ties {
    /// Posts, a JSON object a line: {id, author, created_at, reply_to, …}; packed with zstd or not
    #[arg(long, value_name = "FILE")]
    posts: PathBuf,
    /// Whose ties: an author of the file
    #[arg(long, value_name = "HANDLE")]
    me: String,
    /// The moment at which they are told; else that of the last post
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

#[derive(Args)]
pub struct Introduce {
    #[command(flatten)]
    ties: Ties,
    /// To whom: an author of the file
    #[arg(long, value_name = "HANDLE")]
    to: String,
    /// Who asked not to be the one in the middle; say it again for more
    #[arg(long, value_name = "HANDLE")]
    not: Vec<String>,
}

/// Ways that are printed.
const WAYS_MAX: usize = 3;

/// What two people said to each other. The lesser name is "me" of each day.
#[derive(Default)]
struct Pair {
    days: BTreeMap<i64, Day>,
    last: Option<Timestamp>,
}

/// Everybody of a file and the talk between each two.
struct Circle {
    names: Vec<String>,
    nodes: HashMap<String, Node>,
    pairs: BTreeMap<(Node, Node), Pair>,
    now: Timestamp,
}

impl Circle {
    fn read(arguments: &Ties) -> Result<Circle> {
        let posts = read_posts(&arguments.posts).map_err(Wrong::said)?;
        let until = match &arguments.at {
            Some(at) => Some(instant(at).ok_or_else(|| Wrong::said(format!("--at is not a time such as 2026-03-01T12:00:00Z: “{at}”")))?),
            None => None,
        };
        let last = posts.iter().filter_map(|p| p.created_at).max();
        let now = until.or(last).ok_or_else(|| Wrong::said("no post of the file says when it was written"))?;
        let mut circle = Circle { names: Vec::new(), nodes: HashMap::new(), pairs: BTreeMap::new(), now };
        let by: HashMap<(&str, &str), &LabPost> = posts.iter().map(|p| ((p.network.as_str(), p.id.as_str()), p)).collect();
        for post in &posts {
            let Some(author) = &post.author else { continue };
            let one = circle.node(author);
            let parent = post.reply_to.as_deref().and_then(|id| by.get(&(post.network.as_str(), id)));
            let (Some(answered), Some(at)) = (parent.and_then(|p| p.author.as_ref()), post.created_at) else { continue };
            let other = circle.node(answered);
            if one != other && at <= now {
                circle.said(one, other, at);
            }
        }
        Ok(circle)
    }
    fn node(&mut self, name: &str) -> Node {
        if let Some(known) = self.nodes.get(name) {
            return *known;
        }
        let node = Node::try_from(self.names.len()).unwrap_or(Node::MAX);
        self.names.push(name.to_owned());
        self.nodes.insert(name.to_owned(), node);
        node
    }
    fn find(&self, name: &str) -> Result<Node> {
        let bare = name.trim_start_matches('@');
        let found = self.nodes.get(name).or_else(|| self.nodes.get(bare)).copied();
        found.ok_or_else(|| Wrong::said(format!("nobody in the file is called “{name}”")))
    }
    fn said(&mut self, by: Node, to: Node, at: Timestamp) {
        let pair = self.pairs.entry((by.min(to), by.max(to))).or_default();
        let day = Day::of(at);
        let day = pair.days.entry(day.day).or_insert(day);
        let count = if by < to { &mut day.mine } else { &mut day.theirs };
        *count = count.saturating_add(1);
        pair.last = pair.last.max(Some(at));
    }
    /// The talk of two, seen from the first.
    fn talk(&self, one: Node, other: Node) -> model::Talk {
        let Some(pair) = self.pairs.get(&(one.min(other), one.max(other))) else { return model::Talk::default() };
        let days: Vec<Day> =
            pair.days.values().map(|d| if one < other { *d } else { Day { mine: d.theirs, theirs: d.mine, ..*d } }).collect();
        model::Talk { last_at: pair.last, ..talk_of(&days) }
    }
}

pub fn ties(arguments: &Ties) -> Result<()> {
    let circle = Circle::read(arguments)?;
    let me = circle.find(&arguments.me)?;
    let mut all: Vec<(f64, Node, model::Talk)> = Vec::new();
    for &(a, b) in circle.pairs.keys().filter(|(a, b)| *a == me || *b == me) {
        let other = if a == me { b } else { a };
        let talk = circle.talk(me, other);
        all.push((exchange(&talk, circle.now), other, talk));
    }
    all.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.2.last_at.cmp(&x.2.last_at)).then(x.1.cmp(&y.1)));
    for (exchange, other, talk) in all {
        say(json!({
            "person": circle.names[other as usize], "tie": tie_word(&talk, circle.now).map(|t| t.word()), "strength": tie(&talk, circle.now).strength,
            "exchange": exchange, "from_me": talk.from_me, "from_them": talk.from_them, "last_at": talk.last_at.map(|t| t.to_string()),
        }));
    }
    Ok(())
}

pub fn introduce(arguments: &Introduce) -> Result<()> {
    let circle = Circle::read(&arguments.ties)?;
    let (me, to) = (circle.find(&arguments.ties.me)?, circle.find(&arguments.to)?);
    let barred = arguments.not.iter().map(|name| circle.find(name)).collect::<Result<Vec<Node>>>()?;
    let strength = |a: Node, b: Node| key(&circle.talk(a, b));
    let bonds: Vec<Bond> =
        circle.pairs.keys().map(|&(a, b)| Bond { a, b, strength: strength(a, b) as f32 }).filter(|bond| bond.strength > 0.0).collect();
    let graph = Graph::build(circle.names.len(), &bonds);
    let wish = Wish { hops_max: HOPS_MAX, is_through_others: true };
    for chain in apart(&mut &graph, (me, to), wish, WAYS_MAX, &|who| barred.contains(&who), &mut Room::new()) {
        say(told(&circle, &chain));
    }
    Ok(())
}

fn told(circle: &Circle, chain: &Chain) -> serde_json::Value {
    let names: Vec<&str> = chain.people.iter().map(|n| circle.names[*n as usize].as_str()).collect();
    let steps: Vec<_> = chain
        .people
        .windows(2)
        .map(|pair| {
            let talk = circle.talk(pair[0], pair[1]);
            json!({"exchange": exchange(&talk, circle.now), "said": talk.from_me, "heard": talk.from_them, "last_at": talk.last_at.map(|t| t.to_string())})
        })
        .collect();
    json!({"way": names, "weakest": weight_of(f64::from(chain.weakest), circle.now), "steps": steps})
}
