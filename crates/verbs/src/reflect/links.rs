//! Our own short links: `/go/CODE`, made for one draft going to one account, so that a visit knows where it came from.

use model::{AccountId, AimId, ConversationId, DraftId, Link, PersonId, Timestamp, measure};
use sha2::{Digest, Sha256};
use store::{Kept, StoreError, Tx};

/// What stands before a code in the address.
pub const PATH: &str = "/go/";
/// Letters of a code: 62^7 of them.
pub const CODE_LEN: usize = 7;
/// How often another code is tried where one is taken.
const SALTS_MAX: u32 = 16;
/// Links of one text that are made short.
const LINKS_MAX: usize = 50;

/// What a link is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    pub draft: DraftId,
    pub account: AccountId,
    pub aim: Option<AimId>,
    pub person: Option<PersonId>,
    pub conversation: Option<ConversationId>,
}

/// The text with each of its links replaced by one of our own, which is kept. The same text for the same purpose gives the same
/// links, so doing it again keeps nothing twice.
pub fn shorten(tx: &Tx<'_>, text: &str, purpose: &Purpose, public_url: &str, now: Timestamp) -> Kept<String> {
    replace(tx, text, purpose, public_url, Some(now))
}

/// What [`shorten`] will answer; nothing is kept.
pub fn as_shortened(tx: &Tx<'_>, text: &str, purpose: &Purpose, public_url: &str) -> Kept<String> {
    replace(tx, text, purpose, public_url, None)
}

fn replace(tx: &Tx<'_>, text: &str, purpose: &Purpose, public_url: &str, keep_at: Option<Timestamp>) -> Kept<String> {
    let own = format!("{}{PATH}", public_url.trim_end_matches('/'));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in measure::links(text).into_iter().take(LINKS_MAX) {
        let target = &text[start..end];
        out.push_str(&text[from..start]);
        from = end;
        if target.starts_with(&own) {
            out.push_str(target);
            continue;
        }
        out.push_str(&own);
        out.push_str(&code_for(tx, target, purpose, keep_at)?);
    }
    out.push_str(&text[from..]);
    Ok(out)
}

/// The code of the link for that target and purpose: found, or free (and then kept, where it shall be).
fn code_for(tx: &Tx<'_>, target: &str, purpose: &Purpose, keep_at: Option<Timestamp>) -> Kept<String> {
    for salt in 0..SALTS_MAX {
        let code = code(tx, target, purpose, salt);
        match tx.links().find_code(&code)? {
            Some(link) if link.target == target && link.draft == Some(purpose.draft) => return Ok(code),
            Some(_) => continue,
            None if tx.links().is_taken(&code)? => continue,
            None => {}
        }
        if let Some(now) = keep_at {
            let link = Link {
                id: tx.fresh(now),
                code: code.clone(),
                target: target.to_owned(),
                aim: purpose.aim,
                draft: Some(purpose.draft),
                conversation: purpose.conversation,
                person: purpose.person,
                created_at: now,
            };
            tx.links().put(&link, Some(purpose.account))?;
        }
        return Ok(code);
    }
    Err(StoreError::Broken("no free code for a link".into()))
}

/// Made of what the link is for, so that the page can show it before it is kept.
fn code(tx: &Tx<'_>, target: &str, purpose: &Purpose, salt: u32) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut hash = Sha256::new();
    for part in [tx.desk().0, purpose.draft.0, purpose.account.0, i64::from(salt)] {
        hash.update(part.to_le_bytes());
    }
    hash.update(target.as_bytes());
    let digest = hash.finalize();
    let mut number = u64::from_le_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
    let mut code = String::with_capacity(CODE_LEN);
    for _ in 0..CODE_LEN {
        code.push(char::from(LETTERS[(number % 62) as usize]));
        number /= 62;
    }
    code
}
