//! Our own short links: `/go/CODE`, made for one draft going to one account, so that a visit knows where it came from.

use model::{AccountId, AimId, ConversationId, DeskId, DraftId, Link, LinkId, PersonId, Timestamp, measure};
use sha2::{Digest, Sha256};
use store::{Kept, StoreError, Tx, Unscoped};

use crate::{Cx, Done};

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
    let (own, before) = (base(tx, public_url)?, format!("{}{PATH}", public_url.trim_end_matches('/')));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in measure::links(text).into_iter().take(LINKS_MAX) {
        let target = &text[start..end];
        out.push_str(&text[from..start]);
        from = end;
        if target.starts_with(&own) || target.starts_with(&before) {
            out.push_str(target);
            continue;
        }
        out.push_str(&own);
        out.push_str(&code_for(tx, target, purpose, keep_at)?);
    }
    out.push_str(&text[from..]);
    Ok(out)
}

/// The text with something as long as a short link in the place of each link that would become one.
pub(crate) fn as_long_as_short(text: &str, base: &str) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in measure::links(text).into_iter().take(LINKS_MAX) {
        out.push_str(&text[from..start]);
        from = end;
        match &text[start..end] {
            own if own.starts_with(base) => out.push_str(own),
            _ => out.extend([base, &"0".repeat(CODE_LEN)]),
        }
    }
    out.push_str(&text[from..]);
    out
}

/// What stands before the code of a new link: the desk's own domain where it has one, else our address.
pub(crate) fn base(tx: &Tx<'_>, public_url: &str) -> Kept<String> {
    Ok(match domain_of(tx)? {
        Some(domain) => format!("https://{domain}/"),
        None => format!("{}{PATH}", public_url.trim_end_matches('/')),
    })
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

/// Whose link a code is and where it leads.
pub(super) fn followed(tx: &mut Unscoped<'_>, code: &str) -> Kept<Option<(DeskId, LinkId, String)>> {
    let Some((desk, link)) = tx.link_by_code(code)? else { return Ok(None) };
    let target = tx.at(desk, |tx| if has_marks(tx)? { marked(tx, &link) } else { Ok(link.target.clone()) })?;
    Ok(Some((desk, link.id, target)))
}

/// The setting by which targets are marked.
const MARKS: &str = "link-marks";

fn has_marks(tx: &Tx<'_>) -> Kept<bool> {
    Ok(tx.setting(MARKS)?.as_deref() == Some("yes"))
}

/// The target with marks that other counters read, and our own that names the link; one that has such marks keeps its own.
fn marked(tx: &Tx<'_>, link: &Link) -> Kept<String> {
    let Ok(mut url) = url::Url::parse(&link.target) else { return Ok(link.target.clone()) };
    let known: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let source = tx.links().network(link.id)?;
    let campaign = link.aim.map(|id| tx.aims().find(id)).transpose()?.flatten().map(|aim| slug(&aim.name));
    let marks = [
        ("utm_source", source),
        ("utm_medium", Some("social".to_owned())),
        ("utm_campaign", campaign),
        (super::sites::VIA, Some(link.code.clone())),
    ];
    for (name, value) in marks {
        if let (Some(value), false) = (value, known.iter().any(|k| k == name)) {
            url.query_pairs_mut().append_pair(name, &value);
        }
    }
    Ok(url.into())
}

/// Words as one word: small letters and digits with a hyphen between.
fn slug(words: &str) -> String {
    let parts: Vec<String> = words.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).map(str::to_lowercase).collect();
    parts.join("-")
}

/// Whether the targets of this desk's links are marked.
pub async fn marks(cx: Cx<'_>) -> Done<bool> {
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, has_marks).await?)
}

/// Marks them from now on, or no more.
pub async fn set_marks(cx: Cx<'_>, is_marked: bool) -> Done<()> {
    crate::desk::accounts::must_own(cx)?;
    let word = if is_marked { "yes" } else { "no" };
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.set_setting(MARKS, word)).await?;
    cx.app.gate.forget_links();
    Ok(())
}

