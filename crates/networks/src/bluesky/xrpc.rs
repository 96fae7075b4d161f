//! One call to a server of the AT Protocol, and what its answer means. Every other file of this folder calls out through here.

use model::{Secret, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Reply;
use crate::{Answer, Call, Http, NetworkError};

/// The most of a network's own reason that is shown to a person.
const REASON_MAX: usize = 200;

/// What an account's secret holds, as JSON. Never printed.
#[derive(Serialize, Deserialize)]
pub struct Session {
    pub did: String,
    pub access: String,
    pub refresh: String,
}

impl Session {
    pub fn of(secret: &Secret) -> Answer<Session> {
        // A secret that cannot be read can only be mended by signing in again.
        serde_json::from_str(secret.reveal()).map_err(|_| NetworkError::SignInAgain)
    }
    pub fn seal(&self) -> Secret {
        Secret::new(serde_json::json!({"did": self.did, "access": self.access, "refresh": self.refresh}).to_string())
    }
}

/// What a call leaves behind on the server, and so what a failure without a clear answer means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing anybody could see: it may be made again at will.
    Nothing,
    /// A record is made or goes away.
    Record,
}

/// A server's refusal in its own terms: `{"error": NAME, "message": …}` with a status.
#[derive(Debug)]
pub struct Fault {
    pub status: u16,
    pub name: String,
    pub message: String,
    wait_until: Timestamp,
}

#[derive(Deserialize)]
struct FaultBody {
    error: Option<String>,
    message: Option<String>,
}

/// A server, and whom we are there.
pub struct Xrpc<'a> {
    pub http: &'a Http,
    pub server: &'a str,
    pub now: Timestamp,
    token: Option<String>,
    /// The header that asks the server to hand calls on to another service.
    way: Option<(&'static str, &'static str)>,
}

impl<'a> Xrpc<'a> {
    /// As the account's own self, on its own server.
    pub fn of(call: &'a Call<'_>) -> Answer<(Xrpc<'a>, Session)> {
        let session = Session::of(call.secret)?;
        let xrpc = Xrpc::nobody(call.http, &call.account.server, call.now).with_token(&session.access);
        Ok((xrpc, session))
    }

