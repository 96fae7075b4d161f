//! Letters that came back: whoever runs the mailbox to which they come tells it by a signed message. Refusals that the mail server says at once are
//! heard where letters are sent.

use model::{MailState, Timestamp};
use serde_json::Value as Json;
use store::StoreError;

use super::opt_ins;
use crate::reflect::sites::{Signed, check};
use crate::{App, Done, VerbError};

/// Where it is told.
pub const HOOK_PATH: &str = "/hooks/bounce";
pub const BODY_MAX: usize = 16_000;
const WHY_MAX: usize = 200;

/// Takes word of a letter that came back, signed as Standard Webhooks with the desk's secret: `{"to": "bounces+KEY@desk.example", "status": "5.1.1",
/// "why": "no such mailbox"}`. Only what is final (a status that begins with 5, or none) ends the leave. Whether it did.
pub async fn bounce(app: &App, signed: &Signed<'_>, now: Timestamp) -> Done<bool> {
    let json: Json = serde_json::from_slice(signed.body).map_err(|e| VerbError::wrong("body", format!("That is not JSON: {e}.")))?;
    let to = json["to"].as_str().unwrap_or_default();
    let key = key_of(to)
        .ok_or_else(|| VerbError::wrong("to", "`to` is the address to which the letter came back, with its key after a plus."))?
        .to_owned();
    let found = app.store.read_unscoped::<_, StoreError>(move |tx| tx.mail_by_key(&key)).await?;
    // Whoever can't sign learns nothing of which letters there are.
    let (desk, mail) = found.ok_or_else(|| VerbError::wrong("signature", "The signature is not this desk’s."))?;
    let secret = app.store.read_unscoped::<_, StoreError>(move |tx| tx.at(desk, |tx| tx.mails().hook_secret())).await?;
    let secret = secret.ok_or_else(|| VerbError::wrong("signature", "The signature is not this desk’s."))?;
    check(signed, &secret, now)?;
    let status: String = json["status"].as_str().unwrap_or_default().chars().filter(|c| c.is_ascii_digit() || *c == '.').take(12).collect();
    if !status.is_empty() && !status.starts_with('5') {
        return Ok(false);
    }
    let told: String = json["why"].as_str().unwrap_or_default().chars().filter(|c| !c.is_control()).take(WHY_MAX).collect();
    let why = ["It came back".to_owned(), status, told].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(": ");
    app.store
        .write_unscoped::<_, StoreError>(move |tx| {
            tx.at(desk, |tx| {
                for was in [MailState::Sent, MailState::Doubtful] {
                    tx.mails().settle(mail.id, was, MailState::Refused, Some(&why), now)?;
                }
                if let Some(leave) = mail.opt_in {
                    opt_ins::bounced(tx, leave, &why, now)?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(true)
}

/// The key in `bounces+KEY@desk.example`.
fn key_of(address: &str) -> Option<&str> {
    let (local, _) = address.trim().trim_start_matches('<').rsplit_once('@')?;
    let (_, key) = local.rsplit_once('+')?;
    (key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit())).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_known_by_the_address_it_came_back_to() {
        let key = "0123456789abcdef0123456789abcdef";
        assert_eq!(key_of(&format!("bounces+{key}@desk.example")), Some(key));
        assert_eq!(key_of(&format!("<bounces+{key}@desk.example>")), Some(key));
        assert_eq!((key_of("bounces@desk.example"), key_of("bounces+x@desk.example"), key_of("")), (None, None, None));
    }
}
