//! On the own site first: the other places wait for the address there, and carry it as their last line. Until it is known a stand-in
//! takes up its room, so that what is shown and what goes out is cut in the same places.

use model::{Account, Delivery, DeliveryId, DeliveryState, DraftId, Hold, Part, Timestamp};
use networks::Landing;
use store::drafts::{Choice, KeptDraft};
use store::{Kept, Tx};

use super::plan::plan_in;
use super::render::Press;
use crate::jobs::Job;
use crate::{Cx, Done, VerbError};

/// What a delivery says that waits.
const WAITS: &str = "It waits for the address on your own site.";
const TOO_LONG: &str = "The address on your own site is too long for this place. Send it without, or change the words here.";

/// What stands at the end of a draft in the other places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLink {
    /// The own site's network and handle.
    pub place: String,
    pub url: String,
    /// The post stands there, and this is its address.
    pub is_known: bool,
}

/// The link that `account` carries, where the draft stands on an own site first and this is another place.
pub fn link_for(tx: &Tx<'_>, kept: &KeptDraft, account: &Account) -> Kept<Option<SiteLink>> {
    if !kept.has_site_first || account.rules.site.is_own || kept.draft.reply.is_some() {
        return Ok(None);
    }
    let Some(site) = site_of(tx, kept)? else { return Ok(None) };
    let standing = tx.deliveries().part(kept.draft.id, site.id, 0)?;
    let link = |url: String, is_known: bool| Some(SiteLink { place: site.handle.clone(), url, is_known });
    Ok(match standing {
        Some(d) if d.state == DeliveryState::Landed && d.deleted_at.is_none() => {
            let address = d.landed_url.clone().or_else(|| d.landed.map(|at| at.id)).filter(|u| is_web(u));
            link(address.unwrap_or_else(|| site.server.clone()), true)
        }
        Some(d) if d.state == DeliveryState::Cancelled => None,
        _ => link(stand_in(&site, kept.draft.id), false),
    })
}

/// The first own site among a draft's places that is not left out.
fn site_of(tx: &Tx<'_>, kept: &KeptDraft) -> Kept<Option<Account>> {
    let edits = tx.drafts().edits(kept.draft.id)?;
    for id in &kept.accounts {
        if edits.iter().any(|e| e.account == *id && e.choice == Choice::Out) {
            continue;
        }
        if let Some(account) = tx.accounts().find(*id)?.filter(|a| a.rules.site.is_own) {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

/// Takes up the room of an address that is not known yet; the same for a draft however often it is asked.
fn stand_in(site: &Account, draft: DraftId) -> String {
    format!("{}/its-address-once-it-stands-there-{draft}/", site.server.trim_end_matches('/'))
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A text with the link as its last line.
pub fn with_link(text: &str, link: &SiteLink) -> String {
    match text.trim_end() {
        "" => link.url.clone(),
        text if text.contains(&link.url) => text.to_owned(),
        text => format!("{text}\n\n{}", link.url),
    }
}

/// Holds a delivery until the site's address is known.
pub fn wait(tx: &Tx<'_>, delivery: &Delivery) -> Kept<()> {
    tx.deliveries().hold(delivery.id, Hold::Site, WAITS)
}

/// The post stands on the own site: what waited for its address gets it and goes out. Called in the transaction that settles.
pub fn stands(tx: &Tx<'_>, delivery: &Delivery, landing: &Landing, now: Timestamp) -> Kept<()> {
    let Some(site) = tx.accounts().find(delivery.account)?.filter(|a| a.rules.site.is_own && delivery.part_index == 0) else {
        return Ok(());
    };
    let (old, all) = (stand_in(&site, delivery.draft), tx.deliveries().of_draft(delivery.draft)?);
    // The address for people first; the lasting name is often the shorter one.
    let addresses: Vec<&str> =
        [landing.url.as_deref(), Some(&landing.at.id), Some(&site.server)].into_iter().flatten().filter(|u| is_web(u)).collect();
    for these in all.chunk_by(|a, b| a.account == b.account) {
        if !these.iter().any(|d| d.hold == Some(Hold::Site) && d.state == DeliveryState::Planned) {
            continue;
        }
        let Some(account) = tx.accounts().find(these[0].account)? else { continue };
        for d in these.iter().filter(|d| d.hold == Some(Hold::Site)) {
            let Some(part) = addresses.iter().find_map(|url| carrying(&d.part, &old, url, &account)) else {
                tx.deliveries().hold(d.id, Hold::Site, TOO_LONG)?;
                continue;
            };
            tx.deliveries().set_part(d.id, &part)?;
            let due = d.due.max(now);
            tx.deliveries().again(d.id, due, d.wished_at.as_deref(), &d.zone)?;
            if d.part_index == 0 {
                Job::Deliver(d.id).put(tx, due, now)?;
            }
        }
    }
    Ok(())
}

/// The part with the true address in place of the stand-in, if it still fits.
fn carrying(part: &Part, old: &str, url: &str, account: &Account) -> Option<Part> {
    let text = part.text.replace(old, url);
    let rules = &account.rules;
    let fits = rules.text_max.is_none_or(|max| model::measure::length(&text, rules) <= max)
        && rules.bytes_max.is_none_or(|max| text.len() <= max as usize);
    (fits || text == part.text).then(|| Part { text, ..part.clone() })
}

/// What waits for the own site, this one and the others of its draft, goes out without its address.
pub async fn send_without(cx: Cx<'_>, id: DeliveryId) -> Done<()> {
    let press = Press::of(cx);
    let now = cx.now;
    cx.app
        .store
        .write(cx.seat, move |tx| {
            let draft = tx.deliveries().get(id)?.draft;
            let waiting: Vec<Delivery> = tx.deliveries().of_draft(draft)?.into_iter().filter(|d| d.hold == Some(Hold::Site)).collect();
            let Some(first) = waiting.first() else { return Err(VerbError::TooLate("Nothing waits for your own site any more.".into())) };
            let (due, mut accounts) = (first.due.max(now), waiting.iter().map(|d| d.account).collect::<Vec<_>>());
            accounts.dedup();
            let mut kept = tx.drafts().get(draft)?;
            kept.has_site_first = false;
            if tx.drafts().save(&kept, now)?.is_none() {
                return Err(VerbError::TooLate("Somebody else changed it first. Look again.".into()));
            }
            plan_in(tx, &press, draft, &accounts, due, now).map(drop)
        })
        .await?;
    cx.ring();
    Ok(())
}
