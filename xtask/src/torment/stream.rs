//! The whole of a simulated network as it is said, by the rules of Jetstream: one JSON event a message, and who comes back with a cursor
//! goes on behind it. With an even seed it hands out a dictionary and packs by it, as newer servers do. What is said at which place is a
//! matter of the number alone, so that at the end it is known what had to be kept.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::handshake::server::{Request, Response};
use tungstenite::{Message, WebSocket};

use super::clock::{Clock, written};
use super::dice::Dice;

/// Everyday words; none of them is of a topic.
const WORDS: &[&str] = &[
    "morning",
    "kettle",
    "train",
    "window",
    "garden",
    "letter",
    "market",
    "winter",
    "paper",
    "music",
    "river",
    "coffee",
    "evening",
    "bread",
    "street",
    "picture",
    "neighbour",
    "holiday",
    "weather",
    "kitchen",
    "story",
    "answer",
    "little",
    "yellow",
    "quiet",
    "again",
    "slowly",
    "nearly",
    "always",
    "under",
    "between",
    "another",
    "because",
    "nobody",
    "today",
    "tomorrow",
    "the",
    "and",
    "with",
    "for",
    "was",
    "over",
];
const WORDS_OF_A_POST: (u64, u64) = (6, 24);
const PEOPLE: u64 = 50_000;
/// One in so many is about a topic.
pub const WANTED_EVERY: u64 = 1000;
/// Of those one in so many says the word that its topic leaves out, and one in so many is taken down later.
const DECOY_EVERY: u64 = 10;
const GONE_EVERY: u64 = 7;
/// Taken down so many real seconds after it was said: at times before it was kept, at times long after.
const GONE_AFTER_S: [u64; 3] = [1, 4, 40];
const DICTIONARY_PATH: &str = "/xrpc/network.bsky.jetstream.getZstdDictionary";
const EVENTS_PATH: &str = "/xrpc/network.bsky.jetstream.subscribeEvents";
const DICTIONARY_BYTES: usize = 16 * 1024;
/// Events that the dictionary is made of.
const SAMPLES: u64 = 1000;
/// Events written at once, and the pause of who has nothing to say yet.
const BATCH: u64 = 64;
const PAUSE: Duration = Duration::from_millis(10);

/// Of each topic, what it is called and how it is said.
pub const TOPICS: [(&str, &str); 4] =
    [("Sourdough", "sourdough -recipe"), ("Paste", "\"wheat paste\""), ("Binding", "#bookbinding"), ("Kilns", "kiln is:question")];

pub struct Stream {
    seed: u64,
    /// Events a second of the clock.
    pub rate: u64,
    clock: Arc<Clock>,
    /// When the first event was said, in microseconds.
    began_us: i64,
    /// The number of the first event that may be about a topic, and behind the last of all.
    pub first: u64,
    pub end: AtomicU64,
    pub connections: AtomicU64,
    pub breaks: AtomicU64,
    /// The furthest event that was written to anybody.
    pub furthest: AtomicU64,
    pub is_calm: AtomicBool,
    /// By which events are packed for whoever asks for the second form.
    dictionary: Vec<u8>,
}

/// How a connection is spoken to.
enum Form {
    First,
    Packed(zstd::bulk::Compressor<'static>),
}

/// What an event is.
enum What {
    Said { text: String, is_tagged: bool },
    Gone(u64),
}

impl Stream {
    pub fn new(seed: u64, rate: u64, clock: Arc<Clock>, first: u64, end: u64) -> anyhow::Result<Stream> {
        let stream = Stream {
            seed,
            rate,
            began_us: clock.now_us(),
            clock,
            first,
            end: AtomicU64::new(end),
            connections: AtomicU64::new(0),
            breaks: AtomicU64::new(0),
            furthest: AtomicU64::new(0),
            is_calm: AtomicBool::new(false),
            dictionary: Vec::new(),
        };
        let samples: Vec<String> = (0..SAMPLES).map(|n| stream.wrapped(n)).collect();
        let dictionary = if seed.is_multiple_of(2) { zstd::dict::from_samples(&samples, DICTIONARY_BYTES)? } else { Vec::new() };
        Ok(Stream { dictionary, ..stream })
    }

