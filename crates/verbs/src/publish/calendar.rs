//! What goes out when, what has no day yet, and what needs a hand.

use model::{AccountId, Delivery, DeliveryId, DeliveryState, DraftId, Hold, Kind, Timestamp};
use store::Tx;
use store::drafts::KeptDraft;

use super::by_hand::{self, ToCarry};
use super::patience;
use super::placed::{Mend, Waiting};
use crate::{Cx, Done};

/// Deliveries that one page of the calendar holds.
const PAGE_MAX: u32 = 1000;
/// Those that need a hand, and drafts without a day, that stand beside it.
const BESIDE_MAX: u32 = 20;
/// Letters of a draft by which it is known.
const WORDS_MAX: usize = 90;

/// One post in the calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Slip {
    pub draft: DraftId,
    /// The first of its accounts: with the draft, what it is told from others by.
    pub first: AccountId,
    /// Its first words.
    pub words: String,
    pub language: Option<String>,
    pub kind: Kind,
    pub is_personal: bool,
    pub at: Timestamp,
    /// Where it goes: two letters and name.
    pub nets: Vec<(&'static str, &'static str)>,
    pub landed: usize,
    /// Not taken, in doubt, or held.
    pub stuck: usize,
    /// Due, and waiting to be carried over by hand.
    pub by_hand: usize,
    /// When what was tried in vain is tried again by itself.
    pub again_at: Option<Timestamp>,
    pub of: usize,
    /// Its time passed and it has not gone out.
    pub is_late: bool,
    /// Of the draft, and when it was changed last.
    pub version: i64,
    pub changed_at: Timestamp,
}

impl Slip {
    /// Nothing more of it goes out by itself.
    pub fn is_out(&self) -> bool {
        self.landed > 0 && self.landed + self.stuck == self.of
    }
    /// It can still be moved.
    pub fn can_move(&self) -> bool {
        self.landed + self.stuck < self.of || self.is_late
    }
}

/// One place that needs a hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck {
    pub delivery: DeliveryId,
    pub draft: DraftId,
    pub account: AccountId,
    pub words: String,
    pub place: &'static str,
    pub handle: String,
    pub state: DeliveryState,
    pub hold: Option<Hold>,
    pub why: String,
    pub at: Timestamp,
    /// Where the same draft stands already.
    pub elsewhere: Vec<&'static str>,
    pub is_reply: bool,
    /// What the account needs before it can speak.
    pub mend: Option<Mend>,
    /// It is tried again by itself, and has been for a while.
    pub waits: Option<Waiting>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CalendarPage {
    pub zone: String,
    pub slips: Vec<Slip>,
    /// Drafts without a day, last changed first, and how many there are in all.
    pub undated: Vec<KeptDraft>,
    pub undated_count: u64,
    pub stuck: Vec<Stuck>,
    /// What waits to be carried over by hand.
    pub by_hand: Vec<ToCarry>,
}

/// Everything that goes or went out in `from..until`, and what stands beside it.
pub async fn calendar(cx: Cx<'_>, from: Timestamp, until: Timestamp) -> Done<CalendarPage> {
    let networks = cx.app.networks.clone();
    cx.app
        .store
        .read(cx.seat, move |tx| {
            Ok(CalendarPage {
                zone: tx.this_desk()?.zone,
                slips: slips(tx, &networks, from, until)?,
                undated: tx.drafts().list(BESIDE_MAX)?,
                undated_count: tx.drafts().count()?,
                stuck: stuck(tx, &networks)?,
                by_hand: by_hand::to_carry(tx, &networks)?,
            })
        })
        .await
}

