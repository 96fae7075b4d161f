//! Who is asking: the session cookie, the voice and the desk behind it, and what every page needs to know of them.
//! A session is 32 random bytes in a cookie; only their SHA-256 is kept in the store. Signing in itself is a page.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, OnceLock},
};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, tz::TimeZone};
use model::{Seat, Timestamp};
use sha2::{Digest, Sha256};
use verbs::Cx;

use crate::{errors::Fault, flash::Flash, look::Look, site::Site};

/// Under https: the browser refuses to let another host or path set it.
const SECURE_COOKIE: &str = "__Host-hobnob";
/// On plain http, where `__Host-` is not allowed: localhost, or an address in the house.
const PLAIN_COOKIE: &str = "hobnob";
/// How long a browser keeps the cookie; the store may end the session sooner.
const COOKIE_SECONDS: u32 = 60 * 24 * 3600;
/// How long who-is-asking may be answered from memory.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(30);
/// How many sessions are remembered at once; beyond it the memory starts afresh.
const REMEMBERED_MAX: usize = 10_000;

/// The secret that a browser shows. Never printed, never stored.
#[derive(Clone, Copy)]
pub struct SessionKey([u8; 32]);

/// What the store knows a session by: the SHA-256 of its key.
pub type SessionHash = [u8; 32];

impl SessionKey {
    pub fn fresh() -> Self {
        Self(rand::random())
    }

    pub fn hash(&self) -> SessionHash {
        Sha256::digest(self.0).into()
    }

    /// The key that a request shows, if it shows one.
    pub fn of(headers: &HeaderMap, is_secure: bool) -> Option<Self> {
        let value = cookie(headers, if is_secure { SECURE_COOKIE } else { PLAIN_COOKIE })?;
        let mut key = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(value, &mut key) {
            Ok(32) => Some(Self(key)),
            _ => None,
        }
    }

    /// A secret for one use, drawn from the key.
    pub(crate) fn derive(&self, what_for: &str) -> [u8; 32] {
        Sha256::new().chain_update(what_for).chain_update(self.0).finalize().into()
    }

    /// The value of the `Set-Cookie` that signs in.
    pub fn keep(&self, is_secure: bool) -> HeaderValue {
        set_cookie(is_secure, &URL_SAFE_NO_PAD.encode(self.0), COOKIE_SECONDS)
    }

    /// The value of the `Set-Cookie` that signs out.
    pub fn forget(is_secure: bool) -> HeaderValue {
        set_cookie(is_secure, "", 0)
    }
}

