//! Which topics which posts match: everything that the product holds against a stream, on files. Reads in batches, so that a file of any
//! length takes no more memory than its topics.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use model::matcher::{Handle, Matcher};
use model::{NetworkKey, Post, PostRef, Profile, Query, Said, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};
use serde_json::json;

use super::posts::{each_line, instant};
use crate::cli::desk::Wrong;

/// Posts that are read, then matched.
const BATCH: usize = 1_024;
/// Posts at the beginning by which it is learnt how common words are, before topics are filed.
const LEARNT_FROM: usize = 4_096;
/// At most so many bytes of them, as they stand in memory.
const LEARNT_FROM_BYTES: usize = 32 * 1024 * 1024;

/// Pairs that are kept before they are told.
const FOUND_MAX: usize = 1 << 20;

#[derive(Args)]
pub struct Arguments {
    /// What to listen for, a JSON object a line: {id, query}
    #[arg(long, value_name = "FILE")]
    topics: PathBuf,
    /// The posts, a JSON object a line, also packed with zstd: {id, network, author, created_at, text, reply_to, url, lang}, and where
    /// there are: title, tags, link, channel
    #[arg(long, value_name = "FILE")]
    posts: PathBuf,
    /// Say on standard error how quick it was, as one JSON object
    #[arg(long)]
    bench: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let (mut matcher, topics) = read_topics(&arguments.topics).map_err(Wrong::said)?;
    let loaded = cpu_seconds();
    let mut work = Work::new(topics, std::io::stdout().lock());
    let mut is_learning = true;
    let whole = each_line(&arguments.posts, |line| {
        work.take(line)?;
        let is_enough = work.bytes >= LEARNT_FROM_BYTES || work.count == if is_learning { LEARNT_FROM } else { BATCH };
        if is_enough {
            work.finish(&mut matcher, std::mem::take(&mut is_learning))?;
        }
        Ok(())
    });
    // What came before a bad line is told all the same.
    let told = work.finish(&mut matcher, is_learning).and_then(|()| work.out.flush().map_err(|_| GONE.to_owned()));
    match told {
        Err(why) if why == GONE => std::process::exit(0),
        told => whole.and(told).map_err(Wrong::said)?,
    }
    if arguments.bench {
        // Whoever closed standard error does not want to know.
        _ = writeln!(std::io::stderr(), "{}", figures(&matcher, &work, loaded));
    }
    Ok(())
}

/// Whoever read the pairs wants no more.
const GONE: &str = "nobody reads on";

fn figures(matcher: &Matcher, work: &Work<impl Write>, loaded: f64) -> serde_json::Value {
    let (sizes, whole) = (matcher.sizes(), cpu_seconds() - loaded);
    let each = |count: u64| count as f64 / work.posts.max(1) as f64;
    json!({
        "topics": sizes.queries, "posts": work.posts, "pairs": work.pairs,
        "posts_a_cpu_second": (work.posts as f64 / work.matching.max(1e-9)).round(),
        "posts_a_cpu_second_with_reading_and_writing": (work.posts as f64 / whole.max(1e-9)).round(),
        "candidates_a_post": each(sizes.candidates), "matches_a_post": each(work.pairs),
        "terms": sizes.terms, "matcher_bytes": sizes.bytes, "loading_cpu_seconds": loaded,
    })
}

/// CPU time of this process so far.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[derive(Deserialize)]
struct TopicLine<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow)]
    query: Cow<'a, str>,
}

/// The topics' ids as they are printed; by handle, for handles are given in their order.
fn read_topics(file: &Path) -> Result<(Matcher, Vec<Box<str>>), String> {
    let mut matcher = Matcher::new(rand::random());
    let mut ids = Vec::new();
    each_line(file, |line| {
        let topic: TopicLine<'_> = serde_json::from_str(line).map_err(|e| format!("this is not {{id, query}}: {e}"))?;
        let query = Query::parse(&topic.query).map_err(|e| {
            let shown: String = topic.query.chars().take(e.at + 1).skip(e.at.saturating_sub(SHOWN)).collect();
            format!("character {} of the query, at “{shown}”: {}", e.at + 1, e.why)
        })?;
        matcher.add(&query);
        ids.push(topic.id.to_string().into());
        Ok(())
    })?;
    Ok((matcher, ids))
}

/// Characters of a query that are shown before the one that is wrong.
const SHOWN: usize = 20;

/// An id, text or number, as it was written.
enum Id<'a> {
    Text(Cow<'a, str>),
    Number(serde_json::Number),
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Text(text) => f.write_str(&serde_json::Value::from(text.as_ref()).to_string()),
            Id::Number(number) => write!(f, "{number}"),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Id<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Id<'a>, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Id<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a number")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Id<'de>, E> {
                Ok(Id::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Id<'de>, E> {
                Ok(Id::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Id<'de>, E> {
                Ok(Id::Number(number.into()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Id<'de>, E> {
                Ok(Id::Number(number.into()))
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Id<'de>, E> {
                serde_json::Number::from_f64(number).map(Id::Number).ok_or_else(|| E::custom("not a number"))
            }
        }
        from.deserialize_any(Reader)
    }
}

impl Id<'_> {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Id::Text(text) => Cow::Borrowed(text),
            Id::Number(number) => Cow::Owned(number.to_string()),
        }
    }
}

#[derive(Deserialize)]
struct PostLine<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow, default)]
    network: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "text_or_number")]
    author: Option<Id<'a>>,
    #[serde(borrow, default)]
    created_at: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "text_or_number")]
    reply_to: Option<Id<'a>>,
    #[serde(borrow, default)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    lang: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    link: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    channel: Option<Cow<'a, str>>,
    #[serde(default)]
    tags: Vec<String>,
}

