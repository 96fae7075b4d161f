//! A kept draft as it will stand in one place: links made short where wished, names known, then [`fit`](super::fit::fit).
//! The page and the plan both come through here, so that what is shown is what goes out.

use model::{Account, Misfit, PostRef, Rendering, Timestamp};
use networks::Networks;
use store::drafts::{Choice, Edit, KeptDraft};
use store::{Kept, Tx};

use super::fit::{self, Place};
use super::named::named;
use super::own_site;
use crate::Cx;
use crate::reflect::links::{self, Purpose};

/// What rendering needs beside the draft.
#[derive(Clone)]
pub struct Press {
    pub networks: Networks,
    pub public_url: String,
    /// Short links are kept as made then; `None`: only shown.
    pub keep_at: Option<Timestamp>,
}

impl Press {
    /// What is rendered goes out: its links are kept.
    pub fn of(cx: Cx<'_>) -> Press {
        Press { keep_at: Some(cx.now), ..Press::to_look(cx) }
    }
    /// What is rendered is only shown.
    pub fn to_look(cx: Cx<'_>) -> Press {
        Press { networks: cx.app.networks.clone(), public_url: cx.app.config.public_url.clone(), keep_at: None }
    }
}

/// A draft in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    pub account: Account,
    /// The network's name and its two letters.
    pub place: &'static str,
    pub mark: &'static str,
    pub choice: Choice,
    /// It waits for the own site's address.
    pub waits_for_site: bool,
    /// The text of its own, a part each; empty where there is none.
    pub own: Vec<String>,
    pub outcome: Result<Rendering, Vec<Misfit>>,
    /// The draft's own words as one post, in the network's unit, and how much that is over the limit.
    pub length: u32,
    pub over: u32,
}

/// Renders a draft for one account.
pub fn render(tx: &Tx<'_>, press: &Press, kept: &KeptDraft, account: &Account, edit: Option<&Edit>) -> Kept<Rendered> {
    let about = press.networks.get(&account.network).map(|n| (n.about(), n.takes_posts()));
    let (name, mark, can_publish) = about.map_or(("This network", "··", false), |(a, can)| (a.name, a.mark, can));
    let place = Place { name, network: &account.network, rules: &account.rules };
    let purpose = Purpose {
        draft: kept.draft.id,
        account: account.id,
        aim: kept.draft.aim,
        person: kept.draft.reply.as_ref().and_then(|r| r.person),
        conversation: kept.draft.reply.as_ref().map(|r| r.conversation),
    };
    let short = |text: &str| match (kept.has_short_links, press.keep_at) {
        (false, _) => Ok(text.to_owned()),
        (true, Some(now)) => links::shorten(tx, text, &purpose, &press.public_url, now),
        (true, None) => links::as_shortened(tx, text, &purpose, &press.public_url),
    };
    let choice = edit.map(|e| e.choice).unwrap_or_default();
    let own = edit.map(|e| e.texts.clone()).unwrap_or_default();
    let is_own = choice == Choice::Own && !own.is_empty();
    let mut draft = kept.draft.clone();
    // Links are made only for the words that go out.
    draft.text = if is_own && press.keep_at.is_some() { draft.text } else { short(&draft.text)? };
    let mut own_short = if is_own { Some(own.iter().map(|t| short(t)).collect::<Kept<Vec<_>>>()?) } else { None };
    let site = own_site::link_for(tx, kept, account)?;
    if let Some(link) = &site {
        match own_short.as_mut().and_then(|texts| texts.last_mut()) {
            Some(last) => *last = own_site::with_link(last, link),
            None => draft.text = own_site::with_link(&draft.text, link),
        }
    }
    let is_answerable = for_this_account(tx, &mut draft, account)?;
    let words = own_short.as_ref().map_or_else(|| draft.text.clone(), |texts| texts.join("\n"));
    let mut known = named(tx, &words)?;
    if own_short.is_some() {
        known.extend(named(tx, &draft.text)?);
    }
    let mut outcome = if !is_answerable {
        Err(vec![Misfit { why: format!("This answers somebody who is not on {name}. Leave {name} out."), part: None }])
    } else if can_publish {
        fit::fit(&draft, place, &known, own_short.as_deref())
    } else {
        Err(vec![Misfit { why: format!("{name} is only read here; nothing can be sent to it."), part: None }])
    };
    if let (Ok(rendering), Some(link)) = (&mut outcome, site.as_ref().filter(|l| !l.is_known)) {
        rendering.tells.push(format!("It waits until it stands on {}, and ends with the address there.", link.place));
    }
    let waits_for_site = site.is_some_and(|l| !l.is_known);
    let (length, over) = fit::over(&draft, place, &known);
    Ok(Rendered { account: account.clone(), place: name, mark, choice, waits_for_site, own, outcome, length, over })
}

/// What a reply answers is called by what this account's own server calls it. `false` where it answers a post of another network.
fn for_this_account(tx: &Tx<'_>, draft: &mut model::Draft, account: &Account) -> Kept<bool> {
    let Some(reply) = &mut draft.reply else { return Ok(true) };
    // Answered in words from another network, with its address.
    if reply.to.parent.as_elsewhere().is_some() {
        return Ok(true);
    }
    let mut is_known = false;
    for at in [&mut reply.to.root, &mut reply.to.parent] {
        let found = tx.posts().find_remote(&account.network, &at.id)?;
        is_known = found.is_some();
        if let Some(post) = found {
            let tag = tx.posts().tag_for(post.id, account.id)?;
            if !tag.is_empty() {
                *at = PostRef::new(at.id.clone(), tag);
            }
        }
    }
    Ok(is_known)
}
