//! A signer elsewhere (NIP-46): we ask through relays, each question sealed between our own small key and the signer's (NIP-44). The
//! account's key never comes here.

use std::time::Duration;

use futures_util::future::{BoxFuture, select_ok};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event::{Event, SIGNER_CALL, Sketch, tag};
use super::keys::{Key, from_hex, is_id, to_hex};
use super::nip44::Between;
use super::relay::{Relay, Said};
use super::signer::{Signer, relay_url};
use crate::{Answer, Http, NetworkError};

/// How long a signer may take; a person may have to press a button there.
const ANSWER_MAX: Duration = Duration::from_secs(40);
/// Relays through which a signer is asked.
const RELAYS_MAX: usize = 4;
/// Letters of the signer's own words that are handed on.
const REASON_MAX: usize = 200;
/// What we ask leave for.
const LEAVE: &str = "sign_event:0,sign_event:1,sign_event:5,sign_event:6,sign_event:7,sign_event:10002,sign_event:22242,sign_event:24242,sign_event:27235,get_public_key";

#[derive(Serialize, Deserialize, Clone)]
pub struct Bunker {
    /// The signer's own public key, which need not be the account's.
    pub signer: String,
    pub relays: Vec<String>,
    /// The word that proves we were sent by the person.
    #[serde(default)]
    pub word: String,
    /// Our side's key, made for this account alone.
    pub ours: String,
}

impl Bunker {
    /// Reads `bunker://<key>?relay=…&secret=…`, with a fresh key for our side.
    pub fn read(text: &str) -> Option<Bunker> {
        let url = url::Url::parse(text.trim()).ok().filter(|u| u.scheme() == "bunker")?;
        let signer = url.host_str().filter(|h| is_id(h))?.to_owned();
        let all = |name: &str| -> Vec<String> { url.query_pairs().filter(|(k, _)| k == name).map(|(_, v)| v.into_owned()).collect() };
        let relays: Vec<String> = all("relay").iter().filter_map(|r| relay_url(r)).take(RELAYS_MAX).collect();
        let word = all("secret").into_iter().next().unwrap_or_default();
        (!relays.is_empty()).then(|| Bunker { signer, relays, word, ours: to_hex(&Key::make().bytes()) })
    }

    /// Makes ourselves known, and asks whose key it keeps.
    pub async fn connect(&self, http: &Http, now: Timestamp) -> Answer<String> {
        let granted = self.ask("connect", &[&self.signer, &self.word, LEAVE], http, now).await?;
        if granted != "ack" && (self.word.is_empty() || granted != self.word) {
            return Err(NetworkError::Refused("The signer did not let us in.".into()));
        }
        let public = self.ask("get_public_key", &[], http, now).await?;
        if is_id(&public) { Ok(public) } else { Err(NetworkError::Garbled("the signer does not say whose key it keeps".into())) }
    }

    pub async fn sign(&self, sketch: &Sketch, http: &Http, now: Timestamp) -> Answer<Event> {
        let asked = json!({"kind": sketch.kind, "created_at": sketch.created_at, "tags": sketch.tags, "content": sketch.content});
        let answer = self.ask("sign_event", &[&asked.to_string()], http, now).await?;
        serde_json::from_str(&answer).map_err(|_| NetworkError::Refused("The signer sent back no event.".into()))
    }

    /// Asks through all relays at once; the first answer counts.
    async fn ask(&self, method: &str, params: &[&str], http: &Http, now: Timestamp) -> Answer<String> {
        let broken = || NetworkError::SignInAgain;
        let ours = from_hex(&self.ours).and_then(|b| Key::from_bytes(&b)).ok_or_else(broken)?;
        let between = Between::of(&ours, &self.signer).ok_or_else(broken)?;
        let id = to_hex(&rand::random::<[u8; 8]>());
        let question = json!({"id": id, "method": method, "params": params}).to_string();
        let sealed = between.seal(&question).ok_or_else(|| NetworkError::Refused("This is too long for a signer elsewhere.".into()))?;
        let asked = Sketch::new(SIGNER_CALL, now.as_second(), vec![tag(["p", &self.signer])], sealed).sign(&ours);
        let signer = Signer::Key(Box::new(ours));
        let asking = Asking { http, now, asked: &asked, id: &id, between: &between, login: &signer, of: &self.signer };
        let ways: Vec<BoxFuture<'_, Answer<Word>>> =
            self.relays.iter().map(|url| -> BoxFuture<'_, Answer<Word>> { Box::pin(asking.through(url)) }).collect();
        if ways.is_empty() {
            return Err(broken());
        }
        match tokio::time::timeout(ANSWER_MAX, select_ok(ways)).await {
            Ok(Ok((Ok(result), _))) => Ok(result),
            Ok(Ok((Err(refusal), _))) => Err(NetworkError::Refused(refusal)),
            Ok(Err(trouble)) => Err(before(trouble)),
            Err(_) => Err(NetworkError::Away("the signer has not answered".into())),
        }
    }
}

/// What a signer says: what was asked for, or why not.
type Word = Result<String, String>;

/// One question on its way.
struct Asking<'a> {
    http: &'a Http,
    now: Timestamp,
    asked: &'a Event,
    id: &'a str,
    between: &'a Between,
    login: &'a Signer,
    of: &'a str,
}

