//! One relay, by its socket (NIP-01, logging in by NIP-42): asking for events, and handing one over. Who signed what is not looked at here;
//! `circle.rs` does that for everything that comes in.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use jiff::SignedDuration;
use model::Timestamp;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::event::{Event, RELAY_LOGIN, Sketch, tag};
use super::signer::Signer;
use crate::http::Socket;
use crate::{Answer, Http, NetworkError};

/// From the name to the open socket; a relay that is slower is forgiven as one that is down.
const OPEN_MAX: Duration = Duration::from_secs(8);
/// The whole answer to one question.
const FETCH_MAX: Duration = Duration::from_secs(10);
/// From handing over an event to the relay's word on it.
const TAKE_MAX: Duration = Duration::from_secs(8);
/// Events kept of one answer; a relay that sends more was not asked for them.
pub const EVENTS_MAX: usize = 1000;
/// Messages that make no sense, after which it is no relay.
const NONSENSE_MAX: usize = 20;
/// Letters of a relay's own words that are handed on.
const REASON_MAX: usize = 200;
/// How long a relay is left alone that says we are too quick, since it does not say.
const TOO_QUICK: SignedDuration = SignedDuration::from_secs(60);
/// The name of our only question on a socket.
const ASKED: &str = "q";

pub struct Relay {
    pub url: String,
    socket: Socket,
    challenge: Option<String>,
    now: Timestamp,
}

/// What a relay says.
#[derive(Debug)]
pub enum Said {
    Event(Box<Event>),
    Taken(String, bool, String),
    /// All that is stored was sent.
    Stored,
    Closed(String),
    Challenge(String),
    Other,
}

impl Relay {
    pub async fn open(http: &Http, url: &str, now: Timestamp) -> Answer<Relay> {
        let socket = tokio::time::timeout(OPEN_MAX, http.socket_only(url, now)).await;
        let socket = socket.map_err(|_| NetworkError::Away("the relay did not open in time".into()))??;
        Ok(Relay { url: url.to_owned(), socket, challenge: None, now })
    }

    /// Asks for stored events. What comes is not checked yet.
    pub async fn fetch(&mut self, signer: &Signer, http: &Http, filters: &[Value]) -> Answer<Vec<Event>> {
        let asked = tokio::time::timeout(FETCH_MAX, self.ask_and_hear(signer, http, filters)).await;
        asked.map_err(|_| NetworkError::Away("the relay took too long".into()))?
    }

    async fn ask_and_hear(&mut self, signer: &Signer, http: &Http, filters: &[Value]) -> Answer<Vec<Event>> {
        for is_second in [false, true] {
            self.ask(filters).await?;
            let mut events = Vec::new();
            loop {
                match self.hear().await? {
                    Said::Event(event) if events.len() < EVENTS_MAX => events.push(*event),
                    Said::Event(_) | Said::Stored => {
                        self.tell(&json!(["CLOSE", ASKED])).await?;
                        return Ok(events);
                    }
                    Said::Closed(why) if why.starts_with("auth-required") && !is_second => break,
                    Said::Closed(why) => return Err(self.meaning(&why)),
                    _ => {}
                }
            }
            self.log_in(signer, http).await?;
        }
        Err(NetworkError::Refused("The relay wants a login and does not take ours.".into()))
    }

    /// Asks, and goes on hearing what is new.
    pub async fn ask(&mut self, filters: &[Value]) -> Answer<()> {
        let mut question = vec![json!("REQ"), json!(ASKED)];
        question.extend(filters.iter().cloned());
        self.tell(&Value::Array(question)).await
    }

    /// Hands over an event. Having it already is a success: the same event is the same post.
    pub async fn take(&mut self, signer: &Signer, http: &Http, event: &Event) -> Answer<()> {
        let told = tokio::time::timeout(TAKE_MAX, self.hand_over(signer, http, event)).await;
        told.map_err(|_| NetworkError::Unanswered("the relay took too long".into()))?
    }

    async fn hand_over(&mut self, signer: &Signer, http: &Http, event: &Event) -> Answer<()> {
        for is_second in [false, true] {
            self.tell(&json!(["EVENT", event])).await.map_err(afterwards)?;
            let why = match self.word_on(&event.id).await.map_err(afterwards)? {
                (true, _) => return Ok(()),
                (false, why) => why,
            };
            if why.starts_with("duplicate") {
                return Ok(());
            }
            if !why.starts_with("auth-required") || is_second {
                return Err(self.meaning(&why));
            }
            self.log_in(signer, http).await?;
        }
        Err(NetworkError::Refused("The relay wants a login and does not take ours.".into()))
    }

    async fn word_on(&mut self, id: &str) -> Answer<(bool, String)> {
        loop {
            if let Said::Taken(of, is_taken, why) = self.hear().await?
                && of == id
            {
                return Ok((is_taken, why));
            }
        }
    }

