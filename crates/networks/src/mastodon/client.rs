//! Calls to one server of the Mastodon client API, and the one place that says what its refusals mean.

use model::{Secret, Timestamp};
use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};

use super::lenient;
use super::translate::Here;
use crate::http::{Reply, Socket};
use crate::{Answer, Call, Http, NetworkError};

/// The most letters of a server's own words that are handed on.
const REASON_MAX: usize = 200;

/// What an account's secret holds.
#[derive(Serialize, Deserialize, Clone, Default)]
pub struct Keys {
    pub token: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: String,
    /// Only where the server's tokens run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The account's number on its own server.
    #[serde(default)]
    pub account_id: String,
    /// The domain in the handles of this server's people, which need not be the server's own name.
    #[serde(default)]
    pub domain: String,
}

impl Keys {
    pub fn read(secret: &Secret) -> Answer<Keys> {
        serde_json::from_str(secret.reveal()).map_err(|_| NetworkError::SignInAgain)
    }
    pub fn seal(&self) -> Secret {
        Secret::new(serde_json::to_string(self).expect("text and options of text are always JSON"))
    }
    pub fn can_renew(&self) -> bool {
        self.refresh_token.as_deref().is_some_and(|t| !t.is_empty())
    }
}

/// Whether a call that breaks may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Reads,
    Writes,
}

/// One server, with or without a token.
pub struct Client<'a> {
    http: &'a Http,
    /// Scheme, host and port.
    pub server: String,
    pub keys: Keys,
    pub now: Timestamp,
}

