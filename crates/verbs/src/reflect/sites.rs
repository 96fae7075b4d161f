//! Our own sites: what their pages' script sends, what their servers sign and send, and what came to them from elsewhere. The script keeps
//! nothing in the browser; whoever comes by one of our links is known again on the same day by the day's salted hash, or by `via=CODE` in
//! the address.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use model::{AimId, DeskId, Site, SiteId, Source, Timestamp, Visitor};
use serde_json::Value as Json;
use sha2::Sha256;
use store::outcomes::{SITES_MAX, SiteDay};
use store::{StoreError, Tx};
use url::Url;

use super::outcomes::{Sent, Way, keep};
use super::visit::{Facts, who};
use super::visitor::judge;
use crate::desk::accounts::must_own;
use crate::{App, Cx, Done, VerbError};

/// What stands before a site's key in the address.
pub const PATH: &str = "/in/";
/// The parameter that names the link somebody came by, where links are marked.
pub const VIA: &str = "via";
/// What a script or a server may send at once.
pub const BODY_MAX: usize = 8_000;
/// A signed message may be so old, or so far ahead.
const AGE_SECONDS_MAX: i64 = 300;
const HOST_MAX: usize = 200;
const PATH_KEPT_MAX: usize = 300;
const KEY_LETTERS: usize = 16;

/// The script for a site's pages: it sends a visit when a page is shown, and an outcome when something marked `data-outcome` is pressed or
/// sent off, or when the page calls `hobnob("booking")`. Less than a kilobyte, no cookie, nothing kept in the browser.
const SCRIPT: &str = r##"(function(d,w,n){var b="{address}",v=new URLSearchParams(location.search).get("via")||"";w.hobnob=function(o,x){x=x||{};x.n=o||"";x.u=location.href.split("#")[0];x.r=d.referrer;x.v=v;x=JSON.stringify(x);n.sendBeacon&&n.sendBeacon(b,x)||fetch(b,{method:"POST",body:x,keepalive:true,mode:"no-cors"})};function f(e){var t=e.target.closest&&e.target.closest("[data-outcome]");t&&(e.type=="submit")==(t.tagName=="FORM")&&w.hobnob(t.dataset.outcome)}d.addEventListener("click",f);d.addEventListener("submit",f);w.hobnob()})(document,window,navigator)
"##;

/// The script of a site, with the address it sends to.
pub fn script(public_url: &str, key: &str) -> String {
    SCRIPT.replace("{address}", &format!("{}{PATH}{key}", public_url.trim_end_matches('/')))
}

/// Makes a site known. Answers it with the secret that signs what its server sends, which is not shown again.
pub async fn add(cx: Cx<'_>, host: &str, aim: &str) -> Done<(Site, String)> {
    must_own(cx)?;
    let host = host_of(host)?;
    let (aim, now) = (aim.trim().to_owned(), cx.now);
    cx.app
        .store
        .write::<_, VerbError>(cx.seat, move |tx| {
            let sites = tx.outcomes().sites()?;
            if sites.len() >= SITES_MAX as usize {
                return Err(VerbError::wrong("host", format!("A desk has at most {SITES_MAX} sites.")));
            }
            if sites.iter().any(|s| s.host == host) {
                return Err(VerbError::wrong("host", format!("{host} is known already.")));
            }
            let aim = match aim.as_str() {
                "" => None,
                id => Some(tx.aims().get(id.parse::<AimId>().map_err(|_| VerbError::wrong("aim", "There is no such aim."))?)?.id),
            };
            let site = Site { id: tx.fresh(now), host, key: fresh_key(), aim, created_at: now };
            let secret = format!("whsec_{}", BASE64.encode(rand::random::<[u8; 32]>()));
            tx.outcomes().put_site(&site, &secret)?;
            Ok((site, secret))
        })
        .await
}

