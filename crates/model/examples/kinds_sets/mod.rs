//! The sets that the judgement of kinds learns from and is tried on: where they lie, what their labels are called here, and the recipe by
//! which the weights that ship are made. Only sets whose licence allows it teach those.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use model::kinds::learn::{Lesson, Setting, teach};
use model::kinds::tokens::Tokens;
use model::kinds::weights::Shipped;
use model::kinds::{Does, Side};

#[path = "../../../hobnob/src/cli/lab/posts.rs"]
pub mod posts;
pub mod venues;

use posts::{LabPost, read_posts};

/// Entries of each table that ship.
const DOES_MAX: usize = 75_000;
const SIDE_MAX: usize = 35_000;
/// Posts of one venue that teach.
const OF_VENUE_MAX: usize = 220;
/// What posts count whose venue, not whose writer, says what they do.
const VENUE_WEIGHT: f32 = 0.5;
/// What a heading counts that also teaches with its body.
const HEADING_WEIGHT: f32 = 0.6;

pub fn file(set: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../../shared/corpora/posts/{set}/posts.jsonl.zst"))
}

/// The posts of a set, or why not.
pub fn posts_of(set: &str) -> Result<Vec<LabPost>, String> {
    read_posts(&file(set))
}

pub fn word<'p>(post: &'p LabPost, name: &str) -> &'p str {
    post.more.get(name).and_then(|v| v.as_str()).unwrap_or_default()
}

/// A number for a name, the same on every machine (FNV-1a).
pub fn number(name: &str) -> u64 {
    let h = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    (h ^ (h >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 16
}

/// A fifth of every set never teaches, so that there is something to try the weights on.
pub fn is_aside(post: &LabPost) -> bool {
    number(&post.id).is_multiple_of(5)
}

/// What a set's own label is here. `None`: it says nothing about what a post does.
pub fn does(set: &str, label: &str) -> Option<Does> {
    Some(match (set, label) {
        ("reddit-intent", "ask") | ("reddit-intent", "hire") => Does::Asks,
        ("reddit-intent", "give") => Does::Gives,
        ("reddit-intent", "inform") | ("corporate-messaging", "information") => Does::Tells,
        ("reddit-intent", "discuss" | "personal" | "thanks") | ("corporate-messaging", "dialogue") => Does::Talks,
        ("reddit-intent", "sell") | ("sms-promo", "promotional") | ("corporate-messaging", "action") => Does::Sells,
        _ => return None,
    })
}

/// Likewise for the side.
pub fn side(set: &str, label: &str) -> Option<Side> {
    Some(match (set, label) {
        ("sms-promo", "personal") | ("reddit-intent", "personal" | "thanks") | ("tweets-plain", _) => Side::Personal,
        ("sms-promo", "promotional") | ("reddit-intent", "hire" | "sell") => Side::Work,
        ("corporate-messaging", "information" | "action" | "dialogue") => Side::Work,
        _ => return None,
    })
}

/// Lessons in the making: texts with what they do and which side they show, as far as that is known.
#[derive(Default)]
struct Lessons {
    does: Vec<Lesson>,
    side: Vec<Lesson>,
}

impl Lessons {
    fn put(&mut self, text: &str, does: Option<Does>, side: Option<Side>, weight: f32) {
        let tokens = Tokens::of(text);
        if let Some(side) = side {
            self.side.push(Lesson { tokens: tokens.clone(), label: side as usize, weight });
        }
        if let Some(does) = does {
            self.does.push(Lesson { tokens, label: does as usize, weight });
        }
    }
}

/// Makes the weights that ship from what may teach: posts for which `teaches` holds.
pub fn make(teaches: impl Fn(&LabPost) -> bool) -> Result<Shipped, String> {
    let mut lessons = Lessons::default();
    for post in posts_of("reddit-intent")?.iter().filter(|p| teaches(p)) {
        let label = word(post, "label");
        written(&mut lessons, post, does("reddit-intent", label), side("reddit-intent", label), 1.0);
    }
    for post in posts_of("sms-promo")?.iter().filter(|p| teaches(p)) {
        let label = word(post, "label");
        // What people write to each other is talk, unless it asks.
        let talks = (label == "personal" && !post.text.contains('?')).then_some(Does::Talks);
        lessons.put(&as_said(post, does("sms-promo", label).or(talks)), does("sms-promo", label).or(talks), side("sms-promo", label), 1.0);
    }
    let mut of_venue = std::collections::HashMap::<String, usize>::new();
    let mut top = posts_of("reddit-top")?;
    top.sort_by_key(|p| (number(&p.id), p.id.clone()));
    for post in top.iter().filter(|p| teaches(p)) {
        let (does, side) = (venues::does(post), venues::side(post));
        let seen = of_venue.entry(word(post, "channel").to_owned()).or_default();
        if (does.is_some() || side.is_some()) && *seen < OF_VENUE_MAX {
            *seen += 1;
            written(&mut lessons, post, does, side, VENUE_WEIGHT);
        }
    }
    // No order of the files speaks in the lessons.
    lessons.does.sort_by_cached_key(|l| number(&l.tokens.small));
    lessons.side.sort_by_cached_key(|l| number(&l.tokens.small));
    let setting = Setting { texts_min: 3, folds: 1, fairness: 0.6, ..Setting::default() };
    let taught =
        |lessons: &[Lesson], labels, keep_max| teach(&lessons.iter().collect::<Vec<_>>(), labels, &Setting { keep_max, ..setting });
    Ok(Shipped { does: taught(&lessons.does, Does::ALL.len(), DOES_MAX), side: taught(&lessons.side, Side::ALL.len(), SIDE_MAX) })
}

/// A post with a heading teaches whole, and by its heading alone, for most posts elsewhere are no longer than that.
fn written(lessons: &mut Lessons, post: &LabPost, does: Option<Does>, side: Option<Side>, weight: f32) {
    let heading = post.text.split('\n').next().unwrap_or_default();
    if heading.len() + 20 < post.text.len() {
        lessons.put(&post.text, does, side, weight);
        // A heading of two words says too little.
        if heading.len() > 15 {
            lessons.put(&as_said(&LabPost { text: heading.to_owned(), ..post.clone() }, does), does, side, weight * HEADING_WEIGHT);
        }
    } else {
        lessons.put(&as_said(post, does), does, side, weight);
    }
}

/// As it would stand on a network where links, tags and names are a part of the text. These sets have none of them there; a model that never
/// saw one takes it for nothing. How often which kind of post has one is our own guess, the same for all.
fn as_said(post: &LabPost, does: Option<Does>) -> String {
    let dice = number(&format!("{} said", post.id));
    let (one, two, three) = (dice % 100, dice / 100 % 100, dice / 10_000 % 100);
    let (named, tagged, linked) = match does {
        Some(Does::Talks) => (40, 15, 5),
        Some(Does::Gives | Does::Asks) => (10, 12, 10),
        Some(Does::Tells) => (4, 20, 45),
        Some(Does::Sells) => (3, 20, 60),
        None => (0, 0, 0),
    };
    let mut text = String::new();
    if one < named {
        text.push_str("@somebody ");
    }
    text.push_str(post.text.trim_end());
    let is_linked = word(post, "link").starts_with("http") || three < linked / 2;
    if is_linked && three < linked && !text.contains("://") {
        text.push_str(" https://somewhere.example/x");
    }
    let channel = word(post, "channel");
    if two < tagged && !channel.is_empty() {
        // The tag alone, without its word: venues are no words of the post.
        text.push_str(" #x");
    }
    text
}
