//! Where a draft that was planned stands, place by place.

use jiff::SignedDuration;
use model::{Account, AccountId, AccountState, DeliveryId, DeliveryState, DraftId, Hold, Timestamp};

use crate::{Cx, Done};

/// A clock that was set back by less is not worth a word.
const CLOCK_BACK_MIN: SignedDuration = SignedDuration::from_mins(2);

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
}

/// All of a draft, by account and part.
pub async fn placed(cx: Cx<'_>, draft: DraftId) -> Done<Vec<Placed>> {
    let (networks, now) = (cx.app.networks.clone(), cx.now);
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let all = tx.deliveries().of_draft(draft)?;
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
                });
            }
            Ok(placed)
        })
        .await
}
