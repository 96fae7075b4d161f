//! A server's own firehose: frames of two CBOR objects (a head, then a body), in which a commit carries the changed records as a CAR.
//! By the protocol's "Event Stream" and "Repository" pages. Hashes are checked; signatures are not: the server is one's own choice.

use std::collections::HashMap;

use ciborium::Value;
use data_encoding::BASE32_NOPAD;
use model::Timestamp;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::{Told, gone, instant, said};
use crate::bluesky::POST;
use crate::bluesky::wire::PostRecord;
use crate::{Answer, NetworkError};

/// CBOR's tag for a content hash, which is kept with a zero byte before it.
const LINK: u64 = 42;
/// How a hash of a record begins: version 1, DAG-CBOR, SHA-256, 32 bytes.
const RECORD_HASH: [u8; 4] = [0x01, 0x71, 0x12, 0x20];
const HASH_LEN: usize = RECORD_HASH.len() + 32;
/// Changes in one commit; the protocol allows 200.
const CHANGES_MAX: usize = 1000;
/// Levels of a record; the protocol's own formats need a dozen.
const DEPTH_MAX: usize = 64;

/// `None` for a frame of no interest. A frame that says that our cursor is wrong is `Refused`.
pub fn read(frame: &[u8]) -> Answer<Option<Told>> {
    let mut rest = frame;
    let (Some(head), Some(body)) = (cbor(&mut rest), cbor(&mut rest)) else { return Ok(None) };
    match integer(field(&head, "op")) {
        Some(-1) => Err(NetworkError::Refused(format!("the firehose answers {}", text(field(&body, "error")).unwrap_or("an error")))),
        Some(1) if text(field(&head, "t")) == Some("#commit") => Ok(commit(&body)),
        Some(1) => Ok(moved(&body)),
        _ => Ok(None),
    }
}

/// Something else than a commit moves the cursor, where it has a number.
fn moved(body: &Value) -> Option<Told> {
    let at = instant(text(field(body, "time"))?)?;
    Some(Told { number: integer(field(body, "seq"))?, at, flow: Vec::new() })
}

fn commit(body: &Value) -> Option<Told> {
    let mut told = moved(body)?;
    let repo = text(field(body, "repo"))?;
    let changes = field(body, "ops")?.as_array()?;
    let is_of_posts = |change: &&Value| text(field(change, "path")).is_some_and(|p| rkey(p).is_some());
    let mut of_posts = changes.iter().take(CHANGES_MAX).filter(is_of_posts).peekable();
    of_posts.peek()?;
    let blocks = field(body, "blocks").and_then(Value::as_bytes).map(|car| blocks(car)).unwrap_or_default();
    for change in of_posts {
        told.flow.extend(flow(repo, change, &blocks, told.at));
    }
    Some(told)
}

fn flow(repo: &str, change: &Value, blocks: &HashMap<&[u8], &[u8]>, at: Timestamp) -> Option<super::Flow> {
    let rkey = rkey(text(field(change, "path"))?)?;
    match text(field(change, "action"))? {
        "create" | "update" => {
            let hash = link(field(change, "cid")?)?;
            let mut block: &[u8] = blocks.get(hash).filter(|block| is_of(block, hash))?;
            let record = json(&cbor(&mut block)?, DEPTH_MAX)?;
            said(repo, rkey, &written(hash), serde_json::from_value::<PostRecord>(record).ok()?, at)
        }
        "delete" => Some(gone(repo, rkey)),
        _ => None,
    }
}

fn rkey(path: &str) -> Option<&str> {
    path.strip_prefix(POST)?.strip_prefix('/')
}

/// Whether a block is what its hash says.
fn is_of(block: &[u8], hash: &[u8]) -> bool {
    hash.strip_prefix(&RECORD_HASH).is_some_and(|sum| Sha256::digest(block).as_slice() == sum)
}

/// The blocks of a CAR (version 1) that have a record's hash, as far as it can be read.
fn blocks(car: &[u8]) -> HashMap<&[u8], &[u8]> {
    let mut found = HashMap::new();
    let mut rest = car;
    let mut is_head = true;
    while let Some(section) = section(&mut rest) {
        if !std::mem::take(&mut is_head) && section.len() >= HASH_LEN && section.starts_with(&RECORD_HASH) {
            found.insert(&section[..HASH_LEN], &section[HASH_LEN..]);
        }
    }
    found
}

/// The next section of a CAR: its length as a varint (LEB128), then that many bytes.
fn section<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut length = 0_usize;
    for shift in (0..63).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (section, after) = rest.split_at_checked(length)?;
            *rest = after;
            return Some(section);
        }
    }
    None
}

/// The next object; `rest` is what comes after it.
fn cbor(rest: &mut &[u8]) -> Option<Value> {
    ciborium::from_reader(rest).ok()
}

fn field<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_text()
}

fn integer(value: Option<&Value>) -> Option<i64> {
    value?.as_integer()?.try_into().ok()
}

/// The bytes of a hash that something links to.
fn link(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Tag(LINK, inner) => inner.as_bytes()?.strip_prefix(&[0]),
        _ => None,
    }
}

/// A hash as it is written: base 32 in small letters behind a `b`.
fn written(hash: &[u8]) -> String {
    format!("b{}", BASE32_NOPAD.encode(hash).to_lowercase())
}

