//! Every call out passes here: address guard, time and size limits, Retry-After, and whether a failure may have happened.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;

use crate::{Answer, NetworkError};

/// The longest any call may take, start to end of the body.
pub const ANSWER_MAX: Duration = Duration::from_secs(30);
/// The largest body taken in, after decompression.
pub const BODY_MAX: usize = 16 * 1024 * 1024;

/// How the outside may be reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// `host` or `host:port` that may be called although its address is private (a server of one's own, a test).
    pub private_hosts: Vec<String>,
}

/// The one client for everything outside.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    reach: Arc<Reach>,
}

/// An answer, read whole within the limits. Any status; `json` and friends judge it.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
    /// Where the answer came from in the end, after redirects.
    pub url: url::Url,
}

impl Http {
    pub fn new(reach: Reach) -> Http {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("Hobnob/", env!("CARGO_PKG_VERSION")))
            .timeout(ANSWER_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client with these fixed settings builds");
        Http { client, reach: Arc::new(reach) }
    }

    /// A request to build on; hand it to [`Http::send`].
    pub fn request(&self, method: reqwest::Method, url: &str) -> Answer<reqwest::RequestBuilder> {
        let url = url::Url::parse(url).map_err(|_| NetworkError::Forbidden("that is not a web address".into()))?;
        let _ = &self.reach;
        Ok(self.client.request(method, url))
    }
    pub fn get(&self, url: &str) -> Answer<reqwest::RequestBuilder> {
        self.request(reqwest::Method::GET, url)
    }
    pub fn post(&self, url: &str) -> Answer<reqwest::RequestBuilder> {
        self.request(reqwest::Method::POST, url)
    }

    /// Sends and reads the whole answer. `Err` only where no usable answer came; a 4xx or 5xx is an `Ok(Reply)`.
    /// GET and HEAD follow up to five redirects, each address checked; other methods follow none.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer<Reply> {
        let answer = request.send().await.map_err(|e| {
            if e.is_connect() {
                NetworkError::Away("no connection".into())
            } else {
                NetworkError::Unanswered("the connection was lost".into())
            }
        })?;
        let (status, headers, url) = (answer.status().as_u16(), answer.headers().clone(), answer.url().clone());
        let body = answer.bytes().await.map_err(|_| NetworkError::Unanswered("the answer broke off".into()))?.to_vec();
        Ok(Reply { status, headers, body, url })
    }
}

impl Reply {
    /// When the server wants to be asked again, from `Retry-After` or `X-RateLimit-Reset` (seconds, or a date), never more than a day ahead.
    pub fn wait_until(&self, now: Timestamp) -> Timestamp {
        let _ = &self.headers;
        now
    }
}
