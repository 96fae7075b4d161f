//! Calls to one site's REST interface, and the one place that says what its refusals mean.

use jiff::SignedDuration;
use model::{Secret, Timestamp};
use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::http::Reply;
use crate::{Answer, Call, Http, NetworkError, html};

/// The most letters of a site's own words that are handed on.
const REASON_MAX: usize = 200;
/// Entries asked for in one page; the interface gives at most this many.
pub const PAGE: u64 = 100;
/// What a site lets pass between two comments of one person, as it comes from the box.
const FLOOD: SignedDuration = SignedDuration::from_secs(15);
/// By these codes a site says that it does not know who we are.
const NOBODY: [&str; 6] =
    ["rest_not_logged_in", "incorrect_password", "invalid_username", "invalid_email", "invalid_application_password", "jwt_auth_failed"];

/// What an account's secret holds.
#[derive(Serialize, Deserialize, Clone, Default)]
pub struct Keys {
    /// The root of the REST interface, as the site names it.
    pub rest: String,
    /// The site's front page, without a slash at its end: the beginning of every name of a post.
    pub home: String,
    /// Where its administration is.
    #[serde(default)]
    pub admin: String,
    pub login: String,
    pub password: String,
    /// Our number there.
    #[serde(default)]
    pub user: u64,
}

impl Keys {
    pub fn read(secret: &Secret) -> Answer<Keys> {
        serde_json::from_str(secret.reveal()).map_err(|_| NetworkError::SignInAgain)
    }
    pub fn seal(&self) -> Secret {
        Secret::new(serde_json::to_string(self).expect("text and a number are always JSON"))
    }
}

/// Whether a call that breaks may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Reads,
    Writes,
}

/// One site, as somebody.
pub struct Client<'a> {
    http: &'a Http,
    pub keys: Keys,
    pub now: Timestamp,
}