/// A record in the protocol's JSON form.
fn json(value: &Value, depth: usize) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(is) => Json::Bool(*is),
        Value::Integer(number) => Json::from(i64::try_from(*number).ok()?),
        Value::Float(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
        Value::Bytes(_) => serde_json::json!({"$bytes": ""}),
        Value::Tag(..) => serde_json::json!({"$link": written(link(value)?)}),
        Value::Array(all) => Json::Array(all.iter().map(|one| json(one, depth)).collect::<Option<_>>()?),
        Value::Map(all) => {
            let pairs = all.iter().map(|(key, one)| Some((key.as_text()?.to_owned(), json(one, depth)?)));
            Json::Object(pairs.collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
pub(super) use tests::frame;

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame in which somebody posts `text`.
    pub fn frame(seq: i64, repo: &str, rkey: &str, text: &str) -> Vec<u8> {
        let word = |w: &str| Value::Text(w.to_owned());
        let map = |pairs: Vec<(&str, Value)>| Value::Map(pairs.into_iter().map(|(k, v)| (word(k), v)).collect());
        let bytes = |value: &Value| {
            let mut out = Vec::new();
            ciborium::into_writer(value, &mut out).expect("a vector takes all");
            out
        };
        let record = map(vec![("$type", word(POST)), ("text", word(text)), ("createdAt", word("2026-01-02T03:04:05Z"))]);
        let record = bytes(&record);
        let hash: Vec<u8> = RECORD_HASH.into_iter().chain(Sha256::digest(&record)).collect();
        let mut car = vec![1, 0xa0];
        let length = hash.len() + record.len();
        car.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8]);
        car.extend(&hash);
        car.extend(&record);
        let cid = Value::Tag(LINK, Box::new(Value::Bytes(std::iter::once(0).chain(hash).collect())));
        let change = map(vec![("action", word("create")), ("path", word(&format!("{POST}/{rkey}"))), ("cid", cid)]);
        let body = map(vec![
            ("seq", Value::from(seq)),
            ("repo", word(repo)),
            ("time", word("2026-01-02T03:04:06Z")),
            ("ops", Value::Array(vec![change])),
            ("blocks", Value::Bytes(car)),
        ]);
        [bytes(&map(vec![("op", Value::from(1)), ("t", word("#commit"))])), bytes(&body)].concat()
    }

    #[test]
    fn a_post_in_a_commit() {
        let told = read(&frame(7, "did:plc:ben", "3k", "Cold kitchen")).unwrap().unwrap();
        let [super::super::Flow::Said(post)] = &told.flow[..] else { panic!("one post") };
        assert_eq!((told.number, post.text.as_str(), post.at.id.as_str()), (7, "Cold kitchen", "at://did:plc:ben/app.bsky.feed.post/3k"));
        assert!(post.at.tag.starts_with("bafyrei"), "{}", post.at.tag);
    }

    #[test]
    fn a_block_that_is_not_what_its_hash_says_is_left_out() {
        let mut bent = frame(7, "did:plc:ben", "3k", "Cold kitchen");
        let at = bent.windows(4).position(|w| w == b"Cold").unwrap();
        bent[at] = b'B';
        assert!(read(&bent).unwrap().unwrap().flow.is_empty());
    }

    #[test]
    fn a_bent_frame_is_no_panic() {
        let whole = frame(7, "did:plc:ben", "3k", "Cold kitchen");
        for end in 0..whole.len() {
            let _ = read(&whole[..end]);
        }
        for i in 0..whole.len() {
            let mut bent = whole.clone();
            bent[i] ^= 0xff;
            let _ = read(&bent);
        }
    }

    #[test]
    fn an_error_is_told() {
        let mut bytes = Vec::new();
        for value in [serde_json::json!({"op": -1}), serde_json::json!({"error": "FutureCursor"})] {
            ciborium::into_writer(&value, &mut bytes).unwrap();
        }
        assert!(matches!(read(&bytes), Err(NetworkError::Refused(why)) if why.contains("FutureCursor")));
    }

    /// What changed in commits recorded on the network itself is found in the blocks they carry, and is what its hash says.
    #[test]
    fn recorded_commits() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/atproto-repos/firehose");
        let Ok(files) = std::fs::read_dir(&folder) else {
            eprintln!("skipped: ../shared/corpora/atproto-repos/firehose is not at hand");
            return;
        };
        let mut seen = 0;
        for file in files.flatten() {
            let told: Json = serde_json::from_str(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
            let car = data_encoding::BASE64_NOPAD.decode(told["blocks"]["$bytes"].as_str().unwrap().as_bytes()).unwrap();
            let blocks = blocks(&car);
            for change in told["ops"].as_array().unwrap() {
                let named = change["cid"]["$link"].as_str().unwrap();
                let hash = BASE32_NOPAD.decode(named[1..].to_uppercase().as_bytes()).unwrap();
                let block = blocks.get(&hash[..]).unwrap_or_else(|| panic!("{named} is not among the blocks"));
                assert!(is_of(block, &hash) && written(&hash) == named);
                let kind = json(&cbor(&mut &block[..]).unwrap(), DEPTH_MAX).unwrap()["$type"].clone();
                assert!(change["path"].as_str().unwrap().starts_with(kind.as_str().unwrap()));
                seen += 1;
            }
        }
        assert!(seen > 0);
    }
}
