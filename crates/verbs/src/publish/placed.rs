//! Where a draft that was planned stands, place by place.

use model::{AccountId, DeliveryId, DeliveryState, DraftId, Hold, Timestamp};

use crate::{Cx, Done};

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
}

/// All of a draft, by account and part.
pub async fn placed(cx: Cx<'_>, draft: DraftId) -> Done<Vec<Placed>> {
    let networks = cx.app.networks.clone();
    cx.app
        .store
        .read(cx.seat, move |tx| {
            let all = tx.deliveries().of_draft(draft)?;
            let mut placed = Vec::with_capacity(all.len());
            for d in &all {
                let Some(account) = tx.accounts().find(d.account)? else { continue };
                let about = networks.get(&account.network).map(|n| n.about());
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
                });
            }
            Ok(placed)
        })
        .await
}