    /// When the event of this number is said, in microseconds.
    pub fn time_of(&self, n: u64) -> i64 {
        self.began_us + i64::try_from(u128::from(n) * 1_000_000 / u128::from(self.rate)).unwrap_or(i64::MAX)
    }
    /// The first event said behind this time.
    fn behind(&self, time_us: i64) -> u64 {
        let mut n = u64::try_from(i128::from(time_us - self.began_us).max(0) * i128::from(self.rate) / 1_000_000).unwrap_or(0);
        while self.time_of(n) <= time_us {
            n += 1;
        }
        n
    }
    fn is_about(&self, n: u64) -> bool {
        n >= self.first && n.is_multiple_of(WANTED_EVERY)
    }
    fn is_decoy(&self, n: u64) -> bool {
        (n / WANTED_EVERY).is_multiple_of(DECOY_EVERY)
    }
    /// When the post of this number is taken down, if ever.
    fn gone_at(&self, n: u64) -> Option<u64> {
        let m = n / WANTED_EVERY;
        let which = m % GONE_AFTER_S.len() as u64;
        (self.is_about(n) && m.is_multiple_of(GONE_EVERY)).then(|| n + self.gone_after(which))
    }
    /// How many events later: at the place of an everyday post, of which each way has its own, so that no two meet.
    fn gone_after(&self, which: u64) -> u64 {
        let seconds = GONE_AFTER_S[usize::try_from(which).unwrap_or(0)];
        self.events_in(seconds) + which + 1
    }
    /// Events said in so many real seconds, a whole number of those about a topic.
    fn events_in(&self, seconds: u64) -> u64 {
        (seconds * self.rate * self.clock.pace.unsigned_abs()).next_multiple_of(WANTED_EVERY)
    }

    fn what(&self, n: u64) -> What {
        if let Some(which) = (n % WANTED_EVERY).checked_sub(1).filter(|which| *which < GONE_AFTER_S.len() as u64)
            && let Some(of) = n.checked_sub(self.gone_after(which)).filter(|of| self.gone_at(*of) == Some(n))
        {
            return What::Gone(of);
        }
        let dice = Dice::new(self.seed, n);
        let count = dice.between(WORDS_OF_A_POST.0, WORDS_OF_A_POST.1);
        let mut words: Vec<&str> = (0..count).map(|_| WORDS[usize::try_from(dice.roll(WORDS.len() as u64)).unwrap_or(0)]).collect();
        if !self.is_about(n) {
            return What::Said { text: words.join(" "), is_tagged: false };
        }
        let kind = if self.is_decoy(n) { 0 } else { n / WANTED_EVERY % TOPICS.len() as u64 };
        let about = match kind {
            0 if self.is_decoy(n) => "sourdough recipe",
            0 => "sourdough",
            1 => "wheat paste",
            2 => "#bookbinding",
            _ => "kiln",
        };
        words.insert(words.len() / 2, about);
        let mark = if kind == 3 { "?" } else { "." };
        What::Said { text: format!("Number {n} {}{mark}", words.join(" ")), is_tagged: kind == 2 }
    }

