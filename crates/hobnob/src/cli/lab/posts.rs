//! Posts out of a file of JSON Lines, a post a line: {id, network, author, created_at, text, reply_to, url, lang}, then whatever else the
//! line says. What is packed with zstd is unpacked on the way. Needs nothing else of this program: the workshop's evaluations read by it too.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use model::Timestamp;
use serde_json::{Map, Value as Json};

/// The longest line that is read, in bytes.
const LINE_MAX: u64 = 16 * 1024 * 1024;
/// The most that one file may unpack to, in bytes.
const FILE_MAX: u64 = 16 * 1024 * 1024 * 1024;
/// How files packed with zstd begin.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A post as the laboratory reads it. All but `id` and `text` may be left out of the line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabPost {
    pub id: String,
    pub network: String,
    pub author: Option<String>,
    pub created_at: Option<Timestamp>,
    pub text: String,
    pub reply_to: Option<String>,
    pub url: Option<String>,
    pub lang: Option<String>,
    /// Everything else on the line, as it stands.
    pub more: Map<String, Json>,
}

/// All posts of a file, in its order. The error names the file and the line.
pub fn read_posts(file: &Path) -> Result<Vec<LabPost>, String> {
    let mut posts = Vec::new();
    each_post(file, |post| posts.push(post))?;
    Ok(posts)
}

/// Hands on each post of a file as it is read. The error names the file and the line.
pub fn each_post(file: &Path, mut take: impl FnMut(LabPost)) -> Result<(), String> {
    each_line(file, |line| {
        take(post(line)?);
        Ok(())
    })
}

/// Hands on every line that is not empty, unpacked. The error names the file and the line.
pub fn each_line(file: &Path, mut take: impl FnMut(&str) -> Result<(), String>) -> Result<(), String> {
    let name = file.display();
    let mut input = open(file).map_err(|e| format!("{name} can't be read: {e}"))?;
    let whole = lines(&mut input, |line| if line.trim().is_empty() { Ok(()) } else { take(line) });
    whole.map_err(|why| format!("{name}, {why}"))
}

/// Hands on each line. The error names the line, counted from 1: one that is too long, is no UTF-8, or that `take` refuses.
pub fn lines(input: &mut impl BufRead, mut take: impl FnMut(&str) -> Result<(), String>) -> Result<(), String> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line).map_err(|e| format!("line {number}: {e}"))?;
        if read == 0 {
            break;
        }
        if line.len() as u64 == LINE_MAX && !line.ends_with(b"\n") {
            return Err(format!("line {number}: it is longer than {} MB", LINE_MAX / 1024 / 1024));
        }
        let text = std::str::from_utf8(&line).map_err(|_| format!("line {number}: it is not UTF-8"))?;
        take(text.trim_end_matches(['\n', '\r'])).map_err(|why| format!("line {number}: {why}"))?;
    }
    Ok(())
}

fn open(file: &Path) -> std::io::Result<Box<dyn BufRead>> {
    let mut raw = BufReader::new(File::open(file)?);
    Ok(match raw.fill_buf()?.starts_with(&ZSTD) {
        true => Box::new(BufReader::new(zstd::Decoder::new(raw)?.take(FILE_MAX))),
        false => Box::new(raw.take(FILE_MAX)),
    })
}

fn post(line: &str) -> Result<LabPost, String> {
    let mut more: Map<String, Json> = serde_json::from_str(line).map_err(|e| format!("this is not a JSON object: {e}"))?;
    let mut words = |name: &str| match more.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(words)) => Ok(Some(words)),
        Some(Json::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!("`{name}` is not text: {other}")),
    };
    let instant = |at: String| match instant(&at) {
        Some(instant) => Ok(instant),
        None => Err(format!("`created_at` is not a time such as 2026-03-01T12:00:00Z: “{at}”")),
    };
    Ok(LabPost {
        id: words("id")?.ok_or("`id` is missing")?,
        network: words("network")?.unwrap_or_default(),
        author: words("author")?,
        created_at: words("created_at")?.map(instant).transpose()?,
        text: words("text")?.ok_or("`text` is missing")?,
        reply_to: words("reply_to")?,
        url: words("url")?,
        lang: words("lang")?,
        more,
    })
}

/// An instant as people write it down: with an offset, and seconds if they like.
pub fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_says() {
        let read = post(r#"{"id": 7, "text": "Hello", "created_at": "2014-02-20T15:49Z", "author": null, "thread": "t"}"#).unwrap();
        assert_eq!((read.id.as_str(), read.text.as_str(), read.author), ("7", "Hello", None));
        assert_eq!(read.created_at.unwrap().to_string(), "2014-02-20T15:49:00Z");
        assert_eq!(read.more["thread"], "t");
    }

    #[test]
    fn what_is_wrong_with_a_line() {
        for (line, why) in [
            ("{", "this is not a JSON object"),
            ("[]", "this is not a JSON object"),
            (r#"{"text": "a"}"#, "`id` is missing"),
            (r#"{"id": "1"}"#, "`text` is missing"),
            (r#"{"id": "1", "text": ["a"]}"#, "`text` is not text"),
            (r#"{"id": "1", "text": "a", "created_at": "soon"}"#, "`created_at` is not a time"),
        ] {
            let said = post(line).unwrap_err();
            assert!(said.starts_with(why), "{line}: {said}");
        }
    }

    #[test]
    fn a_packed_file_is_unpacked_and_a_bad_line_named() {
        let file = std::env::temp_dir().join(format!("hobnob-lab-{}.jsonl.zst", std::process::id()));
        let lines = "{\"id\": \"1\", \"text\": \"a\"}\n\n{\"id\": \"2\"}\n";
        std::fs::write(&file, zstd::encode_all(lines.as_bytes(), 3).unwrap()).unwrap();
        let said = read_posts(&file).unwrap_err();
        std::fs::remove_file(&file).unwrap();
        assert!(said.ends_with("line 3: `text` is missing"), "{said}");
    }
}
