//! Where a draft that was planned stands, place by place.

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, Delivery, DeliveryId, DeliveryState, DraftId, Hold, Timestamp};
use store::away::Away;
use store::{Kept, Tx};

use crate::jobs::Job;
use crate::{Cx, Done};

/// A clock that was set back by less is not worth a word.
const CLOCK_BACK_MIN: SignedDuration = SignedDuration::from_mins(2);
/// A clear answer comes sooner than this, if at all.
const DOUBT_MIN: SignedDuration = SignedDuration::from_mins(3);

/// What a person can do about an account that cannot speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// Sign in again, at the network of that key.
    SignIn(String),
    /// Connect it anew, at the network of that key.
    Connect(String),
    /// Switch it on.
    Wake(AccountId),
}

impl Mend {
    /// What an account needs; `None` where it works.
    pub fn of(account: &Account, is_connected: bool) -> Option<Mend> {
        match account.state {
            _ if !is_connected => Some(Mend::Connect(account.network.0.clone())),
            AccountState::Working => None,
            AccountState::SignInAgain => Some(Mend::SignIn(account.network.0.clone())),
            AccountState::Resting => Some(Mend::Wake(account.id)),
        }
    }
}

/// One part in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub delivery: DeliveryId,
    pub account: AccountId,
    pub network: String,
    pub place: &'static str,
    pub mark: &'static str,
    pub handle: String,
    /// Counted from 0, and how many there are in this place.
    pub part: u32,
    pub of: u32,
    pub state: DeliveryState,
    pub hold: Option<Hold>,
    pub why: Option<String>,
    pub url: Option<String>,
    pub due: Timestamp,
    pub text: String,
    /// It stood there and was taken down by us.
    pub is_taken_down: bool,
    /// The network can change what stands.
    pub has_edit: bool,
    /// What the account needs before it can speak.
    pub mend: Option<Mend>,
    /// It was begun at a time that is yet to come: this machine's clock was set back.
    pub is_clock_back: bool,
    /// It certainly did not go out, and is tried again by itself.
    pub waits: Option<Waiting>,
    /// It was begun, and no clear answer came.
    pub doubt: Option<Doubt>,
}

/// A delivery that waits for its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// When the first of its tries failed.
    pub since: Timestamp,
    pub tries: u32,
    pub next: Timestamp,
    /// The network asked us to wait; otherwise it could not be reached.
    pub is_asked: bool,
}

impl Waiting {
    fn from(away: &Away, d: &Delivery) -> Waiting {
        Waiting { since: away.since, tries: d.tries, next: d.due, is_asked: away.not_before.is_some() }
    }
    /// How a delivery waits, if it does.
    pub(super) fn of(tx: &Tx<'_>, d: &Delivery) -> Kept<Option<Waiting>> {
        if d.state != DeliveryState::Planned || d.hold.is_some() || d.tries == 0 {
            return Ok(None);
        }
        Ok(tx.aways().of_draft(d.draft)?.iter().find(|a| a.delivery == d.id).map(|a| Waiting::from(a, d)))
    }
}

/// A delivery of which nobody knows yet whether it landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    pub since: Timestamp,
    /// When we look there next.
    pub looks_at: Option<Timestamp>,
}

/// All of a draft, by account and part.
pub async fn placed(cx: Cx<'_>, draft: DraftId) -> Done<Vec<Placed>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let all = tx.deliveries().of_draft(draft)?;
            let aways = tx.aways().of_draft(draft)?;
            let mut placed = Vec::with_capacity(all.len());
            for d in &all {
                let Some((account, is_connected)) = tx.accounts().known(d.account)? else { continue };
                let about = networks.get(&account.network).map(|n| n.about());
                let mend = Mend::of(&account, is_connected);
                placed.push(Placed {
                    delivery: d.id,
                    account: d.account,
                    network: account.network.0,
                    place: about.map_or("This network", |a| a.name),
                    mark: about.map_or("··", |a| a.mark),
                    handle: account.handle,
                    part: d.part_index,
                    of: u32::try_from(all.iter().filter(|o| o.account == d.account).count()).unwrap_or(u32::MAX),
                    state: d.state.clone(),
                    hold: d.hold,
                    why: d.why.clone(),
                    url: d.landed_url.clone(),
                    due: d.due,
                    text: d.part.text.clone(),
                    is_taken_down: d.deleted_at.is_some(),
                    has_edit: account.rules.has_edit,
                    mend,
                    is_clock_back: d.attempted_at.is_some_and(|at| at > now + CLOCK_BACK_MIN),
                    waits: aways.iter().find(|a| a.delivery == d.id).map(|a| Waiting::from(a, d)),
                    doubt: doubt(tx, d, now)?,
                });
            }
            Ok(placed)
        })
        .await
}

/// The doubt about one that is on its way for longer than an attempt ever is.
fn doubt(tx: &Tx<'_>, d: &Delivery, now: Timestamp) -> Kept<Option<Doubt>> {
    let Some(since) = d.attempted_at.filter(|at| d.state == DeliveryState::Sending && *at + DOUBT_MIN < now) else { return Ok(None) };
    let (kind, subject) = Job::Deliver(d.id).row();
    Ok(Some(Doubt { since, looks_at: tx.jobs().due(kind, subject)?.filter(|at| *at > now) }))
}
