//! Real posts, with authors and languages made up: neither set names them throughout.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use model::words::{Marks, case_folded, unmarked, words};
use model::{Post, PostRef, Profile, Timestamp};
use serde_json::{Value, json};

/// Languages without stems and without letters of their own, so that all engines compare the same words.
const LANGUAGES: [&str; 8] = ["pl", "cs", "uk", "id", "ko", "lt", "sk", "hr"];
/// Handles, by a law of Zipf.
const AUTHORS: f64 = 20_000.0;

/// Drawn lots that anybody can draw again.
pub struct Lots(u64);

impl Lots {
    pub fn new(seed: u64) -> Lots {
        Lots(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n.max(1)
    }
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The words of a text as the peers are fed with them.
pub fn tokens(text: &str) -> Vec<String> {
    words(text).map(|word| unmarked(&case_folded(word), Marks::None)).collect()
}

/// All texts of the two sets, in an order drawn by lot.
pub fn read(corpora: &Path, lots: &mut Lots) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    for set in ["reddit-top", "tweets-plain"] {
        let file = corpora.join("posts").join(set).join("posts.jsonl.zst");
        let packed = File::open(&file).with_context(|| format!("skipped: {} is not there", file.display()))?;
        for line in BufReader::new(zstd::Decoder::new(packed)?).lines() {
            let mut line: Value = serde_json::from_str(&line?)?;
            if let Value::String(text) = line["text"].take() {
                texts.push(text);
            }
        }
    }
    for at in (1..texts.len()).rev() {
        let other = lots.below(at + 1);
        texts.swap(at, other);
    }
    Ok(texts)
}

/// What a text becomes in a script without spaces: two Han letters a word, run together.
pub fn unspaced(text: &str) -> String {
    tokens(text).iter().map(|word| han(word)).collect()
}

pub fn han(word: &str) -> String {
    let hash = model::words::hash(1, word.as_bytes());
    let letter = |n: u64| char::from_u32(0x4e00 + u32::try_from(n % 3_000).unwrap_or(0)).unwrap_or('製');
    [letter(hash), letter(hash >> 32)].iter().collect()
}

pub fn write(file: &Path, texts: &[String], lots: &mut Lots) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for text in texts {
        let author = format!("u{}", AUTHORS.powf(lots.share()) as u32);
        let language = LANGUAGES[lots.below(LANGUAGES.len())];
        writeln!(out, "{}", json!({"author": author, "lang": language, "text": text}))?;
    }
    Ok(out.flush()?)
}

pub fn posts(file: &Path, count: usize) -> anyhow::Result<Vec<Post>> {
    let mut posts = Vec::new();
    for (number, line) in BufReader::new(File::open(file)?).lines().take(count).enumerate() {
        let line: Value = serde_json::from_str(&line?)?;
        let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        let author = Profile { handle: word("author"), ..Profile::default() };
        let mut post = Post::new(PostRef::new(number.to_string(), ""), author, word("text"), Timestamp::UNIX_EPOCH);
        post.language = Some(word("lang"));
        posts.push(post);
    }
    Ok(posts)
}
