//! What every handler can reach: the verbs' app, the clock, the address the world knows us by, and the sessions
//! remembered. Built once, when serving begins.

use std::{ops::Deref, sync::Arc};

use axum::http::{HeaderMap, header};
use model::Timestamp;
use verbs::App;

use crate::{drawn::DrawnPages, session::Sessions};

/// How the site is wired.
pub struct Wiring {
    pub app: Arc<App>,
    pub clock: fn() -> Timestamp,
    /// The address the world knows us by, `https://talk.example`; none on a laptop.
    pub public_address: Option<url::Url>,
}

pub struct Inner {
    pub app: Arc<App>,
    pub sessions: Sessions,
    pub(crate) drawn: DrawnPages,
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
        Site(Arc::new(Inner {
            app: wiring.app,
            sessions: Sessions::default(),
            drawn: DrawnPages::default(),
            clock: wiring.clock,
            secure_host,
        }))
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