    fn speaker(&self, n: u64) -> String {
        format!("did:plc:speaker{}", Dice::new(self.seed ^ 0xFACE, n).roll(PEOPLE))
    }
    fn rkey(n: u64) -> String {
        format!("3l{n:011}")
    }
    fn uri(&self, n: u64) -> String {
        format!("at://{}/app.bsky.feed.post/{}", self.speaker(n), Stream::rkey(n))
    }
    fn record(&self, n: u64) -> Option<Value> {
        let What::Said { text, is_tagged } = self.what(n) else { return None };
        let mut record =
            json!({"$type": "app.bsky.feed.post", "text": text, "createdAt": written(self.time_of(n) / 1000), "langs": ["en"]});
        if let (true, Some(at)) = (is_tagged, text.find("#bookbinding")) {
            record["facets"] = json!([{
                "index": {"byteStart": at, "byteEnd": at + "#bookbinding".len()},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "bookbinding"}],
            }]);
        }
        Some(record)
    }

    fn event(&self, n: u64) -> String {
        let (who, commit) = self.change(n);
        format!(r#"{{"did":"{who}","time_us":{},"kind":"commit","commit":{commit}}}"#, self.time_of(n))
    }
    /// The same in the second form.
    fn wrapped(&self, n: u64) -> String {
        let ((who, commit), us) = (self.change(n), self.time_of(n));
        let at = jiff::Timestamp::from_microsecond(us).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S.%6fZ");
        let rest = commit.trim_start_matches('{');
        format!(
            r##"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":{n},"did":"{who}","time":"{at}","witnessedAt":"{at}","rev":"r",{rest}}}"##
        )
    }
    /// Who did what.
    fn change(&self, n: u64) -> (String, String) {
        match self.what(n) {
            What::Gone(of) => {
                let rkey = Stream::rkey(of);
                (self.speaker(of), json!({"operation": "delete", "collection": "app.bsky.feed.post", "rkey": rkey}).to_string())
            }
            // By hand, since there are thousands a second: none of our words has a letter that JSON would write otherwise.
            What::Said { text, is_tagged: false } => {
                let (rkey, at) = (Stream::rkey(n), self.time_of(n) / 1000);
                let record = format!(r#"{{"$type":"app.bsky.feed.post","text":"{text}","createdAt":"{}","langs":["en"]}}"#, written(at));
                let commit = format!(
                    r#"{{"operation":"create","collection":"app.bsky.feed.post","rkey":"{rkey}","cid":"bafy{n}","record":{record}}}"#
                );
                (self.speaker(n), commit)
            }
            What::Said { .. } => {
                let (rkey, record) = (Stream::rkey(n), self.record(n));
                let commit = json!({
                    "operation": "create", "collection": "app.bsky.feed.post", "rkey": rkey, "cid": format!("bafy{n}"), "record": record,
                });
                (self.speaker(n), commit.to_string())
            }
        }
    }

    /// What had to be kept: by text, of every event before `end`.
    pub fn wanted(&self, end: u64) -> BTreeMap<String, u64> {
        let places = (self.first.next_multiple_of(WANTED_EVERY)..end).step_by(WANTED_EVERY as usize);
        let about = places.filter(|n| !self.is_decoy(*n));
        let left = about.filter(|n| self.gone_at(*n).is_none_or(|at| at >= end));
        left.filter_map(|n| match self.what(n) {
            What::Said { text, .. } => Some((text, n)),
            What::Gone(_) => None,
        })
        .collect()
    }

    /// A post as its network shows it, for who asks by address; what was taken down is not there any more.
    pub fn view(&self, uri: &str) -> Option<Value> {
        let n: u64 = uri.rsplit("/3l").next()?.parse().ok()?;
        if self.uri(n) != uri || self.gone_at(n).is_some_and(|at| self.time_of(at) <= self.clock.now_us()) {
            return None;
        }
        let speaker = self.speaker(n);
        Some(json!({
            "uri": uri, "cid": format!("bafy{n}"), "record": self.record(n)?, "indexedAt": written(self.time_of(n) / 1000),
            "author": {"did": speaker, "handle": format!("{}.test", speaker.rsplit(':').next()?), "displayName": "A speaker"},
            "replyCount": 0, "likeCount": 0, "repostCount": 0,
        }))
    }

    /// Serves whoever connects. Answers the port.
    pub fn open(self: &Arc<Stream>) -> anyhow::Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let stream = self.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let stream = stream.clone();
                std::thread::spawn(move || drop(stream.meet(socket)));
            }
        });
        Ok(port)
    }

    fn meet(&self, mut socket: TcpStream) -> anyhow::Result<()> {
        let mut head = [0; 128];
        let length = socket.peek(&mut head)?;
        if !head[..length].starts_with(format!("GET {DICTIONARY_PATH} ").as_bytes()) {
            return self.talk(socket);
        }
        let mut asked = [0; 4096];
        let _ = socket.read(&mut asked)?;
        let status = if self.dictionary.is_empty() { "404 Not Found" } else { "200 OK" };
        write!(socket, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", self.dictionary.len())?;
        Ok(socket.write_all(&self.dictionary)?)
    }

    fn talk(&self, socket: TcpStream) -> anyhow::Result<()> {
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        #[allow(clippy::result_large_err)] // The library's own shape of a refusal.
        let mut socket = tungstenite::accept_hdr(socket, move |request: &Request, response: Response| {
            let query = request.uri().query().unwrap_or_default();
            let cursor = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "cursor").and_then(|(_, n)| n.parse().ok());
            let _ = tell.send((cursor, request.uri().path() == EVENTS_PATH));
            Ok(response)
        })?;
        let (cursor, is_second) = told.try_recv()?;
        let mut form = if is_second { Form::Packed(zstd::bulk::Compressor::with_dictionary(1, &self.dictionary)?) } else { Form::First };
        let dice = Dice::new(self.seed, 1_000_000_007 + self.connections.fetch_add(1, Ordering::Relaxed));
        let mut next = self.behind(cursor.unwrap_or_else(|| self.clock.now_us()));
        // Some lines break, after seconds or minutes.
        let (began, breaks_after) = (Instant::now(), Duration::from_millis(dice.between(5_000, 120_000)));
        loop {
            let due = self.behind(self.clock.now_us()).min(self.end.load(Ordering::Relaxed));
            if next >= due {
                std::thread::sleep(PAUSE);
            }
            let until = due.min(next + BATCH);
            while next < until {
                socket.write(match &mut form {
                    Form::First => Message::text(self.event(next)),
                    Form::Packed(packer) => Message::binary(packer.compress(self.wrapped(next).as_bytes())?),
                })?;
                next += 1;
            }
            socket.flush()?;
            self.furthest.fetch_max(next, Ordering::Relaxed);
            if began.elapsed() > breaks_after && !self.is_calm.load(Ordering::Relaxed) {
                self.breaks.fetch_add(1, Ordering::Relaxed);
                return torn(socket);
            }
        }
    }
}