impl<'a> Client<'a> {
    /// A server to which we are nobody yet.
    pub fn stranger(http: &'a Http, server: &str, now: Timestamp) -> Client<'a> {
        Client { http, server: server.to_owned(), keys: Keys::default(), now }
    }
    pub fn of(call: &Call<'a>) -> Answer<Client<'a>> {
        Ok(Client { keys: Keys::read(call.secret)?, ..Client::stranger(call.http, &call.account.server, call.now) })
    }
    pub fn here(&self) -> Here {
        Here::new(&self.server, &self.keys.domain)
    }

    /// Reads; the path in its pieces, since ids are anybody's text.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Answer<Reply> {
        let request = self.request(Method::GET, path)?.query(query);
        self.send(request, Act::Reads).await
    }
    /// Sends a form.
    pub async fn form(&self, method: Method, path: &[&str], form: &[(&str, &str)]) -> Answer<Reply> {
        let request = self.request(method, path)?.form(form);
        self.send(request, Act::Writes).await
    }
    /// A request to add to, for [`Client::send`].
    pub fn request(&self, method: Method, path: &[&str]) -> Answer<RequestBuilder> {
        let request = self.http.request(method, &self.address(path)?)?.header("accept", "application/json");
        Ok(if self.keys.token.is_empty() { request } else { request.bearer_auth(&self.keys.token) })
    }
    pub async fn send(&self, request: RequestBuilder, act: Act) -> Answer<Reply> {
        let reply = self.http.send(request).await.map_err(|e| if act == Act::Reads { before(e) } else { e })?;
        if reply.is_success() {
            return Ok(reply);
        }
        // Many servers have words of their own for a token they do not know; asking who we are settles it.
        if reply.status == 401 && !self.keys.token.is_empty() && !refuses_token(&reply) && self.is_nobody().await {
            return Err(self.signed_out());
        }
        Err(self.judge(&reply, act))
    }

    /// Opens a stream. A refusal there says no more than its number, so who we are is asked apart.
    pub async fn stream(&self, url: &str, header: (&str, &str)) -> Answer<Socket> {
        match self.http.websocket(url, Some(header)).await {
            Err(NetworkError::Refused(_)) if self.is_nobody().await => Err(self.signed_out()),
            other => other,
        }
    }

    /// An address on this server.
    pub fn address(&self, path: &[&str]) -> Answer<String> {
        let bad = || NetworkError::Forbidden("the server's address cannot be read".into());
        let mut url = url::Url::parse(&self.server).map_err(|_| bad())?;
        url.path_segments_mut().map_err(|()| bad())?.clear().extend(path);
        Ok(url.into())
    }

    /// What a failing answer means.
    pub fn judge(&self, reply: &Reply, act: Act) -> NetworkError {
        let refused = || NetworkError::Refused(reason(reply).unwrap_or_else(|| format!("the server answered {}", reply.status)));
        match reply.status {
            401 | 403 if refuses_token(reply) && !self.keys.token.is_empty() => self.signed_out(),
            404 | 410 => NetworkError::NotThere,
            405 | 501 => NetworkError::NotOffered,
            429 => NetworkError::SlowDown { until: reply.wait_until(self.now) },
            300..=399 => NetworkError::Refused("the server sends us to another address".into()),
            408 | 500.. if act == Act::Writes => NetworkError::Unanswered(format!("the server answered {}", reply.status)),
            503 if reply.headers.contains_key("retry-after") => NetworkError::SlowDown { until: reply.wait_until(self.now) },
            408 | 500.. => NetworkError::Away(format!("the server answered {}", reply.status)),
            _ => refused(),
        }
    }

    fn signed_out(&self) -> NetworkError {
        if self.keys.can_renew() { NetworkError::TokenOld } else { NetworkError::SignInAgain }
    }

    async fn is_nobody(&self) -> bool {
        let Ok(request) = self.request(Method::GET, &["api", "v1", "accounts", "verify_credentials"]) else { return false };
        matches!(self.http.send(request).await, Ok(reply) if reply.status == 401 && words(&reply).is_some())
    }
}

/// A page of a list, newest first as servers send it.
pub struct Page<T> {
    pub items: Vec<T>,
    /// The ids at both ends, also of entries we cannot read.
    pub newest: Option<String>,
    pub oldest: Option<String>,
}

/// Reads a list; an entry that cannot be read is left out and still counts as read.
pub fn page<T: serde::de::DeserializeOwned>(reply: &Reply) -> Answer<Page<T>> {
    let all: Vec<serde_json::Value> = reply.json()?;
    let ids: Vec<String> = all.iter().filter_map(|v| super::wire::Entry::deserialize(v).ok()).map(|e| e.id).collect();
    Ok(Page { newest: ids.first().cloned(), oldest: ids.last().cloned(), items: lenient::entries(all.into()) })
}

/// A failure on the way to the deed itself: whatever it was, the deed has not been done.
pub fn before(error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Unanswered(why) | NetworkError::Garbled(why) => NetworkError::Away(why),
        other => other,
    }
}

/// Whether a server refuses the token itself, by OAuth's own sign or by the sentences known.
fn refuses_token(reply: &Reply) -> bool {
    if reply.header("www-authenticate").is_some_and(|h| h.contains("invalid_token")) {
        return true;
    }
    let Some(words) = words(reply) else { return false };
    let words = words.to_lowercase();
    let known: &[&str] = match reply.status {
        401 => &["invalid_token", "the access token is invalid", "the access token was revoked", "the access token expired"],
        // Pleroma's family.
        _ => &["invalid credentials."],
    };
    known.iter().any(|k| words.contains(k))
}

/// The server's own words in an answer that failed.
fn words(reply: &Reply) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&reply.body).ok()?;
    let part = |key: &str| body.get(key)?.as_str().map(str::to_owned);
    let error = part("error").or_else(|| Some(body.get("error")?.get("message")?.as_str()?.to_owned()));
    match (error, part("error_description")) {
        (Some(code), Some(sentence)) => Some(format!("{code}: {sentence}")),
        (one, other) => one.or(other),
    }
}

