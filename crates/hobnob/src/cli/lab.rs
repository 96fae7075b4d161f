//! `hobnob lab`: one of Hobnob's judgements on a file of one's own, to see why. Reads and writes JSON, a value a line; needs no desk.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use model::extract::{Pointer, pointers};
use model::measure::length;
use model::split::{Numbering, split_numbered, unsplittable};
use model::{NetworkKey, Post, Rules};
use networks::assisted::{self, Assisted};
use networks::feed::posts_of_feed;
use networks::{About, Network, NetworkError, Networks};
use serde_json::{Value as Json, json};

use crate::cli::desk::{Wrong, now, say};
use crate::cli::feeds::read;

mod fit;
mod kinds;
mod matches;
#[allow(dead_code)]
mod posts;
mod rank;
mod ties;
mod turns;
mod verdict;
mod visitor;

/// The largest feed that is read, as from the network.
const FEED_MAX: usize = 8 * 1024 * 1024;

#[derive(Subcommand)]
pub enum Lab {
    /// How long texts are by a network's own rule, and the texts they would be split into. Reads one JSON string a line on standard
    /// input; prints one JSON object a line: {length, limit, unit, parts}
    Measure(Measure),
    /// The parts that texts become as a thread, by a network's own rule. Reads one JSON string a line on standard input; prints one JSON
    /// object a line: {parts, lengths, torn}. `torn` lists what is longer than a whole part and so had to be cut through: {kind, length}
    Split(Measure),
    /// Drafts by the rules of several networks: the parts, what in them points somewhere, and everything found
    Fit(fit::Fit),
    /// The posts of a feed's file (RSS, Atom or JSON Feed), oldest first, one JSON object a line:
    /// {id, network, author, created_at, text, reply_to, url, lang}
    Feed(FeedFile),
    /// Which posts match which topics. Prints one JSON object a pair, posts in their order, then topics in theirs: {post, topic}
    Match(matches::Arguments),
    /// The conversations of a file of posts, the one most worth joining first, with the points for and against it. Reads JSON Lines
    /// {id, author, created_at, text, reply_to}, with `thread` where a post's parent may be missing; prints one JSON object a line:
    /// {conversation, score, because}
    Rank(rank::Arguments),
    /// What each post mostly does and which side of a person it shows. Prints one JSON object a line, in the file's order:
    /// {id, does, p, side, p_side, because}; `does` is gives, asks, talks, tells or sells, `side` is personal or work, and `because` names the
    /// words and marks that decided
    Kinds(kinds::Arguments),
    /// Whether a place helps, from what was counted before and in a trial of it. Prints one JSON object:
    /// {proposal, ratio, low, high, level, change_a_day, change_low, change_high, clumping, tried, an_hour, sentence}; an end that is open is null
    Verdict(verdict::Arguments),
    /// Whose turn each conversation of a file is. Reads posts, a JSON object a line; prints one JSON object a line:
    /// {conversation, turn, since, because}; `turn` is mine, theirs or nobodys. Conversations that do not concern HANDLE are left out
    Turns(turns::Arguments),
    /// How strongly somebody is tied to whom, from who answered whom in a file of posts, strongest first. Prints one JSON object a line:
    /// {person, tie, strength, exchange, from_me, from_them, last_at}
    Ties(ties::Ties),
    /// Who can introduce somebody to somebody, from who answered whom in a file of posts: up to three ways that share nobody, the one
    /// with the strongest weakest tie first. Prints one JSON object a line: {way, weakest, steps}
    Introduce(ties::Introduce),
    /// Who sent the lines of a web server's log: a person, a machine or ourselves, and by which rule. Prints one JSON object a line:
    /// {line, visitor, rule, why}
    Visitor(visitor::Arguments),
}

#[derive(Args)]
pub struct Measure {
    /// The network's key, such as it stands in `hobnob connect`
    #[arg(long, value_name = "NAME")]
    network: String,
    /// Number the parts as they are when sent: “… 1/2”
    #[arg(long)]
    numbered: bool,
}

#[derive(Args)]
pub struct FeedFile {
    /// The file
    file: PathBuf,
    /// Where it was got, so that relative addresses in it lead somewhere
    #[arg(long, default_value = "")]
    url: String,
}

