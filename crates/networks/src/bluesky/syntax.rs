//! The protocol's names as it spells them: handles, DIDs, record addresses, record keys. Pure.

use sha2::{Digest, Sha256};

/// Letters of the protocol's sortable base 32, in order.
const SORTABLE: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
/// Letters of a TID.
const TID_LEN: usize = 13;
/// Our record keys name an instant of a past stretch, so that no reader takes them for posts from the future: from 2023-01-01 …
const TID_EPOCH_US: u64 = 1_672_531_200_000_000;
/// … for 2^46 microseconds, a little over two years.
const TID_SPAN_US: u64 = 1 << 46;

const HANDLE_MAX: usize = 253;
const DID_MAX: usize = 2048;
const RECORD_KEY_MAX: usize = 512;
const NSID_MAX: usize = 317;
const AT_URI_MAX: usize = 8192;

/// A domain name of two or more labels whose last begins with a letter.
pub fn is_handle(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    text.len() <= HANDLE_MAX
        && labels.len() >= 2
        && labels.iter().all(|l| is_label(l))
        && labels.last().is_some_and(|l| l.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

pub fn is_did(text: &str) -> bool {
    let Some((method, id)) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')) else { return false };
    text.len() <= DID_MAX
        && !method.is_empty()
        && method.bytes().all(|b| b.is_ascii_lowercase())
        && !id.is_empty()
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'%' | b'-'))
        && !id.ends_with([':', '%'])
}

/// The name of a kind of record: a reversed domain and a name (`app.bsky.feed.post`).
pub fn is_nsid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let Some((name, domain)) = parts.split_last() else { return false };
    text.len() <= NSID_MAX
        && domain.len() >= 2
        && domain.iter().all(|l| is_label(l))
        && domain[0].starts_with(|c: char| c.is_ascii_alphabetic())
        && (1..=63).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub fn is_record_key(text: &str) -> bool {
    (1..=RECORD_KEY_MAX).contains(&text.len())
        && text != "."
        && text != ".."
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'~' | b'.' | b':' | b'-'))
}

/// A record key that is a time: thirteen letters of sortable base 32, the first of which leaves the top bit unset.
pub fn is_tid(text: &str) -> bool {
    text.len() == TID_LEN && text.bytes().all(|b| SORTABLE.contains(&b)) && text.as_bytes()[0] <= b'j'
}

/// Where a record stands: `at://AUTHORITY/COLLECTION/RKEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtUri {
    pub authority: String,
    pub collection: Option<String>,
    pub rkey: Option<String>,
}

impl AtUri {
    pub fn parse(text: &str) -> Option<AtUri> {
        if text.len() > AT_URI_MAX {
            return None;
        }
        let mut parts = text.strip_prefix("at://")?.split('/');
        let authority = parts.next().filter(|a| is_did(a) || is_handle(a))?.to_owned();
        let collection = match parts.next() {
            None => None,
            Some(c) => Some(c).filter(|c| is_nsid(c)).map(Some)?.map(str::to_owned),
        };
        let rkey = match parts.next() {
            None => None,
            Some(k) => Some(k).filter(|k| is_record_key(k)).map(Some)?.map(str::to_owned),
        };
        parts.next().is_none().then_some(AtUri { authority, collection, rkey })
    }

    /// The three parts of a whole record's address.
    pub fn record(text: &str) -> Option<(String, String, String)> {
        let uri = AtUri::parse(text)?;
        Some((uri.authority, uri.collection?, uri.rkey?))
    }
}

pub fn at_uri(did: &str, collection: &str, rkey: &str) -> String {
    format!("at://{did}/{collection}/{rkey}")
}

/// A valid TID that depends on `words` alone: the same words, the same record. The server may then be asked whether that very record
/// stands, which settles every doubt. Posts must have TIDs for keys; a true time cannot be used, since a second try, and the look whether
/// the first one landed, know only the key. So the time in it is drawn from a hash, inside a past stretch; what a reader sees as the
/// time of the post is its `createdAt`.
pub fn tid_of(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update((word.len() as u64).to_be_bytes());
        hash.update(word.as_bytes());
    }
    let digest = hash.finalize();
    let drawn = u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
    let (time_us, clock) = (TID_EPOCH_US + (drawn >> 10) % TID_SPAN_US, drawn & 0x3ff);
    tid_from_number((time_us << 10) | clock)
}

fn tid_from_number(number: u64) -> String {
    (0..TID_LEN).rev().map(|place| char::from(SORTABLE[((number >> (5 * place)) & 31) as usize])).collect()
}

/// Whether an address may stand in a record as a link: the web, with a host, and no longer than the protocol takes.
pub fn is_web_link(text: &str) -> bool {
    text.len() <= AT_URI_MAX
        && !text.contains(char::is_whitespace)
        && url::Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host())
        && !text.split_once("://").is_some_and(|(_, rest)| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_gives_one_valid_record_key(key in ".{0,80}", did in "did:plc:[a-z2-7]{24}") {
            let rkey = tid_of(&[&did, &key]);
            prop_assert!(is_tid(&rkey) && is_record_key(&rkey));
            prop_assert_eq!(&rkey, &tid_of(&[&did, &key]));
            let uri = at_uri(&did, "app.bsky.feed.post", &rkey);
            prop_assert_eq!(AtUri::record(&uri), Some((did, "app.bsky.feed.post".to_owned(), rkey)));
        }

        #[test]
        fn no_text_breaks_the_parsers(text in "\\PC{0,60}") {
            let _ = (is_handle(&text), is_did(&text), is_nsid(&text), is_record_key(&text), is_tid(&text), AtUri::parse(&text), is_web_link(&text));
        }
    }

    #[test]
    fn keys_differ_and_stay_what_they_were() {
        assert_ne!(tid_of(&["a", "bc"]), tid_of(&["ab", "c"]));
        // Deliveries that are on their way during an upgrade must keep their record.
        assert_eq!(tid_of(&["did:plc:ada", "app.bsky.feed.post", "delivery-7"]), "3l3ypx2w2d5c5");
        assert_eq!(tid_from_number(0), "2222222222222");
    }
}