    /// Says who we are, by signing the relay's challenge.
    pub async fn log_in(&mut self, signer: &Signer, http: &Http) -> Answer<()> {
        while self.challenge.is_none() {
            self.hear().await?;
        }
        let challenge = self.challenge.clone().unwrap_or_default();
        let tags = vec![tag(["relay", &self.url]), tag(["challenge", &challenge])];
        let login = signer.sign(Sketch::new(RELAY_LOGIN, self.now.as_second(), tags, ""), http, self.now).await?;
        self.tell(&json!(["AUTH", login])).await?;
        match self.word_on(&login.id).await? {
            (true, _) => Ok(()),
            (false, why) => Err(NetworkError::Refused(format!("The relay does not let us in: {}", reason(&why)))),
        }
    }

    pub async fn tell(&mut self, message: &Value) -> Answer<()> {
        self.socket.send(Frame::text(message.to_string())).await.map_err(|_| broke_off())
    }

    /// The next thing said; an `Err` where the socket broke or talks nonsense.
    pub async fn hear(&mut self) -> Answer<Said> {
        for _ in 0..NONSENSE_MAX {
            match self.socket.next().await {
                Some(Ok(Frame::Text(text))) => match said(&text) {
                    Some(Said::Challenge(challenge)) => {
                        self.challenge = Some(challenge.clone());
                        return Ok(Said::Challenge(challenge));
                    }
                    Some(said) => return Ok(said),
                    None => {}
                },
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => return Ok(Said::Other),
                Some(Ok(Frame::Binary(_) | Frame::Frame(_))) => {}
                None | Some(Err(_) | Ok(Frame::Close(_))) => return Err(broke_off()),
            }
        }
        Err(NetworkError::Garbled("the relay does not speak as relays do".into()))
    }

    pub async fn ping(&mut self) -> Answer<()> {
        self.socket.send(Frame::Ping(Default::default())).await.map_err(|_| broke_off())
    }

    pub async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.socket.close(None)).await;
    }

    /// What a refusal means, by the word it begins with (NIP-01).
    fn meaning(&self, why: &str) -> NetworkError {
        match why.split(':').next().unwrap_or_default() {
            "rate-limited" => NetworkError::SlowDown { until: self.now + TOO_QUICK },
            "error" => NetworkError::Unanswered("the relay met an error".into()),
            _ => NetworkError::Refused(format!("A relay does not take it: {}", reason(why))),
        }
    }
}

fn broke_off() -> NetworkError {
    NetworkError::Away("the relay broke off".into())
}

/// Once an event was handed over, a broken socket leaves doubt.
fn afterwards(error: NetworkError) -> NetworkError {
    match error {
        NetworkError::Away(why) => NetworkError::Unanswered(why),
        other => other,
    }
}

fn reason(why: &str) -> String {
    let plain: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_MAX).collect();
    if plain.trim().is_empty() { "it gives no reason.".into() } else { plain.trim().to_owned() }
}

/// `None` where it is nothing that a relay may say. An event that is not one is `Other`: it spoils nothing else.
fn said(text: &str) -> Option<Said> {
    let Value::Array(words) = serde_json::from_str(text).ok()? else { return None };
    let word = |at: usize| words.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(match words.first()?.as_str()? {
        "EVENT" => words.get(2).and_then(|e| serde_json::from_value(e.clone()).ok()).map_or(Said::Other, |e| Said::Event(Box::new(e))),
        "OK" => Said::Taken(word(1), words.get(2).and_then(Value::as_bool).unwrap_or(false), word(3)),
        "EOSE" => Said::Stored,
        "CLOSED" => Said::Closed(word(2)),
        "AUTH" => Said::Challenge(word(1)),
        _ => Said::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_relays_say() {
        assert!(
            matches!(said(r#"["OK","ab",false,"duplicate: had it"]"#), Some(Said::Taken(id, false, why)) if id == "ab" && why.starts_with("duplicate"))
        );
        assert!(matches!(said(r#"["OK","ab",true]"#), Some(Said::Taken(_, true, _))));
        assert!(matches!(said(r#"["EOSE","q"]"#), Some(Said::Stored)));
        assert!(matches!(said(r#"["EVENT","q",{"id":7}]"#), Some(Said::Other)));
        assert!(matches!(said(r#"["NOTICE","hello"]"#), Some(Said::Other)));
        for nonsense in ["", "7", "{}", "[]", "[7]", "<html>", "[\"EVENT\""] {
            assert!(said(nonsense).is_none(), "{nonsense}");
        }
        assert_eq!(reason("a\nb"), "a b");
        assert_eq!(reason(&"x".repeat(5000)).len(), REASON_MAX);
    }

    proptest! {
        #[test]
        fn no_words_upset_the_reader(text in "\\PC{0,200}", kind in "EVENT|OK|CLOSED|AUTH|EOSE", rest in "\\PC{0,40}") {
            let _ = said(&text);
            let _ = said(&json!([kind, rest, rest]).to_string());
        }
    }
}