pub fn run(lab: Lab) -> Result<()> {
    match lab {
        Lab::Measure(arguments) => measure(&arguments),
        Lab::Split(arguments) => split(&arguments),
        Lab::Fit(arguments) => fit::run(&arguments),
        Lab::Feed(arguments) => posts_of(&arguments),
        Lab::Match(arguments) => matches::run(&arguments),
        Lab::Rank(arguments) => rank::run(&arguments),
        Lab::Kinds(arguments) => kinds::run(&arguments),
        Lab::Verdict(arguments) => verdict::run(&arguments),
        Lab::Turns(arguments) => turns::run(&arguments),
        Lab::Ties(arguments) => ties::ties(&arguments),
        Lab::Introduce(arguments) => ties::introduce(&arguments),
        Lab::Visitor(arguments) => visitor::run(&arguments),
    }
}

fn measure(arguments: &Measure) -> Result<()> {
    let rules = rules_of(&arguments.network)?;
    texts(|text| {
        let parts = split_numbered(text, &rules, arguments.numbering());
        say(json!({"length": length(text, &rules), "limit": rules.text_max, "unit": rules.unit.word(), "parts": parts}));
    })
}

fn split(arguments: &Measure) -> Result<()> {
    let rules = rules_of(&arguments.network)?;
    texts(|text| {
        let parts = split_numbered(text, &rules, arguments.numbering());
        let lengths: Vec<u32> = parts.iter().map(|p| length(p, &rules)).collect();
        let torn = unsplittable(text, &rules, 0);
        let torn: Vec<Json> = torn.iter().map(|t| json!({"kind": format!("{:?}", t.kind).to_lowercase(), "length": t.length})).collect();
        say(json!({"parts": parts, "lengths": lengths, "torn": torn}));
    })
}

impl Measure {
    fn numbering(&self) -> Numbering {
        if self.numbered { Numbering::Suffix } else { Numbering::None }
    }
}

/// Each text of standard input, a JSON string a line.
fn texts(mut take: impl FnMut(&str)) -> Result<()> {
    posts::lines(&mut std::io::stdin().lock(), |line| {
        let text: String = serde_json::from_str(line).map_err(|e| format!("this is not a JSON string: {e}"))?;
        take(&text);
        Ok(())
    })
    .map_err(Wrong::said)
}

/// A network to judge by: one that is spoken here, or one that is only assisted.
enum Judge<'a> {
    Spoken(&'a dyn Network),
    Assisted(&'static Assisted),
}

impl Judge<'_> {
    fn about(&self) -> &'static About {
        match self {
            Judge::Spoken(network) => network.about(),
            Judge::Assisted(network) => &network.about,
        }
    }
    fn pointers(&self, text: &str, rules: &Rules) -> Vec<Pointer> {
        match self {
            Judge::Spoken(network) => network.pointers(text, rules),
            Judge::Assisted(_) => pointers(text, rules),
        }
    }
}

/// The network with that key, or which there are.
fn judge<'a>(networks: &'a Networks, key: &str) -> Result<Judge<'a>> {
    let wanted = NetworkKey::new(&key.to_lowercase());
    let spoken = networks.get(&wanted).map(Judge::Spoken);
    let assisted = || assisted::TABLE.iter().find(|n| n.about.key == wanted.as_str()).map(Judge::Assisted);
    spoken.or_else(assisted).ok_or_else(|| {
        let mut keys: Vec<_> = networks.all().map(|n| n.about().key).collect();
        keys.extend(assisted::TABLE.iter().map(|n| n.about.key).filter(|k| networks.get(&NetworkKey::new(k)).is_none()));
        Wrong::said(format!("there is no network called “{key}”; there are {}", keys.join(", ")))
    })
}

fn rules_of(key: &str) -> Result<Rules> {
    Ok((judge(&Networks::default(), key)?.about().rules)())
}

fn posts_of(arguments: &FeedFile) -> Result<()> {
    let bytes = read(&arguments.file, FEED_MAX)?;
    let (_, posts) = posts_of_feed(&bytes, &arguments.url, now()).map_err(|error| {
        let why = match error {
            NetworkError::Garbled(why) => why,
            other => other.to_string(),
        };
        Wrong::said(format!("{}: {why}", arguments.file.display()))
    })?;
    for post in &posts {
        say(post_json(post));
    }
    Ok(())
}

/// The form in which all of `lab` reads and writes posts.
fn post_json(post: &Post) -> Json {
    let author = [&post.author.name, &post.author.handle].into_iter().find(|name| !name.is_empty());
    // A headline that the words do not begin with belongs to them.
    let text = match post.title.as_deref().filter(|title| !post.text.starts_with(title)) {
        Some(title) if post.text.is_empty() => title.to_owned(),
        Some(title) => format!("{title}\n\n{}", post.text),
        None => post.text.clone(),
    };
    json!({
        "id": post.at.id, "network": post.network.as_str(), "author": author, "created_at": post.created_at.to_string(), "text": text,
        "reply_to": post.reply_to, "url": post.url, "lang": post.language,
    })
}
