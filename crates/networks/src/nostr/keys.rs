//! Keys and signatures (BIP-340 over secp256k1), and the words of NIP-19 in which people hand them around. Pure.

use bech32::{Bech32, Hrp};
use k256::elliptic_curve::point::AffineCoordinates;
use k256::schnorr::signature::hazmat::PrehashVerifier;
use k256::schnorr::{Signature, SigningKey, VerifyingKey};

/// The longest NIP-19 word that is read.
const WORD_MAX: usize = 1000;
/// Relays read out of one NIP-19 word.
const HINTS_MAX: usize = 3;

/// A key that signs. Never printed.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    pub fn make() -> Key {
        loop {
            // All but one in 2^128 of these are keys.
            if let Some(key) = Key::from_bytes(&rand::random::<[u8; 32]>()) {
                return key;
            }
        }
    }
    pub fn from_bytes(bytes: &[u8]) -> Option<Key> {
        SigningKey::from_slice(bytes).ok().map(Key)
    }
    /// An `nsec1…`, or 64 hex figures.
    pub fn read(text: &str) -> Option<Key> {
        match Named::read(text) {
            Some(Named::Secret(bytes)) => Key::from_bytes(&bytes),
            Some(_) => None,
            None => Key::from_bytes(&from_hex(text)?),
        }
    }
    pub fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }
    /// As people keep it.
    pub fn nsec(&self) -> String {
        word("nsec", &self.bytes())
    }
    /// The public half, as 64 hex figures.
    pub fn public(&self) -> String {
        to_hex(&self.0.verifying_key().to_bytes())
    }
    /// Signs an event's id.
    pub fn sign(&self, id: &[u8; 32]) -> String {
        let signature = self.0.sign_raw(id, &rand::random()).expect("a nonce of zero comes up once in 2^256 signatures");
        to_hex(&signature.to_bytes())
    }
    /// The secret that two keys share: the x-coordinate of their product (ECDH, unhashed).
    pub fn shared(&self, other: &str) -> Option<[u8; 32]> {
        let other = VerifyingKey::from_slice(&from_hex(other)?).ok()?;
        let point = k256::ProjectivePoint::from(*other.as_affine()) * **self.0.as_nonzero_scalar();
        Some(point.to_affine().x().into())
    }
}

/// Whether `sig` is `public`'s signature of `id`.
pub fn is_signed(public: &str, id: &[u8; 32], sig: &str) -> bool {
    let check = || {
        let key = VerifyingKey::from_slice(&from_hex(public)?).ok()?;
        let bytes: [u8; 64] = from_hex_any(sig)?.try_into().ok()?;
        key.verify_prehash(id, &Signature::from_bytes(&bytes).ok()?).ok()
    };
    check().is_some()
}

/// What a NIP-19 word names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Profile { public: String, relays: Vec<String> },
    Post { id: String, relays: Vec<String>, author: Option<String> },
    Secret([u8; 32]),
}

impl Named {
    /// Reads `npub1…`, `nprofile1…`, `note1…`, `nevent1…` and `nsec1…`, with or without `nostr:` before it.
    pub fn read(text: &str) -> Option<Named> {
        let text = text.trim();
        let text = text.strip_prefix("nostr:").or_else(|| text.strip_prefix("NOSTR:")).unwrap_or(text);
        if text.len() > WORD_MAX {
            return None;
        }
        let parts = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(text).ok()?;
        let hrp = parts.hrp().to_lowercase();
        let bytes: Vec<u8> = parts.byte_iter().collect();
        let whole = || <[u8; 32]>::try_from(bytes.as_slice()).ok();
        match hrp.as_str() {
            "npub" => Some(Named::Profile { public: to_hex(&whole()?), relays: Vec::new() }),
            "note" => Some(Named::Post { id: to_hex(&whole()?), relays: Vec::new(), author: None }),
            "nsec" => Some(Named::Secret(whole()?)),
            "nprofile" => {
                let told = Told::read(&bytes);
                Some(Named::Profile { public: told.special?, relays: told.relays })
            }
            "nevent" => {
                let told = Told::read(&bytes);
                Some(Named::Post { id: told.special?, relays: told.relays, author: told.author })
            }
            _ => None,
        }
    }
}

/// The entries of an `nprofile` or `nevent`: type, length, value (NIP-19).
#[derive(Default)]
struct Told {
    special: Option<String>,
    relays: Vec<String>,
    author: Option<String>,
}