/// What goes or went out in `from..until`, answers left out, in order of time. A draft with a slot of its own in each place stands once at
/// each of these times.
pub fn slips(tx: &Tx<'_>, networks: &networks::Networks, from: Timestamp, until: Timestamp) -> store::Kept<Vec<Slip>> {
    type Slot = (DraftId, Option<String>);
    let mut by_draft: Vec<(Slot, Vec<Delivery>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for d in tx.deliveries().between(from, until, PAGE_MAX)? {
        let key = (d.draft, d.wished_at.clone());
        match places.get(&key) {
            Some(&at) => {
                let (_, these): &mut (_, Vec<Delivery>) = &mut by_draft[at];
                these.push(d);
            }
            None => {
                places.insert(key.clone(), by_draft.len());
                by_draft.push((key, vec![d]));
            }
        }
    }
    let mut slips = Vec::new();
    for ((draft, _), these) in by_draft {
        let Some(kept) = tx.drafts().find(draft)?.filter(|k| k.draft.reply.is_none()) else { continue };
        let mut nets = Vec::new();
        for d in &these {
            if let Some((account, _)) = tx.accounts().known(d.account)? {
                nets.extend(networks.get(&account.network).map(|n| (n.about().mark, n.about().name)));
            }
        }
        slips.push(Slip {
            draft,
            first: these[0].account,
            version: kept.version,
            changed_at: kept.draft.updated_at,
            words: first_words(&kept),
            language: kept.draft.language.clone(),
            kind: kept.draft.kind,
            is_personal: kept.draft.is_personal,
            at: these.iter().map(|d| d.due).min().unwrap_or(from),
            nets,
            landed: these.iter().filter(|d| d.state == DeliveryState::Landed).count(),
            stuck: these.iter().filter(|d| is_stuck(d)).count(),
            by_hand: these.iter().filter(|d| waits_for_hand(d)).count(),
            again_at: (these.iter()).filter(|d| d.state == DeliveryState::Planned && d.hold.is_none() && d.tries > 0).map(|d| d.due).min(),
            of: these.len(),
            is_late: these.iter().any(|d| d.hold == Some(Hold::Late)),
        });
    }
    slips.sort_by_key(|s| (s.at, s.draft));
    Ok(slips)
}

fn is_stuck(d: &Delivery) -> bool {
    matches!(d.state, DeliveryState::Refused | DeliveryState::AskHuman)
        || (d.state == DeliveryState::Planned && d.hold.is_some_and(|h| h != Hold::Hand))
}

fn waits_for_hand(d: &Delivery) -> bool {
    d.state == DeliveryState::Planned && d.hold == Some(Hold::Hand)
}

/// The places that need a hand.
pub fn stuck(tx: &Tx<'_>, networks: &networks::Networks) -> store::Kept<Vec<Stuck>> {
    let mut all = Vec::new();
    for d in tx.deliveries().stuck(patience::SHOWN_FROM, BESIDE_MAX)? {
        let (Some(kept), Some((account, is_connected))) = (tx.drafts().find(d.draft)?, tx.accounts().known(d.account)?) else { continue };
        let name = |key: &model::NetworkKey| networks.get(key).map_or("This network", |n| n.about().name);
        let mut elsewhere = Vec::new();
        for other in tx.deliveries().of_draft(d.draft)? {
            if other.state == DeliveryState::Landed && other.part_index == 0 && other.account != d.account {
                elsewhere.extend(tx.accounts().known(other.account)?.map(|(a, _)| name(&a.network)));
            }
        }
        all.push(Stuck {
            delivery: d.id,
            draft: d.draft,
            account: account.id,
            words: first_words(&kept),
            place: name(&account.network),
            mend: Mend::of(&account, is_connected).filter(|_| d.state == DeliveryState::Planned),
            handle: account.handle,
            waits: Waiting::of(tx, &d)?,
            state: d.state,
            hold: d.hold,
            why: d.why.unwrap_or_default(),
            at: d.due,
            elsewhere,
            is_reply: kept.draft.reply.is_some(),
        });
    }
    Ok(all)
}

/// The words by which a draft is known: its title, or the beginning of its text.
pub fn first_words(kept: &KeptDraft) -> String {
    let d = &kept.draft;
    let line = match d.title.as_deref().filter(|t| !t.trim().is_empty()) {
        Some(title) => title,
        None => d.text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default(),
    };
    let line = line.trim();
    if line.is_empty() {
        return if d.pictures.is_empty() { "Nothing said yet".into() } else { "A picture".into() };
    }
    if line.chars().count() <= WORDS_MAX {
        return line.to_owned();
    }
    let cut: String = line.chars().take(WORDS_MAX).collect();
    let head = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{}…", head.trim_end_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, ')' | '"' | '?')))
}