impl<'a> Client<'a> {
    pub fn of(call: &Call<'a>) -> Answer<Client<'a>> {
        Ok(Client { http: call.http, keys: Keys::read(call.secret)?, now: call.now })
    }
    pub fn with(http: &'a Http, keys: Keys, now: Timestamp) -> Client<'a> {
        Client { http, keys, now }
    }

    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Answer<Value> {
        self.send(self.request(Method::GET, path)?.query(query), Act::Reads).await?.json()
    }
    /// A list. What is no list is no answer of this interface.
    pub async fn list(&self, path: &[&str], query: &[(&str, &str)]) -> Answer<Vec<Value>> {
        match self.get(path, query).await? {
            Value::Array(list) => Ok(list),
            _ => Err(NetworkError::Garbled("not the list we asked for".into())),
        }
    }
    pub async fn post(&self, path: &[&str], body: &Value) -> Answer<Value> {
        self.send(self.request(Method::POST, path)?.json(body), Act::Writes).await?.json()
    }

    /// A request to add to, for [`Client::send`] and [`Client::try_send`].
    pub fn request(&self, method: Method, path: &[&str]) -> Answer<RequestBuilder> {
        let request = self.http.request(method, &address(&self.keys.rest, path)?)?.header("accept", "application/json");
        Ok(if self.keys.login.is_empty() { request } else { request.basic_auth(&self.keys.login, Some(&self.keys.password)) })
    }
    /// Sends, and hands back whatever came; [`Client::judge`] says what a failing one means.
    pub async fn try_send(&self, request: RequestBuilder, act: Act) -> Answer<Reply> {
        self.http.send(request).await.map_err(|e| match e {
            // What only reads has no effect, whatever became of its answer.
            NetworkError::Unanswered(why) if act == Act::Reads => NetworkError::Away(why),
            other => other,
        })
    }
    pub async fn send(&self, request: RequestBuilder, act: Act) -> Answer<Reply> {
        let reply = self.try_send(request, act).await?;
        if reply.is_success() { Ok(reply) } else { Err(self.judge(&reply, act).await) }
    }

    /// What a failing answer means. A 401 may stand for a lack of rights as well: then the site is asked who we are.
    pub async fn judge(&self, reply: &Reply, act: Act) -> NetworkError {
        let code = code(reply);
        if reply.status == 401 && code.is_some() {
            let is_nobody = code.as_deref().is_some_and(|c| NOBODY.contains(&c)) || self.is_nobody().await;
            if is_nobody {
                return NetworkError::SignInAgain;
            }
        }
        match reply.status {
            // Said with a 400: two comments of one person too close to each other.
            _ if code.as_deref() == Some("comment_flood") && reply.status != 429 => NetworkError::SlowDown { until: self.now + FLOOD },
            404 if code.as_deref() == Some("rest_no_route") => NetworkError::NotOffered,
            404 | 410 => NetworkError::NotThere,
            405 | 501 => NetworkError::NotOffered,
            429 => NetworkError::SlowDown { until: reply.wait_until(self.now) },
            300..=399 => NetworkError::Refused("the site sends us to another address".into()),
            408 | 500.. if act == Act::Writes => NetworkError::Unanswered(format!("the site answered {}", reply.status)),
            503 if reply.headers.contains_key("retry-after") => NetworkError::SlowDown { until: reply.wait_until(self.now) },
            408 | 500.. => NetworkError::Away(format!("the site answered {}", reply.status)),
            status => NetworkError::Refused(reason(reply).unwrap_or_else(|| format!("the site answered {status}"))),
        }
    }

    async fn is_nobody(&self) -> bool {
        let Ok(request) = self.request(Method::GET, &["wp", "v2", "users", "me"]) else { return false };
        matches!(self.http.send(request).await, Ok(reply) if reply.status == 401 && code(&reply).is_some_and(|c| NOBODY.contains(&c.as_str())))
    }
}

/// An address under the REST root, which may be a path (`/wp-json/`) or a question (`/?rest_route=/`).
pub fn address(rest: &str, path: &[&str]) -> Answer<String> {
    let bad = || NetworkError::Forbidden("the site's address cannot be read".into());
    let mut url = Url::parse(rest).map_err(|_| bad())?;
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(name, _)| name == "rest_route") {
        let route = |root: &str| format!("{}/{}", root.trim_end_matches('/'), path.join("/"));
        let mut query = url.query_pairs_mut();
        query.clear();
        for (name, value) in &pairs {
            query.append_pair(name, &if name == "rest_route" { route(value) } else { value.clone() });
        }
        drop(query);
    } else {
        // A hosted site's root stands behind the version already.
        let is_behind = url.path().trim_start_matches('/').starts_with("wp/v2/sites/");
        let path = if is_behind { path.strip_prefix(&["wp", "v2"]).unwrap_or(path) } else { path };
        url.path_segments_mut().map_err(|()| bad())?.pop_if_empty().extend(path);
    }
    Ok(url.into())
}

/// A failure on the way to the deed itself: whatever it was, the deed has not been done.
pub fn before(error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Unanswered(why) | NetworkError::Garbled(why) => NetworkError::Away(why),
        other => other,
    }
}

/// The interface's own word for a refusal.
pub fn code(reply: &Reply) -> Option<String> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    body["code"].as_str().map(str::to_owned)
}

/// Its sentence, fit to be shown.
fn reason(reply: &Reply) -> Option<String> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    let words = html::text(body["message"].as_str()?).replace('\n', " ");
    let mut short: String = words.chars().take(REASON_MAX).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_under_any_root() {
        let of = |rest: &str| address(rest, &["wp", "v2", "posts", "12"]).expect("an address");
        assert_eq!(of("https://a.example/wp-json/"), "https://a.example/wp-json/wp/v2/posts/12");
        assert_eq!(of("https://a.example/blog/wp-json"), "https://a.example/blog/wp-json/wp/v2/posts/12");
        assert_eq!(of("https://a.example/?rest_route=/"), "https://a.example/?rest_route=%2Fwp%2Fv2%2Fposts%2F12");
        assert_eq!(
            of("https://a.example/index.php?lang=de&rest_route=/"),
            "https://a.example/index.php?lang=de&rest_route=%2Fwp%2Fv2%2Fposts%2F12"
        );
        assert_eq!(of("https://api.example/wp/v2/sites/7/"), "https://api.example/wp/v2/sites/7/posts/12");
        assert!(address("nonsense", &[]).is_err());
    }
}
