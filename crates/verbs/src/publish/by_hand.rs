//! Carrying a post over by hand, where a network lets no program in: what is to be copied, where to paste it, and the address that comes
//! back. Until then it waits, for as long as it takes; nothing of it ever goes to the wire.

use model::{Delivery, DeliveryId, DeliveryState, DraftId, Hold, Timestamp};
use networks::{Brought, ByHand, Networks};
use store::{Kept, Tx};

use super::{calendar, landed, picture};
use crate::{Cx, Done, VerbError};

/// Those that one page shows.
const LIST_MAX: u32 = 50;

/// One post that waits to be carried over.
#[derive(Clone, Debug, PartialEq)]
pub struct ToCarry {
    pub delivery: DeliveryId,
    pub draft: DraftId,
    /// The draft's first words.
    pub words: String,
    pub place: &'static str,
    pub mark: &'static str,
    pub handle: String,
    /// Which post of a row, counted from 1, and of how many.
    pub part: u32,
    pub of: u32,
    pub due: Timestamp,
}

/// One post with all that there is to carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    pub carry: ToCarry,
    /// Exactly what is to be pasted.
    pub text: String,
    pub title: Option<String>,
    pub warning: Option<String>,
    pub pictures: Vec<Thing>,
    /// The network's own page on which to post.
    pub page: Option<String>,
    /// Whether the words are in that address already.
    pub is_filled_in: bool,
    /// Our own post that this one answers, as a thread.
    pub answers: Option<String>,
    /// It stands there: at this address.
    pub landed: Option<Option<String>>,
    /// Why it does not wait for a hand just now.
    pub why_not: Option<String>,
    /// The next post of the row, which waits once this one stands.
    pub next: Option<DeliveryId>,
}

/// A picture or a video to be carried.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// Its place with the post, from 0.
    pub place: u32,
    pub is_video: bool,
    pub alt: String,
}

/// All that waits for a hand, the one due longest first.
pub async fn list(cx: Cx<'_>) -> Done<Vec<ToCarry>> {
    let networks = cx.app.networks.clone();
    cx.app.store.read(cx.seat, move |tx| Ok(to_carry(tx, &networks)?)).await
}

/// [`list`] inside a transaction.
pub fn to_carry(tx: &Tx<'_>, networks: &Networks) -> Kept<Vec<ToCarry>> {
    let mut all = Vec::new();
    for d in tx.deliveries().by_hand(LIST_MAX)? {
        all.extend(one(tx, networks, &d)?);
    }
    Ok(all)
}

fn one(tx: &Tx<'_>, networks: &Networks, d: &Delivery) -> Kept<Option<ToCarry>> {
    let (Some(kept), Some(account)) = (tx.drafts().find(d.draft)?, tx.accounts().find(d.account)?) else { return Ok(None) };
    let Some(about) = networks.get(&account.network).map(|n| n.about()) else { return Ok(None) };
    let of = tx.deliveries().of_draft(d.draft)?.iter().filter(|o| o.account == d.account && o.state != DeliveryState::Cancelled).count();
    Ok(Some(ToCarry {
        delivery: d.id,
        draft: d.draft,
        words: calendar::first_words(&kept),
        place: about.name,
        mark: about.mark,
        handle: account.handle,
        part: d.part_index + 1,
        of: u32::try_from(of).unwrap_or(u32::MAX),
        due: d.due,
    }))
}

/// One post with all that there is to carry.
pub async fn load(cx: Cx<'_>, id: DeliveryId) -> Done<Load> {
    let networks = cx.app.networks.clone();
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let d = tx.deliveries().find(id)?.ok_or(VerbError::Missing("post"))?;
            let carry = one(tx, &networks, &d)?.ok_or(VerbError::Missing("post"))?;
            let account = tx.accounts().get(d.account)?;
            let hand = hand_of(&networks, &account)?;
            let page = hand.page(&account, &d.part);
            // What carries words has them behind the question mark.
            let is_filled_in =
                page.as_deref().and_then(|p| url::Url::parse(p).ok()).is_some_and(|p| p.query_pairs().any(|(_, v)| v == d.part.text));
            let next = tx.deliveries().part(d.draft, d.account, d.part_index + 1)?;
            Ok(Load {
                text: d.part.text.clone(),
                title: d.part.title.clone(),
                warning: d.part.warning.clone(),
                pictures: (d.part.pictures.iter().zip(0..))
                    .map(|(p, place)| Thing { place, is_video: p.is_video(), alt: p.alt.clone() })
                    .collect(),
                page,
                is_filled_in,
                answers: d.part.reply_to.as_ref().map(|r| r.parent.id.clone()).filter(|_| d.part_index > 0),
                landed: (d.state == DeliveryState::Landed).then(|| d.landed_url.clone()),
                why_not: why_not(&d),
                next: next.filter(|n| n.state == DeliveryState::Planned).map(|n| n.id),
                carry,
            })
        })
        .await
}

