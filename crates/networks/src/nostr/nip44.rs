//! Encryption between two keys (NIP-44, version 2): how we and a remote signer talk past the relay between us. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::keys::Key;

const VERSION: u8 = 2;
const TEXT_MAX: usize = 65_535;
/// Version, nonce, at least 2 + 32 bytes of padded text, MAC; and the most that [`TEXT_MAX`] gives.
const PAYLOAD: std::ops::RangeInclusive<usize> = 99..=65_603;

/// What two keys share, for as long as they talk.
pub struct Between([u8; 32]);

impl Between {
    /// `None` where `other` is no public key.
    pub fn of(key: &Key, other: &str) -> Option<Between> {
        let shared = key.shared(other)?;
        // HKDF's first half: extract, with the standard's own salt.
        Some(Between(mac(b"nip44-v2", &[&shared])))
    }

    /// `None` where the text is empty or longer than 65,535 bytes.
    pub fn seal(&self, text: &str) -> Option<String> {
        self.seal_with(text, rand::random())
    }

    fn seal_with(&self, text: &str, nonce: [u8; 32]) -> Option<String> {
        let length = u16::try_from(text.len()).ok().filter(|n| *n > 0)?;
        let mut padded = length.to_be_bytes().to_vec();
        padded.extend(text.as_bytes());
        padded.resize(2 + padded_length(text.len()), 0);
        let keys = self.keys(&nonce);
        keys.cipher().apply_keystream(&mut padded);
        let mac = mac(&keys.mac, &[&nonce, &padded]);
        let mut payload = vec![VERSION];
        payload.extend(nonce);
        payload.extend(padded);
        payload.extend(mac);
        Some(STANDARD.encode(payload))
    }

    /// `None` where it was not sealed between these two, or was changed on the way.
    pub fn open(&self, payload: &str) -> Option<String> {
        if payload.len() > PAYLOAD.end().div_ceil(3) * 4 {
            return None;
        }
        let bytes = STANDARD.decode(payload).ok().filter(|b| PAYLOAD.contains(&b.len()) && b[0] == VERSION)?;
        let (nonce, rest) = bytes[1..].split_at(32);
        let (sealed, told_mac) = rest.split_at(rest.len() - 32);
        let keys = self.keys(nonce.try_into().expect("split at 32"));
        let mut check = hmac(&keys.mac);
        check.update(nonce);
        check.update(sealed);
        check.verify_slice(told_mac).ok()?;
        let mut padded = sealed.to_vec();
        keys.cipher().apply_keystream(&mut padded);
        let length = usize::from(u16::from_be_bytes([padded[0], padded[1]]));
        let is_right = (1..=TEXT_MAX).contains(&length) && padded.len() == 2 + padded_length(length);
        is_right.then(|| String::from_utf8(padded[2..2 + length].to_vec()).ok())?
    }

    /// HKDF's second half: expand to the cipher's key and nonce, and the key of the MAC.
    fn keys(&self, nonce: &[u8; 32]) -> Keys {
        let mut out = Vec::with_capacity(96);
        let mut last: Vec<u8> = Vec::new();
        for round in 1..=3_u8 {
            last = mac(&self.0, &[&last, nonce, &[round]]).to_vec();
            out.extend(&last);
        }
        let piece = |from: usize, to: usize| out[from..to].to_vec();
        Keys {
            cipher: piece(0, 32).try_into().expect("32 bytes"),
            nonce: piece(32, 44).try_into().expect("12 bytes"),
            mac: piece(44, 76).try_into().expect("32 bytes"),
        }
    }
}

struct Keys {
    cipher: [u8; 32],
    nonce: [u8; 12],
    mac: [u8; 32],
}

impl Keys {
    fn cipher(&self) -> chacha20::ChaCha20 {
        chacha20::ChaCha20::new(&self.cipher.into(), &self.nonce.into())
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do")
}

fn mac(key: &[u8], pieces: &[&[u8]]) -> [u8; 32] {
    let mut mac = hmac(key);
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}

/// Texts are padded, so that their length tells little: to 32 bytes, then in steps of an eighth of the next power of two.
fn padded_length(length: usize) -> usize {
    if length <= 32 {
        return 32;
    }
    let next = length.next_power_of_two();
    let step = if next <= 256 { 32 } else { next / 8 };
    length.div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_of_padding() {
        for (length, padded) in [(1, 32), (32, 32), (33, 64), (65, 96), (256, 256), (257, 320), (383, 384), (1000, 1024), (65_535, 65_536)]
        {
            assert_eq!(padded_length(length), padded, "{length}");
        }
    }

    #[test]
    fn what_was_changed_or_meant_for_others_stays_shut() {
        let (ada, ben, eve) = (Key::make(), Key::make(), Key::make());
        let there = Between::of(&ada, &ben.public()).expect("a key");
        let back = Between::of(&ben, &ada.public()).expect("a key");
        let sealed = there.seal("rye").expect("a text");
        assert_eq!(back.open(&sealed).as_deref(), Some("rye"));
        assert_ne!(there.seal("rye"), Some(sealed.clone()), "no two look alike");
        assert_eq!(Between::of(&eve, &ada.public()).expect("a key").open(&sealed), None);
        for at in [0, 10, 40, sealed.len() - 10] {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(back.open(&String::from_utf8(changed).expect("text")), None, "at {at}");
        }
        assert_eq!(there.seal(""), None);
        assert_eq!(there.seal(&"x".repeat(TEXT_MAX + 1)), None);
        let longest = "x".repeat(TEXT_MAX);
        assert_eq!(back.open(&there.seal(&longest).expect("fits")), Some(longest));
        for rubbish in ["", "#", "AAAA", &"A".repeat(200_000)] {
            assert_eq!(back.open(rubbish), None);
        }
        assert!(Between::of(&ada, "00").is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn every_text_comes_through(text in "\\PC{1,600}") {
            let (ada, ben) = (Key::make(), Key::make());
            let sealed = Between::of(&ada, &ben.public()).unwrap().seal(&text).unwrap();
            prop_assert_eq!(Between::of(&ben, &ada.public()).unwrap().open(&sealed), Some(text));
        }
    }
}
