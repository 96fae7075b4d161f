//! What every handler can reach: the doors to the verbs, the clock, the address the world knows us by, and the sessions
//! remembered. Built once, when serving begins.

use std::{ops::Deref, sync::Arc};

use axum::http::{HeaderMap, header};
use futures_util::future::BoxFuture;
use model::Timestamp;
use verbs::App;

use crate::{
    errors::Fault,
    session::{SessionHash, Sessions, Sitter},
};

/// A future that a door answers with.
pub type Answered<T> = BoxFuture<'static, Result<T, Fault>>;
type FindSession = Box<dyn Fn(SessionHash, Timestamp) -> Answered<Option<Sitter>> + Send + Sync>;

/// What the shell itself needs from behind the verbs.
pub struct Doors {
    pub find_session: FindSession,
}

impl Doors {
    pub(crate) async fn find_session(&self, hash: SessionHash, now: Timestamp) -> Result<Option<Sitter>, Fault> {
        (self.find_session)(hash, now).await
    }
}

/// How the site is wired.
pub struct Wiring {
    pub app: Arc<App>,
    pub doors: Doors,
    pub clock: fn() -> Timestamp,
    /// The address the world knows us by, `https://talk.example`; none on a laptop.
    pub public_address: Option<url::Url>,
}

pub struct Inner {
    pub app: Arc<App>,
    pub doors: Doors,
    pub sessions: Sessions,
    clock: fn() -> Timestamp,
    secure_host: Option<String>,
}

#[derive(Clone)]
pub struct Site(Arc<Inner>);

impl Deref for Site {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Site {
    pub fn new(wiring: Wiring) -> Site {
        let secure_host = wiring.public_address.filter(|a| a.scheme() == "https").and_then(|a| {
            let host = a.host_str()?.to_owned();
            Some(a.port().map_or(host.clone(), |port| format!("{host}:{port}")))
        });
        Site(Arc::new(Inner { app: wiring.app, doors: wiring.doors, sessions: Sessions::default(), clock: wiring.clock, secure_host }))
    }

    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Did this request come by our https address? The same desk may also be open on plain http, at home or on
    /// localhost, and must work there too.
    pub fn is_secure(&self, headers: &HeaderMap) -> bool {
        let Some(secure) = &self.secure_host else { return false };
        headers.get(header::HOST).is_some_and(|h| h.as_bytes().eq_ignore_ascii_case(secure.as_bytes()))
    }
}
