//! Who signs for an account: a key that is kept here, or a signer elsewhere that never gives its key away (NIP-46).

use futures_util::future::BoxFuture;
use model::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::bunker::Bunker;
use super::circle::RELAYS_MAX;
use super::event::{Event, Sketch};
use super::keys::{Key, from_hex, is_id, to_hex};
use super::media::MediaServer;
use crate::{Answer, Http, NetworkError};

/// What an account's secret holds.
#[derive(Serialize, Deserialize, Clone, Default)]
pub struct Kept {
    /// The account's own key, as hex, where we keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Where it is kept elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bunker: Option<Bunker>,
    /// The public key, as hex.
    pub public: String,
    pub relays: Vec<String>,
    /// The server that takes pictures, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaServer>,
}

impl Kept {
    pub fn read(secret: &Secret) -> Answer<Kept> {
        let mut kept: Kept = serde_json::from_str(secret.reveal()).map_err(|_| NetworkError::SignInAgain)?;
        if !is_id(&kept.public) {
            return Err(NetworkError::SignInAgain);
        }
        kept.relays = kept.relays.iter().filter_map(|r| relay_url(r)).take(RELAYS_MAX).collect();
        Ok(kept)
    }
    pub fn seal(&self) -> Secret {
        Secret::new(serde_json::to_string(self).expect("texts are JSON"))
    }
    pub fn signer(&self) -> Answer<Signer> {
        match (&self.key, &self.bunker) {
            (Some(key), _) => {
                let key = from_hex(key).and_then(|b| Key::from_bytes(&b)).ok_or(NetworkError::SignInAgain)?;
                Ok(Signer::Key(Box::new(key)))
            }
            (None, Some(bunker)) => Ok(Signer::Elsewhere(Box::new(bunker.clone()), self.public.clone())),
            (None, None) => Err(NetworkError::SignInAgain),
        }
    }
}

/// A relay's address as it is kept: `ws` or `wss`, without what follows the path, and without a lone slash at the end.
pub fn relay_url(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([',', ';']);
    let text = match text.split_once("://") {
        Some(("http", rest)) => format!("ws://{rest}"),
        Some(("https", rest)) => format!("wss://{rest}"),
        Some(("ws" | "wss", _)) => text.to_owned(),
        Some(_) => return None,
        None => format!("wss://{text}"),
    };
    let url = url::Url::parse(&text).ok()?;
    let host = url.host_str()?;
    let is_whole = host.contains(['.', ':']) || host == "localhost";
    if !is_whole || !url.username().is_empty() || url.password().is_some() || text.len() > 300 {
        return None;
    }
    let mut url = url;
    url.set_fragment(None);
    Some(url.as_str().trim_end_matches('/').to_owned())
}

pub enum Signer {
    Key(Box<Key>),
    /// The signer elsewhere, and the public key it signs for.
    Elsewhere(Box<Bunker>, String),
}

impl Signer {
    /// Signs. A signer elsewhere may take its time, and may say no; nothing has happened then.
    pub fn sign<'a>(&'a self, sketch: Sketch, http: &'a Http, now: Timestamp) -> BoxFuture<'a, Answer<Event>> {
        Box::pin(async move {
            match self {
                Signer::Key(key) => Ok(sketch.sign(key)),
                Signer::Elsewhere(bunker, public) => {
                    let id = to_hex(&sketch.id(public));
                    let event = bunker.sign(&sketch, http, now).await?;
                    if event.id != id || event.pubkey != *public || !event.is_true() {
                        return Err(NetworkError::Refused("The signer signed something else than it was asked to.".into()));
                    }
                    Ok(event)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_as_people_write_them() {
        for (typed, expected) in [
            ("wss://relay.example", Some("wss://relay.example")),
            ("wss://Relay.example/", Some("wss://relay.example")),
            ("relay.example,", Some("wss://relay.example")),
            ("https://relay.example/nostr", Some("wss://relay.example/nostr")),
            ("ws://127.0.0.1:7447", Some("ws://127.0.0.1:7447")),
            ("ws://localhost:7447", Some("ws://localhost:7447")),
            ("ada", None),
            ("ftp://relay.example", None),
            ("wss://me:word@relay.example", None),
            ("", None),
        ] {
            assert_eq!(relay_url(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_secret_without_a_key_signs_nothing() {
        assert!(matches!(Kept::read(&Secret::new("")), Err(NetworkError::SignInAgain)));
        let kept = Kept { public: Key::make().public(), ..Kept::default() };
        let back = Kept::read(&kept.seal()).expect("read");
        assert!(matches!(back.signer(), Err(NetworkError::SignInAgain)));
    }
}
