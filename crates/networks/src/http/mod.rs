//! Every call out passes here: address guard, time and size limits, Retry-After, and whether a failure may have happened.
//! It judges no network's words; a 4xx or 5xx is an answer like any other. Begin with [`Http::send`].

mod guard;
mod picture;
mod wait;
mod ws;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, LOCATION};
use reqwest::{Client, Method, Request};
use url::Url;

pub use picture::PICTURE_MAX;
pub use ws::{MESSAGE_MAX, Socket};

use crate::{Answer, NetworkError};
use guard::{Lookup, Pass};

/// The longest any call may take, start to end of the body.
pub const ANSWER_MAX: Duration = Duration::from_secs(30);
/// The largest body taken in, after decompression.
pub const BODY_MAX: usize = 16 * 1024 * 1024;
/// From the name to the open connection.
pub const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How many redirects are followed.
const REDIRECTS_MAX: usize = 5;
/// Connections kept open for a next call: few and not for long, since every one holds memory. Many servers close theirs after 5 s, and a post that
/// sets out in that very moment is lost without an answer: nobody can say whether it arrived.
const IDLE_PER_HOST: usize = 2;
const IDLE_MAX: Duration = Duration::from_secs(4);

const USER_AGENT: &str = concat!("Hobnob/", env!("CARGO_PKG_VERSION"));

/// How the outside may be reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// `host` or `host:port` that may be called although its address is private (a server of one's own, a test).
    pub private_hosts: Vec<String>,
}

/// Where a mail server is.
#[derive(Clone, Debug)]
pub struct MailServerAt {
    pub at: Vec<SocketAddr>,
    /// The person who runs Hobnob has named it.
    pub is_named: bool,
}

/// The one client for everything outside. Cloning it shares the connections.
#[derive(Clone)]
pub struct Http {
    /// Connects to public addresses only.
    public: Client,
    /// Connects anywhere; used for hosts that `reach` names, and for nothing else.
    named: Client,
    lookup: Lookup,
    reach: Arc<Reach>,
    answer_max: Duration,
    mail_authority: Option<Arc<str>>,
}

/// An answer, read whole within the limits. Any status; `json` and friends judge it.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Where the answer came from in the end, after redirects.
    pub url: Url,
}

/// The body may hold a person's words or a token, so only its size is told.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({} with {} bytes)", self.status, self.body.len())
    }
}

impl Http {
    pub fn new(reach: Reach) -> Http {
        Http::with(reach, guard::system_lookup(), ANSWER_MAX)
    }

    /// The same, with less time for an answer than is usual.
    pub fn within(reach: Reach, answer_max: Duration) -> Http {
        Http::with(reach, guard::system_lookup(), answer_max.min(ANSWER_MAX))
    }

    fn with(reach: Reach, lookup: Lookup, answer_max: Duration) -> Http {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let public = client(&lookup, Pass::Public);
        // A second client costs memory, so it is only there when it has something to do.
        let named = if reach.private_hosts.is_empty() { public.clone() } else { client(&lookup, Pass::Named) };
        Http { public, named, lookup, reach: Arc::new(reach), answer_max, mail_authority: None }
    }

    /// The same, with a certificate (PEM) by which a mail server may prove its name besides those that the system trusts.
    pub fn trusting_mail(self, pem: &str) -> Http {
        Http { mail_authority: Some(pem.into()), ..self }
    }

    /// A request to build on; hand it to [`Http::send`].
    pub fn request(&self, method: Method, url: &str) -> Answer<reqwest::RequestBuilder> {
        let url = Url::parse(url).map_err(|_| guard::forbidden("that is not a web address"))?;
        guard::check(&url, &self.reach)?;
        Ok(self.public.request(method, url))
    }
    pub fn get(&self, url: &str) -> Answer<reqwest::RequestBuilder> {
        self.request(Method::GET, url)
    }
    pub fn post(&self, url: &str) -> Answer<reqwest::RequestBuilder> {
        self.request(Method::POST, url)
    }

    /// Finds a mail server: on a port where mail servers listen and at a public address, or wherever the person who runs Hobnob has named.
    pub async fn find_mail_server(&self, host: &str, port: u16) -> Answer<MailServerAt> {
        let pass = guard::check_mail(host, port, &self.reach)?;
        let found = guard::resolve(&self.lookup, host, pass).await.map_err(|error| match error.is::<guard::Private>() {
            true => guard::forbidden("the mail server’s name leads to a private address; HOBNOB_ALLOW_PRIVATE can name it"),
            false => NetworkError::Away("its name is not known".into()),
        })?;
        let at = found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
        Ok(MailServerAt { at, is_named: pass == Pass::Named })
    }
    pub(crate) fn mail_authority(&self) -> Option<&str> {
        self.mail_authority.as_deref()
    }

    /// Whether an address that was read at `from` may be called: a public page may not send us to a private address, as no redirect may.
    pub fn check_onward(&self, from: &Url, to: &Url) -> Answer<()> {
        guard::check_onward(guard::check(from, &self.reach)?, to, &self.reach)
    }

