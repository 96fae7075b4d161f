//! The card that goes with a part's last link, where the network wants it brought along.

use model::extract::Points;
use model::{Cards, Delivery};
use networks::{Card, card};

use crate::reflect::links::{self, PATH};
use crate::{Cx, Done, VerbError};

/// The card of a part, if its network wants one and it has a link. Of one of our own short links, the page it leads to is looked at, so
/// that our looking is no visit; the card still leads through the short link.
pub async fn card_for(cx: Cx<'_>, delivery: &Delivery) -> Done<Option<Card>> {
    let id = delivery.account;
    let account = cx.app.store.read(cx.seat, move |tx| Ok::<_, VerbError>(tx.accounts().get(id)?)).await?;
    let Some(network) = cx.app.networks.get(&account.network).filter(|_| account.rules.cards == Cards::Sent) else { return Ok(None) };
    let text = &delivery.part.text;
    let last = network.pointers(text, &account.rules).into_iter().rfind(|p| p.kind == Points::Link);
    let Some(last) = last else { return Ok(None) };
    let written = &text[last.start..last.end];
    let link = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let public = cx.app.config.public_url.clone();
    let base = cx.app.store.read(cx.seat, move |tx| links::base(tx, &public)).await?;
    let own = format!("{}{PATH}", cx.app.config.public_url.trim_end_matches('/'));
    let target = match link.strip_prefix(&base).or_else(|| link.strip_prefix(&own)).map(str::to_owned) {
        Some(code) => cx.app.store.read(cx.seat, move |tx| tx.links().find_code(&code)).await?.map(|l| l.target),
        None => None,
    };
    let page = target.as_deref().unwrap_or(&link);
    Ok(Some(card::of_link(&cx.app.http, &link, page).await))
}