/// In the middle of things, without a goodbye.
fn torn(socket: WebSocket<TcpStream>) -> anyhow::Result<()> {
    Ok(socket.get_ref().shutdown(std::net::Shutdown::Both)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Scratch;

    #[test]
    fn a_cursor_goes_on_behind_what_it_names_and_what_is_taken_down_was_said_before() {
        let scratch = Scratch::new("stream").unwrap();
        let clock = Arc::new(Clock::start(&scratch.0.join("clock"), 1).unwrap());
        let stream = Stream::new(1, 2000, clock, 4000, 400_000).unwrap();
        for n in [0, 1, 999, 123_456] {
            assert_eq!(stream.behind(stream.time_of(n)), n + 1);
        }
        let gone: Vec<(u64, u64)> =
            (0..400_000).filter_map(|n| if let What::Gone(of) = stream.what(n) { Some((n, of)) } else { None }).collect();
        assert!(gone.len() > 40 && gone.iter().all(|(n, of)| n > of && stream.gone_at(*of) == Some(*n)), "{}", gone.len());
        for n in [5, 8000, 9000, 10_000, 11_000, gone[0].0] {
            let event: Value = serde_json::from_str(&stream.event(n)).unwrap();
            assert_eq!((event["time_us"].as_i64(), event["kind"].as_str()), (Some(stream.time_of(n)), Some("commit")));
            assert_eq!(event["commit"].get("record"), stream.record(n).as_ref());
            let wrapped: Value = serde_json::from_str(&stream.wrapped(n)).unwrap();
            let (payload, commit) = (wrapped["payload"].as_object().unwrap(), event["commit"].as_object().unwrap());
            assert!(commit.iter().all(|(key, value)| payload.get(key) == Some(value)) && payload["did"] == event["did"]);
        }
        let wanted = stream.wanted(400_000);
        assert!(wanted.len() > 250 && wanted.values().all(|n| !gone.iter().any(|(_, of)| of == n)), "{}", wanted.len());
    }
}