/// All sites, with the people that came to each in the last four weeks from elsewhere, most first.
pub async fn list(cx: Cx<'_>) -> Done<Vec<(Site, Vec<(String, u64)>)>> {
    let since = day_of(cx.now - jiff::SignedDuration::from_hours(28 * 24));
    let work = move |tx: &Tx<'_>| {
        let sites = tx.outcomes().sites()?;
        sites.into_iter().map(|s| Ok((s.clone(), tx.outcomes().site_sources(s.id, &since)?))).collect::<Result<Vec<_>, StoreError>>()
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}

/// The secret that signs what a site's own server sends.
pub async fn secret(cx: Cx<'_>, id: SiteId) -> Done<String> {
    must_own(cx)?;
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| tx.outcomes().site_secret(id)).await?)
}

/// Nothing is taken from that site any more; what came stays.
pub async fn forget(cx: Cx<'_>, id: SiteId) -> Done<()> {
    must_own(cx)?;
    Ok(cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.outcomes().delete_site(id)).await?)
}

/// What became of something that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Kept,
    /// It was there already, or came from a machine or ourselves: nothing is wrong, and nothing is counted.
    PassedOver,
}

/// Takes what a page's script sends: `{"n": name or "", "u": address, "r": referrer, "v": code, "s": said by, "w": worth, "i": id}`.
pub async fn hear(app: &App, key: &str, body: &[u8], facts: &Facts, now: Timestamp) -> Done<Heard> {
    let (desk, site) = site_of(app, key).await?;
    let beacon = Beacon::read(body)?;
    if !is_of(&beacon.url, &site.host) {
        return Err(VerbError::wrong("u", format!("That page is not of {}.", site.host)));
    }
    if judge(facts, &app.config.own).visitor() != Visitor::Person {
        return Ok(Heard::PassedOver);
    }
    let (day, who) = who(app, desk, facts, now).await?;
    let sent = (!beacon.sent.name.trim().is_empty()).then_some(beacon.sent);
    let Some(mut sent) = sent else { return arrived(app, desk, &site, &beacon.url, &beacon.referrer, now).await };
    // The key stands in the page for everybody to read, so one browser counts once a day by one name.
    let again = format!("{day}/{who:x}/{}", sent.name.trim().to_lowercase());
    sent.remote_id = Some(sent.remote_id.map_or(again, |id| format!("{}/{id}", site.id)));
    // Who comes straight from a link may still wait to be put in.
    super::visit::flush(app).await?;
    let via = beacon.via.or_else(|| via_of(&beacon.url));
    let is_new = at(app, desk, move |tx| {
        let by_code: Way = via.map(|code| tx.outcomes().visit_by_code(&code)).transpose()?.flatten();
        let way = match by_code {
            Some(way) => Some(way),
            None => tx.outcomes().last_visit(&day, who)?.map(|(visit, link)| (Some(visit), link)),
        };
        keep(tx, &site, &sent, way, Source::Script, now)
    })
    .await?;
    Ok(if is_new { Heard::Kept } else { Heard::PassedOver })
}

/// Takes what a site's own server sends, signed as the Standard Webhooks specification says (version 1.0.0: `webhook-id`, `webhook-timestamp`,
/// `webhook-signature: v1,BASE64`, HMAC-SHA256 over `id.timestamp.body`): `{"name", "at", "via", "said_by", "value", "id", "n"}`.
pub async fn hook(app: &App, key: &str, signed: &Signed<'_>, now: Timestamp) -> Done<Heard> {
    let (desk, site) = site_of(app, key).await?;
    let id = site.id;
    let secret = at(app, desk, move |tx| Ok(tx.outcomes().site_secret(id)?)).await?;
    check(signed, &secret, now)?;
    let json: Json = serde_json::from_slice(signed.body).map_err(|e| VerbError::wrong("body", format!("That is not JSON: {e}.")))?;
    let word = |name: &str| json[name].as_str().map(str::to_owned);
    let at_word = word("at")
        .map(|at| at.parse().map_err(|_| VerbError::wrong("at", "`at` is an instant such as 2026-09-08T10:00:00Z.")))
        .transpose()?;
    let sent = Sent {
        name: word("name").ok_or_else(|| VerbError::wrong("name", "An outcome needs its `name`."))?,
        said_by: word("said_by"),
        value: json["value"].as_f64(),
        remote_id: Some(format!("{}/{}", site.id, word("id").unwrap_or_else(|| signed.id.to_owned()))),
        at: at_word,
        n: json["n"].as_u64().and_then(|n| u32::try_from(n).ok()),
    };
    let via = word("via");
    super::visit::flush(app).await?;
    let is_new = at(app, desk, move |tx| {
        let way: Way = via.map(|code| tx.outcomes().visit_by_code(&code)).transpose()?.flatten();
        keep(tx, &site, &sent, way, Source::Hook, now)
    })
    .await?;
    Ok(if is_new { Heard::Kept } else { Heard::PassedOver })
}