impl Told {
    fn read(mut bytes: &[u8]) -> Told {
        let mut told = Told::default();
        while let [kind, length, rest @ ..] = bytes {
            let Some((value, after)) = rest.split_at_checked(usize::from(*length)) else { break };
            match kind {
                0 if value.len() == 32 && told.special.is_none() => told.special = Some(to_hex(value)),
                1 if told.relays.len() < HINTS_MAX => told.relays.extend(std::str::from_utf8(value).ok().map(str::to_owned)),
                2 if value.len() == 32 => told.author = Some(to_hex(value)),
                _ => {}
            }
            bytes = after;
        }
        told
    }
}

/// `npub1…` of a public key.
pub fn npub(public: &str) -> String {
    from_hex(public).map_or_else(|| public.to_owned(), |bytes| word("npub", &bytes))
}

/// `nevent1…` of a post, with its author where known.
pub fn nevent(id: &str, author: Option<&str>) -> String {
    let Some(id_bytes) = from_hex(id) else { return id.to_owned() };
    let mut bytes = vec![0, 32];
    bytes.extend(id_bytes);
    if let Some(author) = author.and_then(from_hex) {
        bytes.extend([2, 32]);
        bytes.extend(author);
    }
    word("nevent", &bytes)
}

fn word(kind: &str, bytes: &[u8]) -> String {
    bech32::encode::<Bech32>(Hrp::parse_unchecked(kind), bytes).expect("a hundred bytes fit into a word")
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// 64 hex figures, in small letters or large.
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    from_hex_any(text.trim())?.try_into().ok()
}

/// Whether a text is an id or a public key as it stands in events: 64 hex figures in small letters.
pub fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn from_hex_any(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 128 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok().filter(|_| text.as_bytes()[i] != b'+')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_of_one_is_the_generator() {
        // The public key of the secret 1 is the curve's generator, which every book on it prints.
        let one = Key::read(&format!("{:064x}", 1)).expect("a key");
        assert_eq!(one.public(), "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        assert!(Key::read(&"0".repeat(64)).is_none(), "zero is no key");
        assert!(Key::read("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").is_none(), "nor is the curve's order");
        assert_eq!(Key::read(&one.nsec()).map(|k| k.bytes()), Some(one.bytes()));
        assert!(Key::read(&npub(&one.public())).is_none(), "a public key signs nothing");
        for rubbish in ["", "nsec1", "nsec1qqqq", "ada", "+1"] {
            assert!(Key::read(rubbish).is_none(), "{rubbish}");
        }
    }

    #[test]
    fn a_signature_is_of_one_key_and_one_id() {
        let (ada, ben) = (Key::make(), Key::make());
        let id = [7; 32];
        let sig = ada.sign(&id);
        assert!(is_signed(&ada.public(), &id, &sig));
        assert!(!is_signed(&ben.public(), &id, &sig));
        assert!(!is_signed(&ada.public(), &[8; 32], &sig));
        assert!(!is_signed(&ada.public(), &id, &sig.replace(&sig[..2], "00")));
        for rubbish in ["", "zz", &"0".repeat(128), &"f".repeat(128), "é"] {
            assert!(!is_signed(&ada.public(), &id, rubbish));
        }
        assert_eq!(ada.shared(&ben.public()), ben.shared(&ada.public()));
    }

    #[test]
    fn words_carry_what_they_name() {
        let (id, author) = ("ab".repeat(32), Key::make().public());
        assert_eq!(Named::read(&npub(&author)), Some(Named::Profile { public: author.clone(), relays: vec![] }));
        let post = Named::Post { id: id.clone(), relays: vec![], author: Some(author.clone()) };
        assert_eq!(Named::read(&format!("nostr:{}", nevent(&id, Some(&author)))), Some(post));
        let mut bytes = vec![0, 32];
        bytes.extend(from_hex(&author).expect("hex"));
        bytes.extend([1, 5]);
        bytes.extend(b"wss:x");
        bytes.extend([9, 1, 0, 1, 200, 3]);
        let profile = Named::Profile { public: author.clone(), relays: vec!["wss:x".into()] };
        assert_eq!(Named::read(&word("nprofile", &bytes)), Some(profile), "an unknown entry and a cut one are passed over");
        assert_eq!(Named::read(&npub(&author).replace('n', "m")), None);
    }

    proptest! {
        #[test]
        fn no_text_upsets_the_reader(text in "\\PC{0,80}", tail in "[02-9ac-hj-np-z]{0,120}") {
            let _ = (Named::read(&text), Key::read(&text), from_hex(&text));
            let _ = Named::read(&format!("nprofile1{tail}"));
        }

        #[test]
        fn entries_of_any_bytes_are_read_or_left(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Told::read(&bytes);
        }
    }
}