    /// Sends and reads the whole answer. `Err` only where no usable answer came; a 4xx or 5xx is an `Ok(Reply)`.
    /// GET and HEAD follow up to five redirects, each address checked; other methods follow none.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer<Reply> {
        self.send_within(request, BODY_MAX).await
    }

    /// [`Http::send`] with a smaller limit for the body.
    pub async fn send_within(&self, request: reqwest::RequestBuilder, body_max: usize) -> Answer<Reply> {
        let request = request.build().map_err(|_| guard::forbidden("the request cannot be sent as it stands"))?;
        tokio::time::timeout(self.answer_max, self.follow(request, body_max))
            .await
            .map_err(|_| NetworkError::Unanswered("it took too long".into()))?
    }

    async fn follow(&self, mut request: Request, body_max: usize) -> Answer<Reply> {
        let may_follow = matches!(*request.method(), Method::GET | Method::HEAD);
        for _ in 0..=REDIRECTS_MAX {
            let pass = guard::check(request.url(), &self.reach)?;
            let client = if pass == Pass::Named { &self.named } else { &self.public };
            let next = if may_follow { request.try_clone() } else { None };
            let url = request.url().clone();
            let answer = client.execute(request).await.map_err(trouble)?;
            let to = location(&answer, &url);
            let (Some(to), Some(next)) = (to, next) else {
                return read(answer, url, body_max).await;
            };
            guard::check_onward(pass, &to, &self.reach)?;
            request = led_on(next, to);
        }
        Err(NetworkError::Garbled("it leads on and on to other addresses".into()))
    }
}

// The one place where clients are made.
#[allow(clippy::disallowed_methods)]
fn client(lookup: &Lookup, pass: Pass) -> Client {
    Client::builder()
        .user_agent(USER_AGENT)
        .no_proxy()
        .connect_timeout(CONNECT_MAX)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .pool_idle_timeout(IDLE_MAX)
        .dns_resolver(Arc::new(guard::Resolver { lookup: lookup.clone(), pass }))
        .build()
        .expect("a client with these fixed settings builds")
}

/// Where a redirect leads, if this is one.
fn location(answer: &reqwest::Response, from: &Url) -> Option<Url> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(answer.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// The same request to another address; what proves who we are goes only to the origin it was meant for.
fn led_on(mut request: Request, mut to: Url) -> Request {
    if to.fragment().is_none() {
        to.set_fragment(request.url().fragment());
    }
    if to.origin() != request.url().origin() {
        for name in [AUTHORIZATION.as_str(), COOKIE.as_str(), "proxy-authorization", "dpop"] {
            request.headers_mut().remove(name);
        }
    }
    *request.url_mut() = to;
    request
}

/// Reads chunk by chunk, so that a small body that unpacks to a huge one stops at the limit.
async fn read(mut answer: reqwest::Response, url: Url, body_max: usize) -> Answer<Reply> {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let too_large = || NetworkError::Garbled(format!("the answer is larger than {} kB", body_max / 1024));
    if answer.content_length().is_some_and(|n| n > body_max as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(trouble)? {
        if body.len() + chunk.len() > body_max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, headers, body, url })
}

/// What became of a call that failed: stopped by the guard, never connected, or lost on the way.
fn trouble(error: reqwest::Error) -> NetworkError {
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        if cause.is::<guard::Private>() {
            return guard::forbidden("a private address is not called");
        }
        source = cause.source();
    }
    if error.is_builder() {
        guard::forbidden("the request cannot be sent as it stands")
    } else if error.is_dns() {
        NetworkError::Away("the server's name is not known".into())
    } else if error.is_connect() {
        NetworkError::Away("no connection".into())
    } else if error.is_decode() {
        NetworkError::Garbled("the answer is packed wrongly".into())
    } else {
        NetworkError::Unanswered("the connection was lost".into())
    }
}

impl Reply {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// One header's value, where it is plain text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON, whatever the status. The error says where it went wrong and nothing of what stood there.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Answer<T> {
        serde_json::from_slice(&self.body).map_err(|e| {
            let what = if e.is_data() { "not the answer we know" } else { "not JSON" };
            NetworkError::Garbled(format!("{what}, at line {} column {}", e.line(), e.column()))
        })
    }

    /// When the server wants to be asked again, from `Retry-After` or `X-RateLimit-Reset` (seconds, or a date): a second to a day ahead,
    /// a minute where it does not say.
    pub fn wait_until(&self, now: Timestamp) -> Timestamp {
        wait::wait_until(&self.headers, now)
    }

    /// The time by the server's own clock, from `Date`.
    pub fn date(&self) -> Option<Timestamp> {
        self.header("date").and_then(wait::http_date)
    }

    /// What a failing status means where the network has no words of its own for it. A 401 or 403 is `Refused` here: whether it means
    /// signing in again is for the network to recognise.
    pub fn trouble(&self, now: Timestamp) -> NetworkError {
        match self.status {
            404 | 410 => NetworkError::NotThere,
            405 | 501 => NetworkError::NotOffered,
            429 => NetworkError::SlowDown { until: self.wait_until(now) },
            503 if self.headers.contains_key("retry-after") => NetworkError::SlowDown { until: self.wait_until(now) },
            503 => NetworkError::Away("the server answered 503".into()),
            code @ 500.. => NetworkError::Unanswered(format!("the server answered {code}")),
            code @ 400..500 => NetworkError::Refused(format!("the server answered {code}")),
            code => NetworkError::Garbled(format!("the server answered {code}")),
        }
    }
}