fn set_cookie(is_secure: bool, value: &str, seconds: u32) -> HeaderValue {
    let (name, secure) = if is_secure { (SECURE_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"))
        .expect("base64 fits a header")
}

/// The value of one cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value)
}

/// The voice at the desk, with what stands round every page.
#[derive(Clone, Debug)]
pub struct Sitter {
    pub seat: Seat,
    pub desk_name: String,
    /// Where our short links begin.
    pub public_url: String,
    /// Under the desk's name: `your own desk`, `client`.
    pub desk_word: String,
    pub voice_name: String,
    /// Address of the voice's own picture, through the desk.
    pub face: Option<String>,
    /// Everything here is invented and can be thrown away.
    pub is_sample: bool,
    /// The desk's zone, in which hours are shown.
    pub zone: TimeZone,
    /// How many conversations wait for this voice.
    pub waiting: u32,
    /// How many posts wait to be carried over by hand.
    pub by_hand: u32,
    /// The other desks this voice may sit at.
    pub others: Vec<OtherDesk>,
}

impl Sitter {
    /// Asks the store.
    async fn find(site: &Site, hash: SessionHash, now: Timestamp) -> Result<Option<Sitter>, Fault> {
        let Some(found) = verbs::desk::session::find(&site.app, hash, now).await? else { return Ok(None) };
        Ok(Some(Sitter {
            seat: found.seat,
            desk_name: found.desk.name,
            public_url: site.app.config.public_url.clone(),
            desk_word: if found.is_sample { "sample people" } else { "your own desk" }.to_owned(),
            is_sample: found.is_sample,
            voice_name: found.voice_name,
            face: found.face.map(|id| format!("/face/{id}")),
            zone: TimeZone::get(&found.desk.zone).unwrap_or(TimeZone::UTC),
            waiting: found.waiting,
            by_hand: found.by_hand,
            others: Vec::new(),
        }))
    }
}

/// A desk that one press opens.
#[derive(Clone, Debug)]
pub struct OtherDesk {
    pub href: String,
    pub name: String,
    pub word: String,
}

/// The sessions remembered for a short while, so that most pages need one trip to the store and not two.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<SessionHash, (Timestamp, Arc<Sitter>)>>);

impl Sessions {
    fn recall(&self, hash: &SessionHash, now: Timestamp) -> Option<Arc<Sitter>> {
        let known = self.0.lock().expect("nothing panics while holding it");
        known.get(hash).filter(|(until, _)| now < *until).map(|(_, who)| who.clone())
    }

    fn remember(&self, hash: SessionHash, who: Arc<Sitter>, now: Timestamp) {
        let mut known = self.0.lock().expect("nothing panics while holding it");
        if known.len() >= REMEMBERED_MAX {
            known.retain(|_, (until, _)| now < *until);
            if known.len() >= REMEMBERED_MAX {
                known.clear();
            }
        }
        known.insert(hash, (now + REMEMBERED, who));
    }

    /// Ask the store again at the next request: after anything this session changed, and on signing out.
    pub fn forget(&self, hash: &SessionHash) {
        self.0.lock().expect("nothing panics while holding it").remove(hash);
    }

    /// Ask the store again for everybody: a role changed, a voice was removed, all sessions were ended.
    pub fn forget_all(&self) {
        self.0.lock().expect("nothing panics while holding it").clear();
    }
}

/// A request by somebody who is signed in: the extractor that every page of the desk begins with.
/// Anybody else is sent to `/sign-in` and comes back afterwards.
pub struct Seated {
    pub site: Site,
    pub who: Arc<Sitter>,
    pub now: Timestamp,
    pub look: Look,
    /// What the page before left to be said once.
    pub flash: Option<Flash>,
    /// The name of the part that the script wants instead of the whole page.
    pub fragment: Option<String>,
    pub(crate) key: SessionKey,
    /// One for the whole page.
    token: OnceLock<String>,
}

impl Seated {
    /// Looks the session up, in memory first.
    pub(crate) async fn find(site: &Site, headers: &HeaderMap) -> Result<Option<Seated>, Fault> {
        let Some(key) = SessionKey::of(headers, site.is_secure(headers)) else { return Ok(None) };
        let now = site.now();
        let hash = key.hash();
        let who = match site.sessions.recall(&hash, now) {
            Some(who) => who,
            None => {
                let Some(who) = Sitter::find(site, hash, now).await? else { return Ok(None) };
                let who = Arc::new(who);
                site.sessions.remember(hash, who.clone(), now);
                who
            }
        };
        let fragment = headers.get(FRAGMENT).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let flash = if fragment.is_none() { Flash::of(headers, &key) } else { None };
        Ok(Some(Seated { site: site.clone(), who, now, look: Look::of(headers), flash, fragment, key, token: OnceLock::new() }))
    }

    /// What every verb is given.
    pub fn cx(&self) -> Cx<'_> {
        Cx { app: &self.site.app, seat: &self.who.seat, now: self.now }
    }

    pub fn seat(&self) -> &Seat {
        &self.who.seat
    }

    pub fn zone(&self) -> &TimeZone {
        &self.who.zone
    }

    /// Does the script want only this part of the page?
    pub fn wants(&self, fragment: &str) -> bool {
        self.fragment.as_deref() == Some(fragment)
    }

    /// The word that every form of a page carries, to prove that the form came from a page of ours. Another one on each page,
    /// so that a packed page gives nothing away.
    pub fn token(&self) -> String {
        self.token.get_or_init(|| self.draw_token()).clone()
    }

    fn draw_token(&self) -> String {
        let mask: [u8; 16] = rand::random();
        let mut both = [0; 32];
        for (at, (secret, mask)) in self.form_secret().iter().zip(mask).enumerate() {
            both[at] = mask;
            both[at + 16] = secret ^ mask;
        }
        URL_SAFE_NO_PAD.encode(both)
    }

    /// Is this a token of this very session? Takes as long for a wrong one as for a right one.
    pub fn knows(&self, token: &str) -> bool {
        let mut both = [0; 32];
        let Ok(32) = URL_SAFE_NO_PAD.decode_slice(token, &mut both) else { return false };
        let (mask, masked) = both.split_at(16);
        let differs = self.form_secret().iter().zip(mask.iter().zip(masked)).fold(0, |d, (s, (m, x))| d | (s ^ m ^ x));
        std::hint::black_box(differs) == 0
    }

    fn form_secret(&self) -> [u8; 16] {
        *self.key.derive("hobnob form").first_chunk().expect("a hash has 32 bytes")
    }

    /// What the session wrote has changed what stands round the page.
    pub fn changed(&self) {
        self.site.sessions.forget(&self.key.hash());
    }
}

/// The header by which the script asks for a part of a page.
pub const FRAGMENT: &str = "x-fragment";

impl FromRequestParts<Site> for Seated {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Fault> {
        match Seated::find(site, &parts.headers).await? {
            Some(seated) => Ok(seated),
            None => Err(Fault::sign_in_first(&parts.method, &parts.uri)),
        }
    }
}

impl OptionalFromRequestParts<Site> for Seated {
    type Rejection = Infallible;

    /// For pages that anybody may see: a store that does not answer counts as nobody.
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Option<Self>, Infallible> {
        Ok(Seated::find(site, &parts.headers).await.unwrap_or(None))
    }
}