fn text_or_number<'de: 'a, 'a, D: Deserializer<'de>>(from: D) -> Result<Option<Id<'a>>, D::Error> {
    Option::<Id<'a>>::deserialize(from).map_err(|e| D::Error::custom(e.to_string()))
}

/// A place for a post, used again and again.
struct Slot {
    id: String,
    post: Post,
    venue: Option<String>,
    is_dated: bool,
}

impl Slot {
    fn new() -> Slot {
        let post = Post::new(PostRef::new("", ""), Profile::default(), "", Timestamp::UNIX_EPOCH);
        Slot { id: String::new(), post, venue: None, is_dated: false }
    }

    fn fill(&mut self, line: &PostLine<'_>) -> Result<(), String> {
        let Slot { id, post, venue, is_dated } = self;
        id.clear();
        id.push_str(&line.id.to_string());
        put(&mut post.text, &line.text);
        put(&mut post.author.handle, &line.author.as_ref().map(Id::text).unwrap_or_default());
        if post.network.as_str() != line.network.as_deref().unwrap_or_default() {
            post.network = NetworkKey::new(line.network.as_deref().unwrap_or_default());
        }
        put_some(&mut post.title, line.title.as_deref());
        put_some(&mut post.reply_to, line.reply_to.as_ref().map(Id::text).as_deref());
        put_some(&mut post.url, line.url.as_deref());
        put_some(&mut post.language, line.lang.as_deref());
        put_some(venue, line.channel.as_deref());
        post.links.clear();
        post.links.extend(line.link.as_deref().map(str::to_owned));
        post.tags.clone_from(&line.tags);
        *is_dated = line.created_at.is_some();
        if let Some(at) = &line.created_at {
            post.created_at = instant(at).ok_or_else(|| format!("`created_at` is not a time such as 2026-03-01T12:00:00Z: “{at}”"))?;
        }
        Ok(())
    }

    fn said(&self) -> Said<'_> {
        Said { post: &self.post, venue: self.venue.as_deref(), is_dated: self.is_dated }
    }
}

fn put(kept: &mut String, text: &str) {
    kept.clear();
    kept.push_str(text);
}

fn put_some(kept: &mut Option<String>, text: Option<&str>) {
    match (kept.as_mut(), text) {
        (Some(kept), Some(text)) => put(kept, text),
        (_, text) => *kept = text.map(str::to_owned),
    }
}

struct Work<W: Write> {
    topics: Vec<Box<str>>,
    out: BufWriter<W>,
    slots: Vec<Slot>,
    /// Slots that are filled, and their bytes of text.
    count: usize,
    bytes: usize,
    found: Vec<Handle>,
    /// What was found and is not told yet, and where that of each post ends.
    all: Vec<Handle>,
    ends: Vec<usize>,
    posts: u64,
    pairs: u64,
    /// CPU seconds in the matcher alone.
    matching: f64,
}

impl<W: Write> Work<W> {
    fn new(topics: Vec<Box<str>>, out: W) -> Work<W> {
        let out = BufWriter::with_capacity(1 << 16, out);
        Work {
            topics,
            out,
            slots: Vec::new(),
            count: 0,
            bytes: 0,
            found: Vec::new(),
            all: Vec::new(),
            ends: Vec::new(),
            posts: 0,
            pairs: 0,
            matching: 0.0,
        }
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let read: PostLine<'_> = serde_json::from_str(line).map_err(|e| format!("this is not a post: {e}"))?;
        if self.count == self.slots.len() {
            self.slots.push(Slot::new());
        }
        self.slots[self.count].fill(&read)?;
        self.count += 1;
        self.bytes += line.len();
        Ok(())
    }

    /// Matches what was taken and tells of it.
    fn finish(&mut self, matcher: &mut Matcher, is_learning: bool) -> Result<(), String> {
        let slots = self.slots.get(..self.count).unwrap_or_default();
        if is_learning {
            slots.iter().for_each(|slot| matcher.learn(slot.said()));
            matcher.refile();
        }
        let mut rest = slots;
        while !rest.is_empty() {
            // What was found is told before it grows too large: a post may match every topic.
            let began = clock_gettime(ClockId::ThreadCPUTime);
            let (mut all, mut ends) = (std::mem::take(&mut self.all), std::mem::take(&mut self.ends));
            for slot in rest.iter() {
                matcher.matches(slot.said(), &mut self.found);
                // Handles were given in the order of the topics.
                self.found.sort_unstable();
                all.append(&mut self.found);
                ends.push(all.len());
                if all.len() >= FOUND_MAX {
                    break;
                }
            }
            let ended = clock_gettime(ClockId::ThreadCPUTime);
            self.matching += (ended.tv_sec - began.tv_sec) as f64 + (ended.tv_nsec - began.tv_nsec) as f64 / 1e9;
            let mut start = 0;
            for (slot, end) in rest.iter().zip(&ends) {
                for handle in &all[start..*end] {
                    let topic = self.topics.get(handle.0 as usize).map_or("null", |id| id);
                    writeln!(self.out, "{{\"post\":{},\"topic\":{topic}}}", slot.id).map_err(|_| GONE.to_owned())?;
                }
                start = *end;
            }
            self.pairs += all.len() as u64;
            rest = &rest[ends.len()..];
            all.clear();
            ends.clear();
            (self.all, self.ends) = (all, ends);
        }
        self.posts += self.count as u64;
        (self.count, self.bytes) = (0, 0);
        Ok(())
    }
}
