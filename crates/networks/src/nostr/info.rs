//! What a relay says about itself (NIP-11), and the rules for an account that follow from it.

use futures_util::future::join_all;
use model::{Rules, Unit, Visibility};
use serde::Deserialize;

use super::signer::Kept;
use crate::Http;

/// The largest such document.
const BODY_MAX: usize = 128 * 1024;
/// What a message takes besides the words: keys, signature, tags, and the letters that JSON escapes.
const AROUND_BYTES: u32 = 6 * 1024;
/// What pictures' addresses and the long names of people take away from a relay's limit on the words.
const AROUND_LETTERS: u32 = 1000;
/// No limit of a relay is believed that would leave less than this.
const TEXT_LEAST: u32 = 280;
/// A reasonable number of pictures; the protocol knows none.
const PICTURES_MAX: u32 = 8;

#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default)]
pub struct Info {
    pub supported_nips: Vec<serde_json::Value>,
    pub limitation: Limitation,
}

#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default)]
pub struct Limitation {
    pub max_content_length: Option<u64>,
    pub max_message_length: Option<u64>,
}

impl Info {
    pub fn has(&self, nip: u64) -> bool {
        self.supported_nips.iter().any(|n| n.as_u64() == Some(nip))
    }
}

/// What a relay says; nothing where it says nothing that can be read.
async fn of(http: &Http, relay: &str) -> Info {
    let address = relay.replacen("ws", "http", 1);
    let Ok(request) = http.get(&address) else { return Info::default() };
    let answer = http.send_within(request.header("accept", "application/nostr+json"), BODY_MAX).await;
    answer.ok().filter(|a| a.is_success()).and_then(|a| a.json().ok()).unwrap_or_default()
}

/// What all of these relays say, each beside its address.
pub async fn of_all(http: &Http, relays: &[String]) -> Vec<(String, Info)> {
    join_all(relays.iter().map(|relay| async move { (relay.clone(), of(http, relay).await) })).await
}

/// What every relay of the account takes.
pub fn rules_of(infos: &[(String, Info)], kept: &Kept) -> Rules {
    let least = |limit: fn(&Limitation) -> Option<u64>, around: u32| {
        let stated = infos.iter().filter_map(|(_, i)| limit(&i.limitation)).filter(|n| *n > 0).min()?;
        Some(u32::try_from(stated).unwrap_or(u32::MAX).saturating_sub(around).max(TEXT_LEAST))
    };
    let has_room = |max: u32| max < u32::MAX / 2;
    Rules {
        text_max: least(|l| l.max_content_length, AROUND_LETTERS).filter(|max| has_room(*max)),
        bytes_max: least(|l| l.max_message_length, AROUND_BYTES).filter(|max| has_room(*max)),
        pictures_max: if kept.media.is_some() { PICTURES_MAX } else { 0 },
        ..rules()
    }
}

/// Without a relay's own limits there are none. Pictures need a server that takes them.
pub fn rules() -> Rules {
    Rules {
        unit: Unit::Scalars,
        has_threads: true,
        has_warning: true,
        has_language: true,
        visibilities: vec![Visibility::Public],
        pictures_max: PICTURES_MAX,
        picture_bytes_max: 5_000_000,
        picture_side_max: Some(2048),
        picture_types: ["image/jpeg", "image/png", "image/webp", "image/gif"].map(str::to_owned).to_vec(),
        alt_max: Some(2000),
        ..Rules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::media::MediaServer;
    use super::*;

    #[test]
    fn the_narrowest_relay_decides() {
        let info = |text: &str| ("wss://r.example".to_owned(), serde_json::from_str::<Info>(text).expect("a document"));
        let wide = info(r#"{"name":"x","supported_nips":[1,"50",50],"limitation":{"max_message_length":131072}}"#);
        let narrow = info(r#"{"limitation":{"max_message_length":65536,"max_content_length":8196,"auth_required":false}}"#);
        let kept = Kept::default();
        let rules = rules_of(&[wide.clone(), narrow], &kept);
        assert_eq!((rules.text_max, rules.bytes_max, rules.pictures_max), (Some(7196), Some(59_392), 0));
        assert!(wide.1.has(50) && !wide.1.has(42));
        let silent = rules_of(
            &[info("{}")],
            &Kept { media: Some(MediaServer { url: "https://m.example/upload".into(), is_blossom: true }), ..kept },
        );
        assert_eq!((silent.text_max, silent.bytes_max, silent.pictures_max), (None, None, PICTURES_MAX));
        let absurd = rules_of(&[info(r#"{"limitation":{"max_content_length":3}}"#)], &Kept::default());
        assert_eq!(absurd.text_max, Some(TEXT_LEAST));
    }
}
