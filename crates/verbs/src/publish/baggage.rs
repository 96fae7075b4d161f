//! What goes along with a part: its pictures, fitted to what the account's server takes, or the card of its link.

use model::Delivery;
use networks::{Baggage, Upload};

use super::picture;
use crate::{Cx, Done, VerbError};

/// Fetches and fits the pictures of a part.
pub async fn pack(cx: Cx<'_>, delivery: &Delivery) -> Done<Baggage> {
    let begun = delivery.first_attempt_at;
    if delivery.part.pictures.is_empty() {
        return Ok(Baggage { card: super::carded::card_for(cx, delivery).await?, begun, ..Baggage::default() });
    }
    let (account, pictures) = (delivery.account, delivery.part.pictures.clone());
    let (rules, kept) = cx
        .app
        .store
        .read(cx.seat, move |tx| {
            let kept = pictures.into_iter().map(|p| Ok((tx.pictures().bytes(p.id)?, p))).collect::<store::Kept<Vec<_>>>()?;
            Ok::<_, VerbError>((tx.accounts().get(account)?.rules, kept))
        })
        .await?;
    let mut uploads = Vec::with_capacity(kept.len());
    for (bytes, picture) in kept {
        let rules = rules.clone();
        let alt = picture.alt.clone();
        let id = picture.id;
        let fitted = picture::in_turn(move || picture::fit(bytes, &picture, &rules)).await?;
        uploads.push(Upload { id, mime: fitted.mime, bytes: fitted.bytes, width: fitted.width, height: fitted.height, alt });
    }
    Ok(Baggage { uploads, begun, ..Baggage::default() })
}
