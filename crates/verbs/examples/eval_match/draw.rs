//! Draws queries of every kind the language has, made of what posts hold.

use model::{Post, Query};

/// Lots that anybody can draw again.
pub struct Lots(pub u64);

impl Lots {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as usize % n.max(1)
    }
}

/// A query made of what one post, or several, hold.
pub fn draw(heard: &[Post], lots: &mut Lots) -> Query {
    loop {
        let text = any(heard, lots, 2);
        if let Ok(query) = Query::parse(&text) {
            return query;
        }
    }
}

fn any(heard: &[Post], lots: &mut Lots, depth: usize) -> String {
    let post = &heard[lots.below(heard.len())];
    match lots.below(if depth > 0 { 10 } else { 4 }) {
        0..4 => leaf(post, lots),
        4..7 => format!("{} {}", leaf(post, lots), leaf(post, lots)),
        7 => format!("({} OR {} OR {})", leaf(post, lots), any(heard, lots, depth - 1), any(heard, lots, depth - 1)),
        8 => format!("{} -({})", leaf(post, lots), any(heard, lots, depth - 1)),
        _ => format!("{} ({} OR {})", leaf(post, lots), leaf(post, lots), any(heard, lots, depth - 1)),
    }
}

fn leaf(heard: &Post, lots: &mut Lots) -> String {
    let words: Vec<&str> = model::words::words(&heard.text).filter(|w| w.chars().all(char::is_alphanumeric)).collect();
    let at = lots.below(words.len());
    let word = |n: usize| words.get(n.min(words.len().saturating_sub(1))).copied().unwrap_or("bread");
    match lots.below(32) {
        0..14 => word(at).to_lowercase(),
        14..17 => format!("\"{} {}\"", word(at), word(at + 1)),
        17 => format!("\"{} {} {}\"", word(at), word(at + 1), word(at + 2)),
        18 => format!("\"{}\"", word(at)),
        19 => format!("\"{} {}\"~{}", word(at), word(at + 3), 1 + lots.below(6)),
        20 => format!("{}*", word(at).chars().take(4).collect::<String>()),
        21 => format!("#{}", heard.text.split('#').nth(1).and_then(|t| t.split(' ').next()).unwrap_or(word(at))),
        22 => format!("from:{}", heard.author.handle),
        23 => format!("to:{}", heard.text.split('@').nth(1).and_then(|t| t.split(' ').next()).unwrap_or("ada")),
        24 => format!("in:{}", model::topic::venue_of(heard).as_deref().unwrap_or("plaza3.example")),
        25 => format!("on:{}", heard.network.as_str()),
        26 => format!("lang:{}", heard.language.as_deref().unwrap_or("en")),
        27 => ["is:question", "is:reply", "has:link", "has:picture"][lots.below(4)].to_owned(),
        28 => format!("link:{}", ["youtube.com", "imgur.com", "t.co", "com", "org", "flickr.com"][lots.below(6)]),
        29 => format!("{}:20{:02}", ["before", "after"][lots.below(2)], 6 + lots.below(12)),
        30 => ["😂", "❤", "\":)\"", "!", "🔥"][lots.below(5)].to_owned(),
        _ => format!("{}ing", word(at).to_lowercase().trim_end_matches('s')),
    }
}