fn why_not(d: &Delivery) -> Option<String> {
    match (&d.state, d.hold) {
        (DeliveryState::Planned, Some(Hold::Hand)) | (DeliveryState::Landed, _) => None,
        (DeliveryState::Planned, None) if d.part_index > 0 => Some("It waits for the post before it.".into()),
        (DeliveryState::Planned, None) => Some("Its time has not come yet.".into()),
        (DeliveryState::Cancelled, _) => Some("It was taken back.".into()),
        _ => Some(d.why.clone().unwrap_or_else(|| "It does not wait for a hand.".into())),
    }
}

fn hand_of<'a>(networks: &'a Networks, account: &model::Account) -> Done<&'a dyn ByHand> {
    networks.get(&account.network).and_then(|n| n.by_hand()).ok_or(VerbError::Missing("post that is carried by hand"))
}

/// A picture or a video, made to fit the place as it would be sent: a name for its file, its kind and its bytes.
pub async fn thing(cx: Cx<'_>, id: DeliveryId, place: u32) -> Done<(String, String, Vec<u8>)> {
    let found = cx
        .app
        .store
        .read(cx.seat, move |tx| {
            let d = tx.deliveries().find(id)?.ok_or(VerbError::Missing("post"))?;
            let picture = d.part.pictures.get(place as usize).cloned().ok_or(VerbError::Missing("picture"))?;
            let rules = tx.accounts().get(d.account)?.rules;
            Ok::<_, VerbError>((tx.pictures().bytes(picture.id)?, picture, rules))
        })
        .await?;
    let (bytes, picture, rules) = found;
    let fitted = picture::in_turn(move || picture::fit(bytes, &picture, &rules)).await?;
    let end = match fitted.mime.as_str() {
        "image/jpeg" => "jpg",
        "video/quicktime" => "mov",
        mime => mime.rsplit('/').next().unwrap_or("bin"),
    };
    Ok((format!("{}.{end}", place + 1), fitted.mime, fitted.bytes))
}

/// What came of bringing an address back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It counts as gone out, with that address; the next post of the row, where there is one.
    Landed { url: Option<String>, next: Option<DeliveryId> },
    /// It does not look like a post's address; why. Said once more with `is_sure`, it is believed.
    Odd(String),
}

/// The post stands there, at `address`.
pub async fn bring_back(cx: Cx<'_>, id: DeliveryId, address: &str, is_sure: bool) -> Done<Carried> {
    let (address, now) = (address.to_owned(), cx.now);
    let networks = cx.app.networks.clone();
    let carried = cx
        .app
        .store
        .write(cx.seat, move |tx| {
            let d = tx.deliveries().find(id)?.ok_or(VerbError::Missing("post"))?;
            let account = tx.accounts().get(d.account)?;
            let landing = match hand_of(&networks, &account)?.landing(&account, &address) {
                Brought::Post(landing) => landing,
                Brought::Odd(landing, _) if is_sure => landing,
                Brought::Odd(_, why) => return Ok(Carried::Odd(why)),
                Brought::Foreign(why) => return Err(VerbError::wrong("address", why)),
            };
            match tx.deliveries().find_landed(d.account, &landing.at.id)? {
                // A second press of the same button.
                Some(other) if other.id == d.id => return Ok(Carried::Landed { url: landing.url, next: None }),
                Some(_) => return Err(VerbError::wrong("address", "Another post of yours stands at that address. Paste this one’s own.")),
                None => {}
            }
            if !tx.deliveries().set_carried(id, &landing.at, landing.url.as_deref(), now)? {
                return Err(VerbError::TooLate(why_not(&d).unwrap_or_else(|| "That was settled already.".into())));
            }
            landed::landed(tx, landed::Standing { delivery: &d, landing: &landing, now })?;
            let next = tx.deliveries().part(d.draft, d.account, d.part_index + 1)?;
            let next = next.filter(|n| n.state == DeliveryState::Planned && n.due <= now);
            // The next one waits for the same hand at once, and need not wait for the worker to say so.
            if let Some(next) = &next {
                tx.deliveries().hold(next.id, Hold::Hand, "It waits for your hand.")?;
            }
            Ok(Carried::Landed { url: landing.url, next: next.map(|n| n.id) })
        })
        .await?;
    cx.ring();
    Ok(carried)
}
