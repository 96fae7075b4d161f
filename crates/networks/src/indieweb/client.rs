//! One site's Micropub endpoint: every question passes here, and what its refusals mean. See w3.org/TR/micropub, "Error Response".

use model::{Secret, Timestamp};
use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Reply;
use crate::{Answer, Call, Http, NetworkError};

/// The most letters of a server's own words that are handed on.
const REASON_MAX: usize = 200;

/// What an account's secret holds.
#[derive(Serialize, Deserialize, Clone, Default)]
pub struct Keys {
    pub token: String,
    /// The site's own address, as its owner is known by.
    pub me: String,
    pub micropub: String,
    /// Where pictures go up; the site may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// The site would pass posts on by itself, unless told not to.
    #[serde(default)]
    pub passes_on: bool,
    #[serde(default)]
    pub token_endpoint: String,
    #[serde(default)]
    pub client_id: String,
    /// Only where the site's tokens run out and can be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

impl Keys {
    pub fn read(secret: &Secret) -> Answer<Keys> {
        serde_json::from_str(secret.reveal()).map_err(|_| NetworkError::SignInAgain)
    }
    pub fn seal(&self) -> Secret {
        Secret::new(serde_json::to_string(self).expect("text and options of text are always JSON"))
    }
}

/// Whether a call that breaks may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Reads,
    Writes,
}

/// One site, with its token.
pub struct Client<'a> {
    pub http: &'a Http,
    pub keys: Keys,
    pub now: Timestamp,
}

impl<'a> Client<'a> {
    pub fn of(call: &Call<'a>) -> Answer<Client<'a>> {
        Ok(Client { http: call.http, keys: Keys::read(call.secret)?, now: call.now })
    }

    /// Asks the endpoint something: `?q=config`, `?q=source`.
    pub async fn query(&self, query: &[(&str, &str)]) -> Answer<Value> {
        let request = self.request(Method::GET, &self.keys.micropub)?.query(query);
        self.send(request, Act::Reads).await?.json()
    }
    pub async fn post_json(&self, body: &Value) -> Answer<Reply> {
        self.send(self.request(Method::POST, &self.keys.micropub)?.json(body), Act::Writes).await
    }
    pub async fn post_form(&self, form: &[(String, String)]) -> Answer<Reply> {
        self.send(self.request(Method::POST, &self.keys.micropub)?.form(form), Act::Writes).await
    }
    pub fn request(&self, method: Method, url: &str) -> Answer<RequestBuilder> {
        Ok(self.http.request(method, url)?.header("accept", "application/json").bearer_auth(&self.keys.token))
    }
    pub async fn send(&self, request: RequestBuilder, act: Act) -> Answer<Reply> {
        let reply = self.http.send(request).await?;
        if reply.is_success() { Ok(reply) } else { Err(self.judge(&reply, act)) }
    }

    /// What a failing answer means.
    fn judge(&self, reply: &Reply, act: Act) -> NetworkError {
        let (code, why) = words(reply);
        match reply.status {
            401 | 403 if code.as_deref() == Some("insufficient_scope") => {
                NetworkError::Refused("the site's token does not allow this; sign in again and say yes to all that is asked".into())
            }
            401 if refuses_token(reply, code.as_deref()) => match self.keys.refresh_token {
                Some(_) => NetworkError::TokenOld,
                None => NetworkError::SignInAgain,
            },
            404 | 410 => NetworkError::NotThere,
            405 | 501 => NetworkError::NotOffered,
            429 => NetworkError::SlowDown { until: reply.wait_until(self.now) },
            300..=399 => NetworkError::Refused("the site sends us to another address".into()),
            408 | 500.. if act == Act::Writes => NetworkError::Unanswered(format!("the site answered {}", reply.status)),
            503 if reply.headers.contains_key("retry-after") => NetworkError::SlowDown { until: reply.wait_until(self.now) },
            408 | 500.. => NetworkError::Away(format!("the site answered {}", reply.status)),
            status => NetworkError::Refused(why.unwrap_or_else(|| format!("the site answered {status}"))),
        }
    }
}

/// A failure on the way to the deed itself: whatever it was, the deed has not been done.
pub fn before(error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Unanswered(why) | NetworkError::Garbled(why) => NetworkError::Away(why),
        other => other,
    }
}

/// Whether the site refuses the token itself: by the sign of RFC 6750, or by Micropub's word for it.
fn refuses_token(reply: &Reply, code: Option<&str>) -> bool {
    let signed = reply.header("www-authenticate").is_some_and(|h| h.trim_start().to_ascii_lowercase().starts_with("bearer"));
    signed || matches!(code, Some("unauthorized" | "invalid_token"))
}

/// The site's own words: OAuth's code, and a reason fit to be shown.
pub fn words(reply: &Reply) -> (Option<String>, Option<String>) {
    let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else { return (None, None) };
    let part = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let code = part("error");
    let sentence = part("error_description").or_else(|| code.clone());
    let plain =
        sentence.map(|s| s.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_MAX).collect::<String>().trim().to_owned());
    (code, plain.filter(|s| !s.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, header: Option<(&'static str, &'static str)>, body: &str, act: Act, renews: bool) -> NetworkError {
        let http = Http::new(Default::default());
        let keys = Keys { refresh_token: renews.then(|| "r".into()), ..Keys::default() };
        let client = Client { http: &http, keys, now: Timestamp::UNIX_EPOCH };
        let headers = header.into_iter().map(|(k, v)| (k.parse().expect("a name"), v.parse().expect("a value"))).collect();
        let url = "https://s.example/".parse().expect("an address");
        client.judge(&Reply { status, headers, body: body.as_bytes().to_vec(), url }, act)
    }

    #[test]
    fn a_refusal_means_one_thing() {
        use Act::{Reads, Writes};
        let old = Some(("www-authenticate", "Bearer error=\"invalid_token\""));
        assert_eq!(judged(401, old, "", Reads, false), NetworkError::SignInAgain);
        assert_eq!(judged(401, old, "", Writes, true), NetworkError::TokenOld);
        assert_eq!(judged(401, None, r#"{"error":"unauthorized"}"#, Reads, false), NetworkError::SignInAgain);
        assert_eq!(judged(401, None, "<h1>invalid_token</h1>", Reads, false), NetworkError::Refused("the site answered 401".into()));
        assert!(
            matches!(judged(403, None, r#"{"error":"insufficient_scope"}"#, Writes, false), NetworkError::Refused(why) if why.contains("say yes"))
        );
        let wrong = r#"{"error":"invalid_request","error_description":"photo\nmust be an address"}"#;
        assert_eq!(judged(400, None, wrong, Writes, false), NetworkError::Refused("photo must be an address".into()));
        assert!(matches!(judged(500, None, "", Writes, false), NetworkError::Unanswered(_)));
        assert!(matches!(judged(500, None, "", Reads, false), NetworkError::Away(_)));
        assert!(matches!(judged(302, None, "", Writes, false), NetworkError::Refused(_)));
    }
}
