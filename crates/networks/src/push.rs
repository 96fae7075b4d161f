//! Being told at once when there is something new, instead of looking for it (WebSub, W3C Recommendation of 23 January 2018): the facet,
//! and the mark by which one knows who tells. Who was asked, and until when it holds, is for the caller to keep.

use async_trait::async_trait;
use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit, Mac};
use model::{Account, Post, Secret, Timestamp};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::{Answer, Call, Cursor, Http};

/// Where a place says that it can be asked to tell us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hubs {
    /// Whom to ask, the first of them first; never empty.
    pub hubs: Vec<String>,
    /// What to ask for: the name that the place has for itself.
    pub topic: String,
}

/// What a hub is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    pub hub: &'a str,
    pub topic: &'a str,
    /// Our own address, at which we want to be told.
    pub callback: &'a str,
    /// What the hub shall sign with.
    pub secret: &'a Secret,
    /// For how long we want to be told, in seconds; `None`: no longer at all.
    pub lease_s: Option<u64>,
}

/// What a hub sent of a place.
#[derive(Clone, Copy)]
pub struct Pushed<'a> {
    pub account: &'a Account,
    pub topic: &'a str,
    /// Its kind, as the hub says (`Content-Type`).
    pub kind: Option<&'a str>,
    pub body: &'a [u8],
    /// How far the place has been read by ourselves.
    pub from: &'a Cursor,
    pub now: Timestamp,
}

#[async_trait]
pub trait Push: Send + Sync {
    /// Whom the account's place names as its hubs, and how it names itself; `None` where it names none. `Forbidden` where none of them may
    /// be called from here.
    async fn hubs(&self, call: &Call<'_>) -> Answer<Option<Hubs>>;
    /// Asks a hub to tell us, or to tell us no longer. That it answers well means that it will ask us in turn whether we meant it.
    async fn ask(&self, http: &Http, asking: &Asking<'_>, now: Timestamp) -> Answer<()>;
    /// What in it is new, oldest first, as [`crate::Listen::search`] would have brought it. It does not move the cursor.
    fn read(&self, pushed: &Pushed<'_>) -> Answer<Vec<Post>>;
}

/// Whether a body was signed with a secret, by its `X-Hub-Signature`: `METHOD=HEX`, compared in a time that tells nothing.
pub fn is_signed(secret: &Secret, signature: &str, body: &[u8]) -> bool {
    let Some((method, sum)) = signature.trim().split_once('=') else { return false };
    let Ok(sum) = HEXLOWER_PERMISSIVE.decode(sum.trim().as_bytes()) else { return false };
    let secret = secret.reveal().as_bytes();
    match method.trim().to_ascii_lowercase().as_str() {
        "sha1" => holds::<Hmac<Sha1>>(secret, body, &sum),
        "sha256" => holds::<Hmac<Sha256>>(secret, body, &sum),
        "sha384" => holds::<Hmac<Sha384>>(secret, body, &sum),
        "sha512" => holds::<Hmac<Sha512>>(secret, body, &sum),
        _ => false,
    }
}

fn holds<M: Mac + KeyInit>(secret: &[u8], body: &[u8], sum: &[u8]) -> bool {
    <M as KeyInit>::new_from_slice(secret).is_ok_and(|mut mac| {
        mac.update(body);
        mac.verify_slice(sum).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_as_published() {
        // RFC 2202 and RFC 4231, second cases.
        let (secret, body) = (Secret::new("Jefe"), b"what do ya want for nothing?");
        let all = [
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ];
        for good in all {
            assert!(is_signed(&secret, good, body), "{good}");
            assert!(is_signed(&secret, &good.to_uppercase(), body), "{good}");
            assert!(!is_signed(&secret, good, b"what do ya want for nothing!"), "{good}");
            assert!(!is_signed(&Secret::new("Jeff"), good, body), "{good}");
            assert!(!is_signed(&secret, &good[..good.len() - 2], body), "{good}");
        }
        for bad in ["", "sha256", "sha256=", "md5=750c783e6ab0b503eaa86e310a5db738", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "sha1=zz"]
        {
            assert!(!is_signed(&secret, bad, body), "{bad}");
        }
    }
}
