//! What an act leaves to be said on the next page, once: "Done with Luis Ferreira. Undo".
//! It travels in a short cookie, signed with a key drawn from the session, so that nobody else can put words on a page.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::session::{SessionKey, cookie};

const COOKIE: &str = "hobnob-flash";
/// It is read by the very next page; a browser that never asks for one forgets it.
const KEPT_SECONDS: u32 = 120;
/// Browsers take 4 kB for name, value and attributes; what does not fit is said shorter.
const BYTES_MAX: usize = 2600;
const MARK_BYTES: usize = 16;

/// Words for the top of the next page. `before` and `after` stand round the person's name or the thing acted on.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flash {
    pub before: String,
    /// In bold: a person's name mostly.
    pub name: String,
    pub after: String,
    pub tone: Tone,
    pub undo: Option<Undo>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tone {
    #[default]
    Good,
    /// Something is put off or in line.
    Wait,
    Bad,
}

/// The form that takes the act back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub action: String,
    /// "Undo" or "Take it back".
    pub label: String,
    pub fields: Vec<(String, String)>,
}

impl Flash {
    /// `Flash::said("Done with ", &person.name, ".")`
    pub fn said(before: impl Into<String>, name: impl Into<String>, after: impl Into<String>) -> Flash {
        Flash { before: before.into(), name: name.into(), after: after.into(), ..Flash::default() }
    }

    /// A plain sentence.
    pub fn plain(words: impl Into<String>) -> Flash {
        Flash { before: words.into(), ..Flash::default() }
    }

    pub fn bad(words: impl Into<String>) -> Flash {
        Flash { tone: Tone::Bad, ..Flash::plain(words) }
    }

    pub fn wait(words: impl Into<String>) -> Flash {
        Flash { tone: Tone::Wait, ..Flash::plain(words) }
    }

    pub fn undo(self, action: impl Into<String>, fields: &[(&str, &str)]) -> Flash {
        self.take_back("Undo", action, fields)
    }

    /// As `undo`, with its own words on the button.
    pub fn take_back(mut self, label: &str, action: impl Into<String>, fields: &[(&str, &str)]) -> Flash {
        let fields = fields.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        self.undo = Some(Undo { action: action.into(), label: label.to_owned(), fields });
        self
    }

    /// The flash of a request, if it has one that we signed.
    pub(crate) fn of(headers: &HeaderMap, key: &SessionKey) -> Option<Flash> {
        let (words, mark) = cookie(headers, COOKIE)?.split_once('.')?;
        let words = URL_SAFE_NO_PAD.decode(words).ok()?;
        let mark = URL_SAFE_NO_PAD.decode(mark).ok()?;
        if mark != sign(&key.derive("hobnob flash"), &words) {
            return None;
        }
        serde_json::from_slice(&words).ok()
    }

    /// The value of the `Set-Cookie` that carries it over one redirect.
    pub(crate) fn keep(&self, key: &SessionKey) -> HeaderValue {
        let mut words = serde_json::to_vec(self).expect("words are JSON");
        if words.len() > BYTES_MAX {
            let short = Flash { before: "Done.".into(), tone: self.tone, ..Flash::default() };
            words = serde_json::to_vec(&short).expect("words are JSON");
        }
        let mark = sign(&key.derive("hobnob flash"), &words);
        let value = format!("{}.{}", URL_SAFE_NO_PAD.encode(&words), URL_SAFE_NO_PAD.encode(mark));
        HeaderValue::from_str(&format!("{COOKIE}={value}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax"))
            .expect("base64 fits a header")
    }

    pub(crate) fn forget() -> HeaderValue {
        HeaderValue::from_static("hobnob-flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    }
}

/// The flash as it stands on a page; `token` is for its undo form.
#[derive(Template)]
#[template(path = "flash.html")]
pub struct FlashPart<'a> {
    pub flash: &'a Flash,
    pub token: &'a str,
}

impl FlashPart<'_> {
    fn class(&self) -> &'static str {
        match self.flash.tone {
            Tone::Good => "flash",
            Tone::Wait => "flash flash--wait",
            Tone::Bad => "flash flash--bad",
        }
    }
}
impl askama::filters::HtmlSafe for FlashPart<'_> {}

/// HMAC-SHA-256, shortened to 128 bits.
fn sign(key: &[u8; 32], words: &[u8]) -> [u8; MARK_BYTES] {
    *hmac(key, words).first_chunk().expect("a hash has 32 bytes")
}

fn hmac(key: &[u8], words: &[u8]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(words).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    #[test]
    fn hmac_as_published() {
        // RFC 4231, test case 2.
        let made: String = hmac(b"Jefe", b"what do ya want for nothing?").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(made, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    fn carried(flash: &Flash, from: &SessionKey, to: &SessionKey) -> Option<Flash> {
        let set = flash.keep(from);
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        Flash::of(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&pair).unwrap())]), to)
    }

    #[test]
    fn survives_one_redirect_and_only_for_its_own_session() {
        let (mine, other) = (SessionKey::fresh(), SessionKey::fresh());
        let flash = Flash::said("Done with ", "Ewa Zielińska; \"x\"", ".").undo("/talks/7/undo", &[("back", "/inbox")]);
        assert_eq!(carried(&flash, &mine, &mine), Some(flash.clone()));
        assert_eq!(carried(&flash, &mine, &other), None);
    }

    #[test]
    fn too_long_is_said_shorter() {
        let key = SessionKey::fresh();
        let flash = Flash::said("Done with ", "x".repeat(9000), ".");
        assert!(flash.keep(&key).len() < 4096);
        assert_eq!(carried(&flash, &key, &key).unwrap().before, "Done.");
    }

    #[test]
    fn names_are_escaped() {
        let flash = Flash::said("Done with ", "<b>Eve", ".").undo("/x?\"", &[("a", "<")]);
        let page = FlashPart { flash: &flash, token: "t" }.to_string();
        assert!(page.contains("&#60;b&#62;Eve") && !page.contains("<b>Eve") && !page.contains("x?\""), "{page}");
    }
}