impl Asking<'_> {
    async fn through(&self, url: &str) -> Answer<Word> {
        let mut relay = Relay::open(self.http, url, self.now).await?;
        // The answer is not stored anywhere: whoever wants to hear it has to listen before asking.
        relay.ask(&[json!({"kinds": [SIGNER_CALL], "authors": [self.of], "#p": [self.asked.pubkey]})]).await?;
        relay.tell(&json!(["EVENT", self.asked])).await?;
        let mut has_logged_in = false;
        loop {
            match relay.hear().await? {
                Said::Event(event) if event.pubkey == self.of && event.is_true() => {
                    if let Some(word) = self.between.open(&event.content).and_then(|text| word_in(&text, self.id)) {
                        relay.close().await;
                        return Ok(word);
                    }
                }
                Said::Closed(why) | Said::Taken(_, false, why) if why.starts_with("auth-required") && !has_logged_in => {
                    has_logged_in = true;
                    relay.log_in(self.login, self.http).await?;
                    relay.ask(&[json!({"kinds": [SIGNER_CALL], "authors": [self.of], "#p": [self.asked.pubkey]})]).await?;
                    relay.tell(&json!(["EVENT", self.asked])).await?;
                }
                Said::Closed(_) | Said::Taken(_, false, _) => {
                    return Err(NetworkError::Refused("The signer's relay does not take our question.".into()));
                }
                _ => {}
            }
        }
    }
}

/// The signer's word on one question; `None` where it is about another.
fn word_in(text: &str, id: &str) -> Option<Word> {
    let told: Value = serde_json::from_str(text).ok()?;
    let part = |key: &str| told[key].as_str().unwrap_or_default();
    if part("id") != id {
        return None;
    }
    let plain = |words: &str| words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_MAX).collect::<String>();
    Some(match (part("result"), part("error")) {
        ("auth_url", url) => Err(format!("The signer asks you to allow it first. Open {}, then try again.", plain(url))),
        (_, why) if !why.is_empty() => Err(format!("The signer says no: {}", plain(why))),
        (result, _) => Ok(result.to_owned()),
    })
}

/// Whatever went wrong with asking, nothing was signed that we could have sent.
fn before(trouble: NetworkError) -> NetworkError {
    match trouble {
        NetworkError::Unanswered(why) | NetworkError::Garbled(why) => NetworkError::Away(why),
        NetworkError::Away(_) => NetworkError::Away("the signer's relay cannot be reached".into()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_signers() {
        let key = Key::make().public();
        let read = |text: &str| Bunker::read(text).map(|b| (b.signer, b.relays, b.word));
        let whole = format!("bunker://{key}?relay=wss%3A%2F%2Fr.example&relay=wss://s.example/&secret=abc");
        assert_eq!(read(&whole), Some((key.clone(), vec!["wss://r.example".into(), "wss://s.example".into()], "abc".into())));
        for bad in [
            format!("bunker://{key}"),
            "bunker://ada?relay=wss://r.example".into(),
            format!("https://{key}?relay=wss://r.example"),
            String::new(),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn words_of_signers() {
        assert_eq!(word_in(r#"{"id":"a","result":"ack"}"#, "a"), Some(Ok("ack".into())));
        assert_eq!(word_in(r#"{"id":"b","result":"ack"}"#, "a"), None);
        assert_eq!(word_in("rubbish", "a"), None);
        assert_eq!(word_in(r#"{"id":"a","result":null,"error":"no\nway"}"#, "a"), Some(Err("The signer says no: no way".into())));
        let allow = word_in(r#"{"id":"a","result":"auth_url","error":"https://s.example/x"}"#, "a");
        assert!(matches!(allow, Some(Err(why)) if why.contains("https://s.example/x")));
    }
}