/// A signed message.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signature: &'a str,
    pub body: &'a [u8],
}

/// The signature of a message, as its sender makes it.
pub fn sign(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    format!("v1,{}", BASE64.encode(mac(secret, id, timestamp, body).finalize().into_bytes()))
}

fn mac(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let key = secret.strip_prefix("whsec_").and_then(|s| BASE64.decode(s).ok()).unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// Whether a message was signed with that secret, lately.
pub(crate) fn check(signed: &Signed<'_>, secret: &str, now: Timestamp) -> Done<()> {
    let wrong = |why: &str| Err(VerbError::wrong("signature", why));
    let Some(age) = signed.timestamp.parse::<i64>().ok().map(|at| (now.as_second() - at).abs()) else {
        return wrong("`webhook-timestamp` is seconds since 1970.");
    };
    if age > AGE_SECONDS_MAX || signed.id.is_empty() {
        return wrong("It is too old, or has no `webhook-id`: it may have been sent before.");
    }
    let mut sent = signed.signature.split(' ').filter_map(|s| s.strip_prefix("v1,")).filter_map(|s| BASE64.decode(s).ok());
    // Compared in a time that says nothing of how much was right.
    if sent.any(|s| mac(secret, signed.id, signed.timestamp, signed.body).verify_slice(&s).is_ok()) {
        return Ok(());
    }
    wrong("The signature is not this site's.")
}

/// Somebody came to our own site: counted by day, from where, and to which page, unless they came from the site itself.
async fn arrived(app: &App, desk: DeskId, site: &Site, url: &str, referrer: &str, now: Timestamp) -> Done<Heard> {
    let from = Url::parse(referrer).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
    if is_same_host(&from, &site.host) {
        return Ok(Heard::PassedOver);
    }
    let path = Url::parse(url).map(|u| u.path().chars().take(PATH_KEPT_MAX).collect()).unwrap_or_default();
    let arrival = SiteDay {
        site: site.id,
        day: day_of(now),
        from_host: from.chars().take(HOST_MAX).collect(),
        path,
        visitor: Visitor::Person.word().to_owned(),
        source: Source::Script.word().to_owned(),
        n: 1,
    };
    at(app, desk, move |tx| Ok(tx.outcomes().add_site_day(&arrival)?)).await?;
    Ok(Heard::Kept)
}

async fn site_of(app: &App, key: &str) -> Done<(DeskId, Site)> {
    let key = key.to_owned();
    let found = app.store.read_unscoped::<_, StoreError>(move |tx| tx.site_by_key(&key)).await?;
    found.ok_or(VerbError::Missing("site"))
}

async fn at<T: Send + 'static>(app: &App, desk: DeskId, work: impl FnOnce(&Tx<'_>) -> Done<T> + Send + 'static) -> Done<T> {
    app.store.write_unscoped::<_, VerbError>(move |tx| tx.at(desk, work)).await
}

struct Beacon {
    sent: Sent,
    url: String,
    referrer: String,
    via: Option<String>,
}

