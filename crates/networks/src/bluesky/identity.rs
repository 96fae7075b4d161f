//! From a handle to its owner's DID, and from the DID to the server that keeps the account.

use std::time::Duration;

use url::Url;

use super::people::NOT_A_HANDLE;
use super::syntax::{is_did, is_handle};
use super::wire::{Description, DidDocument, Resolved};
use super::xrpc::{Effect, Xrpc, beforehand};
use crate::{Answer, Http, NetworkError};

/// A handle's own web site is given this long; many have none.
const OWN_SITE_MAX: Duration = Duration::from_secs(8);
/// A DID and a line break, or something else that is not one.
const OWN_SITE_BODY_MAX: usize = 4096;
const DOCUMENT_MAX: usize = 256 * 1024;
const BROKEN: &str = "The handle and the account do not point to each other. Check the handle in Bluesky's settings.";

/// Where names are looked up.
pub struct Directories {
    /// A handle's own word for whose it is; `{handle}` stands for the handle.
    pub own_site: String,
    /// Answers for handles that are proven in the domain name system, which we do not ask ourselves.
    pub appview: String,
    /// Keeps the documents of `did:plc`.
    pub plc: String,
}

impl Default for Directories {
    fn default() -> Self {
        Directories {
            own_site: "https://{handle}/.well-known/atproto-did".into(),
            appview: "https://public.api.bsky.app".into(),
            plc: "https://plc.directory".into(),
        }
    }
}

/// Whose handle it is, as one server says.
pub async fn resolve_at(xrpc: &Xrpc<'_>, handle: &str) -> Answer<String> {
    if !is_handle(handle) {
        return Err(NetworkError::Refused(NOT_A_HANDLE.into()));
    }
    let answer: Result<Resolved, _> = xrpc.ask("com.atproto.identity.resolveHandle", &[("handle", handle)]).await?;
    match answer {
        Ok(found) if is_did(&found.did) => Ok(found.did),
        Ok(_) => Err(NetworkError::Garbled("the server names no account for the handle".into())),
        Err(fault) if fault.status == 400 && matches!(fault.name.as_str(), "InvalidRequest" | "HandleNotFound") => {
            Err(NetworkError::NotThere)
        }
        Err(fault) => Err(fault.meaning(Effect::Nothing)),
    }
}

impl Directories {
    /// Whose handle it is: by its own web site, else by the public directory.
    pub async fn resolve(&self, http: &Http, handle: &str, now: model::Timestamp) -> Answer<String> {
        if let Some(did) = self.ask_own_site(http, handle).await {
            return Ok(did);
        }
        resolve_at(&Xrpc::nobody(http, &self.appview, now), handle).await
    }

    async fn ask_own_site(&self, http: &Http, handle: &str) -> Option<String> {
        let request = http.get(&self.own_site.replace("{handle}", handle)).ok()?.timeout(OWN_SITE_MAX);
        let reply = http.send_within(request, OWN_SITE_BODY_MAX).await.ok()?;
        let text = reply.text();
        (reply.is_success() && is_did(text.trim())).then(|| text.trim().to_owned())
    }

    /// The account's own document, from where its kind of DID keeps it.
    pub async fn document(&self, http: &Http, did: &str, now: model::Timestamp) -> Answer<DidDocument> {
        let address = match did.split(':').collect::<Vec<_>>()[..] {
            ["did", "plc", _] => format!("{}/{did}", self.plc),
            ["did", "web", host] => format!("https://{}/.well-known/did.json", host.replace("%3A", ":")),
            _ => return Err(NetworkError::Refused("The account's identity is of a kind that Hobnob does not know.".into())),
        };
        let reply = http.send_within(http.get(&address)?, DOCUMENT_MAX).await?;
        if !reply.is_success() {
            return Err(beforehand(reply.trouble(now)));
        }
        reply.json()
    }
}

/// The account's document as its own server tells it.
pub async fn described_at(xrpc: &Xrpc<'_>, did: &str) -> Answer<DidDocument> {
    let answer: Description = xrpc.query("com.atproto.repo.describeRepo", &[("repo", did)]).await?;
    Ok(answer.did_doc)
}

/// The server that keeps the account. Refused unless the document is that account's and points back to the handle.
pub fn server_in(document: &DidDocument, did: &str, handle: &str) -> Answer<String> {
    let back = format!("at://{handle}");
    if document.id != did || !document.also_known_as.iter().any(|name| name.eq_ignore_ascii_case(&back)) {
        return Err(NetworkError::Refused(BROKEN.into()));
    }
    let service = document.service.iter().find(|s| {
        s["id"].as_str().is_some_and(|id| id == "#atproto_pds" || id == format!("{did}#atproto_pds"))
            && s["type"] == "AtprotoPersonalDataServer"
    });
    let endpoint = service.and_then(|s| s["serviceEndpoint"].as_str());
    endpoint.and_then(origin).ok_or_else(|| NetworkError::Refused("The account names no server that keeps it.".into()))
}

/// `https://host[:port]` of an address; `None` where a password must not be sent there.
pub fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_here = match url.host()? {
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(ip) => ip.is_loopback() || ip.is_private(),
        url::Host::Ipv6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    (is_safe && url.username().is_empty() && url.password().is_none()).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(also: &str, endpoint: &str) -> DidDocument {
        serde_json::from_value(json!({
            "id": "did:plc:ada",
            "alsoKnownAs": [also],
            "service": [
                {"id": "#atproto_labeler", "type": "AtprotoLabeler", "serviceEndpoint": "https://labels.example"},
                {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint},
            ],
        }))
        .unwrap()
    }

    #[test]
    fn a_document_must_be_the_accounts_and_point_back() {
        let good = document("at://Ada.example", "https://pds.example/");
        assert_eq!(server_in(&good, "did:plc:ada", "ada.example"), Ok("https://pds.example".into()));
        let broken = NetworkError::Refused(BROKEN.into());
        assert_eq!(server_in(&good, "did:plc:ben", "ada.example"), Err(broken.clone()));
        assert_eq!(server_in(&good, "did:plc:ada", "ben.example"), Err(broken));
        assert!(server_in(&document("at://ada.example", "http://pds.example"), "did:plc:ada", "ada.example").is_err());
    }

    #[test]
    fn a_password_goes_by_https_or_stays_near() {
        assert_eq!(origin("https://pds.example:8443/x?y"), Some("https://pds.example:8443".into()));
        assert_eq!(origin("http://127.0.0.1:2583"), Some("http://127.0.0.1:2583".into()));
        assert_eq!(origin("http://localhost:2583/"), Some("http://localhost:2583".into()));
        for bad in ["http://pds.example", "ftp://pds.example", "https://me:pw@pds.example", "pds.example", "https://"] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
