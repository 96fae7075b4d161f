//! Events: the one thing that Nostr is made of (NIP-01). An event's id is the hash of what it says, so the same words by the same key at
//! the same second are the same event, however often they are sent. Pure.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::{Key, is_id, is_signed, to_hex};

/// Kinds that we read or write.
pub const PROFILE: u32 = 0;
pub const NOTE: u32 = 1;
pub const FOLLOWS: u32 = 3;
pub const DELETION: u32 = 5;
pub const REPOST: u32 = 6;
pub const REACTION: u32 = 7;
pub const RELAY_LIST: u32 = 10002;
/// A login at a relay (NIP-42), a call to a signer (NIP-46), leave to upload (NIP-98, and Blossom's own).
pub const RELAY_LOGIN: u32 = 22242;
pub const SIGNER_CALL: u32 = 24133;
pub const HTTP_LEAVE: u32 = 27235;
pub const BLOSSOM_LEAVE: u32 = 24242;

/// Tags of one event that are looked at, and words of one tag.
pub const TAGS_MAX: usize = 2500;
/// The same of a list of whom somebody follows: one that is passed over would be taken for none, and replaced.
pub const LIST_TAGS_MAX: usize = 50_000;

pub type Tag = Vec<String>;

/// What shall be said, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    pub created_at: i64,
    pub kind: u32,
    pub tags: Vec<Tag>,
    pub content: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub pubkey: String,
    pub created_at: i64,
    pub kind: u32,
    pub tags: Vec<Tag>,
    pub content: String,
    pub sig: String,
}

/// A tag out of its words.
pub fn tag<const N: usize>(words: [&str; N]) -> Tag {
    words.into_iter().map(str::to_owned).collect()
}

impl Sketch {
    pub fn new(kind: u32, created_at: i64, tags: Vec<Tag>, content: impl Into<String>) -> Sketch {
        Sketch { created_at, kind, tags, content: content.into() }
    }
    /// The id it has when `public` says it.
    pub fn id(&self, public: &str) -> [u8; 32] {
        hash(public, self.created_at, self.kind, &self.tags, &self.content)
    }
    pub fn sign(self, key: &Key) -> Event {
        let pubkey = key.public();
        let id = self.id(&pubkey);
        let sig = key.sign(&id);
        Event { id: to_hex(&id), pubkey, created_at: self.created_at, kind: self.kind, tags: self.tags, content: self.content, sig }
    }
}

impl Event {
    /// Whether its id is its own and its author signed it.
    pub fn is_true(&self) -> bool {
        let tags_max = if self.kind == FOLLOWS { LIST_TAGS_MAX } else { TAGS_MAX };
        if !is_id(&self.id) || !is_id(&self.pubkey) || self.tags.len() > tags_max {
            return false;
        }
        let id = hash(&self.pubkey, self.created_at, self.kind, &self.tags, &self.content);
        to_hex(&id) == self.id && is_signed(&self.pubkey, &id, &self.sig)
    }
    /// The second words of all tags of one name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a str> {
        self.tags.iter().filter(move |t| t.first().is_some_and(|n| n == name)).filter_map(|t| t.get(1)).map(String::as_str)
    }
    pub fn value<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.values(name).next()
    }
}

fn hash(public: &str, created_at: i64, kind: u32, tags: &[Tag], content: &str) -> [u8; 32] {
    let whole = serde_json::to_vec(&(0, public, created_at, kind, tags, content)).expect("numbers and texts are JSON");
    Sha256::digest(&whole).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_the_hash_of_the_plain_array() {
        let sketch = Sketch::new(NOTE, 1_700_000_000, vec![tag(["t", "bread"])], "Käse \"und\" Brot\n\\ 🧀");
        let public = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
        let written = format!(r#"[0,"{public}",1700000000,1,[["t","bread"]],"Käse \"und\" Brot\n\\ 🧀"]"#);
        assert_eq!(sketch.id(public), <[u8; 32]>::from(Sha256::digest(written.as_bytes())));
    }

    #[test]
    fn nothing_of_a_signed_event_can_be_changed() {
        let event = Sketch::new(NOTE, 1_700_000_000, vec![tag(["t", "bread"])], "rye").sign(&Key::make());
        assert!(event.is_true());
        let changed = |f: fn(&mut Event)| {
            let mut e = event.clone();
            f(&mut e);
            e.is_true()
        };
        assert!(!changed(|e| e.content.push('!')));
        assert!(!changed(|e| e.created_at += 1));
        assert!(!changed(|e| e.kind = 7));
        assert!(!changed(|e| e.tags.clear()));
        assert!(!changed(|e| e.pubkey = Key::make().public()));
        assert!(!changed(|e| e.id = "0".repeat(64)));
        assert!(!changed(|e| e.id = e.id.to_uppercase()));
        assert!(!changed(|e| e.sig.clear()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_same_words_at_the_same_second_are_the_same_event(
            content in "\\PC{0,200}", words in proptest::collection::vec("\\PC{0,20}", 0..5), at in 0i64..4_000_000_000
        ) {
            let key = Key::make();
            let sketch = Sketch::new(NOTE, at, vec![words], content);
            let (one, other) = (sketch.clone().sign(&key), sketch.clone().sign(&key));
            prop_assert_eq!(&one.id, &other.id, "although the signatures may differ");
            prop_assert!(one.is_true() && other.is_true());
            let over_the_wire: Event = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
            prop_assert_eq!(over_the_wire, one.clone());
            let later = Sketch { created_at: at + 1, ..sketch }.sign(&key);
            prop_assert_ne!(later.id, one.id);
        }
    }
}
