//! All relays of an account at once. One that is down is forgiven: what others know is known, and a post that one of them took stands.
//! Everything that comes in is checked here: an event whose id or signature is not right was never said.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use model::Timestamp;
use serde_json::Value;

use super::event::Event;
use super::relay::{EVENTS_MAX, Relay};
use super::signer::Signer;
use crate::{Answer, Happened, Http, NetworkError};

/// Relays that one account speaks with.
pub const RELAYS_MAX: usize = 8;
/// Relays asked besides, because somebody else writes there.
pub const OTHERS_MAX: usize = 3;
/// How often an event is handed to a relay that does not take it just now, and the pause between. What is still missing there is
/// handed on when the account is looked after (`mend.rs`).
const TRIES_MAX: usize = 2;
const PAUSE: Duration = Duration::from_millis(750);

/// The relays, as they opened or did not.
pub struct Circle<'a> {
    http: &'a Http,
    signer: &'a Signer,
    pub now: Timestamp,
    lines: Vec<(String, Answer<Relay>)>,
}

impl<'a> Circle<'a> {
    pub async fn open(http: &'a Http, signer: &'a Signer, urls: &[String], now: Timestamp) -> Circle<'a> {
        let mut circle = Circle { http, signer, now, lines: Vec::new() };
        circle.open_more(urls, RELAYS_MAX).await;
        circle
    }

    /// Opens further relays, at most so many; those that are open already stay as they are.
    pub async fn open_more(&mut self, urls: &[String], most: usize) {
        let mut fresh: Vec<&String> = Vec::new();
        for url in urls {
            if !self.lines.iter().any(|(known, _)| known == url) && !fresh.contains(&url) && fresh.len() < most {
                fresh.push(url);
            }
        }
        let (http, now) = (self.http, self.now);
        self.lines.extend(join_all(fresh.into_iter().map(|url| async move { (url.clone(), Relay::open(http, url, now).await) })).await);
    }

    /// Stored events of all relays, each once, newest first. `Err` only where not one of them answered.
    pub async fn fetch(&mut self, filters: &[Value]) -> Answer<Vec<Event>> {
        let told = self.fetch_each(|_| Some(filters.to_vec())).await;
        let (mut events, mut troubles, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        let mut has_answer = false;
        for (_, answer) in told {
            match answer {
                Ok(some) => {
                    has_answer = true;
                    events.extend(some.into_iter().filter(|e| seen.insert(e.id.clone())));
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        if !has_answer {
            return Err(gravest(troubles));
        }
        events.sort_by(|a, b| (b.created_at, &a.id).cmp(&(a.created_at, &b.id)));
        Ok(events)
    }

    /// The same, relay by relay; a relay for which there are no filters is not asked.
    pub async fn fetch_each(&mut self, filters: impl Fn(&str) -> Option<Vec<Value>>) -> Vec<(String, Answer<Vec<Event>>)> {
        let (http, signer) = (self.http, self.signer);
        let asked = self.lines.iter_mut().filter_map(|(url, line)| {
            let filters = filters(url)?;
            Some(async move {
                let answer = match line {
                    Ok(relay) => relay.fetch(signer, http, &filters).await,
                    Err(trouble) => Err(trouble.clone()),
                };
                if let Err(trouble) = &answer
                    && trouble.may_pass()
                    && line.is_ok()
                {
                    // What comes late on a socket would be taken for the answer to the next question.
                    *line = Err(trouble.clone());
                }
                (url.clone(), answer)
            })
        });
        let mut told = join_all(asked).await;
        // The same event comes from several relays; its signature is looked at once.
        let mut known = HashSet::new();
        for (_, answer) in &mut told {
            if let Ok(events) = answer {
                events.truncate(EVENTS_MAX);
                events.retain(|e| {
                    known.contains(&(e.id.clone(), e.sig.clone())) || (e.is_true() && known.insert((e.id.clone(), e.sig.clone())))
                });
            }
        }
        told
    }

    /// Hands an event to one relay, as it is open.
    pub async fn send_to(&mut self, url: &str, event: &Event) -> Answer<()> {
        let (http, signer) = (self.http, self.signer);
        match self.lines.iter_mut().find(|(known, _)| known == url) {
            Some((_, Ok(relay))) => relay.take(signer, http, event).await,
            Some((_, Err(trouble))) => Err(trouble.clone()),
            None => Err(NetworkError::Away("no connection".into())),
        }
    }

    /// The relays that opened.
    pub fn open_ones(&self) -> Vec<String> {
        self.lines.iter().filter(|(_, line)| line.is_ok()).map(|(url, _)| url.clone()).collect()
    }

    /// Hands an event to all relays, and says which took it. `Err` only where none did.
    pub async fn send(&mut self, event: &Event) -> Answer<Vec<String>> {
        let (http, signer, now) = (self.http, self.signer, self.now);
        let handed = self.lines.iter_mut().map(|(url, line)| async move {
            let mut trouble = NetworkError::Away("no connection".into());
            for again in 0..TRIES_MAX {
                if again > 0 {
                    tokio::time::sleep(PAUSE).await;
                    *line = Relay::open(http, url, now).await;
                }
                let answer = match line {
                    Ok(relay) => relay.take(signer, http, event).await,
                    // Nothing was handed over to what did not open.
                    Err(NetworkError::Garbled(why)) => Err(NetworkError::Away(why.clone())),
                    Err(trouble) => Err(trouble.clone()),
                };
                match answer {
                    Ok(()) => return Ok(url.clone()),
                    Err(error) => {
                        // A doubt is not forgotten because the second try found nobody there.
                        if trouble.happened() == Happened::No {
                            trouble = error.clone();
                        }
                        if !matches!(error, NetworkError::Away(_) | NetworkError::Unanswered(_)) {
                            break;
                        }
                    }
                }
            }
            Err(trouble)
        });
        let (mut took, mut troubles) = (Vec::new(), Vec::new());
        for answer in join_all(handed).await {
            match answer {
                Ok(url) => took.push(url),
                Err(trouble) => troubles.push(trouble),
            }
        }
        if took.is_empty() { Err(gravest(troubles)) } else { Ok(took) }
    }
}

/// What to tell of several relays' troubles: a doubt before a wait before an outage before a refusal.
fn gravest(troubles: Vec<NetworkError>) -> NetworkError {
    let rank = |e: &NetworkError| match e {
        NetworkError::Unanswered(_) | NetworkError::Garbled(_) => 0,
        NetworkError::SlowDown { .. } => 1,
        e if e.may_pass() => 2,
        _ => 3,
    };
    troubles.into_iter().min_by_key(rank).unwrap_or(NetworkError::Refused("No relay is named for this account.".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_troubles_the_gravest_is_told() {
        let away = || NetworkError::Away("x".into());
        let no = || NetworkError::Refused("x".into());
        let doubt = || NetworkError::Unanswered("x".into());
        assert_eq!(gravest(vec![no(), away(), doubt()]), doubt());
        assert_eq!(gravest(vec![no(), away()]), away());
        assert_eq!(gravest(vec![no()]), no());
        assert!(matches!(gravest(vec![]), NetworkError::Refused(_)));
    }
}
