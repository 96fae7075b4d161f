//! `person@domain` as proof of a handle (NIP-05): the domain itself names the key. What somebody merely claims in their profile is shown
//! as their handle only once their domain has said the same.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use model::Timestamp;

use super::keys::is_id;
use crate::{Answer, Http, NetworkError};

/// The largest answer taken, and the longest wait for one while others wait for it.
const BODY_MAX: usize = 512 * 1024;
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a domain's word is believed, and how long a domain that gave none is left alone.
const BELIEVED: SignedDuration = SignedDuration::from_hours(24);
const LEFT_ALONE: SignedDuration = SignedDuration::from_mins(30);
/// Words of domains that are remembered.
const REMEMBERED_MAX: usize = 2000;

type Remembered = HashMap<(String, String), (bool, Timestamp)>;
static REMEMBERED: LazyLock<Mutex<Remembered>> = LazyLock::new(Mutex::default);

/// Takes `name@domain` or a bare domain apart: the name (`_` for the domain itself) and the domain.
pub fn parts(handle: &str) -> Option<(String, String)> {
    let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
    let (name, domain) = handle.split_once('@').unwrap_or(("_", &handle));
    let is_name =
        !name.is_empty() && name.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let host = domain.split(':').next().unwrap_or_default();
    let is_domain = (host.contains('.') || host == "localhost") && domain.len() <= 253;
    (is_name && is_domain && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':')))
        .then(|| (name.to_owned(), domain.to_owned()))
}

/// As people write it: the domain alone where it stands for its one owner.
pub fn shown(handle: &str) -> Option<String> {
    let (name, domain) = parts(handle)?;
    Some(if name == "_" { domain } else { format!("{name}@{domain}") })
}

/// Asks a domain whose key a name is: the public key, as hex.
pub async fn look_up(http: &Http, handle: &str) -> Answer<String> {
    let (name, domain) = parts(handle).ok_or(NetworkError::NotThere)?;
    let host = domain.split(':').next().unwrap_or_default();
    let scheme = if host == "localhost" || host.starts_with("127.") { "http" } else { "https" };
    let url = format!("{scheme}://{domain}/.well-known/nostr.json?name={name}");
    let answer = http.send_within(http.get(&url)?, BODY_MAX).await?;
    // A redirect would let somebody else speak for the domain; the rule forbids following one.
    if answer.url.as_str() != url {
        return Err(NetworkError::Refused("The domain sends us elsewhere, which proves nothing.".into()));
    }
    if !answer.is_success() {
        return Err(NetworkError::NotThere);
    }
    let told: serde_json::Value = answer.json()?;
    let public = told["names"].as_object().and_then(|names| names.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name))).map(|(_, key)| key);
    public.and_then(serde_json::Value::as_str).filter(|key| is_id(key)).map(str::to_owned).ok_or(NetworkError::NotThere)
}

/// Whether a word on this claim is remembered.
pub fn remembered(public: &str, claimed: &str, now: Timestamp) -> Option<bool> {
    let all = REMEMBERED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (word, until) = all.get(&(public.to_owned(), claimed.to_owned()))?;
    (*until > now).then_some(*word)
}

/// The handle, where its domain says that it is theirs.
pub async fn proven(http: &Http, public: &str, claimed: &str, now: Timestamp) -> Option<String> {
    let is_theirs = match remembered(public, claimed, now) {
        Some(word) => word,
        None => {
            let told = tokio::time::timeout(PATIENCE, look_up(http, claimed)).await;
            let word = matches!(told, Ok(Ok(key)) if key == public);
            let until = now + if word { BELIEVED } else { LEFT_ALONE };
            let mut all = REMEMBERED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if all.len() >= REMEMBERED_MAX {
                all.clear();
            }
            all.insert((public.to_owned(), claimed.to_owned()), (word, until));
            word
        }
    };
    if is_theirs { shown(claimed) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_as_people_write_them() {
        for (typed, expected) in [
            ("ada@a.example", Some("ada@a.example")),
            (" @Ada@A.example", Some("ada@a.example")),
            ("_@a.example", Some("a.example")),
            ("a.example", Some("a.example")),
            ("ada@127.0.0.1:80", Some("ada@127.0.0.1:80")),
            ("ada", None),
            ("ada@", None),
            ("@", None),
            ("a da@a.example", None),
            ("ada@a.example/x", None),
            ("ada@b@a.example", None),
        ] {
            assert_eq!(shown(typed).as_deref(), expected, "{typed}");
        }
    }
}