/// The setting that names the domain of short links.
const DOMAIN: &str = "link-domain";
const DOMAIN_MAX: usize = 253;

fn domain_of(tx: &Tx<'_>) -> Kept<Option<String>> {
    Ok(tx.setting(DOMAIN)?.filter(|d| !d.is_empty()))
}

/// The domain of this desk's short links, and what stands before a code of theirs.
pub async fn domain(cx: Cx<'_>) -> Done<(Option<String>, String)> {
    let public = cx.app.config.public_url.clone();
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, move |tx| Ok((domain_of(tx)?, base(tx, &public)?))).await?)
}

/// Has new links begin with a domain of their own, or no more where it is empty. Links that are out lead on as before, as long as their domain does.
pub async fn set_domain(cx: Cx<'_>, domain: &str) -> Done<Option<String>> {
    crate::desk::accounts::must_own(cx)?;
    let written = domain.trim().trim_start_matches("https://").trim_end_matches('/').to_lowercase();
    let is_name = |d: &str| {
        d.len() <= DOMAIN_MAX && d.contains('.') && !d.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ':' | '@' | '?' | '#'))
    };
    let host = match written.as_str() {
        "" => None,
        d if is_name(d) => url::Url::parse(&format!("https://{d}/")).ok().and_then(|u| u.domain().map(str::to_owned)),
        _ => return Err(crate::VerbError::wrong("domain", "The name of a domain is wanted, such as go.fold.example.")),
    };
    if !written.is_empty() && host.is_none() {
        return Err(crate::VerbError::wrong("domain", "The name of a domain is wanted, such as go.fold.example."));
    }
    let own = url::Url::parse(&cx.app.config.public_url).ok().and_then(|u| u.host_str().map(str::to_owned));
    if host.is_some() && host == own {
        return Err(crate::VerbError::wrong("domain", "That is where these pages are. Short links need a name of their own."));
    }
    if let Some(domain) = host.clone() {
        let taken = cx.app.store.read_unscoped::<_, StoreError>(|tx| tx.desks_with(DOMAIN)).await?;
        if taken.iter().any(|(desk, d)| *desk != cx.seat.desk && *d == domain) {
            return Err(crate::VerbError::wrong("domain", "Another desk has that domain."));
        }
    }
    let kept = host.clone().unwrap_or_default();
    cx.app.store.write::<_, StoreError>(cx.seat, move |tx| tx.set_setting(DOMAIN, &kept)).await?;
    cx.app.gate.forget_domains();
    Ok(host)
}

/// All domains that answer nothing but links.
pub(super) fn domains(tx: &Unscoped<'_>) -> Kept<Vec<(DeskId, String)>> {
    tx.desks_with(DOMAIN)
}

/// A short link with what came by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    pub code: String,
    pub target: String,
    pub aim: Option<(AimId, String)>,
    pub created_at: Timestamp,
    /// People who came by it.
    pub visits: u64,
}

/// Links that are listed.
const LISTED_MAX: u32 = 50;

/// The newest links.
pub async fn list(cx: Cx<'_>) -> Done<Vec<LinkRow>> {
    let work = |tx: &Tx<'_>| {
        let links = tx.links().list(Timestamp::UNIX_EPOCH, LISTED_MAX)?;
        let row = |link: Link| {
            let aim = link.aim.map(|id| tx.aims().find(id)).transpose()?.flatten();
            Ok(LinkRow {
                visits: tx.visits().count_of_link(link.id)?,
                code: link.code,
                target: link.target,
                aim: aim.map(|a| (a.id, a.name)),
                created_at: link.created_at,
            })
        };
        links.into_iter().map(row).collect::<Kept<Vec<_>>>()
    };
    Ok(cx.app.store.read::<_, StoreError>(cx.seat, work).await?)
}