/// The same, fit to be shown.
fn reason(reply: &Reply) -> Option<String> {
    let words: String = words(reply)?.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = words.trim();
    if words.is_empty() {
        return None;
    }
    let mut short: String = words.chars().take(REASON_MAX).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    Some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, header: Option<(&'static str, &'static str)>, body: &str, act: Act, renews: bool) -> NetworkError {
        let http = Http::new(Default::default());
        let mut client = Client::stranger(&http, "https://s.example", Timestamp::UNIX_EPOCH);
        client.keys.token = "t".into();
        client.keys.refresh_token = renews.then(|| "r".into());
        let headers = header.into_iter().map(|(k, v)| (k.parse().expect("a name"), v.parse().expect("a value"))).collect();
        let url = "https://s.example/".parse().expect("an address");
        client.judge(&Reply { status, headers, body: body.as_bytes().to_vec(), url }, act)
    }

    #[test]
    fn only_a_recognised_refusal_asks_to_sign_in() {
        use Act::Reads;
        let invalid = r#"{"error":"The access token is invalid"}"#;
        assert_eq!(judged(401, None, invalid, Reads, false), NetworkError::SignInAgain);
        assert_eq!(judged(401, None, invalid, Reads, true), NetworkError::TokenOld);
        let header = Some(("www-authenticate", r#"Bearer realm="Doorkeeper", error="invalid_token""#));
        assert_eq!(judged(401, header, r#"{"error":"トークンが無効です"}"#, Reads, false), NetworkError::SignInAgain);
        assert_eq!(judged(403, None, r#"{"error":"Invalid credentials."}"#, Reads, true), NetworkError::TokenOld);
        assert_eq!(judged(403, None, r#"{"error":"This action is not allowed"}"#, Reads, false).to_string(), "This action is not allowed");
        assert_eq!(judged(401, None, "<html>The access token is invalid</html>", Reads, false).to_string(), "the server answered 401");
        assert_eq!(judged(401, None, r#"{"error":"Your login is pending"}"#, Reads, false).to_string(), "Your login is pending");
    }

    #[test]
    fn a_status_means_one_thing() {
        use Act::{Reads, Writes};
        let kind = |status, act| judged(status, None, "<h1>words do not matter</h1>", act, false);
        assert_eq!(kind(404, Reads), NetworkError::NotThere);
        assert_eq!(kind(410, Writes), NetworkError::NotThere);
        assert_eq!(kind(405, Writes), NetworkError::NotOffered);
        assert!(matches!(kind(500, Writes), NetworkError::Unanswered(_)));
        assert!(matches!(kind(503, Writes), NetworkError::Unanswered(_)));
        assert!(matches!(kind(503, Reads), NetworkError::Away(_)));
        assert!(matches!(kind(429, Writes), NetworkError::SlowDown { .. }));
        assert!(matches!(kind(302, Writes), NetworkError::Refused(_)));
        for status in [400, 422] {
            assert_eq!(
                judged(status, None, r#"{"error":"Text is too long"}"#, Writes, false),
                NetworkError::Refused("Text is too long".into())
            );
        }
    }

    #[test]
    fn a_reason_is_short_and_plain() {
        let long = format!(r#"{{"error":"a\nb{}"}}"#, "x".repeat(5000));
        let NetworkError::Refused(why) = judged(422, None, &long, Act::Writes, false) else { panic!("refused") };
        assert_eq!(why.chars().count(), REASON_MAX + 1);
        assert!(why.starts_with("a bx"));
        assert_eq!(
            judged(400, None, r#"{"error":"invalid_grant","error_description":"The code is old."}"#, Act::Writes, false).to_string(),
            "invalid_grant: The code is old."
        );
    }

    #[test]
    fn ids_cannot_leave_their_place_in_the_path() {
        let http = Http::new(Default::default());
        let client = Client::stranger(&http, "https://s.example", Timestamp::UNIX_EPOCH);
        assert_eq!(client.address(&["api", "v1", "statuses", "../x?y#z"]), Ok("https://s.example/api/v1/statuses/..%2Fx%3Fy%23z".into()));
        assert_eq!(client.address(&["api", "v1", "statuses", ".."]), Ok("https://s.example/api/v1/statuses".into()));
    }
}