impl Beacon {
    fn read(body: &[u8]) -> Done<Beacon> {
        let json: Json = serde_json::from_slice(body).map_err(|_| VerbError::wrong("body", "That is not what the script sends."))?;
        let word = |name: &str| json[name].as_str().map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned);
        let sent = Sent {
            name: word("n").unwrap_or_default(),
            said_by: word("s"),
            value: json["w"].as_f64(),
            remote_id: word("i"),
            at: None,
            n: None,
        };
        Ok(Beacon { sent, url: word("u").unwrap_or_default(), referrer: word("r").unwrap_or_default(), via: word("v") })
    }
}

/// The link that an address says somebody came by.
pub(super) fn via_of(url: &str) -> Option<String> {
    let base = Url::parse("http://site.invalid").ok()?;
    let url = base.join(url).ok()?;
    let (_, code) = url.query_pairs().find(|(name, _)| name == VIA)?;
    (code.len() <= 32 && code.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| code.into_owned())
}

fn is_of(url: &str, host: &str) -> bool {
    Url::parse(url).ok().and_then(|u| u.host_str().map(|h| is_same_host(h, host))).unwrap_or(false)
}

/// The site itself, or a part of it: `www.fold.example` is of `fold.example`.
pub(super) fn is_same_host(host: &str, site: &str) -> bool {
    host == site || host.strip_suffix(site).is_some_and(|rest| rest.ends_with('.'))
}

pub(super) fn day_of(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

fn host_of(written: &str) -> Done<String> {
    let written = written.trim();
    let whole = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let host = Url::parse(&whole).ok().and_then(|u| u.host_str().map(|h| h.trim_start_matches("www.").to_lowercase()));
    host.filter(|h| !h.is_empty() && h.len() <= HOST_MAX)
        .ok_or_else(|| VerbError::wrong("host", "The address of a site is wanted, such as fold.example."))
}

fn fresh_key() -> String {
    let bytes: [u8; KEY_LETTERS / 2] = rand::random();
    bytes.iter().fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small_and_keeps_nothing() {
        let script = script("https://desk.example/", "0123456789abcdef");
        assert!(script.len() < 1024, "{}", script.len());
        assert!(script.contains("\"https://desk.example/in/0123456789abcdef\"") && script.contains("split(\"#\")"), "{script}");
        assert!(!["cookie", "localStorage", "sessionStorage", "indexedDB"].iter().any(|word| script.contains(word)));
    }

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_the_standards() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let (id, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
        let signature = sign(secret, id, at, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let now = Timestamp::from_second(1_614_265_400).unwrap();
        let signed = Signed { id, timestamp: at, signature: &signature, body };
        assert_eq!(check(&signed, secret, now), Ok(()));
        assert!(check(&Signed { body: b"{}", ..signed }, secret, now).is_err());
        assert!(check(&Signed { signature: "v1,AAAA", ..signed }, secret, now).is_err());
        assert!(check(&signed, secret, Timestamp::from_second(1_614_269_000).unwrap()).is_err());
        assert_eq!(check(&Signed { signature: &format!("v1,AAAA {signature}"), ..signed }, secret, now), Ok(()));
    }

    #[test]
    fn whose_page_it_is() {
        assert!(is_of("https://www.fold.example/a?b", "fold.example") && is_of("https://fold.example", "fold.example"));
        assert!(!is_of("https://evilfold.example/", "fold.example") && !is_of("fold.example", "fold.example"));
        assert_eq!(via_of("https://fold.example/a?x=1&via=Ab3dE7x").as_deref(), Some("Ab3dE7x"));
        assert_eq!(via_of("/a?via=Ab3dE7x").as_deref(), Some("Ab3dE7x"));
        assert_eq!(via_of("/a?via=a/b"), None);
        assert_eq!(host_of(" https://www.Fold.example/x ").unwrap(), "fold.example");
        assert!(host_of("").is_err());
    }
}
