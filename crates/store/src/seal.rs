//! Networks' secrets at rest: sealed with XChaCha20-Poly1305 under a key that lives in a file beside the data,
//! bound to the row they belong to, so that a sealed secret moved to another row does not open.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key as CipherKey, KeyInit, XChaCha20Poly1305, XNonce};

use crate::{Kept, StoreError};

const NONCE_LEN: usize = 24;
/// Bytes of a key.
pub const KEY_LEN: usize = 32;

/// The sealing key. Never printed.
#[derive(Clone)]
pub struct Key([u8; KEY_LEN]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    pub fn new(bytes: [u8; KEY_LEN]) -> Key {
        Key(bytes)
    }
    /// A key by chance, for a first run.
    pub fn random() -> Key {
        Key(rand::random())
    }
    pub fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&CipherKey::from(self.0))
    }
    /// Seals `words` for the row named by `place`.
    pub(crate) fn seal(&self, place: &str, words: &str) -> Kept<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: words.as_bytes(), aad: place.as_bytes() })
            .map_err(|_| StoreError::Broken("a secret could not be sealed".into()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }
    /// Opens what [`Key::seal`] made for the same place.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Kept<String> {
        let broken = || StoreError::Broken("a kept secret does not open: is this the key file that belongs to this data?".into());
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().map_err(|_| broken())?;
        let words = self.cipher().decrypt(&XNonce::from(nonce), Payload { msg: rest, aad: place.as_bytes() }).map_err(|_| broken())?;
        String::from_utf8(words).map_err(|_| broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_in_its_place_and_with_its_key() {
        let key = Key::random();
        let sealed = key.seal("account/1", "hush").unwrap();
        assert!(!sealed.windows(4).any(|w| w == b"hush"));
        assert_eq!(key.open("account/1", &sealed).unwrap(), "hush");
        assert!(key.open("account/2", &sealed).is_err());
        assert!(Key::random().open("account/1", &sealed).is_err());
        assert!(key.open("account/1", &sealed[..10]).is_err());
    }
}
