//! Following one of our short links: who came, kept without anything that tells one visitor from another.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;
use model::{Timestamp, Visit, Visitor};
use sha2::{Digest, Sha256};
use store::StoreError;

use crate::{App, Done};

/// The same browser again within this time is a reload, not a visit.
const AGAIN_WITHIN: SignedDuration = SignedDuration::from_secs(30);
/// How many arrivals are remembered for that, in memory alone; beyond it the memory starts afresh.
const REMEMBERED_MAX: usize = 20_000;
/// Codes are short; anything longer is not one.
const CODE_MAX: usize = 32;
const HOST_MAX: usize = 200;

/// What a request says of whoever follows a link. Only judged, never kept, but for the host they came from.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub user_agent: String,
    pub accept: String,
    /// `Sec-Purpose`, `Purpose` or `X-Moz`: a browser looking ahead.
    pub purpose: String,
    /// The address it came from; only its host is kept.
    pub referer: String,
    /// Where the connection came from; goes into a hash in memory that lasts half a minute.
    pub place: String,
    /// A session of this desk was shown.
    pub is_signed_in: bool,
    /// Only the head was asked for.
    pub is_head: bool,
}

/// Words in user agents of machines: crawlers and programs' HTTP libraries. Those of the networks themselves are in `networks/src/agents.rs`.
const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "fetch",
    "scan",
    "monitor",
    "archive",
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "okhttp",
    "axios",
    "node",
    "ruby",
    "perl",
    "libwww",
    "http.rb",
    "httpclient",
    "headless",
    "lighthouse",
    "hobnob/",
];

/// Who came: a person, a machine, or ourselves.
pub fn visitor_kind(facts: &Facts) -> Visitor {
    let agent = facts.user_agent.to_ascii_lowercase();
    let purpose = facts.purpose.to_ascii_lowercase();
    let looks_ahead = purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview");
    // Every browser that shows a page to a person asks for HTML, and says which it is.
    let wants_a_page = facts.accept.contains("text/html");
    if agent.is_empty()
        || facts.is_head
        || looks_ahead
        || !wants_a_page
        || MACHINES.iter().chain(networks::agents::CARD_FETCHERS).any(|m| agent.contains(m))
    {
        return Visitor::Machine;
    }
    if facts.is_signed_in { Visitor::Ourselves } else { Visitor::Person }
}

/// Arrivals of the last half minute, by a hash salted anew at every start. Never written anywhere.
pub struct Lately {
    salt: [u8; 16],
    seen: Mutex<HashMap<[u8; 16], Timestamp>>,
}

impl Default for Lately {
    fn default() -> Self {
        Lately { salt: rand::random(), seen: Mutex::default() }
    }
}

impl Lately {
    /// Whether the same browser followed the same link just now; notes this arrival.
    fn is_again(&self, code: &str, facts: &Facts, now: Timestamp) -> bool {
        let hash = Sha256::new()
            .chain_update(self.salt)
            .chain_update(code)
            .chain_update([0])
            .chain_update(&facts.place)
            .chain_update([0])
            .chain_update(&facts.user_agent)
            .finalize();
        let key = *hash.first_chunk().expect("a hash has 32 bytes");
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED_MAX {
            seen.retain(|_, at| now.duration_since(*at) < AGAIN_WITHIN);
            if seen.len() >= REMEMBERED_MAX {
                seen.clear();
            }
        }
        let before = seen.insert(key, now);
        before.is_some_and(|at| now.duration_since(at) < AGAIN_WITHIN)
    }
}

/// Counts an arrival and answers where the link leads; `None` where there is no such link.
pub async fn visit(app: &App, code: &str, facts: &Facts, now: Timestamp) -> Done<Option<String>> {
    if code.is_empty() || code.len() > CODE_MAX || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    let visitor = visitor_kind(facts);
    let is_again = visitor == Visitor::Person && app.lately.is_again(code, facts, now);
    let (code, from) = (code.to_owned(), host_of(&facts.referer));
    let target = app
        .store
        .write_unscoped::<_, StoreError>(move |tx| {
            let Some((desk, link)) = tx.link_by_code(&code)? else { return Ok(None) };
            if !is_again {
                tx.at(desk, |tx| tx.visits().put(&Visit { id: tx.fresh(now), link: link.id, at: now, visitor, from }))?;
            }
            Ok(Some(link.target))
        })
        .await?;
    Ok(target)
}

fn host_of(referer: &str) -> Option<String> {
    let url = url::Url::parse(referer).ok()?;
    url.host_str().filter(|h| h.len() <= HOST_MAX).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    fn browser() -> Facts {
        Facts { user_agent: FIREFOX.into(), accept: "text/html,application/xhtml+xml".into(), ..Facts::default() }
    }

    #[test]
    fn people_are_told_from_machines_and_from_ourselves() {
        assert_eq!(visitor_kind(&browser()), Visitor::Person);
        assert_eq!(visitor_kind(&Facts { is_signed_in: true, ..browser() }), Visitor::Ourselves);
        for agent in [
            "",
            "curl/8.5.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1",
            "Mastodon/4.3.0 (http.rb/5.2.0; +https://social.example/)",
            "Bluesky Cardyb/1.1",
            "Slackbot-LinkExpanding 1.0",
            "TelegramBot (like TwitterBot)",
            "python-requests/2.32",
        ] {
            assert_eq!(visitor_kind(&Facts { user_agent: agent.into(), ..browser() }), Visitor::Machine, "{agent}");
        }
        assert_eq!(visitor_kind(&Facts { purpose: "prefetch;prerender".into(), ..browser() }), Visitor::Machine);
        assert_eq!(visitor_kind(&Facts { is_head: true, ..browser() }), Visitor::Machine);
        assert_eq!(visitor_kind(&Facts { accept: "*/*".into(), ..browser() }), Visitor::Machine);
    }

    #[test]
    fn a_reload_is_no_second_visit_and_another_browser_is() {
        let lately = Lately::default();
        let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).unwrap();
        let here = Facts { place: "203.0.113.5".into(), ..browser() };
        assert!(!lately.is_again("abc", &here, at(0)));
        assert!(lately.is_again("abc", &here, at(10)));
        assert!(!lately.is_again("abd", &here, at(10)));
        assert!(!lately.is_again("abc", &Facts { place: "203.0.113.6".into(), ..browser() }, at(10)));
        assert!(!lately.is_again("abc", &here, at(100)));
    }
}