    /// Without signing in.
    pub fn nobody(http: &'a Http, server: &'a str, now: Timestamp) -> Xrpc<'a> {
        Xrpc { http, server: server.trim_end_matches('/'), now, token: None, way: None }
    }

    pub fn with_token(mut self, token: &str) -> Xrpc<'a> {
        self.token = Some(token.to_owned());
        self
    }

    /// By way of the server to another service, which answers.
    pub fn by_way_of(mut self, way: (&'static str, &'static str)) -> Xrpc<'a> {
        self.way = Some(way);
        self
    }

    /// Reads.
    pub async fn query<T: DeserializeOwned>(&self, method: &str, parameters: &[(&str, &str)]) -> Answer<T> {
        self.ask(method, parameters).await?.map_err(|fault| fault.meaning(Effect::Nothing))
    }

    /// Reads, and hands a refusal on as it was said.
    pub async fn ask<T: DeserializeOwned>(&self, method: &str, parameters: &[(&str, &str)]) -> Answer<Result<T, Fault>> {
        self.exchange(self.http.get(&self.address(method))?.query(parameters)).await
    }

    /// Writes.
    pub async fn procedure<T: DeserializeOwned>(&self, method: &str, body: &Value, effect: Effect) -> Answer<T> {
        self.tell(method, Some(body)).await?.map_err(|fault| fault.meaning(effect))
    }

    /// Writes, and hands a refusal on as it was said.
    pub async fn tell<T: DeserializeOwned>(&self, method: &str, body: Option<&Value>) -> Answer<Result<T, Fault>> {
        let request = self.http.post(&self.address(method))?;
        self.exchange(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Sends bytes up. They are seen by nobody until a record names them.
    pub async fn upload<T: DeserializeOwned>(&self, mime: &str, bytes: Vec<u8>) -> Answer<T> {
        let request = self.http.post(&self.address("com.atproto.repo.uploadBlob"))?.header("content-type", mime).body(bytes);
        self.exchange(request).await?.map_err(|fault| fault.meaning(Effect::Nothing))
    }

    fn address(&self, method: &str) -> String {
        format!("{}/xrpc/{method}", self.server)
    }

    async fn exchange<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Answer<Result<T, Fault>> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let request = match self.way {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        let reply = self.http.send(request).await?;
        if !reply.is_success() {
            return Ok(Err(Fault::of(&reply, self.now)));
        }
        // Some calls that only write answer with no body at all.
        if reply.body.is_empty() {
            return serde_json::from_value(Value::Null).map(Ok).map_err(|_| NetworkError::Garbled("the answer is empty".into()));
        }
        reply.json().map(Ok)
    }
}

impl Fault {
    fn of(reply: &Reply, now: Timestamp) -> Fault {
        let body: FaultBody = serde_json::from_slice(&reply.body).unwrap_or(FaultBody { error: None, message: None });
        let (name, message) = (body.error.unwrap_or_default(), body.message.unwrap_or_default());
        Fault { status: reply.status, name, message, wait_until: reply.wait_until(now) }
    }

    /// The one place where a server's refusal becomes one of ours.
    pub fn meaning(&self, effect: Effect) -> NetworkError {
        match (self.status, self.name.as_str()) {
            (429, _) | (_, "RateLimitExceeded") => NetworkError::SlowDown { until: self.wait_until },
            // Only the renewal can tell whether a token that is not taken means signing in again.
            (400 | 401 | 403, "ExpiredToken" | "InvalidToken") => NetworkError::TokenOld,
            (401, "AccountTakedown" | "AuthMissing" | "AuthenticationRequired") => NetworkError::SignInAgain,
            (405 | 501, _) | (_, "MethodNotImplemented" | "XRPCNotSupported") => NetworkError::NotOffered,
            (400 | 404, "NotFound" | "RecordNotFound" | "AccountTakedown" | "AccountDeactivated") => NetworkError::NotThere,
            (404, "") => NetworkError::NotOffered,
            (404 | 410, _) => NetworkError::NotThere,
            (413, _) => NetworkError::Refused("It is larger than Bluesky takes.".into()),
            (400..500, _) => NetworkError::Refused(self.reason()),
            // It may have been done before something else broke.
            (code, _) if effect == Effect::Record => NetworkError::Unanswered(format!("the server answered {code}")),
            (code @ 500.., _) => NetworkError::Away(format!("the server answered {code}")),
            (code, _) => NetworkError::Garbled(format!("the server answered {code}")),
        }
    }

    /// The server's own sentence, on one line and not too long; ours where it has none.
    fn reason(&self) -> String {
        let words: Vec<&str> = self.message.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
        let said: String = words.join(" ").chars().take(REASON_MAX).collect();
        if said.is_empty() { format!("The server did not take it ({}).", self.status) } else { said }
    }
}

/// For what is read or sent up before the call that counts: whatever became of it, nothing has happened yet.
pub fn beforehand(error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Unanswered(why) | NetworkError::Garbled(why) => NetworkError::Away(why),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, effect: Effect, expected: NetworkError) {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let url = url::Url::parse("https://pds.example/").unwrap();
        let reply = Reply { status, headers: Default::default(), body: body.as_bytes().to_vec(), url };
        assert_eq!(Fault::of(&reply, now).meaning(effect), expected);
    }

    #[test]
    fn what_a_refusal_means() {
        use Effect::*;
        check(400, r#"{"error":"ExpiredToken","message":"Token has expired"}"#, Record, NetworkError::TokenOld);
        check(401, r#"{"error":"ExpiredToken"}"#, Nothing, NetworkError::TokenOld);
        check(400, r#"{"error":"InvalidToken"}"#, Nothing, NetworkError::TokenOld);
        check(401, r#"{"error":"AccountTakedown"}"#, Nothing, NetworkError::SignInAgain);
        check(400, r#"{"error":"AccountTakedown","message":"Account has been suspended"}"#, Nothing, NetworkError::NotThere);
        check(400, r#"{"error":"RecordNotFound"}"#, Nothing, NetworkError::NotThere);
        check(501, r#"{"error":"MethodNotImplemented"}"#, Nothing, NetworkError::NotOffered);
        check(404, "<html>", Nothing, NetworkError::NotOffered);
        check(500, r#"{"error":"InternalServerError"}"#, Record, NetworkError::Unanswered("the server answered 500".into()));
        check(502, "", Nothing, NetworkError::Away("the server answered 502".into()));
        check(400, r#"{"error":"InvalidRequest","message":"a\n b"}"#, Record, NetworkError::Refused("a b".into()));
        check(403, "", Record, NetworkError::Refused("The server did not take it (403).".into()));
        let until = Timestamp::from_second(1_800_000_060).unwrap();
        check(429, r#"{"error":"RateLimitExceeded"}"#, Record, NetworkError::SlowDown { until });
    }

    #[test]
    fn a_secret_is_never_printed_and_comes_back_whole() {
        let secret = Session { did: "did:plc:a".into(), access: "x".into(), refresh: "y".into() }.seal();
        let session = Session::of(&secret).unwrap();
        assert_eq!((session.did.as_str(), session.access.as_str(), session.refresh.as_str()), ("did:plc:a", "x", "y"));
        assert!(!format!("{secret:?}").contains('x'));
        assert_eq!(Session::of(&Secret::new("{}")).err(), Some(NetworkError::SignInAgain));
    }
}
